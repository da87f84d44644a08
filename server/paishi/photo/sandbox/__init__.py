"""Decoding in separate processes that can be killed."""
