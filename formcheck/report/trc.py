"""A pose as TRC, the marker format of OpenSim and Pose2Sim."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from formcheck.report.files import writing_whole
from formcheck.report.marker_track import AXES, MarkerTrack, marker_track
from formcheck.report.plain_text import one_line
from formcheck.session.assessment import Assessment

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
