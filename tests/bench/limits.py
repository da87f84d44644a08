"""What the cores can do without HTTP. Runs in a process of its own, with the settings of our server."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

import numpy as np

from paishi.models.backbone import Size, height_width
from paishi.photo.decode import Decoder
from paishi.photo.fit import fit, short_side_for
from paishi.recognition.load import load_recogniser
from paishi.recognition.recogniser import Recogniser
from paishi.settings import Settings
from paishi.system.cpu_budget import CpuBudget
from paishi.system.cpu_count import usable_cores
from tests.bench.matrix import gflops, product_library

_BATCH = 8
_CROWD = 16
_CROWD_LASTS_S = 2.0
"""Until the model is surely compiled for a crowd."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`gflops` of a float32 matrix product in the library `product`, 10^9 floating-point operations a second.

    `alone`, `batches` and `crowd` are pictures a second through the runtime: one after the other, in
    batches of 8, and from 16 callers at once. `decoding` is core-seconds a photo from file to view,
    by the name of the photo, with every core decoding.
    """

    product: str
    gflops: float
    alone: float
    batches: float
    crowd: float
    decoding: dict[str, float]

    @property
    def runtime(self) -> float:
        """The most pictures a second that the runtime was seen to do."""
        return max(self.alone, self.batches, self.crowd)


def runtime_and_precision() -> tuple[str, str]:
    """Loads the model and returns what `auto` chose, if those settings are that."""
    with closing(_loaded()) as recogniser:
        return recogniser.runtime.name, recogniser.runtime.precision


def measure_limits(photos: dict[str, bytes], seconds: float) -> Limits:
    """Spends about `seconds` on each of the measurements, with a model that has seen no crowd yet."""
    with closing(_loaded()) as recogniser, asyncio.Runner() as runner:
        softmax, size = recogniser.runtime.softmax, recogniser.input_size
        height, width = height_width(size)
        views = np.random.default_rng(0).integers(0, 256, (_BATCH, height, width, 3), np.uint8)

        def pictures(callers: int, each: int) -> float:
            return runner.run(_per_second(lambda: softmax(views[:each]), callers, seconds)) * each

        runner.run(recogniser.self_test())
        alone = pictures(1, 1)
        runner.run(_per_second(lambda: softmax(views[:1]), _CROWD, _CROWD_LASTS_S))
        return Limits(
            product=product_library(),
            gflops=gflops(seconds),
            alone=alone,
            batches=pictures(1, _BATCH),
            crowd=pictures(_CROWD, 1),
            decoding={name: _decoding(photo, size, seconds) for name, photo in photos.items()},
        )


def _loaded() -> Recogniser:
    return load_recogniser(Settings.model_validate({}), CpuBudget(usable_cores()))


async def _per_second(call: Callable[[], Awaitable[object]], callers: int, seconds: float) -> float:
    done = 0
    began = time.perf_counter()

    async def caller() -> None:
        nonlocal done
        while time.perf_counter() < began + seconds:
            await call()
            done += 1

    await asyncio.gather(*(caller() for _ in range(callers)))
    return done / (time.perf_counter() - began)


def _decoding(photo: bytes, size: Size, seconds: float) -> float:
    settings, cores = Settings.model_validate({}), usable_cores()
    decoder = Decoder(settings.decode_s, cores)
    began = time.perf_counter()

    def work() -> int:
        done = 0
        while time.perf_counter() < began + seconds:
            short_side = short_side_for(size, settings.fit)
            fit(
                decoder.decode(photo, max_pixels=settings.max_pixels, short_side=short_side),
                size,
                settings.fit,
            )
            done += 1
        return done

    with ThreadPoolExecutor(cores) as pool:
        done = sum(future.result() for future in [pool.submit(work) for _ in range(cores)])
    return cores * (time.perf_counter() - began) / done
