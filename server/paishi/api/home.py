"""The web page at `/`: recognition without a client to install."""

import io
import mimetypes
import os
from functools import lru_cache
from html import escape
from pathlib import Path

import segno
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from pydantic import AnyUrl, ValidationError
from starlette.types import Scope

from paishi.api.deps import ServicesDep
from paishi.client_address import is_from_this_machine
from paishi.problems import kinds as problems
from paishi.services import Services
from paishi.system.lan_address import is_loopback, lan_url

WEB = Path(__file__).parents[1] / "web"

_LINK_TO_DOCS = '<a href="docs" data-text="docs"></a> · '
_ABOUT_SERVER = 'data-phone="" data-auth="none"'
_LONGEST_URL = 400
"""In characters: a code with more would be too fine for a phone's camera."""

router = APIRouter(include_in_schema=False)


@router.get("/")
def home(request: Request, services: ServicesDep) -> HTMLResponse:
    # Scripts and styles only from this server: the name of a picture can never become code.
    policy = "default-src 'self'; img-src 'self' blob: data:; frame-ancestors 'none'; base-uri 'none'"
    page = (WEB / "index.html").read_text(encoding="utf-8")
    about = f'data-phone="{escape(phone_url(request, services))}" data-auth="{services.settings.auth}"'
    page = page.replace(_ABOUT_SERVER, about)
    if not services.settings.docs:
        page = page.replace(_LINK_TO_DOCS, "")
    return HTMLResponse(page, headers={"Content-Security-Policy": policy, "Cache-Control": "no-cache"})


@router.get("/phone.svg")
def phone_code(request: Request, services: ServicesDep) -> Response:
    """Returns the QR code of the URL at which a phone opens the page."""
    url = phone_url(request, services)
    if not url:
        raise problems.NotFound("No address for phones is known. Set PAISHI_HOST or PAISHI_PUBLIC_URL.")
    return Response(_qr_code(f"{url}/"), media_type="image/svg+xml", headers={"Cache-Control": "no-cache"})


def phone_url(request: Request, services: Services) -> str:
    """Returns the URL at which a phone in the same network reaches this server, "" if none is known.

    It is PAISHI_PUBLIC_URL, or the one that the client uses itself. If that is a loopback address, it is the
    machine's address in its LAN, but only for a client on the machine itself: others come through a tunnel or
    a container's port, whose address is not known here.
    """
    settings = services.settings
    url = settings.public_url or str(request.base_url).rstrip("/")
    try:
        host = AnyUrl(url).host or ""
    except ValidationError:
        return ""
    if is_loopback(host.strip("[]")):
        is_here = is_from_this_machine(request)
        url = (is_here and lan_url(settings.host, request.scope["server"][1])) or ""
    return url if len(url) <= _LONGEST_URL else ""


@lru_cache(maxsize=8)
def _qr_code(url: str) -> bytes:
    drawn = io.BytesIO()
    segno.make(url, error="m").save(drawn, kind="svg", border=3, light="#fff", omitsize=True)
    return drawn.getvalue()


class _WebFiles(StaticFiles):
    """Browsers ask each time whether a file has changed: its modules work with those of one version only."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = "no-cache"
        return response


def add_home(app: FastAPI) -> None:
    """Adds the page and its static files."""
    # Windows may have another type in its registry, with which browsers refuse scripts.
    mimetypes.add_type("text/javascript", ".js")
    app.include_router(router)
    app.mount("/web", _WebFiles(directory=WEB), name="web")
