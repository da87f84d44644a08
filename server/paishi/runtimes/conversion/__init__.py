"""Keras models to OpenVINO, in lower precision where that keeps the answers."""
