"""A folder of files on this machine or in any storage of fsspec."""

import asyncio
import os
from collections.abc import Callable, Iterable
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
_SLOTS = 8
_RETRY_AFTER_S = 30


_BLOCK = 4096


def space_of(size: int) -> int:
    """Bytes that a file of `size` bytes takes in its store: whole blocks, and one more for its entry and, if
    its label is new, a folder. Otherwise pictures of one pixel would take a store far beyond its bound."""
    return (size // _BLOCK + 2) * _BLOCK


class Stored(NamedTuple):
    """A file: path within the folder, with forward slashes, and the bytes that it takes (see `space_of`)."""

    name: str
    space: int


class Folder:
    """The folder at `address`: a path, or an fsspec address such as `s3://bucket/echoes`.

    Blocking; raises what the file system raises. Raises Misconfigured for an invalid address.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        try:
            self._files: Any
            self._files, root = fsspec.core.url_to_fs(os.path.expanduser(address))
        except ImportError as error:
            raise Misconfigured(f"{address} needs a package that is not installed: {error}") from error
        except ValueError as error:
            raise Misconfigured(f"{address} is not the address of a folder: {error}") from error
        self._root = root.rstrip("/")
        self._is_local = isinstance(self._files, LocalFileSystem)

    @property
    def local(self) -> Path | None:
        """The folder's path, None in an object store."""
        return Path(self._root) if self._is_local else None

    def exists(self) -> bool:
        """Whether there is the folder; object stores have none, so there it is true."""
        return not self._is_local or Path(self._root).is_dir()

    def write(self, name: str, data: bytes) -> None:
        """Writes the file as a whole or not at all."""
        path = f"{self._root}/{name}"
        if not self._is_local:  # object stores show only complete objects
            self._files.pipe_file(path, data)
            return
        Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(Path(path), data)

    def create(self, name: str, data: bytes) -> bool:
        """Writes the file unless there is one; returns whether it did.

        For object stores. With those that know no exclusive write, two that write in the same moment may both
        be told that they did.
        """
        if self.read(name) is not None:
            return False
        path = f"{self._root}/{name}"
        try:
            self._files.pipe_file(path, data, mode="create")
        except FileExistsError:
            return False
        except Exception:
            # Every storage says in its own way that it knows no such mode, or has the file.
            if self.read(name) is not None:
                return False
            self._files.pipe_file(path, data)
        return True

    def read(self, name: str) -> bytes | None:
        """Returns the content, None if there is no such file."""
        try:
            data: bytes = self._files.cat_file(f"{self._root}/{name}")
        except FileNotFoundError:
            return None
        return data

    def read_all(self, names: Iterable[str]) -> dict[str, bytes]:
        """Returns the content of each of `names` that exists; an object store sends them together."""
        if self._is_local:
            return {name: data for name in names if (data := self.read(name)) is not None}
        paths = {f"{self._root}/{name}": name for name in names}
        # No call for none: fsspec takes that for a missing file.
        found = self._files.cat(list(paths), on_error="omit") if paths else {}
        return {paths[path]: data for path, data in found.items()}

    def drop(self, name: str) -> None:
        with suppress(FileNotFoundError):
            self._files.rm_file(f"{self._root}/{name}")

    def prune(self, name: str) -> None:
        """Removes the folder `name` and those above it, if they are empty; object stores have none.

        Nobody may write there meanwhile: `write` needs the folder that it has made.
        """
        if self._is_local:
            with suppress(OSError):
                for folder in (Path(self._root, name), *Path(name).parents[:-1]):
                    Path(self._root, folder).rmdir()

    def all(self, under: str = "") -> list[Stored]:
        """Returns every file at any depth, or those below the folder `under`, sorted by name."""
        self._files.invalidate_cache()
        try:
            found = self._files.find(f"{self._root}/{under}".rstrip("/"), detail=True)
        except FileNotFoundError:
            return []
        start = len(self._root) + 1
        return [
            Stored(path[start:], space_of(int(entry["size"] or 0))) for path, entry in sorted(found.items())
        ]


class FolderAccess:
    """Runs blocking calls in at most 8 threads of its own, so that a store that hangs blocks nothing else.

    A thread keeps its slot until it ends, even if its caller has given up: otherwise ever more threads, each
    with its picture, would hang with the store. For one event loop.
    """

    def __init__(self) -> None:
        self._slots = asyncio.Semaphore(_SLOTS)
        self._began: dict[asyncio.Future[Any], float] = {}

    async def __call__(self, work: Callable[[], T]) -> T:
        """Returns what `work` returns. Raises StoreUnavailable if `work` fails, or does not end within 10 s
        including the wait for a slot; at once if all slots hang."""
        try:
            if self._hangs():
                raise TimeoutError("all slots hang")
            async with asyncio.timeout(_LIMIT_S):
                await self._slots.acquire()
                return await asyncio.shield(self._start(work))
        except Exception as error:  # every store has exceptions of its own
            raise StoreUnavailable(
                "The server's store does not respond. Try again later.", retry_after=_RETRY_AFTER_S
            ) from error

    def _hangs(self) -> bool:
        if len(self._began) < _SLOTS:
            return False
        return asyncio.get_running_loop().time() - max(self._began.values()) >= _LIMIT_S

    def _start(self, work: Callable[[], T]) -> asyncio.Future[T]:
        running = asyncio.ensure_future(in_daemon_thread(work, "store"))
        self._began[running] = asyncio.get_running_loop().time()
        running.add_done_callback(self._ended)
        return running

    def _ended(self, running: asyncio.Future[Any]) -> None:
        del self._began[running]
        self._slots.release()
        if not running.cancelled():
            running.exception()  # or asyncio logs an exception never retrieved
