"""Training: a folder of photos becomes a custom model. No serving process imports this."""
