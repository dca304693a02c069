"""A pose as C3D, the file format of motion laboratories, with the moments of the reps as events."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import ezc3d
import numpy as np

from formcheck.errors import OutputError
from formcheck.report.files import writing_whole
from formcheck.report.marker_track import AXES, MarkerTrack, marker_track
from formcheck.report.plain_text import one_line
from formcheck.report.review_words import TIMES
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
