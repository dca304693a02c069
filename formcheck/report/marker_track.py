"""A pose as biomechanics tools take it: named markers at a constant rate, y up, in metres where the scale is known.

The markers lie in the plane of the picture: x points to the right edge of the upright picture, y up, z is zero
throughout, and the origin is the lower left corner of the picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from formcheck.errors import OutputError
from formcheck.pose.landmark_names import marker_name
from formcheck.pose.landmarks import BODY, SIDES, Landmark
from formcheck.report.timeline import MIN_VISIBILITY, Timeline
from formcheck.session.assessment import Assessment

Floats = NDArray[np.float64]

AXES: Final = "x right and y up in the plane of the picture, z 0; origin at its lower left corner"
"""The coordinate system in words, for the files themselves."""
_SAME_TIME_S: Final = 0.0015
"""Frames this close to a constant rate are at a constant rate: containers round to milliseconds."""
_USUAL_RATE_HZ: Final = 30.0
"""Of a track with one frame, which has no rate of its own."""
_EYE_HEIGHT: Final = 0.936
"""Height of the eyes of a standing person as a share of body height (Drillis & Contini 1966, in Winter 2009)."""
_FEWEST_STANDING: Final = 5
"""Frames of quiet standing from which the scale is read."""


@dataclass(frozen=True, eq=False)
class MarkerTrack:
    """Markers over time at a constant rate; the first axis is time."""

    names: tuple[str, ...]
    rate_hz: float
    t_s: Floats
    """Shape (n,), from 0, seconds of the video."""
    xy: Floats
    """Shape (n, markers, 2): x right, y up, from the lower left corner of the picture; NaN where it was not seen."""
    picture: tuple[float, float]
    """Width and height of the upright picture, in `unit`."""
    unit: str
    """`m`, or `px` where the scale is not known."""
    resampled: bool
    """Whether the frames came at uneven times and were interpolated."""

    @property
    def seen(self) -> NDArray[np.bool_]:
        """Where a marker was seen, shape (n, markers)."""
        return np.asarray(np.isfinite(self.xy).all(axis=2), dtype=np.bool_)


def marker_track(assessment: Assessment, height_cm: float | None = None) -> MarkerTrack:
    """Put the landmarks of a set into the form of marker files.

    Parameters
    ----------
    assessment
        The set; its landmarks are repaired and filtered, and corrected where it is a corrected one. Landmarks that are
        believed to be seen by less than 0.5 are gaps.
    height_cm
        Body height; with it and a few frames of standing the markers are in metres, without in pixels. The scale is
        read off the height of the eyes above the heels, good to some 5 %, and holds at the person's distance only.

    Raises
    ------
    OutputError
        If the set has no frames.
    """
    track = assessment.track
    if len(track) == 0:
        raise OutputError("There are no frames in this set, so there is no pose to write.", "Film the set again.")
    rate_hz, even = _rate(track.t_s)
    n = int(np.floor(track.t_s[-1] * rate_hz + 0.5)) + 1
    t_s = np.arange(n) / rate_hz
    timeline = Timeline(assessment)
    image = _on_grid(assessment, t_s) if even else np.stack([timeline.joints_at(float(t)) for t in t_s])
    up = np.stack([image[..., 0], track.source.height - image[..., 1]], axis=2)
    metres_per_px = None if height_cm is None else _metres_per_px(assessment, height_cm)
    scale = 1.0 if metres_per_px is None else metres_per_px
    return MarkerTrack(
        names=tuple(marker_name(mark) for mark in Landmark),
        rate_hz=rate_hz,
        t_s=t_s,
        xy=up * scale,
        picture=(track.source.width * scale, track.source.height * scale),
        unit="px" if metres_per_px is None else "m",
        resampled=not even,
    )


def _rate(t_s: Floats) -> tuple[float, bool]:
    """Return the rate of frames, and whether they keep to it counted from time zero."""
    if len(t_s) < 2:
        return _USUAL_RATE_HZ, bool(abs(t_s[0]) <= _SAME_TIME_S)
    mean_hz = (len(t_s) - 1) / float(t_s[-1] - t_s[0])
    whole_hz = round(mean_hz) or mean_hz
    for rate_hz in (float(whole_hz), mean_hz):
        steps = np.round(t_s * rate_hz)
        if np.all(np.abs(t_s - steps / rate_hz) <= _SAME_TIME_S) and np.all(np.diff(steps) == 1):
            return rate_hz, True
    return round(1 / float(np.median(np.diff(t_s))), 3), False


def _on_grid(assessment: Assessment, t_s: Floats) -> Floats:
    """Put the frames as they are on a grid that they keep to; shape (n, 33, 2), NaN before the first."""
    track = assessment.track
    drawn = np.where(track.visibility[..., None] >= MIN_VISIBILITY, track.image_px, np.nan)
    image = np.full((len(t_s), *drawn.shape[1:]), np.nan)
    image[len(t_s) - len(drawn) :] = drawn
    return image


def _metres_per_px(assessment: Assessment, height_cm: float) -> float | None:
    """Return the scale, None where the person was not seen standing from eyes to heels."""
    image = assessment.track.image_px
    eyes = image[:, [Landmark.LEFT_EYE, Landmark.RIGHT_EYE], 1].mean(axis=1)
    heels = image[:, [BODY[side].heel for side in SIDES], 1].max(axis=1)
    tall_px = (heels - eyes)[(assessment.phase == "stand") & np.isfinite(heels - eyes)]
    if len(tall_px) < _FEWEST_STANDING or float(np.median(tall_px)) <= 0:
        return None
    return _EYE_HEIGHT * height_cm / 100 / float(np.median(tall_px))
