from collections.abc import Callable, Sequence
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Query, Request, Response
from PIL import Image
from pydantic import Field

from paishi.api.deps import Admitted, OwnerDep, RequestIdDep, ServicesDep, UploadDep
from paishi.api.insight import open_insight
from paishi.api.openapi import photo_body
from paishi.api.taught import prototypes_of
from paishi.api.upload import MAX_LABEL
from paishi.contract import Box, Explanation, Explanations, Model
from paishi.photo.encode import encode_jpeg, encode_png
from paishi.photo.heatmap import overlay
from paishi.photo.reader import LocatedViews
from paishi.problems import kinds as problems
from paishi.problems.openapi import documented
from paishi.recognition.class_search import UnknownClass, find_classes
from paishi.recognition.explain import Explained, explain, explain_taught
from paishi.recognition.labels import Labels
from paishi.recognition.recogniser import Recogniser
from paishi.runtimes.insight import Insight
from paishi.services import Services
from paishi.teaching.space import Prototypes, TaughtName
from paishi.teaching.things import key_of

router = APIRouter(tags=["insight"])

_LONG_SIDE = 1024
_DIGITS = 4
_MOST = 5
"""Labels of one request: as many names as a page shows."""
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_ENCODERS: dict[str, Callable[[Image.Image], bytes]] = {"image/png": encode_png, "image/jpeg": encode_jpeg}
_CALLED = (
    "The class to explain: its id, Keras label, English or Chinese name; or the id of a taught thing. "
    "Default: the most probable class."
)
_SEVERAL = f"Repeated, at most {_MOST} times, with `Accept: application/json`: an explanation for each."


@router.post(
    "/explain",
    operation_id="explain",
    summary="Show where in a photo the model sees a class",
    response_model=Explanation | Explanations,
    response_model_exclude_unset=True,  # `label.taught` is left out, not null
    dependencies=[Admitted],
    openapi_extra=photo_body(label=_CALLED),
    responses={
        200: {
            "description": "The photo with a heatmap, or with `Accept: application/json` the grid of values: "
            "one explanation, or a list if there are several labels.",
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
    label: Annotated[
        list[Annotated[str, Field(max_length=MAX_LABEL)]],
        Query(max_length=_MOST, description=f"{_CALLED} {_SEVERAL}"),
    ] = [],  # noqa: B006 - FastAPI copies it
) -> Explanation | Explanations | Response:
    """Returns the evidence for one class, or what of the photo resembles a taught thing.

    `Accept: application/json` gets the values as a grid; `image/png`, and JPEG for anything else, the upright
    photo, at most 1024 pixels wide and high, under a heatmap. Parts outside the model's input are dark.
    """
    accepted = request.headers.get("accept", "")
    as_json = "application/json" in accepted
    labels = label if any(label) else [upload.label]
    if len(labels) > 1 and not as_json:
        raise problems.RequestInvalid(
            "label: a picture shows one class. Send one label, or the header `Accept: application/json`."
        )
    with services.recognition.hold() as recogniser, open_insight(recogniser) as insight:
        choices = await _choices(services, owner, recogniser, labels)
        seen = await services.photos.located_views(upload.photo, recogniser.input_size, recogniser.fit)
        found = await _explained(recogniser, insight, seen, choices)
        model = recogniser.model
    if as_json:
        bodies = [_body(one, model, request_id) for one in found]
        if len(bodies) == 1:
            return bodies[0]
        return Explanations(success=True, explanations=bodies, request_id=request_id)
    [only] = found
    kind = "image/png" if "image/png" in accepted else "image/jpeg"
    picture = await services.photos.render(
        upload.photo, _LONG_SIDE, lambda upright: _ENCODERS[kind](overlay(upright, only.grid, only.box))
    )
    return Response(picture, media_type=kind, headers={"Cache-Control": "private, no-store"})


class _Choices(NamedTuple):
    """What to explain, by its place among the labels of the request."""

    classes: dict[int, Sequence[int] | None]
    things: dict[int, TaughtName]
    prototypes: Prototypes | None


async def _choices(
    services: Services, owner: str | None, recogniser: Recogniser, labels: Sequence[str]
) -> _Choices:
    """Raises RequestInvalid for an unknown class, and NotFound for an unknown taught thing, also for one of
    another user, and for one that is not learned yet."""
    ids = {place: called for place, called in enumerate(labels) if key_of(called)}
    classes = {
        place: _classes(recogniser.labels, called) for place, called in enumerate(labels) if place not in ids
    }
    if not ids:
        return _Choices(classes, {}, None)
    prototypes, names = await prototypes_of(services, owner, recogniser)
    if prototypes is None or not names.keys() >= set(ids.values()):
        raise problems.NotFound("You have taught no such thing, or it is still being learned.")
    things = {place: TaughtName(called, names[called]) for place, called in ids.items()}
    return _Choices(classes, things, prototypes)


async def _explained(
    recogniser: Recogniser, insight: Insight, seen: LocatedViews, choices: _Choices
) -> list[Explained]:
    classes, things, prototypes = choices
    found: dict[int, Explained] = {}
    if prototypes and things:
        resembling = await explain_taught(recogniser, insight, seen, prototypes, [*things.values()])
        found |= zip(things, resembling, strict=True)
    if classes:
        found |= zip(classes, await explain(recogniser, insight, seen, [*classes.values()]), strict=True)
    return [found[place] for place in sorted(found)]


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
