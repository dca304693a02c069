"""Layer: a file in Chromium. The report as the person who did the set meets it: on a screen, on a phone, on paper."""

from __future__ import annotations

import io
from collections.abc import Iterator

import cv2
import numpy as np
import pypdf
import pytest
from playwright.sync_api import Browser, Page

from formcheck.kinematics.view import ViewKind
from formcheck.report.client_summary import client_summary
from formcheck.report.content import report_content
from formcheck.report.keyframes import KeyFrame
from formcheck.report.page import client_page, report_page

from ..report.reviews import DETAILS, as_measured
from ..report.synthetic import assess

SCREENS = {"laptop": (1280, 800, 2), "phone": (390, 844, 4)}
"""Width and height, and how many screens are enough."""


def frame(rep: int) -> KeyFrame:
    jpeg = cv2.imencode(".jpg", np.full((400, 360, 3), 60 * rep, dtype=np.uint8))[1].tobytes()
    return KeyFrame(rep, 4.0 * rep, jpeg, 360, 400)


def report_html() -> str:
    frames = [frame(rep) for rep in (1, 2, 3)]
    return report_page(
        report_content(assess(ViewKind.FRONT), frames, generated_on="today", last_time="Much the same as on 3 March."),
        overlay_name="set.mp4",
        clip_name="set.gif",
    )


def client_html() -> str:
    frames = [frame(rep) for rep in (1, 2, 3)]
    return client_page(client_summary(as_measured(), DETAILS, frames, generated_on="today"))


@pytest.fixture(params=list(SCREENS))
def screen(request: pytest.FixtureRequest, browser_without_film: Browser) -> Iterator[tuple[Page, float]]:
    """Open an empty page of a size, and say how high it may become (px)."""
    width, height, screens = SCREENS[request.param]
    context = browser_without_film.new_context(viewport={"width": width, "height": height})
    yield context.new_page(), height * screens
    context.close()


@pytest.mark.parametrize("html", [report_html, client_html])
def test_it_is_short_and_nothing_is_cut(screen: tuple[Page, float], html: object) -> None:
    page, highest = screen
    assert callable(html)
    page.set_content(html())
    assert page.evaluate("document.documentElement.scrollHeight") <= highest
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("window.innerWidth")


def test_verdict_pictures_and_target_are_on_the_first_screen(screen: tuple[Page, float]) -> None:
    page, _ = screen
    page.set_content(report_html())
    height = page.evaluate("window.innerHeight")
    for part in (".fc-verdict", ".pair", ".next"):
        box = page.locator(part).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= height


def test_opened_tables_are_not_cut(screen: tuple[Page, float]) -> None:
    page, _ = screen
    page.set_content(report_html())
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    cut = "[...document.querySelectorAll('.scroll')].filter(each => each.scrollWidth > each.clientWidth).length"
    assert page.evaluate(cut) == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("window.innerWidth")


def test_what_is_folded_is_printed(browser_without_film: Browser) -> None:
    context = browser_without_film.new_context()
    page = context.new_page()
    page.set_content(report_html())
    printed = " ".join(each.extract_text() for each in pypdf.PdfReader(io.BytesIO(page.pdf())).pages)
    context.close()
    for part in ("Every check", "Camera and set-up", "See a clinician soon if", "SHA-256"):
        assert part in printed
