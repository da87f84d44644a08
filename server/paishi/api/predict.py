from typing import Annotated

from fastapi import APIRouter, Query

from paishi.api.deps import Admitted, PhotoDep, PhotoRoute, RequestIdDep, ServicesDep
from paishi.contract import Predictions
from paishi.problems import kinds as problems
from paishi.problems.openapi import documented

router = APIRouter(tags=["recognition"], route_class=PhotoRoute)


@router.post(
    "/predict",
    summary="Recognise a photo",
    dependencies=[Admitted],
    responses=documented(*problems.OF_A_PHOTO, *problems.OF_A_MODEL),
)
async def predict(
    photo: PhotoDep,
    services: ServicesDep,
    request_id: RequestIdDep,
    top: Annotated[int, Query(ge=1, le=20, description="Number of classes in the response.")] = 5,
) -> Predictions:
    """Returns the most probable classes, most probable first."""
    with services.recognition.hold() as recogniser:
        views = await services.photos.views(photo, recogniser.input_size, recogniser.fit)
        predictions = await recogniser.recognise(views, top)
    return Predictions(
        success=True,
        predictions=predictions,
        confident=predictions[0].probability >= services.settings.confident_at,
        model=recogniser.model,
        request_id=request_id,
    )
