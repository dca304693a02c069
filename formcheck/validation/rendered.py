"""Rendered people: from their exact joints and angles to the measures formcheck gives, under the same definitions.

Columns: `sample_videos/README.md`. World in metres, y up, the person faces +z and their left is +x.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from formcheck.exercises.catalogue.exercise import Looks, exercises
from formcheck.kinematics.cleaning import known_median
from formcheck.pose.landmarks import SIDES, Side
from formcheck.validation.tables import CsvTable, TruthError, increasing_times
from formcheck.validation.truth import (
    BOTH,
    KNEE_FLEXION,
    ClipInfo,
    FloatArray,
    Key,
    Samples,
    Truth,
    TruthKind,
    TruthRep,
)

Columns = Mapping[str, FloatArray]

_LETTER: Final = {Side.LEFT: "L", Side.RIGHT: "R"}
_FPPA_MEANS_NOTHING_DEG: Final = 85.0
"""With the knee bent further the thigh's projection is too short for an angle (sample_videos/README.md)."""
_AROUND_S: Final = 0.3
"""Before and after the movement as it was made: where the knee is at rest."""
_START_SHARE, _BOTTOM_SHARE = 0.10, 0.90
"""Of the rep's own range of knee flexion, as in docs/formats.md."""
_MOVES_DEG: Final = 1.0
"""With less knee flexion from rest there is no rep."""
_TIMING: Final = {"descent_s": "ecc", "hold_s": "hold", "ascent_s": "con"}
MARK: Final = frozenset({"t_s", "hip_L_x", "knee_flex_L", "knee_flex_R"})
"""The columns by which a rendered person's truth is told from others."""


def rendered_truth(table: CsvTable, document: Mapping[str, Any], info: ClipInfo) -> Truth:
    """Return the truth of a rendered clip.

    Parameters
    ----------
    table
        Its CSV.
    document
        Its JSON: `reps` with start and end (s), `camera` with R and t. What is missing is left out of the truth.
    info
        The standing leg, where one stands.

    Raises
    ------
    TruthError
        If a column that is needed is missing, a rep is not in the CSV, or the JSON is not as it should be.
    """
    t_s = increasing_times(table)
    try:
        columns = _columns(table)
        spans = [(float(rep["start"]), float(rep["end"]), rep) for rep in document.get("reps", [])]
        still = _stance(columns, spans[0][0] if spans else np.inf)
        # Joints that lie on one another make a length of zero: what is divided by it is not known.
        with np.errstate(divide="ignore", invalid="ignore"):
            measures = [(key, np.where(np.isfinite(v), v, np.nan)) for key, v in _measures(columns, still, info)]
        samples = {key: Samples(t_s, values) for key, values in measures if _any(values)}
        flexion = _flexion(columns, info.leg)
        reps = tuple(
            TruthRep(
                *_crossings(table, t_s, flexion, (start, end)),
                timing={name: float(rep[key]) for name, key in _TIMING.items() if key in rep},
            )
            for start, end, rep in spans
        )
        yaw = _yaw_deg(columns, still, document["camera"]) if "camera" in document else float("nan")
    except KeyError as error:
        raise TruthError(f"{table.file}: {error} is missing.", "Render it again, or leave this clip out.") from error
    except (TypeError, ValueError, OverflowError) as error:
        raise TruthError(f"{table.file}: the JSON beside it is not as it should be.", "Render it again.") from error
    return Truth(TruthKind.RENDERED, samples, reps=reps or None, yaw_deg=yaw)


def _columns(table: CsvTable) -> Columns:
    numbers = [name for name in table.columns if name not in ("phase", "frame", "progress")]
    return {name: np.array([row.number_or_nan(name) for row in table.rows]) for name in numbers}


def _any(values: FloatArray) -> bool:
    return bool(np.isfinite(values).any())


def _stance(c: Columns, first_start_s: float) -> NDArray[np.bool_]:
    """Return the frames of quiet standing before the first rep, shape (n,)."""
    still = (c["rep"] == 0) & (c["t_s"] < first_start_s)
    if not still.any():
        raise ValueError("there is no stance before the first rep")
    return np.asarray(still)


def _flexion(c: Columns, leg: Side | None) -> FloatArray:
    """Return knee flexion of the leg that stands, or the mean of both, shape (n,)."""
    if leg is not None:
        return c[f"knee_flex_{_LETTER[leg]}"]
    return (c["knee_flex_L"] + c["knee_flex_R"]) / 2


def _crossings(
    table: CsvTable, t: FloatArray, q: FloatArray, span_s: tuple[float, float]
) -> tuple[float, float, float, float]:
    """Return start, bottom start, bottom end and end of a rep, by 10 % and 90 % of its range."""
    start_s, end_s = span_s
    inside = (t >= start_s - _AROUND_S) & (t <= end_s + _AROUND_S)
    times, flexion = t[inside], q[inside]
    rep = f"{table.file}: the rep from {start_s:g} to {end_s:g} s"
    if not (start_s < end_s and inside.any()):
        raise TruthError(f"{rep} is not in the file.", "See that the JSON beside it is of this clip.")
    if not np.isfinite(flexion).all():
        raise TruthError(f"{rep} has lines without knee flexion.", "Render it again, or leave this clip out.")
    rest = float(np.median(np.r_[flexion[:3], flexion[-3:]]))
    if flexion.max() - rest < _MOVES_DEG:
        raise TruthError(f"{rep} does not bend the knee.", "See that the JSON beside it is of this clip.")
    moved = (flexion - rest) / (flexion.max() - rest)
    over, deep = np.flatnonzero(moved >= _START_SHARE), np.flatnonzero(moved >= _BOTTOM_SHARE)
    return float(times[over[0]]), float(times[deep[0]]), float(times[deep[-1]]), float(times[over[-1]])


