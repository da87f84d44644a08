"""Why a photo was not taken. Each `detail` is shown to a person."""


class PhotoError(Exception):
    """A photo that cannot be used; `detail` says what to do about it."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class PhotoTooManyPixels(PhotoError):
    """More pixels, or more memory, than one photo may take."""


class FormatUnsupported(PhotoError):
    """The bytes are no picture of an accepted format."""


class PhotoUnreadable(PhotoError):
    """An accepted format, but empty, cut off or damaged."""


class PhotoTakesTooLong(PhotoError):
    """An accepted format, but its decoding was given up."""
