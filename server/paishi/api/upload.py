"""Reads one photo from a request's body: the photo itself, or a form with a field `image`."""

import re
from base64 import b64decode
from collections.abc import Mapping
from contextlib import closing
from io import BytesIO
from types import MappingProxyType
from typing import NamedTuple

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from paishi.admission.body_memory import has_earned_all
from paishi.middleware.admission import announced_length
from paishi.photo.decoders.formats import format_of
from paishi.problems.kinds import FormatUnsupported, ImageMissing, PhotoError, RequestInvalid

MAX_LABEL = 200
"""Characters."""

_MAX_PARTS = 40
_MAX_HEADER = 4096
_MAX_LABEL_BYTES = 4 * MAX_LABEL
_MAX_NAMES = 3
_MAX_NAME = 40

_SEND = (
    "Send one photo as multipart/form-data in a field named `image`, or as the whole body with its own type, "
    "such as `Content-Type: image/jpeg`."
)
_NO_BODY = f"The request has no body. {_SEND}"
_SEND_BYTES = "Send the bytes of its file, which need no encoding."
_NO_BOUNDARY = (
    "Do not set Content-Type by hand for a form: the HTTP client does, with the boundary that it uses."
)

# Not every client that sends another coding compresses: some put a charset there.
_COMPRESSED = re.compile(r"gzip|deflate|compress|br|zstd", re.IGNORECASE)
_MEDIA_TYPE = re.compile(rb"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,60}")
_DATA_URL = re.compile(rb"\s*data:[^,]{0,200},", re.IGNORECASE)
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{16,}")
_TO_STANDARD_BASE64 = bytes.maketrans(b"-_", b"+/")  # from the alphabet for URLs

_TEXTS = (b"name", b"lang", b"force")
_NO_TEXTS: Mapping[str, bytes] = MappingProxyType({})

_NOTHING = b"\n"
"""Before the body, as the first delimiter needs no line before it."""

# No others: Python caches every unknown name for ever, and punycode takes seconds for a long text.
_KNOWN_CHARSETS = {b"utf-8", b"us-ascii", b"iso-8859-1", b"gb2312", b"gbk", b"gb18030", b"big5"}


class Upload(NamedTuple):
    """A photo's bytes, and what came with them in a form: the `label`, "" without, and `texts`, the bytes of
    other fields that some routes read, in `charset`."""

    photo: bytes
    label: str = ""
    texts: Mapping[str, bytes] = _NO_TEXTS
    charset: str = "utf-8"

    def text(self, name: str) -> str:
        """Returns the text of a field, "" without. Raises RequestInvalid if it is too long or no text."""
        return _decoded(name, self.texts.get(name, b""), self.charset)


async def read_upload(request: Request) -> Upload:
    """Reads the body into memory, once and never onto a disk; the route bounds its size.

    Raises ImageMissing or RequestInvalid if there is no photo in the body, FormatUnsupported if it is
    compressed or written as text.
    """
    if _COMPRESSED.search(request.headers.get("content-encoding", "")):
        raise FormatUnsupported(
            "The body is compressed (Content-Encoding). Send the photo's file as it is, without that header."
        )
    announced = announced_length(request.headers)
    if announced == 0:
        raise ImageMissing(_NO_BODY)
    media_type, options = parse_options_header(request.headers.get("content-type"))
    if media_type == b"multipart/form-data":
        upload = await _read_form(request, options, announced)
    elif media_type.startswith(b"image/") or media_type == b"application/octet-stream":
        upload = Upload(await _read_all(request, announced))
    else:
        raise ImageMissing(f"{_what_came(media_type)} {_SEND}")
    _check_is_no_text(upload.photo)
    return upload


