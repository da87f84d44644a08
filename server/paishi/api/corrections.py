from typing import Annotated

from fastapi import APIRouter, Form

from paishi.api.deps import Admitted, PhotoDep, PhotoRoute, RequestIdDep, ServicesDep
from paishi.contract import Correction
from paishi.photo.encode import encode_jpeg
from paishi.problems import kinds as problems
from paishi.problems.openapi import documented
from paishi.recognition.class_search import UnknownClass, find_classes
from paishi.recognition.recognition import Ready, State
from paishi.store.label import safe_label

router = APIRouter(tags=["recognition"], route_class=PhotoRoute)

_LONG_SIDE = 1024


@router.post(
    "/corrections",
    summary="Send a photo with its correct name",
    dependencies=[Admitted],
    responses=documented(
        *problems.OF_A_PHOTO,
        problems.RequestInvalid,
        problems.CorrectionsOff,
        problems.CorrectionsFull,
        problems.StoreUnavailable,
        problems.Overloaded,
    ),
)
async def correct(
    photo: PhotoDep,
    services: ServicesDep,
    request_id: RequestIdDep,
    label: Annotated[
        str,
        Form(min_length=1, max_length=200, description="The class's id or one of its names, or a new name."),
    ],
) -> Correction:
    """Stores the photo for training, if the operator collects corrections (`PAISHI_CORRECTIONS`).

    Send only photos that the user agreed to share. They are stored without metadata, at most 1024 pixels
    wide and high.
    """
    corrections = services.corrections
    if corrections is None:
        raise problems.CorrectionsOff("This server does not collect photos.")
    kept_under = _class_id(services.recognition.state, label) or safe_label(label)
    if not kept_under:
        raise problems.RequestInvalid("label: it has no letter or digit.")
    picture = await services.photos.render(photo, _LONG_SIDE, encode_jpeg)
    await corrections.keep(picture, kept_under)
    return Correction(success=True, label=kept_under, request_id=request_id)


def _class_id(state: State, called: str) -> str | None:
    """Id of the class with this name; None if there is none or no model is ready."""
    if not isinstance(state, Ready):
        return None
    labels = state.recogniser.labels
    try:
        return safe_label(labels.classes[find_classes(labels, called)[0]].id)
    except UnknownClass:
        return None
