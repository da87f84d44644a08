from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request, Response
from pydantic import BaseModel, Field

from paishi.api.deps import Admitted, OwnerDep, RequestIdDep, ServicesDep, UploadDep
from paishi.api.json_body import json_body, read_json
from paishi.api.openapi import photo_body
from paishi.api.upload import MAX_LABEL
from paishi.contract import (
    Taught,
    TaughtChanged,
    TaughtLimits,
    TaughtRemoved,
    TaughtThing,
    TaughtThings,
)
from paishi.photo.encode import encode_jpeg
from paishi.problems import kinds as problems
from paishi.problems.openapi import documented
from paishi.recognition.class_search import UnknownClass, find_classes
from paishi.recognition.labels import Labels
from paishi.recognition.learning import read_taught
from paishi.recognition.recogniser import NO_NAMES, Recogniser
from paishi.recognition.recognition import Ready
from paishi.services import Services
from paishi.teaching.names import checked_name
from paishi.teaching.rules import View
from paishi.teaching.space import Prototypes, Space
from paishi.teaching.things import ENOUGH, TRAIN_FROM, UNDO_S, Language, Undo, key_of, public_id

if TYPE_CHECKING:
    from paishi.teaching.book import Book

router = APIRouter(tags=["teaching"])
own_router = APIRouter(tags=["teaching"])
"""Routes that bring no photo: behind authentication, but not counted as uploads."""

_SIDE = 320
_PRIVATE = {"Cache-Control": "private, no-store"}
_JPEG = {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}
_NAMED = "What the thing is called, up to 60 characters; required, as a field of the form or in the query."
_LANG = "Language of the name."
_FORCE = "Whether to go on although the photo resembles another taught thing."
_TRUE = ("true", "1", "yes", "on")
_LANGUAGES: dict[str, Language | None] = {"": None, "zh": "zh", "en": "en"}
_OF_A_THING = (problems.TeachingOff, problems.NotFound, problems.StoreUnavailable)


class Renaming(BaseModel):
    name: str = Field(max_length=MAX_LABEL, description="The new name.")
    merge: bool = Field(
        False, description="Whether to join the thing into another one that has this name, whose id stays."
    )


class Restoring(BaseModel):
    undo: str = Field(min_length=1, max_length=100, description="From the response of the deletion.")


@router.post(
    "/taught",
    operation_id="teach",
    summary="Teach a thing by a photo",
    dependencies=[Admitted],
    openapi_extra=photo_body(
        name={"type": "string", "maxLength": MAX_LABEL, "description": _NAMED, "examples": ["外婆的茶壶"]},
        lang={"type": "string", "enum": ["zh", "en"], "description": _LANG, "examples": ["zh"]},
        force={"type": "boolean", "description": _FORCE, "examples": [False]},
    ),
    response_model_exclude_unset=True,
    responses=documented(
        *problems.OF_A_PHOTO,
        *problems.OF_A_MODEL,
        problems.TeachingOff,
        problems.NotTeachable,
        problems.TaughtBefore,
        problems.TaughtLooksLikeOther,
        problems.TaughtFull,
        problems.TaughtStoreFull,
        problems.StoreUnavailable,
    ),
)
async def teach(
    request: Request,
    upload: UploadDep,
    services: ServicesDep,
    owner: OwnerDep,
    request_id: RequestIdDep,
    name: Annotated[str, Query(max_length=MAX_LABEL, description=_NAMED)] = "",
    lang: Annotated[Language | None, Query(description=_LANG)] = None,
    force: Annotated[bool, Query(description=_FORCE)] = False,
) -> Taught:
    """Adds the photo to the thing of that name, which is new if there is none; the next photo is compared
    with it.

    Three photos are enough, better from different sides and before different backgrounds. Kinds of things are
    told apart, not individuals; teach things, not people. The photo stays on the server without metadata, at
    most 1024 pixels wide and high, until it is deleted.
    """
    book, owner = _own_book(services, owner)
    await services.access.rate_limits.teach(request.state.client)
    called = checked_name(name or upload.text("name"))
    spoken = lang or _language(upload.text("lang"))
    keeps = services.settings.taught_keep == "photos"
    with services.recognition.hold() as recogniser:
        space = _space(recogniser)
        views = await services.photos.views(upload.photo, recogniser.input_size, recogniser.fit)
        seen = await recogniser.see(views)
        photo = await read_taught(services.photos, recogniser, upload.photo, seen, keeps)
        known = await book.prototypes(owner, space)
        [seen_as] = recogniser.rank(seen, 1, *known).predictions
        goes_on = force or upload.text("force").lower() in _TRUE
        learned = await book.teach(owner, space, called, spoken, photo, goes_on)
        is_class = _is_class(recogniser.labels, called)
    services.metrics.count_taught("taught")
    return Taught(
        success=True,
        thing=_thing(learned.view),
        photo=learned.number,
        seen_as=seen_as,
        is_class=is_class,
        request_id=request_id,
    )


