"""Facts about a backbone, known without building it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple


class Preprocessing(StrEnum):
    """Preprocessing convention of a family for RGB pixels of 0..255; the names are those of Keras."""

    CAFFE = "caffe"
    """BGR, minus the ImageNet mean, not scaled."""
    TF = "tf"
    """Scaled to -1..1."""
    TORCH = "torch"
    """Scaled to 0..1, minus the ImageNet mean, divided by its standard deviation."""
    LITE = "lite"
    """Minus 127, divided by 128; ours, for EfficientNet-Lite."""
    NONE = "none"
    """None: the family preprocesses inside and takes float 0..255."""


# Means and deviations of the ImageNet training set as each convention fixed them:
# Caffe's in BGR on 0..255, Torch's in RGB on 0..1.
CAFFE_MEAN = (103.939, 116.779, 123.68)
TORCH_MEAN = (0.485, 0.456, 0.406)
TORCH_DEVIATION = (0.229, 0.224, 0.225)


class OlderRelease(NamedTuple):
    """An earlier release of the same weights under the same name, in the layout of
    `paishi.models.keras.old_resnet50`. Its hash is one of `hashes`, in the algorithm of the published one."""

    bytes: int
    hashes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PublishedWeights:
    """ImageNet weights that Keras publishes, with the 1000-class head.

    `file` is the name in Keras's cache; for NASNet it differs from the last part of `url`. `hash` is the
    one that Keras checks, md5 or sha256 in hexadecimal, or None if Keras has none. `bytes` is the size of the
    file, None if it is not known to the byte.
    """

    file: str
    url: str
    hash: str | None
    bytes: int | None = None
    older: OlderRelease | None = None

    @property
    def hash_algorithm(self) -> Literal["md5", "sha256"] | None:
        if self.hash is None:
            return None
        return "sha256" if len(self.hash) == 64 else "md5"


@dataclass(frozen=True, slots=True)
class PackagedWeights:
    """ImageNet weights in an ordinary Python package, with the 1000-class head.

    `file` is in the folder `models` of `package`, `hash` is its SHA-256 in hexadecimal. `extra` is the extra
    of PaiShi that installs the package, empty for a package that always comes along.
    """

    package: str
    file: str
    hash: str
    extra: str

    @property
    def hash_algorithm(self) -> Literal["sha256"]:
        return "sha256"


@dataclass(frozen=True, slots=True)
class PaddleArchive:
    """A model in Paddle's inference format with its ImageNet weights, in a tar that PaddleClas publishes.

    `file` is the name in the folder of weights. No hash is published: `hash` is the SHA-256 noted at the
    first download, None before that. See `paishi.models.weights.paddle_archive`.
    """

    file: str
    url: str
    hash: str | None = None
    bytes: int | None = None

    @property
    def hash_algorithm(self) -> Literal["sha256"] | None:
        return "sha256" if self.hash else None


FetchedWeights = PublishedWeights | PaddleArchive
Weights = FetchedWeights | PackagedWeights


class Confidence(NamedTuple):
    """The probability `at` which the first name counts as probably right.

    `named` is the share of photos whose first name reaches it, `right` the share of those that is right, both
    in %, on 300 photos of ImageNet's validation set; None if the model's weights could not be had to measure.
    """

    at: float
    named: int | None = None
    right: int | None = None


NOT_MEASURED = Confidence(0.5)

Size = int | tuple[int, int]
"""Side in pixels of a square input, or height and width of another."""


def height_width(size: Size) -> tuple[int, int]:
    return (size, size) if isinstance(size, int) else size


class Publisher(NamedTuple):
    """Who publishes a model; `accuracies` is the address of the page that has them.

    `note` is for operators, empty if there is nothing to say.
    """

    name: str
    accuracies: str
    note: str = ""


KERAS = Publisher("Keras", "https://keras.io/api/applications")


@dataclass(frozen=True, slots=True)
class Backbone:
    """One model of Keras Applications, of EfficientNet-Lite, whose `module` is `efficientnet_lite`, or of
    PaddleClas, whose `module` is empty.

    `module` is the submodule of `keras.applications` with its `preprocess_input`; the builder is
    `keras.applications.<name>`. `input_size` is the side of the square input in pixels, of a custom model the
    longer one; `parameters` is the number of weights. `top1` and `top5` are the published accuracies on the
    ImageNet validation set in %, or None if unpublished; `download_mb` is the published size of the weights
    in MB. The `publisher` says where the accuracies are from.
    """

    name: str
    module: str
    input_size: int
    parameters: int
    top1: float | None
    top5: float | None
    download_mb: float
    preprocessing: Preprocessing
    weights: Weights
    confidence: Confidence = NOT_MEASURED
    publisher: Publisher = KERAS

    @property
    def largest_download(self) -> int:
        """Bytes that no published file of its weights exceeds.

        The published size is rounded, and some pages count 2**20 bytes as a megabyte. HDF5 adds a few
        kilobytes for each layer to four bytes for each weight.
        """
        return int(1.25 * max(self.download_mb * 2**20, 4 * self.parameters)) + 4_000_000
