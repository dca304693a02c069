"""Landmarks of made-up people in the files of other programs, written by hand as those programs write them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from formcheck.pose.landmarks import Landmark
from formcheck.pose.types import PoseTrack

from .skeleton import Floats

HALPE = {
    "Nose": Landmark.NOSE,
    "LShoulder": Landmark.LEFT_SHOULDER,
    "RShoulder": Landmark.RIGHT_SHOULDER,
    "LHip": Landmark.LEFT_HIP,
    "RHip": Landmark.RIGHT_HIP,
    "LKnee": Landmark.LEFT_KNEE,
    "RKnee": Landmark.RIGHT_KNEE,
    "LAnkle": Landmark.LEFT_ANKLE,
    "RAnkle": Landmark.RIGHT_ANKLE,
    "Hip": None,
    "Neck": None,
    "LBigToe": Landmark.LEFT_FOOT_INDEX,
    "RBigToe": Landmark.RIGHT_FOOT_INDEX,
    "LHeel": Landmark.LEFT_HEEL,
    "RHeel": Landmark.RIGHT_HEEL,
}
"""Markers of Sports2D that matter to a leg, in an order of its own, two of them of no landmark of ours."""


def write_trc(path: Path, t_s: Floats, xyz: Floats, unit: str, *, empty: str = "NaN") -> Path:
    """Write markers as OpenSim has them.

    Parameters
    ----------
    path
        Of the file.
    t_s
        Shape (n,).
    xyz
        Shape (n, 33, 3), in the file's own axes; NaN is written as `empty`.
    unit
        As the header has it.
    empty
        What stands for a gap.
    """
    points = np.stack([xyz[:, [0, 0]].mean(axis=1) if at is None else xyz[:, at] for at in HALPE.values()], axis=1)
    names, n = list(HALPE), len(t_s)
    lines = [
        f"PathFileType\t4\t(X/Y/Z)\t{path.name}",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
        f"30\t30\t{n}\t{len(names)}\t{unit}\t30\t0\t{n}",
        "Frame#\tTime\t" + "\t\t\t".join(names) + "\t\t",
        "\t\t" + "\t".join(f"X{i}\tY{i}\tZ{i}" for i in range(1, len(names) + 1)),
    ]
    for i, (t, row) in enumerate(zip(t_s, points, strict=True)):
        cells = [empty if np.isnan(value) else f"{value:.6f}" for value in row.ravel()]
        lines.append(f"{i}\t{t:.5f}\t" + "\t".join(cells))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def flat(image: Floats) -> Floats:
    """Return places in a picture with a depth of zero."""
    return np.concatenate([image, np.where(np.isfinite(image[..., :1]), 0.0, np.nan)], axis=2)


def write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]], delimiter: str = ",") -> Path:
    """Write a table."""
    path.write_text("\n".join(delimiter.join(map(str, row)) for row in [header, *rows]) + "\n", encoding="utf-8")
    return path


def wide_csv(path: Path, track: PoseTrack, column: Callable[[Landmark, str], str], *, shares: bool) -> Path:
    """Write a row a frame."""
    size = np.array([track.source.width, track.source.height]) if shares else np.ones(2)
    header = ["timestamp_ms", *(column(mark, what) for mark in Landmark for what in "xyzv")]
    rows = [
        [f"{1000 * t:.2f}", *(f"{value:.6f}" for x, y, v in points for value in (x, y, 0.3, v))]
        for t, points in zip(
            track.t_s, np.concatenate([track.image_px / size, track.visibility[..., None]], axis=2), strict=True
        )
    ]
    return write_csv(path, header, rows)


def long_csv(path: Path, track: PoseTrack, *, delimiter: str = ",") -> Path:
    """Write a row a landmark of a frame, as shares of the picture, its size in each row; frames are numbered."""
    width, height = track.source.width, track.source.height
    rows = [
        [frame, mark.name, int(mark), x / width, y / height, 0.1, v, width, height]
        for frame in range(len(track))
        for mark, (x, y), v in zip(Landmark, track.image_px[frame], track.visibility[frame], strict=True)
    ]
    header = ["frame", "landmark_name", "landmark_id", "x", "y", "z", "visibility", "image_width", "image_height"]
    return write_csv(path, header, rows, delimiter)
