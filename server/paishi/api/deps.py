"""Dependencies of routes as `Annotated` aliases, and the request and route classes of photo uploads."""

from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, File, Request, Response, UploadFile
from fastapi.routing import APIRoute
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, Headers
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser

from paishi.problems.kinds import ImageMissing
from paishi.services import Services

_KNOWN_CHARSETS = {b"utf-8", b"us-ascii", b"iso-8859-1", b"gb2312", b"gbk", b"gb18030", b"big5"}

# Dependencies are coroutines even without an await: FastAPI runs plain functions on a thread.


async def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


async def _request_id(request: Request) -> str:
    return str(request.state.request_id)


async def _photo(
    request: Request,
    image: Annotated[UploadFile, File(description="The photo: JPEG, PNG, WebP, GIF, BMP, HEIC or AVIF.")],
) -> bytes:
    if len((await request.form()).getlist("image")) > 1:
        raise ImageMissing("There are several fields named `image`. Send one photo per request.")
    photo = await image.read()
    await image.close()  # otherwise memory holds it twice until the response
    return photo


async def _admitted(
    request: Request, services: Annotated[Services, Depends(_services)]
) -> AsyncIterator[None]:
    with services.admissions[request.method, request.scope["route"].path].admit():
        yield


ServicesDep = Annotated[Services, Depends(_services)]
RequestIdDep = Annotated[str, Depends(_request_id)]
PhotoDep = Annotated[bytes, Depends(_photo)]
Admitted = Depends(_admitted)
"""Holds one place of the route's admission from the end of the body to the response."""


class _InMemoryParser(MultiPartParser):
    """Keeps photos off the disk, where each part would also take two threads."""

    spool_max_size = 2**63 - 1  # the request as a whole is bounded by its route


class PhotoRequest(Request):
    """A request whose form stays in memory and is decoded with a well-known charset."""

    _parsed: FormData | None = None

    async def form(self, **limits: int | float) -> FormData:  # type: ignore[override]
        """Raises HTTPException 400 if the form cannot be parsed."""
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


class PhotoRoute(APIRoute):
    """Route class for photo uploads: hands a PhotoRequest to the route."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_photo(request: Request) -> Response:
            return await handle(PhotoRequest(request.scope, request.receive))

        return handle_photo


def _with_known_charset(content_type: str, options: dict[bytes, bytes]) -> str:
    """Drops an unknown charset, so that texts are read as UTF-8.

    Starlette looks a client's charset up among all codecs of Python and decodes with it in the event loop.
    Python caches every unknown name for ever, and punycode takes seconds for the text that a form may hold.
    """
    charset, boundary = options.get(b"charset"), options.get(b"boundary")
    if charset is None or charset.lower() in _KNOWN_CHARSETS:
        return content_type
    if boundary is None:
        return "multipart/form-data"
    quoted = boundary.decode("latin-1").replace("\\", "\\\\").replace('"', '\\"')
    return f'multipart/form-data; boundary="{quoted}"'
