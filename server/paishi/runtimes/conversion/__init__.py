"""Converts Keras models to OpenVINO, optionally in a lower precision."""
