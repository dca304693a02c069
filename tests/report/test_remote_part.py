"""Layer: pure functions and typesetting. The part of a report about a remote session, in HTML and in PDF."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from formcheck.kinematics.view import ViewKind
from formcheck.report.content import report_content
from formcheck.report.page import report_page
from formcheck.report.pdf import clinical_pdf
from formcheck.report.remote_part import RemoteLine, RemotePart, StillDrawing, still_picture
from formcheck.session.drawings import angle_deg

from .reviews import text_of
from .synthetic import assess

HOSTILE = '<script>alert(1)</script> #read("x") knees'


def jpeg(width: int = 640, height: int = 480) -> bytes:
    return bytes(cv2.imencode(".jpg", np.full((height, width, 3), 90, np.uint8))[1].tobytes())


def part() -> RemotePart:
    angle = StillDrawing("angle", ((100.0, 200.0), (200.0, 200.0), (273.1, 131.8)))
    still = still_picture(
        jpeg(), [angle, StillDrawing("text", ((5.0, 5.0),), "hip")], taken="Taken by Dr. Grey at 10:03"
    )
    assert still is not None
    lines = (RemoteLine("12.5 s", f"Cue: {HOSTILE}", "Dr. Grey"), RemoteLine("", "Stop", "Zoë"))
    return RemotePart((("Held on", "1 March 2026"), ("There", "Dr. Grey (clinician), Zoë (client)")), lines, (still,))


@pytest.mark.parametrize("degrees", [0.0, 30.0, 90.0, 137.0, 180.0])
def test_an_angle_is_that_of_its_points(degrees: float) -> None:
    end = (100 + 80 * math.cos(math.radians(degrees)), 100 + 80 * math.sin(math.radians(degrees)))
    assert angle_deg(((180.0, 100.0), (100.0, 100.0), end)) == pytest.approx(degrees)
    assert angle_deg((end, (100.0, 100.0), (180.0, 100.0))) == pytest.approx(degrees)
    assert math.isnan(angle_deg(((1.0, 1.0), (1.0, 1.0), end)))


def test_a_still_is_scaled_and_its_drawings_said() -> None:
    still = still_picture(jpeg(1800, 1200), [StillDrawing("line", ((0.0, 0.0), (1800.0, 1200.0)))], taken="Taken")
    assert still is not None
    assert (still.frame.width, still.frame.height) == (900, 600)
    picture = np.asarray(cv2.imdecode(np.frombuffer(still.frame.jpeg, np.uint8), cv2.IMREAD_COLOR))
    assert picture[300, 450].tolist() != picture[100, 800].tolist(), "the line goes through the middle"
    (shown,) = part().stills
    assert shown.caption == "Taken by Dr. Grey at 10:03. Angle 137.0°; hip."
    assert still_picture(b"no picture", [], taken="Taken") is None


def test_the_session_is_in_both_reports_with_what_was_typed_as_text() -> None:
    content = report_content(assess(ViewKind.FRONT), [], generated_on="today", remote=part())
    page = report_page(content)
    assert "Remote session" in page
    assert "<script>alert" not in page
    assert "12.5 s" in page
    assert 'alt="Still picture. Taken by Dr. Grey' in page
    told = text_of(clinical_pdf(content))
    for words in ("Remote session", "Zoë (client)", "12.5 s", "alert(1)", "Angle 137.0°"):
        assert words in told


def test_a_set_of_no_session_says_nothing_of_one() -> None:
    content = report_content(assess(ViewKind.FRONT), [], generated_on="today")
    assert "Remote session" not in report_page(content)
    assert "Remote session" not in text_of(clinical_pdf(content))
