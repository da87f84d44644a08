"""The simulation agrees with what queueing theory knows, and with what the server promises."""

import pytest

pytest.importorskip("simpy", reason="needs simpy, of the test dependencies")

from tests.scale.simulate import SPREAD, Conditions, Fleet, burst, from_zero, rolling, standing_load

SLOW = Conditions(0.2, cores=2)


def test_the_mean_wait_is_that_of_pollaczek_and_khinchine() -> None:
    """One core at 70 %: wait = load / (1 - load) * (1 + spread²) / 2 service times."""
    conditions = Conditions(0.1, cores=1, hop_s=0)
    tally = standing_load(conditions, 1, 7.0, 3000)
    expected = 0.1 + 0.1 * 0.7 / 0.3 * (1 + SPREAD**2) / 2
    assert tally.refused == 0
    assert sum(tally.latencies) / len(tally.latencies) == pytest.approx(expected, rel=0.05)


def test_twice_the_load_is_half_refused_and_the_rest_is_in_time() -> None:
    tally = standing_load(SLOW, 2, 2 * 2 * SLOW.capacity, 60)
    assert tally.lost_share() == pytest.approx(0.5, abs=0.1)
    assert max(tally.latencies) < 1.2 * SLOW.max_wait_s
    assert tally.nowhere == 0


def test_more_servers_come_for_a_burst_and_go_after_it() -> None:
    row = burst(SLOW, 0.5, 2, seconds=900)
    assert 4 <= row.servers <= 12
    assert row.without_answer < 0.05


def test_from_zero_only_those_before_the_first_server_get_no_answer() -> None:
    row = from_zero(SLOW, 2.0, 120)
    waited = (SLOW.start_s + 1) / 120
    assert row.without_answer == pytest.approx(waited, abs=0.03)


def test_a_rolling_update_loses_nothing() -> None:
    assert rolling(SLOW, 3, 0.6, 120).without_answer == 0


def test_a_server_that_leaves_is_paid_for_until_it_has_finished() -> None:
    fleet = Fleet(SLOW, 2)
    fleet.stop(fleet.staying[0])
    tally = fleet.run(lambda now: 5.0, 5.0, 20)
    assert tally.core_s == pytest.approx(20 * 2, abs=8)
    assert len(fleet.known) == len(fleet.paid) == 1
    assert tally.lost_share() == 0
