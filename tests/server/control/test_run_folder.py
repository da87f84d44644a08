"""Who may tell a server something, and which server."""

import errno
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from paishi.control.client_side import SwapFailed, request
from paishi.control.messages import ServerRecord, SwapRequest
from paishi.control.run_folder import RunFolder, read, write

posix = pytest.mark.skipif(os.name != "posix", reason="owners and modes as POSIX has them")
ORDER = SwapRequest(id="1", model="MobileNet")


def record(port: int) -> ServerRecord:
    return ServerRecord(
        pid=os.getpid(), started=datetime.now(UTC), host="127.0.0.1", port=port, model="ResNet50", weights="x"
    )


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    folder = RunFolder(tmp_path)
    folder.make()
    return folder


def test_several_servers_are_told_apart_and_ended_ones_forgotten(folder: RunFolder) -> None:
    with folder.stand(record(5001)):
        with folder.stand(record(5000)):
            assert [found.port for found in folder.running()] == [5000, 5001]
        assert [found.port for found in folder.running()] == [5001]
    assert folder.running() == []


def test_a_server_that_was_killed_is_no_server_whatever_its_process_id_is_now(folder: RunFolder) -> None:
    write(folder.record(5000), record(5000))  # with a process id that lives
    assert folder.running() == []
    with pytest.raises(SwapFailed, match="ended"):
        request(folder, 5000, "MobileNet", None)
    assert not folder.request(5000).exists()


def test_an_order_to_a_server_that_has_ended_is_not_for_the_next(folder: RunFolder) -> None:
    write(folder.request(5000), ORDER)
    with folder.stand(record(5000)):
        assert folder.take_request(5000) is None


def test_two_servers_cannot_have_one_name(folder: RunFolder) -> None:
    with folder.stand(record(5000)):
        with pytest.raises(OSError, match="another server"), folder.stand(record(5000)):
            pass
        assert [found.port for found in folder.running()] == [5000]


def test_an_order_is_taken_once(folder: RunFolder) -> None:
    write(folder.request(5000), ORDER)
    assert folder.take_request(5000) == ORDER
    assert folder.take_request(5000) is None


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"id": "1"}', b"\x80\x04K\x01.", b'{"id":"1","model":"x","run":"y"}']
)
def test_nonsense_is_thrown_away(folder: RunFolder, content: bytes) -> None:
    folder.request(5000).write_bytes(content)
    with pytest.raises(ValueError, match="not what it should be"):
        folder.take_request(5000)
    assert folder.take_request(5000) is None


@posix
def test_everything_is_for_this_user_alone(folder: RunFolder) -> None:
    folder.path.chmod(0o777)
    with folder.stand(record(5000)):
        write(folder.request(5000), ORDER)
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.path.iterdir()}
        assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
        assert set(modes) == {"5000.json", "5000.order.json", "5000.lock"}
        assert set(modes.values()) == {0o600}


@posix
def test_links_and_pipes_are_not_followed(folder: RunFolder, tmp_path: Path) -> None:
    write(tmp_path / "elsewhere", ORDER)
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
def test_another_users_order_is_not_obeyed(folder: RunFolder) -> None:
    write(folder.request(5000), ORDER)
    os.chown(folder.request(5000), 65534, 65534)
    with pytest.raises(PermissionError):
        read(folder.request(5000), SwapRequest)
    os.chown(folder.path, 65534, 65534)
    with pytest.raises(PermissionError):
        folder.make()


def test_a_folder_that_is_a_link_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "paishi").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "paishi" / "run").symlink_to(tmp_path / "other")
    with pytest.raises(OSError, match="folder"):
        RunFolder(tmp_path).make()


def test_one_who_orders_at_a_time(folder: RunFolder) -> None:
    with folder.stand(record(5000)), folder.alone(5000), pytest.raises(SwapFailed, match="just now"):
        request(folder, 5000, "MobileNet", None)
