"""Requests to running servers: which server, from which user."""

import errno
import os
import stat
from pathlib import Path

import pytest

from paishi.cli.use import SwapFailed, request_swap
from paishi.control.run_folder import RunFolder, ServerRecord, SwapRequest, read, write

posix = pytest.mark.skipif(os.name != "posix", reason="owners and modes as POSIX has them")
REQUEST = SwapRequest(id="1", model="MobileNet")


def record(port: int) -> ServerRecord:
    return ServerRecord(port=port, model="ResNet50")


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    folder = RunFolder(tmp_path)
    folder.make()
    return folder


def ports(folder: RunFolder) -> list[int]:
    return [server.port for server in folder.servers()]


def test_several_servers_are_told_apart_and_stopped_ones_forgotten(folder: RunFolder) -> None:
    with folder.register(record(5001)):
        with folder.register(record(5000)):
            assert ports(folder) == [5000, 5001]
        assert ports(folder) == [5001]
    assert ports(folder) == []


@pytest.mark.parametrize("content", [record(5000).model_dump_json(), "damaged"])
def test_a_server_that_was_killed_is_no_server(folder: RunFolder, content: str) -> None:
    folder.record(5000).write_text(content)
    assert ports(folder) == []
    with pytest.raises(SwapFailed, match="stopped"):
        request_swap(folder, REQUEST, record(5000))
    assert not folder.request(5000).exists()


def test_a_request_to_a_server_that_has_stopped_is_not_for_the_next(folder: RunFolder) -> None:
    write(folder.request(5000), REQUEST)
    with folder.register(record(5000)):
        assert folder.take_request(5000) is None


def test_two_servers_cannot_have_one_port(folder: RunFolder) -> None:
    with folder.register(record(5000)):
        with pytest.raises(OSError, match="lock"), folder.register(record(5000)):
            pass
        assert ports(folder) == [5000]


def test_a_request_is_taken_once(folder: RunFolder) -> None:
    write(folder.request(5000), REQUEST)
    assert folder.take_request(5000) == REQUEST
    assert folder.take_request(5000) is None


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"id": "1"}', b"\x80\x04K\x01.", b'{"id":"1","model":"x","run":"y"}']
)
def test_nonsense_is_thrown_away(folder: RunFolder, content: bytes) -> None:
    folder.request(5000).write_bytes(content)
    with pytest.raises(ValueError, match="is invalid"):
        folder.take_request(5000)
    assert folder.take_request(5000) is None


@posix
def test_only_this_user_can_read_and_write(folder: RunFolder) -> None:
    with folder.register(record(5000)):
        write(folder.request(5000), REQUEST)
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.path.iterdir()}
        assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
        assert set(modes) == {"5000.json", "5000.request.json", "5000.lock"}
        assert set(modes.values()) == {0o600}


@posix
def test_links_and_pipes_are_not_followed(folder: RunFolder, tmp_path: Path) -> None:
    write(tmp_path / "elsewhere", REQUEST)
    folder.request(5000).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match=os.strerror(errno.ELOOP)):
        folder.take_request(5000)
    os.mkfifo(folder.request(5000))
    with pytest.raises(PermissionError):
        folder.take_request(5000)
    assert not folder.request(5000).exists()


@pytest.mark.skipif(
    os.name != "posix" or os.geteuid() != 0, reason="only root can give files to another user"
)
def test_another_users_request_is_refused(folder: RunFolder) -> None:
    """Also where that user could put it: in a folder that is not this user's."""
    write(folder.request(5000), REQUEST)
    os.chown(folder.request(5000), 65534, 65534)
    os.chown(folder.path, 65534, 65534)
    with pytest.raises(PermissionError):
        read(folder.request(5000), SwapRequest)


def test_one_swap_at_a_time(folder: RunFolder) -> None:
    with (
        folder.register(record(5000)),
        folder.lock("5000.request"),
        pytest.raises(SwapFailed, match="is switching"),
    ):
        request_swap(folder, REQUEST, record(5000))
