"""Facts about a backbone, known without building it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Preprocessing(StrEnum):
    """Preprocessing convention of a family for RGB pixels of 0..255; the names are those of Keras."""

    CAFFE = "caffe"
    """BGR, minus the ImageNet mean, not scaled."""
    TF = "tf"
    """Scaled to -1..1."""
    TORCH = "torch"
    """Scaled to 0..1, minus the ImageNet mean, divided by its standard deviation."""
    NONE = "none"
    """None: the family preprocesses inside and takes float 0..255."""


@dataclass(frozen=True, slots=True)
class PublishedWeights:
    """ImageNet weights that Keras publishes, with the 1000-class head.

    `file` is the name in Keras's cache; for NASNet it differs from the last part of `url`. `hash` is the
    one that Keras checks, md5 or sha256 in hexadecimal, or None if Keras has none.
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
    """One model of Keras Applications.

    `module` is the submodule of `keras.applications` with its `preprocess_input`; the builder is
    `keras.applications.<name>`. `input_size` is the side of the square input in pixels, `parameters` the
    number of weights. `top1` and `top5` are the published accuracies on the ImageNet validation set in %, or
    None if unpublished; `download_mb` is the published size of the weights in MB. Source of both:
    https://keras.io/api/applications.
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
