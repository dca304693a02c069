"""Layer: a real browser whose camera shows sample clips, the real server, the real pose model."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .conftest import OpenPage
from .network import network_to
from .waiting import accept_safety, settled, until

KeepPicture = Callable[[Page, str], Path]
_KNEE_CUES = {"Point your kneecap over your second toe", "Stack your knees above your shoelaces"}
_LISTEN = """
() => {
  window.heard = {cues: [], phases: new Set(), holds: [], setups: []};
  const text = (id) => document.querySelector(`[data-testid="${id}"]`)?.textContent.trim() ?? "";
  const look = () => {
    const heard = window.heard, cue = text("cue"), setup = text("setup-message");
    if (cue && heard.cues.at(-1)?.cue !== cue) heard.cues.push({cue, reps: text("rep-count")});
    if (!cue && heard.cues.length && heard.cues.at(-1).cue) heard.cues.push({cue: "", reps: ""});
    if (setup && heard.setups.at(-1) !== setup) heard.setups.push(setup);
    heard.phases.add(text("phase"));
    if (text("hold")) heard.holds.push(text("hold"));
  };
  setInterval(look, 50);
}
"""


def start_set(page: Page, address: str, query: str) -> None:
    """Open a prescribed set, accept the safety text and start."""
    page.goto(f"{address}/check?{query}")
    accept_safety(page)
    page.get_by_test_id("start").click()
    page.evaluate(_LISTEN)


def wait_for_reps(page: Page, reps: int, seconds: float = 180) -> None:
    """Wait for so many reps, at least: a machine that is busy with other things comes to count several at once."""
    assert reps < 9
    counted = re.compile(rf"^\s*([{reps}-9]|\d\d+)\s*$")
    expect(page.get_by_test_id("rep-count")).to_have_text(counted, timeout=seconds * 1000)


def cues(page: Page) -> list[str]:
    """Return what was said, in order, each time it was said."""
    return [each["cue"] for each in page.evaluate("window.heard.cues") if each["cue"]]


@pytest.mark.parametrize(
    ("clip", "query", "knee_cues"),
    [
        ("wall_squat_front", "exercise=wall-squat&leg=both&reps=10&hold=1", 0),
        ("wall_squat_side", "exercise=wall-squat&leg=both&reps=10&hold=1&depth=60", 0),
        ("step_down_front_valgus", "exercise=step-down&leg=left&reps=10", 2),
        ("wall_squat_front_valgus", "exercise=wall-squat&leg=both&reps=10&hold=1", 2),
    ],
)
def test_a_set_before_the_camera(
    camera_page: OpenPage, app_address: str, keep_picture: KeepPicture, clip: str, query: str, knee_cues: int
) -> None:
    page = camera_page(clip)
    start_set(page, app_address, query)
    wait_for_reps(page, 2)
    keep_picture(page, "in-the-set")
    wait_for_reps(page, 3)
    page.get_by_test_id("finish").click()
    expect(page.get_by_text("Do another set")).to_be_visible(timeout=60_000)
    keep_picture(page, "summary")
    assert len([cue for cue in cues(page) if cue in _KNEE_CUES]) >= knee_cues
    if not knee_cues:
        assert not _KNEE_CUES & set(cues(page))
    heard = page.evaluate(
        "({holds: window.heard.holds, setups: window.heard.setups, phases: [...window.heard.phases]})"
    )
    assert heard["holds"], "no hold was ever shown"
    assert "Stand tall and still" in heard["setups"]
    assert len(set(heard["phases"]) - {""}) >= 4, heard["phases"]
    assert "3 whole reps" in page.inner_text("body")


def test_the_page_shows_its_own_numbers(camera_page: OpenPage, app_address: str) -> None:
    page = camera_page("wall_squat_front")
    start_set(page, app_address, "exercise=wall-squat")
    wait_for_reps(page, 1)
    stats = json.loads(page.get_by_test_id("live-stats").text_content() or "")
    assert set(stats) == {"fps", "p50_ms", "p95_ms", "server_ms", "line_ms", "dropped"}
    until(page, "JSON.parse(document.querySelector('[data-testid=live-stats]').textContent).fps > 10")


def test_a_cut_connection_in_mid_set_loses_no_rep(
    camera_page: OpenPage, app_address: str, keep_picture: KeepPicture
) -> None:
    with network_to(int(app_address.rsplit(":", 1)[1])) as network:
        page = camera_page("wall_squat_front")
        start_set(page, f"http://127.0.0.1:{network.port}", "exercise=wall-squat&leg=both&reps=10")
        wait_for_reps(page, 1)
        expect(page.get_by_test_id("phase")).to_have_attribute("data-phase", "descent", timeout=60_000)
        network.cut()
        expect(page.get_by_text("The connection was lost")).to_be_visible(timeout=60_000)
        keep_picture(page, "connection-lost")
        assert network.cuts >= 1
        network.mend()
        wait_for_reps(page, 3)
        page.get_by_test_id("finish").click()
        expect(page.get_by_text("3 whole reps in")).to_be_visible(timeout=60_000)


def test_a_set_on_a_phone_fits_without_scrolling(
    camera_page: OpenPage, app_address: str, keep_picture: KeepPicture
) -> None:
    page = camera_page("wall_squat_front", width=390, height=844, phone=True, dark=True)
    start_set(page, app_address, "exercise=wall-squat&leg=both&reps=10")
    wait_for_reps(page, 1)
    keep_picture(page, "in-the-set")
    for name in ("rep-count", "phase", "finish"):
        box = page.get_by_test_id(name).bounding_box()
        assert box is not None, name
        assert box["y"] >= 0, name
        assert box["y"] + box["height"] <= 844, name
        assert box["x"] + box["width"] <= 390, name


def test_without_a_camera_the_page_says_so_and_offers_a_recorded_video(
    camera_page: OpenPage, app_address: str, keep_picture: KeepPicture
) -> None:
    page = camera_page(None, has_camera=False)
    page.goto(f"{app_address}/check?exercise=wall-squat")
    accept_safety(page)
    page.get_by_test_id("start").click()
    expect(page.get_by_text("Use a recorded video instead")).to_be_visible()
    keep_picture(page, "no-camera")


def test_somebody_at_an_angle_is_asked_to_turn(
    camera_page: OpenPage, app_address: str, keep_picture: KeepPicture
) -> None:
    page = camera_page("wall_squat_oblique")
    start_set(page, app_address, "exercise=wall-squat")
    expect(page.get_by_test_id("setup-message")).to_have_text("Face the camera square on", timeout=60_000)
    keep_picture(page, "turn")
    settled(page, 3_000)
    assert page.get_by_test_id("rep-count").count() == 0 or page.get_by_test_id("rep-count").inner_text() in ("", "0")


def test_nobody_has_to_accept_the_safety_text_twice(camera_page: OpenPage, app_address: str) -> None:
    page = camera_page(None)
    page.goto(f"{app_address}/check?exercise=wall-squat")
    accept_safety(page)
    expect(page.get_by_test_id("start")).to_be_visible()
    page.goto(f"{app_address}/check?exercise=step-down")
    expect(page.get_by_test_id("start")).to_be_visible()
