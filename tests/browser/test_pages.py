"""Layer: a real browser and the real server. Every page opens, at the width of a desk and of a phone, from one host."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from .conftest import OpenPage
from .waiting import accept_safety, at_rest

KeepPicture = Callable[[Page, str], Path]
PAGES = {
    "": "formcheck",
    "check": "Stop if pain goes above",
    "more": "More",
    "today": "Today",
    "programme": "Programme",
    "videos": "Videos",
    "people": "People",
    "compare": "Compare",
    "progress": "Progress",
    "guidance": "Guidance",
    "self-test": "Self-test",
    "clinic": "Clinic",
}


def watched(page: Page) -> tuple[set[str], list[str]]:
    """Return the hosts that a page asks, and the faults of its scripts and what it asks in vain, filled as it goes."""
    hosts: set[str] = set()
    faults: list[str] = []
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname or ""))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("response", lambda answer: faults.append(answer.url) if answer.status >= 400 else None)
    return hosts, faults


@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens_and_asks_no_other_host(
    camera_page: OpenPage, app_address: str, keep_picture: KeepPicture, name: str
) -> None:
    for width, height, dark in ((1280, 800, False), (390, 844, True)):
        page = camera_page(None, width=width, height=height, dark=dark, phone=width < 600)
        hosts, faults = watched(page)
        page.goto(f"{app_address}/{name}")
        expect(page.get_by_text(PAGES[name]).filter(visible=True).first).to_be_visible()
        at_rest(page)
        keep_picture(page, f"{width}")
        assert hosts - {""} == {"127.0.0.1"}
        assert faults == []
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert over <= 0, f"{name} is {over} px too wide at {width}"


def test_a_bad_link_is_refused_in_words(camera_page: OpenPage, app_address: str, keep_picture: KeepPicture) -> None:
    page = camera_page(None)
    page.goto(f"{app_address}/check?exercise=wall-squat&reps=many&depth=60")
    accept_safety(page)
    expect(page.get_by_text("many").first).to_be_visible()
    keep_picture(page, "refused")
    assert page.get_by_test_id("start").count() == 0


def test_a_wrong_address_leads_home(camera_page: OpenPage, app_address: str, keep_picture: KeepPicture) -> None:
    page = camera_page(None, width=390, height=844, dark=True, phone=True)
    answer = page.goto(f"{app_address}/nowhere/at-all")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading", name="No such page")).to_be_visible()
    keep_picture(page, "no-page")
    page.get_by_role("link", name="Home").click()
    expect(page.get_by_role("heading", name="formcheck", level=1)).to_be_visible()
    # The name of the page that the app opens on, and pages that are somebody else's.
    for address in ("start", "start/", "welcome", "log-out"):
        page.goto(f"{app_address}/{address}")
        expect(page.get_by_role("heading", name="formcheck", level=1)).to_be_visible()
        at_rest(page)
        assert page.get_by_role("dialog").count() == 0, address
        assert "does not seem to exist" not in page.inner_text("body"), address


def test_a_telephone_goes_between_the_pages_by_the_bar_at_the_bottom(camera_page: OpenPage, app_address: str) -> None:
    page = camera_page(None, width=390, height=844, phone=True)
    page.goto(app_address)
    bar = page.get_by_role("navigation", name="Pages")
    expect(bar.get_by_role("link")).to_have_count(5)
    expect(bar.get_by_role("link", name="Home")).to_have_attribute("aria-current", "page")
    page.evaluate("window.stillTheSame = true")
    bar.get_by_role("link", name="Videos").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Videos", level=1)).to_be_visible()
    expect(bar.get_by_role("link", name="Videos")).to_have_attribute("aria-current", "page")
    # The session went along: the page was never loaded anew. And nothing stays open over it.
    assert page.evaluate("window.stillTheSame") is True
    assert page.get_by_test_id("stSidebar").count() == 0 or not page.get_by_test_id("stSidebar").is_visible()
    bar.get_by_role("link", name="More").click()
    expect(page.get_by_role("link", name="Clinic")).to_be_visible()
    page.get_by_role("link", name="Guidance").click()
    expect(page.get_by_role("heading", name="Guidance", level=1)).to_be_visible()


def test_what_is_set_up_once_is_in_the_menu(camera_page: OpenPage, app_address: str) -> None:
    page = camera_page(None, width=1280, height=800)
    page.goto(app_address)
    page.get_by_role("button", name="Set up").click()
    page.get_by_role("menuitem", name="Clinic").click()
    expect(page.get_by_role("heading", name="Clinic", level=1)).to_be_visible()


def test_the_guidance_goes_on_at_the_beginning_of_a_topic_and_prints_all_of_it(
    camera_page: OpenPage, app_address: str
) -> None:
    page = camera_page(None, width=390, height=844, dark=True, phone=True)
    page.goto(f"{app_address}/guidance?topic=ball-squeeze")
    page.get_by_role("button", name="The inner thigh muscle").click()
    expect(page.get_by_role("heading", name="The inner thigh muscle")).to_be_visible()
    page.wait_for_function("document.querySelector('.stMain').scrollTop === 0")
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Ball squeeze, lying")).to_be_hidden()
    tall = page.evaluate("document.documentElement.scrollHeight")
    last = page.locator(".fc-guide li").filter(visible=True).last.bounding_box()
    assert last is not None
    assert tall >= last["y"] + last["height"]
    assert page.locator(".fc-guide p").first.evaluate("node => getComputedStyle(node).color") == "rgb(17, 17, 17)"