class _Photo(BytesIO):
    """The bytes of a photo in a body of `announced` bytes, None if that is unknown.

    Takes all memory at once as soon as the client has earned it: to let it grow by eighths would move and
    clear a photo of 4 MB several times.
    """

    def __init__(self, announced: int | None) -> None:
        super().__init__()
        self._announced = announced

    def add(self, data: bytes | memoryview) -> None:
        self.write(data)
        if self._announced and has_earned_all(received := self.tell(), self._announced):
            if received < self._announced:
                self.seek(self._announced - 1)
                self.write(b"\0")
                self.seek(received)
            self._announced = None

    def whole(self) -> bytes:
        self.truncate()
        return self.getvalue()


async def _read_all(request: Request, announced: int | None) -> bytes:
    photo = _Photo(announced)
    async for data in request.stream():
        photo.add(data)
    if not photo.tell():
        raise ImageMissing(_NO_BODY)
    return photo.whole()


async def _read_form(request: Request, options: dict[bytes, bytes], announced: int | None) -> Upload:
    boundary = options.get(b"boundary")
    if not boundary:
        raise _malformed(f"The header Content-Type has no boundary. {_NO_BOUNDARY}")
    try:
        with closing(_Form(boundary, announced)) as form:
            async for data in request.stream():
                form.write(data)
    except FormParserError:
        raise _malformed(
            "The form's parts are not written as multipart/form-data (RFC 7578). Send it with a library for "
            "HTTP, in a field named `image`."
        ) from None
    given = options.get(b"charset", b"utf-8").lower()
    charset = given.decode() if given in _KNOWN_CHARSETS else "utf-8"
    return Upload(form.photo(), form.label(charset), form.texts(), charset)


class _Form:
    """Takes the field `image`, with or without a file name, and `label` out of a form as it arrives.

    Other fields are dropped. Raises RequestInvalid or ImageMissing as soon as the form has too much.
    """

    def __init__(self, boundary: bytes, announced: int | None) -> None:
        self._announced = announced
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin_part,
                "on_header_field": self._add_to_header_name,
                "on_header_value": self._add_to_header_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._end_headers,
                "on_part_data": self._add_to_part,
                "on_part_end": self._end_part,
            },
        )
        self._delimiter = b"\n--" + boundary
        self._before_delimiter: bytes | None = _NOTHING
        """The end of the preamble so far, which may hold a part of the first delimiter; None behind it."""
        self._parts = 0
        self._names: list[bytes] = []
        self._header_name = self._header_value = self._disposition = b""
        self._photo: _Photo | None = None
        self._label: BytesIO | None = None
        self._texts: dict[bytes, BytesIO] = {}
        self._into: BytesIO | None = None
        self._photo_is_complete = False

    def write(self, data: bytes) -> None:
        """Raises FormParserError as well."""
        if self._before_delimiter is not None:
            # RFC 2046 allows any text before the first delimiter; the parser does not.
            data = self._before_delimiter + data
            start = data.find(self._delimiter)
            if start < 0:
                self._before_delimiter = data[1 - len(self._delimiter) :]
                return
            self._before_delimiter, data = None, data[start + 1 :]
        self._parser.write(data)

    def close(self) -> None:
        """Drops the parser, which refers to this form: the photo would stay until a garbage collection."""
        del self._parser

    def photo(self) -> bytes:
        """Raises ImageMissing if there is no photo, RequestInvalid if there is no form."""
        if self._photo_is_complete:
            assert self._photo
            return self._photo.whole()
        if self._photo:
            raise ImageMissing("The body ends before the photo does. Send it again.")
        if self._before_delimiter == _NOTHING:
            raise ImageMissing(_NO_BODY)
        if self._before_delimiter is not None:
            raise _malformed(
                f"The body does not have the boundary of the header Content-Type. {_NO_BOUNDARY}"
            )
        if not self._names:
            raise ImageMissing(f"The form is empty, or ends before its first field begins. {_SEND}")
        names = ", ".join(map(_quoted, self._names))
        raise ImageMissing(
            f"The form has no field named `image`, but {names}. Name the photo's field `image`."
        )

    def label(self, charset: str) -> str:
        """Raises RequestInvalid if it is too long or no text."""
        return _decoded("label", self._label.getvalue(), charset) if self._label else ""

    def texts(self) -> dict[str, bytes]:
        """Other fields that some routes read, cut off where they are too long for any."""
        return {name.decode(): text.getvalue() for name, text in self._texts.items()}

    def _begin_part(self) -> None:
        self._parts += 1
        if self._parts > _MAX_PARTS:
            raise _malformed(
                f"The form has more than {_MAX_PARTS} fields. Send `image`, and only what is needed."
            )
        self._disposition = b""

    def _add_to_header_name(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]
        self._check_header()

    def _add_to_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]
        self._check_header()

    def _check_header(self) -> None:
        if len(self._header_name) + len(self._header_value) > _MAX_HEADER:
            raise _malformed(f"A field of the form has a header of more than {_MAX_HEADER} bytes.")

    def _end_header(self) -> None:
        if self._header_name.lower() == b"content-disposition":
            self._disposition = self._header_value
        self._header_name = self._header_value = b""

    def _end_headers(self) -> None:
        _, options = parse_options_header(self._disposition)
        name = options.get(b"name", b"")
        if name == b"image":
            if self._photo:
                raise ImageMissing("The form has several fields named `image`. Send one photo per request.")
            self._photo = self._into = _Photo(self._announced)
        elif name == b"label":
            self._label = self._into = BytesIO()
        elif name in _TEXTS:
            self._texts[name] = self._into = BytesIO()
        elif len(self._names) < _MAX_NAMES:
            self._names.append(name)

    def _add_to_part(self, data: bytes, start: int, end: int) -> None:
        if self._into is None:
            return
        if isinstance(self._into, _Photo):
            return self._into.add(memoryview(data)[start:end])
        if self._into.tell() > _MAX_LABEL_BYTES:
            return  # too long for any text
        self._into.write(data[start:end])
        if self._into is self._label and self._label.tell() > _MAX_LABEL_BYTES:
            raise _too_long("label")

    def _end_part(self) -> None:
        if self._into is not None and self._into is self._photo:
            self._photo_is_complete = True
        self._into = None


