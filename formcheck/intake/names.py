"""Names of uploaded files: what of them is kept, and which are names of videos."""

from __future__ import annotations

import re
from pathlib import PurePosixPath, PureWindowsPath
from typing import Final

VIDEO_SUFFIXES: Final = (".mp4", ".mov", ".m4v", ".webm", ".mkv", ".avi", ".3gp", ".mpg", ".mpeg", ".mts", ".m2ts")
_LONGEST_STEM: Final = 80
_LONGEST_SUFFIX: Final = 8
_NOT_IN_NAMES: Final = re.compile(r"[^\w .()+-]", re.UNICODE)


def safe_name(name: str) -> str:
    """Return the last part of a file name without what could lead elsewhere or steer anything; never empty."""
    last = PureWindowsPath(PurePosixPath(name).name).name
    path = PurePosixPath(_NOT_IN_NAMES.sub("_", last).strip(". ") or "video")
    return f"{path.stem[:_LONGEST_STEM].strip()}{path.suffix[:_LONGEST_SUFFIX]}"


def video_suffix(name: str) -> str | None:
    """Return the ending of a video's name, in lower case with its dot; None where it is no name of a video."""
    suffix = PurePosixPath(name).suffix.lower()
    return suffix if suffix in VIDEO_SUFFIXES else None
