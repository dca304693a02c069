"""Layer: a real browser and the real server: a computer shows a code, a phone records, both show the result."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, Route, expect

from tests.clips import SAMPLES

from .conftest import OpenPage, served
from .network import network_to
from .starting import free_port
from .test_live import wait_for_reps
from .test_uploads import AS_FAST_AS_IT_GOES, MEASURED_WITHIN_S, KeepPicture, slowed
from .waiting import at_rest

CLIP = SAMPLES / "wall_squat_side.mp4"
RANGE = re.compile(r"bytes (\d+)-")
SLOW_BYTES_PER_S = 20_000
"""Then the clip takes fifteen seconds, for it to be cut in the middle."""


@dataclass(frozen=True)
class Home:
    """A computer with the app, and its port for phones."""

    app: str
    phone_port: int


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    log = tmp_path_factory.mktemp("server") / "server.log"
    port = free_port()
    at = {"FORMCHECK_PHONE_AT": f"127.0.0.1:{port}", "FORMCHECK_PHONE_HTTPS_AT": f"127.0.0.1:{free_port()}"}
    with served(log, FORMCHECK_WORKERS="1", **at) as address:
        yield Home(address, port)
    printed = log.read_text()
    assert "Traceback" not in printed, printed


def scanned(page: Page, name: str = "Code for the phone") -> str:
    """Return what a phone's camera reads off the screen."""
    code = page.get_by_role("img", name=name)
    expect(code).to_be_visible()
    code.scroll_into_view_if_needed()
    picture = cv2.imdecode(np.frombuffer(code.screenshot(), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    text: str = cv2.QRCodeDetector().detectAndDecode(cv2.resize(picture, None, fx=2, fy=2))[0]
    return text


def show_code(page: Page, address: str) -> str:
    page.goto(address)
    at_rest(page)
    page.get_by_text("Use my phone as the camera").click()
    page.get_by_role("button", name="Show the code").click()
    return scanned(page)


def test_a_set_recorded_on_the_phone_is_shown_on_both_and_goes_on_after_a_cut(
    home: Home, camera_page: OpenPage, keep_picture: KeepPicture
) -> None:
    computer = camera_page(None)
    link = show_code(computer, f"{home.app}/videos")
    assert re.fullmatch(rf"http://127\.0\.0\.1:{home.phone_port}/phone#[\w-]{{22}}", link)
    at_rest(computer)
    keep_picture(computer, "code-1280-light")
    with network_to(home.phone_port) as network:
        phone = camera_page(None, width=390, height=844, phone=True)
        asked: list[str] = []
        phone.on("request", lambda each: asked.append(each.headers.get("content-range", "")))
        phone.goto(link.replace(f":{home.phone_port}/", f":{network.port}/"))
        expect(phone.get_by_role("heading", name="Record your set")).to_be_visible()
        assert phone.url.endswith("/phone"), "the code has left the address line"
        camera = phone.locator("input[type=file][capture]")
        assert camera.get_attribute("accept") == "video/*"
        keep_picture(phone, "film-390-light")
        expect(computer.get_by_text("Your phone is connected.")).to_be_visible()

        slowed(phone, SLOW_BYTES_PER_S)
        camera.set_input_files(CLIP)
        expect(phone.get_by_test_id("sending")).to_contain_text(re.compile(r"[2-6]\d %"))
        keep_picture(phone, "sending-390-light")
        phone.get_by_role("progressbar").evaluate("bar => { bar.id = 'the-same' }")
        network.cut(everything=True, unheard=True)
        expect(phone.get_by_test_id("sending")).to_contain_text("goes on by itself")
        expect(phone.locator("#the-same")).to_be_visible()
        slowed(phone, AS_FAST_AS_IT_GOES)
        network.mend()
        expect(phone.get_by_role("heading", name="Your result")).to_be_visible(timeout=MEASURED_WITHIN_S * 1000)
        begun = [int(found[1]) for each in asked if (found := RANGE.match(each))]
        assert begun[0] == 0
        assert begun[-1] > 0, "it went on from where it was"
        result = phone.get_by_test_id("result")
        headline = result.locator(".fc-verdict-title").inner_text()
        assert headline
        expect(result).to_contain_text("reps")
        expect(computer.locator(".st-key-phone-videos .fc-verdict-title")).to_have_text(headline)
        at_rest(computer)
        keep_picture(computer, "result-1280-light")
        keep_picture(phone, "result-390-light")
        assert phone.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
        phone.emulate_media(color_scheme="dark")
        keep_picture(phone, "result-390-dark")

        # A page that is loaded anew shows the result again; another phone gets nothing by the same code.
        phone.reload()
        expect(phone.get_by_test_id("result")).to_contain_text(headline)
        other = camera_page(None, width=390, height=844, phone=True, dark=True)
        other.goto(link)
        expect(other.get_by_role("alert")).to_contain_text("This code is no longer valid.")
        expect(other.locator("input[type=file]")).to_have_count(0)
        keep_picture(other, "used-390-dark")


def open_check(page: Page, address: str, query: str) -> None:
    """Open *Check my form* with a set, and show its code."""
    page.goto(f"{address}/check?{query}")
    agree = page.get_by_role("button", name="I have read this and accept it")
    camera = page.get_by_text("Use my phone as the camera")
    expect(agree.or_(camera).first).to_be_visible()
    if agree.count():
        agree.click()
    camera.click()
    page.get_by_role("button", name="Show the code").click()


def lose_first_answer(page: Page, address: str) -> None:
    """Let the first request to an address reach the server and its answer be lost; all later ones pass."""
    lost: list[Route] = []

    def answer(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route)
        route.fetch()
        route.abort()

    page.route(address, answer)


def test_the_code_of_check_my_form_is_for_the_set_that_is_chosen(
    home: Home, camera_page: OpenPage, keep_picture: KeepPicture
) -> None:
    computer = camera_page(None, dark=True)
    open_check(computer, home.app, "exercise=step-down&leg=left&reps=5&depth=60&step=20")
    link = scanned(computer)
    at_rest(computer)
    keep_picture(computer, "code-1280-dark")
    phone = camera_page(None, width=390, height=844, phone=True, dark=True)
    lose_first_answer(phone, "**/phone/claim")
    phone.goto(link)
    expect(phone.get_by_role("alert")).to_contain_text("The computer cannot be reached.")
    # Tried again, the code is this phone's.
    expect(phone.locator(".fp-said")).to_have_text(
        "Step-down · standing on the left leg · 5 reps · 20 cm step · 60° deep"
    )
    keep_picture(phone, "film-390-dark")
    phone.locator("input[type=file][capture]").set_input_files(
        {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": b"no video"}
    )
    for _ in range(2):  # what the computer says meanwhile does not take the reason away
        phone.wait_for_event("response", lambda each: each.url.endswith("/phone/state"))
    expect(phone.get_by_role("alert")).to_contain_text("does not have the name of a video file")
    phone.locator("input[type=file][capture]").set_input_files(
        {"name": "IMG_1.mp4", "mimeType": "video/mp4", "buffer": b"no video" * 100}
    )
    expect(phone.get_by_role("alert")).to_contain_text("IMG_1.mp4")
    expect(computer.get_by_text("The phone can record and send another one.")).to_be_visible()
    keep_picture(phone, "no-video-390-dark")


def test_a_set_is_done_live_on_the_phone_and_shown_on_both(
    home: Home, camera_page: OpenPage, keep_picture: KeepPicture
) -> None:
    computer = camera_page(None)
    open_check(computer, home.app, "exercise=wall-squat&leg=both&reps=10&hold=1&depth=60")
    link = scanned(computer, "Code for a live set")
    assert link.startswith("https://127.0.0.1:")
    helping = camera_page(None, width=390, height=844, phone=True)
    helping.goto(f"http://127.0.0.1:{home.phone_port}/phone/secure")
    expect(helping.get_by_role("link", name="Get the certificate")).to_be_visible()
    keep_picture(helping, "secure-390-light")
    assert helping.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0

    phone = camera_page("wall_squat_side", width=390, height=844, phone=True, trusting=True)
    phone.goto(link)
    phone.get_by_role("button", name="Do the set live").click()
    phone.get_by_test_id("start").click()
    wait_for_reps(phone, 2)
    keep_picture(phone, "in-the-set-390-light")
    phone.get_by_test_id("finish").click()
    expect(phone.get_by_role("heading", name="Your result")).to_be_visible(timeout=60_000)
    headline = phone.get_by_test_id("result").locator(".fc-verdict-title").inner_text()
    expect(computer.locator(".st-key-phone-check .fc-verdict-title")).to_have_text(headline)
    keep_picture(phone, "result-390-light")
    at_rest(computer)
    computer.locator(".st-key-phone-check").scroll_into_view_if_needed()
    keep_picture(computer, "result-1280-light")
