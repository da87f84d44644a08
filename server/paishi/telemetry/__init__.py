"""What the operator sees: metrics and the log. Nothing that is measured knows either of them."""
