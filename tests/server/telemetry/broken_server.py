"""A server in which an unexpected exception, a failing thread and a warning occur."""

import sys
import threading
import warnings
from typing import NoReturn

from paishi.cli.start import start
from paishi.photo.reader import PhotoReader
from paishi.settings import Settings


def broken(*_: object) -> NoReturn:
    photo = "local-variables-are-photos"
    warnings.warn("a library complains", RuntimeWarning, stacklevel=1)
    thread = threading.Thread(target=lambda: 1 / 0, name="some-thread")
    thread.start()
    thread.join()
    raise RuntimeError(f"unforeseen {len(photo)}")


if __name__ == "__main__":
    sys.path.insert(0, "")
    PhotoReader.upright_jpeg = broken  # type: ignore[method-assign]
    start(Settings())
