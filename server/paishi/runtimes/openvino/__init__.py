"""Runs a converted model with OpenVINO."""
