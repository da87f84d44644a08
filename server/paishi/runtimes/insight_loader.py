"""Loads the explanations of a served model.

Importing this loads neither TensorFlow nor Keras nor OpenVINO.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from paishi.models.errors import NotExplainable, WeightsChanged, WeightsUnavailable
from paishi.models.weights.find import weights_location
from paishi.runtimes.conversion.convert import FindWeights, converted
from paishi.runtimes.insight import Insight, LazyInsight
from paishi.runtimes.spec import ModelSpec
from paishi.system.cpu_budget import CpuBudget

if TYPE_CHECKING:
    from paishi.models.keras.gradients import Gradients
    from paishi.runtimes.openvino.class_activation import ClassActivation


def insight_for(spec: ModelSpec, find_weights: FindWeights, runtime: str, cores: CpuBudget) -> Insight:
    """Returns explanations of the model that `load_runtime` has just loaded for `spec` on `runtime`.

    They always use fp32. Weights that have changed on disk since then are refused, because they are not those
    of the running model, and missing ones are not downloaded. The file of a custom model is not loaded into
    this process, so anything that needs more than its converted form is refused.
    """
    served = _Served(spec, find_weights)
    return LazyInsight(served.class_activation if runtime == "openvino" else None, served.gradients, cores)


@dataclass
class _Served:
    spec: ModelSpec
    find_weights: FindWeights
    state: tuple[int, ...] | None = field(init=False)

    def __post_init__(self) -> None:
        self.state = _file_state(self.spec)

    # Imports are local: OpenVINO takes a quarter of a second, TensorFlow half a gigabyte.

    def class_activation(self) -> ClassActivation | None:
        from paishi.runtimes.openvino.class_activation import ClassActivation
        from paishi.runtimes.openvino.head import NoHead

        self._check()
        with converted(replace(self.spec, precision="fp32"), self._weights) as model:
            try:
                return ClassActivation(model.file)
            except NoHead:
                return None

    def gradients(self) -> Gradients:
        if self.spec.is_custom:
            raise NotExplainable(
                "A custom model gives no layers, and explanations only if it runs on OpenVINO and ends in "
                "pooling and one dense layer."
            )
        from paishi.models.keras.gradients import Gradients

        self._check()
        return Gradients(self.spec.backbone, self._weights())

    def _check(self) -> None:
        now = _file_state(self.spec)
        if self.state and now and now != self.state:
            raise WeightsChanged(
                "The weights on disk are no longer those of the running model: the operator can load them "
                "with `python -m paishi use` or a restart."
            )

    def _weights(self) -> Path:
        name = self.spec.backbone.name
        if _file_state(self.spec) is None:  # a request must not start a download
            raise WeightsUnavailable(
                f"The weights of {name} are no longer on the server: the operator can fetch them with "
                f"`python -m paishi weights fetch {name}`."
            )
        return self.find_weights()


def _file_state(spec: ModelSpec) -> tuple[int, ...] | None:
    """Inode, size and modification time of the weights file; None if there is none."""
    try:
        state = weights_location(spec.backbone, spec.source, spec.keras_home).stat()
    except OSError:
        return None
    return state.st_ino, state.st_size, state.st_mtime_ns
