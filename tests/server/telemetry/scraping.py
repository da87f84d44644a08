"""The content of `/metrics`, read by Prometheus's own parser."""

from typing import NamedTuple

import httpx
from prometheus_client.parser import text_string_to_metric_families


class Series(dict[tuple[str, frozenset[tuple[str, str]]], float]):
    def value(self, name: str, /, **labels: str) -> float:
        """0 where there is no such series yet."""
        return self.get((name, frozenset(labels.items())), 0.0)

    def names(self) -> set[str]:
        return {name for name, _ in self}

    def label_values(self, label: str) -> set[str]:
        return {value for _, labels in self for name, value in labels if name == label}


class Change(NamedTuple):
    before: Series
    after: Series

    def __call__(self, name: str, /, **labels: str) -> float:
        return self.after.value(name, **labels) - self.before.value(name, **labels)


def series_of(client: httpx.Client) -> Series:
    answer = client.get("/metrics")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return Series(
        ((sample.name, frozenset(sample.labels.items())), sample.value)
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    )
