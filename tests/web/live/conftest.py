"""What tests of the live socket share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .world import World, live_threads


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    """See to it that no thread of a set outlives a test."""
    yield
    for thread in live_threads():
        thread.join(60)
    assert live_threads() == []


@pytest.fixture
def world() -> Iterator[World]:
    """Give a made-up server."""
    made = World()
    yield made
    made.close()
