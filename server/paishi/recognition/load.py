"""From settings to a network that can be asked; blocking, for a thread of its own."""

from collections.abc import Callable
from pathlib import Path

from paishi.models.weights.download import OnProgress
from paishi.models.weights.find import find_weights
from paishi.recognition.recogniser import Recogniser
from paishi.recognition.resolve import resolve
from paishi.runtimes.insight_loader import insight_for
from paishi.runtimes.load import load_runtime
from paishi.settings import Settings
from paishi.system.cpu_budget import CpuBudget

Load = Callable[[Settings, CpuBudget, OnProgress], Recogniser]
"""As `load_recogniser`."""


def load_recogniser(
    settings: Settings, cores: CpuBudget, on_progress: OnProgress | None = None
) -> Recogniser:
    """Starts the runtime; finds the weights where nothing converted is at hand.

    `on_progress` gets bytes received and bytes in all (None if unknown) while weights are downloaded.
    Raises `paishi.models.errors.ModelError`.
    """
    name, spec, labels, custom = resolve(settings)
    backbone = spec.backbone

    def weights() -> Path:
        if custom:
            return custom.file
        mirrors = settings.weights_mirrors
        return find_weights(backbone, spec.source, spec.keras_home, mirrors, on_progress)

    runtime = load_runtime(spec, weights, cores)
    insight = insight_for(spec, weights, runtime.name, cores)
    return Recogniser(
        name, backbone.input_size, settings.fit, runtime, labels, insight=insight, custom=custom
    )
