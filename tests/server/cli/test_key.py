"""`paishi key new`, and a server that starts with its output or names what is missing."""

import re
from pathlib import Path

import pytest

from paishi.access.keys import hash_of
from tests.server.access.sending import bearing, post, problem_of
from tests.server.cli.command import assert_one_sentence, invoke, run
from tests.server.conftest import run_server

SECRET = "do-not-show-me"


def made(*arguments: str) -> tuple[str, str]:
    done = invoke("key", "new", *arguments)
    assert done.returncode == 0, done.stderr
    key = re.search(r"^key\s+(\S+)$", done.stdout, re.MULTILINE)
    line = re.search(r"^hash\s+(.+)$", done.stdout, re.MULTILINE)
    assert key
    assert line
    assert done.stdout.count(key[1]) == 1
    assert "PAISHI_KEYS" in done.stdout
    return key[1], line[1]


def test_the_key_works_with_the_printed_hash(tmp_path: Path) -> None:
    (key, stored), (other, other_stored) = made(), made("the shop")
    assert stored == hash_of(key.encode())
    assert other_stored == f"the shop:{hash_of(other.encode())}"
    file = tmp_path / "keys"
    file.write_text(f"{other_stored}\n")
    environment = {
        "PAISHI_AUTH": "key",
        "PAISHI_KEYS": stored,
        "PAISHI_KEYS_FILE": str(file),
        "PAISHI_WEIGHTS": "/nowhere/x.h5",
    }
    with (
        run_server(tmp_path / "output", until="/livez", **environment) as server,
        server.client() as client,
    ):
        problem_of(post(client, "/image"), 401, "not-authorised")
        for each in (key, other):
            assert post(client, "/image", **bearing(each)).status_code == 200
    assert key not in server.output.read_text()


@pytest.mark.parametrize("name", ["a:b", "a,b"])
def test_a_name_that_could_not_be_read_back(name: str) -> None:
    assert_one_sentence(invoke("key", "new", name))


MISTAKES = {
    "the key itself": ({"PAISHI_AUTH": "key", "PAISHI_KEYS": SECRET}, "PAISHI_KEYS"),
    "no appid": ({"PAISHI_AUTH": "wechat", "PAISHI_WECHAT_SECRET": SECRET}, "PAISHI_WECHAT_APPID"),
    "short token key": ({"PAISHI_TOKEN_KEY": SECRET}, "PAISHI_TOKEN_KEY"),
    "no redis address": ({"PAISHI_RATES": f"http://:{SECRET}@x"}, "PAISHI_RATES"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_sentence_without_a_secret(mistake: str, tmp_path: Path) -> None:
    environment, named = MISTAKES[mistake]
    done = run("serve", "--port", "0", KERAS_HOME=str(tmp_path), **environment)
    assert_one_sentence(done)
    assert named in done.stderr
    assert SECRET not in done.stderr + done.stdout


@pytest.mark.parametrize("auth", ["key", "wechat"])
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_settings_show_no_secret(auth: str, form: list[str]) -> None:
    secret = SECRET * 3
    secrets = {
        "key": {"PAISHI_KEYS": secret},
        "wechat": {"PAISHI_WECHAT_SECRET": secret, "PAISHI_TOKEN_KEY": secret},
    }
    rates = {"PAISHI_RATES": f"redis://:{secret}@x", "PAISHI_UPLOADS_PER_MINUTE": "1"}
    done = invoke("settings", *form, PAISHI_AUTH=auth, **secrets[auth], **rates)
    assert done.returncode == 0
    assert SECRET not in done.stdout + done.stderr
    assert done.stdout.count("****") >= len(secrets[auth]) + 1
