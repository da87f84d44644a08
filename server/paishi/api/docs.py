"""The page at `/docs`: all routes, to try out."""

import hashlib
import re
from base64 import b64encode

from fastapi import FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi_offline import FastAPIOffline

_STATIC = "/static-offline-docs"
_INLINE_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


def app_with_docs(shown: bool, **options: object) -> FastAPI:
    """FastAPI with its own pages closed; `/docs` and `/openapi.json` answer only where they are `shown`."""
    if not shown:
        return FastAPI(docs_url=None, redoc_url=None, openapi_url=None, **options)  # type: ignore[arg-type]
    # Not FastAPI itself: its /docs comes from a CDN that is slow or shut in mainland China and on a train.
    app = FastAPIOffline(docs_url=None, redoc_url=None, static_url=_STATIC, **options)
    app.add_api_route("/docs", _docs, include_in_schema=False)
    return app


async def _docs(request: Request) -> HTMLResponse:
    app: FastAPI = request.app
    root = request.scope.get("root_path", "")
    page = get_swagger_ui_html(
        openapi_url=f"{root}{app.openapi_url}",
        title=app.title,
        swagger_js_url=f"{root}{_STATIC}/swagger-ui-bundle.js",
        swagger_css_url=f"{root}{_STATIC}/swagger-ui.css",
        swagger_favicon_url=f"{root}{_STATIC}/favicon.png",
    )
    page.headers["Content-Security-Policy"] = _policy(bytes(page.body))
    return page


def _policy(page: bytes) -> str:
    """Nothing from elsewhere, and of the scripts within the page only those that are in it now."""
    scripts = " ".join(
        f"'sha256-{b64encode(hashlib.sha256(script).digest()).decode()}'"
        for script in _INLINE_SCRIPT.findall(page)
    )
    # Swagger UI sets styles on elements and has its icons as data.
    return (
        f"default-src 'self'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' blob: data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    )
