"""Models are converted beforehand, and servers start from a cache that they may only read."""

from pathlib import Path

import pytest

from tests.server.cli.command import assert_one_sentence, invoke, run
from tests.server.conftest import run_server
from tests.server.models.graph_models import graph_folder
from tests.server.pictures import crossword

BUILT_IN = {"PAISHI_MODEL": "EfficientNetLite0", "PAISHI_STAND_IN": "EfficientNetLite0"}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("converted") / "cache"
    done = run("convert", PAISHI_CACHE=str(folder), **BUILT_IN)
    assert done.returncode == 0, done.stderr
    [line] = done.stdout.splitlines()
    name, _, place = line.partition(": ")
    assert name == "EfficientNetLite0"
    assert Path(place).parent == folder
    assert (Path(place) / "model.xml").is_file()
    return folder


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.stat().st_size)
        for path in folder.rglob("*")
    }


def test_a_server_writes_nothing_but_below_its_temporary_folder(cache: Path, tmp_path: Path) -> None:
    """As in an image for 微信云托管: PORT, a read-only cache, and all else in /tmp."""
    home, temporary = tmp_path / "home", tmp_path / "tmp"
    home.mkdir()
    temporary.mkdir()
    before = snapshot(cache)
    program = (
        "import os; os.environ['PORT'] = os.environ.pop('PAISHI_PORT'); from paishi.cli import app; app()"
    )
    environment = {
        **BUILT_IN,
        "HOME": str(home),
        "TMPDIR": str(temporary),
        "KERAS_HOME": str(temporary / "keras"),
        "PAISHI_CACHE": str(cache),
        "PAISHI_TAUGHT": "",
        "PAISHI_WEIGHTS_SOURCES": "",
        "PAISHI_AUTH": "cloud",
        "PAISHI_CLOUD_PRIVATE": "true",
    }
    started = run_server(tmp_path / "output", program=("-c", program, "serve"), **environment)
    with started as server, server.client() as client:
        headers = {"X-WX-OPENID": "oAnn", "X-WX-SOURCE": "wx_client"}
        answer = client.post("/predict", files={"image": crossword()}, headers=headers).json()
        assert answer["predictions"][0]["label"] == "crossword_puzzle"
    assert "Converting" not in server.output.read_text()
    assert snapshot(cache) == before
    assert snapshot(home) == {}


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
