"""MediaPipe's landmarks in a table, as programs around it write them: a row a frame, or a row a landmark of a frame.

Columns are known by their names. A row a frame: `left_knee_x`, `LEFT_KNEE.y`, `x25`, `landmark_25_visibility`,
`25_z` and the like, numbered from 0 (or from 1 where there is no 0 and a 33). A row a landmark: `landmark` (name or
number), `x`, `y`, `visibility`. Beside them `time`, `timestamp_ms` or `frame` and `fps`; `width` and `height`.
y points down, as MediaPipe has it. Its `z` of the picture is not read: it took the turn of people who face the camera
off by 3 to 10 deg and an oblique one by 35. `world_x`, `world_y` and `world_z` tell the view.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from formcheck.errors import PoseTrackError
from formcheck.pose.file_points import LARGEST_NUMBER, FileFacts, FilePoints, Unit
from formcheck.pose.landmark_names import landmark_named
from formcheck.pose.landmarks import N_LANDMARKS, Landmark
from formcheck.pose.origin import PoseOrigin
from formcheck.pose.store import MOST_ROWS
from formcheck.pose.types import FloatArray

_QUANTITIES: Final = ("x", "y", "visibility", "world_x", "world_y", "world_z")
_X, _Y, _VISIBILITY, _WORLD = 0, 1, 2, slice(3, 6)
_SPELLINGS: Final = {
    "v": "visibility",
    "vis": "visibility",
    "confidence": "visibility",
    "conf": "visibility",
    "score": "visibility",
    "likelihood": "visibility",
    "wx": "world_x",
    "wy": "world_y",
    "wz": "world_z",
}
_QUANTITY: Final = (
    r"(?P<what>(?:world_)?[xyz]|w[xyz]|v|vis|visibility|conf|confidence|score|likelihood)(?P<unit>_px|_m)?"
)
_UNITS: Final = ("_px", "", "_m")
"""The ones before the others where a table has both: pixels need no size of the picture."""
_WIDE: Final = (
    re.compile(rf"^{_QUANTITY}_?(?P<mark>\d+)$"),
    re.compile(rf"^(?P<mark>.+?)[_. ]*(?<=[_. ]){_QUANTITY}$"),
)
_NAMED_LANDMARK: Final = re.compile(
    r"^(?:landmark|keypoint|joint|point|body_?part)s?(?:_(?:name|id|index|idx|number))?$"
)
_SECONDS: Final = ("t_s", "t", "time", "time_s", "timestamp_s", "timestamp", "seconds", "sec", "time_sec")
_MILLISECONDS: Final = ("t_ms", "time_ms", "timestamp_ms", "ms", "milliseconds")
_FRAME: Final = re.compile(r"^frames?(?:_?(?:id|number|num|no|index|idx))?#?$")
_WIDTH: Final = re.compile(r"^(?:(?:image|frame|video|img|picture)_?)?(?:width|w)(?:_px)?$")
_HEIGHT: Final = re.compile(r"^(?:(?:image|frame|video|img|picture)_?)?(?:height|h)(?:_px)?$")
_PERSON: Final = re.compile(
    r"^(?:(?:person|subject|track)(?:_?(?:id|index|idx|number))?|pose_?(?:id|index|idx|number))$"
)
_FARTHEST_SHARE: Final = 3.0
"""Shares of a picture lie between 0 and 1, those of a landmark out of view a little beyond."""
_MOST_PCT: Final = 90.0
"""So many of the places tell shares from pixels: landmarks that jump away do not make pixels of shares."""
_LONGEST_STEP_S: Final = 0.5
"""Frames further apart than this are told in a smaller unit than seconds, whatever the column is called."""
_IN_A_SECOND: Final = (1.0, 1e3, 1e6, 1e9)
"""Seconds, milliseconds, microseconds and nanoseconds."""
_EMPTY: Final = ("", "nan", "none", "null", "na", "n/a")
_ONE_PERSON: Final = "Leave the rows of one person in it."
_LONGEST_NAME: Final = 100
"""Of a column."""
_MOST_LINES: Final = MOST_ROWS * N_LANDMARKS
_REMEDY: Final = "See docs/library.md for the columns that are read."


@dataclass(frozen=True)
class _Columns:
    """Which column holds what."""

    of_frame: Mapping[str, int]
    """`seconds`, `milliseconds`, `frame`, `fps`, `width`, `height`."""
    person: int | None
    """Where it says whose landmarks these are, by number or name."""
    landmark: int | None
    """In a table with a row a landmark, where it says which; None in a table with a row a frame."""
    cells: tuple[tuple[int, Landmark | None, int], ...]
    """Column, landmark (None: that of the row) and index into `_QUANTITIES`."""
    in_pixels: bool


@dataclass(frozen=True)
class _Cell:
    """What the name of a column says of a landmark."""

    column: int
    mark: str
    """The landmark's name or number; empty where each row says its own."""
    what: str
    unit: str
    """Of `_UNITS`."""


