"""Problems in the OpenAPI description."""

from collections.abc import Mapping
from typing import Any

from paishi.problems import kinds
from paishi.problems.kinds import Problem
from paishi.problems.response import ProblemResponse, type_of

_SECONDS = {"Retry-After": {"description": "In seconds.", "required": True, "schema": {"type": "integer"}}}
_HEADERS = {
    401: {"WWW-Authenticate": {"description": "`Bearer`.", "required": True, "schema": {"type": "string"}}},
    429: _SECONDS,
    503: _SECONDS,
}
_REQUEST_ID = "0f9d7b5e3c1a4e6f8a2b4c6d8e0f1a3b"

_DETAILS: dict[type[Problem], str] = {
    kinds.RequestInvalid: "query top: Input should be less than or equal to 20.",
    kinds.RangeUnsatisfiable: "The file has 18589696 bytes, and Range begins behind them: send none, to get "
    "all of it.",
    kinds.NotFound: "You have taught no such thing, or it is still being learned.",
    kinds.RequestTimeout: "The photo did not arrive within 60 s, or too slowly while others were waiting. "
    "Send a smaller one, or try again on a better network.",
    kinds.ImageMissing: "The form has no field named `image`, but `photo`. Name the photo's field `image`.",
    kinds.ImageTooLarge: "The request is too large. Send a smaller or more compressed photo.",
    kinds.ImageNotFound: "Pictures expire after 600 s at most. Send the photo to /image again.",
    kinds.PhotoUnreadable: "The file begins like a JPEG but ends too early. Send it again, or another "
    "picture.",
    kinds.PhotoTooManyPixels: "The photo has 20000 x 15000 pixels; at most 100.0 million are accepted.",
    kinds.FormatUnsupported: "The photo came as a data: URL. Send the bytes of its file, which need no "
    "encoding.",
    kinds.PhotoTakesTooLong: "Reading the photo took more than 10 s per 12 megapixels and was given up: send "
    "it smaller, as JPEG.",
    kinds.ModelLoading: "ResNet50 is loading. Try again in a few seconds.",
    kinds.ModelUnavailable: "The reason is in the server's log. Try again later.",
    kinds.NotExplainable: "This model gives no map of what it sees.",
    kinds.OnDeviceOff: "This server gives phones no models. The operator can set PAISHI_ON_DEVICE.",
    kinds.ModelNotExported: "ResNet50 is not exported for phones. The operator can run `paishi export "
    "ResNet50 --on-device` on the server.",
    kinds.NotAuthorised: "This server requires a key: send it as `Authorization: Bearer <key>`.",
    kinds.TooManyRequests: "You sent more photos within a minute than this server allows. Try again in 5 s.",
    kinds.LoginCodeInvalid: "A code works once and for five minutes. Call wx.login and send the new one.",
    kinds.LoginBlocked: "WeChat has blocked this account from mini-programs as a risk.",
    kinds.LoginUnavailable: "WeChat did not confirm the login. Try again in a moment.",
    kinds.TeachingOff: "This server cannot be taught.",
    kinds.NotTeachable: "VGG16 gives no vectors to compare photos by. Ask the operator for another model.",
    kinds.TaughtBefore: "外婆的茶壶 has this photo already. Take another one, from another side or before "
    "another background.",
    kinds.TaughtNameExists: "Another thing is called 外婆的茶壶. Choose another name, or send merge=true if "
    "both are one.",
    kinds.TaughtLooksLikeOther: "The photo resembles 外婆的茶壶 much more than shelf B4 valve. Send it with "
    "force=true if the name is right.",
    kinds.TaughtFull: "50 things are taught, and more are not allowed here. Delete one first.",
    kinds.TaughtStoreFull: "This server has no room for more. Its operator has to make some.",
    kinds.CorrectionsOff: "This server does not collect photos.",
    kinds.CorrectionsFull: "The operator has to make room first: export and clear the corrections.",
    kinds.StoreUnavailable: "The server's store does not respond. Try again later.",
    kinds.Overloaded: "Too many photos are waiting. Try again in 5 s: these will be done by then.",
    kinds.ShuttingDown: "This server is shutting down, perhaps for a restart. Try again in a few seconds.",
    kinds.NotAnswering: "The server has stopped responding and is restarting. Try again in a few seconds.",
}
"""What the server says, for every kind that a route documents."""

_OTHER = {"id": "taught:9f3c1b7a5d2e8046", "name": "外婆的茶壶"}
_MEMBERS: Mapping[type[Problem], dict[str, Any]] = {
    kinds.TaughtNameExists: {"other": _OTHER},
    kinds.TaughtLooksLikeOther: {"other": _OTHER},
}


def documented(*of: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """OpenAPI's `responses` for these kinds, one entry per status; they refer to `examples`."""
    responses: dict[int | str, dict[str, Any]] = {}
    for kind in of:
        known = responses.get(kind.status)
        if known is None:
            known = responses[kind.status] = {
                "description": kind.title,
                "content": {
                    ProblemResponse.media_type: {
                        "schema": {"$ref": "#/components/schemas/Problem"},
                        "examples": {},
                    }
                },
                **({"headers": _HEADERS[kind.status]} if kind.status in _HEADERS else {}),
            }
        elif kind.title not in known["description"]:
            known["description"] += f"; {kind.title}"
        named = known["content"][ProblemResponse.media_type]["examples"]
        named[kind.__name__] = {"$ref": f"#/components/examples/{kind.__name__}"}
    return responses


def examples() -> dict[str, dict[str, Any]]:
    """OpenAPI's `components.examples`: a body of every kind that a route documents, under the kind's name."""
    return {kind.__name__: {"summary": kind.title, "value": _body(kind)} for kind in _DETAILS}


def _body(kind: type[Problem]) -> dict[str, Any]:
    return {
        "type": type_of(kind.code),
        "title": kind.title,
        "status": kind.status,
        "detail": _DETAILS[kind],
        "success": False,
        "code": kind.code,
        "request_id": _REQUEST_ID,
        **({"retry_after": 5} if kind.status in (429, 503) else {}),
        **_MEMBERS.get(kind, {}),
    }
