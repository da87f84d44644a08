# ruff: noqa: SIM905

import re
from pathlib import Path

import numpy as np
import pytest

from paishi.models.keras.imports import keras
from paishi.training.errors import TrainingRefused
from paishi.training.keras import names
from tests.server.conftest import need_shared

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation")

RIGHT = np.eye(6, dtype=np.float32)[[0, 1, 2]]
GIVEN = np.array([[0.5, 0.1, 0.1, 0.1, 0.1, 0.1]] * 3, np.float32)

LOSSES = """mean_squared_error mse mean_absolute_error mae mean_absolute_percentage_error mape
    mean_squared_logarithmic_error msle squared_hinge hinge categorical_hinge logcosh huber_loss
    categorical_crossentropy sparse_categorical_crossentropy binary_crossentropy kullback_leibler_divergence
    poisson cosine_proximity log_cosh huber kl_divergence cosine_similarity""".split()
OPTIMIZERS = "SGD RMSprop Adagrad Adadelta Adam Adamax Nadam sgd rmsprop keras.optimizers.Adam".split()
INITIALIZERS = """Zeros Ones Constant RandomNormal RandomUniform TruncatedNormal VarianceScaling Orthogonal
    Identity lecun_uniform lecun_normal glorot_normal glorot_uniform he_normal he_uniform
    uniform normal""".split()
METRICS = """accuracy acc binary_accuracy categorical_accuracy sparse_categorical_accuracy
    top_k_categorical_accuracy sparse_top_k_categorical_accuracy cosine_proximity mse mae precision recall
    auc""".split()
ACTIVATIONS = """softmax relu tanh sigmoid hard_sigmoid linear elu selu softplus softsign exponential
    LeakyReLU PReLU ELU ThresholdedReLU""".split()


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_of_the_documents_gives_a_number(name: str) -> None:
    assert np.isfinite(float(names.loss(name)[0](RIGHT, GIVEN)))


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_of_the_documents_gives_a_number(name: str) -> None:
    metric = names.metric(name)[0]
    metric.update_state(RIGHT, GIVEN)
    assert np.isfinite(float(metric.result()))


def test_sparse_names_mean_the_same_for_one_hot_classes() -> None:
    for sparse, dense in (
        ("sparse_categorical_crossentropy", "categorical_crossentropy"),
        ("SparseCategoricalCrossentropy()", "CategoricalCrossentropy()"),
    ):
        assert float(names.loss(sparse)[0](RIGHT, GIVEN)) == pytest.approx(
            float(names.loss(dense)[0](RIGHT, GIVEN))
        )
    for text, value in (
        ("sparse_categorical_accuracy", 1 / 3),
        ("sparse_top_k_categorical_accuracy(k=2)", 2 / 3),
        ("top_k_categorical_accuracy(k=2)", 2 / 3),
    ):
        metric = names.metric(text)[0]
        metric.update_state(RIGHT, (GIVEN - np.arange(6) / 1000).astype(np.float32))
        assert float(metric.result()) == pytest.approx(value)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_of_the_documents_is_made(name: str) -> None:
    assert isinstance(names.optimizer(name)[0], keras.optimizers.Optimizer)


@pytest.mark.parametrize("name", INITIALIZERS)
def test_every_initializer_of_the_documents_fills_a_layer(name: str) -> None:
    layer = keras.layers.Dense(3, **names.head_options(initializer=name).dense())
    layer.build((None, 4))
    assert np.isfinite(np.asarray(layer.kernel)).all()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_of_the_documents_is_applied_and_saved(name: str, tmp_path: Path) -> None:
    inputs = keras.Input((4,))
    model = keras.Model(inputs, names.head_options(name).activation(inputs))
    model.save(tmp_path / "model.keras")
    values = np.array([[-2, -0.5, 0.5, 2]], np.float32)
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    assert np.array_equal(np.asarray(again(values)), np.asarray(model(values)))


def test_activations_of_keras_2_give_its_values() -> None:
    values = np.array([[-2, 0.5, 2]], np.float32)

    def applied(text: str) -> list[float]:
        inputs = keras.Input((3,))
        model = keras.Model(inputs, names.head_options(text).activation(inputs))
        return [round(float(value), 4) for value in np.asarray(model(values))[0]]

    assert applied("relu(alpha=0.1)") == [-0.2, 0.5, 2]
    assert applied("relu(alpha=0.1, max_value=1.0)") == [-0.2, 0.5, 1]
    assert applied("LeakyReLU(alpha=0.3)") == applied("LeakyReLU") == [-0.6, 0.5, 2]
    assert applied("ThresholdedReLU(theta=1.0)") == [0, 0, 2]


@pytest.mark.parametrize(
    ("text", "remark"),
    [
        ("SGD(lr=0.01)", "SGD: lr is called learning_rate now."),
        ("SGD(0.01, decay=1e-6)", "SGD: decay=1e-06 is learning_rate=InverseTimeDecay(…, 1, 1e-06) now."),
        ("Adadelta", "Adadelta began with a learning rate of 1 in Keras 2 and with 0.001 now"),
        ("Adagrad", "Adagrad began with a learning rate of 0.01 in Keras 2 and with 0.001 now"),
        ("Adamax", "Adamax began with a learning rate of 0.002 in Keras 2 and with 0.001 now"),
        ("Nadam(schedule_decay=0.004)", "Nadam: schedule_decay is gone"),
    ],
)
def test_what_has_changed_in_an_optimizer_is_said(text: str, remark: str) -> None:
    assert names.optimizer(text)[1][0].startswith(remark)


