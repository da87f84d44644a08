"""Imports Keras and TensorFlow, silently, and on the CPU unless `show_gpus` was called.

Nothing else in this package imports them.

Models are float32 and take pictures as (height, width, RGB), whatever `keras.json` or KERAS_BACKEND contain.
Keras's folder stays untouched: weights come from `paishi.models.weights.find`.
"""

import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from paishi.models.keras import shows_gpus
from paishi.system.importing import hidden, uncollected

__all__ = ["keras", "tf"]

log = logging.getLogger(__name__)

# TensorFlow's libraries print these while they load, before any log level applies.
_NOISE = (b"oneDNN custom operations are on", b"before absl::InitializeLog()")


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _can_run_tensorflow() -> bool:
    """False if the processor lacks AVX: TensorFlow then aborts, and its message must stay visible."""
    try:
        return "avx" in Path("/proc/cpuinfo").read_text().split()
    except OSError:
        return True


@contextmanager
def _without_loading_noise() -> Iterator[None]:
    """Buffers file descriptor 2 during the block and then writes it without the lines of `_NOISE`."""
    try:
        real = os.dup(2)
    except OSError:  # a service started without one
        yield
        return
    if sys.stderr:
        sys.stderr.flush()
    try:
        with tempfile.TemporaryFile() as held:
            os.dup2(held.fileno(), 2)
            try:
                yield
            finally:
                os.dup2(real, 2)
                held.seek(0)
                for line in held:
                    if not any(noise in line for noise in _NOISE):
                        os.write(2, line)
    finally:
        os.close(real)


@contextmanager
def _quietly() -> Iterator[None]:
    # KERAS_HOME: on import Keras reads keras.json there, or writes one.
    with tempfile.TemporaryDirectory() as home, _environment(KERAS_HOME=home, KERAS_BACKEND="tensorflow"):
        if _can_run_tensorflow():
            with _without_loading_noise():
                yield
        else:
            yield


if os.environ.get("KERAS_BACKEND", "tensorflow") != "tensorflow":
    log.warning("KERAS_BACKEND=%s is ignored: models run on TensorFlow.", os.environ["KERAS_BACKEND"])
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
if not shows_gpus():  # a search for them takes time and prints warnings
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
# Of other extras, for helpers of Keras that are not used here: a third of its import.
with _quietly(), uncollected(), hidden("matplotlib", "sklearn"):
    import keras
    import tensorflow as tf

logging.getLogger("absl").setLevel(logging.ERROR)
if keras.config.backend() != "tensorflow":
    raise RuntimeError(f"Keras was imported on {keras.config.backend()} before; models need TensorFlow.")
keras.config.set_image_data_format("channels_last")
keras.config.set_floatx("float32")
keras.config.set_dtype_policy("float32")
