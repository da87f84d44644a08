"""Reads weights that PyTorch saved, with NumPy alone and without running what is in them.

The format is that of `torch.save` before PyTorch 1.6: five pickles (magic number, version, system, state
dict, storage keys), then for each storage its number of values (8 bytes) and the values, all little-endian.
Source: `torch/serialization.py`, `_legacy_save`.
"""

import math
import pickle
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from paishi.models.errors import WeightsCorrupt

_MAGIC = 0x1950A86A20F9469CFC6C
_VERSION = 1001
_MOST_BYTES = 256_000_000

Tensors = Mapping[str, NDArray[Any]]


class _Storage(NamedTuple):
    """Values that several tensors may be views of."""

    key: str
    dtype: np.dtype[Any]
    values: int


class _Tensor(NamedTuple):
    """A view of a storage; all numbers count values, not bytes."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def _tensor(
    storage: _Storage,
    offset: int,
    shape: tuple[int, ...],
    strides: tuple[int, ...],
    requires_grad: bool,
    hooks: object,
) -> _Tensor:
    return _Tensor(storage, offset, tuple(shape), tuple(strides))


_GLOBALS: Mapping[tuple[str, str], Callable[..., object] | np.dtype[Any]] = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor_v2"): _tensor,
    ("torch", "FloatStorage"): np.dtype("<f4"),
    ("torch", "LongStorage"): np.dtype("<i8"),
}


class _Unpickler(pickle.Unpickler):
    """Knows four names: everything else that a pickle may call or import is refused."""

    def find_class(self, module: str, name: str) -> Any:
        try:
            return _GLOBALS[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"it refers to {module}.{name}") from None

    def persistent_load(self, pid: Any) -> _Storage:
        kind, dtype, key, _, count, _ = pid
        if kind != "storage" or not isinstance(dtype, np.dtype) or not isinstance(count, int):
            raise pickle.UnpicklingError("it refers to something other than a storage")
        return _Storage(str(key), dtype, count)


def read_tensors(file: Path) -> Tensors:
    """Returns the arrays in `file` by name, float32 or int64, in the order of the file.

    Raises WeightsCorrupt if it is no such file, is cut off or has more than belongs to it, or refers to
    anything but arrays. Check its hash first: a pickle from anywhere can still take time and memory.
    """
    size = file.stat().st_size
    if size > _MOST_BYTES:
        raise WeightsCorrupt(f"it has {size:,} bytes, more than any of these models.")
    with file.open("rb") as stream:
        try:
            return _read(stream, size)
        except WeightsCorrupt:
            raise
        # What a broken pickle raises is not limited to the errors of its module.
        except Exception as error:
            raise WeightsCorrupt(f"it is no complete file of PyTorch weights: {error}.") from error


def _read(stream: BinaryIO, size: int) -> Tensors:
    if _load(stream) != _MAGIC or _load(stream) != _VERSION:
        raise WeightsCorrupt("it is no file of PyTorch weights in the format before version 1.6.")
    if not _load(stream).get("little_endian", False):
        raise WeightsCorrupt("it was written on a big-endian machine.")
    state, keys = _load(stream), _load(stream)
    tensors = {name: value for name, value in state.items() if isinstance(value, _Tensor)}
    if not isinstance(state, OrderedDict) or len(tensors) != len(state):
        raise WeightsCorrupt("it holds other things than arrays.")
    storages = {tensor.storage.key: tensor.storage for tensor in tensors.values()}
    if set(keys) != set(storages) or len(keys) != len(storages):
        raise WeightsCorrupt("its arrays and its data do not belong together.")
    values = {key: _values(stream, storages[key], size) for key in keys}
    if stream.read(1):
        raise WeightsCorrupt("it is longer than its data.")
    return {name: _view(name, tensor, values[tensor.storage.key]) for name, tensor in tensors.items()}


def _load(stream: BinaryIO) -> Any:
    return _Unpickler(stream).load()


def _values(stream: BinaryIO, storage: _Storage, size: int) -> NDArray[Any]:
    count = int.from_bytes(stream.read(8), "little", signed=True)
    length = count * storage.dtype.itemsize
    if count != storage.values or not 0 <= length <= size:
        raise WeightsCorrupt(f"storage {storage.key} has {count} values instead of {storage.values}.")
    data = stream.read(length)
    if len(data) < length:
        raise WeightsCorrupt("it is cut off.")
    return np.frombuffer(data, storage.dtype)


def _view(name: str, tensor: _Tensor, values: NDArray[Any]) -> NDArray[Any]:
    """The tensor as an array of its own. Its strides need not be those of its shape: these weights are views
    of TensorFlow's arrays with the axes in another order."""
    numbers = (tensor.offset, *tensor.shape, *tensor.strides)
    if len(tensor.shape) != len(tensor.strides) or not all(
        isinstance(number, int) and number >= 0 for number in numbers
    ):
        raise WeightsCorrupt(f"{name} has no valid shape.")
    if math.prod(tensor.shape) > values.size:
        raise WeightsCorrupt(f"{name} is larger than its data.")
    last = tensor.offset + sum(
        (side - 1) * stride for side, stride in zip(tensor.shape, tensor.strides, strict=True)
    )
    if math.prod(tensor.shape) and last >= values.size:
        raise WeightsCorrupt(f"{name} reaches beyond its data.")
    strides = tuple(stride * values.itemsize for stride in tensor.strides)
    view = np.lib.stride_tricks.as_strided(values[tensor.offset :], tensor.shape, strides, writeable=False)
    return view.copy()
