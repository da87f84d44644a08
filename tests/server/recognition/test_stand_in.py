"""The embedded model answers until the wanted one is there, and no request fails at the change."""

import asyncio
import threading
from pathlib import Path

import pytest

from paishi.models.catalogue import find_backbone
from paishi.models.errors import WeightsUnavailable
from paishi.models.weights.download import OnProgress
from paishi.problems.kinds import ModelLoading
from paishi.recognition.recogniser import Recogniser
from paishi.recognition.recognition import Awaited, Loading, Ready, Recognition, State
from paishi.recognition.stand_in import stand_in_for
from paishi.settings import Settings
from tests.server.api.test_contract import schema_of
from tests.server.conftest import free_port, need_shared, run_server, wait_for
from tests.server.models.file_host import Answer, host_file
from tests.server.pictures import crossword
from tests.server.recognition.test_recognition import Gated, ignore, loads, model, until
from tests.server.telemetry.scraping import series_of


def test_it_answers_until_the_wanted_model_is_there() -> None:
    stand_in, wanted = model("Small", Gated()), model("Wanted", Gated())
    attempts, changes, go = [], [], threading.Event()

    def load(on_progress: OnProgress) -> Recogniser:
        attempts.append(1)
        if len(attempts) == 1:
            raise WeightsUnavailable("no network.")
        on_progress(34, 100)
        assert go.wait(20)
        return wanted

    async def scene() -> None:
        recognition = Recognition("Wanted", load, 0.01, lambda: 0, changes.append, lambda: stand_in)
        recognition.start()
        await until(lambda: recognition.awaited == Awaited("Wanted", percent=34))
        assert recognition.current() is stand_in
        with pytest.raises(ModelLoading, match="34 %"), recognition.hold(allow_stand_in=False):
            pass
        with recognition.hold() as held:
            go.set()
            await until(lambda: recognition.current() is wanted)
            assert held is stand_in
            assert not held.runtime.closed.is_set()  # type: ignore[attr-defined]
        await until(held.runtime.closed.is_set)  # type: ignore[attr-defined]
        with recognition.hold(allow_stand_in=False) as held:
            assert held is wanted
        recognition.stop()

    asyncio.run(scene())
    assert changes == [
        Ready(stand_in, Awaited("Wanted")),
        Ready(stand_in, Awaited("Wanted", "no network.")),
        Ready(wanted),
    ]


def test_an_operators_use_ends_both() -> None:
    stand_in, chosen = model("Small", Gated()), model("Chosen", Gated())

    def load(on_progress: OnProgress) -> Recogniser:
        raise WeightsUnavailable("no network.")

    async def scene() -> None:
        recognition = Recognition("Wanted", load, 0.01, lambda: 0, None, lambda: stand_in)
        recognition.start()
        await until(lambda: bool(recognition.awaited and recognition.awaited.reason))
        await recognition.swap("Chosen", loads(chosen), ignore)
        assert recognition.state == Ready(chosen)
        await asyncio.sleep(0.1)
        assert recognition.state == Ready(chosen)
        recognition.stop()

    asyncio.run(scene())


@pytest.mark.parametrize("fault", ["none", "error", "wrong"])
def test_without_it_the_wanted_model_loads_all_the_same(fault: str, caplog: pytest.LogCaptureFixture) -> None:
    wanted, changes = model("Wanted", Gated()), []

    def load_stand_in() -> Recogniser | None:
        if fault == "error":
            raise WeightsUnavailable("its package is missing.")
        return model("Small", Gated(sum=2)) if fault == "wrong" else None

    async def scene() -> None:
        recognition = Recognition("Wanted", loads(wanted), 0.01, lambda: 0, changes.append, load_stand_in)
        assert isinstance(recognition.state, Loading)
        recognition.start()
        await until(lambda: isinstance(recognition.state, Ready))
        recognition.stop()

    states: list[State] = changes
    asyncio.run(scene())
    assert states == [Ready(wanted)]
    assert ("no model stands in for Wanted" in caplog.text) == (fault != "none")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, "EfficientNetLite0"),
        ({"stand_in": "efficientnetlite1"}, "EfficientNetLite1"),
        ({"stand_in": ""}, None),
        ({"model": "EfficientNetLite0"}, None),
        ({"model": "./my-model"}, None),
        ({"precision": "int8"}, "EfficientNetLite0"),
        ({"runtime": "tensorflow"}, "EfficientNetLite0"),
    ],
)
def test_when_it_is_needed(settings: dict[str, str], expected: str | None, tmp_path: Path) -> None:
    given = {
        "stand_in": "EfficientNetLite0",
        "KERAS_HOME": tmp_path,
        "cache": str(tmp_path / "c"),
        **settings,
    }
    found = stand_in_for(Settings(**given))  # type: ignore[arg-type]
    assert (found and found.model) == expected
    if found:
        assert (found.weights, found.precision, found.runtime) == ("imagenet", "fp32", "auto")


