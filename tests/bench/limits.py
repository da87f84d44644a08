"""What the cores can do without HTTP. Runs in a process of its own, with the settings of our server."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

import numpy as np

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


def runtime_name() -> str:
    """Loads the model if it is not loaded yet, and returns the name of the runtime that `auto` chose."""
    return _recogniser().runtime.name


def measure_limits(photos: dict[str, bytes], seconds: float) -> Limits:
    """Spends about `seconds` on each of the measurements."""
    softmax = _recogniser().runtime.softmax
    views = np.random.default_rng(0).integers(0, 256, (_BATCH, *_view_shape()), np.uint8)

    def pictures(callers: int, each: int) -> float:
        return _runner().run(_per_second(lambda: softmax(views[:each]), callers, seconds)) * each

    return Limits(
        product=product_library(),
        gflops=gflops(seconds),
        alone=pictures(1, 1),
        batches=pictures(1, _BATCH),
        crowd=pictures(_CROWD, 1),
        decoding={name: _decoding(photo, seconds) for name, photo in photos.items()},
    )


@cache
def _recogniser() -> Recogniser:
    recogniser = load_recogniser(Settings.model_validate({}), CpuBudget(usable_cores()))
    _runner().run(recogniser.self_test())
    return recogniser


@cache
def _runner() -> asyncio.Runner:
    return asyncio.Runner()


def _view_shape() -> tuple[int, int, int]:
    return _recogniser().input_size, _recogniser().input_size, 3


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


def _decoding(photo: bytes, seconds: float) -> float:
    settings, size, cores = Settings.model_validate({}), _recogniser().input_size, usable_cores()
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
