"""Decoding of bytes to an upright RGB picture, in the calling process."""
