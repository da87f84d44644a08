"""h11's parser with a bound on its work: per header, per chunk and per turn of the event loop."""

import re
from typing import NoReturn, cast

import h11
from h11._readers import ContentLengthReader

from paishi.problems.kinds import Problem, RequestInvalid

MAX_HEADER = 16_384
MAX_LINES = 100
MAX_TARGET = 8192
MAX_CONTENT_TYPE = 512
MAX_OVERHEAD = 16_384
"""Bytes of chunk headers and trailers beyond those of data, as Go has it since CVE-2023-39326."""

_MAX_TRAILERS = 8192
_PIECE = 8192
"""Bytes that h11 gets at once where each may cost an event; it copies what is left over."""

_END = re.compile(rb"\n\r?\n")
_LAST_CHUNK = re.compile(rb"(?:\r?\n)?0+(?![0-9A-Fa-f])[^\n]*\n")
_UNKNOWN_VERSION = re.compile(rb"[^ \n]* [^ \n]* HTTP/(?!1\.[0-9])[^ \n]*\r?\n")
_ABSOLUTE_FORM = re.compile(rb"https?://(?:[^/?#@]*@)?([^/?#]+)(.*)", re.IGNORECASE)
_CLOSE = (b"connection", b"close")

_Found = h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]


class BoundedParser(h11.Connection):
    """The server's side of one connection.

    h11 limits only what is incomplete: a header that arrives in one read may have any length, and one read
    of one-byte chunks is 40,000 events. Here a header is measured before it is parsed, and chunks are parsed
    only while events are allowed. `next_event` otherwise sets `has_more` and returns NEED_DATA.

    Bodies with a length bypass h11, which would copy each part three times. Its own count of their bytes, the
    private `_remaining` of its reader, is kept.

    A refused message raises h11.RemoteProtocolError and sets `refusal`. A target in absolute form becomes its
    path, and its host the header Host (RFC 9112, section 3.2.2).
    """

    def __init__(self) -> None:
        super().__init__(h11.SERVER, MAX_HEADER)
        self.refusal: Problem | None = None
        self.has_more = False
        self._events_allowed = 0
        self._pending = bytearray()
        self._uncopied = b""
        """What came before all that is pending, of a body with a length."""
        self._head: list[bytes] = []
        """Of a response that has begun, until it is sent."""
        self._is_chunked = False
        self._must_close = False
        self._at_chunk_start = False
        self._in_trailers = False
        self._chunked_bytes = 0
        self._data_bytes = 0

    @property
    def trailing_data(self) -> tuple[bytes, bool]:
        data, closed = super().trailing_data
        return data + self._uncopied + self._pending, closed

    def allow_events(self, count: int) -> None:
        """How many parts of a chunked body may be parsed from now on."""
        self._events_allowed = count
        self.has_more = False

    def receive_data(self, data: bytes) -> None:
        if self._pending or self._uncopied:
            self._pending += data
        elif self._bypasses_h11():
            self._uncopied = data
        elif len(data) > _PIECE:
            self._pending += data
        else:
            self._feed(data)

    def next_event(self) -> _Found:
        if self._bypasses_h11():
            return self._next_of_length()
        while True:
            if self.their_state is h11.IDLE:
                self._check_header()
            elif self._reads_chunks():
                if not self._events_allowed:
                    self.has_more = True
                    return h11.NEED_DATA
                self._check_trailers()
            event = super().next_event()
            if event is not h11.NEED_DATA:
                return self._accepted(event)
            self._check_overhead()
            if not self._pending:
                return event
            self._feed(bytes(self._pending[:_PIECE]))
            del self._pending[:_PIECE]

    def send_with_data_passthrough(self, event: h11.Event) -> list[bytes] | None:
        """Announces the connection's end if the request's framing is doubtful or its chunks are not read.

        A response's head is returned with the first part of its body: sent alone, it would be one more packet
        and wake the client twice.
        """
        if (
            isinstance(event, h11.Response)
            and (self._must_close or self._reads_chunks())
            and _CLOSE not in event.headers
        ):
            headers = [*event.headers, _CLOSE]
            event = h11.Response(status_code=event.status_code, headers=headers, reason=event.reason)
        data = super().send_with_data_passthrough(event)
        if data is None:
            return None
        if isinstance(event, h11.Response):
            self._head = data
            return []
        data, self._head = [*self._head, *data], []
        return data

    def _reads_chunks(self) -> bool:
        return self._is_chunked and self.their_state is h11.SEND_BODY

    def _reads_length(self) -> bool:
        return not self._is_chunked and self.their_state is h11.SEND_BODY

    def _bypasses_h11(self) -> bool:
        """Whether the next byte is one of a body with a length, and h11 has none of them."""
        return (
            self._reads_length()
            and self._counter._remaining > 0
            and super().trailing_data == (b"", False)
            and not self.they_are_waiting_for_100_continue
        )

    def _next_of_length(self) -> h11.Data | type[h11.NEED_DATA]:
        counter = self._counter
        if self._uncopied:
            data, rest = self._uncopied[: counter._remaining], self._uncopied[counter._remaining :]
            self._uncopied = b""
            self._pending[:0] = rest
        else:
            data = bytes(self._pending[: counter._remaining])
            del self._pending[: len(data)]
        counter._remaining -= len(data)
        return h11.Data(data=data) if data else h11.NEED_DATA

    @property
    def _counter(self) -> ContentLengthReader:
        return cast(ContentLengthReader, self._reader)

    def _feed(self, data: bytes) -> None:
        if self._reads_chunks():
            self._chunked_bytes += len(data)
        super().receive_data(data)

    def _accepted(self, event: _Found) -> _Found:
        if isinstance(event, h11.Request):
            return self._accepted_request(event)
        if isinstance(event, h11.Data) and self._is_chunked:
            self._events_allowed -= 1
            self._data_bytes += len(event.data)
            self._at_chunk_start = event.chunk_end
        return event

    def _accepted_request(self, request: h11.Request) -> h11.Request:
        names = set[bytes]()
        for name, value in request.headers:
            names.add(name)
            if len(value) > MAX_CONTENT_TYPE and name == b"content-type":
                self._refuse(
                    400, f"The header Content-Type is longer than {MAX_CONTENT_TYPE} bytes. Shorten it."
                )
        self._is_chunked = b"transfer-encoding" in names
        self._must_close = self._is_chunked and b"content-length" in names  # RFC 9112, section 6.1
        self._at_chunk_start, self._in_trailers = True, False
        self._chunked_bytes, self._data_bytes = len(super().trailing_data[0]), 0
        if not request.target.startswith(b"/") and (absolute := _ABSOLUTE_FORM.fullmatch(request.target)):
            host, path = absolute.groups()
            others = [(name, value) for name, value in request.headers if name != b"host"]
            request = h11.Request(
                method=request.method,
                target=path if path.startswith(b"/") else b"/" + path,
                headers=[(b"host", host), *others],
                http_version=request.http_version,
            )
        return request

    def _check_header(self) -> None:
        header = _until_end(super().trailing_data[0])
        if not header:
            return
        if _UNKNOWN_VERSION.match(header):
            self._refuse(505, "This server speaks HTTP/1.1 only. Send the request as HTTP/1.1.")
        if any(len(part) > MAX_TARGET for part in header.partition(b"\n")[0].split(b" ", 2)[1:2]):
            self._refuse(414, f"The URL is longer than {MAX_TARGET} bytes. Send a shorter one.")
        if len(header) > MAX_HEADER:
            self._refuse(431, f"The header is longer than {MAX_HEADER} bytes. Send fewer or shorter fields.")
        if header.count(b"\n") > MAX_LINES + 2:  # besides the request line and the empty one
            self._refuse(431, f"The header has more than {MAX_LINES} lines. Send fewer fields.")

    def _check_trailers(self) -> None:
        if not self._at_chunk_start:
            return
        data, _ = super().trailing_data
        if not self._in_trailers:
            last = _LAST_CHUNK.match(data)
            if not last:
                return
            self._in_trailers = True
            data = data[last.end() :]
        trailers = _until_end(b"\n" + data)
        if len(trailers) > _MAX_TRAILERS or trailers.count(b"\n") > MAX_LINES + 2:
            self._refuse(431, "There are too many fields behind the body. Send them in the header, or none.")

    def _check_overhead(self) -> None:
        if self._reads_chunks() and self._chunked_bytes > 2 * self._data_bytes + MAX_OVERHEAD:
            self._refuse(400, "The body's chunks are too small. Send larger ones, or a Content-Length.")

    def _refuse(self, status: int, detail: str) -> NoReturn:
        self.refusal = RequestInvalid(detail)
        self.refusal.status = status
        raise h11.RemoteProtocolError(detail, error_status_hint=status)


def _until_end(data: bytes) -> bytes:
    """The part of `data` up to the first empty line; all of it if there is none yet."""
    end = _END.search(data)
    return data[: end.end()] if end else data
