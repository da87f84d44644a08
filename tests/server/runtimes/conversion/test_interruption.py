"""A real server whose conversion is interrupted serves later, and never on TensorFlow."""

import os
import resource
import signal
from pathlib import Path

import pytest

from paishi.models.keras.imports import keras
from tests.server.conftest import RunningServer, answers, children, has_tensorflow, run_server, wait_for
from tests.server.models.custom_models import red_or_green, save, write_custom

pytestmark = pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="looks into processes by /proc")

LIMITED = (
    "-c",
    "import resource, runpy; _, most = resource.getrlimit(resource.RLIMIT_FSIZE);"
    "resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, most));"
    "import sys; sys.argv = ['paishi', 'serve']; runpy.run_module('paishi', run_name='__main__')",
)
"""Runs a server whose files end at 2 MB, as on a full disk."""


def converting(server: RunningServer) -> list[int]:
    """Processes that convert for `server`."""
    return [child for child, command in children(server.process.pid).items() if "keras_to" in command]


def reason(server: RunningServer) -> str:
    with server.client() as client:
        return client.get("/readyz").text


def served_at_last(server: RunningServer) -> bool:
    return answers(server.url + "/readyz")


def to_convert(folder: Path) -> dict[str, str]:
    """Settings of a server that has to convert the model in `folder`."""
    return {
        "PAISHI_MODEL": str(folder),
        "PAISHI_CACHE": str(folder.parent / "cache"),
        "PAISHI_WEIGHTS_RETRY_S": "0.5",
    }


def test_a_killed_conversion_is_tried_again(tmp_path: Path) -> None:
    environment = to_convert(write_custom(tmp_path / "colours"))
    with run_server(tmp_path / "output", until="/livez", **environment) as server:
        for _ in range(2):
            wait_for(lambda: bool(converting(server)), 60, "a conversion", every_s=0.02)
            [child] = converting(server)
            os.kill(child, signal.SIGKILL)
            wait_for(lambda: "broke off" in reason(server), 60, "the interruption")
            assert not has_tensorflow(server.process.pid)
        wait_for(lambda: served_at_last(server), 120, "the model")
        assert not has_tensorflow(server.process.pid)


def test_a_conversion_that_met_a_full_disk_is_tried_again(tmp_path: Path) -> None:
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((32, 32, 3)), layers.Flatten(), layers.Dense(200, activation="softmax")]  # 2.5 MB
    )
    environment = to_convert(write_custom(tmp_path / "large", model, [f"c{number}" for number in range(200)]))
    with run_server(tmp_path / "output", until="/livez", program=LIMITED, **environment) as server:
        wait_for(lambda: "broke off" in reason(server), 120, "the interruption")
        assert not has_tensorflow(server.process.pid)
        unlimited = (resource.RLIM_INFINITY, resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)[1])
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, unlimited)
        wait_for(lambda: served_at_last(server), 120, "the model")
        assert not has_tensorflow(server.process.pid)


def test_a_refused_model_is_converted_again_only_once_it_has_changed(tmp_path: Path) -> None:
    folder = write_custom(tmp_path / "colours", red_or_green(activation="linear"))
    environment = {**to_convert(folder), "PAISHI_WEIGHTS_RETRY_S": "0.1", "PAISHI_LOG_LEVEL": "debug"}
    output = tmp_path / "output"
    with run_server(output, until="/livez", **environment) as server:
        wait_for(lambda: "end the model with a softmax" in reason(server), 120, "the refusal")
        assert "once its files have changed" in reason(server)
        (folder / "labels.json").touch()
        wait_for(lambda: bool(converting(server)), 60, "another try", every_s=0.02)
        wait_for(lambda: not converting(server), 60, "its end")
        save(red_or_green(), folder)
        wait_for(lambda: served_at_last(server), 120, "the model")
    assert output.read_text().count("Converting custom-colours-") == 3
