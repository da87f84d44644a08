from datetime import UTC, datetime
from pathlib import Path

from paishi.recognition.benchmark import Measured, keep_measured
from tests.server.api.conftest import started


def test_measured_times_are_listed(tmp_path: Path) -> None:
    measured = Measured(
        ms=21.5, runs=20, runtime="openvino", precision="fp32", cores=4, at=datetime(2026, 11, 22, tzinfo=UTC)
    )
    keep_measured(tmp_path, {"ResNet50": measured})
    with started(cache=str(tmp_path)) as client:
        times = {one["name"]: one.get("measured_ms") for one in client.get("/models").json()["models"]}
    assert times.pop("ResNet50") == 21.5
    assert set(times.values()) == {None}


def test_cached_and_serving(tmp_path: Path) -> None:
    cached = tmp_path / "models" / "vgg16_weights_tf_dim_ordering_tf_kernels.h5"
    cached.parent.mkdir()
    cached.touch()
    with started(KERAS_HOME=tmp_path) as client:
        models = client.get("/models").json()["models"]
    installed = [one["name"] for one in models if "Lite" in one["name"]]
    assert [one["name"] for one in models if one["cached"]] == ["VGG16", *installed]
    assert [one["name"] for one in models if one["serving"]] == ["ResNet50"]
