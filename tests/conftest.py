"""Failures are named as they happen, not when the last test has ended; few workers load TensorFlow; what is
slow waits for CI."""

import ctypes
import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from paishi.system.cpu_count import usable_cores

_WITH_TENSORFLOW = {
    "models": (
        "tests/server/models/",
        "tests/server/runtimes/",
        "tests/server/recognition/test_custom_labels.py",
        "tests/server/teaching/test_vector.py",
    ),
    "training and export": (
        "tests/server/training/keras/",
        "tests/server/gallery/",
        "tests/server/export/",
        "tests/server/api/test_custom_model.py",
        "tests/server/api/test_embedded_model.py",
        "tests/server/api/test_explain.py",
        "tests/server/api/test_features.py",
        "tests/server/api/test_recognition.py",
        "tests/server/cli/test_check.py",
        "tests/server/cli/test_custom_folder.py",
        "tests/server/cli/test_import_model.py",
        "tests/server/cli/test_train.py",
    ),
}
"""Tests that load TensorFlow into their own process; a group runs in one worker, file after file."""


_EARLY = (
    *_WITH_TENSORFLOW,
    "tests/server/schema/test_as_described.py",
    "tests/server/cli/test_export.py",
    "tests/server/cli/test_use.py",
    "tests/server/hostile/",
    "tests/server/lifecycle/",
)
"""What takes long: one that begins last is waited for."""


def _group(file: str) -> str | None:
    return next((group for group, paths in _WITH_TENSORFLOW.items() if file.startswith(paths)), None)


class FewTensorFlow(LoadScopeScheduling):
    """Gives each worker a file at a time, and those that load TensorFlow, 1 GB, to few of them."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return _group(file) or file

    def schedule(self) -> None:
        if self.collection is None:
            self.collection = max(self.registered_collections.values(), key=len)
            units: dict[str, dict[str, bool]] = {}
            for nodeid in self.collection:
                units.setdefault(self._split_scope(nodeid), {})[nodeid] = False
            for scope in sorted(units, key=lambda scope: (not scope.startswith(_EARLY), -len(units[scope]))):
                self.workqueue[scope] = units[scope]
        for node in self.nodes:
            self._reschedule(node)

    def _reschedule(self, node: WorkerController) -> None:
        # A worker begins a test only when it has been told of the next, or that there is none.
        while not node.shutting_down and self._pending_of(self.assigned_work[node]) <= 1:
            known = set(self.registered_collections[node])
            scope = next((scope for scope, tests in self.workqueue.items() if known.issuperset(tests)), None)
            if scope is None:
                node.shutdown()
            else:
                self.workqueue.move_to_end(scope, last=False)
                self._assign_work_unit(node)


def pytest_xdist_auto_num_workers() -> int:
    """Two more than cores: half of the time a test waits, as for a server's start."""
    return usable_cores() + 2


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> FewTensorFlow:
    return FewTensorFlow(config, log)  # type: ignore[arg-type]


def _is_light(config: pytest.Config) -> bool:
    """Whether this process leaves the tests with TensorFlow to others: all do but one for each group."""
    worker = getattr(config, "workerinput", None)
    if worker is None or not _runs_all_tests(config):
        return False
    return int(worker["workerid"].removeprefix("gw")) >= len(_WITH_TENSORFLOW)


def _runs_all_tests(config: pytest.Config) -> bool:
    """False where files or tests are named on the command line."""
    return config.args_source is pytest.Config.ArgsSource.TESTPATHS


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if _runs_all_tests(config) and not os.environ.get("CI"):
        slow = [item for item in items if item.get_closest_marker("slow")]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Not even imported by a light worker: that alone takes 8 s and 0.6 GB."""
    path = collection_path.relative_to(config.rootpath).as_posix()
    return True if _is_light(config) and _group(path + "/" * collection_path.is_dir()) else None


def pytest_collection_finish() -> None:
    """Makes the TensorFlow of this process, if a module of tests has loaded it, take less memory and time."""
    if "tensorflow" in sys.modules:
        tf = sys.modules["tensorflow"]
        tf.config.threading.set_intra_op_parallelism_threads(1)  # more would wait for the other workers
        tf.config.threading.set_inter_op_parallelism_threads(1)
        # Its own allocator gives nothing back: a worker grew to 3 GB. The first large tensor decides.
        os.environ["TF_ONEDNN_USE_SYSTEM_ALLOCATOR"] = "1"
        tf.zeros((500, 500))
        del os.environ["TF_ONEDNN_USE_SYSTEM_ALLOCATOR"]  # servers that tests start have what ships
    gc.collect()
    gc.freeze()  # Keras makes much garbage, and each search for it would go through all of TensorFlow
    _give_memory_back()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    yield
    if "tensorflow" in sys.modules and _is_light(item.config):
        pytest.fail("TensorFlow was loaded: name the file that does in _WITH_TENSORFLOW of tests/conftest.py")


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """A file's models, which are large and consist of cycles, go with it."""
    if nextitem is not None and nextitem.path == item.path:
        return
    if _group(item.nodeid):
        if "keras" in sys.modules:
            sys.modules["keras"].backend.clear_session()
        gc.collect()
    _give_memory_back()


def _give_memory_back() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)


class FailureLines:
    def __init__(self, terminal: pytest.TerminalReporter) -> None:
        self._terminal = terminal

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._terminal.ensure_newline()
            self._terminal.write_line(f"FAILED {report.nodeid} ({report.when})", red=True)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(FailureLines(terminal))
