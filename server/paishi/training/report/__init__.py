"""The report on a model: one HTML page with everything in it, and its charts as PNG files."""
