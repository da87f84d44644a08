"""The application on a loopback port of this process, for what needs no network that knows anything."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import numpy as np
import pytest
import uvicorn
from numpy.typing import NDArray

from server.api.deps import Services
from server.app import create_app
from server.recognition.labels import load_labels
from server.recognition.recogniser import Recogniser
from server.recognition.recognition import Loading
from server.runtimes.agreement import Agreement
from server.runtimes.base import Precision
from server.settings import Settings
from tests.server.conftest import free_port, wait_for


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
    """Speaks HTTP to the application; `services` is what the application was joined from."""

    services: Services


@contextmanager
def started(load: Callable[..., Recogniser] = load_brightness, **settings: object) -> Iterator[AppClient]:
    """Runs the application until the block ends; its network is ready or known to be unavailable by then."""
    port = free_port()
    app = create_app(Settings(**settings), load=lambda settings, on_progress: load(on_progress))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, loop="asyncio"))
    thread = threading.Thread(target=server.run)
    thread.start()
    services: Services = app.state.services
    try:
        wait_for(lambda: server.started, 10, "the server")
        wait_for(lambda: not isinstance(services.recognition.state, Loading), 120, "the network")
        with AppClient(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as client:
            client.services = services
            yield client
    finally:
        server.should_exit = True
        thread.join(20)


@pytest.fixture(scope="module")
def app_client() -> Iterator[AppClient]:
    with started() as client:
        yield client
