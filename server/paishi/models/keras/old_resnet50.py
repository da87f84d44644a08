"""ResNet50's weights in the layout of their first release, of 2016.

Its layers have other names: `res2a_branch2c` is now `conv2_block1_3_conv`. They also come in another order,
by which Keras would read them, and exchange kernels of one shape without an error. The release is older than
Keras's epsilon of 1e-3 in normalisations, so that today's 1.001e-5 is nearer to what it was made for.
"""

import re

import h5py

from paishi.models.keras.imports import keras

_NAMES = {"conv1_conv": "conv1", "conv1_bn": "bn_conv1", "predictions": "fc1000"}
_BRANCHES = {"0": "1", "1": "2a", "2": "2b", "3": "2c"}


def is_old_resnet50(stored: h5py.File) -> bool:
    return "res2a_branch2a" in stored


def load_old_resnet50(model: keras.Model, stored: h5py.File) -> None:
    """Loads `stored` into `model`, Keras's ResNet50.

    Raises KeyError if a layer is missing, ValueError if arrays have other shapes.
    """
    for layer in model.layers:
        if layer.weights:
            group = stored[_old_name(layer.name)]
            layer.set_weights([group[name][()] for name in group.attrs["weight_names"]])


def _old_name(name: str) -> str:
    parts = re.fullmatch(r"conv(\d)_block(\d)_(\d)_(conv|bn)", name)
    if parts is None:
        return _NAMES[name]
    stage, block, branch, kind = parts.groups()
    return f"{'res' if kind == 'conv' else 'bn'}{stage}{'abcdef'[int(block) - 1]}_branch{_BRANCHES[branch]}"
