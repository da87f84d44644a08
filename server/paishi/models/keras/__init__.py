"""Models of Keras Applications, built with their preprocessing inside."""