def _measures(c: Columns, still: NDArray[np.bool_], info: ClipInfo) -> Iterator[tuple[Key, FloatArray]]:
    for side in SIDES if info.leg is None else (info.leg,):
        for name, values in _of_leg(c, still, side):
            yield (name, side.value), values
    for name, values in _of_body(c, still, info.leg):
        yield (name, BOTH), values
    known = exercises().get(info.exercise or "")
    if known is not None and known.looks is Looks.ALONG_WALL:
        for name, values in _off_the_wall(c, still):
            yield (name, BOTH), values


def _of_leg(c: Columns, still: NDArray[np.bool_], side: Side) -> Iterator[tuple[str, FloatArray]]:
    s = _LETTER[side]
    to_midline = -1.0 if side is Side.LEFT else 1.0
    leg_m = _length(c, f"hip_{s}", f"knee_{s}") + _length(c, f"knee_{s}", f"ankle_{s}")
    flexion = c[f"knee_flex_{s}"]
    fppa = np.where(flexion <= _FPPA_MEANS_NOTHING_DEG, c[f"fppa_{s}"], np.nan)
    kmf = 100 * to_midline * (c[f"knee_{s}_x"] - c[f"toe_{s}_x"]) / leg_m
    run = np.hypot(c[f"toe_{s}_z"] - c[f"heel_{s}_z"], c[f"toe_{s}_x"] - c[f"heel_{s}_x"])
    pitch = np.degrees(np.arctan2(c[f"heel_{s}_y"] - c[f"toe_{s}_y"], run))
    pitch = pitch - known_median(pitch[still])
    yield KNEE_FLEXION, flexion
    yield "fppa_deg", fppa
    yield "fppa_change_deg", fppa - known_median(fppa[still])
    yield "kmf_pct", kmf
    yield "kmf_change_pct", kmf - known_median(kmf[still])
    yield "kmd_pct", 100 * c[f"knee_med_{s}_m"] / leg_m
    yield "hip_adduction_deg", c[f"hip_add_{s}"]
    yield "thigh_horizontal_deg", c[f"thigh_horiz_{s}"]
    yield "knee_past_toe_pct", 100 * (c[f"knee_{s}_z"] - c[f"toe_{s}_z"]) / leg_m
    yield "heel_lift_pct", 100 * (c[f"heel_{s}_y"] - known_median(c[f"heel_{s}_y"][still])) / leg_m
    yield "foot_pitch_deg", pitch
    yield "ankle_dorsiflexion_deg", c[f"shank_fwd_{s}"] - pitch


def _of_body(c: Columns, still: NDArray[np.bool_], leg: Side | None) -> Iterator[tuple[str, FloatArray]]:
    lean = c["trunk_lat"] - known_median(c["trunk_lat"][still])
    yield "trunk_lean_deg", -lean if leg is Side.LEFT else lean
    yield "trunk_flexion_deg", c["trunk_fwd"]
    yield "pelvic_drop_deg", c["pelvis_drop"] - known_median(c["pelvis_drop"][still])
    if leg is None:
        feet_m = known_median(np.abs(c["ankle_L_x"] - c["ankle_R_x"])[still])
        off = (c["ankle_L_x"] + c["ankle_R_x"] - c["hip_L_x"] - c["hip_R_x"]) / 2
        yield "weight_shift_pct", 100 * (off - known_median(off[still])) / feet_m
        yield "kasr", np.abs(c["knee_L_x"] - c["knee_R_x"]) / np.abs(c["ankle_L_x"] - c["ankle_R_x"])


def _off_the_wall(c: Columns, still: NDArray[np.bool_]) -> Iterator[tuple[str, FloatArray]]:
    trunk_m = _length(c, "hip_L", "shoulder_L", axes="yz")
    for joint in ("shoulder", "hip"):
        ahead = (c[f"{joint}_L_z"] + c[f"{joint}_R_z"]) / 2
        yield f"wall_drift_{joint}_pct", 100 * (ahead - known_median(ahead[still])) / trunk_m


def _length(c: Columns, a: str, b: str, axes: str = "xyz") -> float:
    """Return the distance between two joints (m), the median over the clip; as seen along the axes left out."""
    return known_median(np.linalg.norm([c[f"{a}_{axis}"] - c[f"{b}_{axis}"] for axis in axes], axis=0))


def _yaw_deg(c: Columns, still: NDArray[np.bool_], camera: Mapping[str, Any]) -> float:
    """Return the turn of the person in stance against the line from their pelvis to the camera (deg)."""
    rotation, shift = np.array(camera["R"], dtype=np.float64), np.array(camera["t"], dtype=np.float64)
    eye = -rotation.T @ shift
    left, right = (np.array([known_median(c[f"hip_{s}_{axis}"][still]) for axis in "xyz"]) for s in ("L", "R"))
    to_camera = eye - (left + right) / 2
    across = left - right
    turn = np.arctan2(to_camera[0], to_camera[2]) - np.arctan2(-across[2], across[0])
    return float(np.degrees(np.angle(np.exp(1j * turn))))
