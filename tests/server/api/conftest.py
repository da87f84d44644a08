"""The application on a loopback port of this process, for tests that need no trained model."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray

from paishi.app import create_app
from paishi.choices import Precision
from paishi.recognition.labels import load_labels
from paishi.recognition.recogniser import Recogniser
from paishi.recognition.recognition import Loading
from paishi.runtimes.base import Agreement
from paishi.services import Services
from paishi.settings import Settings
from tests.server.conftest import KEPT, wait_for
from tests.server.in_process import running


class Brightness:
    """A runtime: class 0 is as probable as the picture is bright."""

    name = "brightness"
    precision: Precision = "int8"
    agreement: Agreement | None = Agreement(same=197, photos=200, calibrated_on=300)

    async def softmax(self, views: NDArray[np.uint8]) -> NDArray[np.float32]:
        bright = views.mean(axis=(1, 2, 3)) / 255
        probabilities = np.zeros((len(views), 1000), np.float32)
        probabilities[:, 0] = bright
        probabilities[:, 1] = 1 - bright
        return probabilities

    def close(self) -> None:
        pass


def load_brightness(on_progress: object) -> Recogniser:
    return Recogniser("ResNet50", 32, "crop", Brightness(), load_labels("imagenet"))


class AppClient(httpx.Client):
    """HTTP client of the application; `services` are the application's parts."""

    services: Services


@contextmanager
def started(load: Callable[..., Recogniser] = load_brightness, **settings: object) -> Iterator[AppClient]:
    """Runs the application as `paishi serve` does; its model is ready or unavailable."""
    app = create_app(Settings(**settings), load=lambda settings, cores, on_progress: load(on_progress))
    services = app.services
    with (
        running(app.asgi, http=app.protocol, ws="none") as port,
        AppClient(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False, limits=KEPT) as client,
    ):
        settled(services)
        client.services = services
        yield client


def settled(services: Services) -> None:
    """Waits until the model is ready or unavailable."""
    wait_for(lambda: not isinstance(services.recognition.state, Loading), 120, "the model")


@pytest.fixture(scope="module")
def app_client() -> Iterator[AppClient]:
    with started() as client:
        yield client
