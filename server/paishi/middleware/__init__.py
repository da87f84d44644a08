"""The ASGI stack, one file a layer; `paishi.app` composes it."""
