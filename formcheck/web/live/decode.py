"""Bounded decoding: what a JPEG would unpack to is known and checked before a byte of it is unpacked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import av
import cv2
import numpy as np
from av.error import FFmpegError, InvalidDataError
from numpy.typing import NDArray

from formcheck.web.live.limits import LiveLimits
from formcheck.web.live.refusal import CloseCode, LiveRefusalError, malformed

_START: Final = b"\xff\xd8"
_END: Final = b"\xff\xd9"
_SCAN: Final = b"\xff\xda"
_DECODED_KINDS: Final = frozenset({0xC0, 0xC1, 0xC2})
"""Baseline, extended sequential and progressive Huffman frames: all that browsers make."""
_FRAME_KINDS: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Every SOFn; C4, C8 and CC are tables and an extension (ITU-T T.81, table B.1)."""
_WITHOUT_LENGTH: Final = frozenset({0x01, *range(0xD0, 0xD8)})
_NO_MORE_HEADER: Final = frozenset({0xD8, 0xD9, 0xDA})
_MOST_SCANS: Final = 20
"""A progressive picture has about 10. Each scan goes over the whole picture, so 60,000 tiny ones take minutes."""
_THOROUGH: Final[Mapping[str, str]] = {"err_detect": "explode", "lowres": "3"}
_REMEDY: Final = "Reload the page, or use another browser."


@dataclass(frozen=True)
class JpegHeader:
    """What a JPEG says of itself."""

    width_px: int
    height_px: int
    components: int
    """1 grey, 3 colours."""
    scans: int


def read_jpeg_header(data: bytes) -> JpegHeader:
    """Read the size of a JPEG without decoding it.

    Stricter than decoders are: no stray bytes between segments, 8 bits a sample, a beginning and an end.

    Raises
    ------
    LiveRefusalError
        If it is no such JPEG, or is cut off.
    """
    if not data.startswith(_START):
        raise _not_a_jpeg("it does not begin as a JPEG does")
    if not data.endswith(_END):
        raise _not_a_jpeg("it is cut off")
    at = len(_START)
    while True:
        if at + 4 > len(data) or data[at] != 0xFF:
            raise _not_a_jpeg("its header is damaged")
        kind = data[at + 1]
        if kind == 0xFF:  # a fill byte
            at += 1
            continue
        if kind in _WITHOUT_LENGTH:
            at += 2
            continue
        if kind in _NO_MORE_HEADER:
            raise _not_a_jpeg("it does not state its size")
        length = int.from_bytes(data[at + 2 : at + 4])
        segment = data[at + 4 : at + 2 + length]
        if length < 2 or len(segment) != length - 2:
            raise _not_a_jpeg("its header is damaged")
        if kind in _FRAME_KINDS:
            return _frame_header(kind, segment, scans=data.count(_SCAN, at))
        at += 2 + length


def decode_jpeg(data: bytes, limits: LiveLimits) -> NDArray[np.uint8]:
    """Decode a picture that keeps to the limits.

    Parameters
    ----------
    data
        One JPEG file. A turn that it asks for by an EXIF flag is ignored: browsers send pictures upright.
    limits
        Of bytes and sides.

    Returns
    -------
    array
        RGB, shape (height, width, 3).

    Raises
    ------
    LiveRefusalError
        If it is no JPEG, is cut off or damaged, or does not keep to the limits; it is then not decoded.
    """
    if len(data) > limits.max_frame_bytes:
        raise LiveRefusalError(
            CloseCode.TOO_LARGE,
            "frame-too-large",
            f"A picture has {len(data) / 1000:.0f} kB; at most {limits.max_frame_bytes / 1000:.0f} kB are taken.",
            "Choose a smaller picture.",
        )
    header = read_jpeg_header(data)
    _check_size(header, limits)
    if not _is_whole(data):
        raise _not_a_jpeg("a part of it is missing")
    try:
        rgb = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error as error:
        raise _not_a_jpeg("it is damaged") from error
    if rgb is None or rgb.shape != (header.height_px, header.width_px, 3):
        raise _not_a_jpeg("it is damaged")
    return np.asarray(rgb, dtype=np.uint8)


def _is_whole(data: bytes) -> bool:
    """Return False for a picture whose middle is missing or damaged.

    What decodes below would fill such a one with grey, and write about it to the server's log. This goes through all of
    the coded data with an eighth of the picture's sides, in 0.4 ms for 640 by 480.
    """
    decoder = av.CodecContext.create("mjpeg", "r")
    decoder.options, decoder.thread_count = dict(_THOROUGH), 1
    try:
        decoder.decode(av.Packet(data))
    except InvalidDataError:
        return False
    except FFmpegError:  # a kind of whole picture that this one does not know
        return True
    return True


def _frame_header(kind: int, segment: bytes, scans: int) -> JpegHeader:
    if kind not in _DECODED_KINDS:
        raise _not_a_jpeg("it is of a kind that no camera page makes")
    if len(segment) < 6:
        raise _not_a_jpeg("its header is damaged")
    bits, components = segment[0], segment[5]
    if bits != 8 or components not in (1, 3) or len(segment) != 6 + 3 * components:
        raise _not_a_jpeg("it is of a kind that no camera page makes")
    if not 1 <= scans <= _MOST_SCANS:
        raise _not_a_jpeg("its header is damaged" if scans < 1 else "it is made of too many layers")
    height_px, width_px = int.from_bytes(segment[1:3]), int.from_bytes(segment[3:5])
    return JpegHeader(width_px, height_px, components, scans)


def _check_size(header: JpegHeader, limits: LiveLimits) -> None:
    width_px, height_px = header.width_px, header.height_px
    if max(width_px, height_px) > limits.max_side_px:
        raise LiveRefusalError(
            CloseCode.TOO_LARGE,
            "frame-too-large",
            f"A picture has {width_px} x {height_px} pixels; at most {limits.max_side_px} a side are taken.",
            "Choose a smaller picture.",
        )
    if min(width_px, height_px) < limits.min_side_px:
        raise malformed(
            f"A picture has {width_px} x {height_px} pixels; at least {limits.min_side_px} a side are needed.",
            "Choose a larger picture.",
            code="frame-too-small",
        )


def _not_a_jpeg(why: str) -> LiveRefusalError:
    return malformed(f"A picture from the camera cannot be read: {why}.", _REMEDY, code="frame-unreadable")
