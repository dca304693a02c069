"""Layer: a real browser and the real server: poses found in the browser against those found by Python."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, Playwright, Request

from formcheck.pose.browser_bundle import browser_state
from formcheck.pose.covered import WATCHED, CoverWatch
from formcheck.pose.estimator import PoseEstimator
from formcheck.pose.people import box_of
from formcheck.web.live.browser_pose import browser_pose
from formcheck.web.live.landmarks import parse_landmarks
from formcheck.web.shared.addresses import HEALTH_PATH, LIVE_CLIENT_PATH

from ..estimated import full_model
from .camera_film import SAMPLE_VIDEOS
from .conftest import chromium
from .faults import LOSE_CONTEXTS, keep_contexts
from .found_poses import Frames, difference, frame_of, in_browser, in_python, opened, pictures
from .test_security import another_program

pytestmark = pytest.mark.skipif(
    not browser_state().ok,
    reason="MediaPipe for browsers is not installed: `formcheck models install browser`",
)

_ROOT: Final = Path(__file__).resolve().parents[2]
MEASURED: Final = ("step_down_front_valgus",)
FRAMES: Final = 40

_REACH = """
async (address) => {
  try { await fetch(address, { mode: "no-cors" }); return "sent"; } catch (error) { return error.name; }
}
"""


_CHECK: Final = """
async (base) => {
  const { FILM } = await import(`${base}/self_test_film.js`);
  const { offInFirst } = await import(`${base}/self_test.js`);
  const { filmPicture } = await import(`${base}/pose_source.js`);
  const picture = await filmPicture(0);
  const points = await new Promise((told) => {
    window.worker.onmessage = ({ data }) => told(data.points);
    window.worker.postMessage({ type: "check", picture, width: FILM.width, height: FILM.height });
  });
  return offInFirst(points, FILM, "full");
}
"""
"""How far the worker is off in a picture of the film that it looks at beside others, px."""


@pytest.fixture
def page(browser_without_film: Browser, app_address: str) -> Iterator[Page]:
    """Open a page of the server that asks for nothing by itself, and watch what it asks for from then on."""
    context = browser_without_film.new_context()
    page = context.new_page()
    page.set_default_timeout(180_000)
    page.goto(app_address + HEALTH_PATH)
    yield page
    context.close()


def covered_by(landmarks: Frames, clip: str, count: int) -> NDArray[np.bool_]:
    """Return what our watch over covers says of the landmarks that the browser found."""
    watch, last, said = CoverWatch(), None, []
    for i, (t_s, rgb) in enumerate(pictures(SAMPLE_VIDEOS / f"{clip}.mp4", count)):
        if np.isnan(landmarks.image_px[i]).any():
            watch.forget()
            last = None
            said.append(np.zeros(len(WATCHED), np.bool_))
            continue
        smoothed = landmarks.visibility[i]
        now = smoothed if last is None else last + (smoothed - last) / 0.1
        last = smoothed
        belief = np.minimum(now, landmarks.presence[i]).clip(0, 1)
        said.append(watch.covered(t_s, rgb, landmarks.image_px[i], belief)[list(WATCHED)])
    return np.array(said)


def assert_alike(browser: Frames, python: Frames) -> dict[str, float]:
    """Hold one to the other, and return by how much they differ."""
    assert np.array_equal(np.isnan(browser.image_px), np.isnan(python.image_px)), (
        "one sees somebody whom the other misses"
    )
    figures = {**difference(browser, python), "ms_p50": float(np.median(browser.ms))}
    assert figures["legs_mean_px"] <= 0.5, figures
    assert figures["legs_p99_px"] <= 2.0, figures
    assert figures["presence_max"] <= 0.01, figures
    return figures


@pytest.mark.parametrize("clip", os.environ.get("FORMCHECK_BROWSER_CLIPS", ",".join(MEASURED)).split(","))
def test_the_browser_finds_what_python_finds_and_asks_nobody_else(page: Page, app_address: str, clip: str) -> None:
    count = int(os.environ.get("FORMCHECK_BROWSER_FRAMES", FRAMES))
    asked: list[Request] = []
    page.context.on("request", lambda request: asked.append(request))
    assert opened(page)["type"] == "opened"
    browser = in_browser(page, pictures(SAMPLE_VIDEOS / f"{clip}.mp4", count))
    figures = assert_alike(browser, in_python(full_model(), pictures(SAMPLE_VIDEOS / f"{clip}.mp4", count)))
    assert np.array_equal(browser.covered, covered_by(browser, clip, count))
    artifacts = Path(os.environ.get("FORMCHECK_ARTIFACTS", _ROOT / "test-artifacts"))
    artifacts.mkdir(parents=True, exist_ok=True)
    (artifacts / f"browser-pose-{clip}.json").write_text(json.dumps({"frames": count, **figures}))
    assert {urlsplit(each.url).netloc for each in asked} == {urlsplit(app_address).netloc}
    assert any(each.url.endswith(".wasm") for each in asked), "requests of the worker are not seen"
    assert not [each for each in asked if each.method != "GET"]


def test_the_worker_sees_in_the_mirror_what_python_sees_there(page: Page) -> None:
    assert opened(page) == {"type": "opened", "balanced": True}
    ((t_s, rgb),) = pictures(SAMPLE_VIDEOS / "wall_squat_front.mp4", 1)
    sent, _ = frame_of(page, t_s, rgb)
    (frame,) = parse_landmarks(bytes([2, 1]) + sent, 640, 360).frames
    assert frame.mirror is not None
    with PoseEstimator(full_model()) as estimator:
        there = estimator.estimate(np.ascontiguousarray(rgb[:, ::-1]), 0.0, width_px=640, height_px=360)
    assert np.abs(frame.mirror.image_px - there.image_px).max() < 1.0
    assert np.abs(frame.mirror.world_m - there.world_m).max() < 0.02


def test_the_worker_counts_the_people_in_view_as_python_does(page: Page) -> None:
    assert opened(page)["type"] == "opened"
    ((t_s, alone),) = pictures(SAMPLE_VIDEOS / "wall_squat_front.mp4", 1)
    two = alone.copy()
    two[:, 440:600] = alone[:, 240:400]
    with PoseEstimator(full_model()) as estimator:
        for i, picture in enumerate((alone, two)):
            counted: list[int] = []
            for k in range(24):
                frame, _ = frame_of(page, 10 * i + t_s + k / 30, picture, people=k % 8 == 0)
                if frame[0] & 2:
                    counted.append(frame[2])
            pose = estimator.estimate(picture, 10.0 * i, width_px=640, height_px=360)
            assert pose.found
            expected = len(estimator.people_in_view(picture, box_of(pose.image_px)))
            assert expected == i + 1
            assert counted == [expected] * len(counted) != []
    assert page.evaluate(_CHECK, LIVE_CLIENT_PATH) <= 3


def test_a_worker_whose_graphics_card_is_lost_says_so(page: Page) -> None:
    """Its WebGL context is lost, as it is when a phone wants the memory."""
    keep_contexts(page)
    assert opened(page)["type"] == "opened"
    ((t_s, rgb),) = pictures(SAMPLE_VIDEOS / "wall_squat_front.mp4", 1)
    frame_of(page, t_s, rgb)
    page.evaluate("void (window.said = new Promise((told) => { window.worker.onmessage = ({ data }) => told(data); }))")
    page.workers[0].evaluate(LOSE_CONTEXTS)
    assert page.evaluate("window.said")["cause"] == "context-lost"


def test_without_webgl_the_worker_says_so(playwright: Playwright, app_address: str) -> None:
    browser = playwright.chromium.launch(
        executable_path=chromium(), args=["--no-sandbox", "--disable-gpu", "--disable-software-rasterizer"]
    )
    try:
        page = browser.new_page()
        page.goto(app_address + HEALTH_PATH)
        assert opened(page)["cause"] == "webgl"
    finally:
        browser.close()


def test_a_program_that_stands_for_the_graphics_card_is_not_taken_for_one(page: Page) -> None:
    assert opened(page, "GPU")["cause"] == "software"


def test_a_worker_whose_webassembly_is_blocked_says_so(page: Page) -> None:
    page.route("**/*.wasm", lambda route: route.abort())
    assert opened(page)["cause"] == "wasm"


def test_the_worker_cannot_reach_anybody_else(page: Page) -> None:
    assert opened(page)["type"] == "opened"
    with another_program("here") as address:
        for where in (page, page.workers[0]):
            assert where.evaluate(_REACH, address) == "TypeError"
        assert page.workers[0].evaluate(_REACH, HEALTH_PATH) == "sent"


def test_a_worker_without_its_files_says_so(page: Page) -> None:
    pose = browser_pose()
    assert pose is not None
    for name, cause in (("bundle", "bundle"), ("wasm", "wasm")):
        address = pose["assets"]
        assert isinstance(address, dict)
        broken = {**pose, "assets": {**address, name: address[name].replace(pose_hash(address[name]), "0" * 64)}}
        answer = opened(page, pose=broken)
        assert (answer["type"], answer["cause"]) == ("failed", cause), answer
        page.evaluate("window.worker.terminate()")


def pose_hash(address: str) -> str:
    return address.rsplit("/", 2)[1]
