"""What of the catalogue OpenVINO can run, as `test_convertible.py` found by trying all of it."""

from collections.abc import Mapping

TOLERANCE = 1e-4
"""Largest difference of a probability between OpenVINO and Keras that counts as the same answer."""

NOT_CONVERTIBLE: Mapping[str, str] = {}
"""Networks that run on TensorFlow, and why."""
