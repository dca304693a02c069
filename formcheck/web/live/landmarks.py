"""Landmarks that a browser found: their bytes, and every bound that they are held to.

Little-endian: a byte of kind, the number of frames (1 or 2), then 806 bytes of each frame, and 660 more of one that was
looked at in the mirror as well. A page sends a frame in which nobody is found too, or a gap would look like a lost
connection.

| bytes | |
|---|---|
| u8 | flags: 1 somebody is found, 2 `people` is known, 4 the covers are known, 8 it is the picture again, 16 mirror |
| u8 | mean brightness of the picture, 0 to 255 |
| u8 | people in view |
| u8 | 0 |
| f64 | capture time (ms), by the page's clock |
| u16 | bit i: the i-th of `formcheck.pose.covered.WATCHED` is covered |
| 33 times | f32 x, y (pixels of the picture); f32 world x, y, z (m); u16 visibility, presence (65535 is 1) |
| 33 times, with flag 16 | f32 x, y (pixels of the mirror image); f32 world x, y, z (m), as found in the mirror image |

A camera that hangs gives the same picture again and again, which only a page can tell that sends no pictures.
Visibility and presence come as MediaPipe gives them, with its lag: `formcheck.pose.belief` is for both sides. Of a
frame without a person all bytes from the covers on are 0.
"""

from __future__ import annotations

import struct
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from formcheck.pose.covered import WATCHED
from formcheck.pose.landmarks import N_LANDMARKS
from formcheck.pose.types import FloatArray
from formcheck.web.live.messages import LANDMARKS_KIND, need_time
from formcheck.web.live.refusal import LiveRefusalError, malformed

HEADER_BYTES: Final = 2
MOST_FRAMES: Final = 2
"""In one message: a frame waits for the next one at most."""
_HEAD: Final = struct.Struct("<BBBBdH")
"""Of a frame: flags, brightness, people, zero, time, covers."""
_TIME: Final = struct.Struct("<d")
_TIME_AT: Final = struct.calcsize("<BBBB")
_MARK: Final = np.dtype([("image_px", "<f4", 2), ("world_m", "<f4", 3), ("seen", "<u2", 2)])
FRAME_BYTES: Final = _HEAD.size + N_LANDMARKS * _MARK.itemsize
_MIRROR_MARK: Final = np.dtype([("image_px", "<f4", 2), ("world_m", "<f4", 3)])
MIRROR_BYTES: Final = N_LANDMARKS * _MIRROR_MARK.itemsize
_FRAME: Final = np.dtype([("head", f"V{_HEAD.size}"), ("marks", _MARK, N_LANDMARKS)])
_NOBODY: Final = bytes(FRAME_BYTES - struct.calcsize("<BBBBd"))
"""A frame of nobody, from the covers on."""
FOUND, PEOPLE_KNOWN, COVERS_KNOWN, REPEATED, MIRRORED = 1, 2, 4, 8, 16
"""Flags."""
_ALL_FLAGS: Final = FOUND | PEOPLE_KNOWN | COVERS_KNOWN | REPEATED | MIRRORED
_ALL_COVERS: Final = (1 << len(WATCHED)) - 1
_WHOLE: Final = 65535
"""Visibility and presence of 1."""
_FURTHEST: Final = (-1.0, 2.0)
"""Share of the picture at which a landmark may lie: who is found is mostly in it."""
_FURTHEST_M: Final = 3.0
"""From mid-hip, along each axis: nobody is longer."""
_WATCHED: Final = np.array([int(mark) for mark in WATCHED])
_UNCOVERED: Final = np.zeros(N_LANDMARKS, dtype=np.bool_)
_UNCOVERED.flags.writeable = False
_BITS: Final = 1 << np.arange(len(WATCHED), dtype=np.uint16)


class FoundMarks(NamedTuple):
    """The landmarks of one person as MediaPipe gave them."""

    image_px: FloatArray
    """Shape (33, 2), pixels of the picture."""
    world_m: FloatArray
    """Shape (33, 3)."""
    visibility: FloatArray
    """Shape (33,), 0 to 1, with MediaPipe's lag."""
    presence: FloatArray
    """Shape (33,), 0 to 1."""
    covered: NDArray[np.bool_]
    """Shape (33,): what the picture around them shows to be covered."""


class MirrorMarks(NamedTuple):
    """The landmarks that were found in the mirror image of a picture, left for right as they were found there."""

    image_px: FloatArray
    """Shape (33, 2), pixels of the mirror image."""
    world_m: FloatArray
    """Shape (33, 3)."""


class LandmarkFrame(NamedTuple):
    """What a browser says of one frame."""

    t_ms: float
    """When it was taken, by the page's clock."""
    luma: float
    """Mean brightness, 0 black to 255 white."""
    people: int | None
    """In view; None where nobody looked."""
    repeats: bool
    """Whether it is the picture before it again."""
    found: FoundMarks | None
    """None where nobody is found."""
    mirror: MirrorMarks | None = None
    """Of the frames that were looked at in the mirror as well."""


