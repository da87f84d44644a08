"""Views of a photo in, ranked names out: joins network, runtime and labels."""
