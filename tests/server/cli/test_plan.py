import json

import pytest

from paishi.cli.plan import cost_of
from paishi.models.catalogue import CATALOGUE
from tests.server.cli.command import assert_one_sentence, invoke

PRICES = ("--price-core", "50", "--price-gb", "10")


def planned(*arguments: str) -> dict[str, object]:
    done = invoke("plan", "--json", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    body = json.loads(done.stdout)
    assert isinstance(body, dict)
    return body


def test_a_million_photos() -> None:
    """86.4 million a day are 1000 a second, 3000 at the peak; 20 ms and HAProxy's take 62 cores."""
    figures = planned("--photos-a-day", "86.4e6", "--cpu-ms", "20", "--memory-mb", "500", *PRICES)
    assert (figures["per_second"], figures["peak_per_second"]) == (1000, 3000)
    busy = figures["busy_cores"]
    assert isinstance(busy, float)
    assert 60 < busy < 66
    servers = figures["servers"]
    assert isinstance(servers, int)
    assert (servers - 2) * 4 * 0.6 < busy <= (servers - 1) * 4 * 0.6  # and one to spare
    assert figures["cores"] == 4 * servers
    assert figures["memory_gb"] == servers / 2
    assert figures["money"] == 4 * servers * 50 + servers / 2 * 10
    assert figures["upload_gb_a_day"] == pytest.approx(86.4e6 * 108 / 1e6)


def test_the_table_names_the_machine_and_how_sure_it_is() -> None:
    done = invoke("plan", "--photos-a-day", "1e6", "--model", "efficientnetlite0", *PRICES)
    assert done.returncode == 0, done.stderr
    for text in ("EfficientNetLite0, fp32", "(measured)", "Measured on ", "a month"):
        assert text in done.stdout
    estimated = invoke("plan", "--photos-a-day", "1e6", "--model", "ResNet152")
    assert "(estimated)" in estimated.stdout
    assert "measure it before you buy" in estimated.stdout
    assert "a month" not in estimated.stdout
    own = invoke("plan", "--photos-a-day", "1e6", "--model", "mine", "--cpu-ms", "9", "--memory-mb", "300")
    assert "mine, fp32" in own.stdout
    assert "(your figure)" in own.stdout
    assert "Measured on" not in own.stdout


def test_one_photo_a_day_needs_a_server_and_a_spare_one() -> None:
    assert planned("--photos-a-day", "1")["servers"] == 2


@pytest.mark.parametrize("precision", ["fp32", "int8"])
def test_a_model_with_more_work_costs_more(precision: str) -> None:
    costs = [
        cost.cpu_ms for name in ("ResNet50", "ResNet101", "ResNet152") if (cost := cost_of(name, precision))
    ]
    assert costs == sorted(set(costs))


def test_every_model_has_a_figure_except_those_whose_work_nobody_counted() -> None:
    without = {name for name in CATALOGUE if cost_of(name, "fp32") is None}
    assert {CATALOGUE[name].publisher.name for name in without} == {"PaddleClas"}
    for name in CATALOGUE.keys() - without:
        cost = cost_of(name, "fp32")
        assert cost
        assert 3 < cost.cpu_ms < 3000
        assert 100 < cost.memory_mb < 10_000


@pytest.mark.parametrize(
    "arguments",
    [
        ("--photos-a-day", "0"),
        ("--photos-a-day", "nan"),
        ("--photos-a-day", "1e6", "--peak", "0.5"),
        ("--photos-a-day", "1e6", "--utilisation", "1.1"),
        ("--photos-a-day", "1e6", "--precision", "int4"),
        ("--photos-a-day", "1e6", "--price-core", "50"),
        ("--photos-a-day", "1e6", "--price-core", "-1", "--price-gb", "1"),
        ("--photos-a-day", "1e6", "--model", "ResNet5O"),
        ("--photos-a-day", "1e6", "--model", "PPHGNetV2_B0"),
    ],
)
def test_what_cannot_be_planned_is_refused_in_a_sentence(arguments: tuple[str, ...]) -> None:
    assert_one_sentence(invoke("plan", *arguments))
