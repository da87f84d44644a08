"""Decoding processes: when one starts, what its death costs, and that none is left behind."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest

from paishi.problems.kinds import PhotoTakesTooLong, PhotoTooManyPixels, PhotoUnreadable, ResourcesExhausted
from tests.server.api.conftest import started
from tests.server.conftest import ROOT, wait_for
from tests.server.hostile.making import GOOD, flat, more_scans
from tests.server.photo.decoding import LIMIT_S, decode, end_workers, limit_decoding
from tests.server.photo.scenes import MANY, decoded, scene
from tests.server.pictures import file_of

SCAN_BOMB = more_scans(file_of(flat(2000, 2000), "JPEG", progressive=True), 20_000)
HEIF = file_of(scene(), "HEIF")

lists_children = pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists a process's children")


@pytest.fixture(autouse=True)
def impatient() -> Iterator[None]:
    limit_decoding(0.5, 4)
    yield
    limit_decoding(LIMIT_S, 4)


def children() -> set[int]:
    """Zombies too."""
    found = set()
    for each in Path("/proc/self/task").glob("*/children"):
        with suppress(OSError):  # of a thread that has just ended; its children are another's then
            found |= {int(child) for child in each.read_text().split()}
    return found


@lists_children
def test_cheap_photos_need_no_process_and_the_others_share_one() -> None:
    before = children()
    for kind in ("JPEG", "PNG", "WEBP"):
        decode(file_of(scene(), kind), max_pixels=MANY)
    assert children() == before
    for _ in range(3):
        decode(HEIF, max_pixels=MANY)
    assert len(children() - before) == 1
    end_workers()
    assert children() == before


@lists_children
def test_a_photo_that_takes_too_long_costs_its_process_and_nothing_else() -> None:
    before, expected = children(), decoded(HEIF)
    for _ in range(2):
        with pytest.raises(PhotoTakesTooLong, match=r"0\.5 s"):
            decode(SCAN_BOMB, max_pixels=MANY)
        assert children() == before
        assert np.array_equal(decoded(HEIF), expected)
        end_workers()


@lists_children
def test_many_threads_share_few_processes() -> None:
    limit_decoding(30, 2)
    before, expected, most = children(), decoded(HEIF), 0
    with ThreadPoolExecutor(8) as pool:
        tasks = [pool.submit(decoded, HEIF) for _ in range(60)]
        for task in tasks:
            most = max(most, len(children() - before))
            assert np.array_equal(task.result(), expected)
    assert 1 <= most <= 2


@lists_children
def test_a_killed_process_is_replaced() -> None:
    before, expected = children(), decoded(HEIF)
    (worker,) = children() - before
    os.kill(worker, signal.SIGKILL)
    # Its first thread is listed as ended a moment before the others are.
    threads = Path(f"/proc/{worker}/task")
    wait_for(lambda: state(worker) == "Z" and len([*threads.iterdir()]) == 1, 10, "the end of the worker")
    assert np.array_equal(decoded(HEIF), expected)
    assert worker not in children()


@lists_children
def test_a_process_that_is_killed_between_two_photos_costs_neither() -> None:
    before, expected = children(), decoded(HEIF)
    for _ in range(20):
        (worker,) = children() - before
        os.kill(worker, signal.SIGKILL)
        assert np.array_equal(decoded(HEIF), expected)


@contextmanager
def each_worker_killed(count: int, ticks: int, by: signal.Signals = signal.SIGKILL) -> Iterator[list[int]]:
    """Kills the first `count` workers as soon as each has had `ticks` of CPU time; yields those killed."""
    before, killed, done = children(), list[int](), threading.Event()

    def kill() -> None:
        while len(killed) < count and not done.is_set():
            for worker in children() - before - {*killed}:
                if processor_ticks(worker) >= ticks:
                    os.kill(worker, by)
                    killed.append(worker)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        yield killed
    finally:
        done.set()
        killer.join()


SLOW = more_scans(file_of(flat(2000, 2000), "JPEG", progressive=True), 1500)
STARTING, IN_MID_PHOTO = 0, 60


@lists_children
@pytest.mark.parametrize("ticks", [STARTING, IN_MID_PHOTO])
def test_a_photo_whose_process_is_killed_gets_a_second_one(ticks: int) -> None:
    """As by the kernel, when memory is short."""
    limit_decoding(60, 1)
    before = children()
    with each_worker_killed(1, ticks) as killed:
        assert decode(SLOW, max_pixels=MANY).size == (2000, 2000)
    assert len(killed) == 1
    assert len(children() - before) == 1


@lists_children
@pytest.mark.parametrize("ticks", [STARTING, IN_MID_PHOTO])
def test_after_two_killed_processes_the_server_is_to_blame(ticks: int) -> None:
    limit_decoding(60, 1)
    before = children()
    with each_worker_killed(2, ticks) as killed, pytest.raises(ResourcesExhausted) as error:
        decode(SLOW, max_pixels=MANY)
    assert len(killed) == 2
    assert (error.value.status, error.value.code) == (503, "overloaded")
    assert error.value.retry_after
    assert children() == before
    assert decoded(HEIF).shape == (64, 96, 3)


@lists_children
def test_a_photo_that_crashes_the_decoder_is_damaged_and_not_tried_again() -> None:
    limit_decoding(60, 1)
    with (
        each_worker_killed(2, IN_MID_PHOTO, signal.SIGSEGV) as killed,
        pytest.raises(PhotoUnreadable, match="damaged"),
    ):
        decode(SLOW, max_pixels=MANY)
    assert len(killed) == 1


FEW_DESCRIPTORS = """
import os, resource, sys
from paishi.problems.kinds import ResourcesExhausted
from tests.server.photo.decoding import decode, end_workers
heif = sys.stdin.buffer.read()
def open_ones(): return sorted(os.listdir("/proc/self/fd"))
before, most = open_ones(), resource.getrlimit(resource.RLIMIT_NOFILE)
for more in range(8):
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(before) - 1 + more, most[1]))
    try:
        decode(heif, max_pixels=10**6)
        print("decoded")
    except ResourcesExhausted as error:
        print(error.status)
    resource.setrlimit(resource.RLIMIT_NOFILE, most)
    end_workers()
    assert open_ones() == before
