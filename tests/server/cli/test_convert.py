"""Models are converted beforehand, for servers that start from the cache."""

from pathlib import Path

from tests.server.cli.command import assert_one_sentence, invoke, run
from tests.server.models.graph_models import graph_folder


def test_the_wanted_model_and_its_stand_in_by_default(tmp_path: Path) -> None:
    environment = {"PAISHI_MODEL": "EfficientNetLite0", "PAISHI_STAND_IN": "EfficientNetLite0"}
    done = run("convert", PAISHI_CACHE=str(tmp_path / "cache"), **environment)
    assert done.returncode == 0, done.stderr
    [line] = done.stdout.splitlines()  # they are the same here
    name, _, place = line.partition(": ")
    assert name == "EfficientNetLite0"
    assert Path(place).parent == tmp_path / "cache"
    assert (Path(place) / "model.xml").is_file()


def test_a_precision_that_is_chosen_at_the_start_is_converted_from_fp32(tmp_path: Path) -> None:
    environment = {"PAISHI_MODEL": "EfficientNetLite0", "PAISHI_PRECISION": "auto", "PAISHI_STAND_IN": ""}
    done = run("convert", PAISHI_CACHE=str(tmp_path / "cache"), **environment)
    assert done.returncode == 0, done.stderr
    [line] = done.stdout.splitlines()
    assert "-fp32-" in line


def test_models_by_name_and_folder(tmp_path: Path) -> None:
    folder, cache = graph_folder(tmp_path / "pets", "paddle_relu_head"), tmp_path / "cache"
    done = run("convert", str(folder), "efficientnetlite0", PAISHI_CACHE=str(cache))
    assert done.returncode == 0, done.stderr
    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == ["pets", "EfficientNetLite0"]
    assert len(list(cache.glob("*/manifest.json"))) == 2


def test_mistakes_are_one_sentence(tmp_path: Path) -> None:
    unknown = invoke("convert", "ResNet5O")
    assert_one_sentence(unknown)
    assert "ResNet50" in unknown.stderr
    tensorflow = invoke("convert", PAISHI_RUNTIME="tensorflow", PAISHI_MODEL="MobileNetV2")
    assert_one_sentence(tensorflow)
    assert "PAISHI_RUNTIME=auto" in tensorflow.stderr


def test_a_cache_that_cannot_be_written_is_a_failure(tmp_path: Path) -> None:
    """A server would only warn, and convert at every start."""
    (tmp_path / "file").touch()
    done = run("convert", "EfficientNetLite0", PAISHI_CACHE=str(tmp_path / "file" / "cache"))
    assert done.returncode == 1
    assert "could not be kept" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_port_of_a_platform_is_a_number() -> None:
    for port in ("http", "65536", "-1"):
        done = invoke("serve", PORT=port, PAISHI_PORT="")
        assert_one_sentence(done)
        assert done.stderr.startswith("PORT: ")
        assert port in done.stderr
