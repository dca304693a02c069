"""Writes the film that browsers test themselves with: `python -m tools.self_test_film`.

A few pictures of a sample clip (CC0), and what each model that browsers run says of shoulders and legs in each run over
them, forth and back.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.pose.belief import LandmarkBelief
from formcheck.pose.covered import WATCHED
from formcheck.pose.estimator import PoseEstimator
from formcheck.pose.landmarks import Landmark
from formcheck.pose.models import ensure_model
from formcheck.pose.types import FloatArray
from formcheck.video.reader import open_video
from formcheck.web.live.browser_pose import MODELS

ROOT: Final = Path(__file__).resolve().parents[1]
FILE: Final = ROOT / "formcheck" / "web" / "live" / "client" / "self_test_film.js"
MARKS: Final = tuple(int(mark) for mark in (Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER, *WATCHED))
"""What the measures are made of."""
RUNS: Final = 30
STEP_S: Final = 0.1
"""Between two runs; `STEP_MS` of `self_test.js`."""
_CLIP: Final = ROOT / "sample_videos" / "step_down_front_valgus.mp4"
_FIRST_FRAME: Final = 110
_EVERY: Final = 4
_PICTURES: Final = 6
_SHORT_SIDE_PX: Final = 360
_QUALITY: Final = 85


def picture_of(run: int, pictures: int) -> int:
    """Return which picture a run looks at: forth and back."""
    at = run % (2 * (pictures - 1))
    return at if at < pictures else 2 * (pictures - 1) - at


class _Listener(LandmarkBelief):
    """Keeps what MediaPipe says of visibility and presence, as browsers send it."""

    said: FloatArray

    def __call__(self, visibility: FloatArray, presence: FloatArray) -> FloatArray:
        self.said = np.column_stack((visibility, presence))
        return super().__call__(visibility, presence)


def expected(jpegs: list[bytes], model: str) -> list[list[float]]:
    """Return what a model says in each run of each of `MARKS`: x, y (px), visibility, presence, x, y, z (m)."""
    pictures = [_decoded(jpeg) for jpeg in jpegs]
    rows = []
    listener = _Listener()
    with PoseEstimator(ensure_model(model), watches_covers=False, belief=listener) as estimator:
        for run in range(RUNS):
            rgb = pictures[picture_of(run, len(pictures))]
            height, width = rgb.shape[:2]
            pose = estimator.estimate(rgb, run * STEP_S, width_px=width, height_px=height)
            said = np.hstack((pose.image_px.round(2), listener.said.round(3), pose.world_m.round(3)))
            rows.append([float(value) for value in said[list(MARKS)].ravel()])
    return rows


def film() -> str:
    """Return the text of the module."""
    jpegs = [_encoded(rgb) for rgb in _frames()]
    height, width = _decoded(jpegs[0]).shape[:2]
    models = "".join(
        f"    {model}: [\n" + "".join(f"      {json.dumps(row)},\n" for row in expected(jpegs, model)) + "    ],\n"
        for model in MODELS
    )
    texts = ",\n".join(f'    "{base64.b64encode(jpeg).decode()}"' for jpeg in jpegs)
    return (
        "/** What browsers test themselves with; made by python -m tools.self_test_film. */\n"
        "export const FILM = Object.freeze({\n"
        f"  pictures: {len(jpegs)}, width: {width}, height: {height},\n"
        "  /** Landmarks that are looked at: shoulders and legs. */\n"
        f"  marks: {json.dumps(list(MARKS))},\n"
        "  /** Of each model, in each run, of each of them: x, y (px), visibility, presence, x, y, z (m). */\n"
        f"  expected: {{\n{models}  }},\n"
        f"  /** JPEG, base64. */\n  jpegs: [\n{texts},\n  ],\n}});\n"
    )


def _frames() -> Iterator[NDArray[np.uint8]]:
    last = _FIRST_FRAME + _EVERY * (_PICTURES - 1)
    with open_video(_CLIP, max_short_side=_SHORT_SIDE_PX) as video:
        for i, frame in enumerate(video):
            if i > last:
                return
            if i >= _FIRST_FRAME and (i - _FIRST_FRAME) % _EVERY == 0:
                yield frame.rgb


def _encoded(rgb: NDArray[np.uint8]) -> bytes:
    done, jpeg = cv2.imencode(".jpg", np.ascontiguousarray(rgb[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    assert done
    return jpeg.tobytes()


def _decoded(jpeg: bytes) -> NDArray[np.uint8]:
    bgr = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert bgr is not None
    return np.ascontiguousarray(bgr[..., ::-1]).astype(np.uint8)


if __name__ == "__main__":
    FILE.write_text(film(), encoding="utf-8")
