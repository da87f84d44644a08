"""Faults of the machine and faults of the input."""

import errno

import pytest

from paishi.system.passing_fault import is_passing


def wrapped(cause: BaseException) -> Exception:
    try:
        raise ValueError("cannot be loaded") from cause
    except ValueError as error:
        return error


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EMFILE, "Too many open files"),
        MemoryError(),
        RuntimeError("can't start new thread"),
        TimeoutError("another process has the lock"),
        type("ResourceExhaustedError", (Exception,), {})("OOM when allocating tensor"),
        ImportError("libopenvino.so: cannot open shared object file: Too many open files"),
        ImportError("libopenvino.so: failed to map segment from shared object"),
    ],
    ids=lambda error: f"{type(error).__name__} {error}"[:40],
)
def test_they_pass_even_as_the_cause_of_another(error: Exception) -> None:
    assert is_passing(error)
    assert is_passing(wrapped(wrapped(error)))


@pytest.mark.parametrize(
    "error",
    [
        ValueError("shapes differ"),
        OSError("Unable to synchronously open file (file signature not found)"),
        FileNotFoundError(errno.ENOENT, "No such file or directory"),
        ModuleNotFoundError("No module named 'openvino'"),
        ImportError("libopenvino.so: version `GLIBC_2.34' not found"),
    ],
    ids=lambda error: f"{type(error).__name__} {error}"[:40],
)
def test_they_stay(error: Exception) -> None:
    assert not is_passing(error)
    assert not is_passing(wrapped(error))
