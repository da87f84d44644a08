"""The kinds of problems: each has the status, the contract's code and the title of its responses.

Domain code raises them, so they import no web framework.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:  # a decoding process starts without pydantic
    from paishi.contract import MissingWeights, OtherThing


class Problem(Exception):
    """An error response.

    `detail` is for the client: what happened and what to do next. `retry_after` is in seconds. If there is a
    `public_detail`, `detail` contains paths of the server and is for local clients only. `other` is a taught
    thing that stands in the way.
    """

    status = 500
    code = "internal"
    title = "Internal server error"
    public_detail: str | None = None
    missing: MissingWeights | None = None
    other: OtherThing | None = None
    headers: ClassVar[Mapping[str, str]] = {}

    def __init__(
        self, detail: str, *, retry_after: int | None = None, other: OtherThing | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.retry_after = retry_after
        self.other = other


class Internal(Problem):
    """An unexpected exception: the stack trace is in the log."""


# The request itself


class RequestInvalid(Problem):
    status, code, title = 422, "request-invalid", "Invalid request"


class RangeUnsatisfiable(RequestInvalid):
    """`Range` begins behind the end of the file."""

    status, title = 416, "Range not satisfiable"


class NotFound(Problem):
    status, code, title = 404, "not-found", "Not found"


class MethodNotAllowed(Problem):
    status, code, title = 405, "method-not-allowed", "Method not allowed"


class RequestTimeout(Problem):
    status, code, title = 408, "request-timeout", "Request timeout"


# The photo


class ImageMissing(Problem):
    status, code, title = 400, "image-missing", "Photo missing"


class ImageTooLarge(Problem):
    status, code, title = 413, "image-too-large", "Photo file too large"


class ImageNotFound(Problem):
    status, code, title = 404, "image-not-found", "Picture not found"


class PhotoError(Problem):
    """A photo that cannot be used, found by its bytes; `detail` is shown to users."""

    status, code, title = 422, "image-unreadable", "Photo unreadable"


class PhotoUnreadable(PhotoError):
    """An accepted format, but empty, cut off or damaged."""


class PhotoTooManyPixels(PhotoError):
    """More pixels, or more memory, than one photo may take."""

    status, code, title = 413, "image-too-many-pixels", "Photo has too many pixels"


class FormatUnsupported(PhotoError):
    """Not a picture of an accepted format."""

    status, code, title = 415, "image-format-unsupported", "Unsupported file format"


class PhotoTakesTooLong(PhotoError):
    """An accepted format, but decoding took too long and was stopped."""

    status, code, title = 422, "image-takes-too-long", "Photo takes too long to decode"


# The model


class ModelLoading(Problem):
    status, code, title = 503, "model-loading", "Model loading"


class ModelUnavailable(Problem):
    """`missing` is the file that the model lacks, if that is known."""

    status, code, title = 503, "model-unavailable", "Model unavailable"
    public_detail = "The reason is in the server's log. Try again later."

    def __init__(
        self, detail: str, *, retry_after: int | None = None, missing: MissingWeights | None = None
    ) -> None:
        super().__init__(detail, retry_after=retry_after)
        self.missing = missing


class NotExplainable(Problem):
    """The request is right, but this model gives no such insight."""

    status, code, title = 409, "not-explainable", "Model not explainable"


class OnDeviceOff(Problem):
    status, code, title = 403, "on-device-off", "Models for phones are off"


class ModelNotExported(Problem):
    status, code, title = 404, "model-not-exported", "Model not exported for phones"


# The client


class NotAuthorised(Problem):
    status, code, title = 401, "not-authorised", "Authentication required"
    headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": "Bearer"}  # required by RFC 9110


class TooManyRequests(Problem):
    status, code, title = 429, "too-many-requests", "Rate limit exceeded"


class LoginCodeInvalid(Problem):
    status, code, title = 400, "login-code-invalid", "Invalid login code"


class LoginBlocked(Problem):
    status, code, title = 403, "login-blocked", "Login blocked by WeChat"


class LoginUnavailable(Problem):
    status, code, title = 503, "login-unavailable", "WeChat login unavailable"


# Taught things


class TeachingOff(Problem):
    status, code, title = 403, "teaching-off", "Teaching is off"


class NotTeachable(Problem):
    """The model that answers gives no vectors to compare photos by."""

    status, code, title = 409, "not-teachable", "Model not teachable"


class TaughtBefore(Problem):
    status, code, title = 409, "taught-before", "Photo already taught"


class TaughtNameExists(Problem):
    status, code, title = 409, "taught-name-exists", "Another thing has this name"


class TaughtLooksLikeOther(Problem):
    status, code, title = 409, "taught-looks-like-other", "Looks like another taught thing"


class TaughtFull(Problem):
    """The user has taught as many things, or as many photos of one, as the operator allows."""

    status, code, title = 409, "taught-full", "No more can be taught"


class TaughtStoreFull(TaughtFull):
    """The store of all users is full."""

    status, title = 503, "Store of taught things full"


# Stores


class CorrectionsOff(Problem):
    status, code, title = 403, "corrections-off", "Corrections are off"


class CorrectionsFull(Problem):
    status, code, title = 503, "corrections-full", "Corrections store full"


class StoreUnavailable(Problem):
    status, code, title = 503, "store-unavailable", "Store unavailable"


# The server


class Overloaded(Problem):
    status, code, title = 503, "overloaded", "Server overloaded"


class ResourcesExhausted(Overloaded):
    """The system refuses memory, a process or a file descriptor, or has ended a process to save memory."""

    def __init__(self) -> None:
        super().__init__("There is not enough memory for this photo now. Try again in 5 s.", retry_after=5)


class ShuttingDown(Problem):
    status, code, title = 503, "shutting-down", "Server shutting down"


class NotAnswering(Problem):
    status, code, title = 503, "not-answering", "Server not responding"


OF_A_PHOTO = (
    ImageMissing,
    RequestTimeout,
    ImageTooLarge,
    PhotoTooManyPixels,
    FormatUnsupported,
    PhotoUnreadable,
    PhotoTakesTooLong,
)
"""Problems of every route that takes a photo."""

OF_A_MODEL = (RequestInvalid, ModelLoading, ModelUnavailable, Overloaded)
"""Problems of every route that runs the model, besides those of the photo."""
