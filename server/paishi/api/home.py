"""The web page at `/`: recognition without a client to install."""

from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from paishi.api.deps import ServicesDep

WEB = Path(__file__).parents[1] / "web"

_LINK_TO_DOCS = '<a href="/docs" data-text="docs"></a> · '

router = APIRouter(include_in_schema=False)


@router.get("/")
def home(services: ServicesDep) -> HTMLResponse:
    # Scripts and styles only from this server: the name of a picture can never become code.
    policy = "default-src 'self'; img-src 'self' blob: data:; frame-ancestors 'none'; base-uri 'none'"
    page = (WEB / "index.html").read_text(encoding="utf-8")
    if not services.settings.docs:
        page = page.replace(_LINK_TO_DOCS, "")
    return HTMLResponse(page, headers={"Content-Security-Policy": policy})


def add_home(app: FastAPI) -> None:
    """Adds the page and its static files."""
    app.include_router(router)
    app.mount("/web", StaticFiles(directory=WEB), name="web")
