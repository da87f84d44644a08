"""A Python client that openapi-python-client generates from /openapi.json works with the server."""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from tests.server.access.sending import PHOTO
from tests.server.access.test_keys import KEY, line
from tests.server.api.conftest import AppClient, started
from tests.server.schema.seeing import load_seeing

PACKAGE = "generated_paishi_client"


@pytest.fixture(scope="module")
def app_client() -> Iterator[AppClient]:
    with started(load_seeing, auth="key", keys=line(KEY)) as client:
        yield client


@pytest.fixture(scope="module")
def description(app_client: AppClient) -> Any:
    return app_client.get("/openapi.json").json()


@pytest.fixture(scope="module")
def package(description: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("generated")
    file = folder / "openapi.json"
    file.write_text(json.dumps(description), "utf-8")
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"]
    done = subprocess.run(
        [*command, "--path", str(file), "--output-path", str(folder / PACKAGE)],
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        yield folder / PACKAGE


def module(name: str) -> ModuleType:
    return importlib.import_module(f"{PACKAGE}.{name}")


def authenticated(app_client: AppClient, key: str) -> Any:
    return module("client").AuthenticatedClient(
        base_url=str(app_client.base_url),
        token=key,
        headers={"Accept": "application/json"},
        timeout=httpx.Timeout(60),
        httpx_args={"trust_env": False},
    )


@pytest.fixture(scope="module")
def client(package: Path, app_client: AppClient) -> Iterator[Any]:
    with authenticated(app_client, KEY) as client:
        yield client


def form(operation: str, photo: bytes) -> Any:
    name = operation.title().replace("_", "")
    image = module("types").File(payload=BytesIO(photo), file_name="photo.jpg", mime_type="image/jpeg")
    return getattr(module("models"), f"{name}FilesBody")(image=image)


def test_it_has_a_function_for_every_operation(package: Path, description: Any) -> None:
    generated = {(file.parent.name, file.stem) for file in package.glob("api/*/*.py")}
    assert {one for one in generated if one[1] != "__init__"} == {
        (operation["tags"][0].replace(" ", "_"), operation["operationId"])
        for methods in description["paths"].values()
        for operation in methods.values()
    }


def test_it_recognises_a_photo(client: Any) -> None:
    predict = module("api.recognition.predict")
    for body in (form("predict", PHOTO), module("types").File(payload=BytesIO(PHOTO))):
        found = predict.sync(client=client, body=body, top=3)
        assert isinstance(found, module("models").Predictions)
        assert len(found.predictions) == 3
        assert found.predictions[0].name.zh
        assert found.model.name == "ResNet50"


def test_it_explains_a_photo(client: Any) -> None:
    explain = module("api.insight.explain")
    found = explain.sync(client=client, body=form("explain", PHOTO), label=["beagle"])
    assert isinstance(found, module("models").Explanation)
    assert found.label.label == "beagle"
    assert 0 < found.box.width <= 1
    several = explain.sync(client=client, body=form("explain", PHOTO), label=["beagle", "tench"])
    assert [one.label.label for one in several.explanations] == ["beagle", "tench"]


def test_it_gets_the_vector_of_a_photo(client: Any) -> None:
    found = module("api.insight.get_features").sync(client=client, body=form("get_features", PHOTO))
    assert found.shape == [len(found.features)]


def test_it_gets_a_problem(client: Any) -> None:
    predict = module("api.recognition.predict")
    answer = predict.sync_detailed(client=client, body=form("predict", b"no photo"))
    assert answer.status_code == 415
    assert isinstance(answer.parsed, module("models").Problem)
    assert answer.parsed.code == "image-format-unsupported"
    assert answer.parsed.request_id == answer.headers["x-request-id"]


def test_it_is_refused_with_another_key(package: Path, app_client: AppClient) -> None:
    with authenticated(app_client, "other") as client:
        problem = module("api.recognition.predict").sync(client=client, body=form("predict", PHOTO))
    assert problem.code == "not-authorised"
