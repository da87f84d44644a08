"""The weights of a converted model do not stay in memory twice."""

import sys
from pathlib import Path

import numpy as np
import pytest

from paishi.runtimes.openvino.imports import ov
from paishi.runtimes.openvino.runtime import compiled, read_model, runner
from paishi.runtimes.openvino.weight_pages import forget_pages


@pytest.fixture(scope="module")
def xml(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 MB of weights in one matrix."""
    pixels = ov.opset13.parameter([-1, 2, 2, 3], np.uint8)
    vector = ov.opset13.reshape(ov.opset13.convert(pixels, "f32"), [-1, 12], special_zero=False)
    weights = np.random.default_rng(0).normal(size=(12, 800_000)).astype(np.float32)
    product = ov.opset13.matmul(vector, ov.opset13.constant(weights), False, False)
    file = tmp_path_factory.mktemp("stored") / "model.xml"
    ov.save_model(ov.Model([product], [pixels]), file, compress_to_fp16=False)
    return file


def mapped_megabytes(xml: Path) -> float:
    """Memory of this process that maps the weights file, in MB."""
    resident, ours = 0, False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if "-" in line.split(" ", 1)[0]:
            ours = line.endswith("model.bin")
        elif ours and line.startswith("Rss:"):
            resident += int(line.split()[1])
    return resident / 1000


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_compiled_model_gives_the_same_output_without_the_stored_weights_in_memory(xml: Path) -> None:
    model = read_model(xml)
    run = runner(compiled(model, "fp32", threads=1, streams=1))
    view = np.arange(12, dtype=np.uint8).reshape(1, 2, 2, 3)
    before = run(view)
    assert mapped_megabytes(xml) > 35
    forget_pages(xml.with_suffix(".bin"))
    assert mapped_megabytes(xml) < 5
    assert (run(view) == before).all()
    # And they can still be read, for the streams.
    again = runner(compiled(model, "fp32", threads=1, streams=1))
    assert (again(view) == before).all()
