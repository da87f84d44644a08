"""A folder of files on this machine or anywhere that fsspec reaches."""

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import fsspec
from fsspec.implementations.local import LocalFileSystem

from paishi.problems.kinds import StoreUnavailable
from paishi.settings import Misconfigured
from paishi.system.atomic_write import write_whole
from paishi.system.daemon_thread import in_daemon_thread

T = TypeVar("T")
_LIMIT_S = 10.0
_AT_ONCE = 8
_RETRY_AFTER_S = 30


class Stored(NamedTuple):
    """A file: its path within the folder, with forward slashes, and its bytes."""

    name: str
    size: int


class Folder:
    """`address` is a path, or an address as fsspec has them, such as `s3://bucket/echoes`.

    Blocking; raises what the file system raises. Raises Misconfigured for an address that leads nowhere.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        try:
            self._files: Any
            self._files, root = fsspec.core.url_to_fs(os.path.expanduser(address))
        except ImportError as error:
            raise Misconfigured(f"{address} needs a package that is not installed: {error}") from error
        except ValueError as error:
            raise Misconfigured(f"{address} is no address of a folder: {error}") from error
        self._root = root.rstrip("/")
        self._is_local = isinstance(self._files, LocalFileSystem)

    def write(self, name: str, data: bytes) -> None:
        """Whole or not at all."""
        path = f"{self._root}/{name}"
        if not self._is_local:  # what stores objects shows them when they are whole
            self._files.pipe_file(path, data)
            return
        Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(Path(path), data)

    def read(self, name: str) -> bytes | None:
        """None where there is none."""
        try:
            data: bytes = self._files.cat_file(f"{self._root}/{name}")
        except FileNotFoundError:
            return None
        return data

    def drop(self, name: str) -> None:
        with suppress(FileNotFoundError):
            self._files.rm_file(f"{self._root}/{name}")

    def all(self) -> list[Stored]:
        """Every file below, in the order of their names."""
        self._files.invalidate_cache()
        try:
            found = self._files.find(self._root, detail=True)
        except FileNotFoundError:
            return []
        start = len(self._root) + 1
        return [Stored(path[start:], int(entry["size"] or 0)) for path, entry in sorted(found.items())]


class FolderAccess:
    """Calls what blocks in threads of its own, so that a store that hangs holds up nothing else.

    A thread keeps its place until it ends, also when nobody waits for it any more: else ever more of them,
    each with its picture, would hang for as long as the store does. Used from one event loop.
    """

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._began: dict[asyncio.Future[Any], float] = {}

    async def __call__(self, work: Callable[[], T]) -> T:
        """Waits for a place, unless all are taken by what hangs. Raises StoreUnavailable where that or `work`
        takes too long, or `work` fails."""
        try:
            if self._hangs():
                raise TimeoutError("all places hang")
            async with asyncio.timeout(_LIMIT_S):
                await self._places.acquire()
                return await asyncio.shield(self._start(work))
        except Exception as error:  # every store has exceptions of its own
            raise StoreUnavailable(
                "The server's store does not answer. Try again later.", retry_after=_RETRY_AFTER_S
            ) from error

    def _hangs(self) -> bool:
        if len(self._began) < _AT_ONCE:
            return False
        return asyncio.get_running_loop().time() - max(self._began.values()) >= _LIMIT_S

    def _start(self, work: Callable[[], T]) -> asyncio.Future[T]:
        running = asyncio.ensure_future(in_daemon_thread(work, "store"))
        self._began[running] = asyncio.get_running_loop().time()
        running.add_done_callback(self._ended)
        return running

    def _ended(self, running: asyncio.Future[Any]) -> None:
        del self._began[running]
        self._places.release()
        if not running.cancelled():
            running.exception()  # or asyncio logs that nobody asked, where nobody waited any more
