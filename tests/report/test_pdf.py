"""Layer: typesetting and processes. What all PDFs have in common: no network, nothing left behind, a reason."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pytest

from formcheck.errors import OutputError
from formcheck.report.client_summary import client_summary
from formcheck.report.keyframes import KeyFrame
from formcheck.report.pdf import client_pdf, printable

from ..test_network_silence import WATCHERS, Watcher
from .reviews import DETAILS, as_measured

PROGRAM = """
import dataclasses
from tests.report.reviews import DETAILS, as_measured
from formcheck.report.client_summary import client_summary
from formcheck.report.content import report_content
from formcheck.report.pdf import client_pdf, clinical_pdf
reviewed = as_measured()
for name in ("Anna", "日本"):
    details = dataclasses.replace(DETAILS, name=name, note='#import "@preview/example:0.1.0": *')
    assert client_pdf(client_summary(reviewed, details, (), generated_on="today")).startswith(b"%PDF-")
    content = report_content(reviewed.current, (), generated_on="today", reviewed=reviewed, details=details)
    assert clinical_pdf(content).startswith(b"%PDF-")
"""
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("watch", WATCHERS[:1])
def test_typesetting_opens_no_connection(watch: Watcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    assert watch([sys.executable, "-c", PROGRAM], tmp_path) == []


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    client_pdf(client_summary(as_measured(), DETAILS, (), generated_on="today"))
    assert list(tmp_path.iterdir()) == []


def test_a_picture_that_is_none_is_a_reason_and_no_stack_trace() -> None:
    broken = KeyFrame(2, 12.0, b"not a picture", 40, 40)
    with pytest.raises(OutputError, match="The PDF could not be made") as caught:
        client_pdf(client_summary(as_measured(), DETAILS, [broken], generated_on="today"))
    assert caught.value.remedy


def test_data_are_made_printable_at_every_depth() -> None:
    data = printable({"a": [{"b": "x\x00y"}], "c": ("z\u202e",), "n": 3, "none": None})
    assert data == {"a": [{"b": "xy"}], "c": ["z"], "n": 3, "none": None}
