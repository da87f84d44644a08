"""The models that can be served and their weights."""
