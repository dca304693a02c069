"""Layer: a whole remote session in real browsers, a clinic with a login: from the invitation to the erasure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from tests.report.reviews import text_of

from ..camera_film import camera_film
from ..conftest import chromium, window_of
from ..test_live import wait_for_reps
from ..test_login import Server, log_in, opened, server
from ..waiting import at_rest, until
from .conftest import CALL_FLAGS, SEES_SOMEBODY, Line, come_in
from .test_remote_session import take_still

__all__ = ["server"]

KeepPicture = Callable[[Page, str], Path]
_REPS: Final = 5
_WITHIN_MS: Final = 120_000
_FOR_ALL, _PRIVATE = "Heels stay down, said the goldcrest.", "Ask about the nuthatch next time."


@dataclass(frozen=True)
class Windows:
    """The clinician's browser, which only calls, and the client's, whose camera shows a squat."""

    clinician: BrowserContext
    client: BrowserContext


@pytest.fixture
def windows(playwright: Playwright, call_browser: Browser, tmp_path: Path) -> Iterator[Windows]:
    """Open both, knowing nothing of each other."""
    film = camera_film("wall_squat_front", tmp_path / "camera.y4m")
    flags = [*CALL_FLAGS, f"--use-file-for-fake-video-capture={film}"]
    filmed = playwright.chromium.launch(executable_path=chromium(), args=flags)
    both = Windows(
        window_of(call_browser, viewport={"width": 1280, "height": 800}, permissions=["camera", "microphone"]),
        window_of(filmed, viewport={"width": 390, "height": 844}, permissions=["camera", "microphone"]),
    )
    for each in (both.clinician, both.client):
        each.set_default_timeout(_WITHIN_MS)
    # The server finds the poses: a browser's self-test keeps a core busy for longer than the set takes.
    both.client.route("**/pose_source.js", lambda route: route.abort())
    yield both
    both.clinician.close()
    both.client.close()
    filmed.close()
    film.unlink()


def _invited(server: Server, page: Page, name: str) -> str:
    """Make a session with somebody, now, and return the link for them."""
    opened(server, page, "remote")
    page.get_by_label("Session with").click()
    page.get_by_role("option", name=re.compile(name)).click()
    page.get_by_role("button", name="Make the session").click()
    link = page.get_by_test_id("stCode").inner_text().strip()
    assert "/join#" in link
    return link


def _part(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name).or_(page.get_by_role("button", name=name, exact=True)).click()


def test_the_whole_story_of_a_remote_session(server: Server, windows: Windows, keep_picture: KeepPicture) -> None:
    ada, ben = server.clinic.ada, server.clinic.ben
    desk = log_in(server, windows.clinician, "dr@clinic.example")
    link = _invited(server, desk, ada.secret)
    keep_picture(desk, "1-invited")
    with windows.clinician.expect_page() as room:
        made = desk.locator("[class*='st-key-remote-']").filter(has=desk.get_by_test_id("stCode"))
        made.get_by_role("link", name="Open the session").click()
    clinician, client = room.value, windows.client.new_page()
    line = Line(client)

    client.goto(link)
    come_in(client)
    keep_picture(client, "2-waits")
    expect(clinician.get_by_test_id("queue")).to_contain_text("Camera and sound work")
    clinician.get_by_role("button", name="Let in").click()
    for each in (clinician, client):
        until(each, SEES_SOMEBODY)

    clinician.get_by_test_id("reps").fill(str(_REPS))
    clinician.get_by_test_id("hold_s").fill("1")
    clinician.get_by_test_id("start-set").click()
    wait_for_reps(client, 1)
    wait_for_reps(clinician, 1)
    clinician.get_by_role("group", name="Cues").get_by_role("button").first.click()
    expect(client.get_by_test_id("caption")).to_be_visible()
    take_still(clinician)
    until(clinician, "document.querySelector('[data-testid=still] img').naturalWidth === 640")
    for x, y in ((40, 30), (90, 80), (40, 130)):
        clinician.get_by_test_id("still").click(position={"x": x, "y": y})
    clinician.get_by_test_id("share-still").click()
    expect(client.get_by_test_id("still")).to_be_visible()
    drawn = [each["still"]["drawings"] for each in line.heard if each["type"] == "still" and each["still"] is not None]
    assert [each["kind"] for each in drawn[-1]] == ["angle"]
    clinician.get_by_test_id("tab-notes").click()
    clinician.get_by_test_id("moment-good").click()
    expect(clinician.get_by_test_id("moments")).to_contain_text("Good")
    for words, for_client in ((_PRIVATE, False), (_FOR_ALL, True)):
        clinician.get_by_test_id("note-for-client").set_checked(for_client)
        clinician.get_by_test_id("note-text").fill(words)
        clinician.get_by_test_id("note-send").click()
        expect(clinician.get_by_test_id("note-text")).to_have_value("")
        expect(clinician.get_by_test_id("noted")).to_contain_text("in the records")
    wait_for_reps(clinician, _REPS)
    keep_picture(clinician, "3-set")
    keep_picture(client, "3-set-of-the-client")
    clinician.get_by_test_id("finish-set").click()
    expect(clinician.get_by_test_id("said")).to_contain_text(re.compile(rf"Set done.*\b[{_REPS}-9]\b"))
    done = re.compile(rf"The set is done: [{_REPS}-9] whole reps")
    expect(client.get_by_test_id("result")).to_contain_text(done)
    keep_picture(client, "4-result")
    clinician.get_by_test_id("end").click()
    clinician.get_by_test_id("end").click()
    for each in (clinician, client):
        expect(each.get_by_test_id("screen-over")).to_contain_text("The session is over")
    expect(client.get_by_test_id("screen-over").get_by_test_id("result")).to_contain_text(done)
    keep_picture(client, "4-over")
    assert "nuthatch" not in client.content()

    opened(server, desk, "remote")
    desk.get_by_test_id("stExpander").filter(has_text="Dr. Grey").first.click()
    at_rest(desk)
    keep_picture(desk, "5-held")
    desk.get_by_role("link", name="Set 1").first.click()
    expect(desk.get_by_test_id("player")).to_be_visible()
    reviewed = desk.url
    at_rest(desk)
    keep_picture(desk, "6-review")
    _part(desk, "Documents")
    with desk.expect_download() as download:
        desk.get_by_role("link", name=re.compile(r"Clinical report \(PDF\)")).click()
    report = text_of(Path(download.value.path()).read_bytes())
    assert ada.secret in report
    assert "goldcrest" in report

    hers, his = server.browser.new_context(), server.browser.new_context()
    for context in (hers, his):
        context.set_default_timeout(_WITHIN_MS)
    address = reviewed.removeprefix(f"{server.address}/")
    own = log_in(server, hers, ada.email)
    assert ada.secret in opened(server, own, address)
    _part(own, "Notes and pain")
    expect(own.get_by_text(_FOR_ALL)).to_be_visible()
    at_rest(own)
    assert "nuthatch" not in own.content()
    keep_picture(own, "7-notes-of-the-client")
    strange = log_in(server, his, ben.email)
    assert ada.secret not in opened(server, strange, address)
    assert "goldcrest" not in strange.content()
    hers.close()
    his.close()

    opened(server, desk, f"person?person={ada.person_id}")
    desk.get_by_text("Log, export and erasure").click()
    desk.get_by_role("button", name="Erase this person").click()
    typed = desk.get_by_label("Type the name to confirm")
    typed.fill(f"Ada {ada.secret}")
    typed.press("Enter")
    desk.get_by_role("button", name="Erase for good").click()
    expect(desk.get_by_text(f"Ada {ada.secret}")).to_have_count(0)
    for page in ("remote", "people", address):
        assert ada.secret not in opened(server, desk, page)
        assert "goldcrest" not in desk.content()
