"""The landmarks of the same pictures found by the page's worker and by Python, and by how much they differ."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

from formcheck.pose.covered import WATCHED
from formcheck.pose.estimator import PoseEstimator
from formcheck.pose.landmarks import N_LANDMARKS
from formcheck.pose.models import PoseModel
from formcheck.video.reader import open_video
from formcheck.web.live.browser_pose import POSE_WORKER, browser_pose
from formcheck.web.shared.addresses import LIVE_CLIENT_PATH

HEIGHT: Final = 360
"""Of pictures, px; they are 640 wide."""
_SHARE_STEP: Final = 1 / 65_535
_MARK: Final = np.dtype([("image", "<f4", 2), ("world", "<f4", 3), ("visibility", "<u2"), ("presence", "<u2")])
_OPEN: Final = """
([worker, pose, delegate]) => new Promise((told) => {
  window.worker = new Worker(worker, { type: "module" });
  window.worker.onerror = () => told({ type: "failed", cause: "worker" });
  window.worker.onmessage = ({ data }) => { if (data.type !== "loading") told(data); };
  const assets = { ...pose.assets, model: pose.models.full.address };
  const sizes = { wasm: pose.wasm_bytes, model: pose.models.full.bytes };
  const sha256 = { wasm: pose.wasm_sha256, model: pose.models.full.sha256 };
  window.worker.postMessage({ type: "open", assets, sizes, sha256, delegate });
})
"""
_ESTIMATE: Final = """
([id, pixels, t, width, height, people]) => new Promise((told) => {
  const data = Uint8ClampedArray.from(atob(pixels), (each) => each.charCodeAt(0));
  window.worker.onmessage = ({ data }) => told(
    data.type === "pose" ? { ms: data.ms, frame: btoa(String.fromCharCode(...new Uint8Array(data.frame))) } : data);
  const picture = new ImageData(data, width, height);
  window.worker.postMessage({ type: "frame", id, picture, t, width, height, people });
})
"""

Picture = NDArray[np.uint8]
Timed = tuple[float, Picture]
"""Time of a picture (s), and the picture."""
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


def pictures(clip: Path, count: int | None = None) -> Iterator[Timed]:
    """Give frames of a clip in the size that pages send."""
    with open_video(clip, max_short_side=HEIGHT) as video:
        for i, frame in enumerate(video):
            if i == count:
                return
            yield frame.t_s, frame.rgb


def opened(page: Page, delegate: str = "CPU", pose: dict[str, object] | None = None) -> Any:
    """Open the worker in a page of the server, and return its first answer."""
    return page.evaluate(_OPEN, [f"{LIVE_CLIENT_PATH}/{POSE_WORKER}", pose or browser_pose(), delegate])


def frame_of(page: Page, t_s: float, rgb: Picture, *, people: bool = False) -> tuple[bytes, float]:
    """Let the worker look at a picture; return what it would send of it, and how long it took (ms)."""
    height, width = rgb.shape[:2]
    rgba = np.dstack([rgb, np.full((height, width), 255, np.uint8)])
    pixels = base64.b64encode(rgba.tobytes()).decode()
    answer = page.evaluate(_ESTIMATE, [round(1000 * t_s), pixels, 1000 * t_s, width, height, people])
    assert "frame" in answer, answer
    return base64.b64decode(answer["frame"]), answer["ms"]


def in_browser(page: Page, given: Iterable[Timed]) -> Frames:
    """Let the worker find the poses in pictures."""
    heads, bodies, ms = [], [], []
    for t_s, rgb in given:
        frame, took_ms = frame_of(page, t_s, rgb)
        assert len(frame) == (806 if frame[0] & 16 == 0 else 806 + 660)
        assert np.frombuffer(frame[4:12], "<f8")[0] == 1000 * t_s
        assert abs(frame[1] - rgb[::8, ::8].mean()) <= 0.51
        heads.append((frame[0], int.from_bytes(frame[12:14], "little")))
        bodies.append(np.frombuffer(frame[14:806], _MARK))
        ms.append(took_ms)
    points = np.array(bodies)
    nobody = np.array([flags & 1 == 0 for flags, _ in heads])
    image, world = points["image"].astype(float), points["world"].astype(float)
    image[nobody], world[nobody] = np.nan, np.nan
    covered = np.array([[bool(bits >> i & 1) for i in range(len(WATCHED))] for _, bits in heads])
    return Frames(image, world, points["visibility"] * _SHARE_STEP, points["presence"] * _SHARE_STEP, covered, ms)


def in_python(model: PoseModel, given: Iterable[Timed]) -> Frames:
    """Find the poses in pictures with MediaPipe in Python, as the server does."""
    raw: list[Any] = []
    found: list[Floats] = []
    nothing = np.full((N_LANDMARKS, 7), np.nan)
    covers: list[NDArray[np.bool_]] = []
    with PoseEstimator(model) as estimator:
        landmarker = estimator._landmarker
        detect = landmarker.detect_for_video

        def kept(image: object, ms: int) -> Any:
            raw[:] = [detect(image, ms)]
            return raw[0]

        landmarker.detect_for_video = kept
        watch = estimator._covers
        assert watch is not None
        for t_s, rgb in given:
            height, width = rgb.shape[:2]
            estimator.estimate(rgb, t_s, width_px=width, height_px=height)
            result = raw[0]
            rows = nothing
            if result.pose_landmarks:
                both = zip(result.pose_landmarks[0], result.pose_world_landmarks[0], strict=True)
                rows = np.array([(a.x * width, a.y * height, b.x, b.y, b.z, a.visibility, a.presence) for a, b in both])
            found.append(rows)
            covers.append(watch._covered.copy())
    values = np.array(found)
    return Frames(values[..., :2], values[..., 2:5], values[..., 5], values[..., 6], np.array(covers), [])


def difference(one: Frames, other: Frames) -> dict[str, float]:
    """Return by how much landmarks of the same pictures differ; legs are hips, knees, ankles, heels and toes."""
    legs = (one.image_px - other.image_px)[:, list(WATCHED)]
    legs_px = np.linalg.norm(legs, axis=2)
    return {
        "legs_mean_px": float(np.nanmean(legs_px)),
        "legs_p99_px": float(np.nanpercentile(legs_px, 99)),
        "legs_max_px": float(np.nanmax(legs_px)),
        "bias_px": float(np.linalg.norm(np.nanmean(legs, axis=0), axis=1).max()),
        "visibility_max": float(np.nanmax(np.abs(one.visibility - other.visibility))),
        "presence_max": float(np.nanmax(np.abs(one.presence - other.presence))),
        "world_mean_mm": 1000 * float(np.nanmean(np.linalg.norm(one.world_m - other.world_m, axis=2))),
    }
