from typing import Annotated

from fastapi import APIRouter, Query

from paishi.api.deps import Admitted, RequestIdDep, ServicesDep, UploadDep
from paishi.api.openapi import photo_body
from paishi.api.upload import MAX_LABEL
from paishi.contract import Correction
from paishi.photo.encode import encode_jpeg
from paishi.problems import kinds as problems
from paishi.problems.openapi import documented
from paishi.recognition.class_search import UnknownClass, find_classes
from paishi.recognition.recognition import Ready, State
from paishi.store.label import safe_label

router = APIRouter(tags=["recognition"])

_LONG_SIDE = 1024
_CALLED = (
    "The class's id or one of its names, or a new name; required, as a field of the form or in the query."
)


@router.post(
    "/corrections",
    operation_id="send_correction",
    summary="Send a photo with its correct name",
    dependencies=[Admitted],
    openapi_extra=photo_body(label=_CALLED),
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
    upload: UploadDep,
    services: ServicesDep,
    request_id: RequestIdDep,
    label: Annotated[str, Query(max_length=MAX_LABEL, description=_CALLED)] = "",
) -> Correction:
    """Stores the photo for training, if the operator collects corrections (`PAISHI_CORRECTIONS`).

    Send only photos that the user agreed to share. They are stored without metadata, at most 1024 pixels
    wide and high.
    """
    corrections = services.corrections
    if corrections is None:
        raise problems.CorrectionsOff("This server does not collect photos.")
    called = label or upload.label
    if not called:
        raise problems.RequestInvalid("label: it is missing. Send the photo's right name as `label`.")
    kept_under = _class_id(services.recognition.state, called) or safe_label(called)
    if not kept_under:
        raise problems.RequestInvalid("label: it has no letter or digit.")
    picture = await services.photos.render(upload.photo, _LONG_SIDE, encode_jpeg)
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
