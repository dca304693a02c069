"""What tests of rooms share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .hall import Hall


@pytest.fixture
def hall() -> Iterator[Hall]:
    """Give a server with rooms."""
    made = Hall()
    yield made
    made.close()
