import io
from typing import Annotated

import numpy as np
from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response
from numpy.typing import NDArray

from paishi.api.deps import Admitted, RequestIdDep, ServicesDep, UploadDep
from paishi.api.insight import open_insight
from paishi.api.openapi import photo_body
from paishi.contract import Features
from paishi.problems import kinds as problems
from paishi.problems.openapi import documented

router = APIRouter(tags=["insight"])

_NPY = "application/octet-stream"
_MAX_JSON_VALUES = 2**17
_MAX_VALUES = 2**22  # in .npy


@router.post(
    "/features",
    operation_id="get_features",
    summary="Get the feature vector of a photo",
    response_model=Features,
    dependencies=[Admitted],
    openapi_extra=photo_body(),
    responses={
        200: {
            "description": "The values, or with `Accept: application/octet-stream` a .npy file of float32.",
            "content": {_NPY: {"schema": {"type": "string", "format": "binary"}}},
        },
        **documented(*problems.OF_A_PHOTO, *problems.OF_A_MODEL, problems.NotExplainable),
    },
)
async def features(
    request: Request,
    upload: UploadDep,
    services: ServicesDep,
    request_id: RequestIdDep,
    layer: Annotated[
        str, Query(description="Name of a layer in Keras, such as `block4_pool` of VGG19.", max_length=200)
    ] = "",
) -> Response:
    """Returns the output of a layer.

    While another model stands in, it is 503 `model-loading`: vectors of two models must not mix.

    Without `layer`, this is the vector before the head, as Keras gives it with `include_top=False,
    pooling="avg"`; `shape` has its length, such as 2048 for ResNet50. A layer before the pooling gives
    height, width and channels. The first request for a layer takes seconds, because it starts Keras, in a
    process that ends after a minute without such requests. With `PAISHI_FIT=both`, a vector is the mean of
    both views, and a map is that of the whole photo.
    """
    with services.recognition.hold(allow_stand_in=False) as recogniser, open_insight(recogniser) as insight:
        views = await services.photos.views(upload.photo, recogniser.input_size, recogniser.fit)
        found = await insight.features(views, layer.strip() or None)
        model = recogniser.model
    values = found.mean(axis=0) if found.ndim == 2 else found[0]
    is_npy = _NPY in request.headers.get("accept", "")
    _check_size(values, _MAX_VALUES if is_npy else _MAX_JSON_VALUES, layer)

    def respond() -> Response:
        if is_npy:
            return Response(_npy(values), media_type=_NPY)
        body = Features(
            success=True,
            shape=list(values.shape),
            features=values.ravel().tolist(),
            layer=layer.strip() or None,
            model=model,
            request_id=request_id,
        )
        return Response(body.model_dump_json(), media_type="application/json")

    # On a thread: 100 000 numbers take a tenth of a second.
    return await to_thread.run_sync(respond)


def _check_size(values: NDArray[np.float32], most: int, layer: str) -> None:
    if values.size <= most:
        return
    instead = f"`Accept: {_NPY}`, or for " if values.size <= _MAX_VALUES else ""
    raise problems.RequestInvalid(
        f"layer: {layer} has {values.size} values; the maximum is {most}. Use {instead}a later layer."
    )


def _npy(values: NDArray[np.float32]) -> bytes:
    file = io.BytesIO()
    np.save(file, values.astype(np.float32), allow_pickle=False)
    return file.getvalue()