class LandmarkMessage(NamedTuple):
    """One frame, or two."""

    frames: tuple[LandmarkFrame, ...]
    """In order of time."""

    @property
    def t_ms(self) -> float:
        """Capture time of the newest."""
        return self.frames[-1].t_ms


def parse_landmarks(data: bytes, width_px: int, height_px: int) -> LandmarkMessage:
    """Read a message of kind 2.

    Parameters
    ----------
    data
        The whole message, of any length.
    width_px, height_px
        Of the pictures of its set.

    Raises
    ------
    LiveRefusalError
        If it does not keep to the bounds, with the first that it breaks.
    """
    starts = _starts(data)
    times_ms = _times_ms(data, starts)
    heads = [_head(data[at : at + FRAME_BYTES]) for at in starts]
    size_px = np.array((width_px, height_px), dtype=np.float64)
    as_one = b"".join(data[at : at + FRAME_BYTES] for at in starts)
    marks = np.frombuffer(as_one, _FRAME)["marks"]
    image, world = _checked(marks, size_px)
    seen = marks["seen"] / _WHOLE
    frames = []
    for k, ((flags, luma, people, _, _, covers), t_ms) in enumerate(zip(heads, times_ms, strict=True)):
        found = None
        if flags & FOUND:
            covered = _covered(covers) if flags & COVERS_KNOWN and covers else _UNCOVERED
            found = FoundMarks(image[k], world[k], seen[k, :, 0], seen[k, :, 1], covered)
        mirror = None
        if flags & MIRRORED:
            there = np.frombuffer(data, _MIRROR_MARK, N_LANDMARKS, starts[k] + FRAME_BYTES)
            mirror = MirrorMarks(*_checked(there, size_px))
        known = people if flags & PEOPLE_KNOWN else None
        frames.append(LandmarkFrame(t_ms, float(luma), known, bool(flags & REPEATED), found, mirror))
    return LandmarkMessage(tuple(frames))


def landmark_times_ms(data: bytes) -> tuple[float, ...]:
    """Return the capture times of a message of kind 2 (ms), without looking at the landmarks.

    Raises
    ------
    LiveRefusalError
        If it is of another length than it says, or its times are none.
    """
    return _times_ms(data, _starts(data))


def _times_ms(data: bytes, starts: list[int]) -> tuple[float, ...]:
    """Return the capture times of frames that begin where `_starts` says (ms)."""
    times_ms = tuple([_TIME.unpack_from(data, at + _TIME_AT)[0] for at in starts])
    for t_ms in times_ms:
        need_time(t_ms, "A frame of landmarks")
    if any(later <= earlier for earlier, later in pairwise(times_ms)):
        raise malformed("Landmarks are older than those before them.", "Start the set again.", code="frame-time")
    return times_ms


def _starts(data: bytes) -> list[int]:
    """Return where the frames of a message begin, which their flags say of each next one."""
    if len(data) < HEADER_BYTES or data[0] != LANDMARKS_KIND or not 1 <= data[1] <= MOST_FRAMES:
        raise _bad("are not what this server reads")
    starts, at = list[int](), HEADER_BYTES
    for _ in range(data[1]):
        starts.append(at)
        if at < len(data):
            at += FRAME_BYTES + (MIRROR_BYTES if data[at] & MIRRORED else 0)
    if at != len(data) or starts[-1] >= at:
        raise _bad("have another length than their number says")
    return starts


def _head(data: bytes) -> tuple[int, int, int, int, float, int]:
    """Read what stands before the marks of a frame."""
    head: tuple[int, int, int, int, float, int] = _HEAD.unpack_from(data)
    flags, _, _, zero, _, covers = head
    if zero or flags & ~_ALL_FLAGS or covers & ~_ALL_COVERS or flags & (FOUND | MIRRORED) == MIRRORED:
        raise _bad("say something that this server does not know")
    if not flags & FOUND and not data.endswith(_NOBODY):
        raise _bad("of nobody are not empty")
    return head


def _checked(marks: NDArray[np.void], size_px: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return places in the picture and in space of the marks of frames, shape (..., 33, 2) and (..., 33, 3).

    Of frames without a person they are 0, which is within all bounds.
    """
    image, world = marks["image_px"].astype(np.float64), marks["world_m"].astype(np.float64)
    least, most = _FURTHEST
    near = np.logical_and.reduce((image >= least * size_px) & (image <= most * size_px), axis=None)
    small = np.logical_and.reduce(np.abs(world) <= _FURTHEST_M, axis=None)
    if near and small:
        return image, world
    if not (np.isfinite(image).all() and np.isfinite(world).all()):
        raise _bad("hold what is no number")
    raise _bad("are larger than anybody is" if near else "lie too far outside of the picture")


def _covered(covers: int) -> NDArray[np.bool_]:
    covered = np.zeros(N_LANDMARKS, dtype=np.bool_)
    covered[_WATCHED] = (covers & _BITS) != 0
    return covered


def _bad(what: str) -> LiveRefusalError:
    return malformed(f"Landmarks from the browser {what}.", code="landmarks")
