"""Every setting is shown, read from the environment, and checked."""

import json
import os
import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from paishi.cli.unknown_names import OF_OTHER_PROGRAMS, unknown_names
from paishi.settings import Settings, environment_name, range_of, secret_file_name
from tests.server.cli.command import assert_one_sentence, invoke, run
from tests.server.conftest import ROOT

NAMES = [environment_name(field) for field in Settings.model_fields]
NUMBERS = [
    field for field, described in Settings.model_fields.items() if described.annotation in (int, float)
]
TOKEN_KEY = "a signing key that is long enough for it"


@pytest.mark.parametrize("columns", ["40", "80"])
def test_all_are_shown_by_their_whole_name(columns: str) -> None:
    shown = invoke("settings", PAISHI_PORT="5055", COLUMNS=columns).stdout
    lines = [line for line in shown.splitlines() if not line.startswith(" ") and line]
    assert [line.partition("=")[0] for line in lines] == NAMES
    assert "PAISHI_PORT=5055" in lines


def test_the_changed_ones_as_json() -> None:
    environment = {"PAISHI_PORT": "5055", "PAISHI_FIT": "crop", "PAISHI_RATES": "redis://:hush@x:1/0"}
    shown = invoke("settings", "--json", "--changed", PAISHI_MB_PER_MINUTE="9", **environment).stdout
    assert "hush" not in shown
    rows = {row["name"]: row for row in json.loads(shown)}
    assert {"PAISHI_PORT", "PAISHI_RATES", "PAISHI_MB_PER_MINUTE"} <= rows.keys()
    assert "PAISHI_FIT" not in rows  # has its default
    port = rows["PAISHI_PORT"]
    assert [port[key] for key in ("value", "default", "minimum", "maximum")] == [5055, 5000, 0, 65535]
    assert rows["PAISHI_RATES"]["file"] == "PAISHI_RATES_FILE"
    assert [row["name"] for row in json.loads(invoke("settings", "--json").stdout)] == NAMES


def test_lists_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAISHI_PROXIES", "10.0.0.1, 10.0.0.2,")
    assert Settings().proxies == ["10.0.0.1", "10.0.0.2"]


def test_keras_home_is_keras_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_HOME", "/somewhere")
    assert str(Settings().keras_home) == "/somewhere"


def wrong(**settings: object) -> dict[str, str]:
    """The fields that are invalid, with the reason."""
    with pytest.raises(ValidationError) as caught:
        Settings(**settings)  # type: ignore[arg-type]
    return {str(error["loc"][0]): error["msg"] for error in caught.value.errors()}


@pytest.mark.parametrize("field", NUMBERS)
def test_a_number_is_finite_and_within_its_range(field: str) -> None:
    bounds = range_of(field)
    assert bounds, "it has no range"
    assert getattr(Settings(**{field: bounds[0]}), field) == bounds[0]
    assert getattr(Settings(**{field: bounds[1]}), field) == bounds[1]
    for value in ("nan", "inf", "-inf", "1e308", "9" * 400, str(bounds[0] - 1), str(bounds[1] + 1)):
        assert list(wrong(**{field: value})) == [field], value


def test_an_endless_number_is_one_sentence() -> None:
    for value in ("1e308", "inf", "nan"):
        done = invoke("settings", PAISHI_MAX_BODY_MB=value)
        assert_one_sentence(done)
        assert value in done.stderr


def test_all_that_is_wrong_is_said_at_once() -> None:
    done = run(
        "serve",
        PAISHI_PORT="http",
        PAISHI_PROXIES="evil",
        PAISHI_KEYS="0",
        PAISHI_TOKEN_KEY_FILE="/nowhere/token",
        PAISHI_PROT="5055",
    )
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    assert {line.partition(":")[0] for line in lines} == {
        *("PAISHI_PORT", "PAISHI_PROXIES", "PAISHI_KEYS", "PAISHI_TOKEN_KEY", "PAISHI_PROT"),
    }
    assert len(lines) == 5
    assert "Did you mean PAISHI_PORT?" in done.stderr


@pytest.mark.parametrize(
    ("settings", "auth"),
    [
        ({"keys": "0" * 64}, "key"),
        ({"keys_file": "/etc/keys"}, "key"),
        ({"keys": "0" * 64, "auth": "wechat"}, "key"),
        ({"wechat_appid": "wx1"}, "wechat"),
        ({"wechat_secret": "hush"}, "wechat"),
        ({"wechat_url": "http://127.0.0.1:1"}, "wechat"),
        ({"token_key": TOKEN_KEY, "auth": "key"}, "wechat"),
        ({"taught_secret": TOKEN_KEY, "auth": "key"}, "wechat"),
    ],
)
def test_protection_that_has_no_effect_is_refused(settings: dict[str, str], auth: str) -> None:
    [(field, reason)] = wrong(**settings).items()
    assert field in settings
    assert f"Set PAISHI_AUTH={auth}" in reason
    assert settings[field] not in reason
    Settings(**{**settings, "auth": auth})  # type: ignore[arg-type]


