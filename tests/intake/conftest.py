"""What tests of the intake may use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from formcheck.records.settings import RecordsSettings

from .desk import Desk


@pytest.fixture
def desk(records_settings: RecordsSettings) -> Iterator[Desk]:
    """Give a desk, on each kind of database."""
    desk = Desk(records_settings)
    yield desk
    desk.records.close()
