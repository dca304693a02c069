"""What Python takes for the program that runs.

Streamlit puts the script of a page in its place, and leaves it there. Processes that are started afterwards by
`multiprocessing` begin with running that script, which is no program.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Final

import pytest

OURS: Final = sys.modules["__main__"]


@pytest.fixture(autouse=True)
def own_main_module() -> Iterator[None]:
    """Give each test the program that runs, whatever page ran before it or runs in it."""
    sys.modules["__main__"] = OURS
    yield
    sys.modules["__main__"] = OURS
