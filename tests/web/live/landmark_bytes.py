"""What a page would send of landmarks, put together byte by byte, apart from the code that reads it."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

from formcheck.pose.covered import WATCHED
from formcheck.pose.releases import RELEASES
from formcheck.pose.types import FloatArray, Pose, PoseTrack

ESTIMATOR: dict[str, Any] = {
    "package": "@mediapipe/tasks-vision",
    "version": "0.10.35",
    "wasm_sha256": "a" * 64,
    "model": "full",
    "model_sha256": RELEASES["full"].built_sha256[0],
    "delegate": "CPU",
    "user_agent": "Mozilla/5.0 (made up)",
    "self_test": {"runs": 30, "ms_p50": 21.0, "ms_p90": 28.5, "worst_px": 1.2},
}
LANDMARKS: dict[str, Any] = {"source": "landmarks", "estimator": ESTIMATOR}
"""Changes to a set-up of pictures."""
FRAME_BYTES = 806
EMPTY_MARKS = bytes(2 + 33 * 24)


def nobody_bytes(t_ms: float, *, flags: int = 2, luma: int = 120, people: int = 0) -> bytes:
    return struct.pack("<BBBBd", flags, luma, people, 0, t_ms) + EMPTY_MARKS


def found_bytes(
    t_ms: float,
    image_px: FloatArray,
    world_m: FloatArray,
    visibility: FloatArray,
    presence: FloatArray,
    *,
    flags: int = 1 | 2 | 4,
    luma: int = 120,
    people: int = 1,
    covers: int = 0,
) -> bytes:
    data = struct.pack("<BBBBdH", flags, luma, people, 0, t_ms, covers)
    for (x, y), (wx, wy, wz), v, p in zip(image_px, world_m, visibility, presence, strict=True):
        data += struct.pack("<fffffHH", x, y, wx, wy, wz, round(v * 65535), round(p * 65535))
    return data


def mirrored_bytes(frame: bytes, image_px: FloatArray, world_m: FloatArray) -> bytes:
    """Return the bytes of a frame that was looked at in the mirror too."""
    marks = zip(image_px, world_m, strict=True)
    return (
        bytes([frame[0] | 16]) + frame[1:] + b"".join(struct.pack("<fffff", *image, *world) for image, world in marks)
    )


def somebody_bytes(t_ms: float, *, at_px: tuple[float, float] = (50.0, 40.0), **more: int) -> bytes:
    return found_bytes(t_ms, np.full((33, 2), at_px), np.zeros((33, 3)), np.full(33, 0.9), np.full(33, 1.0), **more)


def message(*frames: bytes) -> bytes:
    return bytes([2, len(frames)]) + b"".join(frames)


class Page:
    """Makes of poses what MediaPipe in a browser would say of them: visibility trails by its filter."""

    def __init__(self) -> None:
        self._smoothed: FloatArray | None = None

    def frame(self, pose: Pose, t_ms: float) -> bytes:
        if not pose.found:
            self._smoothed = None
            return nobody_bytes(t_ms)
        middle = np.nanmean(pose.image_px, axis=0)
        image = np.where(np.isfinite(pose.image_px), pose.image_px, middle)
        before = self._smoothed
        self._smoothed = pose.visibility if before is None else 0.9 * before + 0.1 * pose.visibility
        return found_bytes(t_ms, image, np.nan_to_num(pose.world_m), self._smoothed, np.ones(33))


def page_frames(track: PoseTrack, began_ms: float) -> list[bytes]:
    """Return a whole recording as a page's frames."""
    page = Page()
    return [page.frame(pose, began_ms + 1000 * pose.t_s) for pose in track]


def cover_bits(*marks: int) -> int:
    return sum(1 << [int(each) for each in WATCHED].index(mark) for mark in marks)
