"""Layer: a whole review in Chromium: upload, scrub, correct, compare, documents, erasure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from formcheck.commands.samples import sample_named, sample_path
from formcheck.pose.landmarks import Landmark

from ..report.reviews import text_of
from .conftest import OpenPage, served

_MEASURED_WITHIN_MS = 240_000
_MOST_CLICKS = 12
"""From the first page to the signed report, besides typing a name and choosing the file."""
KeepPicture = Callable[[Page, str], Path]


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the app with empty records."""
    log = tmp_path_factory.mktemp("clinic") / "server.log"
    with served(log, FORMCHECK_USER_NAME="Dr. Example") as address:
        yield address
    printed = log.read_text()
    assert "Traceback" not in printed, printed


def test_a_clip_is_uploaded_scrubbed_corrected_compared_handed_out_and_erased(
    clinic: str, camera_page: OpenPage, keep_picture: KeepPicture
) -> None:
    page = camera_page(None, width=1280, height=900)
    clicks = Clicks()
    page.goto(clinic)
    _upload(page, clicks, "wall_squat_front")
    clicks(page.get_by_role("link", name=re.compile("Open review")))
    player = page.get_by_test_id("player")
    expect(player).to_be_visible()

    _say_whose(page, clicks, "Ann Example")
    signed = _signed_report(page, clicks)
    assert "Signed: Dr. Example" in signed
    assert "Ann Example" in signed
    assert clicks.count <= _MOST_CLICKS
    keep_picture(page, "signed")

    before_s, after_s = _scrub(page)
    assert after_s > before_s
    keep_picture(page, "scrubbed")

    automatic = _review_json(page)
    assert automatic["corrected"] is None
    _move_a_joint(page)
    expect(page.get_by_text("corrected", exact=True).first).to_be_visible()
    corrected = _review_json(page)
    assert corrected["automatic"] == automatic["automatic"]
    assert corrected["corrected"]["reps"] != automatic["automatic"]["reps"]
    assert [each["made_by"] for each in corrected["corrections"]] == ["Dr. Example"]
    _part(page, "History")
    expect(page.get_by_text(re.compile(r"corrected \(joint moved\), Dr\. Example"))).to_be_visible()
    _part(page, "Documents")
    keep_picture(page, "documents")

    _compare_legs(page, clinic, "Ann Example")
    keep_picture(page, "compared")
    _erase(page, clinic, "Ann Example")
    keep_picture(page, "erased")


@dataclass
class Clicks:
    """Clicks, and counts them."""

    count: int = 0

    def __call__(self, place: Locator) -> None:
        self.count += 1
        place.click()


def test_a_logo_is_drawn_anew_in_the_browser_and_runs_nothing(
    clinic: str, camera_page: OpenPage, keep_picture: KeepPicture, tmp_path: Path
) -> None:
    page = camera_page(None, width=390, height=844)
    page.goto(f"{clinic}/clinic")
    hostile = tmp_path / "logo.svg"
    hostile.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="100" onload="window.top.ran = true">'
        '<script>window.top.ran = true</script><rect width="300" height="100" fill="#17697a"/></svg>'
    )
    page.locator(".formcheck-logo input").set_input_files(hostile)
    expect(page.get_by_role("button", name="Remove the logo")).to_be_visible()
    assert page.evaluate("window.ran") is None
    keep_picture(page, "clinic")
    no_picture = tmp_path / "logo.png"
    no_picture.write_text("<script>")
    page.locator(".formcheck-logo input").set_input_files(no_picture)
    expect(page.get_by_text("This file is no picture that can be shown.")).to_be_visible()
    page.get_by_role("button", name="Remove the logo").click()
    expect(page.get_by_role("button", name="Remove the logo")).to_be_hidden()


def _upload(page: Page, clicks: Clicks, clip: str) -> None:
    clicks(page.get_by_test_id("stMain").get_by_role("link", name=re.compile("video", re.IGNORECASE)).first)
    with page.expect_file_chooser() as chosen:
        clicks(page.get_by_role("button", name=re.compile("Choose")).first)
    chosen.value.set_files(sample_path(sample_named(clip)))
    expect(page.get_by_role("link", name=re.compile("Open review"))).to_be_visible(timeout=_MEASURED_WITHIN_MS)


def _signed_report(page: Page, clicks: Clicks) -> str:
    """Sign the clinical note, which is begun from the measures, and return the report's words."""
    clicks(page.get_by_role("radio", name="Documents").or_(page.get_by_role("button", name="Documents", exact=True)))
    clicks(page.get_by_text("Clinical note (SOAP)"))
    clicks(page.get_by_role("button", name=re.compile("Save and sign")))
    expect(page.get_by_text(re.compile("signed by Dr. Example"))).to_be_visible()
    with page.expect_download() as download:
        clicks(page.get_by_role("link", name=re.compile(r"Clinical report \(PDF\)")))
    return text_of(Path(download.value.path()).read_bytes())


def _say_whose(page: Page, clicks: Clicks, name: str) -> None:
    clicks(page.get_by_label("Whose set is it?"))
    page.get_by_label("Whose set is it?").fill(name)
    page.get_by_label("Whose set is it?").press("Enter")
    clicks(page.get_by_role("button", name="Save").first)
    expect(page.get_by_role("link", name=re.compile(name))).to_be_visible()


def _scrub(page: Page) -> tuple[float, float]:
    """Go to the bottom of the next rep by keyboard and give the times before and after."""
    clock = page.get_by_test_id("player-clock")
    expect(clock).to_contain_text("frame 1 of")
    before = _clock_s(clock.inner_text())
    page.get_by_test_id("player-bottom").click()
    expect(clock).not_to_contain_text("frame 1 of")
    return before, _clock_s(clock.inner_text())


def _clock_s(text: str) -> float:
    found = re.search(r"(\d+):(\d+\.\d+)", text)
    assert found is not None, text
    return 60 * int(found[1]) + float(found[2])


def _move_a_joint(page: Page) -> None:
    page.keyboard.press("m")
    page.get_by_test_id("player-joint").select_option(value=str(int(Landmark.LEFT_KNEE)))
    for _ in range(3):
        page.keyboard.press("Shift+ArrowRight")
    page.get_by_test_id("player-keep").locator("visible=true").click()


def _review_json(page: Page) -> dict[str, Any]:
    _part(page, "Documents")
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile(r"JSON")).click()
    content: dict[str, Any] = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    return content


def _part(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name).or_(page.get_by_role("button", name=name, exact=True)).first.click()


def _compare_legs(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/people")
    page.get_by_role("link", name=re.compile(name)).click()
    page.get_by_role("link", name=re.compile("Compare two sets")).click()
    page.get_by_text("Left and right").click()
    expect(page.get_by_text(re.compile("(no detectable|Changed|difference)", re.IGNORECASE)).first).to_be_visible()


def _erase(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/people")
    page.get_by_role("link", name=re.compile(name)).click()
    page.get_by_text("Log, export and erasure").click()
    page.get_by_role("button", name="Erase this person").click()
    page.get_by_label("Type the name to confirm").fill(name)
    page.get_by_label("Type the name to confirm").press("Enter")
    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_text("Nobody is here yet")).to_be_visible()
