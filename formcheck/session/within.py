"""The part of a recording that is a set: from when to when, and in which part of the picture.

Nothing is cut off a recording: its pose track stays whole, and the set is measured in a part of it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from formcheck.errors import CorrectionError, NotAssessableError
from formcheck.pose.landmarks import BODY, SIDES
from formcheck.pose.types import PoseTrack

SHORTEST_S = 1.0
"""Nobody does a rep in less."""
_LEAST_SHARE = 0.05
"""A part of the picture that is lower or narrower than this share of it shows nobody."""


@dataclass(frozen=True)
class Within:
    """A stretch of time and a rectangle of the picture. What is None was not said: there all of it belongs to the set.

    A set is measured by what lies within: frames of other times are left out, landmarks outside of the rectangle count
    as not seen, and where the body is outside, nobody is.
    """

    start_s: float | None = None
    end_s: float | None = None
    left_px: float | None = None
    """Of the rectangle, in the upright picture, x right and y down; all four sides or none."""
    top_px: float | None = None
    right_px: float | None = None
    bottom_px: float | None = None

    @property
    def is_whole(self) -> bool:
        """Whether that is the whole recording."""
        return self == Within()

    @property
    def box_px(self) -> tuple[float, float, float, float] | None:
        """Left, top, right and bottom of the rectangle; None for the whole picture."""
        sides = (self.left_px, self.top_px, self.right_px, self.bottom_px)
        known = tuple(side for side in sides if side is not None)
        return (known[0], known[1], known[2], known[3]) if len(known) == len(sides) else None

    def document(self) -> dict[str, float | None]:
        """Return it as a JSON object."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def need_sound(self) -> None:
        """Check what can be checked without the recording.

        Raises
        ------
        CorrectionError
            If it ends before it has begun, or has no size.
        """
        start_s, end_s = self.start_s or 0.0, np.inf if self.end_s is None else self.end_s
        if end_s - start_s < SHORTEST_S:
            raise CorrectionError(
                f"From {start_s:.2f} to {end_s:.2f} s there is no time for a rep.",
                "Leave a second or more between start and end.",
            )
        sides = (self.left_px, self.top_px, self.right_px, self.bottom_px)
        box = self.box_px
        if box is None:
            if any(side is not None for side in sides):
                raise CorrectionError("A part of the picture has four sides.", "Say all four of them, or none.")
        elif not (box[0] < box[2] and box[1] < box[3]):
            raise CorrectionError("This part of the picture has no size.", "Draw it from one corner to the other.")


def narrowed(track: PoseTrack, within: Within | None) -> PoseTrack:
    """Return what of a track lies within a part of its recording, times and places as they are.

    Parameters
    ----------
    track
        Of the whole recording.
    within
        The part; None for all of it.

    Raises
    ------
    NotAssessableError
        If it holds no frame, or the rectangle lies outside of the picture.
    """
    if within is None or within.is_whole:
        return track
    start_s, end_s = within.start_s or -np.inf, np.inf if within.end_s is None else within.end_s
    inside = (track.t_s >= start_s) & (track.t_s < end_s)
    if inside.sum() < 2:
        raise NotAssessableError(
            "The part of the recording that was chosen for this set holds no picture.", "Choose another start or end."
        )
    track = track.part(slice(int(inside.argmax()), int(len(inside) - inside[::-1].argmax())))
    box = within.box_px
    return track if box is None else _in_picture(track, box)


def _in_picture(track: PoseTrack, box: tuple[float, float, float, float]) -> PoseTrack:
    left, top, right, bottom = box
    width, height = min(right, track.source.width) - max(left, 0), min(bottom, track.source.height) - max(top, 0)
    if width < _LEAST_SHARE * track.source.width or height < _LEAST_SHARE * track.source.height:
        raise NotAssessableError(
            "The part of the picture that was chosen for this set is too small.", "Draw a larger one around the person."
        )
    x, y = track.image_px[..., 0], track.image_px[..., 1]
    with np.errstate(invalid="ignore"):
        seen = (x >= left) & (x <= right) & (y >= top) & (y <= bottom)
    there = _mostly(seen[:, [mark for side in SIDES for mark in (BODY[side].shoulder, BODY[side].hip)]])
    kept = seen & there[:, None]
    return replace(
        track,
        image_px=np.where(there[:, None, None], track.image_px, np.nan),
        world_m=np.where(there[:, None, None], track.world_m, np.nan),
        visibility=np.where(kept, track.visibility, 0.0),
    )


def _mostly(seen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return in which frames two of the four corners of the trunk are seen, shape (n,)."""
    return np.asarray(seen.sum(axis=1) >= 2, dtype=np.bool_)
