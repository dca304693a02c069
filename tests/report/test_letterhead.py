"""Layer: pure functions and typesetting. Logos drawn anew, and what stands at the head and the foot of documents."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from io import BytesIO

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from pypdf import PdfReader

from formcheck.errors import OutputError
from formcheck.report.client_summary import client_summary
from formcheck.report.content import report_content
from formcheck.report.letterhead import Letterhead, Paper, checked_logo
from formcheck.report.page import client_page, report_page
from formcheck.report.pdf import client_pdf, clinical_pdf
from formcheck.report.soap import SoapText, objective, soap_sheet, soap_template
from formcheck.session.assessment import Assessment

from .reviews import DETAILS, as_measured, text_of
from .test_client_pdf import HOSTILE

_POINTS = {Paper.A4: (595, 842), Paper.LETTER: (612, 792)}


def picture(width: int = 300, height: int = 100, channels: int = 3, ending: str = ".png") -> bytes:
    shape = (height, width, channels) if channels > 1 else (height, width)
    drawn = np.full(shape, 200, np.uint8)
    drawn[: height // 2] = 40
    return cv2.imencode(ending, drawn)[1].tobytes()


def read_back(png: bytes) -> NDArray[np.uint8]:
    read = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    assert read is not None
    return np.asarray(read, dtype=np.uint8)


def letterhead(paper: Paper = Paper.A4, **changes: object) -> Letterhead:
    head = Letterhead(
        paper, "Knee & Hip Clinic", ("1 High Street\nTown", "Tel. 01234"), checked_logo(picture()), "Dr R. Rivera", "PT"
    )
    return replace(head, **changes)  # type: ignore[arg-type]


def sizes_of(pdf: bytes) -> set[tuple[int, int]]:
    return {(round(page.mediabox.width), round(page.mediabox.height)) for page in PdfReader(BytesIO(pdf)).pages}


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_logo_is_drawn_anew_as_png(channels: int) -> None:
    made = checked_logo(picture(channels=channels))
    read = read_back(made)
    assert read.shape[:2] == (100, 300)
    assert read.ndim == (2 if channels == 1 else 3)


def test_what_a_file_holds_beside_its_pixels_is_gone() -> None:
    chunk = b"tEXtComment\0<script>alert(1)</script>"
    whole = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    png = picture()
    with_text = png[:33] + whole + png[33:] + b"<script>behind the end</script>"
    assert b"script" in with_text
    assert b"script" not in checked_logo(with_text)
    jpeg = picture(ending=".jpg")
    comment = b"\xff\xfe" + struct.pack(">H", 20) + b"<script>12345678<"
    assert b"script" not in checked_logo(jpeg[:2] + comment + b"x" + jpeg[2:])


def test_a_large_logo_is_made_smaller_and_keeps_its_shape() -> None:
    read = read_back(checked_logo(picture(4000, 1000)))
    assert read.shape[:2] == (300, 1200)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"GIF89a" + bytes(40),
        b"\x89PNG\r\n\x1a\n",
        picture()[:60],
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", 60_000, 60_000) + bytes(20),
        picture(ending=".jpg").replace(struct.pack(">HH", 100, 300), struct.pack(">HH", 60_000, 60_000)),
        b"\xff\xd8\xff" + b"\xff\xda" * 41,
        bytes(2_000_001),
    ],
    ids=["empty", "svg", "gif", "no header", "cut off", "huge png", "huge jpeg", "many scans", "too many bytes"],
)
def test_what_is_no_small_png_or_jpeg_is_refused(data: bytes) -> None:
    with pytest.raises(OutputError) as refused:
        checked_logo(data)
    assert "PNG or JPEG" in refused.value.remedy


@pytest.mark.parametrize("paper", list(Paper))
def test_documents_have_the_letterhead_and_their_paper(front_set: Assessment, paper: Paper) -> None:
    reviewed, head = as_measured(front_set), letterhead(paper)
    summary = client_summary(reviewed, DETAILS, (), generated_on="today")
    note = soap_sheet(SoapText("Hurts less.", objective(front_set), "Improving.", "Go on."), "Version 1")
    content = report_content(front_set, (), generated_on="today", reviewed=reviewed, details=DETAILS, soap=note)
    for pdf in (client_pdf(summary, head), clinical_pdf(content, head)):
        assert sizes_of(pdf) == {_POINTS[paper]}
        told = text_of(pdf)
        assert "Knee & Hip Clinic" in told
        assert "1 High Street" in told
        assert len(PdfReader(BytesIO(pdf)).pages[0].images) >= 1
    assert len(PdfReader(BytesIO(client_pdf(summary, head))).pages) == 1
    clinical = text_of(clinical_pdf(content, head))
    assert "Dr R. Rivera, PT" in clinical
    assert "Hurts less." in clinical
    for page in (client_page(summary, head), report_page(content, letterhead=head)):
        assert "Knee &amp; Hip Clinic" in page
        assert ("size: letter" in page) is (paper is Paper.LETTER)
        assert "data:image/png;base64," in page


def test_without_a_letterhead_documents_are_as_before(front_set: Assessment) -> None:
    page = report_page(report_content(front_set, (), generated_on="today"))
    assert 'class="letterhead"' not in page
    assert 'class="signing"' not in page


def test_a_signed_note_says_who_signed_instead_of_a_line(front_set: Assessment) -> None:
    note = soap_sheet(SoapText(plan="Go on."), "v", signed=("Dr Rivera", "PT", "3 March 2026"), remark="Changed since.")
    content = report_content(front_set, (), generated_on="today", soap=note)
    for told in (text_of(clinical_pdf(content, letterhead())), report_page(content, letterhead=letterhead())):
        assert "Dr Rivera, PT, 3 March 2026" in told
        assert "Changed since." in told
        assert "Dr R. Rivera, PT" not in told
        assert "Subjective" not in told


@pytest.mark.parametrize(
    "text", [HOSTILE, "N" * 300, "😀 مرحبا שלום", "<script>alert(1)</script>", '#panic("x") $a$ *b*']
)
def test_whatever_is_typed_is_text(front_set: Assessment, text: str) -> None:
    head = Letterhead(Paper.LETTER, text, (text,), b"", text, text)
    note = soap_sheet(SoapText(text, text, text, text), text, signed=(text, text, "today"), remark=text)
    content = report_content(front_set, (), generated_on="today", soap=note)
    assert clinical_pdf(content, head).startswith(b"%PDF-")
    assert "<script>alert" not in report_page(content, letterhead=head)
    summary = client_summary(as_measured(front_set), DETAILS, (), generated_on="today")
    assert len(PdfReader(BytesIO(client_pdf(summary, head))).pages) == 1


def test_a_note_begins_with_what_is_known(front_set: Assessment) -> None:
    begun = soap_template(front_set, DETAILS)
    assert begun.assessment == ""
    assert begun.objective.startswith(front_set.exercise_name)
    assert any("° to " in line for line in begun.objective.splitlines())
    assert begun.subjective.startswith("Before")
