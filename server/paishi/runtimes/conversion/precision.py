"""Models in bf16 or int8, used only if their predictions stay the same.

Importing this loads neither OpenVINO nor NNCF.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from paishi.models.errors import PrecisionRefused
from paishi.runtimes.base import Agreement
from paishi.runtimes.conversion.cache import ConversionCache, Converted
from paishi.runtimes.conversion.calibration import LEAST, photo_set
from paishi.runtimes.conversion.convert import FindWeights, converted, find, identity_of, run
from paishi.runtimes.spec import ModelSpec

log = logging.getLogger(__name__)

LEAST_AGREEMENT = 0.97
"""Least share of the check's photos on which the most probable class must stay the same."""


@contextmanager
def lowered(spec: ModelSpec, find_weights: FindWeights) -> Iterator[Converted]:
    """Yields the model in a precision other than fp32, to be read within the block; may block for minutes.

    A refused model stays in the cache too, so a retry costs nothing until the photos change. Raises
    PrecisionRefused, ConversionFailed and errors of the weights.
    """
    if found := find(spec):
        _judge(spec, found)
        yield found
        return
    photos = _photos(spec)
    with converted(replace(spec, precision="fp32"), find_weights) as exact:

        def build(folder: Path) -> Agreement:
            name, precision = spec.backbone.name, spec.precision
            log.info("Converting %s to %s, once, with photos from %s.", name, precision, photos)
            counted = run(
                "paishi.runtimes.conversion.quantise", precision, str(exact.file), str(folder), str(photos)
            )
            return Agreement(**counted)

        identity = identity_of(spec, exact.identity.weights)
        with ConversionCache(spec.cache).make(identity, spec.source, build) as made:
            _judge(spec, made)
            yield made


def _photos(spec: ModelSpec) -> Path:
    if spec.calibration is None:
        raise PrecisionRefused(
            f"PAISHI_PRECISION={spec.precision} needs photos to check that predictions stay the same: set "
            f"PAISHI_CALIBRATION to a folder with at least {2 * LEAST} typical photos."
        )
    folder = spec.calibration.resolve()
    photo_set(folder, spec.precision == "int8")  # raises before the conversion
    return folder


def _judge(spec: ModelSpec, model: Converted) -> None:
    agreement = model.agreement
    if agreement is None or agreement.share < LEAST_AGREEMENT:
        counted = f"{agreement.same} of {agreement.photos} photos" if agreement else "no photo"
        raise PrecisionRefused(
            f"{spec.backbone.name} in {spec.precision} predicts the same class as in fp32 on {counted}, less "
            f"than {LEAST_AGREEMENT:.0%}. Set PAISHI_PRECISION=fp32, or PAISHI_CALIBRATION to other photos."
        )
    log.info(
        "%s in %s predicts the same class as in fp32 on %d of %d photos.",
        spec.backbone.name, spec.precision, agreement.same, agreement.photos,
    )  # fmt: skip
