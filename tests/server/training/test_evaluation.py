import numpy as np
import pytest

from paishi.training.evaluation import Evaluation, wilson


def evaluation(labels: list[int], sure: list[float], first: list[int]) -> Evaluation:
    """Two classes; each photo's first name with its probability."""
    rows = np.array([[p, 1 - p] if name == 0 else [1 - p, p] for p, name in zip(sure, first, strict=True)])
    return Evaluation(("a", "b"), np.array(labels, np.intp), rows.astype(np.float32))


def test_wilsons_interval_is_as_published() -> None:
    """Newcombe 1998, Statistics in Medicine 17, table I, method 3."""
    for right, of, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611)):
        found = wilson(right, of)
        assert found.low == pytest.approx(low, abs=1e-4)
        assert found.high == pytest.approx(high, abs=1e-4)


def test_figures_of_classes_are_precision_and_recall() -> None:
    found = evaluation([0, 0, 0, 1], [0.9] * 4, [0, 0, 1, 1])
    assert found.confusion.tolist() == [[2, 1], [0, 1]]
    a, b = found.of_classes()
    assert (a.precision.right, a.precision.of, a.recall.right, a.recall.of) == (2, 2, 2, 3)
    assert (b.precision.right, b.precision.of, b.recall.right, b.recall.of) == (1, 2, 1, 1)
    assert found.accuracy.share == 0.75


def test_the_worst_mistakes_are_the_surest() -> None:
    assert evaluation([0, 0, 1, 1], [0.6, 0.9, 0.99, 0.8], [1, 1, 1, 0]).worst() == [1, 3, 0]


def test_reliability_compares_probability_with_the_share_that_is_right() -> None:
    found = evaluation([0] * 4, [0.95] * 4, [0, 0, 1, 1])
    (only,) = found.reliability()
    assert (only.low, only.high, only.right.share) == (0.9, 1.0, 0.5)
    assert found.calibration_error == pytest.approx(0.45)


def test_the_threshold_is_the_lowest_from_which_95_in_100_are_right() -> None:
    # At 0.6 corrected for chance, 0.8, four of ten are wrong; above it none.
    labels = [0] * 50
    sure = [0.8] * 10 + [0.99] * 40
    first = [1] * 4 + [0] * 46
    found = evaluation(labels, sure, first).confidence()
    assert found.at == pytest.approx(0.61)
    assert (found.named, found.right) == (80, 100)


def test_a_threshold_is_never_below_that_of_models_not_measured() -> None:
    assert evaluation([0] * 20, [0.95] * 20, [0] * 20).confidence() == (0.5, 100, 100)
    assert evaluation([0] * 20, [0.99] * 20, [1] * 20).confidence().right == 0
