"""The schema, the generated models, the golden bodies and /openapi.json agree."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import BaseModel

from paishi import contract
from paishi.problems import kinds
from tests.server.access.sending import GUARDED
from tests.server.api.conftest import AppClient
from tests.server.conftest import ROOT

SCHEMA = json.loads((ROOT / "shared" / "contract.schema.json").read_text())
EXAMPLES = {
    "predictions": "Predictions",
    "predictions-unsure": "Predictions",
    "predictions-taught": "Predictions",
    "echo": "Echo",
    "session": "Session",
    "correction": "Correction",
    "taught": "Taught",
    "taught-things": "TaughtThings",
    "taught-changed": "TaughtChanged",
    "taught-removed": "TaughtRemoved",
    "explanation": "Explanation",
    "explanation-taught": "Explanation",
    "explanations": "Explanations",
    "features": "Features",
    "problem": "Problem",
    "problem-loading": "Problem",
    "problem-without-weights": "Problem",
    "problem-looks-like-other": "Problem",
    "alive": "Alive",
    "ready": "Ready",
    "ready-standing-in": "Ready",
    "ready-without-weights": "Ready",
    "models": "Models",
    "class-card": "ClassCard",
    "on-device": "OnDevice",
}


def schema_of(name: str) -> Draft202012Validator:
    return Draft202012Validator({**SCHEMA, "$ref": f"#/$defs/{name}"}, format_checker=FormatChecker())


def example(name: str) -> Any:
    return json.loads((ROOT / "shared" / "examples" / f"{name}.json").read_text())


def test_every_example_is_listed() -> None:
    files = {Path(path).stem for path in (ROOT / "shared" / "examples").iterdir()}
    assert files == set(EXAMPLES)


@pytest.mark.parametrize(("name", "kind"), EXAMPLES.items())
def test_golden_body(name: str, kind: str) -> None:
    body = example(name)
    schema_of(kind).validate(body)
    model: type[BaseModel] = getattr(contract, kind)
    # Keys that may be left out are unset in the server's own answers as well, see `paishi.api`.
    dumped = model.model_validate(body).model_dump(
        mode="json", exclude_none=kind == "Problem", exclude_unset=kind != "Problem"
    )
    assert dumped == body


@pytest.mark.parametrize(("name", "kind"), EXAMPLES.items())
def test_a_golden_body_without_one_of_its_keys_is_refused(name: str, kind: str) -> None:
    body = example(name)
    for key in SCHEMA["$defs"][kind]["required"]:
        broken = {other: value for other, value in body.items() if other != key}
        assert not schema_of(kind).is_valid(broken)
        with pytest.raises(ValueError, match=key):
            getattr(contract, kind).model_validate(broken)


def plain(schema: Any) -> Any:
    """A JSON Schema without its annotations, in a normal form."""
    if isinstance(schema, list):
        return [plain(item) for item in schema]
    if not isinstance(schema, dict):
        return float(schema) if type(schema) is int else schema
    if schema.get("$ref") == "#/$defs/ProblemCode":  # generated in place
        return plain(SCHEMA["$defs"]["ProblemCode"])
    schema = {key: value for key, value in schema.items() if key not in ("title", "description", "default")}
    if "$ref" in schema:
        schema["$ref"] = schema["$ref"].rsplit("/", 1)[1]
    if schema.get("format") == "uri":
        schema.pop("minLength", None)  # pydantic adds that a URL is not empty
    if schema.get("format") == "uri-reference":
        del schema["format"]  # pydantic has no type for it
    schema = with_null_as_a_kind(with_inherited(schema))
    if "const" in schema:
        schema.pop("type", None)
    return {key: plain(value) for key, value in sorted(schema.items())}


def with_inherited(schema: dict[str, Any]) -> dict[str, Any]:
    """The contract's `allOf` as pydantic has it: with the properties of what it refers to."""
    for base in schema.pop("allOf", []):
        inherited = SCHEMA["$defs"][base["$ref"].rsplit("/", 1)[1]]
        schema["properties"] = {**inherited["properties"], **schema["properties"]}
    return schema


def with_null_as_a_kind(schema: dict[str, Any]) -> dict[str, Any]:
    """Pydantic's `{"anyOf": [{"type": "number"}, {"type": "null"}]}` as `{"type": ["number", "null"]}`."""
    kinds = schema.pop("anyOf", None)
    if kinds is None:
        return schema
    [other] = [kind for kind in kinds if kind != {"type": "null"}]
    if "$ref" in other:  # only an optional key, which is left out
        return {**schema, "$ref": other["$ref"].rsplit("/", 1)[1]}
    return {**schema, **other, "type": [other["type"], "null"]}


def without_null_in_optionals(definition: dict[str, Any]) -> dict[str, Any]:
    """An optional key is left out, never null: `exclude_none` does that, unknown to pydantic's schema."""
    for name, value in definition["properties"].items():
        if name not in definition["required"] and isinstance(value.get("type"), list):
            [value["type"]] = [kind for kind in value["type"] if kind != "null"]
    return definition


def test_openapi_agrees_with_the_contract(app_client: AppClient) -> None:
    schemas = app_client.get("/openapi.json").json()["components"]["schemas"]
    bases = {
        base["$ref"].rsplit("/", 1)[1]
        for definition in SCHEMA["$defs"].values()
        for base in definition.get("allOf", [])
    }
    for name, definition in SCHEMA["$defs"].items():
        if definition["type"] == "object" and name not in bases:
            assert without_null_in_optionals(plain(schemas[name])) == plain(definition), name
    assert {name for name in schemas if not name.startswith("Body_")} <= set(SCHEMA["$defs"])


def test_the_problem_codes_of_server_and_contract_are_equal() -> None:
    named = [value for value in vars(kinds).values() if isinstance(value, type)]
    every = [kind for kind in named if issubclass(kind, kinds.Problem)]
    assert {kind.code for kind in every} == set(SCHEMA["$defs"]["ProblemCode"]["enum"])


def test_documented_answers_refer_to_the_contract(app_client: AppClient) -> None:
    openapi = app_client.get("/openapi.json").json()
    statuses = set()
    for path in openapi["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                if status >= "400":
                    statuses.add(status)
                    reference = answer["content"]["application/problem+json"]["schema"]["$ref"]
                    assert reference == "#/components/schemas/Problem"
    assert statuses == {"400", "401", "403", "404", "408", "409", "413", "415", "416", "422", "429", "503"}


def test_the_body_of_a_photo_is_described_in_both_forms(app_client: AppClient) -> None:
    paths = app_client.get("/openapi.json").json()["paths"]
    labelled = set()
    for path in GUARDED:
        body = paths[path]["post"]["requestBody"]
        kinds = set(body["content"])
        assert body["required"]
        assert {"multipart/form-data", "application/octet-stream", "image/jpeg", "image/heic"} < kinds
        form = body["content"]["multipart/form-data"]["schema"]
        assert form["required"] == ["image"]
        query = {given["name"] for given in paths[path]["post"].get("parameters", [])}
        assert ("label" in form["properties"]) == ("label" in query)
        labelled |= {path} if "label" in query else set()
    assert labelled == {"/explain", "/corrections"}
