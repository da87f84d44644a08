from collections.abc import Callable, Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from PIL import Image

from paishi.api.deps import Admitted, PhotoDep, PhotoRoute, RequestIdDep, ServicesDep
from paishi.api.insight import open_insight
from paishi.contract import Box, Explanation, Model
from paishi.photo.encode import encode_jpeg, encode_png
from paishi.photo.heatmap import overlay
from paishi.problems import kinds as problems
from paishi.problems.openapi import documented
from paishi.recognition.class_search import UnknownClass, find_classes
from paishi.recognition.explain import Explained, explain
from paishi.recognition.labels import Labels

router = APIRouter(tags=["insight"], route_class=PhotoRoute)

_LONG_SIDE = 1024
_DIGITS = 4
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_ENCODERS: dict[str, Callable[[Image.Image], bytes]] = {"image/png": encode_png, "image/jpeg": encode_jpeg}
_CALLED = "The class to explain: its id, Keras label, English or Chinese name. Default: the most probable."


@router.post(
    "/explain",
    summary="Show where in a photo the model sees a class",
    response_model=Explanation,
    dependencies=[Admitted],
    responses={
        200: {
            "description": "The photo with a heatmap, or with `Accept: application/json` the grid of values.",
            "content": dict.fromkeys(_ENCODERS, _BINARY),
        },
        **documented(*problems.OF_A_PHOTO, *problems.OF_A_MODEL),
    },
)
async def explanation(
    request: Request,
    photo: PhotoDep,
    services: ServicesDep,
    request_id: RequestIdDep,
    label: Annotated[str, Query(description=_CALLED)] = "",
    label_field: Annotated[str, Form(alias="label", description=_CALLED)] = "",
) -> Explanation | Response:
    """Returns the evidence for one class.

    `Accept: application/json` gets the values as a grid; `image/png`, and JPEG for anything else, the upright
    photo, at most 1024 pixels wide and high, under a heatmap. Parts outside the model's input are dark.
    """
    with services.recognition.hold() as recogniser, open_insight(recogniser) as insight:
        classes = _classes(recogniser.labels, label or label_field)
        seen = await services.photos.located_views(photo, recogniser.input_size, recogniser.fit)
        found = await explain(recogniser, insight, seen, classes)
        model = recogniser.model
    accepted = request.headers.get("accept", "")
    if "application/json" in accepted:
        return _body(found, model, request_id)
    kind = "image/png" if "image/png" in accepted else "image/jpeg"
    picture = await services.photos.render(
        photo, _LONG_SIDE, lambda upright: _ENCODERS[kind](overlay(upright, found.grid, found.box))
    )
    return Response(picture, media_type=kind, headers={"Cache-Control": "private, no-store"})


def _classes(labels: Labels, called: str) -> Sequence[int] | None:
    if not called.strip():
        return None
    try:
        return find_classes(labels, called)
    except UnknownClass as error:
        raise problems.RequestInvalid(f"label: {error}") from error


def _body(found: Explained, model: Model, request_id: str) -> Explanation:
    left, top, right, bottom = found.box
    return Explanation(
        success=True,
        label=found.prediction,
        method=found.method,
        grid=[[round(float(value), _DIGITS) for value in row] for row in found.grid],
        box=Box(left=max(left, 0), top=max(top, 0), width=min(right - left, 1), height=min(bottom - top, 1)),
        model=model,
        request_id=request_id,
    )
