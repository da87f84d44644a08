from paishi.recognition.load import load_recogniser
from paishi.settings import Settings
from paishi.system.cpu_budget import CpuBudget
from paishi.system.cpu_count import usable_cores
from tests.bench.upload_size import ON_WEAK_NETWORK, measure
from tests.server.conftest import need_shared


def test_a_photo_sent_by_a_weak_network_keeps_its_name() -> None:
    """One of the photos may lose it; `python -m tests.bench.upload_size` measures all of them."""
    photos = sorted(need_shared("validation").glob("n*.jpg"))[::4]
    settings = Settings(model="EfficientNetLite0")  # type: ignore[call-arg]
    recogniser = load_recogniser(settings, CpuBudget(usable_cores()))
    kept = measure(recogniser, photos, [ON_WEAK_NETWORK])[ON_WEAK_NETWORK]
    recogniser.runtime.close()
    assert kept.photos >= 40
    assert kept.same >= kept.photos - 1
