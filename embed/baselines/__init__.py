"""Scores of a trait with a variant that need no training, or none of a neural kind."""
