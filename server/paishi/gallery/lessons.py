"""What the entries can learn in seconds, and a training that shows it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import sqrt
from typing import Any

import numpy as np

from paishi.gallery import synthetic
from paishi.gallery.build import builder
from paishi.gallery.entries import Entry
from paishi.gallery.synthetic import Digits, Random
from paishi.models.keras.imports import keras

_NEW = 200
"""Examples that it has not seen, on which it is measured."""

Make = Callable[[keras.Model, int, Random, Digits], tuple[Any, Any]]
"""Makes n inputs and what is right for the model."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A question. `sizes` are arguments of the builder that make the printed model small enough for it."""

    asks: str
    make: Make
    examples: int = 600
    epochs: int = 5
    batch: int = 32
    learning_rate: float = 0.001
    sizes: dict[str, int] = field(default_factory=dict)
    takes_digits: bool = False


@dataclass(frozen=True, slots=True)
class Learned:
    """Shares of new examples; `chance` is that of the commonest answer. The worst output counts."""

    right: float
    chance: float
    examples: int

    @property
    def is_more_than_chance(self) -> bool:
        """By four standard deviations."""
        return self.right > self.chance + 4 * sqrt(self.chance * (1 - self.chance) / self.examples)


def _digits(model: keras.Model, n: int, random: Random, digits: Digits) -> tuple[Any, Any]:
    pictures, classes = digits(n, random)
    return pictures.reshape(n, *model.input_shape[1:]), classes


def _digits_everywhere(model: keras.Model, n: int, random: Random, digits: Digits) -> tuple[Any, Any]:
    pictures, classes = digits(n, random)
    return pictures[..., None], np.broadcast_to(classes[:, None, None], (n, *model.output_shape[1:3]))


def _last(levels: tuple[synthetic.Floats, list[synthetic.Ints]]) -> tuple[Any, Any]:
    sequences, (last, _) = levels
    return sequences, last


def _frames(model: keras.Model, n: int, random: Random, digits: Digits) -> tuple[Any, Any]:
    pictures, classes = digits(20 * n, random)
    return pictures.reshape(n, 20, 784), classes.reshape(n, 20)


def _first_author(model: keras.Model, n: int, random: Random, digits: Digits) -> tuple[Any, Any]:
    tweets, first, second = synthetic.authors(n, model.input_shape[0][1:], random)
    return tweets, ((first == 0) & (second == 0)).astype(np.int64)


def _same_author(model: keras.Model, n: int, random: Random, digits: Digits) -> tuple[Any, Any]:
    tweets, first, second = synthetic.authors(n, model.input_shape[0][1:], random)
    return tweets, (first == second).astype(np.int64)


_STEPS = {"steps": 16}
_TWEETS = {"length": 40, "characters": 32}

