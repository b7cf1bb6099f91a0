"""Pairs, encoders, training, enrichment and evaluation: everything that needs torch."""
