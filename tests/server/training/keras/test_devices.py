import pytest

from paishi.models.errors import ModelError
from paishi.system.child_process import run_child
from tests.server.training.keras.on_devices import trained


@pytest.mark.filterwarnings("ignore:__array__ implementation")
def test_all_devices_train_as_one_does() -> None:
    """On two logical devices of the processor, the same batches give the same weights within rounding."""
    one = trained("one")
    two = run_child("tests.server.training.keras.on_devices", ["2"], 120, ModelError)
    assert (one["devices"], two["devices"]) == (1, 2)
    assert two["losses"] == pytest.approx(one["losses"], rel=1e-4)
    assert two["probabilities"] == pytest.approx(one["probabilities"], abs=1e-4)
