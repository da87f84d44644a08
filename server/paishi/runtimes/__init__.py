"""What runs a model: uint8 views in, probabilities out."""
