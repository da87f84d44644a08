"""OpenVINO without telemetry, in fresh processes, because this one may have imported it."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.server.conftest import ROOT
from tests.server.test_imports import imported, sources

REPORTING = "print([name for name, module in sys.modules.items() if module and 'openvino_telemetry' in name])"
IMPORT = "from paishi.runtimes.openvino.imports import ov"
ONE_PLACE = "server/paishi/runtimes/openvino/imports.py"


def run(code: str, home: Path) -> str:
    # On a continuous-integration machine its reports are off by themselves.
    env = {name: value for name, value in os.environ.items() if name not in ("CI", "TF_BUILD", "JENKINS_URL")}
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**env, "HOME": str(home), "USERPROFILE": str(home)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_its_import_sends_no_report(tmp_path: Path) -> None:
    """Its reports leave an identifier in the user's home and are sent by a module of their own."""
    code = (
        "import sys; from paishi.runtimes.openvino.imports import ov; import openvino.tools.ovc;" + REPORTING
    )
    assert run(code, tmp_path) == "[]\n"
    assert list(tmp_path.iterdir()) == []


def test_a_calibration_sends_no_report(tmp_path: Path) -> None:
    pytest.importorskip("nncf")
    code = "import sys; import paishi.runtimes.conversion.quantise, nncf;" + REPORTING
    assert run(code, tmp_path) == "[]\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("file", sources(), ids=lambda file: file.relative_to(ROOT).as_posix())
def test_only_one_place_imports_it(file: Path) -> None:
    where = file.relative_to(ROOT).as_posix()
    names = {name.partition(".")[0] for name in imported(ast.parse(file.read_text(encoding="utf-8")))}
    assert "openvino" not in names or where == ONE_PLACE


@pytest.mark.parametrize("attempt", range(3))
def test_threads_that_make_the_first_call_together_do_not_hang(tmp_path: Path, attempt: int) -> None:
    code = (
        f"import sys, threading; {IMPORT}; sys.setswitchinterval(1e-6)\n"
        "together = threading.Barrier(8)\n"
        "work = lambda: (together.wait(), ov.Type.u8.to_dtype())\n"
        "threads = [threading.Thread(target=work) for _ in range(8)]\n"
        "[thread.start() for thread in threads]; [thread.join() for thread in threads]; print('done')"
    )
    assert run(code, tmp_path) == "done\n"
