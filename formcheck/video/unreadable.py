"""Why a file cannot be read as video, in one sentence, found by looking at its first bytes and its boxes."""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from formcheck.errors import VideoError

_PICTURE_SIGNATURES = (
    (0, b"\x89PNG\r\n\x1a\n"),
    (0, b"\xff\xd8\xff"),
    (0, b"GIF8"),
    (0, b"BM"),
    (0, b"II*\x00"),
    (0, b"MM\x00*"),
    (8, b"WEBP"),
)
"""(offset, bytes) that PNG, JPEG, GIF, BMP, TIFF and WebP files start with."""
_STILL_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"avif"})
_SEQUENCE_BRANDS = frozenset({b"avis", b"msf1", b"hevc", b"hevx"})
"""HEIF and AVIF are made of boxes as videos are; the second kind holds sequences of pictures."""
_START_BYTES = 256
_MOST_PARTS = 1 << 20
"""No animation has more parts than this before its second picture."""
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
        picture = picture_error(path, name)
        with path.open("rb") as stream:
            start = stream.read(16)
    except OSError as error:
        return _not_readable(name, error)
    if picture is not None:
        return picture
    if start[4:8] in _MP4_FIRST_BOXES and not has_whole_index(path):
        return VideoError(f'"{name}" was cut off or not finished recording: its index is missing.', RECORD_AGAIN)
    return VideoError(f'"{name}" is not a video file, or its beginning is damaged.', CONVERT)


def picture_not_video(name: str) -> VideoError:
    """Make the error for a file, called `name`, that holds a still picture."""
    return VideoError(f'"{name}" is a picture, not a video.', "Give a video of the whole set.")


def picture_error(path: Path, name: str) -> VideoError | None:
    """Make the error for a file that holds a picture, or pictures that move, and no video; None for other files.

    Parameters
    ----------
    path
        The file, or as much of its beginning as there is.
    name
        What it is called, for the sentence.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    with path.open("rb") as stream:
        start = stream.read(_START_BYTES)
        brands = _brands(start)
        if brands & _SEQUENCE_BRANDS or _is_animation(stream, start):
            return VideoError(
                f'"{name}" is an animation, not a video.', "Save it as MP4, or give the video that it was made from."
            )
    is_picture = any(start[offset:].startswith(signature) for offset, signature in _PICTURE_SIGNATURES)
    return picture_not_video(name) if is_picture or brands & _STILL_BRANDS else None


def _brands(start: bytes) -> set[bytes]:
    """Return what kinds of boxes a file says it is made of; none for a file that is not made of boxes."""
    if start[4:8] != b"ftyp":
        return set()
    said = start[: int.from_bytes(start[:4], "big")]
    return {said[i : i + 4] for i in (8, *range(16, len(said) - 3, 4))}


def _is_animation(stream: BinaryIO, start: bytes) -> bool:
    """Say whether a file is a GIF, WebP or PNG with more than one picture."""
    if start.startswith(b"GIF8"):
        return _gif_moves(stream)
    if start[8:12] == b"WEBP":
        return start[12:16] == b"VP8X" and len(start) > 20 and bool(start[20] & 0x02)
    return start.startswith(b"\x89PNG") and _png_moves(stream)


def _gif_moves(stream: BinaryIO) -> bool:
    """Say whether a GIF has a second picture; one that is cut off before its end most likely has."""

    def skip_colours(flags: int) -> None:
        if flags & 0x80:
            stream.seek(3 << ((flags & 0x07) + 1), os.SEEK_CUR)

    def skip_blocks() -> None:
        while size := stream.read(1)[:1]:
            if size == b"\0":
                return
            stream.seek(size[0], os.SEEK_CUR)

    stream.seek(0)
    header = stream.read(13)
    if len(header) < 13:
        return True
    skip_colours(header[10])
    pictures = 0
    for _ in range(_MOST_PARTS):
        kind = stream.read(1)
        if kind == b";":
            return False
        if kind == b"!":
            stream.seek(1, os.SEEK_CUR)
        elif kind == b"," and pictures == 0:
            pictures = 1
            skip_colours(stream.read(9)[-1:].ljust(1, b"\0")[0])
            stream.seek(1, os.SEEK_CUR)
        else:
            return True
        skip_blocks()
    return True


def _png_moves(stream: BinaryIO) -> bool:
    """Say whether a PNG has the part that only animations have, before its first picture."""
    stream.seek(8)
    for _ in range(_MOST_PARTS):
        header = stream.read(8)
        if len(header) < 8 or header[4:] == b"IDAT":
            return False
        if header[4:] == b"acTL":
            return True
        stream.seek(int.from_bytes(header[:4], "big") + 4, os.SEEK_CUR)
    return False


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
