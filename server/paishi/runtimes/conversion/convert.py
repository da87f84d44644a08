"""Gets a converted model from the cache or from a converting process.

Importing this loads neither TensorFlow nor Keras nor OpenVINO.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from paishi.models.errors import ConversionFailed, ModelError
from paishi.models.weights.find import weights_location
from paishi.models.weights.fingerprint import fingerprint
from paishi.models.weights.keras_cache import is_address, is_published
from paishi.runtimes.conversion.cache import ConversionCache, Converted, Identity
from paishi.runtimes.conversion.calibration import photos_key
from paishi.runtimes.spec import ModelSpec
from paishi.system.child_process import ChildFailed, run_child

log = logging.getLogger(__name__)

CONVERSION = "1"
"""Version of this code's conversion. Increase it with every change of the result."""

_CONVERT = "paishi.runtimes.conversion.keras_to_openvino"
_LIMIT_S = 1800

FindWeights = Callable[[], Path]


@contextmanager
def converted(spec: ModelSpec, find_weights: FindWeights) -> Iterator[Converted]:
    """Yields the model in fp32, to be read within the block; converts it first if it is not cached.

    A conversion takes seconds, and only that calls `find_weights`. Raises ConversionFailed and errors of the
    weights.
    """
    if found := find(spec):
        yield found
        return
    weights = find_weights().absolute()  # not resolve(): a link's target may have no suffix
    name = spec.backbone.name

    def build(folder: Path) -> None:
        log.info("Converting %s for OpenVINO, once.", name)
        if spec.is_custom:
            run(_CONVERT, "custom", str(weights), spec.backbone.preprocessing, str(folder))
        else:
            run(_CONVERT, "catalogue", name, str(weights), str(folder))

    identity = identity_of(spec, _weights_key(spec, weights))
    with ConversionCache(spec.cache).make(identity, spec.source, build) as made:
        yield made


def find(spec: ModelSpec) -> Converted | None:
    """Looks `spec` up in the cache, even if its weights or photos are no longer on this machine."""
    location = weights_location(spec.backbone, spec.source, spec.keras_home)
    weights = _weights_key(spec, location)
    if weights is None and not (is_published(spec.source) or is_address(spec.source)):
        return None
    query = Identity(spec.backbone.name, weights, spec.precision, versions(), _photos_key(spec))
    return ConversionCache(spec.cache).find(query, spec.source)


def identity_of(spec: ModelSpec, weights: str | None) -> Identity:
    assert weights
    photos = _photos_key(spec) or ""
    return Identity(spec.backbone.name, weights, spec.precision, versions(), photos)


def versions() -> Mapping[str, str]:
    return {"openvino": _version("openvino"), "keras": _version("keras"), "conversion": CONVERSION}


def run(module: str, *arguments: str) -> Any:
    """Runs `module` in a separate process. Raises ConversionFailed, or the ModelError of that process."""
    try:
        return run_child(module, arguments, _LIMIT_S, ModelError)
    except ChildFailed as error:
        raise ConversionFailed(f"The conversion broke off. {error}") from error


def _weights_key(spec: ModelSpec, file: Path) -> str | None:
    """Algorithm and hash of the weights; None if the file is missing and no hash is published."""
    published = spec.backbone.weights
    if published.hash and is_published(spec.source):
        # The file was checked against this hash when it was found.
        return f"{published.hash_algorithm}:{published.hash}"
    return f"sha256:{fingerprint(file, spec.cache / 'weights')}" if file.is_file() else None


def _photos_key(spec: ModelSpec) -> str | None:
    """Key of the calibration photos, or None if there are none: then any earlier calibration matches."""
    if spec.precision == "fp32" or spec.calibration is None or not spec.calibration.is_dir():
        return None
    return photos_key(spec.calibration)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
