"""Authentication may ask the server to work, and how much."""
