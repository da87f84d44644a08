"""The Caddyfile before a real server: limits, and what Caddy itself answers, as the contract has it."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.server.access.sending import problem_of
from tests.server.conftest import ROOT, RunningServer, answers, free_port, run_server, wait_for
from tests.server.pictures import file_of, noise

CADDYFILE = ROOT / "server" / "Caddyfile"

pytestmark = pytest.mark.skipif(shutil.which("caddy") is None, reason="needs caddy")


@contextmanager
def before(server: str, folder: Path) -> Iterator[str]:
    """Caddy without TLS before `server`, a host and port."""
    configured = CADDYFILE.read_text("utf-8").replace("server:5000", server)
    (folder / "Caddyfile").write_text(configured, "utf-8")
    url = f"http://127.0.0.1:{free_port()}"
    command = [str(shutil.which("caddy")), "run", "--adapter", "caddyfile", "--config", "Caddyfile"]
    env = {"HOME": str(folder), "PAISHI_DOMAIN": url}
    with (
        (folder / "caddy.log").open("wb") as log,
        subprocess.Popen(command, cwd=folder, env=env, stderr=log) as process,
    ):
        try:
            wait_for(lambda: _responds(url) or process.poll() is not None, 30, "caddy")
            assert process.poll() is None, (folder / "caddy.log").read_text("utf-8")
            yield url
        finally:
            process.terminate()


def _responds(url: str) -> bool:
    try:
        httpx.get(url, trust_env=False)
    except httpx.TransportError:
        return False
    return True


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningServer, str]]:
    """A server without a model, and the address of its Caddy."""
    folder = tmp_path_factory.mktemp("behind")
    environment = {"PAISHI_WEIGHTS": "/nowhere/x.h5", "PAISHI_PROXIES": "127.0.0.1"}
    with (
        run_server(folder / "output", until="/livez", **environment) as server,
        before(server.url.removeprefix("http://"), folder) as url,
    ):
        assert answers(f"{url}/livez")
        yield server, url


def test_photos_pass(behind: tuple[RunningServer, str]) -> None:
    answer = httpx.post(f"{behind[1]}/image", files={"image": file_of(noise())}, trust_env=False)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")


@pytest.mark.parametrize("megabytes", [21, 150])
def test_a_body_that_is_too_large_gets_the_servers_own_response(
    behind: tuple[RunningServer, str], megabytes: int
) -> None:
    body = bytes(megabytes * 1_000_000)
    answer = httpx.post(f"{behind[1]}/image", files={"image": body}, trust_env=False, timeout=60)
    problem_of(answer, 413, "image-too-large")


def test_a_header_that_is_too_large_does_not_reach_the_server(behind: tuple[RunningServer, str]) -> None:
    answer = httpx.get(f"{behind[1]}/livez", headers={"X-Long": "x" * 24_000}, trust_env=False)
    assert answer.status_code == 431


def test_without_the_server_phones_are_told_to_try_again(tmp_path: Path) -> None:
    with before(f"127.0.0.1:{free_port()}", tmp_path) as url:
        answer = httpx.get(f"{url}/readyz", trust_env=False)
    assert problem_of(answer, 503, "not-answering").retry_after == 5
