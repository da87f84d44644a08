"""The folder in which servers and `python -m paishi use` meet: `<KERAS_HOME>/paishi/run`."""

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout
from pydantic import ValidationError

from paishi.control.messages import Message, ServerRecord, SwapRequest, SwapStatus
from paishi.system.atomic_write import write_whole

_LARGEST = 64 * 1024
M = TypeVar("M", bound=Message)


class RunFolder:
    """Four small files a port. Nobody but this user can write one, and what another user wrote is not read.

    Only the server that listens on a port holds the port's lock, and the system lets go of it when that
    process ends, however it ends: a process id could by then be another program's. Nor is a process id
    good for a signal where server and operator are in different containers that share the folder.
    """

    def __init__(self, keras_home: Path) -> None:
        self.path = keras_home / "paishi" / "run"

    def make(self) -> None:
        """Raises OSError where it cannot be had for this user alone."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name == "posix":
            found = self.path.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
                raise PermissionError(None, "it is not a folder of this user")
            self.path.chmod(0o700)
        # A read-only disk shows only when something is written.
        probe = self.path / f".{secrets.token_hex(8)}"
        probe.touch()
        probe.unlink()

    def record(self, port: int) -> Path:
        return self.path / f"{port}.json"

    def request(self, port: int) -> Path:
        return self.path / f"{port}.order.json"

    def status(self, port: int) -> Path:
        return self.path / f"{port}.outcome.json"

    @contextmanager
    def stand(self, record: ServerRecord) -> Iterator[None]:
        """Makes a server known until the block ends. Raises OSError, also where another one has its port."""
        self.make()
        lock = FileLock(self._lock(record.port), timeout=2, mode=0o600)
        try:
            lock.acquire()
        except Timeout as error:
            raise FileExistsError(None, f"another server has port {record.port}") from error
        try:
            self._clear(record.port)  # an order to a server that has ended is not for this one
            write(self.record(record.port), record)
            yield
        finally:
            self._clear(record.port)
            lock.release()

    def runs(self, port: int) -> bool:
        """Whether a server that made itself known on `port` is alive."""
        if not self.record(port).exists():
            return False
        lock = FileLock(self._lock(port), timeout=0, mode=0o600)
        try:
            lock.acquire()
        except Timeout:
            return True
        lock.release()
        return False

    def running(self) -> list[ServerRecord]:
        """The servers that can be told something, by their ports."""
        ports = sorted(int(file.stem) for file in self.path.glob("*.json") if file.stem.isdecimal())
        found = (read(self.record(port), ServerRecord) for port in ports if self.runs(port))
        return [record for record in found if record]

    def take_request(self, port: int) -> SwapRequest | None:
        """The order that waits, once. Raises OSError or ValueError for one that cannot be read or obeyed."""
        file = self.request(port)
        if not file.exists():
            return None
        try:
            return read(file, SwapRequest)
        finally:
            file.unlink(missing_ok=True)

    @contextmanager
    def alone(self, port: int) -> Iterator[None]:
        """One who orders at a time. Raises Timeout where another is at it."""
        with FileLock(self.path / f"{port}.order.lock", timeout=0, mode=0o600):
            yield

    def _lock(self, port: int) -> Path:
        return self.path / f"{port}.lock"

    def _clear(self, port: int) -> None:
        for file in (self.record(port), self.request(port), self.status(port)):
            with suppress(OSError):
                file.unlink(missing_ok=True)


def write(file: Path, message: Message) -> None:
    """Whole or not at all, and for this user alone. Raises OSError."""
    write_whole(file, message.model_dump_json().encode(), 0o600)


def read(file: Path, form: type[M]) -> M | None:
    """None where there is no such file.

    Raises PermissionError for another user's file, ValueError for one that holds anything else.
    """
    try:
        # Not through a link, and not waiting for a pipe's other end; Windows knows neither flag.
        flags = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        descriptor = os.open(file, os.O_RDONLY | flags)
    except FileNotFoundError:
        return None
    with open(descriptor, "rb") as stream:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or (os.name == "posix" and found.st_uid != os.geteuid()):
            raise PermissionError(None, f"{file} is not a file of this user")
        content = stream.read(_LARGEST)
    try:
        return form.model_validate_json(content)
    except ValidationError as error:
        raise ValueError(f"{file} is not what it should be: {error.errors()[0]['msg']}") from error


def read_status(folder: RunFolder, port: int, request: str) -> SwapStatus | None:
    """How far the order with this id has come; None before the server has taken it."""
    status = read(folder.status(port), SwapStatus)
    return status if status and status.id == request else None
