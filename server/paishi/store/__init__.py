"""Pictures kept: echoes for a while, corrections for the operator."""
