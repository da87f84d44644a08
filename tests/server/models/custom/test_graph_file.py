"""Folders with an ONNX or Paddle model: what is read of them without OpenVINO, and what is refused."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from paishi.models.backbone import Preprocessing
from paishi.models.custom.folder import find_custom, names_folder
from paishi.models.custom.graph_file import GraphFile, read_graph_file
from paishi.models.errors import CustomModelRefused, RuntimeUnavailable
from paishi.recognition.resolve import resolve
from paishi.settings import Settings
from tests.server.models.graph_models import FIXTURES, graph_folder


def field(number: int, value: bytes | int) -> bytes:
    """A field in Protocol Buffers' wire format."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def varint(value: int) -> bytes:
    value &= 2**64 - 1
    found = []
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])


def onnx(
    inputs: dict[str, tuple[int, ...]], outputs: dict[str, tuple[int, ...]], graph: bytes = b""
) -> bytes:
    """An ONNX model without nodes; 0 is an open size."""

    def values(number: int, found: dict[str, tuple[int, ...]]) -> bytes:
        return b"".join(
            field(number, field(1, name.encode()) + tensor(sizes)) for name, sizes in found.items()
        )

    def tensor(sizes: tuple[int, ...]) -> bytes:
        dims = b"".join(field(1, field(1, size) if size else field(2, b"n")) for size in sizes)
        return field(2, field(1, field(1, 1) + field(2, dims)))

    return field(7, values(11, inputs) + values(12, outputs) + graph)


PICTURE = {"x": (1, 3, 16, 16)}
THREE = {"y": (1, 3)}


