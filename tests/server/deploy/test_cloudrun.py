"""deploy/cloudrun: an image for 微信云托管 whose server starts without writing, downloading or converting."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from paishi.access.access import access_for
from paishi.cli.unknown_names import unknown_names
from paishi.settings import Misconfigured, Settings
from tests.server.cli.command import run
from tests.server.conftest import ROOT, run_server
from tests.server.pictures import crossword

FOLDER = ROOT / "deploy" / "cloudrun"
DOCKERFILES = {"cloudrun": FOLDER / "Dockerfile", "server": ROOT / "server" / "Dockerfile"}
_JSON = re.sub(r"^\s*//.*$", "", (FOLDER / "container.config.json").read_text("utf-8"), flags=re.MULTILINE)
CONFIG: dict[str, Any] = json.loads(_JSON)
DOCUMENTED = {
    *("containerPort", "dockerfilePath", "buildDir", "minNum", "maxNum", "cpu", "mem", "policyType"),
    *("policyThreshold", "initialDelaySeconds", "customLogs", "envParams"),
}
"""What the platform reads."""
LARGEST_REQUEST = 100 * 1024

# As the platform does, which passes its port as PORT.
AS_THE_PLATFORM = """
import os
os.environ["PORT"] = os.environ.pop("PAISHI_PORT")
from paishi.cli import app
app(["serve"])
"""


def instructions(name: str) -> list[str]:
    """Of a Dockerfile, each in one line."""
    lines = [line for line in DOCKERFILES[name].read_text("utf-8").splitlines() if not line.startswith("#")]
    return [line for line in "\n".join(lines).replace("\\\n", " ").splitlines() if line]


def environment_of(name: str) -> dict[str, str]:
    """What the last stage sets."""
    *_, last = [line for line in instructions(name) if line.startswith("ENV ")]
    return dict(part.split("=", 1) for part in last.split()[1:])


IMAGE = environment_of("cloudrun")


def test_the_configuration_is_what_the_platform_reads() -> None:
    assert CONFIG.keys() == DOCUMENTED
    assert ROOT / CONFIG["buildDir"] / CONFIG["dockerfilePath"] == DOCKERFILES["cloudrun"]
    assert 0 <= CONFIG["minNum"] <= CONFIG["maxNum"] <= 50
    assert CONFIG["mem"] == 2 * CONFIG["cpu"]
    assert f"EXPOSE {CONFIG['containerPort']}" in instructions("cloudrun")
    assert CONFIG["containerPort"] == Settings.model_fields["port"].default
    assert not {"PORT", "PAISHI_PORT"} & (IMAGE.keys() | CONFIG["envParams"].keys())


def test_its_settings_are_ours_and_ask_for_a_statement(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {**IMAGE, **CONFIG["envParams"]}
    assert unknown_names(given) == []
    for name, value in given.items():
        if name.startswith("PAISHI_"):
            monkeypatch.setenv(name, value)
    with pytest.raises(Misconfigured, match="PAISHI_CLOUD_PRIVATE=true"):
        access_for(Settings())
    monkeypatch.setenv("PAISHI_CLOUD_PRIVATE", "true")
    settings = Settings()
    access_for(settings)
    assert settings.max_body_bytes > LARGEST_REQUEST
    # A server without a photo has 200 MB.
    assert (settings.max_bodies_mb + settings.echo_mb) < CONFIG["mem"] * 1000 - 200


def test_what_is_written_lies_below_tmp() -> None:
    assert all(Path(IMAGE[name]).is_relative_to("/tmp") for name in ("HOME", "KERAS_HOME"))
    assert any(f"PAISHI_CACHE={IMAGE['PAISHI_CACHE']} " in line for line in instructions("cloudrun"))
    assert f"COPY --from=packages {IMAGE['PAISHI_CACHE']} {IMAGE['PAISHI_CACHE']}" in instructions("cloudrun")


def test_both_images_are_of_one_python() -> None:
    first = [line for line in instructions("server") if line.startswith("ARG PYTHON_IMAGE=")]
    assert first == [line for line in instructions("cloudrun") if line.startswith("ARG PYTHON_IMAGE=")]


@pytest.mark.parametrize("name", DOCKERFILES)
def test_an_image_has_the_bytecode_of_pythons_own_library(name: str, tmp_path: Path) -> None:
    """Whose compilation takes half as long as all else of a start. Runs the image's line with this Python."""
    [line] = [line for line in instructions(name) if "compileall" in line]
    command = line.removeprefix("RUN ").replace("python ", f"{sys.executable} ")
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path)}
    subprocess.run(["sh", "-c", command], env=environment, check=True)
    assert list(tmp_path.rglob(f"asyncio/tasks.{sys.implementation.cache_tag}.pyc"))


