"""A converted network that also tells what it saw before its head."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from paishi.runtimes.openvino.head import Head, find_head
from paishi.runtimes.openvino.imports import ov
from paishi.runtimes.openvino.runtime import compiled, read_model


class Look(NamedTuple):
    """`maps` (n, height, width, channels) before the pooling, `vectors` (n, features) before the head."""

    maps: NDArray[np.float32]
    vectors: NDArray[np.float32]


class ClassActivation:
    """`network` is the .xml of a model in fp32, as `runtimes.conversion.keras_to_openvino` writes it.

    It runs on one core: looking inside is rare, and the photos that are to be recognised keep the others.
    Raises NoHead for a network that ends otherwise than image classifiers do. Not for two threads at a time.
    """

    def __init__(self, network: Path) -> None:
        model = read_model(network)
        self._head: Head = find_head(model)
        outputs = [self._head.feature_map]
        if self._head.vector is not None:
            outputs.append(self._head.vector)
        inside = ov.Model(outputs, model.get_parameters(), "inside")
        self._request = compiled(inside, "fp32", threads=1, streams=1).create_infer_request()

    @property
    def is_exact(self) -> bool:
        """Whether `class_activation` can tell: the head is the mean over all positions and one matrix."""
        return self._head.classifier is not None

    def class_activation(self, views: NDArray[np.uint8], index: int) -> NDArray[np.float32]:
        """How much each position adds to the logit of class `index`, float32 (n, height, width).

        Its mean over all positions is the logit less the class's bias. Pooling and the head are both linear
        and so may change places; see Zhou et al., Learning Deep Features for Discriminative Localization,
        CVPR 2016, section 2.
        """
        assert self._head.classifier is not None
        activation: NDArray[np.float32] = self.look(views).maps @ self._head.classifier[:, index]
        return activation

    def features(self, views: NDArray[np.uint8]) -> NDArray[np.float32]:
        """What the classifier reads, float32 (n, features); the mean of the last map of a deeper head."""
        return self.look(views).vectors

    def look(self, views: NDArray[np.uint8]) -> Look:
        """`views` (n, size, size, 3) uint8 RGB."""
        looks = [self._look(views[row : row + 1]) for row in range(len(views))]
        maps, vectors = zip(*looks, strict=True)
        return Look(np.concatenate(maps), np.concatenate(vectors))

    def _look(self, view: NDArray[np.uint8]) -> Look:
        self._request.infer({0: view}, share_inputs=True)
        maps = self._request.get_output_tensor(0).data.copy()
        maps = maps.transpose(0, 2, 3, 1) if self._head.channels_first else maps
        if self._head.vector is None:
            return Look(maps, maps.mean(axis=(1, 2)))
        return Look(maps, self._request.get_output_tensor(1).data.reshape(1, -1).copy())
