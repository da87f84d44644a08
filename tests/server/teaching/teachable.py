"""A model of this process that can be taught, and photos of things that it tells apart."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from paishi.choices import Precision
from paishi.recognition.labels import load_labels
from paishi.recognition.recogniser import Recogniser
from paishi.runtimes.base import Agreement, Outputs, VectorOutput
from paishi.teaching.constants import Constants
from paishi.teaching.space import Space
from tests.server.pictures import file_of

_BLOCKS = 4
_CONSTANTS = Constants(threshold=0.8, growth=0.0, measured="nowhere")


def space(model: str = "blocks", dimensions: int = 3 * _BLOCKS**2) -> Space:
    """The space of a model of that name, whose head is near to nothing."""
    return Space(VectorOutput(np.zeros((dimensions, 1), np.float32), model), _CONSTANTS, "crop")


class Blocks:
    """A runtime: a vector is the colours of 4 x 4 blocks, and one class is as probable as each is bright."""

    name = "blocks"
    vector: VectorOutput | None = None
    precision: Precision = "fp32"
    agreement: Agreement | None = None
    independent = False

    async def softmax(self, views: NDArray[np.uint8]) -> NDArray[np.float32]:
        return (await self.outputs(views)).softmax

    async def outputs(self, views: NDArray[np.uint8]) -> Outputs:
        side = views.shape[1] // _BLOCKS
        tiles = views.reshape(len(views), _BLOCKS, side, _BLOCKS, side, 3).mean(axis=(2, 4)) / 255
        vectors = tiles.reshape(len(views), -1).astype(np.float32) ** 4
        found = np.zeros((len(views), 1000), np.float32)
        found[:, : vectors.shape[1]] = vectors
        return Outputs(found / found.sum(axis=1, keepdims=True), vectors)

    def close(self) -> None:
        pass


def recogniser(model: str = "blocks") -> Recogniser:
    return Recogniser("ResNet50", 32, "crop", Blocks(), load_labels("imagenet"), space=space(model))


def load(model: str = "blocks") -> Callable[[object], Recogniser]:
    return lambda on_progress: recogniser(model)


def picture(thing: int, view: int = 0, side: int = 64) -> Image.Image:
    """`thing` in coarse colours, with a fine pattern of its own in each `view`."""
    coarse = np.random.default_rng(thing).integers(0, 256, (_BLOCKS, _BLOCKS, 3))
    fine = np.random.default_rng([thing, view]).integers(-30, 31, (16, 16, 3))
    pixels = np.kron(coarse, np.ones((4, 4, 1))) + fine
    small = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    return small.resize((side, side), Image.Resampling.NEAREST)


def photo(thing: int, view: int = 0, side: int = 64) -> bytes:
    return file_of(picture(thing, view, side), "PNG")
