"""What a video may ask for: ceilings on what a file says before anything is decoded, and on what comes then.

A header costs nothing to write. Some hundred kilobytes can claim a picture that takes gigabytes to decode, or hours of
them; so what a file claims is held to these before its first picture is decoded, and what it turns out to hold after.
"""

from __future__ import annotations

import math
from typing import Final

from formcheck.errors import VideoError

MOST_PIXELS: Final = 8192 * 4320
"""Of one picture: 8K, the most that telephones film. Decoding it takes some 300 MB, and up to 1 GB by a file that makes
use of all that H.264 allows."""
LONGEST_SIDE_PX: Final = 8192
LONGEST_S: Final = 3600.0
"""A set takes minutes. An hour of landmarks is 0.3 GB."""
MOST_FRAMES: Final = 864_000
"""An hour at the 240 frames/s of a telephone's slow motion."""
MOST_PIXELS_IN_ALL: Final = 2_000_000_000_000
"""Of all pictures together: an hour of 4K at 60 frames/s, or of 1080p at 240. Some hours of decoding."""
_SLACK: Final = 1.01
"""What is said and what is true differ by a frame or two."""


class TooMuchVideoError(VideoError):
    """A video that asks for more than formcheck gives one."""


def check_picture(name: str, width_px: int, height_px: int) -> None:
    """Refuse pictures that are too large.

    Parameters
    ----------
    name
        Of the file, for the sentence.
    width_px, height_px
        As they are stored; 0 where that is not known yet.

    Raises
    ------
    TooMuchVideoError
        If they have too many pixels, or a side is too long.
    """
    if width_px * height_px > MOST_PIXELS or max(width_px, height_px) > LONGEST_SIDE_PX:
        raise TooMuchVideoError(
            f'"{name}" has pictures of {width_px} by {height_px} pixels; at most 8192 by 4320 are read.',
            "Record in 1080p or 4K, or save it in that size with a video editor.",
        )


def check_length(name: str, duration_s: float, frames: float, pixels: int) -> None:
    """Refuse what is too long, or is too much in all.

    Parameters
    ----------
    name
        Of the file, for the sentence.
    duration_s
        Its length (s) as far as it is known; NaN where it is not.
    frames
        How many pictures it has, as far as that is known; 0 or NaN where it is not.
    pixels
        Of one picture.

    Raises
    ------
    TooMuchVideoError
        If it is too long, or has too many pictures.
    """
    if duration_s > LONGEST_S * _SLACK:
        raise TooMuchVideoError(
            f'"{name}" lasts {_long(duration_s)}; at most {LONGEST_S / 60:.0f} minutes are read.', _TRIM
        )
    if frames > MOST_FRAMES * _SLACK:
        raise TooMuchVideoError(f'"{name}" has more than {MOST_FRAMES:,} pictures, which is too many to read.', _TRIM)
    if frames * pixels > MOST_PIXELS_IN_ALL * _SLACK:
        raise TooMuchVideoError(f'"{name}" is too long for the size of its pictures.', _TRIM)


_TRIM: Final = "Trim it to one set."
_LONGEST_TOLD_H: Final = 1000.0


def _long(seconds: float) -> str:
    hours = seconds / 3600
    if not math.isfinite(hours) or hours > _LONGEST_TOLD_H:
        return "longer than any recording"
    return f"{hours:.1f} hours"
