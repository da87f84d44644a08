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
    probability: Annotated[float, Field(description="Probability of this class, 0 to 1.", ge=0.0, le=1.0)]
    id: Annotated[
        str, Field(description="Identifier of the class; for ImageNet the WordNet id.", min_length=1)
    ]
    name: Name
    taught: Annotated[
        bool | None,
        Field(
            description="True for a thing that a user taught this server, left out for others; its `id` begins with `taught:`, and `label` and both names are the user's text."
        ),
    ] = None


class Kind(BaseModel):
    """
    A rough kind of thing, such as a dog or a vehicle; its English name has the article.
    """

    id: Annotated[
        str,
        Field(description="Identifier of the kind, as in shared/labels/imagenet_kinds.json.", min_length=1),
    ]
    name: Name
    probability: Annotated[
        float, Field(description="Sum of the probabilities of its classes.", ge=0.0, le=1.0)
    ]


class About(BaseModel):
    """
    A sentence about the class.
    """

    en: Annotated[str, Field(description="In English.", min_length=1)]
    zh: Annotated[str, Field(description="In Chinese.", min_length=1)]


class KindName(BaseModel):
    """
    The most special kind of thing that the class belongs to.
    """

    id: Annotated[str, Field(description="As in `Kind`.", min_length=1)]
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
            description="Whether the first name is probably right. If not, tell the user so, and show the `kind` if there is one, instead of a name."
        ),
    ]
    kind: Kind | None = None
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
        Literal["cam", "grad-cam", "occlusion", "similarity"],
        Field(
            description="`cam`, exact class activation, if the model ends in pooling and one matrix; otherwise `grad-cam`, by gradients, or for a custom model `occlusion`, by covering part after part of the photo. For a taught thing it is always `similarity`, that of each part of the photo to the photos it was taught with."
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


class Explanations(BaseModel):
    """
    200 of POST /explain with Accept: application/json and several labels: one explanation for each, in their order.
    """

    success: Literal[True]
    explanations: Annotated[list[Explanation], Field(max_length=5, min_length=2)]
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


class TaughtThing(BaseModel):
    """
    A thing that its user taught the server by photos.
    """

    id: Annotated[
        str,
        Field(
            description="The same for as long as the thing is kept, whatever its name.",
            pattern="^taught:[0-9a-f]{16}$",
        ),
    ]
    name: Annotated[
        str,
        Field(
            description="As the user typed it, at most 60 characters as a reader counts them: an emoji of several code points is one.",
            max_length=240,
            min_length=1,
        ),
    ]
    lang: Annotated[
        Literal["zh", "en"] | None, Field(description="Language of the name, if the user's page said it.")
    ] = None
    photos: Annotated[
        list[int],
        Field(
            description="Numbers of its photos for GET /taught/{id}/photos/{n}, oldest first; numbers are never used again. Empty if the server keeps no photos."
        ),
    ]
    count: Annotated[int, Field(description="How many photos it was taught with.", ge=1)]
    enough: Annotated[
        bool,
        Field(
            description="Whether these are enough to be relied on: three, better from different sides and before different backgrounds."
        ),
    ]
    ready: Annotated[
        bool,
        Field(
            description="Whether photos are compared with it now. False while the server learns it anew for another model, and for good if that model cannot be taught."
        ),
    ]
    advice: Annotated[
        Literal["train"] | None,
        Field(description="Set from twenty photos on: `paishi train` recognises it better than teaching."),
    ] = None


class Taught(BaseModel):
    """
    200 of POST /taught: the photo is learned; the next photo is compared with it.
    """

    success: Literal[True]
    thing: TaughtThing
    photo: Annotated[int, Field(description="Number of the new photo.", ge=1)]
    seen_as: Annotated[
        Prediction, Field(description="What the photo was taken for before: `you are teaching a beagle`.")
    ]
    is_class: Annotated[
        bool, Field(description="Whether the name is already that of a class of the model, which is allowed.")
    ]
    request_id: str


class TaughtLimits(BaseModel):
    """
    The most that a user may teach.
    """

    things: Annotated[int, Field(ge=1)]
    photos: Annotated[int, Field(description="Of one thing.", ge=1)]


class TaughtThings(BaseModel):
    """
    200 of GET /taught: all things of this user, the one taught last first.
    """

    success: Literal[True]
    things: list[TaughtThing]
    limits: TaughtLimits
    request_id: str


class TaughtChanged(BaseModel):
    """
    200 of PATCH /taught/{id} and POST /taught/undo: the thing as it is now.
    """

    success: Literal[True]
    thing: TaughtThing
    request_id: str


class TaughtRemoved(BaseModel):
    """
    200 of DELETE: the thing or photo is gone from all answers. It is deleted for good when `undo` expires.
    """

    success: Literal[True]
    undo: Annotated[
        str | None,
        Field(
            description="For POST /taught/undo. Left out by DELETE /taught, which deletes everything of the user at once and for good."
        ),
    ] = None
    expires_in: Annotated[int | None, Field(description="Seconds until `undo` no longer works.", ge=0)] = None
    request_id: str


class OtherThing(BaseModel):
    """
    The taught thing that stands in the way of what was asked.
    """

    id: str
    name: str


class MissingWeights(BaseModel):
    """
    The file of weights that the operator can fetch by hand, if that is what the model lacks. Clients on other machines see neither `folder` nor `command`.
    """

    file: Annotated[str | None, Field(description="Name of the file.")] = None
    size: Annotated[
        int | None,
        Field(description="Bytes of the file, if its publisher is known to have given it that size.", ge=1),
    ] = None
    hash: Annotated[
        str | None,
        Field(
            description="Algorithm and hash as published, such as `md5:2cb9…`; left out if none is published."
        ),
    ] = None
    urls: Annotated[
        list[str] | None, Field(description="Addresses of the publishers that have the file.")
    ] = None
    folder: Annotated[
        str | None, Field(description="Folder of the server in which it looks for the file.")
    ] = None
    command: Annotated[
        str | None,
        Field(
            description="Command line that fetches the file into `folder`, quoted for the shell of the server's system."
        ),
    ] = None


class Problem(MissingWeights):
    """
    Any 4xx or 5xx, as RFC 9457 application/problem+json. `success` serves pages written for the old demo.
    """

    type: Annotated[
        str,
        Field(
            description="Kind of problem: `/problems#` and the code, relative to the server, whose page there says what to do."
        ),
    ]
    title: Annotated[str, Field(description="Short summary, the same for all problems of this kind.")]
    status: Annotated[int, Field(description="HTTP status.", ge=400, le=599)]
    detail: Annotated[str, Field(description="What happened and what to do next, in English.")]
    success: Literal[False]
    code: Annotated[
        Literal["request-invalid", "image-missing", "image-too-large", "image-too-many-pixels", "image-format-unsupported", "image-unreadable", "image-not-found", "not-found", "method-not-allowed", "model-loading", "model-unavailable", "not-explainable", "on-device-off", "model-not-exported", "overloaded", "image-takes-too-long", "request-timeout", "too-many-requests", "not-authorised", "login-code-invalid", "login-blocked", "login-unavailable", "corrections-off", "corrections-full", "teaching-off", "not-teachable", "taught-before", "taught-name-exists", "taught-looks-like-other", "taught-full", "store-unavailable", "shutting-down", "not-answering", "internal"],
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
    other: OtherThing | None = None


class Alive(BaseModel):
    """
    200 of GET /livez: the process responds.
    """

    status: Literal["alive"]
    version: Annotated[str, Field(description="Version of the server.")]


class Awaited(MissingWeights):
    """
    The model for which another one stands in.
    """

    name: Annotated[str, Field(description="As in GET /models.")]
    reason: Annotated[
        str | None, Field(description="Why its last attempt to load failed; it is tried again.")
    ] = None
    percent: Annotated[
        int | None, Field(description="How much of its weights has been received.", ge=0, le=100)
    ] = None


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
    awaited: Awaited | None = None
    teaching: Annotated[
        bool | None,
        Field(
            description="Whether users may teach this server things of their own now (`/taught`); left out means no."
        ),
    ] = None
    on_device: Annotated[
        bool | None,
        Field(
            description="Whether phones can fetch a model to recognise without a network (`/on-device`); left out means no."
        ),
    ] = None


class OnDeviceFile(BaseModel):
    """
    A file for phones. GET takes `Range`, and its ETag is the hash in quotation marks.
    """

    path: Annotated[str, Field(description="Path below the server's address.", pattern="^/")]
    bytes: Annotated[int, Field(ge=1)]
    sha256: Annotated[str, Field(description="SHA-256 of the file, hexadecimal.", pattern="^[0-9a-f]{64}$")]


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
    input_size: Annotated[
        int | None,
        Field(
            description="Side of the model's square input, in pixels; left out if it is not square, as a custom model's may be.",
            ge=1,
        ),
    ] = None
    input_height: Annotated[
        int | None, Field(description="Height of the model's input in pixels, if that is not square.", ge=1)
    ] = None
    input_width: Annotated[
        int | None, Field(description="Width of the model's input in pixels, if that is not square.", ge=1)
    ] = None
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
    accuracy_source: Annotated[
        str | None,
        Field(description="Address of the page that publishes the accuracies, for a model of the catalogue."),
    ] = None
    note: Annotated[
        str | None, Field(description="What an operator should know before choosing this model.")
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
    200 of GET /models: the models that PAISHI_MODEL can name, and the custom one while it is being served.
    """

    models: list[Backbone]


class ClassCard(BaseModel):
    """
    200 of GET /classes/{id}: what people may like to read about a class.
    """

    id: Annotated[str, Field(description="As in predictions.")]
    label: str
    name: Name
    pinyin: Annotated[
        str,
        Field(
            description="Reading of the Chinese name with tone marks, one syllable for each character.",
            min_length=1,
        ),
    ]
    about: About
    kind: KindName


class OnDevice(BaseModel):
    """
    200 of GET /on-device: the model that phones can fetch, and how to name photos with it. Its input `rgb` is float32, 0 to 255, in planes (NCHW), without further preprocessing; its output `probabilities` is float32, one for each class in the order of the labels.
    """

    model: Model
    input_height: Annotated[int, Field(description="Height of the model's input in pixels.", ge=1)]
    input_width: Annotated[int, Field(description="Width of the model's input in pixels.", ge=1)]
    fit: Annotated[
        Literal["crop", "squash", "both"],
        Field(
            description="How a photo is fitted to the model's input size; for `both`, the probabilities of the two are averaged."
        ),
    ]
    confident_at: Annotated[
        float, Field(description="Probability from which the first name is probably right.", ge=0.0, le=1.0)
    ]
    onnx: OnDeviceFile
    labels: OnDeviceFile