"""
NO_PROCESSES = """
import os, resource, sys
from paishi.problems.kinds import ResourcesExhausted
from tests.server.photo.decoding import decode
heif = sys.stdin.buffer.read()
if not os.geteuid():
    os.setuid(54321)  # root has no such limit
resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
try:
    decode(heif, max_pixels=10**6)
except ResourcesExhausted as error:
    print(error.status)
"""


def outcomes(code: str) -> list[str]:
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, input=HEIF, capture_output=True, check=True)
    return run.stdout.decode().split()


@lists_children
def test_without_descriptors_for_its_pipes_the_server_is_to_blame() -> None:
    """One more may be open each time: the first pipe fails, then the second, then the one of the fork."""
    found = outcomes(FEW_DESCRIPTORS)
    assert found[:4] == ["503"] * 4
    assert found[-1] == "decoded"


@lists_children
def test_without_another_process_the_server_is_to_blame() -> None:
    assert outcomes(NO_PROCESSES) == ["503"]


@pytest.mark.parametrize("interpreter", ["gone", shutil.which("false")])
def test_over_http_a_process_that_does_not_start_is_a_503(
    interpreter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with started() as client:
        with monkeypatch.context() as broken:
            broken.setattr(sys, "executable", interpreter)
            for path in ("/predict", "/image"):
                answer = client.post(path, files={"image": HEIF})
                assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")
                assert int(answer.headers["Retry-After"]) == answer.json()["retry_after"] > 0
            assert client.post("/predict", files={"image": GOOD}).status_code == 200
        assert client.post("/predict", files={"image": HEIF}).status_code == 200


@lists_children
def test_it_ignores_signals_to_the_process_group() -> None:
    before, expected = children(), decoded(HEIF)
    (worker,) = children() - before
    for name in (signal.SIGINT, signal.SIGTERM):
        os.kill(worker, name)
    assert np.array_equal(decoded(HEIF), expected)
    assert children() - before == {worker}


PARENT = """
import pathlib, sys, threading
from tests.server.photo.decoding import decode, limit_decoding
limit_decoding(60, 1)
bomb = sys.stdin.buffer.read()
threading.Thread(target=lambda: decode(bomb, max_pixels=10**8), daemon=True).start()
while not (found := "".join(p.read_text() for p in pathlib.Path("/proc/self/task").glob("*/children"))):
    pass
