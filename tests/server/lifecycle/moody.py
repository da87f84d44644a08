"""`python -m tests.server.lifecycle.moody`: the real server, with a model and explanations that work, hang or
block depending on the photo, and print which as they begin.
"""

import os
import time

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from paishi.choices import Precision
from paishi.cli import app, start
from paishi.recognition.labels import load_labels
from paishi.recognition.recogniser import Recogniser
from paishi.runtimes import insight
from paishi.runtimes.scheduler import Scheduler
from paishi.settings import Settings
from paishi.system.cpu_budget import CpuBudget
from tests.server.pictures import file_of

GOOD, SLOW, STUCK, BLOCKING, STUCK_INSIDE = 128, 60, 255, 0, 200
SLOW_S = 0.6


def photo(grey: int) -> bytes:
    """A photo of one shade, which reaches the model exactly."""
    return file_of(Image.new("RGB", (32, 32), (grey, grey, grey)), "PNG")


class Moody:
    name = "moody"
    precision: Precision = "fp32"
    agreement = None

    def __init__(self, cores: CpuBudget) -> None:
        self._scheduler = Scheduler(lambda at_once: [self._run] * at_once, cores, "moody")

    async def softmax(self, views: NDArray[np.uint8]) -> NDArray[np.float32]:
        if views[0, 0, 0, 0] == BLOCKING:
            self._block_the_loop()
        return await self._scheduler.submit(views)

    def close(self) -> None:
        self._scheduler.close()

    def _block_the_loop(self) -> None:
        print("blocking", flush=True)
        time.sleep(3600)  # a coroutine that calls something blocking

    def _run(self, views: NDArray[np.uint8]) -> NDArray[np.float32]:
        if views[0, 0, 0, 0] == STUCK:
            never_return("stuck")
        if views[0, 0, 0, 0] == SLOW:
            print("slow", flush=True)
            time.sleep(SLOW_S)
        softmax = np.zeros((len(views), 1000), np.float32)
        softmax[:, 0] = 1
        return softmax


class MoodyInside:
    """As `paishi.models.keras.gradients.Gradients`, which takes all cores."""

    def class_activation(self, views: NDArray[np.uint8], index: int) -> NDArray[np.float32]:
        return self.features(views, None)[:, :4].reshape(-1, 2, 2)

    def features(self, views: NDArray[np.uint8], layer: str | None) -> NDArray[np.float32]:
        if views[0, 0, 0, 0] == STUCK_INSIDE:
            never_return("stuck inside")
        return np.ones((len(views), 8), np.float32)


def never_return(printed: str) -> None:
    print(printed, flush=True)
    time.sleep(3600)


def load(settings: Settings, cores: CpuBudget, on_progress: object) -> Recogniser:
    time.sleep(float(os.environ.get("MOODY_LOADS_S", "0")))
    while os.environ.get("MOODY_COMPILES"):
        compile_once()
        print("compiling", flush=True)
    inside = insight.Insight(lambda: None, MoodyInside, cores)
    return Recogniser("ResNet50", 32, "squash", Moody(cores), load_labels("imagenet"), insight=inside)


def compile_once() -> None:
    """As loading does: within OpenVINO, which releases the GIL and takes it again."""
    from paishi.runtimes.openvino.imports import ov

    pixels = ov.opset13.parameter([1, 8], np.float32)
    ov.Core().compile_model(ov.Model([ov.opset13.relu(pixels)], [pixels], "relu"), "CPU")


if __name__ == "__main__":
    insight.GRAPH_S = 0.0  # it makes none
    start.load_with_progress = load  # type: ignore[assignment]
    app()
