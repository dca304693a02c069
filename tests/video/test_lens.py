"""Layer: files made on the spot. The focal length that a video file names."""

from __future__ import annotations

import math
from pathlib import Path

import av
import numpy as np
import pytest

from formcheck.video.reader import probe


def written(path: Path, metadata: dict[str, str]) -> Path:
    with av.open(str(path), "w", options={"movflags": "use_metadata_tags"}) as container:
        container.metadata.update(metadata)
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(20):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")))
        container.mux(stream.encode())
    return path


@pytest.mark.parametrize(
    ("key", "said", "mm"),
    [
        ("com.apple.quicktime.camera.focal_length.35mm_equivalent", "26", 26.0),
        ("FocalLengthIn35mmFilm", "24 mm", 24.0),
    ],
)
def test_a_lens_that_the_file_names_is_known(tmp_path: Path, key: str, said: str, mm: float) -> None:
    assert probe(written(tmp_path / "set.mp4", {key: said})).focal_35mm_mm == mm


@pytest.mark.parametrize("said", ["0", "wide", "", "100000", "nan"])
def test_a_lens_that_is_none_is_not_believed(tmp_path: Path, said: str) -> None:
    path = written(tmp_path / "set.mp4", {"com.apple.quicktime.camera.focal_length.35mm_equivalent": said})
    assert math.isnan(probe(path).focal_35mm_mm)


def test_a_file_that_names_no_lens_has_none(tmp_path: Path) -> None:
    assert math.isnan(probe(written(tmp_path / "set.mp4", {})).focal_35mm_mm)
