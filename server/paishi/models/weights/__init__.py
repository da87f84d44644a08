"""Published weights: Keras's cache, downloads, integrity."""
