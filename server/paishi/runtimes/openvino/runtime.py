"""Runs a converted model with OpenVINO."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paishi.choices import Precision
from paishi.runtimes.base import Agreement, Outputs, VectorOutput, check_views
from paishi.runtimes.openvino.head import NoHead, find_head
from paishi.runtimes.openvino.imports import ov
from paishi.runtimes.openvino.model_file import is_independent
from paishi.runtimes.openvino.thread_priority import at_low_priority
from paishi.runtimes.openvino.weight_pages import forget_pages
from paishi.runtimes.scheduler import Run, Scheduler
from paishi.system.cpu_budget import CpuBudget

Picture = NDArray[np.uint8]
Softmax = NDArray[np.float32]


class OpenVINORuntime:
    """Runs the model `xml`, as `runtimes.conversion.keras_to_openvino` writes it, on `cores`.

    Scheduling, in pictures/s relative to batches of up to eight on one model with four cores, in fp32, all
    rows interleaved on a busy machine, ResNet50 | MobileNetV2, by number of callers:

                                          1            2            4            8            32
    batches of up to 8                1.0 | 1.0    1.0 | 1.0    1.0 | 1.0    1.0 | 1.0    1.0 | 1.0
    one by one on four cores          1.1 | 1.1    1.0 | 1.1    1.0 | 1.1    1.2 | 1.1    0.9 | 0.9
    AsyncInferQueue, four streams     0.8 | 0.6    1.1 | 1.0    1.6 | 1.7    1.4 | 1.4    1.3 | 1.4
    threads, four streams             0.7 | 0.6    0.9 | 1.0    1.6 | 1.5    1.6 | 1.4    1.3 | 1.5
    alone or streams (this)           1.3 | 1.1    1.1 | 1.0    1.7 | 1.5    1.5 | 1.4    1.4 | 1.5

    A batch is hardly faster than its pictures one by one, because four threads wait for each other at every
    layer; four threads with a picture each do not. A fixed batch size of one runs faster than a dynamic one.
    Each of both lays out the weights in its own way, which takes their memory and a third of a second, so the
    model is compiled for one of them at a time.

    If `identity` is given, each run also gives the vector before the head, which is then identified by it,
    unless the head is more than one matrix.
    """

    name = "openvino"

    def __init__(
        self,
        xml: Path,
        cores: CpuBudget,
        precision: Precision = "fp32",
        agreement: Agreement | None = None,
        identity: str | None = None,
    ) -> None:
        self.precision = precision
        self.agreement = agreement
        model = read_model(xml)
        self.independent = is_independent(model)
        self._shape = tuple(model.input(0).shape)[1:]
        self.vector = None if identity is None else _add_vector(model, identity)
        weights = xml.with_suffix(".bin")

        def load(at_once: int) -> list[Run]:
            ready = compiled(model, precision, cores.cores, streams=at_once)
            forget_pages(weights)
            return [runner(ready) for _ in range(at_once)]

        self._scheduler = Scheduler(load, cores, name=f"openvino {xml.parent.name}")

    async def softmax(self, views: Picture) -> Softmax:
        check_views(views, self._shape)
        rows = await self._scheduler.submit(views)
        return rows[:, : -self.vector.size] if self.vector else rows

    async def outputs(self, views: Picture) -> Outputs:
        assert self.vector
        check_views(views, self._shape)
        rows = await self._scheduler.submit(views)
        return Outputs(*np.split(rows, [-self.vector.size], axis=1))

    @property
    def at_once(self) -> int:
        """See `Scheduler`."""
        return self._scheduler.at_once

    def close(self) -> None:
        self._scheduler.close()


def _add_vector(model: Any, identity: str) -> VectorOutput | None:
    """Adds the input of the head to the outputs of `model`; None unless the head is the mean of a feature map
    and one matrix."""
    try:
        head = find_head(model)
    except NoHead:
        return None
    if head.classifier is None:
        return None
    model.add_outputs([head.vector])
    return VectorOutput(head.classifier, identity)


def read_model(xml: Path) -> Any:
    """Reads `xml` and the .bin beside it as an `openvino.Model` with batch size 1."""
    model = ov.Core().read_model(xml)
    _, *shape = model.input(0).partial_shape
    model.reshape({0: ov.PartialShape([1, *shape])})
    return model


def compiled(model: Any, precision: Precision, threads: int, streams: int) -> Any:
    """Compiles `model` to an `openvino.CompiledModel` for `streams` pictures at once on `threads` in all.

    0 threads means one per core of the machine.
    """
    config = {
        "PERFORMANCE_HINT": "LATENCY" if streams == 1 else "THROUGHPUT",
        "NUM_STREAMS": streams,
        "INFERENCE_NUM_THREADS": threads,
        # By default OpenVINO calculates in bf16 or fp16 if the processor can.
        "INFERENCE_PRECISION_HINT": "bf16" if precision == "bf16" else "f32",
        # Pinned threads of two servers would share cores while others are idle.
        "ENABLE_CPU_PINNING": False,
    }
    return at_low_priority(lambda: ov.Core().compile_model(model, "CPU", config))


def has_bf16() -> bool:
    """Whether OpenVINO calculates in bf16 on this processor."""
    return "BF16" in ov.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def runner(model: Any) -> Run:
    """Returns a function that runs `model` on one picture and joins its outputs. It is not thread-safe."""
    request = model.create_infer_request()
    pixels = request.get_input_tensor(0).data  # the request's own memory
    outputs = range(len(model.outputs))

    def run(view: Picture) -> Softmax:
        np.copyto(pixels, view)
        request.start_async()
        request.wait()
        # A copy, because the next run writes to the same memory.
        if len(outputs) == 1:
            softmax: Softmax = request.get_output_tensor(0).data.copy()
            return softmax
        return np.concatenate(
            [request.get_output_tensor(number).data.reshape(1, -1) for number in outputs], axis=1
        )

    return run
