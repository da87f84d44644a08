"""Chooses the precision of a model by its speed, among those whose predictions stay the same."""

import json
import logging
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np

from paishi.choices import Precision
from paishi.models.errors import ConversionFailed, PrecisionRefused, RuntimeUnavailable
from paishi.runtimes.conversion.cache import Converted
from paishi.runtimes.conversion.convert import FindWeights, converted
from paishi.runtimes.conversion.precision import lowered
from paishi.runtimes.openvino.runtime import compiled, has_bf16, read_model, runner
from paishi.runtimes.spec import ModelSpec
from paishi.system.atomic_write import write_whole
from paishi.system.processor import processor_name

log = logging.getLogger(__name__)

_LOWER: tuple[Precision, ...] = ("bf16", "int8")
_RUNS = 12


def fastest(spec: ModelSpec, find_weights: FindWeights) -> ModelSpec:
    """Returns `spec` in the fastest precision that passed its check on this machine's processor.

    A check that is not in the cache is made if there are photos for it. The measurement takes about a second
    and is kept. Raises as `converted` does.
    """
    with ExitStack() as stack:
        exact: Precision = "fp32"
        models = {exact: stack.enter_context(converted(replace(spec, precision=exact), find_weights))}
        for precision in _LOWER:
            if precision == "bf16" and not has_bf16():
                continue
            try:
                model = stack.enter_context(lowered(replace(spec, precision=precision), find_weights))
            except (PrecisionRefused, RuntimeUnavailable, ConversionFailed) as error:
                log.info("PAISHI_PRECISION=auto: not %s. %s", precision, error)
                continue
            if model.made_on == processor_name():
                models[precision] = model
            else:
                log.info(
                    "PAISHI_PRECISION=auto: not %s. It was not checked on this processor; to check it again, "
                    "remove %s and set PAISHI_CALIBRATION.",
                    precision, model.file.parent,
                )  # fmt: skip
        chosen = _fastest(models, models[exact].file.with_name("fastest.json")) if len(models) > 1 else exact
    log.info("PAISHI_PRECISION=auto: %s in %s.", spec.backbone.name, chosen)
    return replace(spec, precision=chosen)


def _fastest(models: dict[Precision, Converted], known: Path) -> Precision:
    key = " ".join([processor_name(), *(model.identity.folder for model in models.values())])
    with suppress(OSError, ValueError, KeyError):
        noted: dict[str, Precision] = json.loads(known.read_bytes())
        if noted[key] in models:
            return noted[key]
    took = {precision: _ms(model, precision) for precision, model in models.items()}
    log.info("One picture on one core: %s.", ", ".join(f"{took[one]:.1f} ms in {one}" for one in took))
    chosen = min(models, key=lambda precision: took[precision])
    with suppress(OSError):  # it is measured again at the next start
        write_whole(known, json.dumps({key: chosen}).encode())
    return chosen


def _ms(model: Converted, precision: Precision) -> float:
    """The least of several runs, as other programs only add to it."""
    graph = read_model(model.file)
    run = runner(compiled(graph, precision, threads=1, streams=1))
    grey = np.full(tuple(graph.input(0).shape), 128, np.uint8)
    took = []
    for _ in range(_RUNS):
        begun = perf_counter()
        run(grey)
        took.append(1000 * (perf_counter() - begun))
    return min(took)
