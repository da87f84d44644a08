"""Every setting is shown, read from the environment, and in the README."""

import re

import pytest

from paishi.settings import Settings, environment_name
from tests.server.cli.command import invoke
from tests.server.conftest import ROOT

NAMES = [environment_name(field) for field in Settings.model_fields]


def test_all_are_shown() -> None:
    shown = invoke("settings", PAISHI_PORT="5055").stdout
    assert set(NAMES) <= set(re.findall(r"[A-Z][A-Z_]+", shown))
    assert re.search(r"PAISHI_PORT\s*│\s*5055\s*│\s*5000", shown)


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_the_readme_lists_exactly_these_with_their_defaults(readme: str) -> None:
    table = re.findall(r"^\| `([A-Z_]+)` \| `?([^|`]*)`? \|", (ROOT / readme).read_text(), re.MULTILINE)
    assert [name for name, _ in table] == NAMES
    for field, (name, default) in zip(Settings.model_fields.values(), table, strict=True):
        if name != "KERAS_HOME":
            value = field.get_default(call_default_factory=True, validated_data={})
            shown = ",".join(value) if isinstance(value, list) else str(value)
            assert default.strip() == shown, name


def test_lists_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAISHI_PROXIES", "10.0.0.1, 10.0.0.2,")
    assert Settings().proxies == ["10.0.0.1", "10.0.0.2"]


def test_keras_home_is_keras_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_HOME", "/somewhere")
    assert str(Settings().keras_home) == "/somewhere"
