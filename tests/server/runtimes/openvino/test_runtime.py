"""OpenVINO beyond the interface of all runtimes."""

from pathlib import Path

import pytest

from paishi.models.catalogue import find_backbone
from paishi.models.errors import ConversionFailed
from paishi.models.keras.build import build_served
from paishi.runtimes.conversion.keras_to_openvino import convert
from paishi.runtimes.openvino.runtime import compiled, read_model


def test_calculates_in_single_precision_wherever_it_runs(converted: Path) -> None:
    model = compiled(read_model(converted), "fp32", threads=1, streams=1)
    assert model.get_property("INFERENCE_PRECISION_HINT").to_string() == "f32"
    assert model.get_property("INFERENCE_NUM_THREADS") == 1


def test_a_conversion_with_other_probabilities_is_refused(
    converted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here because of other weights."""
    other = read_model(converted)
    monkeypatch.setattr("paishi.runtimes.conversion.keras_to_openvino.read_model", lambda xml: other)
    with pytest.raises(ConversionFailed, match="MobileNetV2 gives other probabilities on OpenVINO"):
        convert(build_served(find_backbone("MobileNetV2"), None), tmp_path / "model.xml")
