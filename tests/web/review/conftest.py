"""Records of a review's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from formcheck.records.records import Records
from formcheck.records.settings import RecordsSettings


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Records]:
    """Give records with nothing in them; on one kind of database, as the page is the same on both."""
    records = Records(RecordsSettings(home=tmp_path))
    yield records
    records.close()
