import numpy as np
import pytest

from tests.bench.arrivals import poisson_arrivals


def test_arrivals_have_the_rate_and_the_spread_of_a_poisson_process() -> None:
    times = poisson_arrivals(rate=50, seconds=400, seed=3)
    gaps = np.diff(times)
    assert len(times) == pytest.approx(20_000, rel=0.03)
    assert gaps.mean() == pytest.approx(1 / 50, rel=0.03)
    assert gaps.std() == pytest.approx(1 / 50, rel=0.05)  # evenly spaced ones would have none


def test_arrivals_are_in_order_and_in_time() -> None:
    times = poisson_arrivals(rate=20, seconds=5, seed=1)
    assert times == sorted(times)
    assert times[0] > 0
    assert times[-1] < 5


def test_arrivals_repeat_with_their_seed() -> None:
    assert poisson_arrivals(9, 10, seed=1) == poisson_arrivals(9, 10, seed=1)
    assert poisson_arrivals(9, 10, seed=1) != poisson_arrivals(9, 10, seed=2)
