"""Several servers count together in a real Redis, and each alone while it is down."""

import logging
import socket
import sys
from pathlib import Path

import pytest

from paishi.access.access import access_for
from paishi.settings import Misconfigured, Settings
from tests.server.access.redis_server import PASSWORD, address, running_redis
from tests.server.access.sending import post, problem_of
from tests.server.api.conftest import AppClient, started
from tests.server.conftest import free_port, need_program


def statuses(*clients: AppClient) -> list[int]:
    return [post(client).status_code for client in clients]


def test_two_servers_count_together(tmp_path: Path) -> None:
    with running_redis(tmp_path / "redis") as port:
        settings = {"rates": address(port), "uploads_per_minute": 3, "mb_per_minute": 100}
        with started(**settings) as one, started(**settings) as two:
            assert statuses(one, two, one, two, one) == [200, 200, 200, 429, 429]
            problem = problem_of(post(two), 429, "too-many-requests")
            assert 0 < (problem.retry_after or 0) <= 60


def test_megabytes_too(tmp_path: Path) -> None:
    with running_redis(tmp_path / "redis") as port:
        settings = {"rates": address(port), "mb_per_minute": 0.002}
        with started(**settings) as one, started(**settings) as two:
            assert statuses(one, two)[0] == 200
            assert statuses(two, one) == [429, 429]


def test_while_it_is_down_each_counts_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    need_program("redis-server")
    settings = {"rates": address(port), "uploads_per_minute": 2}
    with started(**settings) as one, started(**settings) as two:
        assert statuses(one, two, one, two, one, two) == [200, 200, 200, 200, 429, 429]
        warnings = [record for record in caplog.records if "PAISHI_RATES" in record.getMessage()]
        assert len(warnings) == 2  # one a server, not one a request
        assert PASSWORD not in caplog.text
        monkeypatch.setattr("paishi.access.rate_limits._REDIS_RETRY_S", 0)
        for client in (one, two):
            monkeypatch.setattr(client.services.access.rate_limits, "_retry_at", 0.0)
        with running_redis(tmp_path / "redis", port):
            assert statuses(one, two, one, two) == [200, 200, 429, 429]
        assert statuses(one)[0] in (200, 429)  # it went while it was used
        assert PASSWORD not in caplog.text


def test_it_is_looked_for_at_the_start(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with running_redis(tmp_path / "redis") as port:
        with started(rates=address(port), uploads_per_minute=2):
            pass
        assert "does not answer" not in caplog.text
    with started(rates=address(port), uploads_per_minute=2) as client:
        assert "PAISHI_RATES does not answer" in caplog.text
        assert statuses(client) == [200]
    assert PASSWORD not in caplog.text


def test_a_redis_that_hangs_delays_no_photo(caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with started(rates=f"redis://127.0.0.1:{port}", uploads_per_minute=2) as client:
            assert statuses(client, client, client) == [200, 200, 429]
    assert "does not answer" in caplog.text


def test_another_server_than_redis(caplog: pytest.LogCaptureFixture, app_and_port: int) -> None:
    with started(rates=f"redis://127.0.0.1:{app_and_port}", uploads_per_minute=1) as client:
        assert statuses(client, client) == [200, 429]
    assert "does not answer" in caplog.text


@pytest.fixture
def app_and_port() -> object:
    with started() as client:
        yield client.base_url.port


def test_a_wrong_password(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with (
        running_redis(tmp_path / "redis") as port,
        started(rates=f"redis://:{PASSWORD[::-1]}@127.0.0.1:{port}", uploads_per_minute=1) as client,
    ):
        assert statuses(client, client) == [200, 429]
    assert "does not answer" in caplog.text
    assert PASSWORD[::-1] not in caplog.text


@pytest.mark.parametrize(
    "wrong",
    ["127.0.0.1:6379", "http://secret@x", "redis://x:secret", "memcached://secret@x", "redis://[secret"],
)
def test_an_invalid_address_stops_the_start(wrong: str) -> None:
    with pytest.raises(Misconfigured, match="PAISHI_RATES") as caught:
        access_for(Settings(rates=wrong, uploads_per_minute=1))  # type: ignore[arg-type]
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "redis"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(Misconfigured, match="pip install"):
        access_for(Settings(rates="redis://x", uploads_per_minute=1))  # type: ignore[arg-type]
