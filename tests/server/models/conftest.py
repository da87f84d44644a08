"""Small weights on a real HTTP server."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest

from paishi.models.backbone import Backbone, Preprocessing, PublishedWeights
from paishi.models.weights.download import Patience
from tests.server.models.file_host import FileHost, host_file


def hdf5(folder: Path, seed: int) -> bytes:
    """About 300 kB of HDF5."""
    file = folder / f"{seed}.h5"
    with h5py.File(file, "w") as stored:
        stored["kernel"] = np.random.default_rng(seed).random((300, 125))
    return file.read_bytes()


@pytest.fixture(autouse=True)
def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loopback is reached without the proxy that a developer's machine may have."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def content(tmp_path: Path) -> bytes:
    return hdf5(tmp_path, 0)


@pytest.fixture
def other_content(tmp_path: Path) -> bytes:
    """As long as `content`, and other weights."""
    return hdf5(tmp_path, 1)


@pytest.fixture
def host(content: bytes) -> Iterator[FileHost]:
    with host_file(content) as host:
        yield host


@pytest.fixture
def published(host: FileHost, content: bytes) -> PublishedWeights:
    return PublishedWeights(
        "small.h5", f"{host.url}/published/Small-Net.h5", hashlib.md5(content).hexdigest()
    )


@pytest.fixture
def backbone(published: PublishedWeights) -> Backbone:
    return Backbone("SmallNet", "small", 32, 37_500, 70.0, 90.0, 0.3, Preprocessing.TF, published)


@pytest.fixture
def patience() -> Patience:
    """Tries as often as in earnest, but does not wait for it."""
    return Patience(backoff=0.01, connect=5, read=5, other_process=30)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "keras"
