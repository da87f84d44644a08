"""Bytes to an upright RGB picture, in the calling process."""
