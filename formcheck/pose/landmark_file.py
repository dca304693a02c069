"""Landmarks that another program found, from a file: the pose source of whoever has no video, or a better estimator.

A format is one module that gives `FilePoints`, such as `trc_file.py`, and a line in `_READERS`. What a file
leaves out is not guessed where it matters: without depth the view has to be said, without the size of the picture the
person is taken to stand in its middle, and times or sizes that are needed and not there are asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np

from formcheck.errors import PoseTrackError
from formcheck.pose.csv_file import csv_points
from formcheck.pose.file_points import LARGEST_NUMBER, NOTHING_SAID, FileFacts, FilePoints, Unit
from formcheck.pose.landmark_names import marker_name
from formcheck.pose.landmarks import BODY, SIDES
from formcheck.pose.store import MOST_ROWS, TRACK_SUFFIXES, load_track
from formcheck.pose.trc_file import trc_points
from formcheck.pose.types import FloatArray, PoseTrack, TrackSource

LARGEST_BYTES: Final = 128 * 2**20
"""Of a file: twice of what ten minutes of 33 landmarks take at 60 frames a second, a row a landmark."""
LONGEST_S: Final = 6 * 3600.0
LARGEST_PICTURE_PX: Final = 20_000
_NEEDED: Final = ("shoulder", "hip", "knee", "ankle")
_TALLEST_M: Final = 10.0
"""Shoulders further than this over ankles are not in metres, whatever a file says: programs write `m` over pixels."""
_DEPTH_SHARE: Final = 0.01
"""Depth that changes by less than this share of the body's height in a whole set was not measured: some programs give
each marker the usual place across the body."""
_MADE_UP_PX: Final = 1000.0
_MARGIN, _NEARLY_ALL_PCT = 1.1, 99.5
"""Of the picture that nobody knows the size of: landmarks that jump away for some frames do not make it larger."""
_FAR_AWAY_PX: Final = 1e6
"""Focal length that leaves no perspective, for coordinates in a room."""
_BODY_M: Final = 1.3
"""Height of the shoulders over the ankles, for depth that comes in another unit than metres."""
_FIRST_LATE_S: Final = 3600.0
"""A first frame later than this is a time of day, or since 1970: time then begins with it."""


_READERS: Final[Mapping[str, Callable[[bytes, Path, FileFacts], FilePoints]]] = MappingProxyType(
    {".trc": trc_points, ".csv": csv_points}
)
LANDMARK_SUFFIXES: Final = (*TRACK_SUFFIXES, *_READERS)
"""Endings of files that hold landmarks and no pictures: saved pose tracks, and those of other programs."""


def read_landmarks(path: Path, facts: FileFacts = NOTHING_SAID) -> PoseTrack:
    """Read the landmarks of a file.

    Parameters
    ----------
    path
        A pose track that was saved (`.parquet`, `.npz`), markers (`.trc`) or a table of MediaPipe's landmarks (`.csv`).
    facts
        What is said of it.

    Raises
    ------
    PoseTrackError
        If it cannot be read, is none, or something that has to be known is neither in it nor said.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        if facts != NOTHING_SAID:
            raise PoseTrackError(
                f"{path.name} says itself how large its picture is and when its frames were.",
                "Leave out what is said of it.",
            )
        return load_track(path)
    data = _bytes(path)
    return _track(reader(data, path, facts), path.name, hashlib.sha256(data).hexdigest(), facts)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise PoseTrackError(
                f"{path} is larger than {LARGEST_BYTES // 2**20} MB, which no recording of a set is.",
                "Take the landmarks of one set.",
            )
        return path.read_bytes()
    except OSError as error:
        raise PoseTrackError(
            f"{path} cannot be read: {error.strerror or error}.", "Check the name and that you may read it."
        ) from error


