"""Layer: a real browser and the real server: poses found in the browser against those found by Python."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, Request

from formcheck.pose.browser_bundle import browser_state
from formcheck.pose.covered import WATCHED, CoverWatch
from formcheck.pose.estimator import PoseEstimator
from formcheck.pose.landmarks import N_LANDMARKS
from formcheck.video.reader import open_video
from formcheck.web.live.browser_pose import POSE_WORKER, browser_pose
from formcheck.web.shared.addresses import HEALTH_PATH, LIVE_CLIENT_PATH

from ..estimated import full_model
from .camera_film import SAMPLE_VIDEOS
from .test_security import another_program

pytestmark = pytest.mark.skipif(
    not browser_state().ok,
    reason="MediaPipe for browsers is not installed: `formcheck models install browser`",
)

_ROOT: Final = Path(__file__).resolve().parents[2]
HEIGHT: Final = 360
"""Of pictures, px; they are 640 wide."""
MEASURED: Final = ("step_down_front_valgus",)
FRAMES: Final = 40
_VISIBILITY_STEP: Final = 1 / 65_535

_OPEN = """
([worker, pose, delegate]) => new Promise((told) => {
  window.worker = new Worker(worker, { type: "module" });
  window.worker.onerror = () => told({ type: "failed", cause: "worker" });
  window.worker.onmessage = ({ data }) => told(data);
  const assets = { ...pose.assets, model: pose.models.full.address };
  window.worker.postMessage({ type: "open", assets, delegate });
})
"""
_ESTIMATE = """
([id, pixels, t, width, height]) => new Promise((told) => {
  const data = Uint8ClampedArray.from(atob(pixels), (each) => each.charCodeAt(0));
  window.worker.onmessage = ({ data }) => told(
    data.type === "pose" ? { ms: data.ms, frame: btoa(String.fromCharCode(...new Uint8Array(data.frame))) } : data);
  window.worker.postMessage({ type: "frame", id, picture: new ImageData(data, width, height), t, width, height });
})
"""
_REACH = """
async (address) => {
  try { await fetch(address, { mode: "no-cors" }); return "sent"; } catch (error) { return error.name; }
}
"""

Picture = NDArray[np.uint8]
Floats = NDArray[np.float64]


@dataclass
class Frames:
    """Landmarks of the frames of a clip, all of shape (frames, 33, ...); NaN where nobody was found."""

    image_px: Floats
    world_m: Floats
    visibility: Floats
    presence: Floats
    covered: NDArray[np.bool_]
    """Shape (frames, 10)."""
    ms: list[float]


def pictures(clip: str, count: int) -> Iterator[tuple[float, Picture]]:
    """Give frames of a sample clip in the size that pages send, with their times (s)."""
    with open_video(SAMPLE_VIDEOS / f"{clip}.mp4", max_short_side=HEIGHT) as video:
        for i, frame in enumerate(video):
            if i == count:
                return
            yield frame.t_s, frame.rgb


@pytest.fixture
def page(browser_without_film: Browser, app_address: str) -> Iterator[Page]:
    """Open a page of the server that asks for nothing by itself, and watch what it asks for from then on."""
    context = browser_without_film.new_context()
    page = context.new_page()
    page.set_default_timeout(180_000)
    page.goto(app_address + HEALTH_PATH)
    yield page
    context.close()


def opened(page: Page, delegate: str = "CPU") -> Any:
    return page.evaluate(_OPEN, [f"{LIVE_CLIENT_PATH}/{POSE_WORKER}", browser_pose(), delegate])


def in_browser(page: Page, clip: str, count: int) -> Frames:
    """Let the worker find the poses in frames of a clip."""
    heads, bodies, ms = [], [], []
    kind = np.dtype([("image", "<f4", 2), ("world", "<f4", 3), ("visibility", "<u2"), ("presence", "<u2")])
    for i, (t_s, rgb) in enumerate(pictures(clip, count)):
        height, width = rgb.shape[:2]
        rgba = np.dstack([rgb, np.full((height, width), 255, np.uint8)])
        pixels = base64.b64encode(rgba.tobytes()).decode()
        answer = page.evaluate(_ESTIMATE, [i, pixels, 1000 * t_s, width, height])
        assert "frame" in answer, answer
        frame = base64.b64decode(answer["frame"])
        assert len(frame) == 806
        assert np.frombuffer(frame[4:12], "<f8")[0] == 1000 * t_s
        assert abs(frame[1] - rgb[::8, ::8].mean()) <= 0.51
        heads.append((frame[0], int.from_bytes(frame[12:14], "little")))
        bodies.append(np.frombuffer(frame[14:], kind))
        ms.append(answer["ms"])
    points = np.array(bodies)
    nobody = np.array([flags & 1 == 0 for flags, _ in heads])
    image, world = points["image"].astype(float), points["world"].astype(float)
    image[nobody], world[nobody] = np.nan, np.nan
    covered = np.array([[bool(bits >> i & 1) for i in range(len(WATCHED))] for _, bits in heads])
    return Frames(
        image, world, points["visibility"] * _VISIBILITY_STEP, points["presence"] * _VISIBILITY_STEP, covered, ms
    )


def in_python(clip: str, count: int) -> Frames:
    """Find the poses in the same frames with MediaPipe in Python, as the server does."""
    raw: list[Any] = []
    found: list[tuple[Floats, ...]] = []
    nothing = np.full((N_LANDMARKS, 7), np.nan)
    covers: list[NDArray[np.bool_]] = []
    with PoseEstimator(full_model()) as estimator:
        landmarker = estimator._landmarker
        detect = landmarker.detect_for_video

        def kept(image: object, ms: int) -> Any:
            raw.append(detect(image, ms))
            return raw[-1]

        landmarker.detect_for_video = kept
        watch = estimator._covers
        assert watch is not None
        for t_s, rgb in pictures(clip, count):
            height, width = rgb.shape[:2]
            estimator.estimate(rgb, t_s, width_px=width, height_px=height)
            result = raw[-1]
            if result.pose_landmarks:
                rows = [
                    (a.x * width, a.y * height, b.x, b.y, b.z, a.visibility, a.presence)
                    for a, b in zip(result.pose_landmarks[0], result.pose_world_landmarks[0], strict=True)
                ]
                found.append((np.array(rows),))
            else:
                found.append((nothing,))
            covers.append(watch._covered.copy())
    values = np.array([each for (each,) in found])
    return Frames(values[..., :2], values[..., 2:5], values[..., 5], values[..., 6], np.array(covers), [])


def covered_by(landmarks: Frames, clip: str, count: int) -> NDArray[np.bool_]:
    """Return what our watch over covers says of the landmarks that the browser found."""
    watch, last, said = CoverWatch(), None, []
    for i, (t_s, rgb) in enumerate(pictures(clip, count)):
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
    legs_px = np.linalg.norm(browser.image_px - python.image_px, axis=2)[:, list(WATCHED)]
    figures = {
        "legs_mean_px": float(np.nanmean(legs_px)),
        "legs_p99_px": float(np.nanpercentile(legs_px, 99)),
        "legs_max_px": float(np.nanmax(legs_px)),
        "visibility_max": float(np.nanmax(np.abs(browser.visibility - python.visibility))),
        "presence_max": float(np.nanmax(np.abs(browser.presence - python.presence))),
        "world_mean_mm": 1000 * float(np.nanmean(np.linalg.norm(browser.world_m - python.world_m, axis=2))),
        "ms_p50": float(np.median(browser.ms)),
    }
    assert figures["legs_mean_px"] <= 0.5, figures
    assert figures["legs_p99_px"] <= 2.0, figures
    assert figures["presence_max"] <= 0.01, figures
    return figures


@pytest.mark.parametrize("clip", os.environ.get("FORMCHECK_BROWSER_CLIPS", ",".join(MEASURED)).split(","))
def test_the_browser_finds_what_python_finds_and_asks_nobody_else(page: Page, app_address: str, clip: str) -> None:
    count = int(os.environ.get("FORMCHECK_BROWSER_FRAMES", FRAMES))
    asked: list[Request] = []
    page.context.on("request", lambda request: asked.append(request))
    assert opened(page) == {"type": "opened"}
    browser = in_browser(page, clip, count)
    figures = assert_alike(browser, in_python(clip, count))
    assert np.array_equal(browser.covered, covered_by(browser, clip, count))
    artifacts = Path(os.environ.get("FORMCHECK_ARTIFACTS", _ROOT / "test-artifacts"))
    artifacts.mkdir(parents=True, exist_ok=True)
    (artifacts / f"browser-pose-{clip}.json").write_text(json.dumps({"frames": count, **figures}))
    assert {urlsplit(each.url).netloc for each in asked} == {urlsplit(app_address).netloc}
    assert any(each.url.endswith(".wasm") for each in asked), "requests of the worker are not seen"
    assert not [each for each in asked if each.method != "GET"]


def test_the_worker_cannot_reach_anybody_else(page: Page) -> None:
    assert opened(page) == {"type": "opened"}
    with another_program("here") as address:
        for where in (page, page.workers[0]):
            assert where.evaluate(_REACH, address) == "TypeError"
        assert page.workers[0].evaluate(_REACH, HEALTH_PATH) == "sent"


def test_a_worker_without_its_files_says_so(page: Page) -> None:
    pose = browser_pose()
    assert pose is not None
    for name, cause in (("bundle", "bundle"), ("wasm", "open")):
        address = pose["assets"]
        assert isinstance(address, dict)
        broken = {**pose, "assets": {**address, name: address[name].replace(pose_hash(address[name]), "0" * 64)}}
        answer = page.evaluate(_OPEN, [f"{LIVE_CLIENT_PATH}/{POSE_WORKER}", broken, "CPU"])
        assert (answer["type"], answer["cause"]) == ("failed", cause), answer
        page.evaluate("window.worker.terminate()")


def pose_hash(address: str) -> str:
    return address.rsplit("/", 2)[1]
