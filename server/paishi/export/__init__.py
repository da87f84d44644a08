"""Exports of a model to formats of other runtimes, each compared with the original before it counts."""
