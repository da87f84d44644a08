"""Preprocessing of each backbone family, as operations inside the model."""

from paishi.models.backbone import CAFFE_MEAN, TORCH_DEVIATION, TORCH_MEAN, Preprocessing
from paishi.models.efficientnet_lite import MEAN, SCALE
from paishi.models.keras.imports import keras


def preprocess(pixels: keras.KerasTensor, convention: Preprocessing) -> keras.KerasTensor:
    """Converts `pixels` (n, height, width, 3) uint8 RGB to float32 of the same shape by `convention`.

    Takes symbolic Keras tensors or values. The operations and their order match the family's
    `preprocess_input` to the last bit or two: near zero, `x * (1 / 127.5) - 1` already differs from
    `x / 127.5 - 1`.
    """
    x = keras.ops.cast(pixels, "float32")
    match convention:
        case Preprocessing.CAFFE:
            return keras.ops.flip(x, axis=-1) - _constant(CAFFE_MEAN)
        case Preprocessing.TF:
            return x / 127.5 - 1.0
        case Preprocessing.TORCH:
            return (x / 255.0 - _constant(TORCH_MEAN)) / _constant(TORCH_DEVIATION)
        case Preprocessing.LITE:
            return (x - MEAN) / SCALE
        case Preprocessing.NONE:
            return x


def _constant(values: tuple[float, ...]) -> keras.KerasTensor:
    return keras.ops.convert_to_tensor(values, dtype="float32")
