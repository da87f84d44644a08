"""Form of `card.json`, the optional description of a custom model. Importing this loads no Keras."""

from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from paishi.models.backbone import CAFFE_MEAN, TORCH_DEVIATION, TORCH_MEAN, Preprocessing
from paishi.models.efficientnet_lite import MEAN, SCALE
from paishi.models.errors import CustomModelRefused

Scale = Literal["0..255", "0..1", "-1..1"]
PerChannel = Annotated[tuple[Annotated[float, Field(allow_inf_nan=False)], ...], Field(strict=False)]
"""One number for each channel of the input, or one for all."""

GREY = (0.299, 0.587, 0.114)  # of ITU-R BT.601, as in JPEG, Pillow's "L" and TensorFlow
OPAQUE = 255.0


class Normalisation(NamedTuple):
    """Pixels of 0..255 become (pixel / divisor - offset - mean) / std, in the order BGR if `bgr`.

    `mean` and `std` have one number for each channel, or one for all.
    """

    bgr: bool = False
    divisor: float = 1.0
    offset: float = 0.0
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)


_CONVENTIONS = {
    Preprocessing.CAFFE: Normalisation(bgr=True, mean=CAFFE_MEAN),
    Preprocessing.TF: Normalisation(divisor=127.5, offset=1.0),
    Preprocessing.TORCH: Normalisation(divisor=255.0, mean=TORCH_MEAN, std=TORCH_DEVIATION),
    Preprocessing.LITE: Normalisation(mean=(MEAN,), std=(SCALE,)),
    Preprocessing.NONE: Normalisation(),
}
_RANGES = {"0..255": (1.0, 0.0), "0..1": (255.0, 0.0), "-1..1": (127.5, 1.0)}
"""Divisor of pixels of 0..255, and what is subtracted afterwards."""


class MeasuredConfidence(BaseModel):
    """As `paishi.models.backbone.Confidence`, measured on photos like those that the model is for."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    at: float = Field(ge=0, le=1)
    named: int | None = Field(default=None, ge=0, le=100)
    right: int | None = Field(default=None, ge=0, le=100)


class Card(BaseModel):
    """Optional description of a custom model.

    Each field's title completes "must be", its description says what it means. The pixels of a photo, 0..255,
    are put into the order of `channels`, then scaled, then `mean` is subtracted and the result divided by
    `std`; `preprocessing` is a name for all of that.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: str = Field(default="", title="a string", description="Name in responses; default: the folder's.")
    description: str = Field(default="", title="a string", description="For `GET /models`.")
    version: str = Field(default="", title="a string", description="For `GET /models`.")
    preprocessing: Annotated[Preprocessing, Field(strict=False)] | None = Field(
        default=None,
        title=f"one of {', '.join(Preprocessing)}",
        description="A convention of Keras's `preprocess_input`; `none` is RGB of 0..255 as it is.",
    )
    scale: Scale | None = Field(
        default=None,
        title='"0..255", "0..1" or "-1..1"',
        description="Range of the values; `0..1` is `rescale=1/255`.",
    )
    channels: Literal["rgb", "bgr"] | None = Field(
        default=None, title='"rgb" or "bgr"', description="Order of the channels."
    )
    mean: PerChannel | None = Field(
        default=None,
        title="an array of a number for each channel",
        description="Subtracted from each channel after the scaling.",
    )
    std: tuple[Annotated[float, Field(gt=0)], ...] | None = Field(
        default=None,
        strict=False,
        title="an array of a number above 0 for each channel",
        description="Divides each channel after that.",
    )
    input_size: int | None = Field(
        default=None,
        ge=1,
        le=4096,
        title="a whole number of 1 to 4096 pixels",
        description="Side in pixels of the input, if the model takes any size.",
    )
    output: Literal["probabilities", "logits"] = Field(
        default="probabilities",
        title='"probabilities" or "logits"',
        description="`logits`: the model ends without softmax or sigmoid, which the server then adds.",
    )
    independent: bool = Field(
        default=False,
        title="true or false",
        description="Several classes may be on one photo, each with a sigmoid; default: as the model ends.",
    )

    confidence: MeasuredConfidence | None = Field(
        default=None,
        title='an object such as {"at": 0.6}, with a number of 0 to 1',
        description="From which probability its first name counts as right; `paishi train` measures it.",
    )
    training: dict[str, Any] = Field(
        default_factory=dict,
        title="an object",
        description="How `paishi train` made it.",
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = [name for name in ("scale", "channels", "mean", "std") if getattr(self, name) is not None]
        if self.preprocessing is not None and given:
            raise ValueError(
                f"preprocessing already says what {' and '.join(given)} would: leave out one or the other"
            )
        return self

    @property
    def names_preprocessing(self) -> bool:
        """Whether it says how the model takes pixels."""
        return any(
            value is not None
            for value in (self.preprocessing, self.scale, self.channels, self.mean, self.std)
        )

    @property
    def normalisation(self) -> Normalisation:
        if self.preprocessing is not None:
            return _CONVENTIONS[self.preprocessing]
        divisor, offset = _RANGES[self.scale or "0..255"]
        return Normalisation(self.channels == "bgr", divisor, offset, self.mean or (0.0,), self.std or (1.0,))

    @property
    def conversion(self) -> str:
        """The fields that a conversion depends on, as JSON that `Card.model_validate_json` takes."""
        about = {"name", "description", "version", "confidence", "training"}
        return self.model_dump_json(exclude=about, exclude_defaults=True)


def card_of(file: Path, content: object) -> Card:
    """Returns the card with the JSON value `content` of `file`. Raises CustomModelRefused."""
    if not isinstance(content, dict):
        raise CustomModelRefused(f'{file} must be an object, such as {{"name": "flowers"}}.')
    given = {name: value for name, value in content.items() if value is not None}
    try:
        card = Card.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0]) if first["loc"] else ""
        raise CustomModelRefused(f"{file}: {_sentence(field, given, first['msg'])}") from error
    return card.model_copy(update={"name": card.name.strip()})


def _sentence(field: str, given: dict[str, object], message: str) -> str:
    if not field:  # of a validator above
        return f"{message.removeprefix('Value error, ')}."
    if described := Card.model_fields.get(field):
        return f"{field} must be {described.title}, but it is {given[field]!r}."
    near = get_close_matches(field, Card.model_fields, n=1)
    known = f"Did you mean {near[0]}?" if near else f"The fields are {', '.join(Card.model_fields)}."
    return f"there is no field {field!r}. {known}"
