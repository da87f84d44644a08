"""Trains a Keras model in epochs, with checkpoints, early stopping and a way to stop and go on."""

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paishi.models.keras.imports import keras, tf
from paishi.system.atomic_write import write_whole
from paishi.training.options import Epoch, Logs, Reporter

BATCH = 32
"""Photos of a step."""

_BEST = "best.weights.h5"
_STATE = "state.json"
_MONITORED = "val_loss"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a phase trains. `make_optimizer` gets the number of steps in all epochs."""

    phase: str
    make_optimizer: Callable[[int], Any]
    make_loss: Callable[[], Any]
    make_metrics: Callable[[], list[Any]]
    epochs: int
    patience: int
    seed: int
    tensorboard: Path | None = None


@dataclass(frozen=True, slots=True)
class Batches:
    """Photos in batches: `load` returns inputs of the photos with these indices.

    `labels` is the class of each photo, `weights` that of each class in the loss.
    """

    load: Callable[[NDArray[np.intp]], NDArray[Any]]
    labels: NDArray[np.intp]
    weights: NDArray[np.float32]
    shape: tuple[int, ...]
    dtype: str

    @property
    def steps(self) -> int:
        return -(-len(self.labels) // BATCH)

    def shuffled(self, seed: int, first_epoch: int) -> tf.data.Dataset:
        """All photos again and again, each time in another order, which `seed` and the epoch determine."""

        def each() -> Iterator[tuple[Any, Any, Any]]:
            for epoch in itertools.count(first_epoch):
                yield from self._in_order(np.random.default_rng([seed, epoch]).permutation(len(self.labels)))

        return self._dataset(each, tf.data.INFINITE_CARDINALITY)

    def once(self) -> tf.data.Dataset:
        return self._dataset(lambda: self._in_order(np.arange(len(self.labels))), self.steps)

    def _in_order(self, order: NDArray[np.intp]) -> Iterator[tuple[Any, Any, Any]]:
        for start in range(0, len(order), BATCH):
            some = order[start : start + BATCH]
            labels = self.labels[some]
            yield self.load(some), np.eye(len(self.weights), dtype=np.float32)[labels], self.weights[labels]

    def _dataset(self, each: Callable[[], Iterator[Any]], batches: int) -> tf.data.Dataset:
        signature = (
            tf.TensorSpec((None, *self.shape), self.dtype),
            tf.TensorSpec((None, len(self.weights)), tf.float32),
            tf.TensorSpec((None,), tf.float32),
        )
        options = tf.data.Options()
        options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.OFF
        dataset = tf.data.Dataset.from_generator(each, output_signature=signature)
        known = dataset.apply(tf.data.experimental.assert_cardinality(batches))
        return known.with_options(options).prefetch(2)


@dataclass(slots=True)
class State:
    """A phase on disk: epochs that are done, their logs, and the key of what is trained."""

    key: str
    epochs: int = 0
    history: list[Logs] = field(default_factory=list)

    @property
    def best(self) -> int:
        """Index of the epoch with the lowest loss on the validation part."""
        return int(np.argmin([logs[_MONITORED] for logs in self.history]))


def fit(
    model: keras.Model,
    train: Batches,
    val: Batches,
    recipe: Recipe,
    folder: Path,
    key: str,
    reporter: Reporter,
) -> State:
    """Trains `model`, which then has the weights of its best epoch, and returns what happened.

    Checkpoints are in `folder`; where these are of the same `key`, it goes on from them. Raises OSError if
    they cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    state = read_state(folder, key)
    steps = recipe.epochs * train.steps
    model.compile(
        optimizer=recipe.make_optimizer(steps), loss=recipe.make_loss(), metrics=recipe.make_metrics()
    )
    model.optimizer.build(model.trainable_variables)
    if state.epochs:
        model.load_weights(str(_last(folder, state.epochs)))
    best = min((logs[_MONITORED] for logs in state.history), default=None)
    stopping = keras.callbacks.EarlyStopping(_MONITORED, patience=recipe.patience, baseline=best)
    callbacks = [
        keras.callbacks.ModelCheckpoint(
            str(folder / _BEST),
            _MONITORED,
            save_best_only=True,
            save_weights_only=True,
            initial_value_threshold=best,
        ),
        _Checkpoints(folder, state, recipe, train.steps, reporter),
        stopping,
        keras.callbacks.TerminateOnNaN(),
    ]
    if recipe.tensorboard:
        callbacks.append(keras.callbacks.TensorBoard(str(recipe.tensorboard / recipe.phase)))
    if state.epochs < recipe.epochs and not _was_over(state, recipe.patience):
        with suppress(_Stopped):
            model.fit(
                train.shuffled(recipe.seed, state.epochs),
                steps_per_epoch=train.steps,
                initial_epoch=state.epochs,
                epochs=recipe.epochs,
                validation_data=val.once(),
                callbacks=callbacks,
                shuffle=False,  # done already
                verbose=0,
            )
    if (folder / _BEST).exists():
        model.load_weights(str(folder / _BEST))
    return state


def read_state(folder: Path, key: str) -> State:
    """What is stored in `folder`; nothing yet if that is of another `key`."""
    try:
        state = State(**json.loads((folder / _STATE).read_bytes()))
    except (OSError, ValueError, TypeError):
        return State(key)
    usable = state.key == key and _last(folder, state.epochs).is_file() and (folder / _BEST).is_file()
    return state if usable else State(key)


def _was_over(state: State, patience: int) -> bool:
    return bool(state.history) and len(state.history) - 1 - state.best >= patience


def _last(folder: Path, epochs: int) -> Path:
    return folder / f"last-{epochs}.weights.h5"


class _Stopped(Exception):
    """The operator wants an end; the epoch that is not complete does not count."""


class _Checkpoints(keras.callbacks.Callback):  # type: ignore[misc]
    """Notes each whole epoch, reports progress and stops on request."""

    def __init__(self, folder: Path, state: State, recipe: Recipe, steps: int, reporter: Reporter) -> None:
        super().__init__()
        self._folder = folder
        self._state = state
        self._recipe = recipe
        self._steps = steps
        self._reporter = reporter
        self._epoch = state.epochs

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._epoch = epoch
        # Dropout and augmentation draw from counters that no checkpoint has.
        random = np.random.default_rng([self._recipe.seed, epoch])
        for variable in self.model.variables:
            if "seed_generator" in variable.path:
                variable.assign(random.integers(0, 2**31, variable.shape))

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        done = (self._epoch + (batch + 1) / self._steps) / self._recipe.epochs
        self._reporter.on_step(self._recipe.phase, min(done, 1.0))
        if self._reporter.stop:
            raise _Stopped

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        values = {name: float(value) for name, value in (logs or {}).items()}
        self._reporter.on_epoch(Epoch(self._recipe.phase, epoch + 1, self._recipe.epochs, values))
        self._state.history.append(values)
        self._state.epochs = epoch + 1
        self.model.save_weights(str(_last(self._folder, epoch + 1)))
        write_whole(self._folder / _STATE, json.dumps(asdict(self._state)).encode())
        _last(self._folder, epoch).unlink(missing_ok=True)


def probabilities(model: keras.Model, batches: Batches, views: int = 1) -> NDArray[np.float32]:
    """Outputs of `model` (photos, classes), the mean of `views` inputs that follow each other."""
    rows = [np.asarray(model(inputs, training=False)) for inputs, *_ in batches.once()]
    outputs = np.concatenate(rows)
    return np.asarray(outputs.reshape(-1, views, outputs.shape[-1]).mean(axis=1), np.float32)
