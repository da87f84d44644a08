from math import inf, isnan

import pytest

from tests.bench.load import Load
from tests.bench.summary import cores_bound, ratio, summarise


def load(latencies: list[float], refused: int = 0, **errors: int) -> Load:
    return Load(2.0, latencies, [0.001] * refused, errors, 0.0)


def test_percentiles_are_in_ms_and_interpolated() -> None:
    summary = summarise([load([second / 1000 for second in range(101)])])
    assert (summary.p50_ms, summary.p95_ms, summary.p99_ms) == pytest.approx((50, 95, 99))
    assert summary.tail == pytest.approx(99 / 50)
    assert summary.per_second == pytest.approx(101 / 2)


def test_percentiles_are_taken_within_each_round() -> None:
    """One slow round must not become the tail of them all."""
    quick, slow = load([0.010] * 50), load([0.100] * 50)
    summary = summarise([quick, slow, quick])
    assert summary.p99_ms == pytest.approx(10)
    assert summary.tail == pytest.approx(1)
    assert summary.answers == 150


def test_refusals_and_errors_are_summed_and_no_answers() -> None:
    summary = summarise(
        [load([0.01] * 6, refused=3, ConnectionResetError=1), load([0.01] * 6, refused=2, **{"500": 2})]
    )
    assert summary.per_second == pytest.approx(3)
    assert summary.refused_share == pytest.approx(5 / 20)
    assert summary.errors == {"ConnectionResetError": 1, "500": 2}


def test_a_server_that_never_answered() -> None:
    summary = summarise([load([], refused=4)])
    assert summary.per_second == 0
    assert isnan(summary.p50_ms)
    assert summary.refused_share == 1


def test_ratio_is_the_median_of_the_rounds_not_the_ratio_of_medians() -> None:
    assert ratio([60, 10, 44], [10, 2, 11]) == 5
    assert ratio([1.0], [0.0]) == inf


def test_bound_adds_what_network_and_decoding_take_of_all_cores() -> None:
    # 40 pictures/s take 25 ms of four cores each; 20 core-ms of decoding take 5 ms of them.
    assert cores_bound(runtime=40, decoding=0.020, cores=4) == pytest.approx(1000 / 30)
    assert cores_bound(runtime=40, decoding=0, cores=4) == pytest.approx(40)
    assert cores_bound(runtime=40, decoding=0.020, cores=1) == pytest.approx(1000 / 45)