def test_a_server_with_nothing_answers_at_once(tmp_path: Path) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    environment = {"HTTPS_PROXY": nowhere, "NO_PROXY": "127.0.0.1", "PAISHI_STAND_IN": "EfficientNetLite0"}
    environment |= {"LANGUAGE": "en", "PAISHI_WEIGHTS_RETRY_S": "0.2"}
    with run_server(tmp_path / "output", **environment) as server, server.client() as client:
        answer = client.post("/predict", files={"image": crossword()}).json()
        assert answer["predictions"][0]["label"] == "crossword_puzzle"
        assert answer["model"]["name"] == "EfficientNetLite0"
        refused = client.post("/features", files={"image": crossword()})
        assert (refused.status_code, refused.json()["code"]) == (503, "model-loading")
        wait_for(lambda: "reason" in client.get("/readyz").json()["awaited"], 60, "the reason")
        ready = client.get("/readyz").json()
        schema_of("Ready").validate(ready)
        assert ready["model"]["name"] == "EfficientNetLite0"
        assert ready["awaited"]["name"] == "ResNet50"
        assert "could not be obtained: storage.googleapis.com: " in ready["awaited"]["reason"]
        assert ready["awaited"]["folder"] == str(tmp_path / "keras" / "models")
        remote = client.get("/readyz", headers={"X-Forwarded-For": "203.0.113.7"})
        assert str(tmp_path) not in remote.text
        shown = remote.json()["awaited"]
        assert "log" in shown.pop("reason")
        assert shown == {key: ready["awaited"][key] for key in ("name", "file", "size", "hash", "urls")}
        command = ready["awaited"]["command"]
        server.says("ResNet50 is not there yet (storage.googleapis.com: cannot connect")
        server.says(f"fetching goes on; by hand: {command}")
        maps = Path(f"/proc/{server.process.pid}/maps")
        assert not maps.exists() or "site-packages/tensorflow/" not in maps.read_text()
    output = server.output.read_text()
    assert "EfficientNetLite0 for now; ResNet50 is awaited" in output
    assert output.count("is not there yet") == 1


def test_the_change_loses_no_request(tmp_path: Path) -> None:
    """The wanted model's weights come slowly from a mirror, under a standing load."""
    weights = need_shared("keras", "models") / find_backbone("MobileNetV2").weights.file
    outcomes: list[tuple[int, str]] = []
    end = threading.Event()
    with host_file(weights.read_bytes()) as host:
        host.default = Answer(silence=2)
        environment = {
            "PAISHI_MODEL": "MobileNetV2",
            "PAISHI_STAND_IN": "EfficientNetLite0",
            "PAISHI_WEIGHTS_MIRRORS": host.url,
            "PAISHI_CACHE": str(tmp_path / "cache"),
        }
        with run_server(tmp_path / "output", **environment) as server:

            def ask() -> None:
                with server.client() as client:
                    while not end.is_set():
                        answer = client.post("/predict", files={"image": crossword()})
                        outcomes.append((answer.status_code, answer.json().get("model", {}).get("name", "")))

            crowd = [threading.Thread(target=ask) for _ in range(8)]
            for client in crowd:
                client.start()
            try:
                wait_for(lambda: (200, "MobileNetV2") in outcomes, 180, "the wanted model")
            finally:
                end.set()
                for client in crowd:
                    client.join(60)
            with server.client() as client:
                ready, series = client.get("/readyz").json(), series_of(client)
    assert set(outcomes) == {(200, "EfficientNetLite0"), (200, "MobileNetV2")}
    for outcome in set(outcomes):
        assert series.value("paishi_photos_named_total", model=outcome[1]) == outcomes.count(outcome)
    assert "awaited" not in ready
