"""Sizes of pictures: pure arithmetic, no files."""

from __future__ import annotations

from fractions import Fraction

import pytest

from formcheck.errors import VideoError
from formcheck.video.picture import Orientation, PictureSize, upright_size


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((3840, 2160), (1280, 720)),
        ((1080, 1920), (720, 1280)),
        ((1280, 720), (1280, 720)),
        ((640, 480), (640, 480)),
        ((1920, 1440), (960, 720)),
    ],
)
def test_only_larger_pictures_are_reduced(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert PictureSize(*size).reduced(720) == PictureSize(*expected)


def test_reducing_rounds_each_side_to_the_nearest_pixel() -> None:
    assert PictureSize(1000, 563).reduced(300) == PictureSize(533, 300)


def test_wide_pixels_widen_the_picture_before_it_is_turned() -> None:
    stored = PictureSize(720, 576)
    assert upright_size(stored, Fraction(64, 45), Orientation(), "a") == PictureSize(1024, 576)
    assert upright_size(stored, Fraction(64, 45), Orientation(1), "a") == PictureSize(576, 1024)


def test_an_impossible_shape_is_refused() -> None:
    with pytest.raises(VideoError, match="no camera films"):
        upright_size(PictureSize(640, 480), Fraction(65535, 1), Orientation(), "a.mp4")


def test_a_differently_shaped_picture_fits_inside() -> None:
    assert PictureSize(480, 640).within(PictureSize(640, 480)) == PictureSize(360, 480)
