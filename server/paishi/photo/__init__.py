"""From a stranger's bytes to the pixels that a network takes."""
