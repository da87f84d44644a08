"""The ASGI stack, one layer per file; `paishi.app` composes it."""
