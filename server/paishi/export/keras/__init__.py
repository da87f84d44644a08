"""What runs Keras, each in a process of its own."""
