"""/openapi.json is complete: words for every operation, an example for every body and problem."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from paishi.problems import kinds
from tests.server.access.fake_wechat import APPID, SECRET
from tests.server.access.test_keys import KEY, line
from tests.server.api.conftest import AppClient, started


class Operation(NamedTuple):
    method: str
    path: str
    described: dict[str, Any]


class Content(NamedTuple):
    """A body of one media type; `of` names it in failures."""

    of: str
    media_type: str
    described: dict[str, Any]


@pytest.fixture(scope="module")
def description(app_client: AppClient) -> Any:
    return app_client.get("/openapi.json").json()


def operations(description: Any) -> list[Operation]:
    return [
        Operation(method, path, operation)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]


def contents(description: Any) -> Iterator[Content]:
    for method, path, operation in operations(description):
        bodies = {"request": operation.get("requestBody", {}), **operation["responses"]}
        for name, body in bodies.items():
            for media_type, content in body.get("content", {}).items():
                yield Content(f"{method} {path} {name} {media_type}", media_type, content)


def examples_of(description: Any, content: dict[str, Any]) -> dict[str, Any]:
    """Bodies by their names, "" for the only one."""
    if "example" in content:
        return {"": content["example"]}
    found = {}
    for name, reference in content.get("examples", {}).items():
        place, known = reference["$ref"].rsplit("/", 1)
        assert (place, known) == ("#/components/examples", name)
        found[name] = description["components"]["examples"][name]["value"]
    return found


def test_the_whole_has_a_text_and_a_licence(description: Any) -> None:
    info = description["info"]
    assert info["summary"]
    assert "problem+json" in info["description"]
    assert info["license"]["identifier"] == "Apache-2.0"


def test_every_operation_is_described(description: Any) -> None:
    ids = []
    for method, path, operation in operations(description):
        assert operation["summary"], (method, path)
        assert operation["description"], (method, path)
        assert operation["tags"], (method, path)
        assert not re.match("$|Successful Response|200 of", operation["responses"]["200"]["description"]), (
            path
        )
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", operation["operationId"]), (method, path)
        # FastAPI's own ids end in the path and the method.
        generated = re.sub(r"\W", "_", f"{path}_{method}")
        assert not operation["operationId"].endswith(generated), (method, path)
        ids.append(operation["operationId"])
    assert len(ids) == len(set(ids)) > 20
    assert "predict" in ids


def test_every_tag_has_a_text(description: Any) -> None:
    described = {tag["name"]: tag["description"] for tag in description["tags"]}
    assert all(described.values())
    assert {tag for *_, operation in operations(description) for tag in operation["tags"]} == set(described)


def test_every_body_has_an_example_that_fits_its_schema(description: Any) -> None:
    checked = 0
    for of, media_type, content in contents(description):
        if media_type.startswith("image/") and " 200 " in of:
            continue  # a picture, which JSON cannot show
        if media_type == "application/octet-stream":
            continue
        examples = examples_of(description, content)
        assert examples, of
        schema = Draft202012Validator(
            {**content["schema"], "components": description["components"]}, format_checker=FormatChecker()
        )
        for name, body in examples.items():
            assert schema.is_valid(body), (of, name)
            checked += 1
    assert checked > 200


def test_every_documented_problem_has_its_example(description: Any) -> None:
    for of, media_type, content in contents(description):
        if media_type != "application/problem+json":
            continue
        status = int(of.split()[2])
        for name, body in examples_of(description, content).items():
            kind: type[kinds.Problem] = getattr(kinds, name)
            assert (body["status"], body["code"], body["title"]) == (status, kind.code, kind.title), of
            assert kind.title in description_of(description, of), of
            assert ("retry_after" in body) == (status in (429, 503)), of


def description_of(description: Any, of: str) -> str:
    method, path, status, _ = of.split()
    return str(description["paths"][path][method]["responses"][status]["description"])


@pytest.mark.parametrize(
    ("settings", "schemes"),
    [
        ({}, {}),
        (
            {"auth": "key", "keys": line(KEY)},
            {"key": ("http", "bearer", None), "key-in-X-API-Key": ("apiKey", None, "X-API-Key")},
        ),
        (
            {"auth": "wechat", "wechat_appid": APPID, "wechat_secret": SECRET, "taught_secret": SECRET},
            {"session": ("http", "bearer", None)},
        ),
        (
            {"auth": "cloud", "cloud_private": True, "taught_secret": SECRET},
            {"cloud-user": ("apiKey", None, "X-WX-OPENID")},
        ),
    ],
    ids=["none", "key", "wechat", "cloud"],
)
def test_every_way_of_authentication_is_described(
    settings: dict[str, Any], schemes: dict[str, tuple[str | None, ...]]
) -> None:
    with started(**settings) as client:
        description = client.get("/openapi.json").json()
    shown = description["components"].get("securitySchemes", {})
    assert all(scheme["description"] for scheme in shown.values())
    assert {
        name: (scheme["type"], scheme.get("scheme"), scheme.get("name")) for name, scheme in shown.items()
    } == schemes
    # Each of them is enough.
    assert description["paths"]["/predict"]["post"].get("security", []) == [{name: []} for name in schemes]
    assert "security" not in description["paths"]["/livez"]["get"]
