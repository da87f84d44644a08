"""What runs a served network: uint8 views in, probabilities out."""
