"""The formulas of `geometry` for one point in one frame, in plain numbers: for a live frame, of which ten joints count.

An array of ten numbers costs as much as one of a thousand, and a formula on arrays some fifty calls; plain numbers cost
a tenth of that. Each function here gives the same bits as its counterpart does for an array of one
(`tests/kinematics/test_live_frames.py` holds them together), so what a recorded set and a live one say cannot drift
apart. For that, what the mathematics library and NumPy round differently (`arctan2`, `arccos`, `arcsin`, `hypot`) is
NumPy's here, too. NaN passes through as it does there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

NAN = float("nan")


def tilt_deg(across: float, down: float) -> float:
    """Return the angle of a way from straight down (deg), positive to where `across` is positive.

    With `across` towards the middle of the body it is `geometry.frontal_tilt_deg`, with it forward `sagittal_tilt_deg`.
    """
    return math.degrees(np.arctan2(across, down))


def distance_px(ax: float, ay: float, bx: float, by: float) -> float:
    """Return the distance between two points, as `geometry.distance_px` does."""
    dx, dy = ax - bx, ay - by
    return math.sqrt(dx * dx + dy * dy)


def hypot(x: float, y: float) -> float:
    """Return the length of a way, rounded as NumPy rounds it."""
    return float(np.hypot(x, y))


def knee_flexion_deg(hip: tuple[float, float], knee: tuple[float, float], ankle: tuple[float, float]) -> float:
    """Return the flexion of a knee seen from the side, as `geometry.knee_flexion_deg` does."""
    px, py, qx, qy = hip[0] - knee[0], hip[1] - knee[1], ankle[0] - knee[0], ankle[1] - knee[1]
    cross, dot = px * qy - py * qx, px * qx + py * qy
    return NAN if cross == 0 and dot == 0 else 180.0 - math.degrees(np.arctan2(abs(cross), dot))


def foreshortening_corrected_tilt_deg(tilt: float, cos_turn: float) -> float:
    """Return the tilt of a segment as a camera square to it sees it, as the function of that name in `geometry` does.

    Parameters
    ----------
    tilt
        As seen (deg).
    cos_turn
        Cosine of how far the camera is off the true side view.
    """
    seen = math.radians(tilt)
    return math.degrees(np.arctan2(math.sin(seen), math.cos(seen) * cos_turn))


def fppa_yaw_bias_deg(thigh_tilt: float, shank_tilt: float, yaw: float) -> float:
    """Return the false FPPA of a camera off the leg's flexion plane, as `geometry.fppa_yaw_bias_deg` does."""
    aside = math.sin(math.radians(yaw))
    thigh, shank = (np.arctan(np.tan(math.radians(tilt)) * aside) for tilt in (thigh_tilt, shank_tilt))
    return math.degrees(thigh + shank)


def ratio(part: float, whole: float) -> float:
    """Return a quotient, NaN where nothing is divided by."""
    return part / whole if whole != 0 else NAN


def median(values: Sequence[float]) -> float:
    """Return the middle of some numbers; NaN where one is, or where there are none."""
    if not values or any(value != value for value in values):
        return NAN
    ordered, half = sorted(values), len(values) // 2
    return ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2


def known_median(values: Sequence[float]) -> float:
    """Return the middle of the numbers that are known; NaN where none is."""
    return median([value for value in values if math.isfinite(value)])


def within(value: float, low: float, high: float) -> float:
    """Return a number held between two others; NaN stays NaN."""
    return min(max(value, low), high)
