"""The page at `/`: a first answer without any client."""

from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles

WEB = Path(__file__).parents[1] / "web"

router = APIRouter(include_in_schema=False)


@router.get("/")
def home() -> FileResponse:
    # Scripts and styles only from this server, so that a picture's name can never become code.
    policy = "default-src 'self'; img-src 'self' blob: data:; frame-ancestors 'none'; base-uri 'none'"
    return FileResponse(WEB / "index.html", headers={"Content-Security-Policy": policy})


def add_home(app: FastAPI) -> None:
    app.include_router(router)
    app.mount("/web", StaticFiles(directory=WEB), name="web")
