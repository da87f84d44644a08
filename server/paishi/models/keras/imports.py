"""The one place that imports Keras and TensorFlow: on the CPU, without noise, without writing a config.

Whatever `keras.json` or KERAS_BACKEND say, a served network is float32 and takes pictures as (height,
width, RGB). Keras's own folder is left alone: weights come from `paishi.models.weights.find`.
"""

import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["keras", "tf"]

log = logging.getLogger(__name__)

# Printed by TensorFlow's libraries while they load, before any log level is heeded.
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
    """False where the processor is known to lack AVX: TensorFlow's last words must then stay visible."""
    try:
        return "avx" in Path("/proc/cpuinfo").read_text().split()
    except OSError:
        return True


@contextmanager
def _without_loading_noise() -> Iterator[None]:
    """Holds back what is written to file descriptor 2 and passes it on without the lines in `_NOISE`."""
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
    # KERAS_HOME: Keras writes a keras.json there when it is imported, and obeys the one it finds.
    with tempfile.TemporaryDirectory() as home, _environment(KERAS_HOME=home, KERAS_BACKEND="tensorflow"):
        if _can_run_tensorflow():
            with _without_loading_noise():
                yield
        else:
            yield


if os.environ.get("KERAS_BACKEND", "tensorflow") != "tensorflow":
    log.warning("KERAS_BACKEND=%s is not heeded: networks run on TensorFlow.", os.environ["KERAS_BACKEND"])
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
# The runtimes are for CPUs; looking for a GPU takes time and complains.
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
with _quietly():
    import keras
    import tensorflow as tf

logging.getLogger("absl").setLevel(logging.ERROR)
if keras.config.backend() != "tensorflow":
    raise RuntimeError(f"Keras was imported on {keras.config.backend()} before; networks need TensorFlow.")
keras.config.set_image_data_format("channels_last")
keras.config.set_floatx("float32")
keras.config.set_dtype_policy("float32")
