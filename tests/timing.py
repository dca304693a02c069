"""How long the tests took: by layer, and which of them have become slow.

A test that takes more than five seconds and is not listed in `slow_tests.txt` is named at the end of a run. The list is
for those that need the time: a browser, a video from end to end, processes that are killed.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import pytest

from .scheduling import Yielding

SLOW_S: Final = 5.0
_LISTED: Final = Path(__file__).resolve().parent / "slow_tests.txt"
_WHOLE: Final = "whole"
"""The layer of the files that belong to no package."""


def layer_of(nodeid: str) -> str:
    """Return the layer of a test: the folder below `tests/`."""
    parts = nodeid.split("::", 1)[0].split("/")
    return parts[1] if len(parts) > 2 else _WHOLE


def function_of(nodeid: str) -> str:
    """Return the test without its parameters."""
    return re.sub(r"\[.*\]$", "", nodeid, flags=re.DOTALL)


def listed_as_slow(text: str) -> frozenset[str]:
    """Return the tests that a list names, one a line; what follows a `#` is a remark."""
    lines = (line.split("#", 1)[0].strip() for line in text.splitlines())
    return frozenset(line for line in lines if line)


def newly_slow(calls_s: Mapping[str, float], listed: Iterable[str]) -> dict[str, float]:
    """Return the tests that took too long and are not listed, the slowest first."""
    known = frozenset(listed)
    slow = {nodeid: taken for nodeid, taken in calls_s.items() if taken > SLOW_S and function_of(nodeid) not in known}
    return dict(sorted(slow.items(), key=lambda item: -item[1]))


class Timing:
    """Adds up what each test took."""

    def __init__(self) -> None:
        self.of_layer_s: defaultdict[str, float] = defaultdict(float)
        self.tests_of_layer: defaultdict[str, int] = defaultdict(int)
        self.calls_s: dict[str, float] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add a part of a test: what was made ready for it, the test itself, what was put away."""
        layer = layer_of(report.nodeid)
        self.of_layer_s[layer] += report.duration
        if report.when == "setup":
            self.tests_of_layer[layer] += 1
        if report.when == "call":
            self.calls_s[report.nodeid] = report.duration

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say it."""
        terminalreporter.section("time of each layer, all processes together")
        for layer, taken in sorted(self.of_layer_s.items(), key=lambda item: -item[1]):
            terminalreporter.line(f"{taken:8.1f} s  {self.tests_of_layer[layer]:5d} tests  {layer}")
        slow = newly_slow(self.calls_s, listed_as_slow(_LISTED.read_text(encoding="utf-8")))
        if slow:
            terminalreporter.section(
                f"warning: tests of more than {SLOW_S:.0f} s that tests/slow_tests.txt does not list"
            )
            for nodeid, taken in slow.items():
                terminalreporter.line(f"{taken:8.1f} s  {nodeid}", yellow=True)


def pytest_configure(config: pytest.Config) -> None:
    """Have it measured; in a process among several, let the browser go first."""
    config.pluginmanager.register(Timing(), "formcheck-timing")
    if hasattr(config, "workerinput") and hasattr(os, "nice"):
        config.pluginmanager.register(Yielding(), "formcheck-yielding")
