"""Slow motion and time lapse: how many times slower a file shows what happened than it happened.

Phones that film at 120 frames/s and write a file that plays at 30 say so in a tag. What is divided by the factor of the
two rates is real time again. Recordings of a high rate that play at it (iPhones, many Android phones) carry no such tag
or one that equals their rate, and need nothing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from formcheck.video.unreadable import top_boxes

CAPTURE_FPS_RANGE: Final = (1.0, 1000.0)
"""Frames/s that somebody may say a video was filmed at."""
_CAPTURE_ENDINGS: Final = ("capturefps", "captureframerate", "capturerate")
"""Ends of the keys under which the rate of filming stands, letters and digits alone: Android's
`com.android.capture.fps` in MP4 and Matroska, Sony's `VideoFrameCaptureFps`, and what editors make of either."""
_SONY_BRAND: Final = "XAVC"
_SONY_RATE: Final = re.compile(rb'captureFps\s*=\s*"([0-9.]{1,12})[ip]?"')
"""In the XML that Sony's cameras write into their MP4 files (NonRealTimeMeta)."""
_LARGEST_INDEX_BYTES: Final = 32 << 20
_SAME: Final = 0.1
"""Rates that differ by less than this share are one rate: stated and mean rates differ by a few dropped frames."""
_WHOLE: Final = 0.03
"""A factor this close to a whole number, or to one over one, is that: 120 shown at 29.97 was filmed at 119.88."""
_LARGEST_FACTOR: Final = 16.0
"""240 shown at 15. More than that no phone writes for a whole recording."""
_SHORT_OF_LIGHT_FPS: Final = 32.0
"""A tag of 30 in a file of 15 frames/s is no slow motion: the camera was short of light. Slow motion is faster."""


def tagged_capture_fps(path: Path, tags: Iterable[Mapping[str, str]]) -> float:
    """Return the rate (frames/s) at which a file says that it was filmed; NaN where it does not say.

    Parameters
    ----------
    path
        The file.
    tags
        Metadata of its picture stream and of its container.
    """
    known = list(tags)
    for said in known:
        for key, value in said.items():
            if re.sub(r"[^a-z0-9]", "", key.lower()).endswith(_CAPTURE_ENDINGS):
                rate = _rate(value)
                if 0 < rate <= CAPTURE_FPS_RANGE[1]:
                    return rate
    if any(_SONY_BRAND in said.get(name, "") for said in known for name in ("major_brand", "compatible_brands")):
        return _sony_capture_fps(path)
    return math.nan


def factor_of_tag(capture_fps: float, shown_fps: float, fastest_fps: float) -> float:
    """Return how many times slower a file shows than it was filmed, by a tag of the file.

    Parameters
    ----------
    capture_fps
        What the tag says, frames/s; NaN for none.
    shown_fps
        Mean rate at which the file shows, frames/s.
    fastest_fps
        Rate of its pictures where none is left out, frames/s. A camera that was short of light, or of time, leaves
        pictures out: its mean is lower than its tag without any slow motion.

    Returns
    -------
    float
        1 for no slow motion; below 1 for a time lapse. Tags that cannot be are passed over.
    """
    if not (math.isfinite(capture_fps) and shown_fps > 0):
        return 1.0
    factor = factor_between(capture_fps, shown_fps)
    believable = 1 / _LARGEST_FACTOR <= factor <= _LARGEST_FACTOR
    if not believable or factor_between(capture_fps, fastest_fps) == 1.0:
        return 1.0
    return 1.0 if factor > 1 and capture_fps <= _SHORT_OF_LIGHT_FPS else factor


def factor_between(capture_fps: float, shown_fps: float) -> float:
    """Return the factor between two rates (frames/s): whole, or one over a whole number, where it is close to that."""
    factor = capture_fps / shown_fps
    if abs(factor - 1) < _SAME:
        return 1.0
    larger = max(factor, 1 / factor)
    if abs(larger - round(larger)) <= _WHOLE * larger:
        larger = float(round(larger))
    return larger if factor > 1 else 1 / larger


def _rate(text: str) -> float:
    """Read a rate such as `120`, `119.88p`, `240 fps` or `120000/1001`; NaN where it is none."""
    found = re.fullmatch(r"\s*([0-9.]+(?:e[+-]?[0-9]+)?)(?:\s*/\s*([0-9.]+))?\s*(?:p|i|fps|hz)?\s*", text.lower())
    if found is None:
        return math.nan
    try:
        return float(found[1]) / float(found[2] or 1)
    except (ValueError, ZeroDivisionError):
        return math.nan


def _sony_capture_fps(path: Path) -> float:
    with path.open("rb") as stream:
        for box in top_boxes(path):
            if box.kind in (b"moov", b"meta") and box.size <= _LARGEST_INDEX_BYTES:
                stream.seek(box.start)
                found = _SONY_RATE.search(stream.read(box.size))
                if found is not None:
                    return _rate(found[1].decode("ascii"))
    return math.nan
