"""What a file is, by its first bytes: so that a picture or a document is refused before all of it has come."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from formcheck.errors import VideoError
from formcheck.video.unreadable import explain_unreadable, picture_error

ENOUGH_BYTES: Final = 400
"""For every check below: an MPEG transport stream shows itself by two packets of up to 192 bytes."""

_BOXES: Final = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
"""What an MP4 or QuickTime file begins with, after four bytes of length."""
_STARTS: Final = (
    b"\x1aE\xdf\xa3",  # Matroska, WebM
    b"\x00\x00\x01\xba",  # MPEG program stream
    b"\x00\x00\x01\xb3",  # MPEG video
    b"FLV\x01",
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",  # ASF, WMV
    b"OggS",
    b"DKIF",  # IVF
    b"\x06\x0e\x2b\x34",  # MXF
    b"\x1f\x07\x00",  # DV
    b"nut/multimedia container\x00",
)
_SYNC: Final = 0x47
_PACKETS: Final = ((0, 188), (4, 192))
"""Offset of the first sync byte and length of a packet, in transport streams of broadcasts and of camcorders."""


def check_first_bytes(path: Path, name: str) -> None:
    """Refuse a file that does not begin like a video; what cannot be told yet passes.

    Parameters
    ----------
    path
        The beginning of the file, as far as it has come.
    name
        What the file is called where it came from, for the sentence.

    Raises
    ------
    VideoError
        If it begins like a picture or an animation, or like no video at all.
    """
    picture = picture_error(path, name)
    if picture is not None:
        raise picture
    with path.open("rb") as stream:
        start = stream.read(ENOUGH_BYTES)
    if not _begins_like_video(start):
        error = explain_unreadable(path)
        raise VideoError(error.reason.replace(path.name, name), error.remedy)


def _begins_like_video(start: bytes) -> bool:
    if start[4:8] in _BOXES or start.startswith(_STARTS):
        return True
    if start[:4] == b"RIFF" and start[8:12] == b"AVI ":
        return True
    return any(
        len(start) > first + step and start[first] == _SYNC and start[first + step] == _SYNC for first, step in _PACKETS
    )
