"""Loads the model of the settings. Blocking, so it needs a separate thread."""

from collections.abc import Callable
from pathlib import Path

from paishi.models.weights.download import OnProgress
from paishi.models.weights.find import find_weights
from paishi.recognition.recogniser import Recogniser
from paishi.recognition.resolve import resolve
from paishi.runtimes.insight import insight_for
from paishi.runtimes.load import load_runtime
from paishi.settings import Settings
from paishi.system.cpu_budget import CpuBudget

Load = Callable[[Settings, CpuBudget, OnProgress], Recogniser]
"""Signature of `load_recogniser`."""


def load_recogniser(
    settings: Settings, cores: CpuBudget, on_progress: OnProgress | None = None
) -> Recogniser:
    """Loads the runtime; finds the weights first if no converted model is cached.

    `on_progress` gets the bytes received and the total bytes, None if unknown, of a download. Raises
    `paishi.models.errors.ModelError`.
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
