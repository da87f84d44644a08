"""Models of Keras Applications, built with their preprocessing inside.

Importing this loads neither TensorFlow nor Keras.
"""

from importlib.util import find_spec

from paishi.models.errors import KerasMissing

_shows_gpus = False


def show_gpus() -> None:
    """Lets TensorFlow see GPUs, if `imports` has not been imported yet. Models are served without them."""
    global _shows_gpus
    _shows_gpus = True


def shows_gpus() -> bool:
    return _shows_gpus


def need_keras(purpose: str) -> None:
    """Raises KerasMissing, which names `purpose`, unless Keras and TensorFlow are installed."""
    if not find_spec("keras") or not find_spec("tensorflow"):
        raise KerasMissing(
            f"{purpose} needs Keras, which is not installed here: install the extra `keras` "
            "(pip install 'paishi[keras]', or make run without SLIM=1) and start the server again."
        )
