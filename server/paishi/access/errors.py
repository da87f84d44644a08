class AccessMisconfigured(Exception):
    """The settings about who may cannot work; the message says which to change and quotes no secret."""
