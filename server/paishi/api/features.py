import io
from typing import Annotated

import numpy as np
from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response
from numpy.typing import NDArray

from paishi.api.deps import Admitted, PhotoDep, RequestIdDep, ServicesDep
from paishi.api.inside import opened
from paishi.api.photo_request import PhotoRoute
from paishi.contract import Features
from paishi.problems import kinds as problems
from paishi.problems.openapi import documented

router = APIRouter(tags=["inside"], route_class=PhotoRoute)

_NPY = "application/octet-stream"
_MOST_IN_JSON = 2**17
_MOST = 2**22


@router.post(
    "/features",
    summary="Get the vector by which the network would name a photo",
    response_model=Features,
    dependencies=[Admitted],
    responses={
        200: {
            "description": "The values, or with `Accept: application/octet-stream` a .npy file of float32.",
            "content": {_NPY: {"schema": {"type": "string", "format": "binary"}}},
        },
        **documented(
            *problems.OF_A_PHOTO,
            *problems.OF_A_MODEL,
        ),
    },
)
async def features(
    request: Request,
    photo: PhotoDep,
    services: ServicesDep,
    request_id: RequestIdDep,
    layer: Annotated[
        str, Query(description="A layer by its name in Keras, such as VGG19's `block4_pool`.", max_length=200)
    ] = "",
) -> Response:
    """Without `layer` the vector before the head, as Keras gives it with `include_top=False, pooling="avg"`.
    Its length, by network:

    - 512: VGG16, VGG19
    - 576: MobileNetV3Small
    - 768: ConvNeXtTiny, ConvNeXtSmall
    - 960: MobileNetV3Large
    - 1024: MobileNet, DenseNet121, ConvNeXtBase
    - 1056: NASNetMobile
    - 1280: MobileNetV2, EfficientNetB0, EfficientNetB1, EfficientNetV2B0, EfficientNetV2B1,
      EfficientNetV2S, EfficientNetV2M, EfficientNetV2L
    - 1408: EfficientNetB2, EfficientNetV2B2
    - 1536: InceptionResNetV2, EfficientNetB3, EfficientNetV2B3, ConvNeXtLarge
    - 1664: DenseNet169
    - 1792: EfficientNetB4
    - 1920: DenseNet201
    - 2048: Xception, ResNet50, ResNet101, ResNet152, ResNet50V2, ResNet101V2, ResNet152V2, InceptionV3,
      EfficientNetB5, ConvNeXtXLarge
    - 2304: EfficientNetB6
    - 2560: EfficientNetB7
    - 4032: NASNetLarge

    A layer that still has positions gives height, width and channels. The first question about a layer
    takes seconds, because it starts Keras. `PAISHI_FIT=both` gives the mean of both views of a vector, and of
    a layer with positions what it makes of the whole photo.
    """
    with services.recognition.hold() as recogniser, opened(recogniser) as insight:
        views = await services.photos.views(photo, recogniser.input_size, recogniser.fit)
        found = await insight.features(views, layer.strip() or None)
        model = recogniser.model
    values = found.mean(axis=0) if found.ndim == 2 else found[0]
    is_npy = _NPY in request.headers.get("accept", "")
    _check_size(values, _MOST if is_npy else _MOST_IN_JSON, layer)

    def answer() -> Response:
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

    # A hundred thousand numbers are a tenth of a second.
    return await to_thread.run_sync(answer)


def _check_size(values: NDArray[np.float32], most: int, layer: str) -> None:
    if values.size <= most:
        return
    instead = f"`Accept: {_NPY}`, or for " if values.size <= _MOST else ""
    raise problems.RequestInvalid(
        f"layer: {layer} has {values.size} values, and at most {most} are sent so. "
        f"Ask for {instead}a later layer."
    )


def _npy(values: NDArray[np.float32]) -> bytes:
    file = io.BytesIO()
    np.save(file, values.astype(np.float32), allow_pickle=False)
    return file.getvalue()
