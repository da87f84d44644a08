"""Below ASGI: the HTTP/1.1 protocol with time limits, lingering close and load shedding."""