def test_shared_rates_need_a_rate() -> None:
    redis = "redis://127.0.0.1:6379/0"
    assert list(wrong(rates=redis)) == ["rates"]
    assert list(wrong(rates=redis, auth="wechat", logins_per_minute=0)) == ["rates"]
    for limit in ({"uploads_per_minute": 1}, {"mb_per_minute": 1}, {"auth": "wechat"}):
        Settings(rates=redis, **limit)  # type: ignore[arg-type]


def test_empty_values_are_unset() -> None:
    """As docker-compose.yml passes those that nobody set."""
    Settings(keys="", keys_file="", wechat_appid="", wechat_secret="", token_key="", rates="")  # type: ignore[arg-type]


@pytest.mark.parametrize("proxies", ["evil", "caddy", "10.0.0.1/8", "10.0.0.0/33", "*,10.0.0.1", "1.2.3"])
def test_a_proxy_that_would_never_be_trusted_is_refused(proxies: str) -> None:
    assert list(wrong(proxies=proxies)) == ["proxies"]


@pytest.mark.parametrize("proxies", ["*", "10.0.0.0/8", "::1,fd00::/8", "", "127.0.0.1"])
def test_proxies_are_addresses_and_networks(proxies: str) -> None:
    Settings(proxies=proxies)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "nearest", "is_refused"),
    [
        ("PAISHI_PROT", "PAISHI_PORT", True),
        ("paishi_modle", "PAISHI_MODEL", True),
        ("PAISHI_TOKENKEY", "PAISHI_TOKEN_KEY", True),
        ("PAISHI_KEY_FILE", "PAISHI_KEYS_FILE", True),
        ("PAISHI_API_PASSWORD", "", True),
        ("PAISHI_SERVICE_HOST", "", False),
    ],
)
def test_an_unknown_name(name: str, nearest: str, is_refused: bool) -> None:
    [unknown] = unknown_names([name, "PATH", "KERAS_HOME"])
    assert unknown == (name, nearest, is_refused)


def test_an_unknown_name_that_nobody_relies_on_is_a_warning() -> None:
    done = invoke("settings", PAISHI_SERVICE_HOST="10.0.0.1")
    assert done.returncode == 0
    assert done.stderr.startswith("PAISHI_SERVICE_HOST: there is no such setting.")


def test_names_of_our_other_programs_are_none_of_the_servers_business() -> None:
    """The compose file, the Makefile and the tests have variables of their own."""
    assert unknown_names([*NAMES, *OF_OTHER_PROGRAMS, "paishi_port", "PAISHI_RATES_FILE"]) == []
    files = [ROOT / "Makefile", ROOT / "docker-compose.yml", ROOT / ".ci" / "run"]
    files += [file for kind in ("py", "js") for file in (ROOT / "tests").rglob(f"*.{kind}")]
    read = re.compile(r"(?:environ\.get\(|environ\[|process\.env\.|\$\{?|export )[\"']?(PAISHI_[A-Z_]+)")
    texts = [file.read_text("utf-8") for file in files if "node_modules" not in file.parts]
    used = {name for text in texts for name in read.findall(text)}
    assert used >= {"PAISHI_PYTHON", "PAISHI_DOMAIN", "PAISHI_REQUIRE_SHARED"}
    assert unknown_names(used) == []


SECRETS = [field for field in Settings.model_fields if secret_file_name(field)]


def test_secrets_have_files_and_the_file_of_keys_is_what_it_was() -> None:
    assert SECRETS == ["wechat_secret", "token_key", "rates", "taught_secret"]


@pytest.mark.parametrize("field", SECRETS)
@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_secret_in_a_file(field: str, end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "secret"
    file.write_bytes(b"\xef\xbb\xbf" + f"{TOKEN_KEY}{end}".encode())
    monkeypatch.setenv(secret_file_name(field), str(file))
    settings = Settings(auth="wechat")
    assert getattr(settings, field).get_secret_value() == TOKEN_KEY


@pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff\xfe", b"x" * 100_000])
def test_a_secret_that_cannot_be_read_is_refused(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv("PAISHI_TOKEN_KEY_FILE", str(file))
    [(field, reason)] = wrong(auth="wechat").items()
    assert field == "token_key"
    assert "PAISHI_TOKEN_KEY_FILE" in reason


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_no_secret(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "secret")
    done = run("settings", PAISHI_AUTH="wechat", PAISHI_TOKEN_KEY_FILE=str(tmp_path / "secret"))
    assert_one_sentence(done)
    assert "no regular file" in done.stderr


def test_a_secret_is_given_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "secret"
    file.write_text(TOKEN_KEY)
    monkeypatch.setenv("PAISHI_TOKEN_KEY_FILE", str(file))
    monkeypatch.setenv("PAISHI_TOKEN_KEY", TOKEN_KEY[::-1])
    [(field, reason)] = wrong(auth="wechat").items()
    assert (field, TOKEN_KEY[::-1] in reason) == ("token_key", False)


@pytest.mark.skipif(os.name != "posix", reason="needs an environment of bytes")
@pytest.mark.parametrize("name", ["PAISHI_MODEL", "KERAS_HOME", "PAISHI_KEYS"])
def test_bytes_that_are_no_text_are_refused(name: str) -> None:
    """A model's name is in responses, in the log and in a file for `paishi use`."""
    done = run("serve", **{name: "/models/\udcff"})
    assert_one_sentence(done)
    assert done.stderr == f"{name}: is no UTF-8 text.\n"
