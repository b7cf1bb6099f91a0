"""Loaders: one module a source."""
