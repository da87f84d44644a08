"""Runtime on OpenVINO, for converted models."""
