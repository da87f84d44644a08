"""Browsers: headers of every response, CORS, `/docs`."""

import re
from urllib.parse import urljoin

import pytest
from httpx import Response

from paishi.cli.errors import read_settings
from paishi.settings import Settings
from tests.server.api.conftest import AppClient, started
from tests.server.api.test_problems import assert_problem
from tests.server.pictures import file_of, noise

PHOTO = file_of(noise())
PAGE = "https://www.example.com"
STRICT = "default-src 'none'; frame-ancestors 'none'"
PATHS = ["/", "/web/page.js", "/web/icon.svg", "/docs", "/openapi.json", "/livez", "/models", "/nothing"]


def assert_protected(answer: Response) -> None:
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    is_page = answer.headers["content-type"].startswith("text/html")
    assert (policy == STRICT) is not is_page
    assert answer.headers.get("x-frame-options") == ("DENY" if is_page else None)
    assert "strict-transport-security" not in answer.headers
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize("path", PATHS)
def test_every_get(app_client: AppClient, path: str) -> None:
    assert_protected(app_client.get(path))


def test_photos_and_problems(app_client: AppClient) -> None:
    for path in ("/predict", "/image"):
        assert_protected(app_client.post(path, files={"image": PHOTO}))
        assert_protected(app_client.post(path, files={"image": b"no photo"}))
    assert_protected(app_client.get("/predict"))


def test_unexpected_errors(app_client: AppClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> object:
        raise RuntimeError("broken")

    monkeypatch.setattr(app_client.services.photos, "views", broken)
    answer = app_client.post("/predict", files={"image": PHOTO})
    assert_problem(answer, 500, "internal")
    assert_protected(answer)


def test_a_body_that_is_too_large() -> None:
    with started(max_body_mb=0.001) as client:
        answer = client.post("/predict", files={"image": b"x" * 5000})
        assert_problem(answer, 413, "image-too-large")
        assert_protected(answer)


def test_while_the_server_shuts_down() -> None:
    with started() as client:
        client.services.lifecycle.phase = "closing"
        answer = client.get("/livez")
        assert assert_problem(answer, 503, "shutting-down").retry_after == int(answer.headers["retry-after"])
        assert answer.headers["connection"] == "close"
        assert_protected(answer)


def preflight(client: AppClient, origin: str = PAGE, method: str = "POST", header: str = "") -> Response:
    asked = {"Origin": origin, "Access-Control-Request-Method": method}
    if header:
        asked["Access-Control-Request-Headers"] = header
    return client.options("/predict", headers=asked)


def test_other_origins_are_refused_by_default(app_client: AppClient) -> None:
    assert_problem(preflight(app_client), 405, "method-not-allowed")
    answer = app_client.post("/predict", files={"image": PHOTO}, headers={"Origin": PAGE})
    for one in (preflight(app_client), answer):
        assert not [name for name in one.headers if name.startswith("access-control")]


def test_allowed_origins(monkeypatch: pytest.MonkeyPatch) -> None:
    with started(cors_origins=["https://other.example.com", PAGE]) as client:
        allowed = preflight(client, header="authorization, x-api-key, x-request-id")
        assert allowed.status_code == 200
        assert allowed.headers["access-control-allow-origin"] == PAGE
        for answer in (
            client.post("/predict", files={"image": PHOTO}, headers={"Origin": PAGE}),
            client.post("/predict", files={"image": b"no photo"}, headers={"Origin": PAGE}),
        ):
            assert answer.headers["access-control-allow-origin"] == PAGE
            exposed = answer.headers["access-control-expose-headers"].split(", ")
            assert set(exposed) == {"X-Request-ID", "Retry-After"}
            assert "access-control-allow-credentials" not in answer.headers
            assert "Origin" in answer.headers["vary"]
            assert answer.headers["cross-origin-resource-policy"] == "cross-origin"

        def broken(*_: object) -> object:
            raise RuntimeError("broken")

        monkeypatch.setattr(client.services.photos, "views", broken)
        answer = client.post("/predict", files={"image": PHOTO}, headers={"Origin": PAGE})
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (500, PAGE)


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"origin": "https://evil.example.com"}, "origin"),
        ({"origin": PAGE + ".evil.com"}, "origin"),
        ({"origin": "https://evil.example.com", "method": "TRACE"}, "origin, method"),
        ({"method": "TRACE"}, "method"),
        ({"header": "X-Other"}, "headers"),
    ],
    ids=str,
)
def test_other_preflights_are_refused(wrong: dict[str, str], what: str) -> None:
    """The operator can change the origins only."""
    with started(cors_origins=[PAGE]) as client:
        answer = preflight(client, **wrong)
        detail = assert_problem(answer, 422, "request-invalid").detail
        assert detail.startswith(f"Disallowed CORS {what}.")
        assert ("PAISHI_CORS_ORIGINS" in detail) == ("origin" in wrong)
        assert "access-control-allow-methods" not in answer.headers


def test_any_origin_but_without_credentials() -> None:
    with started(cors_origins=["*"]) as client:
        answer = client.get("/livez", headers={"Origin": PAGE, "Cookie": "a=b"})
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("wrong", ["www.example.com", f"{PAGE}/", f"{PAGE}/page", "null"])
def test_invalid_origins(
    wrong: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PAISHI_CORS_ORIGINS", f"{PAGE},{wrong}")
    with pytest.raises(BaseException, match="2"):
        read_settings()
    error = capsys.readouterr().err
    assert "PAISHI_CORS_ORIGINS" in error
    assert wrong in error


def test_origins_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAISHI_CORS_ORIGINS", f"{PAGE}, http://127.0.0.1:8080")
    assert Settings().cors_origins == [PAGE, "http://127.0.0.1:8080"]


def test_docs_can_be_closed() -> None:
    with started(docs=False) as client:
        for path in ("/docs", "/openapi.json", "/redoc", "/static-offline-docs/swagger-ui.css"):
            assert "/docs" not in assert_problem(client.get(path), 404, "not-found").detail.replace(path, "")
        assert "docs" not in client.get("/").text
        assert_problem(client.get("/predict"), 405, "method-not-allowed")
        assert client.post("/predict", files={"image": PHOTO}).status_code == 200


def test_docs_are_open_by_default(app_client: AppClient) -> None:
    assert 'href="docs"' in app_client.get("/").text
    page = app_client.get("/docs")
    assert re.search(r"script-src 'self' 'sha256-[\w+/]+='", page.headers["content-security-policy"])


@pytest.mark.parametrize("path", ["/", "/docs", "/docs/"])
def test_pages_name_what_they_need_relative_to_themselves(app_client: AppClient, path: str) -> None:
    """A proxy may serve them under a path of its own; tests/e2e/prefix.chromium.test.js has one."""
    needed = re.findall(r"""(?:href|src)="([^"]+)"|url: '([^']+)'""", app_client.get(path).text)
    for address in filter(None, (found for pair in needed for found in pair)):
        assert not address.startswith(("/", "http")), address
        assert app_client.get(urljoin(path, address)).status_code == 200, address
    assert len(needed) >= 4


def test_the_description_is_relative_to_its_own_address(app_client: AppClient) -> None:
    assert app_client.get("/openapi.json").json()["servers"] == [{"url": "."}]