def _track(found: FilePoints, name: str, sha256: str, facts: FileFacts) -> PoseTrack:
    found = replace(found, t_s=_begun(found.t_s))
    _need_frames(found, name)
    _need_numbers(found, name)
    tall = _need_body(found, name)
    if found.unit is Unit.METRES and abs(tall) > _TALLEST_M:
        # What is said to be metres and cannot be is pixels.
        return _track(replace(found, unit=Unit.PIXELS), name, sha256, facts)
    picture = _picture(found, name, facts)
    upward = found.y_points == "up" or (not found.y_points and tall > 0)
    image, size, scale = _in_picture(found, picture, upward=upward)
    world = found.world_m
    deep = world is None and _has_depth(found.xyz, tall, name)
    if world is None:
        away = found.xyz[..., 2] * (-1.0 if upward else 1.0)
        world = _world_m(image / scale, away, found.unit, abs(tall)) if deep else _no_depth(image)
    t_s = found.t_s
    source = TrackSource(
        name=name,
        sha256=sha256,
        width=size[0],
        height=size[1],
        fps=(len(t_s) - 1) / float(t_s[-1] - t_s[0]) if len(t_s) > 1 else 0.0,
        duration_s=float(t_s[-1]),
        frames=len(t_s),
        pose_model=found.origin.name,
        model_sha256=found.origin.sha256,
        mediapipe=found.origin.mediapipe,
        balanced=found.balanced,
        focal_px=_FAR_AWAY_PX if deep else float("nan"),
    )
    seen = np.isfinite(image).all(axis=2)
    image[~seen] = np.nan
    return PoseTrack(t_s, image, np.where(seen, found.visibility, 0.0), world, source)


def _begun(t_s: FloatArray) -> FloatArray:
    """Return times that begin with the recording where they are those of a day or since 1970."""
    if not np.isfinite(t_s).all() or not len(t_s) or 0 <= t_s[0] <= _FIRST_LATE_S:
        return t_s
    return np.asarray(t_s - t_s[0], dtype=np.float64)


def _in_picture(
    found: FilePoints, picture: tuple[float, float] | None, *, upward: bool
) -> tuple[FloatArray, tuple[int, int], float]:
    """Put landmarks into a picture, y down.

    Parameters
    ----------
    found
        The landmarks.
    picture
        Its size in their unit (px of shares); None for a square around the person.
    upward
        Whether y of the file points up.

    Returns
    -------
    tuple
        Landmarks in pixels, shape (n, 33, 2), width and height of the picture, and pixels in a unit.
    """
    image = found.xyz[..., :2] * (picture if found.unit is Unit.SHARES and picture is not None else (1.0, 1.0))
    if upward:
        image = image * (1.0, -1.0) + (0.0, 0.0 if picture is None else picture[1])
    reach = _reach(image)
    scale = _MADE_UP_PX / reach if found.unit is Unit.METRES else 1.0
    if picture is None:
        image, picture = image - _hips(image) + reach / 2, (reach, reach)
    width, height = (max(1, round(side * scale)) for side in picture)
    return image * scale, (width, height), scale


def _need_frames(found: FilePoints, name: str) -> None:
    t_s = found.t_s
    if not len(t_s):
        raise PoseTrackError(f"{name} holds no frames.", "Take the landmarks of a whole set.")
    if len(t_s) > MOST_ROWS or t_s[-1] - t_s[0] > LONGEST_S:
        raise PoseTrackError(
            f"{name} holds {len(t_s):,} frames over {t_s[-1] - t_s[0]:,.0f} s, which no recording of a set does.",
            "Take the landmarks of one set, with times in seconds.",
        )
    if not (np.isfinite(t_s).all() and (np.diff(t_s) > 0).all()):
        raise PoseTrackError(
            f"The times in {name} do not increase from frame to frame.", "Sort its rows, and leave each time in once."
        )


def _need_numbers(found: FilePoints, name: str) -> None:
    for numbers in (found.xyz, found.t_s, found.world_m if found.world_m is not None else found.t_s):
        if np.isinf(numbers).any() or (np.abs(numbers[np.isfinite(numbers)]) > LARGEST_NUMBER).any():
            raise PoseTrackError(f"{name} holds numbers that no landmark has.", "Write it anew from the recording.")


