import os
import time

import pytest

from tests.bench.processor import processor_seconds


def test_it_counts_what_this_process_has_used() -> None:
    own = processor_seconds(os.getpid())
    if own is None:
        pytest.skip("needs /proc, which only Linux has")
    assert own == pytest.approx(time.process_time(), abs=0.2)


def test_a_process_that_is_gone_has_none() -> None:
    assert processor_seconds(2**30) is None
