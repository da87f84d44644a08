"""The container gets its operator's settings, under existing names and with the usual defaults."""

import re
from typing import Any

import pytest
import yaml

from paishi.settings import Settings, environment_name
from tests.server.conftest import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVER: dict[str, Any] = COMPOSE["services"]["server"]
PASSED: dict[str, str] = SERVER["environment"]
OF_ITS_OWN = {"PAISHI_PROXIES": "*", "PAISHI_UPLOADS_PER_MINUTE": "120", "PAISHI_MB_PER_MINUTE": "300"}
FIELDS = {environment_name(field): field for field in Settings.model_fields}
DOCUMENTED = {
    "PAISHI_MAX_WAIT_S",
    "PAISHI_MAX_IN_HAND",
    "PAISHI_MAX_BODIES_MB",
    "PAISHI_MAX_CONNECTIONS",
    "PAISHI_CORRECTIONS",
    "PAISHI_CORRECTIONS_MB",
}
"""Settings in README and dashboard."""


@pytest.mark.parametrize("name", PASSED)
def test_defaults_are_those_of_the_settings(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    value = re.sub(rf"^\$\{{{name}:-(.*)\}}$", r"\1", PASSED[name])
    assert "$" not in value
    usual = getattr(Settings(), FIELDS[name])
    monkeypatch.setenv(name, value)
    assert value == OF_ITS_OWN[name] if name in OF_ITS_OWN else getattr(Settings(), FIELDS[name]) == usual


def test_documented_settings_reach_the_container() -> None:
    assert set(PASSED) >= DOCUMENTED


def test_corrections_have_a_place_that_lasts_and_that_its_user_may_write() -> None:
    assert "corrections:/corrections" in SERVER["volumes"]
    assert "corrections" in COMPOSE["volumes"]
    dockerfile = (ROOT / "server" / "Dockerfile").read_text("utf-8")
    assert re.search(r"chown paishi .*/corrections", dockerfile)
