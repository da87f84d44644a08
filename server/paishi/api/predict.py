from typing import Annotated, Literal

from fastapi import APIRouter, Query

from paishi.api.deps import Admitted, OwnerDep, RequestIdDep, ServicesDep, UploadDep
from paishi.api.openapi import photo_body
from paishi.api.taught import prototypes_of
from paishi.contract import Predictions
from paishi.problems import kinds as problems
from paishi.problems.openapi import documented

router = APIRouter(tags=["recognition"])


@router.post(
    "/predict",
    operation_id="predict",
    summary="Recognise a photo",
    dependencies=[Admitted],
    openapi_extra=photo_body(),
    response_model_exclude_unset=True,  # `kind` is left out, not null
    responses=documented(*problems.OF_A_PHOTO, *problems.OF_A_MODEL),
)
async def predict(
    upload: UploadDep,
    services: ServicesDep,
    request_id: RequestIdDep,
    owner: OwnerDep,
    top: Annotated[int, Query(ge=1, le=20, description="Number of classes in the response.")] = 5,
    taught: Annotated[
        Literal["on", "off"], Query(description="Whether to compare with taught things as well.")
    ] = "on",
) -> Predictions:
    """Returns the most probable classes and things that the user taught (`/taught`), most probable first.

    `confident` tells whether the first name is probably right: its probability is at least t + (1 - t) / n,
    where n is the number of classes and t belongs to the model (`PAISHI_CONFIDENT_AT` overrides it). If it is
    not, `kind` is the most special kind of thing (a dog, a vehicle, food) that is, if there is one.
    """
    with services.recognition.hold() as recogniser:
        views = await services.photos.views(upload.photo, recogniser.input_size, recogniser.fit)
        known = await prototypes_of(services, owner, recogniser) if taught == "on" else (None, {})
        recognised = await recogniser.recognise(views, top, *known)
    services.metrics.count_named(recogniser.name)
    if recognised.predictions[0].taught:
        services.metrics.count_taught("recognised")
    return Predictions(
        success=True,
        predictions=recognised.predictions,
        confident=recognised.confident,
        model=recogniser.model,
        request_id=request_id,
        **({"kind": recognised.kind} if recognised.kind else {}),
    )