print(found, flush=True)
threading.Event().wait()
"""


@lists_children
@pytest.mark.parametrize("way", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_with_its_parent_in_the_middle_of_a_photo(way: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdin
        assert parent.stdout
        parent.stdin.write(SCAN_BOMB)
        parent.stdin.close()
        worker = int(parent.stdout.readline())
        wait_for(lambda: processor_ticks(worker) > 50, 30, "the worker to be busy")
        parent.send_signal(way)
    wait_for(lambda: state(worker) in ("Z", ""), 10, "the end of the worker")


def state(process: int) -> str:
    """State as ps shows it, "" if the process is gone; an orphan may stay "Z"."""
    fields = stat(process)
    return fields[0] if fields else ""


def processor_ticks(process: int) -> int:
    fields = stat(process)
    return int(fields[11]) if fields else 0


def stat(process: int) -> list[str]:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


@pytest.mark.parametrize("kind", ["GIF", "BMP"])
def test_a_gif_or_bmp_is_not_reduced(kind: str) -> None:
    file = file_of(scene(640, 480), kind)
    assert np.array_equal(decoded(file, short_side=100), decoded(file))


@pytest.mark.parametrize("kind", ["HEIF", "AVIF"])
def test_a_reduced_picture_is_a_mean_of_the_whole(kind: str) -> None:
    limit_decoding(30, 2)
    file = file_of(scene(640, 480), kind)
    whole, reduced = decoded(file), decoded(file, short_side=100)
    assert reduced.shape == (120, 160, 3)
    means = whole.reshape(120, 4, 160, 4, 3).mean((1, 3))
    assert np.abs(means - reduced).max() <= 1


@lists_children
def test_memory_is_bounded_to_that_of_valid_pictures() -> None:
    code = (
        "from paishi.photo.sandbox.limits import limit_memory; limit_memory(10_000_000)\n"
        "bytes(300_000_000)\n"
        "try: bytes(600_000_000)\n"
        "except MemoryError: print('bounded')"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (run.stdout, run.stderr) == ("bounded\n", "")


@lists_children
def test_a_picture_larger_than_memory_allows_is_too_large() -> None:
    """A GIF with stray bytes, whose frame no header parser finds."""
    frame = b"," + b"\0\0\0\0" + b"\xff\xff\xff\xff" + b"\0\2\1\0\0;"
    file = b"GIF89a" + b"\1\0\1\0\0\0\0" + b"a" + frame
    with pytest.raises(PhotoTooManyPixels):
        decode(file, max_pixels=MANY)


def test_it_starts_light() -> None:
    code = (
        "import sys, paishi.photo.sandbox.worker\n"
        "print(*{'numpy', 'openvino', 'keras', 'tensorflow', 'fastapi', 'pydantic'} & set(sys.modules))"
    )
    assert subprocess.check_output([sys.executable, "-c", code], cwd=ROOT) == b"\n"


def test_over_http_it_is_a_422_and_the_next_photo_is_answered() -> None:
    with started(decode_s=0.3) as client:
        answer = client.post("/predict", files={"image": SCAN_BOMB})
        assert (answer.status_code, answer.json()["code"]) == (422, "image-takes-too-long")
        assert client.post("/predict", files={"image": GOOD}).status_code == 200
        assert client.post("/predict", files={"image": HEIF}).status_code == 200
