"""The error of this package."""

from importlib.util import find_spec

_PACKAGES = ("keras", "tensorflow", "sklearn", "matplotlib")


class TrainingRefused(Exception):
    """The photos or the options cannot be used. The message says what to do; `code` is the exit code."""

    def __init__(self, message: str, code: int = 2) -> None:
        super().__init__(message)
        self.code = code


def need_tensorboard() -> None:
    """Raises TrainingRefused unless TensorBoard is installed, which writes its logs itself."""
    if not find_spec("tensorboard"):
        raise TrainingRefused("--tensorboard needs the package tensorboard: pip install tensorboard.")


def need_packages(purpose: str) -> None:
    """Raises TrainingRefused, which names `purpose`, unless the extra `train` is installed."""
    if missing := [package for package in _PACKAGES if not find_spec(package)]:
        raise TrainingRefused(
            f"{purpose} needs {', '.join(missing)}, which are not installed here: install the extra `train` "
            "(pip install 'paishi[train]')."
        )
