"""Recognition: from views of a photo to ranked names."""
