"""Rate limits of one client."""

import asyncio
from collections.abc import Iterator

import pytest

from paishi.access.keys import hash_of
from paishi.access.rate_limits import RateLimits
from paishi.problems.kinds import TooManyRequests
from tests.server.access.sending import bearing, post, problem_of
from tests.server.api.conftest import started
from tests.server.pictures import file_of, noise

LARGE = file_of(noise(600, 400), "PNG")  # 0.7 MB
KEYS = {name: f"paishi_{name * 43}" for name in "ab"}
STORED = ",".join(f"{name}:{hash_of(key.encode())}" for name, key in KEYS.items())


def test_uploads_per_minute() -> None:
    with started(uploads_per_minute=2) as client:
        assert [post(client, path).status_code for path in ("/predict", "/image")] == [200, 200]
        for path in ("/predict", "/image", "/explain"):
            problem = problem_of(post(client, path), 429, "too-many-requests")
            assert 0 < (problem.retry_after or 0) <= 60
            assert "photos" in problem.detail
        assert client.get("/models").status_code == 200  # nothing else is counted


def test_megabytes_per_minute() -> None:
    with started(mb_per_minute=1) as client:
        statuses = [client.post("/image", files={"image": LARGE}).status_code for _ in range(3)]
        assert statuses == [200, 200, 429]  # the one that goes over is still taken
        assert "megabytes" in problem_of(post(client), 429, "too-many-requests").detail


def chunks() -> Iterator[bytes]:
    yield b'--b\r\nContent-Disposition: form-data; name="image"; filename="x"\r\n\r\n'
    for start in range(0, len(LARGE), 10_000):
        yield LARGE[start : start + 10_000]
    yield b"\r\n--b--\r\n"


@pytest.mark.parametrize("lie", [{}, {"Content-Length": "1"}], ids=["chunked", "chunked with a length"])
def test_a_body_without_a_length_is_counted_as_it_arrives(lie: dict[str, str]) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=b", "Transfer-Encoding": "chunked", **lie}
    with started(mb_per_minute=1) as client:
        sent = [client.post("/image", content=chunks(), headers=headers) for _ in range(3)]
        assert [answer.status_code for answer in sent] == [200, 200, 429]


def test_a_length_beyond_the_limit_counts_as_the_largest_photo() -> None:
    """Otherwise a client could overflow the counters of a storage."""

    async def use() -> None:
        limits = RateLimits(megabytes=3, largest=1_000_000)
        for _ in range(3):
            await limits.upload("a", 10**18)
        with pytest.raises(TooManyRequests):
            await limits.upload("a", 10**18)
        await limits.received("b", 10**18)
        await limits.upload("b", 10**18)

    asyncio.run(use())


def test_every_key_has_its_own_limit() -> None:
    with started(auth="key", keys=STORED, uploads_per_minute=1) as client:
        for key in KEYS.values():
            assert post(client, **bearing(key)).status_code == 200
            problem_of(post(client, **bearing(key)), 429, "too-many-requests")
        problem_of(post(client), 401, "not-authorised")


def test_requests_without_a_key_do_not_count_for_it() -> None:
    with started(auth="key", keys=STORED, uploads_per_minute=1) as client:
        for _ in range(3):
            problem_of(post(client), 401, "not-authorised")
        assert post(client, **bearing(KEYS["a"])).status_code == 200


def test_no_limits_by_default() -> None:
    with started() as client:
        assert {post(client).status_code for _ in range(100)} == {200}


def test_a_minute_later_it_is_allowed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with started(uploads_per_minute=1) as client:
        counters = client.services.access.rate_limits._local
        assert post(client).status_code == 200
        wait = problem_of(post(client), 429, "too-many-requests").retry_after or 0
        now = counters._clock()
        monkeypatch.setattr(counters, "_clock", lambda: now + wait - 2)
        problem_of(post(client), 429, "too-many-requests")
        monkeypatch.setattr(counters, "_clock", lambda: now + wait)
        assert post(client).status_code == 200
