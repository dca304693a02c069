"""Why a file cannot be read as video, in one sentence, found by looking at its first bytes and its boxes."""

from __future__ import annotations

import stat
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from formcheck.errors import VideoError

_PICTURE_SIGNATURES = (
    (0, b"\x89PNG\r\n\x1a\n"),
    (0, b"\xff\xd8\xff"),
    (0, b"GIF8"),
    (0, b"BM"),
    (0, b"II*\x00"),
    (0, b"MM\x00*"),
    (8, b"WEBP"),
    (4, b"ftypheic"),
    (4, b"ftypheix"),
    (4, b"ftypmif1"),
    (4, b"ftypavif"),
)
"""(offset, bytes) that PNG, JPEG, GIF, BMP, TIFF, WebP, HEIF and AVIF files start with."""
_MP4_FIRST_BOXES = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"}
_BOX_HEADER = struct.Struct(">I4s")
_LONG_BOX_SIZE = struct.Struct(">Q")
_MOST_BOXES = 4096
"""A file with more top-level boxes than this before its index is not one a camera wrote."""

CONVERT = "Check that it plays in a video player, and if it does, convert it to MP4 (H.264)."
"""What to do about a file that is not understood."""
RECORD_AGAIN = "Copy or export it again from the device that recorded it, or record the set again."
"""What to do about a file with parts missing."""


def check_file(path: Path) -> None:
    """Make sure that a path is a file with something in it that may be read.

    Parameters
    ----------
    path
        To look at.

    Raises
    ------
    VideoError
        It is missing, a folder, a device, empty, or may not be read.
    """
    name = path.name or str(path)
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise VideoError(f'There is no file "{path}".', "Check the name and the folder.") from error
    except OSError as error:
        raise _not_readable(name, error) from error
    if stat.S_ISDIR(status.st_mode):
        raise VideoError(f'"{name}" is a folder, not a video file.', "Name the video files inside it.")
    if not stat.S_ISREG(status.st_mode):
        raise VideoError(f'"{name}" is not a file that can be read as video.', "Give the path of a video file.")
    if status.st_size == 0:
        raise VideoError(f'"{name}" is empty.', RECORD_AGAIN)
    try:
        path.open("rb").close()
    except OSError as error:
        raise _not_readable(name, error) from error


def explain_unreadable(path: Path) -> VideoError:
    """Say why a file that FFmpeg does not open cannot be used.

    Parameters
    ----------
    path
        A file that exists and may be read.

    Returns
    -------
    VideoError
        To be raised by the caller.
    """
    name = path.name
    try:
        with path.open("rb") as stream:
            start = stream.read(16)
    except OSError as error:
        return _not_readable(name, error)
    if any(start[offset:].startswith(signature) for offset, signature in _PICTURE_SIGNATURES):
        return picture_not_video(name)
    if start[4:8] in _MP4_FIRST_BOXES and not has_whole_index(path):
        return VideoError(f'"{name}" was cut off or not finished recording: its index is missing.', RECORD_AGAIN)
    return VideoError(f'"{name}" is not a video file, or its beginning is damaged.', CONVERT)


def picture_not_video(name: str) -> VideoError:
    """Make the error for a file, called `name`, that holds a still picture."""
    return VideoError(f'"{name}" is a picture, not a video.', "Give a video of the whole set.")


def has_whole_index(path: Path) -> bool:
    """Say whether an MP4 or MOV file holds all of its index (the `moov` box).

    Recorders write it last, so a recording that broke off, or a copy that was cut short, lacks it.

    Parameters
    ----------
    path
        A file made of boxes (ISO/IEC 14496-12).

    Returns
    -------
    bool
        True when a `moov` box begins and ends inside the file.
    """
    file_size = path.stat().st_size
    index = next((box for box in top_boxes(path) if box.kind == b"moov"), None)
    return index is not None and index.start + index.size <= file_size


class Box(NamedTuple):
    """A part of a file made of boxes (ISO/IEC 14496-12)."""

    kind: bytes
    start: int
    """Of its header, bytes from the beginning of the file."""
    size: int
    """With its header; may reach past the end of a file that is cut off."""


def top_boxes(path: Path) -> Iterator[Box]:
    """Give the outermost boxes of an MP4 or MOV file, in order, as far as they can be followed."""
    file_size = path.stat().st_size
    position = 0
    with path.open("rb") as stream:
        for _ in range(_MOST_BOXES):
            stream.seek(position)
            header = stream.read(_BOX_HEADER.size + _LONG_BOX_SIZE.size)
            if len(header) < _BOX_HEADER.size:
                return
            size, kind = _BOX_HEADER.unpack_from(header)
            if size == 1 and len(header) == _BOX_HEADER.size + _LONG_BOX_SIZE.size:
                (size,) = _LONG_BOX_SIZE.unpack_from(header, _BOX_HEADER.size)
            elif size == 0:
                size = file_size - position
            yield Box(kind, position, size)
            if size < _BOX_HEADER.size:
                return
            position += size


def _not_readable(name: str, error: OSError) -> VideoError:
    if isinstance(error, PermissionError):
        return VideoError(f'You have no permission to read "{name}".', "Ask its owner, or copy it to your own folder.")
    why = error.strerror or "unknown fault"
    return VideoError(f'"{name}" cannot be read ({why}).', "Check the path and the disk it is on.")
