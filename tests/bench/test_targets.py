"""From what was measured to what was wanted, without measuring anything."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from paishi.system.cpu_count import usable_cores
from tests.bench.limits import Limits
from tests.bench.load import Load
from tests.bench.outcome import Outcome, as_json, conclude
from tests.bench.plot import draw
from tests.bench.points import make_plan
from tests.bench.report import print_report
from tests.bench.rounds import Run
from tests.bench.targets import targets

CORES = usable_cores()
PLAN = make_plan(quick=False, rounds=2, seconds=1.0, only={"1", "32", "open1000", "limits"})


def load(answers: int, ms: float, refusals: int = 0) -> Load:
    return Load(1.0, [ms / 1000] * answers, [0.02] * refusals, {}, 0.1, answers)


def limits(alone: float, crowd: float) -> Limits:
    return Limits("OpenVINO", 400.0, alone, 0.0, crowd, {"100 KB": 1e-9})


@pytest.fixture
def outcome() -> Outcome:
    """The demo does 5 a second, ours 18 of 20, the fast one 96 of 100."""
    run = Run(
        runtime="openvino",
        precision={"ours": "fp32", "fast": "int8"},
        weights="random",
        loads={
            "1": {"demo": [load(4, 250)] * 2, "ours": [load(18, 53)] * 2, "fast": [load(80, 12)] * 2},
            "32": {"demo": [load(5, 6000)] * 2, "ours": [load(18, 1700)] * 2, "fast": [load(96, 330)] * 2},
            "open1000": {"ours": [load(18, 3000, 160)] * 2, "fast": [load(90, 2000, 900)] * 2},
        },
        limits={"ours": [limits(20, 20)] * 3, "fast": [limits(90, 100)] * 3},
        core_ms={name: {"demo": [400.0], "ours": [90.0], "fast": [18.0]} for name in ("1", "32")},
        first_answer_s={"demo": 8.0, "ours": 1.2, "fast": 0.8},
        resident_crowd_mb={"demo": 1100.0, "ours": 300.0},
    )
    return conclude(PLAN, "ResNet50", run)


def test_each_goal_beside_what_was_reached(outcome: Outcome) -> None:
    found = {target.name: (target.value, target.reached) for target in targets(outcome)}
    assert found["ResNet50: share of what the cores can do, 32 clients"] == (pytest.approx(0.9), False)
    assert found["EfficientNetLite0: share of what the cores can do, 32 clients"] == (
        pytest.approx(0.96),
        True,
    )
    assert found["ResNet50: share of what the cores can do, 12 MP"] == (None, False)
    assert found["ResNet50: 1 client, ms above the runtime alone"] == (pytest.approx(3), True)
    assert found["ResNet50: s from start to first answer"] == (1.2, False)
    assert found["ResNet50: memory after a crowd, of the demo's"] == (pytest.approx(0.2727, abs=1e-4), True)
    assert found["EfficientNetLite0: times the demo, 32 clients"] == (pytest.approx(19.2), False)  # of 22
    assert found["EfficientNetLite0: p99 of refusals at 10 times the load, ms"] == (pytest.approx(20), True)
    assert found["EfficientNetLite0: slowest answer at 10 times the load, s"] == (pytest.approx(2), True)


def test_the_report_and_the_picture_have_both_models(outcome: Outcome, tmp_path: Path) -> None:
    text = StringIO()
    print_report(outcome, Console(file=text, width=200))
    assert f"ResNet50 {18 / CORES:.1f}, EfficientNetLite0 {96 / CORES:.1f}; " in text.getvalue()
    assert as_json(outcome)["fast"]["32"]["ours"]["answers"] == 192
    draw(outcome, tmp_path / "bench.png")
    assert (tmp_path / "bench.png").stat().st_size > 10_000
