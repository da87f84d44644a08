"""Loads the model of the settings. Blocking, so it needs a separate thread."""

import logging
from collections.abc import Callable
from pathlib import Path

from paishi.choices import Fit
from paishi.models.weights.download import OnProgress
from paishi.models.weights.find import find_weights
from paishi.models.weights.keras_cache import is_published
from paishi.recognition.kinds import load_kinds
from paishi.recognition.recogniser import Recogniser
from paishi.recognition.resolve import resolve
from paishi.runtimes.base import Runtime
from paishi.runtimes.insight import insight_for
from paishi.runtimes.load import load_runtime
from paishi.runtimes.spec import ModelSpec
from paishi.settings import Settings
from paishi.system.cpu_budget import CpuBudget
from paishi.teaching.constants import constants_for
from paishi.teaching.space import Space

log = logging.getLogger(__name__)

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
        mirrors, places = settings.weights_mirrors, settings.weights_sources
        return find_weights(backbone, spec.source, spec.keras_home, mirrors, on_progress, places=places)

    runtime = load_runtime(spec, weights, cores)
    insight = insight_for(spec, runtime, cores)
    confidence = backbone.confidence.at if settings.confident_at is None else settings.confident_at
    kinds = None if custom and custom.labels else load_kinds(labels.name)
    if custom and custom.assumption:
        log.warning("%s", custom.assumption)
    return Recogniser(
        name,
        custom.input_size if custom else backbone.input_size,
        settings.fit,
        runtime,
        labels,
        confidence,
        kinds,
        custom,
        insight,
        runtime.independent,
        _space(spec, runtime, settings.fit),
    )


def _space(spec: ModelSpec, runtime: Runtime, fit: Fit) -> Space | None:
    if runtime.vector is None:
        return None
    _, classes = runtime.vector.head.shape
    name = spec.backbone.name if is_published(spec.source) else None  # the constants belong to the weights
    return Space(runtime.vector, constants_for(name, classes), fit)
