"""Layer: processes. A page that ran in a test is not the program of processes that are started after it."""

from __future__ import annotations

import multiprocessing
import sys

import pytest
from streamlit.testing.v1 import AppTest

from .main_module import OURS


@pytest.fixture(scope="module", autouse=True)
def _a_page_ran() -> None:
    def page() -> None:
        raise AssertionError("this is no program")

    AppTest.from_function(page).run(timeout=60)


def test_the_page_is_no_longer_the_program_that_runs() -> None:
    assert sys.modules["__main__"] is OURS


def test_a_process_can_be_started() -> None:
    process = multiprocessing.get_context("spawn").Process(target=int)
    process.start()
    process.join(120)
    assert process.exitcode == 0
