"""Pictures are deleted when they expire, also without traffic and after their server has stopped."""

import asyncio
import logging
from pathlib import Path

import pytest

from paishi.problems.kinds import StoreUnavailable
from paishi.store import echoes as echoes_module
from paishi.store.echoes import ENTRY_BYTES, MemoryEchoes, periodic_sweep
from paishi.store.folder import Folder, space_of
from paishi.store.shared_echoes import SharedEchoes
from tests.server.api.conftest import AppClient, started
from tests.server.conftest import wait_for
from tests.server.pictures import file_of, noise
from tests.server.store.clock import Clock

JSON = {"Accept": "application/json"}
LEFT = f"{1_700_000_000:x}-{'a' * 22}.jpg"
"""The name of a picture of a server that stopped long ago."""


@pytest.fixture(params=["memory", "a folder"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return "" if request.param == "memory" else str(tmp_path / "echoes")


def post(client: AppClient) -> None:
    assert client.post("/image", files={"image": file_of(noise())}, headers=JSON).status_code == 200


def kept(client: AppClient) -> tuple[int, int]:
    return client.services.echoes.pictures, client.services.echoes.size


def test_they_are_deleted_without_traffic(store: str) -> None:
    with started(store=store, echo_age_s=2) as client:
        post(client)
        assert kept(client)[0] == 1
        wait_for(lambda: kept(client) == (0, 0), 30, "an empty store")
        if store:
            assert list(Path(store).iterdir()) == []


def test_what_a_stopped_process_left_is_deleted_at_the_start(tmp_path: Path) -> None:
    for name in (LEFT, f"{LEFT}.0123456789abcdef.part", "holiday.jpg"):
        Folder(str(tmp_path)).write(name, b"abc")
    with started(store=str(tmp_path)):
        wait_for(lambda: [file.name for file in tmp_path.iterdir()] == ["holiday.jpg"], 20, "the sweep")


def test_a_server_counts_from_its_start_what_others_keep(tmp_path: Path) -> None:
    with started(store=str(tmp_path)) as one:
        post(one)
        with started(store=str(tmp_path)) as other:
            wait_for(lambda: kept(other) == kept(one), 20, "the sweep")


def test_what_is_being_written_stays_until_it_expires(tmp_path: Path) -> None:
    clock = Clock()
    name = f"{int(clock.now):x}-{'a' * 22}.jpg.0123456789abcdef.part"
    Folder(str(tmp_path)).write(name, b"abc")
    store = SharedEchoes(Folder(str(tmp_path)), 2, 10, clock)
    clock.now += 4
    assert asyncio.run(store.sweep()) == 6
    assert [file.name for file in tmp_path.iterdir()] == [name]
    assert (store.pictures, store.size) == (0, 0)
    clock.now += 6.1
    asyncio.run(store.sweep())
    assert list(tmp_path.iterdir()) == []


def test_a_clock_that_is_ahead_does_not_delay_the_sweep(tmp_path: Path) -> None:
    clock, ahead = Clock(), Clock()
    ahead.now += 1_000_000
    asyncio.run(SharedEchoes(Folder(str(tmp_path)), 100_000, 10, ahead).put(b"abc"))
    store = SharedEchoes(Folder(str(tmp_path)), 100_000, 10, clock)
    assert asyncio.run(store.sweep()) == 10
    assert (store.pictures, store.size) == (1, space_of(3))


@pytest.mark.parametrize("shared", [False, True])
def test_the_next_sweep_is_when_the_oldest_expires(shared: bool, tmp_path: Path) -> None:
    clock, folder = Clock(), Folder(str(tmp_path))
    store = SharedEchoes(folder, 100_000, 600, clock) if shared else MemoryEchoes(100_000, 600, clock)

    async def sweeps() -> None:
        assert await store.sweep() == 600  # empty: nothing can expire before
        await store.put(b"abc")
        clock.now += 100
        await store.put(b"defg")
        assert await store.sweep() == 500
        clock.now += 501
        assert await store.sweep() == 99
        assert (store.pictures, store.size) == (1, space_of(4) if shared else 4 + ENTRY_BYTES)

    asyncio.run(sweeps())


def test_a_sweep_leaves_the_newest_even_if_it_is_too_large(tmp_path: Path) -> None:
    clock = Clock()
    store = SharedEchoes(Folder(str(tmp_path)), space_of(4), 600, clock)

    async def put_and_sweep() -> bytes | None:
        for size in (4, 40_000):
            key = await store.put(bytes(size))
            clock.now += 1
        await store.sweep()
        return await store.get(key)

    assert asyncio.run(put_and_sweep()) == bytes(40_000)
    assert (store.pictures, store.size) == (1, space_of(40_000))


class Failing(MemoryEchoes):
    """Each sweep goes as the next of `outcomes` says; the last one goes on for ever."""

    def __init__(self, outcomes: list[Exception | None]) -> None:
        super().__init__(100, 0.01)
        self.outcomes = outcomes
        self.sweeps = 0
        self.through = asyncio.Event()

    async def sweep(self) -> float:
        outcome = self.outcomes[min(self.sweeps, len(self.outcomes) - 1)]
        self.sweeps += 1
        if self.sweeps > len(self.outcomes):
            self.through.set()
        if outcome:
            raise outcome
        return 0.0


def test_an_outage_is_logged_once_and_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(echoes_module, "_SWEEP_AT_MOST_EVERY_S", 0.001)
    down = StoreUnavailable("s3://user:password@bucket")
    echoes = Failing([down, down, None, RuntimeError("unexpected"), down, None])

    async def sweep() -> None:
        async with periodic_sweep(echoes, echoes.max_age_s), asyncio.timeout(20):
            await echoes.through.wait()
        sweeps = echoes.sweeps
        await asyncio.sleep(0.05)
        assert echoes.sweeps == sweeps  # it ended with its block

    with caplog.at_level(logging.INFO, "paishi.store"):
        asyncio.run(sweep())
    first, second = caplog.messages
    assert "StoreUnavailable" in first
    assert "RuntimeError" in second
    assert "password" not in caplog.text


def test_a_store_that_cannot_be_read_does_not_stop_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(folder: Folder) -> None:
        raise PermissionError(folder.address)

    monkeypatch.setattr(Folder, "all", fail)
    with started(store=str(tmp_path)) as client:
        wait_for(lambda: "PermissionError" in caplog.text, 20, "the log")
        assert client.get("/livez").status_code == 200
    assert str(tmp_path) not in caplog.text
