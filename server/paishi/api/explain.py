from collections.abc import Callable, Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from PIL import Image

from paishi.api.deps import Admitted, OwnerDep, RequestIdDep, ServicesDep, UploadDep
from paishi.api.insight import open_insight
from paishi.api.openapi import photo_body
from paishi.api.taught import prototypes_of
from paishi.api.upload import MAX_LABEL
from paishi.contract import Box, Explanation, Model
from paishi.photo.encode import encode_jpeg, encode_png
from paishi.photo.heatmap import overlay
from paishi.problems import kinds as problems
from paishi.problems.openapi import documented
from paishi.recognition.class_search import UnknownClass, find_classes
from paishi.recognition.explain import Explained, explain, explain_taught
from paishi.recognition.labels import Labels
from paishi.recognition.recogniser import Recogniser
from paishi.services import Services
from paishi.teaching.space import Prototypes, TaughtName
from paishi.teaching.things import key_of

router = APIRouter(tags=["insight"])

_LONG_SIDE = 1024
_DIGITS = 4
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_ENCODERS: dict[str, Callable[[Image.Image], bytes]] = {"image/png": encode_png, "image/jpeg": encode_jpeg}
_CALLED = (
    "The class to explain: its id, Keras label, English or Chinese name; or the id of a taught thing. "
    "Default: the most probable class."
)


@router.post(
    "/explain",
    summary="Show where in a photo the model sees a class",
    response_model=Explanation,
    response_model_exclude_unset=True,  # `label.taught` is left out, not null
    dependencies=[Admitted],
    openapi_extra=photo_body(label=_CALLED),
    responses={
        200: {
            "description": "The photo with a heatmap, or with `Accept: application/json` the grid of values.",
            "content": dict.fromkeys(_ENCODERS, _BINARY),
        },
        **documented(*problems.OF_A_PHOTO, *problems.OF_A_MODEL, problems.NotFound, problems.NotExplainable),
    },
)
async def explanation(
    request: Request,
    upload: UploadDep,
    services: ServicesDep,
    owner: OwnerDep,
    request_id: RequestIdDep,
    label: Annotated[str, Query(max_length=MAX_LABEL, description=_CALLED)] = "",
) -> Explanation | Response:
    """Returns the evidence for one class, or what of the photo resembles a taught thing.

    `Accept: application/json` gets the values as a grid; `image/png`, and JPEG for anything else, the upright
    photo, at most 1024 pixels wide and high, under a heatmap. Parts outside the model's input are dark.
    """
    with services.recognition.hold() as recogniser, open_insight(recogniser) as insight:
        called = label or upload.label
        taught = await _taught(services, owner, recogniser, called) if key_of(called) else None
        classes = None if taught else _classes(recogniser.labels, called)
        seen = await services.photos.located_views(upload.photo, recogniser.input_size, recogniser.fit)
        if taught:
            found = await explain_taught(recogniser, insight, seen, *taught)
        else:
            found = await explain(recogniser, insight, seen, classes)
        model = recogniser.model
    accepted = request.headers.get("accept", "")
    if "application/json" in accepted:
        return _body(found, model, request_id)
    kind = "image/png" if "image/png" in accepted else "image/jpeg"
    picture = await services.photos.render(
        upload.photo, _LONG_SIDE, lambda upright: _ENCODERS[kind](overlay(upright, found.grid, found.box))
    )
    return Response(picture, media_type=kind, headers={"Cache-Control": "private, no-store"})


async def _taught(
    services: Services, owner: str | None, recogniser: Recogniser, called: str
) -> tuple[Prototypes, TaughtName]:
    """Raises NotFound, also for a thing of another user, and for one that is not learned yet."""
    prototypes, names = await prototypes_of(services, owner, recogniser)
    if prototypes is None or called not in names:
        raise problems.NotFound("You have taught no such thing, or it is still being learned.")
    return prototypes, TaughtName(called, names[called])


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
