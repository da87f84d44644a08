class FolderUnknown(ValueError):
    """Nothing that fsspec knows is at this address; the message says what to do."""
