"""The devices that train: one GPU or the processor, or all of them."""

from typing import Any, Literal

from paishi.models.keras.imports import keras, tf

Devices = Literal["one", "all"]


def use_devices(wanted: Devices) -> tuple[Any, str]:
    """Returns the strategy in whose scope models are built, and a sentence about its devices."""
    gpus = tf.config.list_logical_devices("GPU")
    if wanted == "one":
        name = _named(gpus[:1]) if gpus else "the processor; TensorFlow sees no GPU"
        return tf.distribute.get_strategy(), f"Trains on {name}."
    devices = gpus or tf.config.list_logical_devices("CPU")
    strategy = tf.distribute.MirroredStrategy([device.name for device in devices])
    return strategy, f"Trains on {_named(devices)}, each with a part of every batch."


def _named(devices: list[Any]) -> str:
    return ", ".join(device.name.removeprefix("/device:") for device in devices)


def make_repeatable(seed: int) -> None:
    """Makes the same `seed` give the same numbers, on the same versions, number of devices and processor."""
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
