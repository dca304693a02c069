"""The pose estimator's own landmarks of sample clips, saved: see `tests/data/README.md`."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from formcheck.pose.landmarks import N_LANDMARKS
from formcheck.pose.types import PoseTrack, TrackSource

_DATA = Path(__file__).resolve().parent / "data"
SAMPLE_TRACKS = ("wall_squat_front", "wall_squat_side", "step_down_front_valgus", "step_down_side")

REAL_TRIAL = "squat_real_oblique"
"""Of a person in markers; see `tests/data/README.md`."""


def sample_track(name: str) -> PoseTrack:
    """Return the landmarks of a sample clip; those that were not saved are NaN with visibility 0."""
    with np.load(_DATA / f"{name}.npz") as saved:
        t_s, marks = saved["t_ms"] / 1000, saved["landmarks"]
        image = np.full((len(t_s), N_LANDMARKS, 2), np.nan)
        world = np.full((len(t_s), N_LANDMARKS, 3), np.nan)
        visibility = np.zeros((len(t_s), N_LANDMARKS))
        image[:, marks] = saved["image_eighth_px"] / 8
        world[:, marks] = saved["world_mm"] / 1000
        visibility[:, marks] = saved["visibility_pct"] / 100
        width, height = (int(size) for size in saved["size_px"])
    source = TrackSource(
        name=f"{name}.mp4",
        sha256="0" * 64,
        width=width,
        height=height,
        fps=30.0,
        duration_s=float(t_s[-1]),
        frames=len(t_s),
        pose_model="pose_landmarker_full",
        model_sha256="0" * 64,
        mediapipe="0.10.31",
    )
    return PoseTrack(t_s, image, visibility, world, source)
