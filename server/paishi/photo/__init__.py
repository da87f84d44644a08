"""Photos: from untrusted bytes to the pixels that a model takes."""
