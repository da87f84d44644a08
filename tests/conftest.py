"""Failures are named as they happen, not when the last test has ended; two workers alone run large models."""

import pytest
from xdist.scheduler import LoadScopeScheduling

from paishi.system.cpu_count import usable_cores

_WITH_TENSORFLOW = {
    "models": (
        "tests/server/models/",
        "tests/server/runtimes/",
    ),
    "training and export": (
        "tests/server/training/keras/",
        "tests/server/gallery/",
        "tests/server/export/",
        "tests/server/api/test_embedded_model.py",
        "tests/server/api/test_explain.py",
        "tests/server/api/test_features.py",
        "tests/server/api/test_recognition.py",
    ),
}


class FewTensorFlow(LoadScopeScheduling):
    """Gives each worker a file at a time, and those that run large models, 2 GB, to two of them."""

    def _split_scope(self, nodeid: str) -> str:
        for group, paths in _WITH_TENSORFLOW.items():
            if nodeid.startswith(paths):
                return group
        return nodeid.partition("::")[0]


def pytest_xdist_auto_num_workers() -> int:
    """One more than cores: two fifths of the time a test waits, as for a server's start."""
    return usable_cores() + 1


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> FewTensorFlow:
    return FewTensorFlow(config, log)  # type: ignore[arg-type]


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
