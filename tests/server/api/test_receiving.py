"""A photo on its way in stays in memory."""

import tempfile

import pytest

from tests.server.api.conftest import AppClient
from tests.server.pictures import file_of, noise


def test_a_large_photo_does_not_touch_the_disk(
    app_client: AppClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    rolled: list[int] = []
    roll = tempfile.SpooledTemporaryFile.rollover

    def watch(self: tempfile.SpooledTemporaryFile[bytes]) -> None:
        rolled.append(1)
        roll(self)

    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", watch)
    photo = file_of(noise(1500, 1200), "PNG")
    assert len(photo) > 4_000_000
    assert app_client.post("/predict", files={"image": photo}, timeout=60).status_code == 200
    assert rolled == []