def test_nothing_is_said_where_nothing_has_changed() -> None:
    assert names.optimizer("SGD(learning_rate=0.01, momentum=0.9, nesterov=True)")[1] == []
    assert names.optimizer("Adadelta(learning_rate=1.0)")[1] == []
    assert names.loss("categorical_crossentropy(label_smoothing=0.1)")[1] == []
    assert names.head_options().remarks == ()


@pytest.mark.parametrize(
    ("make", "old", "new"),
    [
        (names.loss, "logcosh", "log_cosh"),
        (names.loss, "huber_loss", "huber"),
        (names.loss, "kullback_leibler_divergence", "kl_divergence"),
        (names.loss, "cosine_proximity", "cosine_similarity"),
        (names.metric, "cosine_proximity", "cosine_similarity"),
    ],
)
def test_old_names_are_translated_with_a_sentence(make: object, old: str, new: str) -> None:
    found, remarks = make(old)  # type: ignore[operator]
    assert remarks == [f"{old} is called {new} now."]
    assert type(found) is type(make(new)[0])  # type: ignore[operator]


def test_other_changes_are_said_too() -> None:
    assert "x / 6 + 0.5" in names.head_options("hard_sigmoid").remarks[0]
    assert names.head_options("relu(alpha=0.1)").remarks == ("relu: alpha is called negative_slope now.",)
    assert "is gone from Keras" in names.head_options("ThresholdedReLU").remarks[0]
    assert names.head_options(initializer="uniform").remarks == ("uniform is called random_uniform now.",)
    assert names.head_options(regularizers=["l2(l=0.1)"]).remarks == ("l2: l is called l2 now.",)


def test_decay_divides_the_rate_as_in_keras_2() -> None:
    made = names.optimizer("SGD(lr=0.1, decay=0.5)")[0]
    assert float(made._learning_rate(4)) == pytest.approx(0.1 / (1 + 0.5 * 4))


@pytest.mark.parametrize("schedule", names.SCHEDULES[1:])
def test_schedules_begin_with_the_rate_and_end_with_a_hundredth(schedule: str) -> None:
    rate = names.optimizer("sgd", 0.1, schedule, 100)[0]._learning_rate
    assert float(rate(0)) == pytest.approx(0.1)
    assert float(rate(100)) == pytest.approx(0.001, rel=1e-3)


def test_a_polynomial_schedule_is_keras_s_own() -> None:
    made = names.optimizer("adam", None, "polynomial", 10)[0]
    assert isinstance(made._learning_rate, keras.optimizers.schedules.PolynomialDecay)


def test_regularizers_have_a_place() -> None:
    options = names.head_options(regularizers=["l2(0.1)", "bias_regularizer=l1(0.2)", "activity=l1_l2"])
    layer = keras.layers.Dense(1, **options.dense())
    assert float(layer.kernel_regularizer.l2) == pytest.approx(0.1)
    assert float(layer.bias_regularizer.l1) == pytest.approx(0.2)
    assert isinstance(layer.activity_regularizer, keras.regularizers.L1L2)


@pytest.mark.parametrize(
    ("make", "text", "sentence"),
    [
        (names.optimizer, "adamm", "There is no optimizer 'adamm'. Did you mean Adam?"),
        (names.loss, "catgorical_crossentropy", "Did you mean CategoricalCrossentropy?"),
        (names.metric, "acuracy", "Did you mean accuracy?"),
        (names.head_options, "rellu", "There is no activation 'rellu'. Did you mean relu?"),
        (names.optimizer, "SGD(momentom=1)", "SGD does not take these arguments"),
        (names.optimizer, "SGD(__import__('os'))", "is neither a name nor like"),
        (names.optimizer, "SGD(", "is neither a name nor like"),
        (lambda text: names.optimizer(text, 0.1), "SGD(lr=0.1)", "has a learning rate already"),
        (lambda text: names.optimizer(text, None, "cosine"), "SGD(decay=0.1)", "has a decay already"),
        (lambda text: names.optimizer("sgd", None, text), "polinomial", "Did you mean polynomial?"),
        (
            lambda text: names.head_options(regularizers=[text]),
            "kernl=l2",
            "Did you mean kernel_regularizer?",
        ),
    ],
)
def test_a_mistake_gets_one_sentence(make: object, text: str, sentence: str) -> None:
    with pytest.raises(TrainingRefused, match=re.escape(sentence)):
        make(text)  # type: ignore[operator]


def test_every_name_that_the_documents_list_is_known() -> None:
    text = (need_shared("documents") / "004_b0a1b12a45fad963.txt").read_text(encoding="utf-8")

    def listed(heading: str) -> list[str]:
        section = text.partition(f"#### **{heading}**")[2].partition("\n#")[0]
        found = re.findall(r"^- *\**([A-Za-z_\\]+(?:或[a-z]+)?)", section, re.MULTILINE)
        return [name.replace("\\", "") for several in found for name in several.split("或")]

    losses, optimizers = listed("损失函数"), listed("优化算法")
    assert len(losses) > 12
    assert len(optimizers) == 7
    for name in losses:
        names.loss(name)
    for name in optimizers:
        names.optimizer(name)
    for name in listed("性能评估"):
        names.metric(name)
    for name in listed("初始化方法"):
        names.head_options(initializer=name)
    for name in listed("激活函数"):
        names.head_options(name)
    for place in listed("正则项"):
        names.head_options(regularizers=[f"{place}=l2(0.01)"])
