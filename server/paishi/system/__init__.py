"""Processes, threads, processor cores and files."""
