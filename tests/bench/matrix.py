"""The largest thing that a processor does fast: a float32 product of two matrices."""

import time
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np

_SIDE = 2048


class Product(NamedTuple):
    """`library` that multiplies, and the call that does it once."""

    library: str
    multiply: Callable[[], object]


def gflops(seconds: float) -> float:
    """10^9 floating-point operations a second, on all cores, over about `seconds`."""
    multiply = _product().multiply
    multiply()
    done = 0
    began = time.perf_counter()
    while time.perf_counter() < began + seconds:
        multiply()
        done += 1
    return done * 2 * _SIDE**3 / (time.perf_counter() - began) / 1e9


def product_library() -> str:
    return _product().library


@cache
def _product() -> Product:
    left, right = np.random.default_rng(0).random((2, _SIDE, _SIDE), np.float32)
    try:
        # Before NumPy: its OpenBLAS does not know every new processor and is then several times slower
        # than the convolutions that it should bound.
        from paishi.runtimes.openvino.imports import ov
    except ImportError:
        into = np.empty_like(left)
        return Product("NumPy", lambda: np.matmul(left, right, out=into))
    given = ov.opset13.parameter(left.shape, np.float32)
    model = ov.Model([ov.opset13.matmul(given, ov.opset13.constant(right), False, False)], [given])
    hints = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
    request = ov.Core().compile_model(model, "CPU", hints).create_infer_request()
    return Product("OpenVINO", lambda: request.infer({0: left}, share_inputs=True))
