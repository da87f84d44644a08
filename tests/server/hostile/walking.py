"""A folder of any files through the decoder, and what became of them."""

import multiprocessing
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import NamedTuple

from paishi.problems.kinds import PhotoError
from tests.server.photo.decoding import decode, end_workers

_UNIT = 1_000_000 if sys.platform == "darwin" else 1000
_SHOWN = 10


class Outcome(NamedTuple):
    """`seconds` for reading it whole and reduced; `memory` in MB, the most so far, here and in a worker."""

    file: Path
    what: str
    seconds: float
    memory: tuple[int, int]


def walk(folder: Path, max_pixels: int) -> int:
    """Returns how many files made the decoder fail otherwise than it may: 0 is a pass."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    outcomes = list(_outcomes(files, max_pixels))
    print(f"{len(outcomes)} files")
    for what, count in Counter(outcome.what for outcome in outcomes).most_common():
        print(f"{count:7}  {what}")
    print("slowest:")
    for outcome in sorted(outcomes, key=lambda outcome: -outcome.seconds)[:_SHOWN]:
        print(f"{outcome.seconds:7.2f} s  {outcome.what}  {outcome.file}")
    print("most memory, MB in the process and in its workers, and where it grew to that:")
    for index in (0, 1):
        most = max((outcome.memory[index] for outcome in outcomes), default=0)
        print(f"{most:7}  {next((out.file for out in outcomes if out.memory[index] == most), None)}")
    failed = [outcome for outcome in outcomes if outcome.what.startswith("FAILED")]
    for outcome in failed:
        print(f"{outcome.what}: {outcome.file}")
    return len(failed)


def _outcomes(files: list[Path], max_pixels: int) -> Iterator[Outcome]:
    """A process of its own, so that one that crashes costs one file."""
    waiting = iter(files)
    while (file := next(waiting, None)) is not None:
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            try:
                while file is not None:
                    yield pool.submit(_decoded, file, max_pixels).result()
                    file = next(waiting, None)
            except BrokenProcessPool:
                assert file
                yield Outcome(file, "FAILED: the process crashed", 0, (0, 0))


def _decoded(file: Path, max_pixels: int) -> Outcome:
    data = file.read_bytes()
    began = time.perf_counter()
    what = " / ".join(dict.fromkeys(_outcome(data, max_pixels, short_side) for short_side in (512, None)))
    seconds = time.perf_counter() - began
    if seconds > 1:
        end_workers()  # only those that have ended are counted below
    here, there = (
        resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return Outcome(file, what, seconds, (here // _UNIT, there // _UNIT))


def _outcome(data: bytes, max_pixels: int, short_side: int | None) -> str:
    try:
        decode(data, max_pixels=max_pixels, short_side=short_side, colour_managed=short_side is None)
    except PhotoError as error:
        return type(error).__name__
    except BaseException as error:
        return f"FAILED: {type(error).__name__}: {error}"
    return "read"
