"""Display matrices: pure arithmetic, no files."""

from __future__ import annotations

import math
import struct

import pytest

from formcheck.errors import VideoError
from formcheck.video.picture import Orientation, read_display_matrix


def matrix(a: float, b: float, c: float, d: float, scale: float = 1.0) -> bytes:
    fixed = [round(value * scale * 65536) for value in (a, b, 0, c, d, 0, 0, 0)]
    return struct.pack("=9i", *fixed, 1 << 30)


@pytest.mark.parametrize(
    ("abcd", "expected"),
    [
        ((1, 0, 0, 1), Orientation(0)),
        ((0, 1, -1, 0), Orientation(1)),
        ((-1, 0, 0, -1), Orientation(2)),
        ((0, -1, 1, 0), Orientation(3)),
        ((-1, 0, 0, 1), Orientation(0, mirrored=True)),
        ((0, 1, 1, 0), Orientation(1, mirrored=True)),
        ((1, 0, 0, -1), Orientation(2, mirrored=True)),
        ((0, -1, -1, 0), Orientation(3, mirrored=True)),
    ],
)
@pytest.mark.parametrize("scale", [1.0, 2.5])
def test_each_way_up_is_read(abcd: tuple[float, float, float, float], expected: Orientation, scale: float) -> None:
    assert read_display_matrix(matrix(*abcd, scale=scale), "clip.mp4") == expected


def test_no_matrix_is_upright() -> None:
    assert read_display_matrix(b"", "clip.mp4") == Orientation()


def test_quarter_turns_swap_the_axes_and_half_turns_do_not() -> None:
    assert [Orientation(turns).swaps_axes for turns in range(4)] == [False, True, False, True]
    assert [Orientation(turns).rotation_deg for turns in range(4)] == [0, 90, 180, 270]


@pytest.mark.parametrize("tilt_deg", [10.0, 45.0, 80.0])
def test_a_tilt_is_refused(tilt_deg: float) -> None:
    cos, sin = math.cos(math.radians(tilt_deg)), math.sin(math.radians(tilt_deg))
    with pytest.raises(VideoError, match="tilted") as caught:
        read_display_matrix(matrix(cos, sin, -sin, cos), "clip.mp4")
    assert caught.value.remedy


@pytest.mark.parametrize("broken", [matrix(0, 0, 0, 0), b"\x00" * 12])
def test_a_broken_matrix_is_refused(broken: bytes) -> None:
    with pytest.raises(VideoError):
        read_display_matrix(broken, "clip.mp4")
