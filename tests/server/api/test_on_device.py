"""What a phone that recognises by itself fetches: model and labels, whole, in parts, or not again."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from paishi.access.keys import hash_of, new_key
from paishi.export.companions import write_manifest
from paishi.recognition.labels import labels_file
from paishi.recognition.on_device import INPUT, LABELS, MANIFEST, MODEL, on_device_folder
from paishi.recognition.recogniser import Recogniser
from tests.server.access.sending import bearing, problem_of
from tests.server.api.conftest import AppClient, load_brightness, started

CONTENT = bytes(range(256)) * 1000
PATH = "/models/EfficientNetLite0.onnx"


def lay_out(cache: Path, name: str = "EfficientNetLite0") -> Path:
    """As `paishi export NAME --on-device` leaves it; the server only hands it out."""
    folder = on_device_folder(cache, name)
    folder.mkdir(parents=True)
    (folder / MODEL).write_bytes(CONTENT)
    (folder / LABELS).write_text('[{"id": "1", "label": "cat", "name": {"en": "cat", "zh": "猫"}}]')
    shapes = {"input": {"shape": [1, 3, 224, 192]}, "output": {"shape": [1, 1000]}}
    (folder / INPUT).write_text(json.dumps({"model": name, "files": {MODEL: shapes}}))
    write_manifest(name, [], folder)
    return folder


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cache")
    lay_out(folder)
    lay_out(folder, "我的 宠物")
    return folder


@pytest.fixture(scope="module")
def client(cache: Path) -> Iterator[AppClient]:
    with started(on_device=True, cache=str(cache)) as client:
        yield client


def test_the_model_comes_whole_once(client: AppClient) -> None:
    answer = client.get(PATH)
    assert (answer.status_code, answer.content) == (200, CONTENT)
    tag = answer.headers["etag"]
    assert tag == f'"{hashlib.sha256(CONTENT).hexdigest()}"'
    for known in (tag, f'"other", W/{tag}', "*"):
        again = client.get(PATH, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get(PATH, headers={"If-None-Match": '"older"'}).status_code == 200
    head = client.head(PATH)
    assert (head.status_code, head.headers["content-length"]) == (200, str(len(CONTENT)))
    assert client.get(PATH.replace("Efficient", "efficient")).content == CONTENT


def test_a_broken_download_goes_on(client: AppClient) -> None:
    tag = client.head(PATH).headers["etag"]
    part = client.get(PATH, headers={"Range": "bytes=1000-", "If-Range": tag})
    assert (part.status_code, part.content) == (206, CONTENT[1000:])
    assert part.headers["content-range"] == f"bytes 1000-{len(CONTENT) - 1}/{len(CONTENT)}"
    changed = client.get(PATH, headers={"Range": "bytes=1000-", "If-Range": '"older"'})
    assert (changed.status_code, changed.content) == (200, CONTENT)
    end = client.get(PATH, headers={"Range": f"bytes={len(CONTENT)}-"})
    assert str(len(CONTENT)) in problem_of(end, 416, "request-invalid").detail
    for odd in ("bytes=5-2", "lines=1-2", "bytes=0-1,5-9", "bytes=a-b"):
        assert client.get(PATH, headers={"Range": odd}).content == CONTENT


def test_labels_come_with_both_languages(client: AppClient) -> None:
    answer = client.get("/labels/imagenet.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.content == labels_file("imagenet").read_bytes()
    etag = {"If-None-Match": answer.headers["etag"]}
    assert client.get("/labels/imagenet.json", headers=etag).status_code == 304
    [own] = client.get("/labels/我的_宠物.json").json()
    assert own["name"] == {"en": "cat", "zh": "猫"}
    assert client.get("/models/我的_宠物.onnx").content == CONTENT


@pytest.mark.parametrize("path", ["/models/resnet50.onnx", "/labels/resnet50.json"])
def test_what_is_not_exported_says_which_command_makes_it(client: AppClient, path: str) -> None:
    problem = problem_of(client.get(path), 404, "model-not-exported")
    assert "`paishi export ResNet50 --on-device`" in problem.detail


@pytest.mark.parametrize("name", ["..", "%2e%2e", "..%2f..%2fsecrets", "%00", "EfficientNetLite0%2fexport"])
def test_no_other_file_can_be_named(client: AppClient, name: str) -> None:
    for path in (f"/models/{name}.onnx", f"/labels/{name}.json"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize("damage", ["cut off", "no manifest", "no json"])
def test_a_damaged_export_is_none(tmp_path: Path, damage: str) -> None:
    folder = lay_out(tmp_path)
    match damage:
        case "cut off":
            (folder / MODEL).write_bytes(CONTENT[:-1])
        case "no manifest":
            (folder / MANIFEST).unlink()
        case "no json":
            (folder / MANIFEST).write_text(json.dumps([1]))
    with started(on_device=True, cache=str(tmp_path)) as client:
        problem_of(client.get(PATH), 404, "model-not-exported")
        problem = problem_of(client.get("/on-device"), 404, "model-not-exported")
        assert "`paishi export EfficientNetLite0 --on-device`" in problem.detail
        assert "on_device" not in client.get("/readyz").json()


def test_the_model_for_phones_is_described_with_what_a_phone_needs(client: AppClient) -> None:
    found = client.get("/on-device").json()
    assert found["model"] == {"name": "EfficientNetLite0", "labels": "imagenet"}
    assert (found["input_height"], found["input_width"], found["fit"]) == (224, 192, "crop")
    assert found["confident_at"] == pytest.approx(0.6 + 0.4 / 1000)
    for file, content in (
        ("onnx", CONTENT),
        ("labels", client.get("/labels/EfficientNetLite0.json").content),
    ):
        assert client.get(found[file]["path"]).content == content
        assert found[file]["bytes"] == len(content)
        assert found[file]["sha256"] == hashlib.sha256(content).hexdigest()
    assert client.get("/readyz").json()["on_device"] is True


def test_the_served_model_comes_before_a_smaller_one(tmp_path: Path) -> None:
    lay_out(tmp_path)
    (tmp_path / "on-device" / "damaged").mkdir()
    folder = lay_out(tmp_path, "ResNet50")
    (folder / MODEL).write_bytes(2 * CONTENT)
    write_manifest("ResNet50", [], folder)

    with started(on_device=True, cache=str(tmp_path)) as client:
        found = client.get("/on-device").json()
        assert (found["model"]["name"], found["onnx"]["path"]) == ("ResNet50", "/models/ResNet50.onnx")

    def load(on_progress: object) -> Recogniser:
        return replace(load_brightness(on_progress), name="VGG16")

    with started(load, on_device=True, cache=str(tmp_path), confident_at=0.7) as client:
        found = client.get("/on-device").json()
        assert found["model"]["name"] == "EfficientNetLite0"
        assert found["confident_at"] == pytest.approx(0.7 + 0.3 / 1000)


def test_it_is_off_unless_the_operator_opens_it(cache: Path) -> None:
    with started(cache=str(cache)) as client:
        for path in (PATH, "/labels/imagenet.json", "/on-device"):
            problem_of(client.get(path), 403, "on-device-off")
        assert "on_device" not in client.get("/readyz").json()


def test_it_has_the_same_access_rules_as_other_routes(cache: Path) -> None:
    key = new_key()
    with started(on_device=True, cache=str(cache), auth="key", keys=hash_of(key.encode())) as client:
        for path in (PATH, "/labels/imagenet.json", "/on-device"):
            problem_of(client.get(path), 401, "not-authorised")
            assert client.get(path, headers=bearing(key)).status_code == 200
