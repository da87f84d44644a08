"""Layers and gradients of a model on OpenVINO: Keras calculates them outside the server, and then ends."""

import os
import resource
import signal
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import httpx
import numpy as np
import pytest

from paishi.models.catalogue import find_backbone
from paishi.models.errors import InsightInterrupted, UnknownLayer, WeightsMismatch
from paishi.models.keras import gradients_process
from paishi.models.keras.build import build_published
from paishi.models.keras.gradients import Gradients
from paishi.models.keras.gradients_process import GradientsProcess
from paishi.models.keras.imports import keras
from paishi.runtimes.openvino.model_file import layer_names
from paishi.runtimes.openvino.runtime import read_model
from tests.server.conftest import RunningServer, children, has_tensorflow, run_server, wait_for
from tests.server.models.keras_models import family_input, settle, views, write_published
from tests.server.pictures import file_of, noise
from tests.server.runtimes.conftest import pictures

MOBILENET = find_backbone("MobileNetV2")
needs_proc = pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="looks into processes by /proc")


def workers(server: RunningServer) -> list[int]:
    """Processes in which Keras calculates for `server`."""
    return [child for child, command in children(server.process.pid).items() if "gradients" in command]


def ask(client: httpx.Client, path: str) -> httpx.Response:
    headers = {"Accept": "application/json"}
    return client.post(path, files={"image": file_of(noise())}, headers=headers)


@pytest.fixture
def own(keras_home: Path, tmp_path: Path) -> Iterator[RunningServer]:
    """A server that nothing has asked for a layer yet."""
    environment = {"KERAS_HOME": str(keras_home), "PAISHI_MODEL": "MobileNetV2"}
    with run_server(tmp_path / "output", **environment) as running:
        yield running


@needs_proc
def test_the_server_itself_never_loads_tensorflow(own: RunningServer) -> None:
    with own.client() as client:
        unknown = ask(client, "/features?layer=no_such_layer")
        assert (unknown.status_code, unknown.json()["code"]) == (422, "request-invalid")
        assert "MobileNetV2 has no layer called 'no_such_layer'. Did you mean" in unknown.json()["detail"]
        assert workers(own) == []
        assert ask(client, "/features?layer=block_16_project_BN").json()["shape"] == [7, 7, 320]
        [worker] = workers(own)
        assert ask(client, "/features?layer=out_relu").json()["shape"] == [7, 7, 1280]
        assert workers(own) == [worker]
    assert has_tensorflow(worker)
    assert not has_tensorflow(own.process.pid)
    assert resource.prlimit(worker, resource.RLIMIT_DATA)[0] < 5e9
    own.process.send_signal(signal.SIGKILL)
    wait_for(lambda: not Path(f"/proc/{worker}/maps").exists() or not has_tensorflow(worker), 30, "its end")


@needs_proc
def test_a_worker_that_was_killed_is_replaced(own: RunningServer) -> None:
    with own.client() as client:
        assert ask(client, "/features?layer=out_relu").status_code == 200
        [worker] = workers(own)
        os.kill(worker, signal.SIGKILL)
        # One that is just ending may still get a request, which then fails.
        asked = (ask(client, "/features?layer=out_relu") for _ in range(10))
        failed = list(takewhile(lambda answer: answer.status_code != 200, asked))
        assert len(failed) < 10
        for answer in failed:
            assert (answer.status_code, answer.json()["code"]) == (503, "model-unavailable")
            assert "The process that runs Keras for an explanation ended with -9. Try again" in answer.text
        assert workers(own) != [worker]
    assert not has_tensorflow(own.process.pid)


@needs_proc
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword")
@pytest.mark.filterwarnings("ignore:`input_shape` is undefined or non-square")
def test_gradients_are_calculated_outside_too(tmp_path: Path) -> None:
    backbone = find_backbone("MobileNetV3Small")
    keras.utils.set_random_seed(5)
    model = build_published(backbone)
    settle(model, family_input(backbone, views(backbone)))
    write_published(model, tmp_path / "settled.h5")
    environment = {"PAISHI_MODEL": backbone.name, "PAISHI_WEIGHTS": str(tmp_path / "settled.h5")}
    with run_server(tmp_path / "output", **environment) as server, server.client() as client:
        answer = ask(client, "/explain")
        assert (answer.status_code, answer.json()["method"]) == (200, "grad-cam"), answer.text
        assert len(workers(server)) == 1
        assert not has_tensorflow(server.process.pid)


@pytest.fixture(scope="module")
def weights(keras_home: Path) -> Path:
    return keras_home / "models" / MOBILENET.weights.file


@pytest.fixture
def process(weights: Path) -> Iterator[GradientsProcess]:
    process = GradientsProcess("MobileNetV2", weights)
    yield process
    process.close()


def test_it_gives_what_keras_gives(process: GradientsProcess, weights: Path) -> None:
    here, shown = Gradients(MOBILENET, weights), pictures(2)
    for layer in (None, "Conv1", "predictions"):
        expected, found = here.features(shown, layer), process.features(shown, layer)
        assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
        assert np.abs(found - expected).max() < 1e-5 * max(1.0, np.abs(expected).max())
    assert np.abs(process.class_activation(shown, 3) - here.class_activation(shown, 3)).max() < 1e-5
    with pytest.raises(UnknownLayer, match=r"MobileNetV2 has no layer called 'conv'\. "):
        process.features(shown, "conv")
    assert process.keep()


def test_it_ends_when_nothing_has_been_asked_for_a_while(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gradients_process, "_IDLE_S", 0.2)
    process = GradientsProcess("MobileNetV2", weights)
    assert process.keep()
    with pytest.raises(UnknownLayer):
        process.features(pictures(1), "conv")
    wait_for(lambda: process._process.poll() is not None, 30, "its end")
    assert not process.keep()
    process.close()


def test_a_call_that_takes_too_long_ends_it(
    process: GradientsProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gradients_process, "_CALL_S", 0.0)
    with pytest.raises(InsightInterrupted, match=r"ended with -9\. Try again"):
        process.class_activation(pictures(2), 3)
    assert not process.keep()


def test_other_weights_are_refused_as_anywhere(weights: Path) -> None:
    with pytest.raises(WeightsMismatch, match="does not fit mobilenet"):
        GradientsProcess("MobileNet", weights)


def test_a_converted_model_has_the_names_of_its_layers(converted: Path, weights: Path) -> None:
    expected = [layer.name for layer in Gradients(MOBILENET, weights)._model.layers]
    found = layer_names(read_model(converted))
    assert len(found) == len(expected)
    assert found[1:-2] == tuple(expected[1:-2])  # Keras numbers the unnamed ones in one process
