"""The metrics of a real server."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.server.api.conftest import started
from tests.server.conftest import wait_for
from tests.server.pictures import file_of, noise
from tests.server.telemetry.conftest import Watched
from tests.server.telemetry.scraping import Change, series_of

STAGES = ("decode_queue", "decode", "queue", "inference")


def change(watched: Watched, act: Callable[[httpx.Client], httpx.Response], status: int) -> Change:
    before = watched.series()
    answer = act(watched.client)
    assert answer.status_code == status, answer.text
    return Change(before, watched.series())


def labels(method: str, route: str, status: int) -> dict[str, str]:
    return {
        "http_request_method": method,
        "http_route": route,
        "http_response_status_code": str(status),
    }


def test_a_good_photo(watched: Watched, photos: list[Path]) -> None:
    photo = photos[0].read_bytes()
    grown = change(watched, lambda client: client.post("/predict", files={"image": photo}), 200)
    here = labels("POST", "/predict", 200)
    assert grown("http_server_request_duration_seconds_count", **here) == 1
    assert grown("http_server_request_duration_seconds_bucket", le="+Inf", **here) == 1
    assert grown("http_server_request_body_size_bytes_count", **here) == 1
    assert len(photo) < grown("http_server_request_body_size_bytes_sum", **here) < len(photo) + 1000
    whole = grown("http_server_request_duration_seconds_sum", **here)
    parts = {stage: grown(f"paishi_{stage}_duration_seconds_sum") for stage in STAGES}
    assert all(grown(f"paishi_{stage}_duration_seconds_count") == 1 for stage in STAGES)
    assert all(seconds > 0 for seconds in parts.values())
    assert sum(parts.values()) < whole
    assert grown("paishi_batch_size_count") == grown("paishi_batch_size_sum") == 1
    codes = grown.after.label_values("reason")
    assert len(codes) > 10
    assert not any(grown("paishi_refused_total", reason=code) for code in codes)


def test_a_bad_photo(watched: Watched) -> None:
    cut = file_of(noise())[:500]
    grown = change(watched, lambda client: client.post("/predict", files={"image": cut}), 422)
    assert grown("http_server_request_duration_seconds_count", **labels("POST", "/predict", 422)) == 1
    assert grown("paishi_refused_total", reason="image-unreadable") == 1
    assert grown("paishi_decode_duration_seconds_count") == 1
    assert grown("paishi_inference_duration_seconds_count") == 0


@pytest.mark.parametrize("path", ["/nothing", "/nothing/else?secret=1", "/image", "/predict/x"])
def test_an_unknown_path_is_no_label(watched: Watched, path: str) -> None:
    method = "GET" if path != "/image" else "DELETE"
    status, route = (404, "") if path != "/image" else (405, "/image")
    grown = change(watched, lambda client: client.request(method, path), status)
    assert grown("http_server_request_duration_seconds_count", **labels(method, route, status)) == 1
    assert grown("paishi_refused_total", reason="not-found" if status == 404 else "method-not-allowed") == 1


def test_labels_have_few_values(watched: Watched) -> None:
    for number in range(20):
        watched.client.get(f"/nothing-{number}")
        watched.client.get(f"/image/{number}")
        watched.client.get(f"/web/{number}.js")
        watched.client.request(f"METHOD{number}", "/predict")
    series = watched.series()
    assert series.label_values("http_request_method") <= {"GET", "POST", "DELETE", "_OTHER"}
    routes = series.label_values("http_route")
    assert {"", "/image/{picture_id}", "/web/{path}", "/predict"} <= routes
    assert not any(digit in "".join(routes) for digit in "0123456789")


def test_a_view_is_not_a_photo(watched: Watched, photos: list[Path]) -> None:
    """/explain decodes twice and runs the model once."""
    photo = photos[0].read_bytes()
    grown = change(watched, lambda client: client.post("/explain", files={"image": photo}), 200)
    assert grown("paishi_decode_duration_seconds_count") == 2
    assert grown("paishi_inference_duration_seconds_count") == 1


def test_gauges(watched: Watched) -> None:
    headers = {"Accept": "application/json"}
    grown = change(
        watched, lambda client: client.post("/image", files={"image": file_of(noise())}, headers=headers), 200
    )
    assert grown("paishi_store_pictures") == 1
    assert grown("paishi_store_bytes") > 100
    series = grown.after
    assert series.value("paishi_ready") == 1
    assert series.value("paishi_in_hand") == 0
    assert series.value("http_server_active_requests") == 1  # this scrape
    model = {"name": "MobileNetV2", "runtime": "openvino", "precision": "fp32", "fit": "crop"}
    assert series.value("paishi_model_info", labels="imagenet", **model) == 1


def test_without_a_model_it_is_not_ready() -> None:
    def load(on_progress: object) -> object:
        raise RuntimeError("no weights")

    with started(load=load) as client:
        series = series_of(client)
        assert series.value("paishi_ready") == 0
        assert "paishi_ready" in series.names()
        assert "paishi_model_info" not in series.names()


def test_photos_in_hand_are_seen(watched: Watched) -> None:
    with started(max_in_hand=1) as client, client.services.admission.admit():
        assert series_of(client).value("paishi_in_hand") == 1
        assert client.post("/image", files={"image": file_of(noise())}).status_code == 503
        series = series_of(client)
        assert series.value("paishi_refused_total", reason="overloaded") == 1
        assert series.value("paishi_full_total", limit="PAISHI_MAX_IN_HAND") == 1
        assert series.value("paishi_full_total", limit="PAISHI_MAX_WAIT_S") == 0


def test_applications_in_one_process_count_separately() -> None:
    with started() as one, started() as other:
        one.get("/nothing")
        assert series_of(one).value("paishi_refused_total", reason="not-found") == 1
        assert series_of(other).value("paishi_refused_total", reason="not-found") == 0


def test_a_client_that_disconnects_was_not_refused() -> None:
    with started() as client:

        def half() -> object:
            yield b'--b\r\nContent-Disposition: form-data; name="image"; filename="x"\r\n\r\n'
            raise ConnectionAbortedError

        with pytest.raises(ConnectionAbortedError):
            client.post(
                "/predict", content=half(), headers={"Content-Type": "multipart/form-data; boundary=b"}
            )
        gone = labels("POST", "/predict", 0) | {"http_response_status_code": ""}
        wait_for(
            lambda: series_of(client).value("http_server_request_duration_seconds_count", **gone) == 1,
            10,
            "the request that broke off",
        )
        series = series_of(client)
        assert not any(
            series.value("paishi_refused_total", reason=code) for code in series.label_values("reason")
        )
