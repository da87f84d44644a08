"""A real server that is killed while it is taught leaves whole things, and its successor recognises them."""

import threading
from pathlib import Path

import httpx

from paishi.contract import Predictions, TaughtThings
from tests.server.access.sending import bearing
from tests.server.access.test_keys import KEY, line
from tests.server.conftest import RunningServer, run_server, wait_for
from tests.server.teaching.teachable import photo


def settings(folder: Path) -> dict[str, str]:
    return {
        "PAISHI_MODEL": "EfficientNetLite0",
        "PAISHI_AUTH": "key",
        "PAISHI_KEYS": line(KEY),
        "PAISHI_TAUGHT": str(folder / "taught"),
        "PAISHI_TAUGHT_PER_MINUTE": "0",
    }


def teach(server: RunningServer, name: str, thing: int, view: int) -> int:
    """The status of the response; 0 if there is none."""
    try:
        with server.client() as client:
            return client.post(
                "/taught",
                files={"image": photo(thing, view, 256)},
                data={"name": name, "force": "true"},
                headers=bearing(KEY),
            ).status_code
    except httpx.TransportError:
        return 0


def kill_while_it_is_taught(server: RunningServer, first: int, confirmed: list[int]) -> None:
    """Two clients teach views from `first` on; those that are answered join `confirmed`."""
    killed = threading.Event()
    before = len(confirmed)

    def keep_teaching(views: range) -> None:
        for view in views:
            if not killed.is_set() and teach(server, "teapot", 1, view) == 200:
                confirmed.append(view)

    threads = [
        threading.Thread(target=keep_teaching, args=(range(at, at + 10),)) for at in (first, first + 50)
    ]
    for thread in threads:
        thread.start()
    wait_for(lambda: len(confirmed) >= before + 3, 60, "some photos", every_s=0.01)
    server.process.kill()
    killed.set()
    for thread in threads:
        thread.join()
    server.process.wait(30)


def test_kill_9_in_the_middle_of_teaching(tmp_path: Path) -> None:
    confirmed: list[int] = []
    for turn in range(2):
        with run_server(tmp_path / f"output{turn}", **settings(tmp_path)) as server:
            kill_while_it_is_taught(server, 100 * turn, confirmed)
    with run_server(tmp_path / "output", **settings(tmp_path)) as server, server.client() as client:
        answer = client.get("/taught", headers=bearing(KEY))
        [thing] = TaughtThings.model_validate_json(answer.content).things
        # What was not confirmed may have been learned as well.
        assert len(confirmed) <= thing.count <= len(confirmed) + 4
        assert thing.ready
        for number in thing.photos:
            cover = client.get(f"/taught/{thing.id}/photos/{number}", headers=bearing(KEY))
            assert cover.status_code == 200
        found = client.post("/predict", files={"image": photo(1, 7, 256)}, headers=bearing(KEY))
        assert Predictions.model_validate_json(found.content).predictions[0].id == thing.id
        assert teach(server, "teapot", 1, 999) == 200
