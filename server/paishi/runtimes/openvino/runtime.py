"""A converted network run by OpenVINO."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paishi.choices import Precision
from paishi.runtimes.base import Agreement, check_views
from paishi.runtimes.openvino.imports import ov
from paishi.runtimes.openvino.thread_priority import at_low_priority
from paishi.runtimes.openvino.weight_pages import forget_pages
from paishi.runtimes.scheduler import Run, Scheduler
from paishi.system.cpu_budget import CpuBudget

Picture = NDArray[np.uint8]
Softmax = NDArray[np.float32]


class OpenVINORuntime:
    """`network` is the .xml of a model as `runtimes.conversion.keras_to_openvino` writes it, beside its .bin.

    `cores` are those to keep busy.

    Scheduling. Pictures/s as a ratio to batches of up to eight on one model that uses four cores, in fp32,
    all rows interleaved on a busy machine, ResNet50 | MobileNetV2 with so many callers:

                                          1            2            4            8            32
    batches of up to 8                1.0 | 1.0    1.0 | 1.0    1.0 | 1.0    1.0 | 1.0    1.0 | 1.0
    one by one on four cores          1.1 | 1.1    1.0 | 1.1    1.0 | 1.1    1.2 | 1.1    0.9 | 0.9
    AsyncInferQueue, four streams     0.8 | 0.6    1.1 | 1.0    1.6 | 1.7    1.4 | 1.4    1.3 | 1.4
    threads, four streams             0.7 | 0.6    0.9 | 1.0    1.6 | 1.5    1.6 | 1.4    1.3 | 1.5
    alone or streams (this)           1.3 | 1.1    1.1 | 1.0    1.7 | 1.5    1.5 | 1.4    1.4 | 1.5

    A batch is hardly faster than its pictures one by one, because four threads wait for each other at every
    layer; four threads that each have a picture do not. A shape that is fixed to one picture runs faster than
    one that is left open. The streams arrange the weights in their own way, which takes the memory once more
    and a third of a second, so they are made when the first crowd comes.
    """

    name = "openvino"

    def __init__(
        self,
        network: Path,
        cores: CpuBudget,
        precision: Precision = "fp32",
        agreement: Agreement | None = None,
    ) -> None:
        self.precision = precision
        self.agreement = agreement
        model = read_model(network)
        self._shape = tuple(model.input(0).shape)[1:]
        weights = network.with_suffix(".bin")
        alone = runner(compiled(model, precision, cores.cores, streams=1))
        forget_pages(weights)
        streams = _streams(model, weights, precision, cores.cores) if cores.cores > 1 else [alone]
        self._scheduler = Scheduler(alone, streams, cores, name=f"openvino {network.parent.name}")

    async def softmax(self, views: Picture) -> Softmax:
        check_views(views, self._shape)
        return await self._scheduler.submit(views)

    def close(self) -> None:
        self._scheduler.close()


def _streams(model: Any, weights: Path, precision: Precision, cores: int) -> list[Run]:
    """As many as there are `cores`; whoever runs first makes them all."""
    lock = threading.Lock()
    made: list[Run] = []

    def stream(number: int) -> Run:
        def run(view: Picture) -> Softmax:
            with lock:
                if not made:
                    side_by_side = compiled(model, precision, cores, streams=cores)
                    made.extend([runner(side_by_side) for _ in range(cores)])
                    forget_pages(weights)
            return made[number](view)

        return run

    return [stream(number) for number in range(cores)]


def read_model(network: Path) -> Any:
    """The .xml at `network` and its weights as an `openvino.Model` for one picture at a time."""
    model = ov.Core().read_model(network)
    _, *shape = model.input(0).partial_shape
    model.reshape({0: ov.PartialShape([1, *shape])})
    return model


def compiled(model: Any, precision: Precision, threads: int, streams: int) -> Any:
    """`model` as an `openvino.CompiledModel`: `streams` pictures at the same time, `threads` in all.

    0 threads are as many as the machine has cores.
    """
    how = {
        "PERFORMANCE_HINT": "LATENCY" if streams == 1 else "THROUGHPUT",
        "NUM_STREAMS": streams,
        "INFERENCE_NUM_THREADS": threads,
        # Left alone, OpenVINO calculates in bf16 or fp16 wherever the processor can.
        "INFERENCE_PRECISION_HINT": "bf16" if precision == "bf16" else "f32",
        # Pinned threads of two servers would sit on the same cores while others are idle.
        "ENABLE_CPU_PINNING": False,
    }
    return at_low_priority(lambda: ov.Core().compile_model(model, "CPU", how))


def has_bf16() -> bool:
    """Whether OpenVINO calculates in bf16 on this processor."""
    return "BF16" in ov.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def runner(model: Any) -> Run:
    """Calls `model`, one picture at a time, from one thread at a time."""
    request = model.create_infer_request()
    pixels = request.get_input_tensor(0).data  # the request's own memory

    def run(view: Picture) -> Softmax:
        np.copyto(pixels, view)
        request.start_async()
        request.wait()
        # A copy: the next picture's answer is written to the same memory.
        softmax: Softmax = request.get_output_tensor(0).data.copy()
        return softmax

    return run
