"""Files for recognition on the phone: a model that `paishi export --on-device` has made, and labels."""

import re
from pathlib import Path

import anyio.to_thread
from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from paishi.api.deps import ServicesDep
from paishi.contract import OnDevice
from paishi.problems import kinds as problems
from paishi.problems.openapi import documented
from paishi.recognition.labels import labels_file
from paishi.recognition.on_device import (
    LABELS,
    MODEL,
    OnDeviceFile,
    catalogue_name,
    find_on_device,
    noted,
    offered,
)
from paishi.recognition.recognition import Ready
from paishi.services import Services

router = APIRouter(tags=["on the phone"])
"""Routes behind authentication; they bring no photo."""

_ONNX = "application/octet-stream"
_IMAGENET = "imagenet"
_KEPT = {"Cache-Control": "private, no-cache"}
"""Clients keep it and ask with its ETag whether it has changed."""
_RESPONSES = {
    206: {"description": "The part that `Range` names."},
    304: {"description": "`If-None-Match` names the current file."},
    **documented(problems.OnDeviceOff, problems.ModelNotExported, problems.RangeUnsatisfiable),
}
_RANGE = re.compile(r"bytes=(\d+)-(\d*)|bytes=-(\d+)")
_FILE = {"type": "string", "format": "binary"}


@router.get(
    "/on-device",
    operation_id="describe_phone_model",
    summary="Describe the model for the phone",
    responses=documented(problems.OnDeviceOff, problems.ModelNotExported),
)
async def on_device(services: ServicesDep) -> OnDevice:
    """Returns the served model, if it is exported for phones, else the smallest that is."""
    _need_on(services)
    found = await offer(services)
    if found is None:
        raise problems.ModelNotExported(
            "No model is exported for phones. The operator can run `paishi export EfficientNetLite0 "
            "--on-device` on the server."
        )
    return found


async def offer(services: Services) -> OnDevice | None:
    """The model for phones; None if the operator offers none."""
    if not services.settings.on_device:
        return None
    state = services.recognition.state
    served = state.recogniser if isinstance(state, Ready) else None
    return await anyio.to_thread.run_sync(offered, services.settings, served)


@router.get(
    "/models/{name}.onnx",
    operation_id="get_phone_model",
    summary="Get a model for the phone",
    response_class=FileResponse,
    responses={200: {"description": "The model.", "content": {_ONNX: {"schema": _FILE}}}, **_RESPONSES},
)
async def model(name: str, request: Request, services: ServicesDep) -> Response:
    """Returns ONNX for `wx.createInferenceSession`, with an ETag; parts of it with `Range`."""
    return _answer(request, await _exported(services, name, MODEL), _ONNX)


@router.get(
    "/labels/{name}.json",
    operation_id="get_phone_labels",
    summary="Get the labels of a model for the phone",
    response_class=FileResponse,
    responses={
        200: {
            "description": "An array of the classes' names, in the order of the model's outputs.",
            "content": {
                "application/json": {
                    "schema": {"type": "array", "items": {"type": "object"}},
                    "example": [
                        {
                            "id": "n01440764",
                            "label": "tench",
                            "name": {"en": "tench", "zh": "丁鱥"},
                        }
                    ],
                }
            },
        },
        **_RESPONSES,
    },
)
async def labels(name: str, request: Request, services: ServicesDep) -> Response:
    """Returns ImageNet's for `imagenet`, otherwise those of the exported model of that name."""
    if name == _IMAGENET:
        _need_on(services)
        found = await anyio.to_thread.run_sync(noted, labels_file(_IMAGENET))
    else:
        found = await _exported(services, name, LABELS)
    return _answer(request, found, "application/json")


def _need_on(services: Services) -> None:
    if not services.settings.on_device:
        raise problems.OnDeviceOff(
            "This server gives phones no models. The operator can set PAISHI_ON_DEVICE."
        )


async def _exported(services: Services, model: str, name: str) -> OnDeviceFile:
    _need_on(services)
    cache: Path = services.settings.cache_folder
    found = await anyio.to_thread.run_sync(find_on_device, cache, model, name)
    if found is None:
        raise problems.ModelNotExported(
            f"{catalogue_name(model)} is not exported for phones. The operator can run `paishi export "
            f"{catalogue_name(model)} --on-device` on the server."
        )
    return found


def _answer(request: Request, found: OnDeviceFile, media_type: str) -> Response:
    headers = {"ETag": f'"{found.sha256}"', **_KEPT}
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")]
    if headers["ETag"] in known or "*" in known:
        return Response(status_code=304, headers=headers)
    _check_range(request, found, headers["ETag"])
    return FileResponse(found.file, media_type=media_type, headers=headers)


def _check_range(request: Request, found: OnDeviceFile, etag: str) -> None:
    """Removes a `Range` of another form than one part, as RFC 9110 allows, so that all is sent.

    Raises RangeUnsatisfiable for one behind the end, which Starlette would answer in plain text.
    """
    given = request.headers.get("Range")
    if given is None or request.headers.get("If-Range", etag) != etag:
        return
    part = _RANGE.fullmatch(given.strip())
    if part is None or (part[1] and part[2] and int(part[2]) < int(part[1])):
        request.scope["headers"] = [header for header in request.scope["headers"] if header[0] != b"range"]
    elif int(part[1] or 0) >= found.bytes or (part[3] is not None and not int(part[3])):
        raise problems.RangeUnsatisfiable(
            f"The file has {found.bytes} bytes, and Range begins behind them: send none, to get all of it."
        )
