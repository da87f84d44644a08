"""Training of a small head on points, in which every rule of a phase shows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from paishi.models.keras.imports import keras
from paishi.training.heads import find_head
from paishi.training.keras import names
from paishi.training.keras.build import build_head
from paishi.training.keras.devices import make_repeatable
from paishi.training.keras.fit import BATCH, Batches, Recipe, State, fit, probabilities, read_state
from paishi.training.options import Epoch, Reporter

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation")

_RANDOM = np.random.default_rng(1)
POINTS = _RANDOM.normal(size=(3 * BATCH + 5, 6)).astype(np.float32)
LABELS = (POINTS[:, 0] + POINTS[:, 1] > 0).astype(np.intp)
KEY = "these points"

Train = Callable[..., tuple[State, keras.Model]]


def points(some: slice, weights: tuple[float, float] = (1, 1)) -> Batches:
    return Batches(
        lambda indices: POINTS[some][indices], LABELS[some], np.array(weights, np.float32), (6,), "float32"
    )


TRAIN, VAL = points(slice(25, None)), points(slice(25))


@pytest.fixture
def train(tmp_path: Path) -> Train:
    def run(
        reporter: Reporter | None = None,
        key: str = KEY,
        train: Batches = TRAIN,
        optimizer: str = "adam",
        rate: float | None = 0.01,
        schedule: str = "polynomial",
        **options: Any,
    ) -> tuple[State, keras.Model]:
        recipe = Recipe(
            "head",
            lambda steps: names.optimizer(optimizer, rate, schedule, steps)[0],
            lambda: names.loss("categorical_crossentropy")[0],
            lambda: [keras.metrics.CategoricalAccuracy(name="accuracy")],
            **{"epochs": 4, "patience": 5, "seed": 0, **options},
        )
        make_repeatable(recipe.seed)
        model = build_head(find_head("plain"), (6,), 2, names.head_options())  # with dropout
        return fit(model, train, VAL, recipe, tmp_path / "phase", key, reporter or Reporter()), model

    return run


def stopping_in(number: int) -> Reporter:
    """Stops in the middle of an epoch."""
    reporter = Reporter()

    def on_step(phase: str, done: float) -> None:
        reporter.stop = done > (number - 0.8) / 4

    reporter.on_step = on_step
    return reporter


def test_it_learns_and_ends_with_the_weights_of_the_best_epoch(train: Train) -> None:
    state, model = train(epochs=10, rate=0.1, patience=3, schedule="constant")
    right = probabilities(model, VAL)[np.arange(25), LABELS[:25]]
    best = min(logs["val_loss"] for logs in state.history)
    assert state.history[-1]["val_accuracy"] > 0.8
    assert -np.log(right).mean() == pytest.approx(best, rel=1e-4)


def test_resumed_it_gives_the_numbers_of_an_uninterrupted_training(train: Train) -> None:
    """And so does the same seed."""
    steps: list[float] = []
    epochs: list[Epoch] = []
    whole, model = train(Reporter(on_step=lambda phase, done: steps.append(done), on_epoch=epochs.append))
    assert len(steps) == 4 * TRAIN.steps
    assert steps == sorted(steps)
    assert steps[-1] == 1
    assert [(epoch.number, epoch.epochs) for epoch in epochs] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert epochs[0].logs.keys() == {"loss", "accuracy", "val_loss", "val_accuracy"}

    assert train(stopping_in(1), key="again")[0].history == []
    stopped, _ = train(stopping_in(3), key="again")
    assert stopped.history == whole.history[:2]
    resumed, again = train(key="again")
    assert resumed.history == whole.history
    assert np.array_equal(probabilities(again, VAL), probabilities(model, VAL))


def test_it_ends_after_epochs_without_improvement_and_stays_so(train: Train) -> None:
    options = {"epochs": 50, "rate": 1.0, "patience": 2, "schedule": "constant"}
    state, model = train(**options)
    losses = [logs["val_loss"] for logs in state.history]
    assert len(losses) < 50
    assert losses.index(min(losses)) == state.best == len(losses) - 3
    calls: list[float] = []
    again, same = train(Reporter(on_step=lambda phase, done: calls.append(done)), **options)
    assert not calls
    assert again.history == state.history
    assert np.array_equal(probabilities(same, VAL), probabilities(model, VAL))


def test_checkpoints_count_only_whole_and_of_the_same_key(train: Train, tmp_path: Path) -> None:
    folder = tmp_path / "phase"
    state, _ = train(epochs=1)
    assert sorted(file.name for file in folder.iterdir()) == [
        "best.weights.h5",
        "last-1.weights.h5",
        "state.json",
    ]
    assert read_state(folder, KEY) == state
    assert read_state(folder, "other points") == State("other points")
    for file in folder.iterdir():
        moved = file.rename(tmp_path / file.name)
        assert read_state(folder, KEY) == State(KEY)
        moved.rename(file)
    (folder / "state.json").write_text("no")
    assert read_state(folder, KEY) == State(KEY)


def test_each_epoch_has_all_photos_once_with_the_weight_of_their_class() -> None:
    batches = points(slice(25, None), (1, 20)).shuffled(0, 0).take(2 * TRAIN.steps)
    rows = list(batches.as_numpy_iterator())
    first, second = rows[: TRAIN.steps], rows[TRAIN.steps :]
    inputs, labels, weights = (np.concatenate(part) for part in zip(*first, strict=True))
    again = np.concatenate([inputs for inputs, *_ in second])
    assert not np.array_equal(again, inputs)
    assert np.array_equal(np.sort(again, axis=0), np.sort(inputs, axis=0))
    assert np.array_equal(np.sort(inputs, axis=0), np.sort(POINTS[25:], axis=0))
    assert not np.array_equal(inputs, POINTS[25:])
    assert np.array_equal(weights, np.where(labels[:, 1] == 1, 20, 1))


def test_tensorboard_gets_its_logs(train: Train, tmp_path: Path) -> None:
    train(tensorboard=tmp_path / "logs")
    assert list((tmp_path / "logs" / "head").rglob("events.*"))


def test_views_of_a_photo_are_averaged() -> None:
    inputs = keras.Input((2,))
    same = keras.Model(inputs, inputs)
    rows = np.array([[0, 1], [1, 0], [0.2, 0.8], [0.4, 0.6]], np.float32)
    batches = Batches(lambda some: rows[some], np.zeros(4, np.intp), np.ones(2, np.float32), (2,), "float32")
    assert np.allclose(probabilities(same, batches, views=2), [[0.5, 0.5], [0.3, 0.7]])
