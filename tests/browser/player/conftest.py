"""The player in a real browser, served alone with a sample clip."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from formcheck.pose.landmarks import Landmark
from formcheck.pose.types import PoseTrack
from formcheck.session.corrections import Correction, MoveLandmark, ReviewedSet
from formcheck.session.drawings import Annotation, Drawing, DrawingKind
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest
from formcheck.video.proxy import write_proxy
from formcheck.web.player.payload import payload_bytes, player_payload
from tests.clips import SAMPLES
from tests.sample_tracks import sample_track

from ..conftest import BARE_FLAGS, chromium
from ..waiting import settled
from .server import PlayerServer, serving

CLIP = "wall_squat_front"
KNEE = Landmark.LEFT_KNEE
WHEN = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
SCRIPT = "<img src=x onerror='window.broken = true'>"
"""A remark that must stay one."""
SHOWN_MOMENT = """
() => new Promise((shown) => {
  const video = document.querySelector("video");
  const settle = () => video.seeking ? setTimeout(settle, 20) : setTimeout(() => shown(video.currentTime), 60);
  settle();
})
"""
"""Where the video is once it has got there, s."""


OpenPlayer = Callable[..., Page]


@dataclass(frozen=True)
class Shown:
    """What is served, and what is known of it."""

    server: PlayerServer
    document: Any
    track: PoseTrack

    def knee_px(self, frame: int) -> tuple[float, float]:
        """Return where the left knee is on a frame, px of the picture."""
        x, y = self.track.image_px[frame, KNEE]
        return float(x), float(y)


def measured(track: PoseTrack) -> ReviewedSet:
    return ReviewedSet(assess(track, SetRequest("wall-squat")), None)


def after_review(before: ReviewedSet) -> ReviewedSet:
    track = before.automatic.track
    places = track.image_px.copy()
    places[100:190, KNEE, 0] += 40
    corrected = assess(replace(track, image_px=places), SetRequest("wall-squat"))
    moved = MoveLandmark(KNEE, 4.0, 700.0, 500.0, 3.4, 6.3)
    return ReviewedSet(before.automatic, corrected, (Correction("c1", "R. Viewer", WHEN, moved),))


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """Serve the clip as measured (`/data/0`) and after a review (`/data/1`)."""
    copy = tmp_path_factory.mktemp("player") / "copy.mp4"
    write_proxy(SAMPLES / f"{CLIP}.mp4", copy)
    before = measured(sample_track(CLIP))
    remark = Annotation("a1", Drawing(DrawingKind.TEXT, 4.033, ((700.0, 200.0),), SCRIPT), "R. Viewer", WHEN)
    states = [payload_bytes(player_payload(before)), payload_bytes(player_payload(after_review(before), [remark]))]
    with serving(PlayerServer(copy, states)) as server:
        yield Shown(server, json.loads(states[0]), before.automatic.track)


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Run one Chromium for all tests here: the player needs no camera of its own."""
    started = playwright.chromium.launch(executable_path=chromium(), args=BARE_FLAGS)
    yield started
    started.close()


@pytest.fixture
def player(browser: Browser, shown: Shown) -> Iterator[OpenPlayer]:
    """Open the player in a window of some size."""
    opened: list[BrowserContext] = []

    def open_player(width: int = 1280, height: int = 800, *, address: str = "", dark: bool = False) -> Page:
        phone = width < 600
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            has_touch=phone,
            device_scale_factor=2 if phone else 1,
        )
        opened.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(address or shown.server.address)
        page.wait_for_selector("[data-ready]")
        page.wait_for_function("document.querySelector('video').readyState >= 2")
        return page

    faults: list[str] = []
    yield open_player
    for context in opened:
        context.close()
    assert faults == []


def frame_of(page: Page) -> int:
    settled(page, 60)
    return int(page.get_by_test_id("player-clock").get_attribute("data-frame") or -1)


def reports(page: Page) -> list[Any]:
    settled(page, 120)
    got: list[Any] = page.evaluate("window.reports")
    return got


def box_of(page: Page, name: str) -> dict[str, float]:
    box = page.get_by_test_id(name).bounding_box()
    assert box is not None
    return {"x": box["x"], "y": box["y"], "width": box["width"], "height": box["height"]}


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=6)
    page.mouse.up()


def on_screen(page: Page, x_px: float, y_px: float, shown: Shown) -> tuple[float, float, float]:
    """Return where a place of the picture is on the screen, by where the browser has put the video, and its scale."""
    box = page.locator("video").bounding_box()
    assert box is not None
    picture = shown.document["picture"]
    scale = box["width"] / picture["width"]
    return box["x"] + x_px * scale, box["y"] + y_px * box["height"] / picture["height"], scale
