"""The `type` of a problem leads to the manual's text about its code."""

import re

import pytest

from tests.server.access.sending import post
from tests.server.api.conftest import AppClient
from tests.server.api.test_contract import SCHEMA

CODES = SCHEMA["$defs"]["ProblemCode"]["enum"]


def page(client: AppClient, language: str) -> str:
    answer = client.get("/problems", headers={"Accept-Language": language})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["vary"] == "Accept-Language"
    return answer.text


def test_the_type_of_a_problem_is_a_place_on_the_page(app_client: AppClient) -> None:
    answer = post(app_client, "/predict?top=0")
    place = answer.request.url.join(answer.json()["type"])
    found = app_client.get(place)
    assert found.status_code == 200
    assert f'id="{place.fragment}"' in found.text
    assert place.fragment == answer.json()["code"]


@pytest.mark.parametrize(("language", "cure"), [("zh", "解决"), ("en", "What to do")])
def test_every_code_is_there_with_what_to_do(app_client: AppClient, language: str, cure: str) -> None:
    sections = re.split(r"<h[23]", page(app_client, language))
    texts = {found[1]: text for text in sections if (found := re.search(r'id="([\w-]+)"', text))}
    assert texts.keys() == set(CODES)
    for code, text in texts.items():
        assert f"<strong>{cure}</strong>" in text, code


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_markup_of_the_manual_is_left(app_client: AppClient, language: str) -> None:
    text = re.sub(r"<(pre|code)\b.*?</\1>", "", page(app_client, language), flags=re.DOTALL)
    assert not re.findall(r"\*\*|\]\(|\{[#.]|`", text)
    assert ".md" not in text


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,zh;q=0.5", "en"),
        ("fr", "en"),
        ("fr,zh;q=0.1", "zh"),
        ("", "en"),
    ],
)
def test_the_language_is_the_one_that_the_client_prefers(
    app_client: AppClient, accepted: str, language: str
) -> None:
    assert f'<html lang="{language}">' in page(app_client, accepted)
