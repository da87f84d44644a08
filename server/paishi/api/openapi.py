"""`/openapi.json` as the contract has it."""

from typing import Any

from fastapi import FastAPI

from paishi.contract import Problem

_REF = "#/components/schemas/{model}"
_FORMATS = ", ".join(f"image/{kind}" for kind in ("jpeg", "png", "webp", "gif", "bmp", "heic", "avif"))


def describe(app: FastAPI) -> None:
    """Makes FastAPI's own description complete: problems are no response model of any route."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            description = generate()
            schemas = description["components"]["schemas"]
            schemas["Problem"] = Problem.model_json_schema(ref_template=_REF)
            schemas.pop("HTTPValidationError", None)
            schemas.pop("ValidationError", None)
            _drop_undocumented_422(description)
            _name_formats(description)
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _drop_undocumented_422(description: dict[str, Any]) -> None:
    """FastAPI claims its own form of 422 for every route with a parameter, even one that takes any string."""
    for path in description["paths"].values():
        for operation in path.values():
            answer = operation["responses"].get("422", {})
            if "application/json" in answer.get("content", {}):
                del operation["responses"]["422"]


def _name_formats(description: dict[str, Any]) -> None:
    """FastAPI calls a photo bytes of any kind."""
    for path in description["paths"].values():
        for operation in path.values():
            form = operation.get("requestBody", {}).get("content", {}).get("multipart/form-data")
            if form:
                form["encoding"] = {"image": {"contentType": _FORMATS}}
