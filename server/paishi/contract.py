"""Generated from shared/contract.schema.json by `make contract`; do not edit."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AnyUrl, BaseModel, Field, RootModel


class Contract(RootModel[Any]):
    root: Annotated[
        Any,
        Field(
            description="Every body that the PaiShi server sends; the single source of both sides' types.",
            title="Contract",
        ),
    ]


class Name(BaseModel):
    """
    What people call the class.
    """

    en: Annotated[str, Field(description="English name, as people write it.", min_length=1)]
    zh: Annotated[str, Field(description="Chinese name, as people say it.", min_length=1)]


class Prediction(BaseModel):
    """
    One class with its probability.
    """

    label: Annotated[str, Field(description="The class as the index of Keras spells it.", min_length=1)]
    probability: Annotated[float, Field(description="Softmax output for this class, 0 to 1.", ge=0.0, le=1.0)]
    id: Annotated[
        str, Field(description="Identifier of the class; for ImageNet the WordNet id.", min_length=1)
    ]
    name: Name


class Model(BaseModel):
    """
    The model that recognised the photo.
    """

    name: Annotated[str, Field(description="As in GET /models.")]
    labels: Annotated[
        str, Field(description="Name of the list of classes: a file in shared/labels/, or the custom model.")
    ]


class Predictions(BaseModel):
    """
    200 of POST /predict: the most probable classes, most probable first.
    """

    success: Literal[True]
    predictions: Annotated[list[Prediction], Field(max_length=20, min_length=1)]
    confident: Annotated[
        bool,
        Field(
            description="Whether the first name is probably right. If not, tell the user so instead of showing a name."
        ),
    ]
    model: Model
    request_id: Annotated[
        str, Field(description="Also sent as the header X-Request-ID; quote it when you report a problem.")
    ]


class Box(BaseModel):
    """
    Part of the upright photo, as fractions of its width and height.
    """

    left: Annotated[float, Field(ge=0.0, le=1.0)]
    top: Annotated[float, Field(ge=0.0, le=1.0)]
    width: Annotated[float, Field(gt=0.0, le=1.0)]
    height: Annotated[float, Field(gt=0.0, le=1.0)]


class Explanation(BaseModel):
    """
    200 of POST /explain with Accept: application/json: where in the photo the model found evidence for the class.
    """

    success: Literal[True]
    label: Prediction
    method: Annotated[
        Literal["cam", "grad-cam"],
        Field(
            description="`cam`, exact class activation, if the model ends in pooling and one matrix; otherwise `grad-cam`, by gradients."
        ),
    ]
    grid: Annotated[
        list[list[float]],
        Field(
            description="Rows from top to bottom, each from left to right: from 0, no evidence for the class, to 1, the strongest."
        ),
    ]
    box: Box
    model: Model
    request_id: str


class Features(BaseModel):
    """
    200 of POST /features: the output of a layer for the photo.
    """

    success: Literal[True]
    shape: Annotated[list[int], Field(description="Length of a vector; height, width and channels of a map.")]
    features: Annotated[
        list[float], Field(description="All values in C order: the last axis of `shape` varies fastest.")
    ]
    layer: Annotated[
        str | None, Field(description="Name of the layer in Keras; null for the vector before the head.")
    ]
    model: Model
    request_id: str


class Echo(BaseModel):
    """
    200 of POST /image with Accept: application/json: where the picture can be fetched until it expires.
    """

    success: Literal[True]
    url: Annotated[AnyUrl, Field(description="Absolute URL of the JPEG, for GET or wx.downloadFile.")]
    width: Annotated[int, Field(description="Pixels of the upright picture.", ge=1)]
    height: Annotated[int, Field(description="Pixels of the upright picture.", ge=1)]
    expires_in: Annotated[int, Field(description="Seconds until the URL returns 404 at the latest.", ge=0)]
    request_id: str


class Session(BaseModel):
    """
    200 of POST /session: the token that this user sends as `Authorization: Bearer <token>`.
    """

    success: Literal[True]
    token: Annotated[str, Field(min_length=1)]
    expires_in: Annotated[
        int,
        Field(
            description="Seconds until the token expires; it is then refused with 401 `not-authorised`.", ge=1
        ),
    ]
    request_id: str


class Correction(BaseModel):
    """
    200 of POST /corrections: the photo and its corrected name are stored.
    """

    success: Literal[True]
    label: Annotated[
        str,
        Field(
            description="Label that the photo is stored under: the id if it is a class of the model, otherwise the text that was sent.",
            min_length=1,
        ),
    ]
    request_id: str


class Problem(BaseModel):
    """
    Any 4xx or 5xx, as RFC 9457 application/problem+json. `success` serves pages written for the old demo.
    """

    type: Annotated[str, Field(description="Kind of problem: `urn:paishi:problem:` and the code.")]
    title: Annotated[str, Field(description="Short summary, the same for all problems of this kind.")]
    status: Annotated[int, Field(description="HTTP status.", ge=400, le=599)]
    detail: Annotated[str, Field(description="What happened and what to do next, in English.")]
    success: Literal[False]
    code: Annotated[
        Literal["request-invalid", "image-missing", "image-too-large", "image-too-many-pixels", "image-format-unsupported", "image-unreadable", "image-not-found", "not-found", "method-not-allowed", "model-loading", "model-unavailable", "overloaded", "image-takes-too-long", "request-timeout", "too-many-requests", "not-authorised", "login-code-invalid", "login-blocked", "login-unavailable", "corrections-off", "corrections-full", "store-unavailable", "shutting-down", "not-answering", "internal"],
        Field(
            description="Kind of problem, for programs. Codes may be added; treat an unknown one by its status.",
            title="ProblemCode",
        ),
    ]
    request_id: str
    retry_after: Annotated[
        int | None,
        Field(
            description="Seconds to wait before a retry: the header Retry-After, for clients that cannot read headers.",
            ge=0,
        ),
    ] = None


class Alive(BaseModel):
    """
    200 of GET /livez: the process responds.
    """

    status: Literal["alive"]
    version: Annotated[str, Field(description="Version of the server.")]


class Ready(BaseModel):
    """
    200 of GET /readyz: a model is loaded and has passed its self-test. Until then, a Problem with status 503.
    """

    status: Literal["ready"]
    model: Model
    runtime: Annotated[str, Field(description="Runtime of the model: openvino or tensorflow.")]
    precision: Annotated[Literal["fp32", "bf16", "int8"], Field(description="Precision of the calculations.")]
    fit: Annotated[
        Literal["crop", "squash", "both"],
        Field(description="How a photo is fitted to the model's input size."),
    ]


class Backbone(BaseModel):
    """
    A model of the catalogue, or the custom model while it is being served.
    """

    name: Annotated[
        str,
        Field(
            description="Value of PAISHI_MODEL; for a custom model, the name on its card or of its folder."
        ),
    ]
    input_size: Annotated[int, Field(description="Side of the model's square input, in pixels.", ge=1)]
    parameters: Annotated[
        int | None,
        Field(description="Number of weights, classifier included; null for a custom model.", ge=1),
    ]
    top1: Annotated[
        float | None, Field(description="Published ImageNet top-1 accuracy in percent.", ge=0.0, le=100.0)
    ]
    top5: Annotated[
        float | None,
        Field(
            description="Published ImageNet top-5 accuracy in percent, null if none was published.",
            ge=0.0,
            le=100.0,
        ),
    ]
    download_mb: Annotated[
        float,
        Field(
            description="Published size of the weights in megabytes; for a custom model, the size of its file.",
            gt=0.0,
        ),
    ]
    cached: Annotated[bool, Field(description="Whether the weights are on this server's disk.")]
    serving: Annotated[bool, Field(description="Whether POST /predict uses this model now.")]
    precision: Annotated[
        Literal["fp32", "bf16", "int8"] | None,
        Field(description="Precision of the calculations, for the model that is being served."),
    ] = None
    agreement: Annotated[
        float | None,
        Field(
            description="Share of photos with the same most probable class as in fp32, if the precision is lower.",
            ge=0.0,
            le=1.0,
        ),
    ] = None
    checked_on: Annotated[int | None, Field(description="Number of photos behind `agreement`.", ge=1)] = None
    calibrated_on: Annotated[
        int | None, Field(description="Number of other photos used for calibration; bf16 needs none.", ge=0)
    ] = None
    measured_ms: Annotated[
        float | None,
        Field(
            description="Median milliseconds for one photo on this machine, decoding excluded, as measured by `python -m paishi models --measure`.",
            gt=0.0,
        ),
    ] = None
    description: Annotated[str | None, Field(description="The operator's description of a custom model.")] = (
        None
    )
    version: Annotated[str | None, Field(description="The operator's version of a custom model.")] = None


class Models(BaseModel):
    """
    200 of GET /models.
    """

    models: list[Backbone]