@own_router.get(
    "/taught",
    operation_id="list_taught",
    summary="List taught things",
    response_model_exclude_unset=True,
    responses=documented(problems.TeachingOff, problems.StoreUnavailable),
)
async def things(services: ServicesDep, owner: OwnerDep, request_id: RequestIdDep) -> TaughtThings:
    """Returns all things of this user, the one taught last first."""
    book, owner = _own_book(services, owner)
    found = await book.things(owner, _current_space(services))
    return TaughtThings(
        success=True,
        things=[_thing(view) for view in found],
        limits=TaughtLimits(things=book.limits.things, photos=book.limits.photos),
        request_id=request_id,
    )


@own_router.get(
    "/taught/{thing_id}/photos/{number}",
    operation_id="get_taught_photo",
    summary="Get a photo of a taught thing",
    response_class=Response,
    responses={
        200: {"description": f"The photo, at most {_SIDE} pixels wide and high.", **_JPEG},
        **documented(*_OF_A_THING, problems.RequestInvalid, problems.Overloaded),
    },
)
async def photo(thing_id: str, number: int, services: ServicesDep, owner: OwnerDep) -> Response:
    """Returns a JPEG, if the server keeps photos (`PAISHI_TAUGHT_KEEP`). Numbers are those in `photos`."""
    book, owner = _own_book(services, owner)
    with services.admission.admit():
        kept = await book.photo(owner, key_of(thing_id), number)
        small = await services.photos.render(kept, _SIDE, encode_jpeg)
    return Response(small, media_type="image/jpeg", headers=_PRIVATE)


@own_router.api_route("/taught/undo", methods=["DELETE", "PATCH", "PUT"], include_in_schema=False)
async def no_thing() -> None:
    """Keeps /taught/undo from being a thing called undo."""
    raise HTTPException(405)


_RENAME: dict[str, Any] = {
    "summary": "Rename a taught thing",
    "openapi_extra": json_body(Renaming, {"name": "奶奶的紫砂壶"}),
    "response_model_exclude_unset": True,
    "responses": documented(
        *_OF_A_THING,
        problems.RequestInvalid,
        problems.RequestTimeout,
        problems.TaughtNameExists,
        problems.TaughtFull,
        problems.Overloaded,
    ),
}


@own_router.put(
    "/taught/{thing_id}", operation_id="rename_taught_with_put", **_RENAME
)  # `wx.request` has no PATCH
@own_router.patch("/taught/{thing_id}", operation_id="rename_taught", **_RENAME)
async def rename(
    thing_id: str, request: Request, services: ServicesDep, owner: OwnerDep, request_id: RequestIdDep
) -> TaughtChanged:
    """Gives the thing another name. If another thing has it, `merge` joins them; that cannot be undone."""
    book, owner = _own_book(services, owner)
    change = await read_json(
        request,
        Renaming,
        'Send the new name as JSON: {"name": "..."}, with "merge": true to join two things.',
    )
    await services.access.rate_limits.teach(request.state.client)
    space = _current_space(services)
    view = await book.rename(owner, space, key_of(thing_id), change.name, change.merge)
    return TaughtChanged(success=True, thing=_thing(view), request_id=request_id)


@own_router.delete(
    "/taught/{thing_id}",
    operation_id="delete_taught",
    summary="Delete a taught thing",
    response_model_exclude_unset=True,
    responses=documented(*_OF_A_THING),
)
async def forget(
    thing_id: str, request: Request, services: ServicesDep, owner: OwnerDep, request_id: RequestIdDep
) -> TaughtRemoved:
    """Deletes the thing with all of its photos, for good once `undo` has expired."""
    book, owner = _own_book(services, owner)
    await services.access.rate_limits.teach(request.state.client)
    undo = await book.forget(owner, key_of(thing_id))
    services.metrics.count_taught("forgotten")
    return _removed(undo, request_id)


