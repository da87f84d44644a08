"""The FastAPI application: `/openapi.json` in agreement with the contract, `/docs` without a CDN."""

import hashlib
import re
from base64 import b64encode
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.security import APIKeyHeader, HTTPBearer
from fastapi.staticfiles import StaticFiles

from paishi.access.cloud import OPENID_HEADER
from paishi.api.upload import MAX_LABEL
from paishi.contract import Problem
from paishi.problems.kinds import NotAuthorised, TooManyRequests
from paishi.problems.openapi import documented

_REF = "#/components/schemas/{model}"
_FORMATS = tuple(f"image/{kind}" for kind in ("jpeg", "png", "webp", "gif", "bmp", "heic", "avif"))
_BINARY = {"type": "string", "format": "binary"}
_SWAGGER = "/static-offline-docs"
_INLINE_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


class Api(FastAPI):
    """FastAPI with `/docs` and `/openapi.json` if `shown`."""

    def __init__(self, shown: bool, **options: Any) -> None:
        super().__init__(
            docs_url=None,
            redoc_url=None,
            openapi_url="/openapi.json" if shown else None,
            servers=[{"url": "."}],  # relative to the description, wherever a proxy serves it
            **options,
        )
        if shown:
            # FastAPI's own page loads Swagger UI from a CDN that is slow or blocked in mainland China.
            self.mount(_SWAGGER, StaticFiles(packages=[("fastapi_offline", "static")]), name="swagger")
            self.add_api_route("/docs", _docs, include_in_schema=False)

    def openapi(self) -> dict[str, Any]:
        """FastAPI's description with the Problem schema, which is no route's response model."""
        if self.openapi_schema is None:
            description = super().openapi()
            schemas = description["components"]["schemas"]
            problem = Problem.model_json_schema(ref_template=_REF)
            schemas |= {**problem.pop("$defs"), "Problem": problem}
            schemas.pop("HTTPValidationError", None)
            schemas.pop("ValidationError", None)
            for path in description["paths"].values():
                for operation in path.values():
                    _complete(operation)
        assert self.openapi_schema is not None
        return self.openapi_schema


def guarded(auth: str) -> dict[str, Any]:
    """Arguments of `include_router` for routes behind `middleware.access`, documented with its `auth`."""
    # For the description only: as a dependency, it would refuse a request only after the whole body.
    shown: APIKeyHeader | HTTPBearer = (
        APIKeyHeader(name=OPENID_HEADER, auto_error=False, description="WeChat sets it; clients cannot.")
        if auth == "cloud"
        else HTTPBearer(auto_error=False, description="A key, or a token from POST /session.")
    )
    return {
        "responses": documented(NotAuthorised, TooManyRequests),
        "dependencies": [] if auth == "none" else [Depends(shown)],
    }


def photo_body(label: str = "", **texts: dict[str, Any]) -> dict[str, Any]:
    """`openapi_extra` of a route that reads an upload: its body as `paishi.api.upload` takes it.

    `label` describes the form's field of that name; without, the route has none. `texts` are the schemas of
    other fields.
    """
    about = "The photo: JPEG, PNG, WebP, GIF, BMP, HEIC or AVIF."
    fields: dict[str, Any] = {"image": {**_BINARY, "description": about}}
    if label:
        fields["label"] = {"type": "string", "maxLength": MAX_LABEL, "description": label}
    fields |= texts
    form = {
        "schema": {"type": "object", "properties": fields, "required": ["image"]},
        "encoding": {"image": {"contentType": ", ".join(_FORMATS)}},
    }
    photo = {kind: {"schema": _BINARY} for kind in (*_FORMATS, "application/octet-stream")}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": form, **photo}}}


def _complete(operation: dict[str, Any]) -> None:
    """Removes FastAPI's own form of 422."""
    response = operation["responses"].get("422", {})
    if "application/json" in response.get("content", {}):
        del operation["responses"]["422"]


async def _docs(request: Request) -> HTMLResponse:
    app: FastAPI = request.app
    # Relative, because a proxy may serve all this under a path that this server does not see.
    root = "../" if request.scope["raw_path"].endswith(b"/") else ""
    swagger = f"{root}{_SWAGGER.removeprefix('/')}"
    page = get_swagger_ui_html(
        openapi_url=f"{root}openapi.json",
        title=app.title,
        swagger_js_url=f"{swagger}/swagger-ui-bundle.js",
        swagger_css_url=f"{swagger}/swagger-ui.css",
        swagger_favicon_url=f"{swagger}/favicon.png",
    )
    page.headers["Content-Security-Policy"] = _policy(bytes(page.body))
    return page


def _policy(page: bytes) -> str:
    """Content-Security-Policy that allows this origin and, by hash, the inline scripts of `page`."""
    scripts = " ".join(
        f"'sha256-{b64encode(hashlib.sha256(script).digest()).decode()}'"
        for script in _INLINE_SCRIPT.findall(page)
    )
    # Swagger UI sets styles on elements and has its icons as data.
    return (
        f"default-src 'self'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' blob: data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    )
