"""Networks in bf16 or int8: only where their answers stay the same.

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
"""Share of photos, kept apart from the calibration, on which the most probable class must stay the same."""


@contextmanager
def lowered(spec: ModelSpec, find_weights: FindWeights) -> Iterator[Converted]:
    """The network in a precision other than fp32, to be read before the block ends; may block for minutes.

    What was refused stays in the cache as well, so that trying again costs nothing until the photos change.
    Raises PrecisionRefused, ConversionFailed, and what reading the weights raises.
    """
    if found := find(spec):
        _judge(spec, found)
        yield found
        return
    photos = _photos(spec)
    with converted(replace(spec, precision="fp32"), find_weights) as exact:

        def build(folder: Path) -> Agreement:
            name, precision = spec.backbone.name, spec.precision
            log.info("Making %s in %s, once, with photos from %s.", name, precision, photos)
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
            f"PAISHI_PRECISION={spec.precision} needs photos to see whether the answers stay the same: set "
            f"PAISHI_CALIBRATION to a folder with at least {2 * LEAST} of the kind that will be recognised."
        )
    folder = spec.calibration.resolve()
    photo_set(folder, spec.precision == "int8")  # raises before anything is converted
    return folder


def _judge(spec: ModelSpec, network: Converted) -> None:
    agreement = network.agreement
    if agreement is None or agreement.share < LEAST_AGREEMENT:
        counted = f"{agreement.same} of {agreement.photos} photos" if agreement else "no photo"
        raise PrecisionRefused(
            f"{spec.backbone.name} in {spec.precision} answers as in fp32 on {counted}, less than "
            f"{LEAST_AGREEMENT:.0%}. Set PAISHI_PRECISION=fp32, or PAISHI_CALIBRATION to other photos."
        )
    log.info(
        "%s in %s answers as in fp32 on %d of %d photos.",
        spec.backbone.name, spec.precision, agreement.same, agreement.photos,
    )  # fmt: skip
