"""Requests from the open internet: in time, in bounds, and refused before they cost anything."""
