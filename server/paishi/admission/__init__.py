"""Bounds on the photos, bytes and connections that the server accepts at once."""
