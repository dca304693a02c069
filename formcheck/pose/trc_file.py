"""Markers in a TRC file, as OpenSim, Pose2Sim, Sports2D and formcheck itself write them.

Tab-separated: a line of the file's type, one of header names, one of their values, one of marker names, one of column
names, then a row a frame. y points up in most and down in some; the body tells. Depth that does not change is none.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import numpy as np

from formcheck.errors import PoseTrackError
from formcheck.pose.file_points import FileFacts, FilePoints, Unit
from formcheck.pose.landmark_names import landmark_named
from formcheck.pose.landmarks import N_LANDMARKS, Landmark
from formcheck.pose.origin import PoseOrigin
from formcheck.pose.store import MOST_ROWS
from formcheck.pose.types import FloatArray

_FIRST_WORD: Final = "PathFileType"
_HEADER_LINES: Final = 5
_NOT_NUMBERS: Final = 2
"""Columns before the first marker: frame and time."""
_MOST_MARKERS: Final = 1000
_METRES: Final = {"m": 1.0, "meters": 1.0, "metres": 1.0, "cm": 0.01, "mm": 0.001}
_PIXELS: Final = ("px", "pixel", "pixels")
_SIDE: Final = r"(\d+(?:\.\d+)?)"
_OURS: Final = re.compile(rf"; picture {_SIDE} x {_SIDE} (?:px|m); .*; formcheck \S+, ([^,;]+), (.*); video SHA-256")
"""What formcheck writes behind the name: the size of the picture, the pose model and the filter."""
_LONGEST_FIRST_LINE: Final = 1000
"""So much of the first line is searched for that: a name takes 255, all else less than 400."""
_BALANCED: Final = "mean of picture and mirror image"
_REMEDY: Final = "Write it anew with the program that it is from."


def trc_points(data: bytes, path: Path, facts: FileFacts) -> FilePoints:
    """Read a TRC file.

    Parameters
    ----------
    data
        What it holds.
    path
        Its name, for what is said of it.
    facts
        What is said of it; its times and rate are its own.

    Raises
    ------
    PoseTrackError
        If it is no TRC file, or holds what cannot be.
    """
    name = path.name
    if facts.fps is not None:
        raise PoseTrackError(f"{name} says itself when its frames were.", "Leave the frames a second out.")
    lines = data.decode("utf-8-sig", errors="replace").splitlines()
    if len(lines) < _HEADER_LINES or not lines[0].startswith(_FIRST_WORD):
        raise PoseTrackError(f"{name} is no TRC file: it does not begin as one.", _REMEDY)
    header = dict(zip(lines[1].split("\t"), lines[2].split("\t"), strict=False))
    metres = _metres(header.get("Units", ""), name)
    columns = _columns(lines[3], header.get("NumMarkers", ""), name)
    if max(columns.values(), default=0) >= _MOST_MARKERS:
        raise PoseTrackError(f"{name} holds more than {_MOST_MARKERS} markers.", "Take those of one person.")
    if not columns:
        raise PoseTrackError(
            f"{name} names no marker that formcheck knows.", "Name markers as Pose2Sim does: LHip, RKnee, LBigToe."
        )
    rows = [(i, line) for i, line in enumerate(lines[_HEADER_LINES:], start=_HEADER_LINES + 1) if line.strip()]
    if len(rows) > MOST_ROWS:
        raise PoseTrackError(f"{name} holds more than {MOST_ROWS:,} frames.", "Take the landmarks of one set.")
    wanted = [1, *(_NOT_NUMBERS + 3 * column + axis for column in columns.values() for axis in range(3))]
    table = np.array([_numbers(line, wanted, f"Line {i} of {name}") for i, line in rows]).reshape(
        len(rows), len(wanted)
    )
    xyz = np.full((len(rows), N_LANDMARKS, 3), np.nan)
    xyz[:, list(columns)] = table[:, 1:].reshape(len(rows), len(columns), 3) * (1.0 if metres is None else metres)
    xyz[(xyz == 0).all(axis=2)] = np.nan  # some programs fill gaps with zeros
    ours = _OURS.search(lines[0][:_LONGEST_FIRST_LINE])
    return FilePoints(
        t_s=table[:, 0],
        xyz=xyz,
        visibility=np.isfinite(xyz[..., :2]).all(axis=2).astype(np.float64),
        unit=Unit.PIXELS if metres is None else Unit.METRES,
        origin=PoseOrigin(ours[3] if ours else "markers from a TRC file"),
        y_points="up" if ours else "",
        picture=(float(ours[1]), float(ours[2])) if ours else None,
        balanced=bool(ours and _BALANCED in ours[4]),
    )


def _metres(unit: str, name: str) -> float | None:
    """Return the metres in the file's unit, None for pixels."""
    unit = unit.strip().lower()
    if unit in _PIXELS:
        return None
    if unit not in _METRES:
        raise PoseTrackError(f"{name} has its markers in “{unit}”.", "Write them in px, m, cm or mm.")
    return _METRES[unit]


def _columns(line: str, said: str, name: str) -> dict[Landmark, int]:
    """Return which marker of the file, from 0, is which landmark."""
    columns: dict[Landmark, int] = {}
    for i, word in _markers(line, said, name):
        mark = landmark_named(word)
        if mark is not None:
            columns.setdefault(mark, i)
    return columns


def _markers(line: str, said: str, name: str) -> list[tuple[int, str]]:
    """Return the markers that are named, with their numbers from 0.

    A name stands over the first of the three columns of its marker, so one that is blank leaves a gap. Some programs
    write names one behind the other: then none may be missing.
    """
    cells = [cell.strip() for cell in line.split("\t")[_NOT_NUMBERS:]]
    named = [(i, cell) for i, cell in enumerate(cells) if cell]
    if all(i % 3 == 0 for i, _ in named):
        return [(i // 3, cell) for i, cell in named]
    if said.strip() != str(len(named)):
        raise PoseTrackError(f"{name} does not name each of its markers.", "Give every marker a name.")
    return [(i, cell) for i, (_, cell) in enumerate(named)]


def _numbers(line: str, wanted: list[int], where: str) -> FloatArray:
    """Return some cells of a row; NaN for what is empty or not there."""
    cells = line.split("\t", max(wanted) + 1)
    try:
        return np.array([float(cells[i]) if i < len(cells) and cells[i].strip() else np.nan for i in wanted])
    except ValueError as error:
        raise PoseTrackError(f"{where} holds something that is no number.", _REMEDY) from error
