"""Preprocessing of each backbone family, as operations inside the model."""

from paishi.models.backbone import Preprocessing
from paishi.models.keras.imports import keras

# Means and deviations of the ImageNet training set as each convention fixed them:
# Caffe's in BGR on 0..255, Torch's in RGB on 0..1.
_CAFFE_MEAN = (103.939, 116.779, 123.68)
_TORCH_MEAN = (0.485, 0.456, 0.406)
_TORCH_DEVIATION = (0.229, 0.224, 0.225)


def preprocess(pixels: keras.KerasTensor, convention: Preprocessing) -> keras.KerasTensor:
    """Converts `pixels` (n, height, width, 3) uint8 RGB to float32 of the same shape by `convention`.

    Takes symbolic Keras tensors or values. The operations and their order match the family's
    `preprocess_input` to the last bit or two: near zero, `x * (1 / 127.5) - 1` already differs from
    `x / 127.5 - 1`.
    """
    x = keras.ops.cast(pixels, "float32")
    match convention:
        case Preprocessing.CAFFE:
            return keras.ops.flip(x, axis=-1) - _constant(_CAFFE_MEAN)
        case Preprocessing.TF:
            return x / 127.5 - 1.0
        case Preprocessing.TORCH:
            return (x / 255.0 - _constant(_TORCH_MEAN)) / _constant(_TORCH_DEVIATION)
        case Preprocessing.NONE:
            return x


def _constant(values: tuple[float, ...]) -> keras.KerasTensor:
    return keras.ops.convert_to_tensor(values, dtype="float32")
