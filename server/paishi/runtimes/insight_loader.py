"""From a network that is served to what can be seen inside it.

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
    """Into the network that `load_runtime` has just loaded for `spec` on `runtime`.

    It is the one in fp32, whatever is served. Weights that are replaced on the disk later are refused, since
    they are not those that answer, and none are fetched. A network of the operator's own is not loaded into
    this process: what its converted form does not tell is refused too.
    """
    served = _Served(spec, find_weights)
    return LazyInsight(served.inside if runtime == "openvino" else None, served.gradients, cores)


@dataclass
class _Served:
    spec: ModelSpec
    find_weights: FindWeights
    looks: tuple[int, ...] | None = field(init=False)

    def __post_init__(self) -> None:
        self.looks = _looks(self.spec)

    # Imports are within the functions: OpenVINO takes a quarter of a second, TensorFlow half a gigabyte.

    def inside(self) -> ClassActivation | None:
        from paishi.runtimes.openvino.class_activation import ClassActivation
        from paishi.runtimes.openvino.head import NoHead

        self._check()
        with converted(replace(self.spec, precision="fp32"), self._weights) as network:
            try:
                return ClassActivation(network.file)
            except NoHead:
                return None

    def gradients(self) -> Gradients:
        if self.spec.is_custom:
            raise NotExplainable(
                "Of a network of one's own no layer can be told, and the rest only where it runs on OpenVINO "
                "and ends in pooling and one dense layer."
            )
        from paishi.models.keras.gradients import Gradients

        self._check()
        return Gradients(self.spec.backbone, self._weights())

    def _check(self) -> None:
        now = _looks(self.spec)
        if self.looks and now and now != self.looks:
            raise WeightsChanged(
                "The weights on the disk are no longer those that answer: the operator can load them with "
                "`python -m paishi use` or a restart."
            )

    def _weights(self) -> Path:
        name = self.spec.backbone.name
        if _looks(self.spec) is None:  # whoever asks a question must not start a download
            raise WeightsUnavailable(
                f"The weights of {name} are no longer on the server: the operator can fetch them with "
                f"`python -m paishi weights fetch {name}`."
            )
        return self.find_weights()


def _looks(spec: ModelSpec) -> tuple[int, ...] | None:
    """What changes when the file of weights does; None where none is here."""
    try:
        state = weights_location(spec.backbone, spec.source, spec.keras_home).stat()
    except OSError:
        return None
    return state.st_ino, state.st_size, state.st_mtime_ns
