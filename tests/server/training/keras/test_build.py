import re
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from paishi.models.catalogue import find_backbone
from paishi.models.keras.build import build_published
from paishi.models.keras.imports import keras
from paishi.models.keras.preprocessing import preprocess
from paishi.models.weights.package import package_file
from paishi.models.weights.torch_file import read_tensors
from paishi.training.errors import TrainingRefused
from paishi.training.heads import find_head
from paishi.training.keras.build import build_backbone, build_head, extractor, join, with_probabilities
from paishi.training.keras.fine_tune import block_starts, unfreeze
from paishi.training.keras.names import head_options
from tests.server.models.keras_models import without_values

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation")

RATES = {
    "vgg16-1": [0.05],
    "vgg16-2": [0.5, 0.3],
    "densenet169": [0.5, 0.3],
    "xception": [0.5, 0.3],
    "inception-v3": [],
    "plain": [0.2],
}


def joined(name: str, size: int, head: str, classes: int) -> tuple[keras.Model, keras.Model]:
    backbone, form = find_backbone(name), find_head(head)
    base = build_backbone(backbone, size, None)
    base.trainable = False
    maps = base.output_shape[1:] if form.joins == "flatten" else base.output_shape[-1:]
    return base, join(backbone, base, build_head(form, maps, classes, head_options()))


def trainable(model: keras.Model) -> int:
    return sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)


def kind(weight: keras.Variable) -> str:
    return re.sub(r"_\d+$", "", weight.path.rpartition("/")[2])


@contextmanager
def unfrozen(base: keras.Model, which: str) -> Iterator[int]:
    yield unfreeze(base, which)
    base.trainable = False


@pytest.mark.parametrize(
    ("name", "size", "head", "classes", "total", "trained"),
    [
        ("VGG16", 300, "vgg16-1", 2, 35_949_890, 21_235_202),
        ("VGG16", 300, "vgg16-2", 2, 57_708_866, 42_994_178),
        ("DenseNet169", 300, "densenet169", 2, 151_188_546, 138_545_666),
        ("Xception", 300, "xception", 2, 231_103_530, 210_242_050),
        ("InceptionV3", 299, "inception-v3", 200, 24_105_960, 2_303_176),
        ("VGG16", 300, "xception", 3, 57_709_379, 42_994_691),  # a head is independent of the backbone
    ],
)
def test_heads_have_the_parameters_of_the_documents(
    name: str, size: int, head: str, classes: int, total: int, trained: int
) -> None:
    with without_values():
        _, model = joined(name, size, head, classes)
        assert (model.count_params(), trainable(model)) == (total, trained)
        inner = model.layers[-1]
        rates = [layer.rate for layer in inner.layers if isinstance(layer, keras.layers.Dropout)]
        assert rates == RATES[head]
        assert model.output_shape == (None, classes)


def test_phase_two_of_inception_trains_from_layer_249() -> None:
    with without_values():
        base, model = joined("InceptionV3", 299, "inception-v3", 200)
        for which in (find_head("inception-v3").fine_tune, "2"):  # the last two blocks are the same
            with unfrozen(base, which) as first:
                assert first == 249
                assert trainable(model) == 13_418_056


@pytest.mark.parametrize("name", ["MobileNetV3Small", "ConvNeXtTiny", "EfficientNetB0", "InceptionV3"])
def test_each_family_gives_maps_with_the_published_weights(name: str) -> None:
    """Arrays of the model with its head are, in order, those of the one without."""
    with without_values():
        backbone = find_backbone(name)
        base, whole = build_backbone(backbone, backbone.input_size, None), build_published(backbone)
        assert len(base.output_shape) == 4
        mine = [tuple(weight.shape) for weight in base.weights]
        assert mine == [tuple(weight.shape) for weight in whole.weights][: len(mine)]
        kinds = [kind(weight) for weight in base.weights]
        assert kinds == [kind(weight) for weight in whole.weights][: len(kinds)]


