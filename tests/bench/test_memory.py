import os

from tests.bench.memory import resident_mb, sum_of_family


def test_memory_counts_children_and_their_children_only() -> None:
    processes = [(1, 0, 1000), (20, 10, 4), (10, 1, 3), (30, 20, 5), (40, 1, 7)]
    assert sum_of_family(processes, 10) == 3 + 4 + 5
    assert sum_of_family(processes, 40) == 7
    assert sum_of_family(processes, 99) == 0


def test_this_process_has_some() -> None:
    own = resident_mb(os.getpid())
    assert own is None or 10 < own < 10_000
