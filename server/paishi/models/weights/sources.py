"""Places that have the published weights, as data, and those that are not used, with the reason.

Importing this loads neither Keras nor HTTPX.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple
from urllib.parse import urlsplit

from paishi.models.backbone import Backbone, FetchedWeights, PaddleArchive, PublishedWeights

GITHUB = "https://github.com"

_RELEASES = {
    "xception": "fchollet/deep-learning-models/releases/download/v0.4",
    "vgg16": "fchollet/deep-learning-models/releases/download/v0.1",
    "vgg19": "fchollet/deep-learning-models/releases/download/v0.1",
    "resnet": "keras-team/keras-applications/releases/download/resnet",
    "resnet_v2": "keras-team/keras-applications/releases/download/resnet",
    "inception_v3": "fchollet/deep-learning-models/releases/download/v0.5",
    "inception_resnet_v2": "fchollet/deep-learning-models/releases/download/v0.7",
    "densenet": "keras-team/keras-applications/releases/download/densenet",
    "nasnet": "titu1994/Keras-NASNet/releases/download/v1.2",
}
"""Releases on GitHub by the module of the models. Their hashes in the source of Keras-Applications 1.0.8 are
those of the catalogue. MobileNet's and MobileNetV2's are left out: no hash of theirs is published."""


class Place(NamedTuple):
    """A place to fetch weights from; `name` is its name in PAISHI_WEIGHTS_SOURCES.

    `layout` is the form of its addresses, `models` those that it has, `hash` where the hash of its files is
    from. `looked_at` is the day on which the authors last fetched a file there, "" if they never have.
    `addresses` gets a model, its weights and PAISHI_WEIGHTS_MIRRORS.
    """

    name: str
    layout: str
    models: str
    hash: str
    looked_at: str
    addresses: Callable[[Backbone, FetchedWeights, Sequence[str]], Iterable[str]]


class NotUsed(NamedTuple):
    """A place with weights of the same name that nothing is fetched from."""

    where: str
    reason: str


def _of_mirrors(backbone: Backbone, weights: FetchedWeights, mirrors: Sequence[str]) -> Iterable[str]:
    # NASNet's files have different names in the cache and at the address; a mirror may use either.
    names = dict.fromkeys((weights.file, _name_at(weights)))
    for mirror in mirrors:
        for name in names:
            yield mirror.replace("{file}", name) if "{file}" in mirror else f"{mirror.rstrip('/')}/{name}"


def _of_keras(backbone: Backbone, weights: FetchedWeights, mirrors: Sequence[str]) -> Iterable[str]:
    if isinstance(weights, PublishedWeights):
        yield weights.url


def _of_paddleclas(backbone: Backbone, weights: FetchedWeights, mirrors: Sequence[str]) -> Iterable[str]:
    if isinstance(weights, PaddleArchive):
        yield weights.url


def _of_github(backbone: Backbone, weights: FetchedWeights, mirrors: Sequence[str]) -> Iterable[str]:
    if release := _RELEASES.get(backbone.module):
        yield f"{GITHUB}/{release}/{_name_at(weights)}"


def _name_at(weights: FetchedWeights) -> str:
    return PurePosixPath(urlsplit(weights.url).path).name


PLACES = (
    Place(
        "mirrors",
        "<mirror>/<file>, or <mirror> with {file} in it",
        "what its operator puts there",
        "as published by Keras",
        "",
        _of_mirrors,
    ),
    Place(
        "keras",
        "https://storage.googleapis.com/tensorflow/keras-applications/<family>/<file>",
        "all of Keras",
        "in the source of Keras; MobileNet and MobileNetV2 have none",
        "",
        _of_keras,
    ),
    Place(
        "github",
        f"{GITHUB}/<repository>/releases/download/<release>/<file>",
        "VGG, ResNet, ResNetV2, DenseNet, Xception, Inception, NASNet",
        "as published by Keras: the same files",
        "",
        _of_github,
    ),
    Place(
        "paddleclas",
        "https://paddle-imagenet-models-name.bj.bcebos.com/dygraph/inference/<file>",
        "all of PaddleClas",
        "none is published; as at the first download",
        "",
        _of_paddleclas,
    ),
)
"""In the default order of PAISHI_WEIGHTS_SOURCES."""

NAMES = tuple(place.name for place in PLACES)

_ANOTHER_RESNET50 = (
    "another training of another architecture, with the stride in its 3x3 convolutions and other "
    "preprocessing, so that as ResNet50 it would give wrong names; and no hash of it is known"
)

NOT_USED = (
    NotUsed("keras/resnet_50_imagenet on huggingface.co, hf-mirror.com, ModelScope", _ANOTHER_RESNET50),
    NotUsed("timm/resnet50.a1_in1k on huggingface.co, hf-mirror.com, ModelScope", _ANOTHER_RESNET50),
)


class Source(NamedTuple):
    """An address to try. `shown` names it in messages: the host of a place, all of a mirror's address."""

    url: str
    shown: str


def sources_of(
    backbone: Backbone, weights: FetchedWeights, names: Sequence[str], mirrors: Sequence[str] = ()
) -> list[Source]:
    """Returns the addresses of `weights` at the places `names`, in their order."""
    places = {place.name: place for place in PLACES}
    return [
        Source(url, url if name == "mirrors" else urlsplit(url).netloc)
        for name in names
        for url in places[name].addresses(backbone, weights, mirrors)
    ]