@pytest.mark.parametrize("name", DOCKERFILES)
def test_what_is_copied_reaches_the_build(name: str) -> None:
    """.dockerignore leaves out all that it does not name."""
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split()
    assert ignored[0] == "*"
    allowed = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    copied = [line.split()[1:-1] for line in instructions(name) if line.startswith("COPY ")]
    sources = {source for line in copied for source in line if not line[0].startswith("--from")}
    locks = {"requirements.lock", "requirements-slim.lock", "requirements-redis.lock"}
    if "${REQUIREMENTS}" in sources:
        sources = sources - {"${REQUIREMENTS}"} | locks
    for source in sources:
        assert any(one == source or one.startswith(f"{source}/") for one in allowed), source
    assert all((ROOT / source).exists() for source in sources)


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.stat().st_size)
        for path in folder.rglob("*")
    }


def test_an_instance_answers_and_writes_only_below_tmp(tmp_path: Path) -> None:
    places = {"/models": str(tmp_path / "models"), "/tmp": str(tmp_path / "tmp")}
    environment = {
        name: re.sub("^(/models|/tmp)", lambda place: places[place[0]], value)
        for name, value in {**IMAGE, **CONFIG["envParams"], "PAISHI_CLOUD_PRIVATE": "true"}.items()
    }
    environment |= {"TMPDIR": places["/tmp"], "PAISHI_TAUGHT": ""}
    (tmp_path / "tmp").mkdir()
    built = run("convert", "EfficientNetLite0", PAISHI_CACHE=environment["PAISHI_CACHE"])
    assert built.returncode == 0, built.stderr
    before = snapshot(tmp_path / "models")
    outside = snapshot(tmp_path).keys()
    started = run_server(tmp_path / "tmp" / "output", program=("-c", AS_THE_PLATFORM), **environment)
    with started as server, server.client() as client:
        headers = {"X-WX-OPENID": "oAnn", "X-WX-SOURCE": "wx_client"}
        answer = client.post("/predict", files={"image": crossword()}, headers=headers).json()
        assert answer["predictions"][0]["label"] == "crossword_puzzle"
        assert client.get("/metrics").status_code == 404
    assert "Converting" not in server.output.read_text()
    assert snapshot(tmp_path / "models") == before
    assert {name for name in snapshot(tmp_path).keys() - outside if not name.startswith("tmp/")} == set()
    assert os.path.isdir(environment["KERAS_HOME"])


CORE_HOUR, GB_HOUR = 0.055, 0.032
"""CNY."""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_costs_in_the_manual_are_computed(language: str) -> None:
    text = (ROOT / "docs" / language / "deploy.md").read_text("utf-8")
    assert str(CORE_HOUR) in text
    assert str(GB_HOUR) in text
    number = r"([\d.]+)"
    row = rf"^\| {number} / {number} GB \| {number} \| {number} \| {number} \|$"
    rows = re.findall(row, text, re.MULTILINE)
    assert (str(CONFIG["cpu"]), str(CONFIG["mem"])) in {row[:2] for row in rows}
    for cores, memory, *costs in rows:
        an_hour = float(cores) * CORE_HOUR + float(memory) * GB_HOUR
        assert costs == [f"{an_hour * hours * 30:.1f}" for hours in (24, 16, 2)]
