"""Truths read off single frames by hand: measures, or positions of joints that our own geometry makes measures of."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from itertools import combinations
from types import MappingProxyType
from typing import Final

import numpy as np

from formcheck.kinematics.geometry import fppa_deg, knee_flexion_deg, medial_offset_px, sagittal_tilt_deg
from formcheck.kinematics.measures.record import Per
from formcheck.kinematics.measures.registry import main_series
from formcheck.kinematics.view import ViewKind, ViewVerdict
from formcheck.pose.landmarks import SIDES, Landmark, Side
from formcheck.validation.tables import CsvTable, TableLine, TruthError
from formcheck.validation.truth import (
    BOTH,
    KNEE_FLEXION,
    FloatArray,
    Key,
    Points,
    Samples,
    Truth,
    TruthKind,
    known_measures,
    legs_of,
)

ANGLE_COLUMNS: Final = frozenset({"t_s", "measure", "leg", "value"})
POINT_COLUMNS: Final = frozenset({"t_s", "point", "x_px", "y_px"})
_POINT_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {mark.name.lower(): mark.name.lower() for mark in Landmark}
    | {f"{side.value}_foot_index": f"{side.value}_toe" for side in SIDES}
    | {f"{side.value}_toe": f"{side.value}_toe" for side in SIDES}
)
"""What a point may be called, and what it is called here."""
_JOINTS_APART_PX: Final = 1.0
_FROM_MIDDLE: Final = 0.55
"""How far from the middle a point may lie, of width or height: 5 % over the edge, where a joint may be guessed."""
_USED: Final = tuple(f"{side.value}_{joint}" for joint in ("hip", "knee", "ankle", "toe", "shoulder") for side in SIDES)


def angles_truth(table: CsvTable) -> Truth:
    """Return the truth of a table of measures: `t_s, measure, leg, value`, a line for each value.

    Raises
    ------
    TruthError
        If a measure is unknown, a leg is not one it has, a value is missing or given twice.
    """
    found: dict[Key, dict[float, float]] = {}
    for row in table.rows:
        measure, leg, t_s = row.text("measure"), row.text("leg").lower(), _time(row)
        legs = legs_of(measure)
        if not legs:
            like = get_close_matches(measure, known_measures(), cutoff=0.5) or main_series(Per.LEG)
            raise row.wrong(f"there is no measure “{measure[:40]}”", f"Write one there is, such as {', '.join(like)}.")
        if leg not in legs:
            raise row.wrong(f"{measure} has no leg “{leg[:40]}”", f"Write {' or '.join(legs)}.")
        values = found.setdefault((measure, leg), {})
        if t_s in values:
            raise row.wrong(f"{measure}, {leg}, at {t_s:g} s is given twice", "Take one of the lines out.")
        values[t_s] = row.number("value")
    return Truth(TruthKind.ANGLES, {key: _samples(values) for key, values in found.items()})


def points_truth(table: CsvTable) -> Truth:
    """Return the truth of a table of positions: `t_s, point, x_px, y_px`, a line for each point.

    Raises
    ------
    TruthError
        If a point is unknown, a position is missing or given twice, or no frame has hip, knee and ankle of a leg.
    """
    frames: dict[float, dict[str, tuple[float, float]]] = {}
    for row in table.rows:
        called = row.text("point").lower()
        if called not in _POINT_NAMES:
            raise row.wrong(f"there is no point “{called[:40]}”", f"Choose one of {', '.join(_USED)}.")
        name, of_frame = _POINT_NAMES[called], frames.setdefault(_time(row), {})
        if name in of_frame:
            raise row.wrong(f"{called} at {row.text('t_s')} s is given twice", "Take one of the lines out.")
        of_frame[name] = (row.number("x_px"), row.number("y_px"))
    if not any(_leg(points, side) for points in frames.values() for side in SIDES):
        raise TruthError(
            f"{table.file}: no moment has hip, knee and ankle of the same leg.",
            "Mark all three, with exactly the same t_s.",
        )
    _need_joints_apart(table.file, frames)
    return Truth(TruthKind.POINTS, points=tuple(sorted(frames.items(), key=lambda frame: frame[0])))


def _need_joints_apart(file: str, frames: Mapping[float, Points]) -> None:
    """Refuse positions that are no pixels, and legs of no length."""
    if all(0 <= x <= 1 and 0 <= y <= 1 for points in frames.values() for x, y in points.values()):
        # As shares of width and height the axes have two scales, and every angle would be wrong.
        raise TruthError(
            f"{file}: all points lie between 0 and 1, but points must be in pixels of the upright picture.",
            "Multiply x by the width and y by the height of the picture.",
        )
    for t_s, points in frames.items():
        for side in SIDES:
            leg = _leg(points, side) or ()
            if any(float(np.linalg.norm(a - b)) < _JOINTS_APART_PX for a, b in combinations(leg, 2)):
                raise TruthError(
                    f"{file}: at {t_s:g} s two of the {side.value} hip, knee and ankle are at the same place.",
                    "Mark each where it is.",
                )


def need_in_picture(file: str, truth: Truth, width: int, height: int) -> None:
    """Refuse marked points that lie outside of the picture by more than 5 % of its size.

    Parameters
    ----------
    file
        Named in the error.
    truth
        Of any kind; only `TruthKind.POINTS` has points.
    width, height
        Of the upright picture, px.

    Raises
    ------
    TruthError
        If one does.
    """
    for t_s, points in truth.points:
        for name, (x, y) in points.items():
            if not (abs(x / width - 0.5) <= _FROM_MIDDLE and abs(y / height - 0.5) <= _FROM_MIDDLE):
                raise TruthError(
                    f"{file}: {name} at {t_s:g} s is at {x:g}, {y:g}, outside of the picture of {width} by {height} "
                    "pixels.",
                    "Mark points in pixels of the upright picture, from its top left corner.",
                )


def _time(row: TableLine) -> float:
    t_s = row.number("t_s")
    if t_s < 0:
        raise row.wrong(f"t_s is {t_s:g}", "Count the seconds from the first frame of the clip.")
    return t_s


def _samples(values: Mapping[float, float]) -> Samples:
    ordered = sorted(values.items())
    return Samples(np.array([t for t, _ in ordered]), np.array([value for _, value in ordered]))


def measures_of_points(truth: Truth, view: ViewVerdict) -> dict[Key, Samples]:
    """Return the measures that marked joints give, by the same geometry as the pose model's landmarks.

    From the front `fppa_deg`, and `kmf_pct` where the toe is marked too: in percent of the longest leg marked, so one
    of the frames has to show the person standing. From the side `knee_flexion_deg`, and `trunk_flexion_deg` where the
    near shoulder is marked too. Nothing from other views.

    Parameters
    ----------
    truth
        Of `TruthKind.POINTS`.
    view
        The view as it was found: which side is near, and whether the person faces the camera.
    """
    found: dict[Key, dict[float, float]] = {}
    for side in SIDES:
        longest = max((_leg_px(points, side) for _, points in truth.points), default=math.nan)
        for t_s, points in truth.points:
            if view.kind is ViewKind.FRONT:
                values = _from_front(points, side, longest, facing=view.facing_camera)
            elif view.kind is ViewKind.SIDE and side is view.near_leg:
                values = _from_side(points, side)
            else:
                continue
            for key, value in values:
                if math.isfinite(value):
                    found.setdefault(key, {})[t_s] = value
    return {key: _samples(values) for key, values in found.items()}


def _leg(points: Points, side: Side) -> tuple[FloatArray, FloatArray, FloatArray] | None:
    names = [f"{side.value}_{joint}" for joint in ("hip", "knee", "ankle")]
    if not all(name in points for name in names):
        return None
    hip, knee, ankle = (np.array(points[name]) for name in names)
    return hip, knee, ankle


def _leg_px(points: Points, side: Side) -> float:
    leg = _leg(points, side)
    if leg is None:
        return 0.0
    hip, knee, ankle = leg
    return float(np.linalg.norm(hip - knee) + np.linalg.norm(knee - ankle))


def _from_front(points: Points, side: Side, leg_px: float, *, facing: bool) -> Iterator[tuple[Key, float]]:
    leg = _leg(points, side)
    if leg is None:
        return
    # Who faces the camera has the left leg at the right of the picture: its midline lies towards smaller x.
    medial = -1.0 if (side is Side.LEFT) == facing else 1.0
    yield ("fppa_deg", side.value), float(fppa_deg(*leg, medial))
    toe = points.get(f"{side.value}_toe")
    if toe is not None and leg_px > 0:
        yield ("kmf_pct", side.value), 100 * float(medial_offset_px(leg[1], toe, medial)) / leg_px


def _from_side(points: Points, side: Side) -> Iterator[tuple[Key, float]]:
    leg = _leg(points, side)
    if leg is None:
        return
    yield (KNEE_FLEXION, side.value), float(knee_flexion_deg(*leg))
    shoulder = points.get(f"{side.value}_shoulder")
    if shoulder is not None:
        faces_right = 1.0 if side is Side.RIGHT else -1.0
        yield ("trunk_flexion_deg", BOTH), float(sagittal_tilt_deg(shoulder, leg[0], "upper", faces_right))
