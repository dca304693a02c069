"""Layer: pure functions: what an imported archive says of itself is shown as it stands there, and breaks no page."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from formcheck.records.tables import AuditEntry, ExerciseSet, Json
from formcheck.web.shared.log_words import log_line
from formcheck.web.shared.stored_words import what_it_is

PICTURE = "![x](https://elsewhere.example/x.png)"
"""Shown by a page as Markdown, it would have the browser tell another site that it was looked at."""


@pytest.mark.parametrize("details", [{}, {"what": "x", "kind": ["y"]}, {"what": {"kind": {}}}, {"what": None}])
def test_an_entry_of_the_log_is_shown_whatever_it_holds(details: Json) -> None:
    entry = AuditEntry(at=datetime(2026, 3, 1, tzinfo=UTC), actor=PICTURE, action=PICTURE, details=details)
    line = log_line(entry)
    assert "![" not in line
    assert "elsewhere" in line


def test_a_set_is_called_what_its_result_says_and_nothing_is_fetched() -> None:
    document = {"exercise_name": PICTURE, "view": {"kind": "front"}, "reps": []}
    said = what_it_is(ExerciseSet(automatic=document, corrected=None))
    assert "![" not in said
    assert said.endswith("front")
