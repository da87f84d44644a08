"""Servers are replaced one after the other without losing a request."""

import signal
import threading
from collections import Counter
from pathlib import Path

import httpx

from tests.server.conftest import run_server, wait_for
from tests.server.lifecycle.balancer import balancing
from tests.server.lifecycle.conftest import assert_no_trace, exit_code

CLIENTS = 4


class Load:
    """Clients that send one photo after the other; `outcomes` counts their statuses and failures."""

    def __init__(self, url: str, photos: list[Path]) -> None:
        self.outcomes: Counter[str] = Counter()
        self._url = url
        self._photos = [photo.read_bytes() for photo in photos]
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=[first]) for first in range(CLIENTS)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def some_more(self) -> None:
        until = self.outcomes.total() + 10 * CLIENTS
        wait_for(lambda: self.outcomes.total() > until, 60, "more answers")

    def _ask(self, number: int) -> None:
        with httpx.Client(base_url=self._url, timeout=60, trust_env=False) as client:
            while not self._stop.is_set():
                number += 1
                photo = self._photos[number % len(self._photos)]
                try:
                    answer = client.post("/predict", files={"image": photo})
                    self.outcomes[f"{answer.status_code} {answer.text if answer.is_error else ''}"] += 1
                except httpx.TransportError as error:
                    self.outcomes[repr(error)] += 1


def test_not_one_request_is_lost(tmp_path: Path, keras_home: Path, photos: list[Path]) -> None:
    environment = {"KERAS_HOME": str(keras_home), "PAISHI_MODEL": "MobileNetV2", "PAISHI_DRAIN_S": "2"}
    with (
        run_server(tmp_path / "one", **environment) as one,
        run_server(tmp_path / "two", **environment) as two,
        balancing(one.url, two.url) as (url, balancer),
        Load(url, photos) as load,
    ):
        load.some_more()
        assert set(balancer.sent_to) == {one.url}
        one.process.send_signal(signal.SIGTERM)
        assert exit_code(one.process) == 0
        load.some_more()
        port = one.url.rpartition(":")[2]
        with run_server(tmp_path / "anew", PAISHI_PORT=port, **environment) as anew:
            wait_for(lambda: balancer.ready[anew.url], 30, "the new server")
            load.some_more()
            two.process.send_signal(signal.SIGTERM)
            assert exit_code(two.process) == 0
            load.some_more()
            load.__exit__()
    assert set(load.outcomes) == {"200 "}, load.outcomes
    assert set(balancer.sent_to) == {one.url, two.url}
    for server in (one, two, anew):
        assert_no_trace(server)
