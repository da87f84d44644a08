"""Schemathesis sends a running application valid and invalid requests by /openapi.json."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.server.access.fake_wechat import APPID, SECRET, FakeWeChat, serving
from tests.server.access.sending import PHOTO, bearing
from tests.server.access.test_keys import KEY, line
from tests.server.api.conftest import AppClient, started
from tests.server.conftest import ROOT
from tests.server.schema.seeing import load_seeing


def check(
    client: AppClient, folder: Path, *options: str, kept: str = "", photos: str = "real", **headers: str
) -> None:
    """Runs Schemathesis in `folder`, where it leaves what it found.

    `kept` is the id of a picture that can be fetched; `photos` are real or none, which is random bytes;
    `headers` go with each request.
    """
    command = [sys.executable, "-m", "schemathesis.cli"]
    command += ["--config-file", str(Path(__file__).with_name("schemathesis.toml")), "run"]
    command += [f"--header={name}: {value}" for name, value in headers.items()]
    found = subprocess.run(
        [*command, *options, str(client.base_url.join("/openapi.json"))],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "NO_PROXY": "127.0.0.1",
            "KEPT_PICTURE": kept,
            "PHOTOS": photos,
        },
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=300,
    )
    assert found.returncode == 0, found.stdout + found.stderr


def keep_picture(client: AppClient, **headers: str) -> str:
    answer = client.post("/image", files={"image": PHOTO}, headers={**headers, "Accept": "application/json"})
    return str(answer.json()["url"].rsplit("/", 1)[1])


def test_open_to_anybody(tmp_path: Path) -> None:
    with started(load_seeing, corrections=str(tmp_path / "corrections")) as client:
        check(client, tmp_path, "--exclude-path=/session", kept=keep_picture(client))


@pytest.mark.slow
def test_what_is_no_photo(tmp_path: Path) -> None:
    """To be refused, so that nothing can be said of what is taken."""
    with started(load_seeing, corrections=str(tmp_path / "corrections")) as client:
        options = ["--mode=positive", "--exclude-checks=positive_data_acceptance", "--exclude-path=/session"]
        check(client, tmp_path, *options, photos="none")


@pytest.mark.slow
def test_for_holders_of_a_key(tmp_path: Path) -> None:
    corrections = str(tmp_path / "corrections")
    with started(
        load_seeing, corrections=corrections, auth="key", keys=line(KEY), taught_per_minute=0
    ) as client:
        key = bearing(KEY)
        check(client, tmp_path, "--exclude-path=/session", kept=keep_picture(client, **key), **key)


class AnyCode(FakeWeChat):
    """Knows each code: what is drawn is a code as good as any."""

    def answer(self, asked: dict[str, list[str]]) -> dict[str, Any]:
        self.log_in()
        return super().answer({**asked, "js_code": [list(self._codes)[-1]]})


def test_logging_in(tmp_path: Path) -> None:
    with (
        serving(AnyCode()) as wechat,
        started(
            auth="wechat",
            wechat_appid=APPID,
            wechat_secret=SECRET,
            wechat_url=wechat.url,
            teachers="nobody",
            logins_per_minute=0,
        ) as client,
    ):
        check(client, tmp_path, "--include-path=/session")
