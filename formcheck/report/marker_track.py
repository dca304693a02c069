"""A pose as biomechanics tools take it, as TRC and C3D: named markers at a constant rate, y up, metres where known.

The markers lie in the plane of the picture: x points to the right edge of the upright picture, y up, z is zero
throughout, and the origin is the lower left corner of the picture. TRC is the format of OpenSim and Pose2Sim; C3D is
that of motion laboratories and holds the moments of the reps as events.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import ezc3d
import numpy as np
from numpy.typing import NDArray

from formcheck.errors import OutputError
from formcheck.pose.landmark_names import marker_name
from formcheck.pose.landmarks import BODY, SIDES, Landmark
from formcheck.report.files import writing_whole
from formcheck.report.plain_text import one_line
from formcheck.report.review_words import TIMES
from formcheck.report.timeline import MIN_VISIBILITY, Timeline
from formcheck.session.assessment import Assessment

_MM_PER_M: Final = 1000.0
_BYTES_PER_POINT: Final = 16
"""Three coordinates and a residual, each a 32-bit number."""
_GAP: Final = -1.0
"""The residual of a point that was not measured."""
_EVENT_LABELS: Final = dict(zip(TIMES, ("Rep start", "Bottom start", "Bottom end", "Rep end"), strict=True))
_CONTEXTS: Final = {"left": "Left", "right": "Right", "both": "General"}
_MOST_EVENTS: Final = 255
"""A dimension of a C3D parameter is one byte."""
_LONGEST_TEXT: Final = 120


def write_c3d(assessment: Assessment, path: Path, *, height_cm: float | None = None) -> None:
    """Write the pose of a set as C3D, whole or not at all.

    Millimetres where the body height tells the scale, else pixels; z is 0; gaps have residual -1. Group `FORMCHECK`
    says the coordinate system and where the pose comes from; group `EVENT` holds the first 255 moments of the counted
    reps.

    Parameters
    ----------
    assessment
        The set; a corrected one gives the corrected pose.
    path
        Of the file.
    height_cm
        Body height, None where it is not known.

    Raises
    ------
    OutputError
        If the set has no frames, or the file cannot be written whole.
    """
    markers = marker_track(assessment, height_cm)
    file = ezc3d.c3d()
    _add_points(file, markers)
    for i, (label, context, t_s) in enumerate(_events(assessment)):
        if i < _MOST_EVENTS:
            file.add_event([t_s // 60, t_s % 60], context, label)
    _add_origin(file, assessment, markers)
    content = _bytes_of(file, markers)
    with writing_whole(path) as staged:
        staged.write_bytes(content)


def _bytes_of(file: Any, markers: MarkerTrack) -> bytes:
    """Let ezc3d write the file in a folder of its own: it picks the ending itself, and is silent about a full disk."""
    with tempfile.TemporaryDirectory(prefix="formcheck-c3d-") as name:
        path = Path(name) / "pose.c3d"
        file.write(str(path))
        content = path.read_bytes() if path.is_file() else b""
    if len(content) < _BYTES_PER_POINT * markers.seen.size:
        raise OutputError("The pose could not be written whole as C3D.", "Free some space on the disk.")
    return content


def _add_points(file: Any, markers: MarkerTrack) -> None:
    scale = _MM_PER_M if markers.unit == "m" else 1.0
    n, count = markers.seen.shape
    points = np.zeros((4, count, n))
    points[:2] = scale * markers.xy.transpose(2, 1, 0)
    points[3] = 1.0
    group = file["parameters"]["POINT"]
    group["RATE"]["value"] = [markers.rate_hz]
    group["UNITS"]["value"] = ["mm" if markers.unit == "m" else "px"]
    group["LABELS"]["value"] = list(markers.names)
    group["DESCRIPTIONS"]["value"] = ["landmark in the plane of the picture"] * count
    file.add_parameter("POINT", "X_SCREEN", ["+X"])
    file.add_parameter("POINT", "Y_SCREEN", ["+Y"])
    file["data"]["points"] = points
    file["data"]["meta_points"]["residuals"] = np.where(markers.seen, 0.0, _GAP).T[None]


def _events(assessment: Assessment) -> Iterator[tuple[str, str, float]]:
    """Give label, context and time of each moment of each counted rep."""
    for rep in assessment.complete_reps:
        for name, label in _EVENT_LABELS.items():
            t_s = float(getattr(rep, name))
            if math.isfinite(t_s):
                yield label, _CONTEXTS.get(rep.leg, "General"), t_s


def _add_origin(file: Any, assessment: Assessment, markers: MarkerTrack) -> None:
    source, made = assessment.track.source, assessment.provenance
    texts = {
        "AXES": AXES,
        "FRAMES": "interpolated to a constant rate" if markers.resampled else "as filmed",
        "SOURCE": one_line(source.name, _LONGEST_TEXT),
        "SOURCE_SHA256": source.sha256,
        "VERSION": made.formcheck,
        "POSE_MODEL": made.pose_model,
        "MODEL_SHA256": made.model_sha256,
        "FILTER": one_line(made.filter, _LONGEST_TEXT),
    }
    for name, text in texts.items():
        file.add_parameter("FORMCHECK", name, [text.encode("ascii", "replace").decode("ascii")])


_LONGEST_NAME = 120


def write_trc(assessment: Assessment, path: Path, *, height_cm: float | None = None) -> None:
    """Write the pose of a set as TRC, whole or not at all.

    Metres where the body height tells the scale, else pixels; gaps are `NaN`; z is 0. OpenSim takes exactly eight
    header fields, so the coordinate system and where the pose comes from stand in the first line, behind the name.

    Parameters
    ----------
    assessment
        The set; a corrected one gives the corrected pose.
    path
        Of the file.
    height_cm
        Body height, None where it is not known.

    Raises
    ------
    OutputError
        If the set has no frames, or the file cannot be written.
    """
    markers = marker_track(assessment, height_cm)
    with writing_whole(path) as staged:
        staged.write_text("".join(_lines(assessment, markers)), encoding="utf-8", errors="replace", newline="")


def _lines(assessment: Assessment, markers: MarkerTrack) -> Iterator[str]:
    n, rate = len(markers.t_s), f"{markers.rate_hz:.6g}"
    yield f"PathFileType\t4\t(X/Y/Z)\t{_origin(assessment, markers)}\n"
    yield "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames\n"
    yield f"{rate}\t{rate}\t{n}\t{len(markers.names)}\t{markers.unit}\t{rate}\t1\t{n}\n"
    yield "Frame#\tTime\t" + "\t\t\t".join(markers.names) + "\n"
    yield "\t\t" + "\t".join(f"X{i}\tY{i}\tZ{i}" for i in range(1, len(markers.names) + 1)) + "\n\n"
    decimals = 5 if markers.unit == "m" else 3
    for i, (t_s, places) in enumerate(zip(markers.t_s, markers.xy, strict=True), start=1):
        cells = (
            f"{x:.{decimals}f}\t{y:.{decimals}f}\t0" if np.isfinite(x) and np.isfinite(y) else "NaN\tNaN\tNaN"
            for x, y in places
        )
        yield f"{i}\t{t_s:.6f}\t" + "\t".join(cells) + "\n"


def _origin(assessment: Assessment, markers: MarkerTrack) -> str:
    source, made = assessment.track.source, assessment.provenance
    times = "interpolated to a constant rate" if markers.resampled else "frames as filmed"
    size = " x ".join(f"{side:.6g}" for side in markers.picture)
    return (
        f"{one_line(source.name, _LONGEST_NAME)}; picture {size} {markers.unit}; 2-D: {AXES}; {times}; "
        f"formcheck {made.formcheck}, {made.pose_model}, {made.filter}; video SHA-256 {source.sha256}"
    )


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