LESSONS = {
    "digits": Lesson("Which digit it is.", _digits, examples=500, takes_digits=True),
    "digits_narrow": Lesson(
        "Which digit it is: an eighth of the filters and units.",
        _digits,
        examples=500,
        epochs=8,
        batch=16,
        sizes={"part": 8},
        takes_digits=True,
    ),
    "digits_everywhere": Lesson(
        "Which digit it is, at each of 4x4 places.",
        _digits_everywhere,
        epochs=8,
        learning_rate=0.003,
        takes_digits=True,
    ),
    "steps": Lesson(
        "On which of ten levels a sequence ends: 16 steps in place of 784.",
        lambda model, n, random, digits: _last(synthetic.levels(n, 16, random)),
        examples=600,
        epochs=8,
        learning_rate=0.01,
        sizes=_STEPS,
    ),
    "steps_each": Lesson(
        "On which of ten levels each of 16 steps is, and the last.",
        lambda model, n, random, digits: synthetic.levels(n, 16, random),
        examples=600,
        epochs=8,
        learning_rate=0.01,
        sizes=_STEPS,
    ),
    "frames": Lesson("Which digit is on each of 20 frames.", _frames, examples=100, takes_digits=True),
    "clusters": Lesson(
        "Around which of ten points a vector lies.",
        lambda model, n, random, digits: synthetic.clusters(n, model.input_shape[1], random),
    ),
    "halves": Lesson(
        "On which side of a plane a vector lies.",
        lambda model, n, random, digits: synthetic.halves(n, model.input_shape[1], random),
        epochs=10,
    ),
    "two_sources": Lesson(
        "Whether a sum of both sources is positive.",
        lambda model, n, random, digits: synthetic.two_sources(n, random),
        epochs=20,
    ),
    "sequences": Lesson(
        "Whether a certain pattern of six steps is somewhere in the noise.",
        lambda model, n, random, digits: synthetic.sequences(n, random),
        examples=500,
    ),
    "words": Lesson(
        "Whether a text has three words of one set or of another.",
        lambda model, n, random, digits: synthetic.words(n, random),
        examples=500,
        epochs=3,
    ),
    "headlines": Lesson(
        "Whether a headline ends in good words, unless a fact overrules them.",
        lambda model, n, random, digits: synthetic.headlines(n, random),
        examples=250,
        epochs=3,
    ),
    "authors": Lesson(
        "Whether both tweets are by the first of two authors: 40 letters in place of 280.",
        _first_author,
        examples=600,
        learning_rate=0.01,
        sizes=_TWEETS,
    ),
    "same_author": Lesson(
        "Whether both tweets are by the same of two authors: 40 letters in place of 280.",
        _same_author,
        examples=600,
        epochs=8,  # a larger rate makes the difference of both vectors vanish for good, by chance
        sizes=_TWEETS,
    ),
    "pictures": Lesson(
        "Which of two shapes in which of five colours it is, at 32 pixels in place of 100.",
        lambda model, n, random, digits: synthetic.shapes(n, 32, random),
        epochs=8,
        sizes={"side": 32},
    ),
    "two_pictures": Lesson(
        "Which of two shapes in which of five colours it is.",
        lambda model, n, random, digits: synthetic.two_pictures(n, random),
        examples=500,
    ),
    "clips": Lesson(
        "Whether a ball goes to the left or to the right: 16 pixels in place of 255, and few filters.",
        lambda model, n, random, digits: synthetic.clips(n, 16, random),
        examples=300,
        epochs=6,
        batch=10,
        sizes={"side": 16, "part": 16},
    ),
    "masks": Lesson(
        "Which pixels are of a disc in noise: 32 pixels in place of 576, an eighth of the filters.",
        lambda model, n, random, digits: synthetic.masks(n, 32, random),
        examples=100,
        epochs=7,
        batch=10,
        sizes={"side": 32, "filters": 8},
    ),
}


def train(
    entry: Entry,
    digits: Digits = synthetic.drawn_digits,
    seed: int = 0,
    on_epoch: Callable[[int, float], None] = lambda epoch, loss: None,
) -> Learned:
    """Trains `entry` on its lesson, and measures it on new examples; `on_epoch` gets the loss of each."""
    lesson = LESSONS[entry.lesson]
    keras.utils.clear_session(free_memory=False)
    keras.utils.set_random_seed(seed)
    model = builder(entry)(**lesson.sizes)
    if not model.compiled:
        model.compile(keras.optimizers.Adam(lesson.learning_rate), _losses(model))
    random = np.random.default_rng(seed)
    inputs, right = lesson.make(model, lesson.examples, random, digits)
    progress = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: on_epoch(epoch, logs["loss"]))
    model.fit(
        inputs,
        _targets(right),
        batch_size=lesson.batch,
        epochs=lesson.epochs,
        verbose=0,
        callbacks=[progress],
    )
    inputs, right = lesson.make(model, _NEW, random, digits)
    given = model.predict(inputs, verbose=0)
    return min(
        (_measure(*pair) for pair in zip(_listed(given), _listed(right), strict=True)),
        key=lambda learned: learned.right - learned.chance,
    )


def _losses(model: keras.Model) -> list[str]:
    return [
        "binary_crossentropy" if output.shape[-1] == 1 else "sparse_categorical_crossentropy"
        for output in model.outputs
    ]


def _targets(right: Any) -> Any:
    targets = [one if one.ndim == 4 else one[..., None] for one in _listed(right)]
    return targets if len(targets) > 1 else targets[0]


def _measure(given: Any, right: Any) -> Learned:
    classes = given > 0.5 if given.shape[-1] == 1 else given.argmax(-1)
    classes = classes.reshape(right.shape)
    commonest = np.bincount(right.reshape(-1)).max() / right.size
    return Learned(float((classes == right).mean()), float(commonest), len(right))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
