"""Gauges read at scrape time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from paishi.admission.admission import Admission
from paishi.admission.body_memory import BodyMemory
from paishi.admission.connections import Connections
from paishi.recognition.recognition import Ready, Recognition
from paishi.store.echoes import Echoes

if TYPE_CHECKING:
    from paishi.teaching.book import Book


class Gauges(Collector):
    """The first of `admissions` is that of photos to be recognised."""

    def __init__(
        self,
        recognition: Recognition,
        admissions: Sequence[Admission],
        body_memory: BodyMemory,
        connections: Connections,
        store: Echoes,
        book: Book | None,
    ) -> None:
        self._recognition = recognition
        self._admissions = admissions
        self._body_memory = body_memory
        self._connections = connections
        self._store = store
        self._book = book

    def collect(self) -> Iterator[Metric]:
        state = self._recognition.state
        yield GaugeMetricFamily("paishi_ready", "1 if the model is ready.", int(isinstance(state, Ready)))
        if isinstance(state, Ready):
            yield _model_info(state)
        in_hand = self._admissions[0].in_hand
        yield GaugeMetricFamily("paishi_in_hand", "Photos in progress or waiting.", in_hand)
        yield GaugeMetricFamily("paishi_connections", "Open connections.", self._connections.open)
        yield GaugeMetricFamily(
            "paishi_bodies_bytes", "Memory of request bodies and unread responses.", self._body_memory.held
        )
        yield self._full()
        kept = "Pictures that wait to be fetched."
        yield GaugeMetricFamily("paishi_store_bytes", kept, self._store.size)
        yield GaugeMetricFamily("paishi_store_pictures", kept, self._store.pictures)

        if self._book:
            yield GaugeMetricFamily("paishi_taught_bytes", "Files of taught things.", self._book.size)

    def _full(self) -> Metric:
        refused = [admission.refused for admission in self._admissions]
        counts = {
            "PAISHI_MAX_WAIT_S": sum(by_reason["wait"] for by_reason in refused),
            "PAISHI_MAX_IN_HAND": sum(by_reason["in-hand"] for by_reason in refused),
            "PAISHI_MAX_BODIES_MB": self._body_memory.refused + self._body_memory.ended,
            "PAISHI_MAX_CONNECTIONS": self._connections.ended,
        }
        family = CounterMetricFamily(
            "paishi_full",
            "What was refused, by the setting that limits it.",
            labels=["limit"],
        )
        for limit, count in counts.items():
            family.add_metric([limit], count)
        return family


def _model_info(ready: Ready) -> GaugeMetricFamily:
    recogniser = ready.recogniser
    labels = {
        "name": recogniser.model.name,
        "runtime": recogniser.runtime.name,
        "precision": recogniser.runtime.precision,
        "fit": recogniser.fit,
        "labels": recogniser.labels.name,
    }
    info = GaugeMetricFamily("paishi_model_info", "1 for the model that is served.", labels=list(labels))
    info.add_metric(list(labels.values()), 1)
    return info
