"""The folder through which `paishi use` reaches running servers: `<KERAS_HOME>/paishi/run`.

Files, because they work on every system and between containers that share the folder: a signal crosses no
container, Windows has no Unix sockets, and an HTTP route could be called by other users.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal, TypeVar

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from paishi.contract import MissingWeights
from paishi.system.atomic_write import write_whole

_LARGEST = 64 * 1024


class SwapRequest(BaseModel):
    """A request to serve `model`, as in PAISHI_MODEL. `weights` is as in PAISHI_WEIGHTS, None for a
    default."""

    model_config = ConfigDict(extra="forbid")

    id: str
    model: str
    weights: str | None = None


class ServerRecord(BaseModel):
    """A running server, its model, and the state of the last request that it took.

    `percent` is of a download, None if there is none; `reason` is why the request failed, `missing` the file
    that it lacked, if that is known.
    """

    port: int
    model: str
    request: str = ""
    state: Literal["loading", "done", "failed"] = "done"
    percent: int | None = None
    reason: str = ""
    missing: MissingWeights | None = None


M = TypeVar("M", SwapRequest, ServerRecord)


class RunFolder:
    """A record, a request and two locks for each port, which only this user can write.

    A server holds the lock of its port, and the system releases it when the process ends in any way: a
    record whose lock is free is a dead server's. A process id could belong to another program by then.
    """

    def __init__(self, keras_home: Path) -> None:
        self.path = keras_home / "paishi" / "run"

    def make(self) -> None:
        """Raises OSError."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def record(self, port: int) -> Path:
        return self.path / f"{port}.json"

    def request(self, port: int) -> Path:
        return self.path / f"{port}.request.json"

    def lock(self, name: str, timeout_s: float = 0) -> FileLock:
        """Raises Timeout, an OSError, if another process holds it."""
        return FileLock(self.path / f"{name}.lock", timeout=timeout_s, mode=0o600)

    @contextmanager
    def register(self, record: ServerRecord) -> Iterator[None]:
        """Lists a server until the block ends. Raises OSError, also if another server has its port."""
        self.make()
        with self.lock(str(record.port), timeout_s=2):
            try:
                self.request(record.port).unlink(missing_ok=True)  # for the server before this one
                write(self.record(record.port), record)
                yield
            finally:
                with suppress(OSError):
                    self.record(record.port).unlink(missing_ok=True)

    def server(self, port: int) -> ServerRecord | None:
        """Returns the server on `port`, None if none runs. Raises OSError or ValueError as `read`."""
        try:
            with self.lock(str(port)):
                return None
        except Timeout:
            return read(self.record(port), ServerRecord)

    def servers(self) -> list[ServerRecord]:
        """Returns the running servers, by port. Raises OSError or ValueError as `read`."""
        ports = sorted(int(file.stem) for file in self.path.glob("*.json") if file.stem.isdecimal())
        return [record for port in ports if (record := self.server(port))]

    def take_request(self, port: int) -> SwapRequest | None:
        """Removes and returns the pending request. Raises OSError or ValueError as `read`."""
        try:
            return read(self.request(port), SwapRequest)
        finally:
            self.request(port).unlink(missing_ok=True)


def write(file: Path, message: BaseModel) -> None:
    """Replaces `file` as a whole, readable by this user only. Raises OSError."""
    write_whole(file, message.model_dump_json().encode(), 0o600)


def read(file: Path, form: type[M]) -> M | None:
    """Returns the content of `file`, None if it does not exist.

    Raises PermissionError for another user's file, other OSErrors, and ValueError for any other content.
    """
    try:
        # Neither through a link nor waiting for the other end of a pipe; Windows has neither flag.
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
        raise ValueError(f"{file} is invalid: {error.errors()[0]['msg']}") from error