@pytest.mark.parametrize(
    ("name", "file", "found"),
    [
        ("torch_logits", "model.onnx", GraphFile((16, 16, 3), 3)),
        ("torch_softmax", "model.onnx", GraphFile((16, 16, 3), 3)),
        ("torch_any_size", "model.onnx", GraphFile((None, None, 3), 3)),
        ("torch_grey_sigmoid", "model.onnx", GraphFile((16, 16, 1), 1)),
        ("torch_channels_last", "model.onnx", GraphFile((16, 16, 3), 3)),
        ("paddle_relu_head", "inference.pdmodel", GraphFile((16, 16, 3), 3)),
        ("paddle_mul", "inference.pdmodel", GraphFile((16, 16, 3), 3)),
    ],
)
def test_reads_what_it_takes_and_gives(name: str, file: str, found: GraphFile) -> None:
    assert read_graph_file(FIXTURES / name / file) == found


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "is no model in ONNX, or it is damaged"),
        (b"\x00" * 9, "is no model in ONNX"),
        (b"<!doctype html>", "is no model in ONNX"),
        (varint(7 << 3 | 2) + varint(99) + b"short", "is no model in ONNX"),
        (onnx({}, THREE), "takes 0 inputs: it must take one, the picture"),
        (onnx({**PICTURE, "z": (1,)}, THREE), "takes 2 inputs"),
        (onnx(PICTURE, {**THREE, "z": (1, 3)}), "gives 2 outputs: it must give one"),
        (onnx({"x": (1, 3, 16, 20)}, THREE), r"shape \(1, 3, 16, 20\): it must take one square picture"),
        (onnx({"x": (1, 2, 16, 16)}, THREE), "one square picture"),
        (onnx({"x": (1, 0, 0, 0)}, THREE), r"shape \(1, any, any, any\)"),
        (onnx({"x": (1, 300)}, THREE), "one square picture"),
    ],
)
def test_refuses_other_models(content: bytes, complaint: str, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(content)
    with pytest.raises(CustomModelRefused, match=complaint):
        read_graph_file(tmp_path / "model.onnx")


def test_weights_that_are_listed_as_inputs_are_none(tmp_path: Path) -> None:
    """As ONNX before version 4 of its format."""
    weight = field(5, field(8, b"w"))
    (tmp_path / "model.onnx").write_bytes(onnx({**PICTURE, "w": (3, 3)}, THREE, weight))
    assert read_graph_file(tmp_path / "model.onnx").classes == 3


EXTERNAL = field(8, b"w") + field(13, field(1, b"location") + field(2, b"../../etc/passwd")) + field(14, 1)


@pytest.mark.parametrize(
    "graph",
    [
        field(5, EXTERNAL),
        field(5, field(8, b"w") + field(14, 1)),
        field(15, field(1, EXTERNAL)),
        field(1, field(5, field(5, EXTERNAL))),
        field(1, field(5, field(6, field(1, field(5, field(6, field(5, EXTERNAL))))))),
    ],
    ids=["weight", "location alone", "sparse", "constant", "in a branch of a branch"],
)
def test_weights_in_another_file_are_refused(graph: bytes, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(onnx(PICTURE, THREE, graph))
    with pytest.raises(CustomModelRefused, match=r"weights in another file: .*external_data=False"):
        read_graph_file(tmp_path / "model.onnx")


def test_those_that_pytorch_writes_as_well(tmp_path: Path) -> None:
    with pytest.raises(CustomModelRefused, match="weights in another file"):
        find_custom(str(graph_folder(tmp_path, "torch_external")))


def test_every_cut_of_a_program_of_paddle_is_refused(tmp_path: Path) -> None:
    whole = (FIXTURES / "paddle_mul" / "inference.pdmodel").read_bytes()
    file = tmp_path / "inference.pdmodel"
    for length in range(0, len(whole) // 2, 97):
        file.write_bytes(whole[:length])
        with pytest.raises(
            CustomModelRefused, match=r"is no model in Paddle's|takes 0 inputs|gives 0 outputs"
        ):
            read_graph_file(file)


def test_a_folder_is_read(tmp_path: Path) -> None:
    custom = find_custom(str(graph_folder(tmp_path / "pets", "paddle_mul")))
    assert (custom.name, custom.input_size, custom.channels) == ("pets", 16, 3)
    assert custom.card.preprocessing is Preprocessing.TORCH
    assert custom.preprocessing == "not said, so torch, the usual one of PyTorch and Paddle"
    assert [file.name for file in custom.files] == ["inference.pdmodel", "inference.pdiparams"]
    assert custom.megabytes == pytest.approx(sum(file.stat().st_size for file in custom.files) / 1e6)
    assert not custom.needs_keras


def test_the_file_may_be_named_as_well(tmp_path: Path) -> None:
    folder = graph_folder(tmp_path / "pets", "torch_logits")
    (folder / "model.onnx").rename(folder / "pets.onnx")
    assert names_folder(str(folder / "pets.onnx"))
    assert find_custom(str(folder / "pets.onnx")).name == "pets"
    with pytest.raises(CustomModelRefused, match=r"There is pets.onnx: rename it, or set PAISHI_MODEL="):
        find_custom(str(folder))


def test_a_thousand_outputs_are_those_of_imagenet(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(onnx(PICTURE, {"y": (0, 1000)}))
    found = resolve(Settings(model=str(tmp_path)))
    assert found.labels.name == "imagenet"
    assert len(found.labels.classes) == 1000
    (tmp_path / "labels.json").write_text('["a", "b"]')
    assert len(resolve(Settings(model=str(tmp_path))).labels.classes) == 2


@pytest.mark.parametrize("classes", [999, 0])
def test_any_other_number_needs_labels(classes: int, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(onnx(PICTURE, {"y": (1, classes)}))
    with pytest.raises(CustomModelRefused, match=r"there is no labels.json in it"):
        find_custom(str(tmp_path))


def test_an_open_size_is_on_the_card(tmp_path: Path) -> None:
    folder = graph_folder(tmp_path, "torch_any_size")
    with pytest.raises(CustomModelRefused, match="takes pictures of any size"):
        find_custom(str(folder))
    assert (
        find_custom(str(graph_folder(tmp_path, "torch_any_size", card={"input_size": 32}))).input_size == 32
    )


@pytest.mark.parametrize("card", [{}, {"preprocessing": "torch"}])
def test_grey_has_no_usual_preprocessing(card: dict[str, Any], tmp_path: Path) -> None:
    folder = graph_folder(tmp_path, "torch_grey_sigmoid", ["no", "yes"], card)
    with pytest.raises(CustomModelRefused, match=r"takes 1 channels, for which|is for three channels"):
        find_custom(str(folder))


def test_weights_of_paddle_must_be_there(tmp_path: Path) -> None:
    folder = graph_folder(tmp_path, "paddle_mul")
    (folder / "inference.pdiparams").unlink()
    with pytest.raises(CustomModelRefused, match=r"no inference.pdiparams beside it, which has its weights"):
        find_custom(str(folder))


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("net.pth", r"There is net.pth: export it with torch.onnx.export"),
        ("inference.json", "There is inference.json: export it again with FLAGS_enable_pir_api=0"),
        ("net.pdparams", "There is net.pdparams: export it with PaddleClas's tools/export_model.py"),
    ],
)
def test_another_file_is_pointed_at(name: str, hint: str, tmp_path: Path) -> None:
    (tmp_path / name).touch()
    with pytest.raises(CustomModelRefused, match=hint):
        find_custom(str(tmp_path))


def test_two_models_in_a_folder_are_refused(tmp_path: Path) -> None:
    folder = graph_folder(tmp_path, "paddle_mul")
    shutil.copy(FIXTURES / "torch_logits" / "model.onnx", folder)
    with pytest.raises(
        CustomModelRefused, match=r"there are model.onnx and inference.pdmodel in it: name one of them"
    ):
        find_custom(str(folder))
    assert find_custom(str(folder / "model.onnx")).file.name == "model.onnx"


@pytest.mark.parametrize("name", ["torch_logits", "PPHGNetV2_B4"])
def test_tensorflow_is_refused(name: str, tmp_path: Path) -> None:
    model = str(graph_folder(tmp_path, name)) if (FIXTURES / name).exists() else name
    with pytest.raises(RuntimeUnavailable, match=r"which only OpenVINO runs. Set PAISHI_RUNTIME=auto"):
        resolve(Settings(model=model, runtime="tensorflow"))
