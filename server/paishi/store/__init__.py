"""Where pictures are kept: for a while, or because a person gave them away."""
