"""Runtimes that run a model: uint8 views in, probabilities out."""
