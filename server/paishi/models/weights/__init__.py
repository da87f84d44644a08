"""Published weights: found in Keras's cache, downloaded, checked."""
