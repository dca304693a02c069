"""How the tests are spread over processes: in units, the longest first.

A unit is what one process runs in one go: a file, so that what its tests share is made once. A few files with tests
that are long and share little are cut up, and all tests of a browser are one unit: two browsers at once would take from
each other the time in which a camera is followed.
"""

from __future__ import annotations

import gc
import os
from typing import Final

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from .records.databases import stop_shared_cluster
from .shared import made_shared_folder, make_shared_folder, remove_shared_folder, tell

BROWSER: Final = "tests/browser/"
LONGEST_FIRST: Final = (
    BROWSER,
    "tests/records/test_crashes.py",
    "tests/test_end_to_end.py",
    "tests/test_accuracy.py",
    "tests/test_occlusion.py",
    "tests/intake/test_ten_uploads.py",
    "tests/intake/test_worker.py",
    "tests/cli/",
    "tests/test_network_silence.py",
)
"""What would keep one process busy alone at the end if it came last; everything else follows as it was collected."""
CUT_UP: Final = ("tests/records/test_crashes.py", "tests/test_occlusion.py")
"""Files of which each test is a unit."""
MOST_PROCESSES: Final = 8
"""More have nothing left to do while the browser is at it, and each has the libraries in memory."""
_BEHIND_THE_BROWSER: Final = 5
_OBJECTS_UNTIL_COLLECTED: Final = 50_000
THREAD_COUNTS: Final = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENCV_FOR_THREADS_NUM",
)
"""What arithmetic libraries and OpenCV ask for the number of their threads."""


def unit_of(nodeid: str) -> str:
    """Return the name of the unit that a test belongs to."""
    if nodeid.startswith(BROWSER):
        return BROWSER
    file = nodeid.split("::", 1)[0]
    return nodeid if file in CUT_UP else file


def rank_of(nodeid: str) -> int:
    """Return when a test is begun, from 0."""
    return next((i for i, start in enumerate(LONGEST_FIRST) if nodeid.startswith(start)), len(LONGEST_FIRST))


class UnitScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Gives each process the next unit when it is done with its own."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)


def processes() -> int:
    """Return how many processes share the tests: one for each core that we may use.

    One more, since the tests of the browser wait a lot, was tried on two cores: they took half as long again, two
    failed by what they time, and the whole was no sooner done.
    """
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, MOST_PROCESSES)


class Yielding:
    """Lets the browser go first: a process that has other tests to run while it is at it stands back for good.

    To be registered in processes among several.
    """

    def __init__(self) -> None:
        self._stands_back = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Stand back before the first test of another kind that this process runs."""
        if not (self._stands_back or item.nodeid.startswith(BROWSER)):
            self._stands_back = True
            os.nice(_BEHIND_THE_BROWSER)


def bound_threads() -> None:
    """Have libraries use one thread in each process to come, unless somebody chose otherwise: processes are enough."""
    for name in THREAD_COUNTS:
        os.environ.setdefault(name, "1")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """Answer `-n auto`."""
    return None if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ else processes()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config) -> None:
    """Prepare for the processes that are about to be started."""
    bound_threads()
    make_shared_folder(config)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: WorkerController) -> None:
    """Prepare one of them."""
    tell(node.config, node.workerinput)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End what they shared."""
    shared = made_shared_folder(config)
    if shared is not None:
        stop_shared_cluster(shared)
        remove_shared_folder(config)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> UnitScheduling | None:
    """Spread by units where no other way was asked for."""
    if config.getvalue("dist") != "load":
        return None
    config.option.loadscopereorder = False
    return UnitScheduling(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest first; otherwise the order stays, shuffled or not."""
    items.sort(key=lambda item: rank_of(item.nodeid))
    # What is there by now stays to the end: not looked through again each time that rubbish is collected.
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS_UNTIL_COLLECTED, 50, 100)