def _check_is_no_text(photo: bytes) -> None:
    """Raises FormatUnsupported for a data: URL, and for base64 text if a picture is written in it."""
    if _DATA_URL.match(photo, 0, 300):
        raise FormatUnsupported(f"The photo came as a data: URL. {_SEND_BYTES}")
    head = b"".join(photo[:100].split())[:64].translate(_TO_STANDARD_BASE64)
    if _BASE64.fullmatch(head) and _is_picture(b64decode(head[: len(head) // 4 * 4])):
        raise FormatUnsupported(f"The photo came as base64 text. {_SEND_BYTES}")


def _is_picture(head: bytes) -> bool:
    try:
        format_of(head)
    except PhotoError:
        return False
    return True


def _what_came(media_type: bytes) -> str:
    if not media_type:
        return "The request has no Content-Type."
    if _MEDIA_TYPE.fullmatch(media_type):
        return f"The body came as {media_type.decode()}, which is not read here."
    return "The header Content-Type names no type."


def _quoted(name: bytes) -> str:
    return f"`{name.decode(errors='replace')[:_MAX_NAME]}`" if name else "one without a name"


def _malformed(detail: str) -> RequestInvalid:
    problem = RequestInvalid(detail)
    problem.status = 400
    return problem


def _decoded(name: str, text: bytes, charset: str) -> str:
    """Raises RequestInvalid."""
    if len(text) > _MAX_LABEL_BYTES:
        raise _too_long(name)
    try:
        decoded = text.decode(charset)
    except UnicodeDecodeError:
        raise RequestInvalid(f"{name}: it is no {charset.upper()} text. Send it as UTF-8.") from None
    if len(decoded) > MAX_LABEL:
        raise _too_long(name)
    return decoded


def _too_long(name: str) -> RequestInvalid:
    return RequestInvalid(f"{name}: it is longer than {MAX_LABEL} characters. Send a shorter one.")