def test_a_backbone_of_another_size_has_the_published_values() -> None:
    backbone = find_backbone("EfficientNetLite0")
    weights = package_file(backbone.weights)  # type: ignore[arg-type]
    small = build_backbone(backbone, 64, weights)
    assert small.output_shape == (None, 2, 2, 1280)
    tensors = read_tensors(weights)
    for layer, array in (("stem_conv", "_conv_stem.weight"), ("top_conv", "_conv_head.weight")):
        assert np.array_equal(np.asarray(small.get_layer(layer).kernel), tensors[array].transpose(2, 3, 1, 0))


@pytest.mark.parametrize(("head", "shape"), [("plain", (1280,)), ("xception", (3, 3, 1280))])
def test_features_are_those_of_keras(head: str, shape: tuple[int, ...]) -> None:
    backbone = find_backbone("EfficientNetLite0")
    base = build_backbone(backbone, 96, package_file(backbone.weights))  # type: ignore[arg-type]
    views = np.random.default_rng(0).integers(0, 256, (5, 96, 96, 3)).astype(np.uint8)
    found = extractor(backbone, base, find_head(head), "any").features(views)
    maps = np.asarray(base(preprocess(keras.ops.convert_to_tensor(views), backbone.preprocessing)))
    assert found.shape == (5, *shape)
    assert np.allclose(found, maps.mean(axis=(1, 2)) if head == "plain" else maps, atol=1e-4)


def test_a_size_that_is_too_small_is_refused() -> None:
    with pytest.raises(TrainingRefused, match="--size 20 is too small for InceptionV3"):
        build_backbone(find_backbone("InceptionV3"), 20, None)


def test_sigmoid_outputs_are_saved_as_shares_of_their_sum() -> None:
    head = build_head(find_head("xception"), (2, 2, 4), 3, head_options())
    inputs = np.random.default_rng(0).normal(size=(5, 2, 2, 4)).astype(np.float32)
    trained = np.asarray(head(inputs))
    saved = np.asarray(with_probabilities(head, "sigmoid")(inputs))
    assert not np.allclose(trained.sum(axis=1), 1, atol=0.1)
    assert np.allclose(saved, trained / trained.sum(axis=1, keepdims=True), atol=1e-6)
    assert with_probabilities(head, "softmax") is head


def test_blocks_are_counted_from_the_end() -> None:
    with without_values():
        base = build_backbone(find_backbone("MobileNetV2"), 96, None)
        with unfrozen(base, "1") as first:
            assert base.layers[first].name == "block_16_expand"
        with unfrozen(base, "block_15") as first:
            assert base.layers[first].name == "block_15_expand"
        xception = build_backbone(find_backbone("Xception"), 71, None)
        assert len(block_starts(xception)) == 13  # its shortcuts are part of them
        convnext = build_backbone(find_backbone("ConvNeXtTiny"), 64, None)
        assert convnext.layers[block_starts(convnext)[-2]].name.startswith("convnext_tiny_stage_3_block_2")
        vgg = build_backbone(find_backbone("VGG16"), 96, None)
        assert [vgg.layers[index].name for index in block_starts(vgg)][1:] == [
            f"block{number}_conv1" for number in range(2, 6)
        ]


@pytest.mark.parametrize(
    ("which", "sentence"),
    [
        ("99", "EfficientNetLite0 has 10 blocks"),
        ("0", "EfficientNetLite0 has 10 blocks"),
        ("9999:", "layers"),
        ("-1:", "there are no weights in these layers"),
        ("blok6", "has no layer called 'blok6'"),
    ],
)
def test_layers_that_are_not_there_are_refused(which: str, sentence: str) -> None:
    with without_values():
        base = build_backbone(find_backbone("EfficientNetLite0"), 64, None)
        with pytest.raises(Exception, match=sentence) as refused:
            unfreeze(base, which)
        assert type(refused.value).__name__ in ("TrainingRefused", "UnknownLayer")


def test_an_unknown_head_gets_the_nearest() -> None:
    with pytest.raises(TrainingRefused, match=r"Did you mean densenet169\?"):
        find_head("densenet")
