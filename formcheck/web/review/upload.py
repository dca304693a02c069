"""An uploaded video: checked, and written to a folder piece by piece."""

from __future__ import annotations

import re
import shutil
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO, Final

from formcheck.errors import VideoError
from formcheck.report.files import output_error
from formcheck.video.unreadable import CONVERT, RECORD_AGAIN

VIDEO_SUFFIXES: Final = (".mp4", ".mov", ".m4v", ".webm", ".mkv", ".avi", ".3gp", ".mpg", ".mpeg", ".mts")
_PIECE_BYTES: Final = 1 << 20
_LONGEST_STEM: Final = 80
_NOT_IN_NAMES: Final = re.compile(r"[^\w .()+-]", re.UNICODE)


def keep_upload(stream: BinaryIO, name: str, size: int, folder: Path) -> Path:
    """Write an upload into a folder, a piece at a time, so that it is not in memory twice.

    Parameters
    ----------
    stream
        Its content, from the beginning.
    name
        Its file name as the browser told it. Nothing of it but the last part is used.
    size
        Its length, bytes.
    folder
        An existing folder of our own.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    VideoError
        If it is empty, or its name is not that of a video.
    OutputError
        If it cannot be written.
    """
    safe = safe_name(name)
    if Path(safe).suffix.lower() not in VIDEO_SUFFIXES:
        raise VideoError(f'"{safe}" does not have the name of a video file.', CONVERT)
    if size == 0:
        raise VideoError(f'"{safe}" is empty.', RECORD_AGAIN)
    path = folder / safe
    stream.seek(0)
    try:
        with path.open("wb") as out:
            shutil.copyfileobj(stream, out, _PIECE_BYTES)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise output_error(error, folder) from error
    return path


def safe_name(name: str) -> str:
    """Return the last part of a file name without what could lead elsewhere or steer anything; never empty."""
    last = PureWindowsPath(PurePosixPath(name).name).name
    path = PurePosixPath(_NOT_IN_NAMES.sub("_", last).strip(". ") or "video")
    return f"{path.stem[:_LONGEST_STEM].strip()}{path.suffix[:8]}"
