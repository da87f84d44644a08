"""Generated from shared/contract.schema.json by `make contract`; do not edit."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AnyUrl, BaseModel, Field, RootModel


class Contract(RootModel[Any]):
    root: Annotated[
        Any,
        Field(
            description="Every body that the PaiShi server sends, and the only place where their form is decided.",
            title="Contract",
        ),
    ]


class Name(BaseModel):
    """
    What people call the class.
    """

    en: Annotated[str, Field(description="English name, as a person would write it.", min_length=1)]
    zh: Annotated[str, Field(description="Chinese name, as a Chinese person would say it.", min_length=1)]


class Prediction(BaseModel):
    """
    One class with its probability.
    """

    label: Annotated[str, Field(description="The class as Keras's own index spells it.", min_length=1)]
    probability: Annotated[float, Field(description="Softmax output for this class, 0 to 1.", ge=0.0, le=1.0)]
    id: Annotated[
        str, Field(description="Identifier of the class; for ImageNet the WordNet id.", min_length=1)
    ]
    name: Name


class Model(BaseModel):
    """
    The network that answered.
    """

    name: Annotated[str, Field(description="As in GET /models.")]
    labels: Annotated[
        str,
        Field(
            description="Name of the list of classes: a file in shared/labels/, or the operator's own network."
        ),
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
            description="Whether the first name is probably right; where it is not, say so and do not name the thing."
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
    200 of POST /explain with Accept: application/json: where on the photo the network saw the class.
    """

    success: Literal[True]
    label: Prediction
    method: Annotated[
        Literal["cam", "grad-cam"],
        Field(
            description="Exact class activation where the network ends in pooling and one matrix, else by gradients."
        ),
    ]
    grid: Annotated[
        list[list[float]],
        Field(
            description="Rows from top to bottom, each from left to right: 0 says nothing for the class, 1 the most."
        ),
    ]
    box: Box
    model: Model
    request_id: str


class Features(BaseModel):
    """
    200 of POST /features: what the network makes of the photo before it names it.
    """

    success: Literal[True]
    shape: Annotated[
        list[int], Field(description="Of a vector its length; of a map height, width and channels.")
    ]
    features: Annotated[
        list[float], Field(description="All values one after the other, the last axis of shape fastest.")
    ]
    layer: Annotated[
        str | None, Field(description="Name of the layer in Keras, null for the vector before the head.")
    ]
    model: Model
    request_id: str


class Echo(BaseModel):
    """
    200 of POST /image with Accept: application/json: where the picture can be fetched, for a while.
    """

    success: Literal[True]
    url: Annotated[
        AnyUrl,
        Field(description="Absolute address that GET, and so wx.downloadFile, answers with image/jpeg."),
    ]
    width: Annotated[int, Field(description="Pixels, after turning upright.", ge=1)]
    height: Annotated[int, Field(description="Pixels, after turning upright.", ge=1)]
    expires_in: Annotated[
        int, Field(description="Seconds after which the address answers 404 at the latest.", ge=0)
    ]
    request_id: str


class Session(BaseModel):
    """
    200 of POST /session: what this user sends from now on as `Authorization: Bearer <token>`.
    """

    success: Literal[True]
    token: Annotated[str, Field(min_length=1)]
    expires_in: Annotated[
        int, Field(description="Seconds after which the token is refused with 401 `not-authorised`.", ge=1)
    ]
    request_id: str


class Correction(BaseModel):
    """
    200 of POST /corrections: the photo and the name that a person gave it are kept.
    """

    success: Literal[True]
    label: Annotated[
        str,
        Field(
            description="What it is kept under: the id of a class that the network knows, else the text as it was sent.",
            min_length=1,
        ),
    ]
    request_id: str


