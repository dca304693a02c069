"""Layer: a real browser and a real Streamlit page with the player on it. What is reported, and what a rerun leaves."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ..starting import started
from ..waiting import at_rest, settled
from .conftest import Shown, frame_of

_APP = Path(__file__).with_name("page_app.py")


@pytest.fixture(scope="module")
def address(shown: Shown, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the page and give its address."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "copy.mp4").write_bytes(shown.server.video.read_bytes())
    for i, state in enumerate(shown.server.states):
        (folder / f"{i}.json").write_bytes(state)
    log = folder / "server.log"

    def start(port: int) -> subprocess.Popen[bytes]:
        options = [f"--server.port={port}", "--server.headless=true"]
        environment = {**os.environ, "FORMCHECK_TEST_PLAYER": str(folder)}
        with log.open("w") as out:
            return subprocess.Popen(
                [sys.executable, "-m", "streamlit", "run", str(_APP), *options],
                stdout=out,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=_APP.parents[3],
            )

    server, port = started(start, "/_stcore/health", log)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """Open the page."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("[data-ready]")
    yield page
    context.close()


def test_two_reports_in_one_breath_both_arrive_in_order(page: Page) -> None:
    page.keyboard.press("b")
    page.keyboard.press("m")
    for joint, key in (("25", "Shift+ArrowRight"), ("26", "ArrowUp")):
        page.get_by_test_id("player-joint").select_option(joint)
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    said = page.get_by_text("Reported:")
    expect(said).to_contain_text("RIGHT_KNEE", timeout=60_000)
    words = said.inner_text()
    assert words.index("LEFT_KNEE") < words.index("RIGHT_KNEE")
    assert words.count("MoveLandmark") == 2
    expect(page.get_by_test_id("player-busy")).to_have_text("")


def test_a_rerun_leaves_one_player_with_its_video_and_its_place(page: Page) -> None:
    page.keyboard.press("]")
    page.keyboard.press("b")
    page.evaluate("document.querySelector('video').mark = 'same'")
    frame = frame_of(page)
    page.keyboard.press("m")
    page.get_by_test_id("player-joint").select_option("25")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator(".fcr-was").filter(has_text="was").first).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Run again").click()
    expect(page.get_by_text("Ran again")).to_be_visible(timeout=60_000)
    at_rest(page)
    assert page.get_by_test_id("player").count() == 1
    assert page.evaluate("document.querySelector('video').mark") == "same"
    assert frame_of(page) == frame


def count_messages(page: Page) -> None:
    """Count what the page sends to its server from here on, in `window.sends`."""
    page.evaluate(
        "window.sends = 0; const send = WebSocket.prototype.send; "
        "WebSocket.prototype.send = function (...all) { window.sends += 1; return send.apply(this, all); }; 0"
    )


def test_scrubbing_runs_the_page_not_once(page: Page) -> None:
    at_rest(page)
    count_messages(page)
    box = page.get_by_test_id("player-plots").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 60, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 400, box["y"] + 100, steps=30)
    page.mouse.up()
    settled(page, 300)
    assert frame_of(page) > 100
    assert page.evaluate("window.sends") == 0


def test_the_keys_of_the_player_are_not_those_of_the_page(page: Page) -> None:
    at_rest(page)
    count_messages(page)
    for key in ("r", "c", "c"):
        page.keyboard.press(key)
    settled(page, 500)
    expect(page.get_by_test_id("player-loop")).to_have_attribute("aria-pressed", "true")
    assert page.get_by_role("dialog").count() == 0
    assert page.evaluate("window.sends") == 0


def test_over_an_open_question_the_keys_are_not_the_player_s(page: Page) -> None:
    page.get_by_role("button", name="Question").click()
    expect(page.get_by_text("Answer")).to_be_visible()
    before = frame_of(page)
    page.keyboard.press("]")
    page.keyboard.press("Escape")
    expect(page.get_by_text("Answer")).to_be_hidden()
    assert frame_of(page) == before
    page.keyboard.press("]")
    expect(page.get_by_test_id("player-clock")).not_to_have_attribute("data-frame", str(before))
