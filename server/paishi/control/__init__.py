"""Switching the model of a running server, for an operator of the same user; never over HTTP."""
