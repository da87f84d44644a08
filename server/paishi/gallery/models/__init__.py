"""Builders of the gallery: a file a family, a function an entry. Importing these modules loads Keras."""