def _need_body(found: FilePoints, name: str) -> float:
    """Return how far the shoulders are past the ankles along y of the file: above zero where y points up."""
    missing = [
        marker_name(getattr(BODY[side], joint))
        for joint in _NEEDED
        for side in SIDES
        if not np.isfinite(found.xyz[:, getattr(BODY[side], joint), :2]).all(axis=1).any()
    ]
    if missing:
        raise PoseTrackError(
            f"{name} holds no landmarks of {', '.join(missing)}.",
            "Take a model that gives shoulders, hips, knees and ankles, and name them as Pose2Sim or MediaPipe does.",
        )
    height = [
        np.nanmedian(found.xyz[:, [getattr(BODY[side], joint) for side in SIDES], 1]) for joint in ("shoulder", "ankle")
    ]
    tall = float(height[0] - height[1])
    if not tall:
        raise PoseTrackError(
            f"In {name} the shoulders are as high as the ankles.", "Take landmarks of somebody who stands upright."
        )
    return tall


def _picture(found: FilePoints, name: str, facts: FileFacts) -> tuple[float, float] | None:
    """Return the size of the picture in the unit of the landmarks, None where it is not known."""
    said = facts.picture_px
    if said is not None and found.unit is Unit.METRES:
        raise PoseTrackError(f"{name} holds metres, not pixels of a picture.", "Leave the size of the picture out.")
    if said is not None and found.picture is not None and found.picture != said:
        raise PoseTrackError(
            f"{name} says itself that its picture has {found.picture[0]:g} × {found.picture[1]:g} pixels.",
            "Leave the size of the picture out.",
        )
    picture = found.picture if said is None else (float(said[0]), float(said[1]))
    if picture is None and found.unit is Unit.SHARES:
        raise PoseTrackError(
            f"{name} holds shares of a picture whose size is not in it.",
            "Say the size of the video, such as --picture 1920x1080.",
        )
    if picture is not None and not all(0 < side <= LARGEST_PICTURE_PX for side in picture):
        raise PoseTrackError(
            f"A picture cannot be {picture[0]:g} × {picture[1]:g} pixels.", "Say its width before its height."
        )
    return picture


def _hips(image: FloatArray) -> FloatArray:
    """Return the usual place of the hips, shape (2,)."""
    return np.asarray(np.nanmedian(image[:, [BODY[side].hip for side in SIDES]], axis=(0, 1)), dtype=np.float64)


def _reach(image: FloatArray) -> float:
    """Return the side of a square around the usual place of the hips that holds nearly all landmarks."""
    return float(2 * _MARGIN * np.nanpercentile(np.abs(image - _hips(image)), _NEARLY_ALL_PCT))


def _has_depth(xyz: FloatArray, tall: float, name: str) -> bool:
    """Whether z was measured and is not the same throughout."""
    z = xyz[..., 2]
    known = np.isfinite(z).any(axis=0)
    moved = np.nanmax(z[:, known], axis=0) - np.nanmin(z[:, known], axis=0)
    if not (moved > _DEPTH_SHARE * abs(tall)).any():
        return False
    heights = [z[:, [getattr(BODY[side], joint) for side in SIDES]] for joint in ("shoulder", "ankle")]
    if all(np.isfinite(each).any() for each in heights):
        along_z = float(np.nanmedian(heights[0]) - np.nanmedian(heights[1]))
        if abs(along_z) > abs(tall):
            raise PoseTrackError(
                f"In {name} the body stands along z, not along y.", "Write it with y up, as OpenSim has it."
            )
    return True


def _no_depth(image: FloatArray) -> FloatArray:
    return np.full((*image.shape[:2], 3), np.nan)


def _world_m(image: FloatArray, away: FloatArray, unit: Unit, tall: float) -> FloatArray:
    """Return places, x right, y down and z away, as metres from the middle of the hips, shape (n, 33, 3)."""
    room = np.concatenate([image, away[..., None]], axis=2)
    middle = room[:, [BODY[side].hip for side in SIDES]].mean(axis=1, keepdims=True)
    metres = 1.0 if unit is Unit.METRES else _BODY_M / tall
    return np.asarray((room - middle) * metres, dtype=np.float64)
