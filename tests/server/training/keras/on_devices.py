"""Trains a small head on as many logical devices as it is told; run as a program."""

import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from paishi.models.errors import ModelError
from paishi.models.keras.imports import keras, tf
from paishi.system.child_process import answer_parent
from paishi.training.keras import names
from paishi.training.keras.devices import Devices, make_repeatable, use_devices
from paishi.training.keras.fit import BATCH, Batches, Recipe, fit, probabilities
from paishi.training.options import Reporter


def main(count: str) -> dict[str, Any]:
    processor = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(
        processor, [tf.config.LogicalDeviceConfiguration()] * int(count)
    )
    return trained("all")


def trained(devices: Devices) -> dict[str, Any]:
    make_repeatable(0)
    strategy, _ = use_devices(devices)
    points = np.random.default_rng(0).normal(size=(2 * BATCH + 6, 4)).astype(np.float32)
    labels = (points[:, 0] > 0).astype(np.intp)
    batches = Batches(lambda some: points[some], labels, np.ones(2, np.float32), (4,), "float32")
    recipe = Recipe(
        "head",
        lambda steps: names.optimizer("adam", 0.05)[0],
        lambda: names.loss("categorical_crossentropy")[0],
        lambda: [keras.metrics.CategoricalAccuracy(name="accuracy")],
        epochs=3,
        patience=5,
        seed=0,
    )
    with tempfile.TemporaryDirectory() as folder, strategy.scope():
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, activation="softmax")])
        state = fit(model, batches, batches, recipe, Path(folder), "", Reporter())
    return {
        "devices": strategy.num_replicas_in_sync,
        "losses": [logs[name] for logs in state.history for name in ("loss", "val_loss")],
        "probabilities": probabilities(model, batches).ravel().tolist(),
    }


if __name__ == "__main__":
    answer_parent(main, sys.argv[1:], ModelError)