@own_router.delete(
    "/taught/{thing_id}/photos/{number}",
    operation_id="delete_taught_photo",
    summary="Delete a photo of a taught thing",
    response_model_exclude_unset=True,
    responses=documented(*_OF_A_THING, problems.RequestInvalid),
)
async def forget_photo(
    thing_id: str,
    number: int,
    request: Request,
    services: ServicesDep,
    owner: OwnerDep,
    request_id: RequestIdDep,
) -> TaughtRemoved:
    """Deletes the photo, and with the last one its thing, for good once `undo` has expired."""
    book, owner = _own_book(services, owner)
    await services.access.rate_limits.teach(request.state.client)
    undo = await book.forget_photo(owner, key_of(thing_id), number)
    services.metrics.count_taught("forgotten")
    return _removed(undo, request_id)


@own_router.delete(
    "/taught",
    operation_id="delete_all_taught",
    summary="Delete all taught things",
    response_model_exclude_unset=True,
    responses={
        200: {"description": "Everything of this user is gone for good; there is no `undo`."},
        **documented(problems.TeachingOff, problems.StoreUnavailable),
    },
)
async def forget_all(services: ServicesDep, owner: OwnerDep, request_id: RequestIdDep) -> TaughtRemoved:
    """Deletes everything of this user at once and for good."""
    book, owner = _own_book(services, owner)
    await book.forget_all(owner)
    services.metrics.count_taught("forgotten")
    return TaughtRemoved(success=True, request_id=request_id)


@own_router.post(
    "/taught/undo",
    operation_id="restore_taught",
    summary="Restore a deleted thing or photo",
    openapi_extra=json_body(Restoring, {"undo": "b3Vy2n8Kq0fT5xWmZr1c7A"}),
    response_model_exclude_unset=True,
    responses=documented(
        *_OF_A_THING,
        problems.RequestInvalid,
        problems.RequestTimeout,
        problems.TaughtNameExists,
        problems.TaughtFull,
        problems.Overloaded,
    ),
)
async def undo(
    request: Request, services: ServicesDep, owner: OwnerDep, request_id: RequestIdDep
) -> TaughtChanged:
    """Undoes a deletion, within ten minutes."""
    book, owner = _own_book(services, owner)
    body = await read_json(request, Restoring, 'Send the deletion\'s undo as JSON: {"undo": "..."}.')
    await services.access.rate_limits.teach(request.state.client)
    view = await book.undo(owner, _current_space(services), body.undo)
    services.metrics.count_taught("restored")
    return TaughtChanged(success=True, thing=_thing(view), request_id=request_id)


async def prototypes_of(
    services: Services, owner: str | None, recogniser: Recogniser
) -> tuple[Prototypes | None, dict[str, str]]:
    """Returns the owner's taught things for `recogniser`, None if there are none, and their names."""
    if services.book is None or owner is None or recogniser.space is None:
        return None, dict(NO_NAMES)
    return await services.book.prototypes(owner, recogniser.space)


def _own_book(services: Services, owner: str | None) -> tuple["Book", str]:
    """Returns the book and whose part of it. Raises TeachingOff, NotAuthorised for a session without one."""
    if services.book is None:
        raise problems.TeachingOff("This server cannot be taught.")
    if owner is None:
        raise problems.NotAuthorised("This session began before the server could be taught. Log in again.")
    return services.book, owner


def _space(recogniser: Recogniser) -> Space:
    if recogniser.space is None:
        raise problems.NotTeachable(
            f"{recogniser.name} gives no vectors to compare photos by. Ask the operator for another model."
        )
    return recogniser.space


def _current_space(services: Services) -> Space | None:
    state = services.recognition.state
    return state.recogniser.space if isinstance(state, Ready) else None


def _language(text: str) -> Language | None:
    if text not in _LANGUAGES:
        raise problems.RequestInvalid("lang: it is neither zh nor en.")
    return _LANGUAGES[text]


def _is_class(labels: Labels, name: str) -> bool:
    try:
        return bool(find_classes(labels, name))
    except UnknownClass:
        return False


def _thing(view: View) -> TaughtThing:
    thing, count = view.thing, len(view.thing.photos)
    optional: dict[str, Any] = {"lang": thing.lang} if thing.lang else {}
    if count >= TRAIN_FROM:
        optional["advice"] = "train"
    return TaughtThing(
        id=public_id(view.key),
        name=thing.name,
        photos=[photo.number for photo in thing.photos if photo.kept],
        count=count,
        enough=count >= ENOUGH,
        ready=view.ready,
        **optional,
    )


def _removed(undo: Undo, request_id: str) -> TaughtRemoved:
    return TaughtRemoved(success=True, undo=undo.token, expires_in=UNDO_S, request_id=request_id)
