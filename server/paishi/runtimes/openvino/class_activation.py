"""Class activation and features of a converted model."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from paishi.runtimes.openvino.head import Head, find_head
from paishi.runtimes.openvino.imports import ov
from paishi.runtimes.openvino.runtime import compiled, read_model


class Look(NamedTuple):
    """Inputs of pooling, `maps` (n, height, width, channels), and of the head, `vectors` (n, features).

    `units` (n, units) are the inputs of the ReLU in the head; none if it has no such layer.
    """

    maps: NDArray[np.float32]
    vectors: NDArray[np.float32]
    units: NDArray[np.float32]


class ClassActivation:
    """Class activation of the fp32 model `xml`, as `runtimes.conversion.keras_to_openvino` writes it.

    It uses one core: explanations are rare and leave the other cores to recognition. Raises NoHead unless the
    model ends like an image classifier. Not thread-safe.
    """

    def __init__(self, xml: Path) -> None:
        model = read_model(xml)
        self._head: Head = find_head(model)
        outputs = [self._head.feature_map]
        if self._head.vector is not None:
            outputs.append(self._head.vector)
        if self._head.relu is not None:
            outputs.append(self._head.relu.before)
        lower = ov.Model(outputs, model.get_parameters(), "before_head")
        self._request = compiled(lower, "fp32", threads=1, streams=1).create_infer_request()

    @property
    def is_exact(self) -> bool:
        """Whether `class_activation` works: the head is the mean over all positions and one matrix, or two
        with a ReLU between them."""
        return self._head.classifier is not None or self._head.relu is not None

    def class_activation(self, look: Look, index: int) -> NDArray[np.float32]:
        """Contribution of each position to the logit of class `index`, float32 (n, height, width).

        One `look` serves any number of classes. The mean over all positions is the logit minus the class's
        bias, since pooling and the head are linear and commute. Source: Zhou et al., Learning Deep Features
        for Discriminative Localization, CVPR 2016, section 2. A ReLU in the head lets some units through and
        not others, which makes it linear for each picture.
        """
        if self._head.relu is None:
            assert self._head.classifier is not None
            weights = self._head.classifier[None, :, index]
        else:
            weights = ((look.units > 0) * self._head.relu.out[:, index]) @ self._head.relu.into.T
        activation: NDArray[np.float32] = (look.maps @ weights[:, None, :, None])[..., 0]
        return activation

    def features(self, views: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Input of the classifier, float32 (n, features); the mean of the last map if the head is deeper."""
        return self.look(views).vectors

    def look(self, views: NDArray[np.uint8]) -> Look:
        """Runs `views` (n, height, width, 3) uint8 RGB up to the head."""
        looks = [self._look(views[row : row + 1]) for row in range(len(views))]
        return Look(*(np.concatenate(parts) for parts in zip(*looks, strict=True)))

    def _look(self, view: NDArray[np.uint8]) -> Look:
        self._request.infer({0: view}, share_inputs=True)
        maps = self._request.get_output_tensor(0).data.copy()
        maps = maps.transpose(0, 2, 3, 1) if self._head.channels_first else maps
        return Look(
            maps,
            maps.mean(axis=(1, 2)) if self._head.vector is None else self._row(1),
            np.zeros((1, 0), np.float32) if self._head.relu is None else self._row(1),
        )

    def _row(self, output: int) -> NDArray[np.float32]:
        row: NDArray[np.float32] = self._request.get_output_tensor(output).data.reshape(1, -1).copy()
        return row
