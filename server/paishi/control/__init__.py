"""How the operator tells a running server to take another network: files of the same user, never HTTP."""
