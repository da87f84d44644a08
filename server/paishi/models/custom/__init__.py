"""Custom models: a folder with `model.keras`, labels and card."""
