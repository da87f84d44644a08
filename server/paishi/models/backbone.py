"""What is known of a backbone without building it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Preprocessing(StrEnum):
    """What a family wants done to RGB pixels of 0..255 (the names are those of Keras)."""

    CAFFE = "caffe"
    """BGR, less the mean of ImageNet, not scaled."""
    TF = "tf"
    """Scaled to -1..1."""
    TORCH = "torch"
    """Scaled to 0..1, less the mean and over the standard deviation of ImageNet."""
    NONE = "none"
    """Nothing: the family has it inside and takes 0..255 as float."""


@dataclass(frozen=True, slots=True)
class PublishedWeights:
    """The ImageNet weights that Keras publishes, with the 1000-class head.

    `file` is the name in Keras's cache, which for NASNet is not the last part of `url`. `hash` is the
    one that Keras itself checks, md5 or sha256 in hexadecimal; None where Keras has none.
    """

    file: str
    url: str
    hash: str | None

    @property
    def hash_algorithm(self) -> Literal["md5", "sha256"] | None:
        if self.hash is None:
            return None
        return "sha256" if len(self.hash) == 64 else "md5"


@dataclass(frozen=True, slots=True)
class Backbone:
    """One network of Keras Applications.

    `module` is the one under `keras.applications` that has its `preprocess_input`; the builder is
    `keras.applications.<name>`. `input_size` is the side of its square input in pixels, `parameters`
    the count of all weights. `top1` and `top5` are the published accuracies on the ImageNet
    validation set in %, `download_mb` the published size of the weights, both as on
    https://keras.io/api/applications; None where nothing is published.
    """

    name: str
    module: str
    input_size: int
    parameters: int
    top1: float | None
    top5: float | None
    download_mb: float
    preprocessing: Preprocessing
    weights: PublishedWeights
