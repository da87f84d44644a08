"""The FastAPI application: `/openapi.json` in agreement with the contract, `/docs` without a CDN."""

import hashlib
import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
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
from paishi.problems.openapi import examples as problem_examples
from paishi.system.packaged import packaged

_EXAMPLES = packaged("examples", "shared/examples")
"""Bodies of the contract's kinds, named for them."""

DESCRIPTION = """\
Send a photo, get the name of the thing on it, in Chinese and English.

- A photo is the field `image` of a form, or the whole body with its own type, such as `image/jpeg`.
- A body with `success: false` is a problem (RFC 9457, `application/problem+json`). Programs read `code`, of
  which there may be new ones; people read `detail`, which says what to do.
- 429 and 503 pass: send the request again after `Retry-After` seconds. Other 4xx stay.
- Every response has the header `X-Request-ID`; quote it when you report a problem.
"""

TAGS = [
    {"name": "recognition", "description": "Names for a photo, and the models and classes that give them."},
    {"name": "insight", "description": "What is behind a name: the evidence in the photo, and its vector."},
    {"name": "echo", "description": "The photo as the server reads it: upright and without metadata."},
    {
        "name": "teaching",
        "description": "Things that users teach the server by a few photos.",
    },
    {"name": "on the phone", "description": "Models that a phone runs without the server."},
    {"name": "session", "description": "Login of WeChat users, with `PAISHI_AUTH=wechat`."},
    {"name": "health", "description": "Probes of supervisors and load balancers."},
]

_SCHEMES: dict[str, list[Callable[..., object]]] = {
    "none": [],
    "key": [
        HTTPBearer(
            scheme_name="key",
            description="A key from `paishi key new`: `Authorization: Bearer <key>`.",
            auto_error=False,
        ),
        APIKeyHeader(
            name="X-API-Key",
            scheme_name="key-in-X-API-Key",
            description="The same key, for clients that cannot set `Authorization`.",
            auto_error=False,
        ),
    ],
    "wechat": [
        HTTPBearer(
            scheme_name="session",
            description="The token from `POST /session`: `Authorization: Bearer <token>`.",
            auto_error=False,
        )
    ],
    "cloud": [
        APIKeyHeader(
            name=OPENID_HEADER,
            scheme_name="cloud-user",
            description="WeChat sets it; clients cannot.",
            auto_error=False,
        )
    ],
}
"""By PAISHI_AUTH; a client uses one of them."""

_REF = "#/components/schemas/{model}"
_FORMATS = tuple(f"image/{kind}" for kind in ("jpeg", "png", "webp", "gif", "bmp", "heic", "avif"))
_BINARY = {"type": "string", "format": "binary"}
_A_PHOTO = "the bytes of photo.jpg"
_FASTAPIS_OWN = "Successful Response"
_ROUTE = re.compile(r"^200 of [^:]*: ")
"""What the contract's texts begin with, and a description of the route need not say."""
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
            summary="Photo recognition for WeChat mini-programs and everything else that speaks HTTP.",
            description=DESCRIPTION,
            license_info={"name": "Apache License 2.0", "identifier": "Apache-2.0"},
            openapi_tags=TAGS,
            **options,
        )
        if shown:
            # FastAPI's own page loads Swagger UI from a CDN that is slow or blocked in mainland China.
            self.mount(_SWAGGER, StaticFiles(packages=[("fastapi_offline", "static")]), name="swagger")
            self.add_api_route("/docs", _docs, include_in_schema=False)

    def openapi(self) -> dict[str, Any]:
        """FastAPI's description with examples, and the Problem schema, which is no route's response model."""
        if self.openapi_schema is None:
            description = super().openapi()
            schemas = description["components"]["schemas"]
            problem = Problem.model_json_schema(ref_template=_REF)
            schemas |= {**problem.pop("$defs"), "Problem": problem}
            schemas.pop("HTTPValidationError", None)
            schemas.pop("ValidationError", None)
            bodies = _golden_bodies(schemas)
            description["components"]["examples"] = {
                **problem_examples(),
                **{name: {"value": body} for of in bodies.values() for name, body in of.items()},
            }
            for path in description["paths"].values():
                for operation in path.values():
                    _complete(operation, schemas, bodies)
        assert self.openapi_schema is not None
        return self.openapi_schema


def guarded(auth: str) -> dict[str, Any]:
    """Arguments of `include_router` for routes behind `middleware.access`, documented with its `auth`."""
    # For the description only: as dependencies, they would refuse a request only after the whole body.
    return {
        "responses": documented(NotAuthorised, TooManyRequests),
        "dependencies": [Depends(scheme) for scheme in _SCHEMES[auth]],
    }


def photo_body(label: str = "", **texts: dict[str, Any]) -> dict[str, Any]:
    """`openapi_extra` of a route that reads an upload: its body as `paishi.api.upload` takes it.

    `label` describes the form's field of that name; without, the route has none. `texts` are the schemas of
    other fields, each with an example.
    """
    about = "The photo: JPEG, PNG, WebP, GIF, BMP, HEIC or AVIF."
    fields: dict[str, Any] = {"image": {**_BINARY, "description": about}}
    if label:
        fields["label"] = {
            "type": "string",
            "maxLength": MAX_LABEL,
            "description": label,
            "examples": ["beagle"],
        }
    fields |= texts
    # JSON has no bytes: the photo's are a text here.
    example = {
        "image": _A_PHOTO,
        **{name: field["examples"][0] for name, field in fields.items() if name != "image"},
    }
    form = {
        "schema": {"type": "object", "properties": fields, "required": ["image"]},
        "encoding": {"image": {"contentType": ", ".join(_FORMATS)}},
        "example": example,
    }
    photo = {
        kind: {"schema": _BINARY, "example": _A_PHOTO} for kind in (*_FORMATS, "application/octet-stream")
    }
    return {"requestBody": {"required": True, "content": {"multipart/form-data": form, **photo}}}


def _golden_bodies(schemas: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Returns the contract's examples by the schema that they are of, such as predictions-unsure of
    Predictions."""
    kinds = {re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower(): name for name in schemas}
    bodies: dict[str, dict[str, Any]] = {}
    for file in sorted(_EXAMPLES.glob("*.json"), key=lambda file: file.stem):  # the plain one first
        kind = max((kind for kind in kinds if f"{file.stem}-".startswith(f"{kind}-")), key=len)
        bodies.setdefault(kinds[kind], {})[file.stem] = json.loads(file.read_text("utf-8"))
    return bodies


def _complete(operation: dict[str, Any], schemas: dict[str, Any], bodies: dict[str, dict[str, Any]]) -> None:
    """Removes FastAPI's own form of 422, adds `bodies` as examples and the contract's text about them."""
    response = operation["responses"].get("422", {})
    if "application/json" in response.get("content", {}):
        del operation["responses"]["422"]
    success = operation["responses"]["200"]
    content = success.get("content", {}).get("application/json", {})
    kinds = list(_kinds_of(content.get("schema", {})))
    if success["description"] == _FASTAPIS_OWN and kinds:
        about = _ROUTE.sub("", schemas[kinds[0]]["description"])
        success["description"] = about[0].upper() + about[1:]
    found = {
        name: {"$ref": f"#/components/examples/{name}"} for kind in kinds for name in bodies.get(kind, {})
    }
    if found:
        content["examples"] = found


def _kinds_of(schema: dict[str, Any]) -> Iterator[str]:
    """Names of the schemas that `schema` refers to, or any of which it allows."""
    for one in schema.get("anyOf", [schema]):
        if "$ref" in one:
            yield one["$ref"].rsplit("/", 1)[1]


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