def csv_points(data: bytes, path: Path, facts: FileFacts) -> FilePoints:
    """Read a table of landmarks.

    Parameters
    ----------
    data
        What the file holds.
    path
        Its name, for what is said of it.
    facts
        What is said of it: the frames a second of one that numbers its frames.

    Raises
    ------
    PoseTrackError
        If it is no such table, or holds what cannot be.
    """
    name = path.name
    text = data.decode("utf-8-sig", errors="replace")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        columns = _columns(next(rows, []), name)
        frames = _frames(((i, row) for i, row in enumerate(rows, start=2) if any(row)), columns, name)
    except csv.Error as error:
        raise PoseTrackError(f"{name} is no table: a line of it cannot be taken apart.", _REMEDY) from error
    if not frames:
        raise PoseTrackError(f"{name} holds no frames.", "Take the landmarks of a whole set.")
    values = np.stack([each.values for each in frames])
    xyz = np.full((len(frames), N_LANDMARKS, 3), np.nan)
    xyz[..., :2] = values[..., :2]
    visibility = values[..., _VISIBILITY]
    known = np.abs(values[..., :2][np.isfinite(values[..., :2])])
    most = float(np.percentile(known, _MOST_PCT)) if len(known) else 0.0
    shares = not columns.in_pixels and most <= _FARTHEST_SHARE
    world = values[..., _WORLD]
    return FilePoints(
        t_s=_times_s([each.of_frame for each in frames], facts, name),
        xyz=xyz,
        visibility=np.where(np.isfinite(visibility), visibility, 1.0).clip(0.0, 1.0),
        unit=Unit.SHARES if shares else Unit.PIXELS,
        origin=PoseOrigin("landmarks from a CSV file"),
        y_points="down",
        world_m=world if np.isfinite(world).any() else None,
        picture=_size(frames, name),
    )


def _columns(header: list[str], name: str) -> _Columns:
    of_frame: dict[str, int] = {}
    cells: list[_Cell] = []
    landmark, person, in_pixels = None, None, False
    alone = re.compile(f"^{_QUANTITY}$")
    plain = [cell[:_LONGEST_NAME].strip().lower().replace("-", "_") for cell in header]
    for i, cell in enumerate(plain):
        if _PERSON.match(cell):
            person = i if person is None else person
        elif kind := _kind(cell):
            of_frame.setdefault(kind, i)
        elif _NAMED_LANDMARK.match(cell):
            # A name says more than a number, where there are both.
            landmark = i if landmark is None or "name" in cell else landmark
        elif found := next(filter(None, (each.match(cell) for each in (alone, *_WIDE))), None):
            of = found.groupdict()
            cells.append(_Cell(i, of.get("mark") or "", of["what"], of["unit"] or ""))
            in_pixels |= of["unit"] == "_px" and of["what"] == "x"
    wide = [cell for cell in cells if cell.mark]
    numbers = {_index(cell.mark) for cell in wide}
    base = 1 if N_LANDMARKS in numbers and 0 not in numbers else 0
    known = [(cell, mark) for cell in wide if (mark := _mark(cell.mark, base)) is not None]
    if known and landmark is None:
        return _Columns(of_frame, person, None, _one_each(known, header, name), in_pixels)
    each_row = _one_each([(cell, None) for cell in cells if not cell.mark], header, name)
    if landmark is None or not {_X, _Y} <= {what for *_, what in each_row}:
        raise PoseTrackError(f"{name} has no columns of landmarks, such as left_knee_x and left_knee_y.", _REMEDY)
    return _Columns(of_frame, person, landmark, each_row, in_pixels)


def _one_each(
    cells: Sequence[tuple[_Cell, Landmark | None]], header: list[str], name: str
) -> tuple[tuple[int, Landmark | None, int], ...]:
    """Return the columns to read, as in `_Columns.cells`: of places in two units those in pixels."""
    taken: dict[tuple[Landmark | None, int], _Cell] = {}
    for cell, mark in sorted(cells, key=lambda each: _UNITS.index(each[0].unit)):
        what = _quantity(cell.what)
        if what is None:
            continue
        first = taken.setdefault((mark, what), cell)
        if first is not cell and first.unit == cell.unit:
            raise PoseTrackError(
                f"{name} has two columns of the same: {header[first.column][:_LONGEST_NAME].strip()} and "
                f"{header[cell.column][:_LONGEST_NAME].strip()}.",
                "Leave one of them in it.",
            )
    return tuple((cell.column, mark, what) for (mark, what), cell in taken.items())


def _kind(column: str) -> str | None:
    """Return what a column says of a frame; None for one that does not."""
    if column in _SECONDS:
        return "seconds"
    if column in _MILLISECONDS:
        return "milliseconds"
    if column == "fps":
        return "fps"
    patterns = (("frame", _FRAME), ("width", _WIDTH), ("height", _HEIGHT))
    return next((kind for kind, pattern in patterns if pattern.match(column)), None)


def _quantity(word: str) -> int | None:
    word = _SPELLINGS.get(word, word)
    return _QUANTITIES.index(word) if word in _QUANTITIES else None


def _index(mark: str) -> int | None:
    digits = re.fullmatch(r"(?:landmark|lm|point|kpt?|keypoint|joint|pose)?_?(\d{1,3})", mark)
    return int(digits[1]) if digits else None


