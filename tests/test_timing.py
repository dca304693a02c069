"""Layer: pure functions. What a run of the tests says about its time, and how it is spread over processes."""

from __future__ import annotations

from typing import Literal

import pytest

from .scheduling import BROWSER, processes, rank_of, unit_of
from .timing import SLOW_S, Timing, function_of, layer_of, listed_as_slow, newly_slow


@pytest.mark.parametrize(
    ("nodeid", "layer"),
    [
        ("tests/web/live/test_resume.py::test_a", "web"),
        ("tests/kinematics/test_filters.py::TestB::test_a[x/y]", "kinematics"),
        ("tests/test_end_to_end.py::test_a", "whole"),
    ],
)
def test_the_layer_is_the_folder(nodeid: str, layer: str) -> None:
    assert layer_of(nodeid) == layer


def test_parameters_do_not_make_another_test() -> None:
    assert function_of("tests/a.py::test_b[x[1]-y]") == function_of("tests/a.py::test_b") == "tests/a.py::test_b"


def test_a_list_has_a_test_a_line_and_remarks() -> None:
    assert listed_as_slow("# why\n\na.py::b  # a video\nc.py::d\n") == {"a.py::b", "c.py::d"}


def test_slow_is_what_takes_long_and_is_not_listed_the_slowest_first() -> None:
    taken = {"a::quick": SLOW_S, "a::slow[1]": SLOW_S + 1, "a::slow[2]": SLOW_S + 9, "a::known[1]": 90.0}
    assert list(newly_slow(taken, {"a::known"})) == ["a::slow[2]", "a::slow[1]"]


def test_what_a_test_needs_before_and_after_counts_for_its_layer_only() -> None:
    timing = Timing()
    parts: list[tuple[Literal["setup", "call", "teardown"], float]] = [("setup", 7.0), ("call", 1.0), ("teardown", 2.0)]
    for when, duration in parts:
        timing.pytest_runtest_logreport(
            pytest.TestReport("tests/web/a.py::b", ("", 0, ""), {}, "passed", None, when, duration=duration)
        )
    assert timing.of_layer_s == {"web": 10.0}
    assert timing.tests_of_layer == {"web": 1}
    assert timing.calls_s == {"tests/web/a.py::b": 1.0}


def test_all_browser_tests_are_one_unit_and_begun_first() -> None:
    tests = ["tests/browser/test_live.py::a", "tests/browser/player/test_page.py::b[1]"]
    assert {unit_of(each) for each in tests} == {BROWSER}
    assert {rank_of(each) for each in tests} == {0}


def test_a_file_is_a_unit_unless_its_tests_are_long_and_share_little() -> None:
    assert unit_of("tests/web/test_pages.py::a[1]") == unit_of("tests/web/test_pages.py::b")
    assert unit_of("tests/records/test_crashes.py::a[1]") != unit_of("tests/records/test_crashes.py::a[2]")


def test_there_is_a_process_at_least() -> None:
    assert processes() >= 1
