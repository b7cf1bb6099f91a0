"""Measurements of a trained model on what it was not trained on."""
