"""A full disk in the middle of a download, simulated by this process's limit of file size."""

from pathlib import Path

import pytest

from paishi.models.errors import DownloadFailed
from paishi.models.weights.download import Patience, download
from tests.server.models.file_host import FileHost

resource = pytest.importorskip("resource", reason="limits as POSIX has them")


def test_what_was_received_is_not_kept(host: FileHost, tmp_path: Path, patience: Patience) -> None:
    folder = tmp_path / "models"
    folder.mkdir()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(DownloadFailed, match="cannot be written"):
            download(f"{host.url}/small.h5", folder / "small.h5", 400_000, patience=patience)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(folder.iterdir()) == []
