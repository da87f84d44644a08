"""Gets a converted model from the cache or from a converting process.

Importing this loads neither TensorFlow nor Keras nor OpenVINO.
"""

import logging
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from paishi.models.backbone import PackagedWeights
from paishi.models.custom.card import Card
from paishi.models.custom.folder import files_of
from paishi.models.errors import ConversionFailed, ConversionInterrupted, ModelError
from paishi.models.keras import need_keras
from paishi.models.weights.find import weights_location
from paishi.models.weights.fingerprint import fingerprint
from paishi.models.weights.integrity import is_older
from paishi.models.weights.keras_cache import is_address, is_published
from paishi.runtimes.conversion.cache import MODEL_XML, ConversionCache, Converted, Identity
from paishi.runtimes.conversion.calibration import photos_key
from paishi.runtimes.conversion.interruption import interruptible
from paishi.runtimes.spec import ModelSpec
from paishi.system.child_process import ChildRaised, run_child

log = logging.getLogger(__name__)

CONVERSION = "1"
"""Version of this code's conversion. Increase it with every change of the result."""

_CONVERT = "paishi.runtimes.conversion.keras_to_openvino"
_CONVERT_GRAPH = "paishi.runtimes.conversion.graph_to_openvino"
_LIMIT_S = 1800

FindWeights = Callable[[], Path]


@contextmanager
def converted(
    spec: ModelSpec, find_weights: FindWeights, in_this_process: bool = False
) -> Iterator[Converted]:
    """Yields the model in fp32, to be read within the block; converts it first if it is not cached.

    A conversion takes seconds, and only that calls `find_weights`. `in_this_process` is for a custom model
    that a process with Keras in it has made: another one would load TensorFlow once more. Raises
    KerasMissing, ConversionFailed, ConversionInterrupted and errors of the weights.
    """
    if found := find(spec):
        yield found
        return
    name = spec.backbone.name
    packaged = isinstance(spec.backbone.weights, PackagedWeights) and is_published(spec.source)
    if spec.is_of_keras and not packaged:
        need_keras(f"{name}, to be converted for OpenVINO once,")  # before a download for nothing
    weights = find_weights().absolute()  # not resolve(): a link's target may have no suffix

    def build(folder: Path) -> None:
        _need_space(folder, weights)
        if packaged:
            from paishi.runtimes.conversion.efficientnet_lite_to_openvino import write_efficientnet_lite

            return write_efficientnet_lite(name, spec.backbone.input_size, weights, folder / MODEL_XML)
        log.info("Converting %s for OpenVINO, once.", name)
        if spec.custom:
            convert_custom(spec.custom.file, folder, [spec.custom.card], in_this_process)
        elif not spec.is_of_keras:
            convert_custom(weights, folder, [Card(preprocessing=spec.backbone.preprocessing)])
        else:
            run(_CONVERT, "catalogue", name, str(weights), str(folder))

    with interruptible():
        identity = identity_of(spec, _weights_key(spec, weights))
    with ConversionCache(spec.cache).make(identity, spec.source, build) as made:
        yield made


def convert_custom(file: Path, folder: Path, cards: Sequence[Card], in_this_process: bool = False) -> None:
    """Converts the model `file` into `folder`, or for several `cards` into its subfolders 0, 1 and so on.

    It is a `.keras` file, an ONNX or Paddle model, or a tar of PaddleClas. Raises as `run` does.
    """
    arguments = str(file), str(folder), *(card.conversion for card in cards)
    if file.suffix == ".keras" and in_this_process:
        from paishi.runtimes.conversion.keras_to_openvino import main

        try:
            main("custom", *arguments)
        except (ModelError, MemoryError):
            raise
        except Exception as error:  # as another process would have it
            raise ConversionFailed(f"The model cannot be converted: {error}") from error
    elif file.suffix == ".keras":
        run(_CONVERT, "custom", *arguments)
    else:
        run(_CONVERT_GRAPH, *arguments)


def _need_space(folder: Path, weights: Path) -> None:
    """Raises ConversionInterrupted if `folder` has no room for the model, before seconds of work."""
    needed, free = sum(file.stat().st_size for file in files_of(weights)), shutil.disk_usage(folder).free
    if needed > free:
        mb = 1_000_000
        raise ConversionInterrupted(
            f"The conversion needs {needed / mb:,.0f} MB, but {folder.parent} has {free / mb:,.0f} MB left: "
            "free some space, or set PAISHI_CACHE to a folder on another disk."
        )


def find(spec: ModelSpec) -> Converted | None:
    """Looks `spec` up in the cache, even if its weights or photos are no longer on this machine.

    Of the precision `auto`, which may choose any, it finds fp32, from which all others are made. Raises
    ConversionInterrupted if the cache cannot be read at the moment.
    """
    if spec.precision == "auto":
        spec = replace(spec, precision="fp32")
    assert spec.precision != "auto"
    location = weights_location(spec.backbone, spec.source, spec.keras_home)
    with interruptible():
        weights = _weights_key(spec, location)
        if weights is None and not (is_published(spec.source) or is_address(spec.source)):
            return None
        query = Identity(spec.backbone.name, weights, spec.precision, versions(), _photos_key(spec))
        return ConversionCache(spec.cache).find(query, spec.source)


def identity_of(spec: ModelSpec, weights: str | None) -> Identity:
    assert weights
    assert spec.precision != "auto"
    photos = _photos_key(spec) or ""
    return Identity(spec.backbone.name, weights, spec.precision, versions(), photos)


def versions() -> Mapping[str, str]:
    """Without Keras the cache may hold what another machine converted, with any version of it."""
    found = {"openvino": _version("openvino"), "keras": _version("keras"), "conversion": CONVERSION}
    return {package: version for package, version in found.items() if version}


def run(module: str, *arguments: str) -> Any:
    """Runs `module` in a separate process.

    Raises ConversionInterrupted, that process's ModelError, or ConversionFailed for any other error there.
    """
    try:
        with interruptible():
            return run_child(module, arguments, _LIMIT_S, ModelError)
    except ChildRaised as error:
        raise ConversionFailed(f"The model cannot be converted: {error}") from error


def _weights_key(spec: ModelSpec, file: Path) -> str | None:
    """Algorithm and hash of the weights; None if the file is missing and no hash is published."""
    published, files = spec.backbone.weights, files_of(file)
    is_file = all(one.is_file() for one in files)
    if published.hash and is_published(spec.source) and not (is_file and is_older(file, published)):
        # The file was checked against this hash when it was found.
        return f"{published.hash_algorithm}:{published.hash}"
    if not is_file:
        return None
    return f"sha256:{'+'.join(fingerprint(one, spec.cache / 'weights') for one in files)}"


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
