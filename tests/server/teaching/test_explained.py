"""What of a photo resembles a taught thing, shown to those who taught it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from paishi.contract import Explanation, Explanations, Taught
from tests.server.access.sending import bearing, problem_of
from tests.server.access.test_keys import KEY, OTHER, line
from tests.server.conftest import run_server
from tests.server.teaching.teachable import photo


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder: Path = tmp_path_factory.mktemp("explained")
    keys = ",".join((line(KEY, "one"), line(OTHER, "other")))
    environment = {"PAISHI_MODEL": "EfficientNetLite0", "PAISHI_AUTH": "key", "PAISHI_KEYS": keys}
    with run_server(folder / "output", **environment) as server, server.client() as client:
        yield client


JSON = "application/json"


def explain(client: httpx.Client, label: str, key: str = KEY, accept: str = "*/*") -> httpx.Response:
    headers = {**bearing(key), "Accept": accept}
    return client.post("/explain", files={"image": photo(1, 5, 256)}, data={"label": label}, headers=headers)


def test_the_similarity_of_each_part_of_the_photo(client: httpx.Client) -> None:
    answer = client.post(
        "/taught", files={"image": photo(1, 0, 256)}, data={"name": "茶壶"}, headers=bearing(KEY)
    )
    thing = Taught.model_validate_json(answer.content).thing
    found = explain(client, thing.id, accept=JSON)
    assert found.status_code == 200, found.text
    explanation = Explanation.model_validate_json(found.content)
    assert (explanation.method, explanation.label.id, explanation.label.label) == (
        "similarity",
        thing.id,
        "茶壶",
    )
    assert explanation.label.taught
    assert max(max(row) for row in explanation.grid) == 1
    assert explain(client, thing.id).headers["content-type"] == "image/jpeg"
    problem_of(explain(client, thing.id, OTHER), 404, "not-found")
    problem_of(explain(client, "taught:0123456789abcdef"), 404, "not-found")
    of_a_class = Explanation.model_validate_json(explain(client, "teapot", accept=JSON).content)
    assert of_a_class.label.taught is None
    together = client.post(
        "/explain",
        files={"image": photo(1, 5, 256)},
        params={"label": ["teapot", thing.id, "beagle"]},
        headers={**bearing(KEY), "Accept": JSON},
    )
    found_all = Explanations.model_validate_json(together.content).explanations
    assert [one.label.label for one in found_all] == ["teapot", "茶壶", "beagle"]
    assert [one.method for one in found_all] == [of_a_class.method, "similarity", of_a_class.method]
    assert [one.grid for one in found_all[:2]] == [of_a_class.grid, explanation.grid]
