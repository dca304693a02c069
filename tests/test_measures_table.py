"""The table of measures in the documents is the one that their records make."""

from __future__ import annotations

import pytest

from formcheck.kinematics.measures.registry import MEASURES
from tools.measures_table import BEGIN, DOCUMENT, END, table, written


def test_the_documents_have_the_measures_as_they_are_registered() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    assert written(document) == document, "make it anew: python -m tools.measures_table"


def test_a_measure_has_one_row_with_its_zero() -> None:
    rows = table([MEASURES["fppa_deg"]]).splitlines()
    assert len(rows) == 3
    assert rows[2].split(" | ")[-1] == f"{MEASURES['fppa_deg'].zero} |"


@pytest.mark.parametrize("document", ["", BEGIN, END + BEGIN, BEGIN + END + BEGIN])
def test_a_document_without_its_marks_is_refused(document: str) -> None:
    with pytest.raises(ValueError, match="lost its marks"):
        written(document)