def _mark(mark: str, base: int) -> Landmark | None:
    index = _index(mark)
    if index is None:
        return landmark_named(mark)
    return Landmark(index - base) if 0 <= index - base < N_LANDMARKS else None


@dataclass(frozen=True, eq=False)
class _Frame:
    of_frame: Mapping[str, float]
    values: FloatArray
    """Shape (33, quantities)."""


def _frames(rows: Iterator[tuple[int, list[str]]], columns: _Columns, name: str) -> list[_Frame]:
    most = MOST_ROWS if columns.landmark is None else _MOST_LINES
    frames: dict[tuple[float, ...], _Frame] = {}
    people, seen = set[str](), set[tuple[tuple[float, ...], Landmark]]()
    keys = [kind for kind in ("frame", "seconds", "milliseconds") if kind in columns.of_frame]
    if columns.landmark is not None and not keys:
        raise PoseTrackError(f"{name} does not say which of its rows belong to one frame.", "Add a column `frame`.")
    for i, row in rows:
        if i > most + 1:
            raise PoseTrackError(f"{name} holds more than {most:,} rows.", "Take the landmarks of one set.")
        where = f"Row {i} of {name}"
        told = {kind: _number(row, column, where) for kind, column in columns.of_frame.items()}
        people.add(_person(row, columns.person))
        key = tuple(told[kind] for kind in keys) if columns.landmark is not None else (float(i),)
        frame = frames.setdefault(key, _Frame(told, np.full((N_LANDMARKS, len(_QUANTITIES)), np.nan)))
        here = None if columns.landmark is None else _landmark_of(row, columns.landmark, where)
        if len(people - {""}) > 1:
            raise PoseTrackError(f"{name} holds the landmarks of several people.", _ONE_PERSON)
        if here is not None:
            if (key, here) in seen:
                raise PoseTrackError(f"{where} has a landmark that its frame has already.", _ONE_PERSON)
            seen.add((key, here))
        for column, mark, what in columns.cells:
            at = here if mark is None else mark
            if at is not None:
                frame.values[at, what] = _number(row, column, where)
    return list(frames.values())


def _person(row: list[str], column: int | None) -> str:
    """Return whose landmarks a row holds, empty where it does not say."""
    cell = row[column].strip().lower() if column is not None and column < len(row) else ""
    if cell in _EMPTY:
        return ""
    try:
        return f"{float(cell):g}"
    except ValueError:
        return cell


def _landmark_of(row: list[str], column: int, where: str) -> Landmark | None:
    cell = row[column].strip() if column < len(row) else ""
    if not cell:
        raise PoseTrackError(f"{where} does not say which landmark it is of.", _REMEDY)
    if (_index(cell.lower()) or 0) >= N_LANDMARKS:
        raise PoseTrackError(f"{where} is of a landmark {cell}, but MediaPipe numbers them from 0 to 32.", _REMEDY)
    return _mark(cell.lower(), 0)


def _number(row: list[str], column: int, where: str) -> float:
    cell = row[column].strip() if column < len(row) else ""
    if cell.lower() in _EMPTY:
        return float("nan")
    try:
        value = float(cell)
    except ValueError as error:
        raise PoseTrackError(f"{where} holds something that is no number.", _REMEDY) from error
    return value


def _times_s(told: list[Mapping[str, float]], facts: FileFacts, name: str) -> FloatArray:
    """Return the times of the frames, shape (n,)."""

    def column(kind: str) -> FloatArray | None:
        return np.array([each[kind] for each in told]) if kind in told[0] else None

    for kind in ("seconds", "milliseconds"):
        times = column(kind)
        if times is None:
            continue
        if facts.fps is not None:
            raise PoseTrackError(f"{name} says itself when its frames were.", "Leave the frames a second out.")
        if kind == "milliseconds":
            return times / 1000
        step = float(np.median(np.diff(times))) if len(times) > 1 else 0.0
        return times / next((each for each in _IN_A_SECOND if step <= _LONGEST_STEP_S * each), 1.0)
    rate = column("fps")
    fps = facts.fps if rate is None or np.isnan(rate[0]) else float(rate[0])
    if None not in (fps, facts.fps) and fps != facts.fps:
        raise PoseTrackError(
            f"{name} says itself that it has {fps:g} frames a second.", "Leave the frames a second out, or the column."
        )
    if fps is None or not fps > 0:
        raise PoseTrackError(
            f"{name} does not say when its frames were.", "Say how many there are a second, such as --capture-fps 30."
        )
    numbers = column("frame")
    return (np.arange(len(told)) if numbers is None else numbers - numbers[:1]) / fps


def _size(frames: list[_Frame], name: str) -> tuple[float, float] | None:
    if not {"width", "height"} <= set(frames[0].of_frame):
        return None
    sizes = {(each.of_frame["width"], each.of_frame["height"]) for each in frames}
    width, height = next(iter(sizes))
    if len(sizes) > 1 or not (0 < width < LARGEST_NUMBER and 0 < height < LARGEST_NUMBER):
        raise PoseTrackError(f"{name} does not have one size of picture throughout.", "Give each row the same size.")
    return width, height