class Problem(BaseModel):
    """
    Any 4xx or 5xx, as RFC 9457 application/problem+json. `success` is there for pages written for the demo.
    """

    type: Annotated[
        str, Field(description="Identifies the kind of problem; `urn:paishi:problem:` and the code.")
    ]
    title: Annotated[str, Field(description="Short summary, the same for every problem of this kind.")]
    status: Annotated[int, Field(description="HTTP status.", ge=400, le=599)]
    detail: Annotated[str, Field(description="What happened this time and what to do next, in English.")]
    success: Literal[False]
    code: Annotated[
        Literal["request-invalid", "image-missing", "image-too-large", "image-too-many-pixels", "image-format-unsupported", "image-unreadable", "image-not-found", "not-found", "method-not-allowed", "model-loading", "model-unavailable", "overloaded", "image-takes-too-long", "request-timeout", "too-many-requests", "not-authorised", "login-code-invalid", "login-blocked", "login-unavailable", "corrections-off", "corrections-full", "store-unavailable", "shutting-down", "not-answering", "internal"],
        Field(
            description="What went wrong, for programs. New codes may come; treat an unknown one by its status.",
            title="ProblemCode",
        ),
    ]
    request_id: str
    retry_after: Annotated[
        int | None,
        Field(
            description="Seconds to wait before trying again; the header Retry-After for clients that cannot read headers.",
            ge=0,
        ),
    ] = None


class Alive(BaseModel):
    """
    200 of GET /livez: the process answers.
    """

    status: Literal["alive"]
    version: Annotated[str, Field(description="Version of the server.")]


class Ready(BaseModel):
    """
    200 of GET /readyz: a network has answered its self-test. Until then it is a Problem with status 503.
    """

    status: Literal["ready"]
    model: Model
    runtime: Annotated[str, Field(description="What runs the network.")]
    precision: Annotated[
        Literal["fp32", "bf16", "int8"], Field(description="What the network calculates with.")
    ]
    fit: Annotated[
        Literal["crop", "squash", "both"], Field(description="How a photo is brought to the network's size.")
    ]


class Backbone(BaseModel):
    """
    One network of the catalogue, or the operator's own while it serves.
    """

    name: Annotated[
        str,
        Field(
            description="What PAISHI_MODEL takes; of the operator's own network what its card or folder calls it."
        ),
    ]
    input_size: Annotated[
        int, Field(description="Side of the square that the network reads, in pixels.", ge=1)
    ]
    parameters: Annotated[
        int | None,
        Field(
            description="Number of weights, classifier included; null for the operator's own network.", ge=1
        ),
    ]
    top1: Annotated[
        float | None, Field(description="Published ImageNet top-1 accuracy in percent.", ge=0.0, le=100.0)
    ]
    top5: Annotated[
        float | None,
        Field(
            description="Published ImageNet top-5 accuracy in percent, null where none was published.",
            ge=0.0,
            le=100.0,
        ),
    ]
    download_mb: Annotated[
        float,
        Field(
            description="Published size of the weights in megabytes; of the operator's own network the size of its file.",
            gt=0.0,
        ),
    ]
    cached: Annotated[bool, Field(description="Whether the weights lie on this server's disk.")]
    serving: Annotated[bool, Field(description="Whether this network answers POST /predict now.")]
    precision: Annotated[
        Literal["fp32", "bf16", "int8"] | None,
        Field(description="What the network calculates with. Of the network that serves."),
    ] = None
    agreement: Annotated[
        float | None,
        Field(
            description="Share of photos whose most probable class is the same as in fp32; where the precision is another.",
            ge=0.0,
            le=1.0,
        ),
    ] = None
    checked_on: Annotated[int | None, Field(description="How many photos that share is of.", ge=1)] = None
    calibrated_on: Annotated[
        int | None,
        Field(description="How many other photos the precision was calibrated on; bf16 needs none.", ge=0),
    ] = None
    measured_ms: Annotated[
        float | None,
        Field(
            description="Median milliseconds for one photo alone on this machine, without reading it; where `python -m paishi models --measure` has measured it.",
            gt=0.0,
        ),
    ] = None
    description: Annotated[
        str | None, Field(description="What the operator says of a network of their own.")
    ] = None
    version: Annotated[str | None, Field(description="Which version of it the operator says it is.")] = None


class Models(BaseModel):
    """
    200 of GET /models.
    """

    models: list[Backbone]
