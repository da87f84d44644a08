"""A request whose form stays in memory and has texts in a known charset."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, Headers
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser

_KNOWN_CHARSETS = {b"utf-8", b"us-ascii", b"iso-8859-1", b"gb2312", b"gbk", b"gb18030", b"big5"}


class _InMemoryParser(MultiPartParser):
    """Photos do not touch the disk on their way in, which would also take two threads a part."""

    spool_max_size = 2**63 - 1  # the request as a whole is bounded elsewhere


class PhotoRequest(Request):
    _parsed: FormData | None = None

    async def form(self, **limits: int | float) -> FormData:  # type: ignore[override]
        """Raises HTTPException 400 for a form that cannot be parsed."""
        kind, options = parse_options_header(self.headers.get("content-type", ""))
        if kind != b"multipart/form-data":
            return await super().form(**limits)  # type: ignore[arg-type]
        if self._parsed is None:
            headers = Headers({"content-type": _with_known_charset(self.headers["content-type"], options)})
            try:
                parser = _InMemoryParser(headers, self.stream(), **limits)  # type: ignore[arg-type]
                self._parsed = await parser.parse()
            except MultiPartException as error:
                raise HTTPException(400, error.message) from error
        return self._parsed


def _with_known_charset(content_type: str, options: dict[bytes, bytes]) -> str:
    """Drops any other charset, so that texts are read as UTF-8.

    Starlette looks up whatever the client names among all codecs of Python, decodes each text with it in the
    event loop, and Python remembers every unknown name for ever. punycode takes seconds for as much text as a
    form may have.
    """
    charset, boundary = options.get(b"charset"), options.get(b"boundary")
    if charset is None or charset.lower() in _KNOWN_CHARSETS:
        return content_type
    if boundary is None:
        return "multipart/form-data"
    quoted = boundary.decode("latin-1").replace("\\", "\\\\").replace('"', '\\"')
    return f'multipart/form-data; boundary="{quoted}"'


class PhotoRoute(APIRoute):
    """Route class of routers whose routes take a photo."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_photo(request: Request) -> Response:
            return await handle(PhotoRequest(request.scope, request.receive))

        return handle_photo
