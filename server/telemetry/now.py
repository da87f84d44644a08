"""What is so at the moment that Prometheus asks."""

from collections.abc import Callable, Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from server.recognition.recognition import Ready, Recognition
from server.store.echoes import Echoes


class Now(Collector):
    """`in_hand` is how many photos are worked on or wait."""

    def __init__(self, recognition: Recognition, in_hand: Callable[[], int], store: Echoes) -> None:
        self._recognition = recognition
        self._in_hand = in_hand
        self._store = store

    def collect(self) -> Iterator[GaugeMetricFamily]:
        state = self._recognition.state
        yield GaugeMetricFamily("paishi_ready", "1 where a network answers.", int(isinstance(state, Ready)))
        if isinstance(state, Ready):
            yield _network(state)
        yield GaugeMetricFamily("paishi_in_hand", "Photos worked on or waiting.", self._in_hand())
        kept = "Pictures that wait to be fetched."
        yield GaugeMetricFamily("paishi_store_bytes", kept, self._store.size)
        yield GaugeMetricFamily("paishi_store_pictures", kept, self._store.pictures)


def _network(ready: Ready) -> GaugeMetricFamily:
    recogniser = ready.recogniser
    labels = {
        "name": recogniser.network,
        "runtime": recogniser.runtime.name,
        "precision": recogniser.runtime.precision,
        "fit": recogniser.fit,
        "labels": recogniser.labels.name,
    }
    info = GaugeMetricFamily("paishi_network_info", "1 for the network that answers.", labels=list(labels))
    info.add_metric(list(labels.values()), 1)
    return info
