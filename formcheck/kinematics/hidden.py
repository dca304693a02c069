"""What a track shows to be hidden although the estimator believes in it: no value may be made from that.

Four causes, each told from the landmarks alone: a landmark outside of the picture; a glimpse too short to be a
landmark that came back; the whole body somewhere else from one frame to the next, which is the estimator gone over to
somebody else; and, from the front, one leg drawn on top of the other because its own half of the body is covered.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from formcheck.kinematics.filters import runs
from formcheck.kinematics.holes import frozen_frames
from formcheck.kinematics.plain import ratio
from formcheck.pose.landmarks import BODY, SIDES
from formcheck.pose.types import PoseTrack

FloatArray = NDArray[np.float64]
Mask = NDArray[np.bool_]

GLIMPSE_S = 0.1
"""A landmark seen for less than this between two times hidden counts as hidden: gaps beside it must not be filled."""
_ROUNDING_S = 1e-3
NEIGHBOURS_S = 0.25
"""Frames further apart than this say nothing about jumps."""
_FASTEST_TRUNKS_PER_S = 6.0
"""No trunk moves faster in an exercise: 3 m/s, twice a brisk walk."""
_LEAST_JUMP_TRUNKS = 0.4
"""With half of the body covered the landmarks of that half move by a fifth of a leg, the middle of all by less."""
_SIZE_JUMP = 1.25
"""Nor does a body get larger by this factor, or smaller, from one frame to the next."""
_ACROSS_TRUNKS, _ACROSS_TRUNKS_PER_S, _ACROSS_MOST_TRUNKS = 0.2, 0.4, 0.6
_DOWN_TRUNKS, _DOWN_TRUNKS_PER_S, _DOWN_MOST_TRUNKS = 0.2, 1.2, 1.4
"""Who is as near as this to where somebody was so long ago is the same: a deep squat with the trunk bent forward lowers
its middle by 1.2 trunks in a second, and moves it little to the side."""
_SIZE_PER_S, _LARGEST_SIZE = 1.2, 2.5
"""And so with the size: the same trunk is seen at half of its length."""
SHORTEST_TRUNK_PX = 1.0
"""A trunk that is seen along its length is taken to be as long as this: other lengths are divided by it."""
SHOULDERS_TO_TRUNK = 1.4
"""A trunk that leans toward the camera is seen short, its shoulders are not; their distance times this is a trunk."""
HIPS_APART_TRUNKS = 0.25
"""Hips mostly further apart than this are seen from the front; they are 0.4 trunks apart there."""
COLLAPSED = 0.45
"""Hips nearer together than this share of what they mostly are: a turn of 63 degrees, or one hip is not seen."""


def without_unseen(track: PoseTrack, least: float) -> PoseTrack:
    """Return the track with visibility 0 and no place in the picture for every landmark that is not seen.

    Parameters
    ----------
    track
        As the pose estimator gave it.
    least
        Visibility below which the estimator itself takes a landmark for hidden.
    """
    seen = (track.visibility >= least) & inside_picture(track)
    seen &= ~(somebody_else(track) | frozen_frames(track))[:, None]
    seen[:, [BODY[side].hip for side in SIDES]] &= ~hips_on_top_of_each_other(track)[:, None]
    seen &= ~_glimpses(track.t_s, seen)
    return replace(
        track,
        image_px=np.where(seen[..., None], track.image_px, np.nan),
        visibility=np.where(seen, track.visibility, 0.0),
    )


def inside_picture(track: PoseTrack) -> Mask:
    """Return which landmarks lie in the picture, shape (n, 33); what lies beyond its edge was made up."""
    size = (track.source.width, track.source.height)
    return np.asarray(((track.image_px >= 0) & (track.image_px <= size)).all(axis=2), dtype=np.bool_)


def _glimpses(t_s: FloatArray, seen: Mask) -> Mask:
    """Return where a landmark is seen for less than `GLIMPSE_S`, and hidden for longer before and after.

    Shape (n, 33). What flickers but is seen as much as not stays: its gaps are short enough to be filled.
    """
    brief = np.zeros_like(seen)
    for j in np.flatnonzero(seen.any(axis=0) & ~seen.all(axis=0)):
        stretches = runs(seen[:, j])
        for i, (a, b) in enumerate(stretches):
            if a == 0 or b == len(t_s):
                continue
            before = t_s[a] - (t_s[stretches[i - 1][1]] if i > 0 else t_s[0])
            after = (t_s[stretches[i + 1][0]] if i + 1 < len(stretches) else t_s[-1]) - t_s[b]
            lasts = t_s[b] - t_s[a]
            if lasts < GLIMPSE_S - _ROUNDING_S and min(before, after) > lasts + _ROUNDING_S:
                brief[a:b, j] = True
    return brief


def somebody_else(track: PoseTrack) -> Mask:
    """Return in which frames the landmarks are another person's, shape (n,).

    The track is cut where the trunk jumps further than a person can move, or changes its size. Each piece belongs to
    whoever was last about where, and as large as, the piece begins; whoever has most frames is the person. After a time
    without anybody there is nothing to compare with: who comes then is taken for the person, and is measured
    only where the feet stand in place.
    """
    other = np.zeros(len(track), dtype=np.bool_)
    at = np.flatnonzero(track.found)
    if len(at) < 2:
        return other
    centre, trunk = trunks(track)
    size = body_size_px(track, trunk)
    people: list[list[NDArray[np.intp]]] = []
    pieces_of_track = _pieces(track.t_s, at, centre, size, trunk)
    for piece in pieces_of_track:
        first = piece[0]
        if track.t_s[piece[-1]] - track.t_s[first] < GLIMPSE_S and len(piece) < len(at):
            other[piece] = True  # on its way from one to the other
            continue
        same = [pieces for pieces in people if goes_on(track.t_s, centre, size, pieces[-1][-1], first)]
        lost = bool(people) and track.t_s[first] - track.t_s[at[np.searchsorted(at, first) - 1]] > NEIGHBOURS_S
        if same or lost:
            _most_seen(same or people).append(piece)
        else:
            people.append([piece])
    if not people:
        return np.zeros_like(other)
    person = _most_seen(people)
    places = np.concatenate(person)
    for piece in pieces_of_track[:1] + pieces_of_track[-1:]:
        # At either end a glimpse is on its way from nowhere.
        other[piece] &= not _was_there(centre, size, places, piece)
    for pieces in people:
        if pieces is not person:
            for piece in pieces:
                other[piece] = not _was_there(centre, size, places, piece)
    return other


def _was_there(centre: FloatArray, size: FloatArray, places: NDArray[np.intp], piece: NDArray[np.intp]) -> bool:
    """Return whether a piece of the track is where the person is in other frames, `places`, and as large.

    In a blurred picture the estimator loses a fast movement and finds it again further on, which looks like a jump.
    """
    trunk = float(np.nanmedian(size[places]))
    ways = np.abs(np.nanmedian(centre[piece], axis=0) - centre[places]) / trunk
    grown = float(np.nanmedian(size[piece])) / trunk
    return bool(np.nanmin(ways.max(axis=1)) < _ACROSS_TRUNKS and 1 / _SIZE_JUMP < grown < _SIZE_JUMP)


def _most_seen(people: list[list[NDArray[np.intp]]]) -> list[NDArray[np.intp]]:
    return max(people, key=lambda pieces: sum(len(piece) for piece in pieces))


def goes_on(t_s: FloatArray, centre: FloatArray, size: FloatArray, last: int, first: int) -> bool:
    """Return whether whoever is seen in frame `first` may be who was seen in frame `last`.

    Parameters
    ----------
    t_s, centre, size
        Of all frames: time, shape (n,); middle of the trunk, shape (n, 2); size of the body, shape (n,); pixels.
    last, first
        Two frames, in order of time.
    """
    across, down = np.abs(centre[first] - centre[last])
    way = Gone(*map(float, (t_s[first] - t_s[last], across, down, size[last], size[first])))
    return way.is_the_same


class Gone(NamedTuple):
    """From one frame to another: how far the middle of a trunk went in the picture, and how large the body was."""

    passed_s: float
    across_px: float
    down_px: float
    size_before_px: float
    size_after_px: float

    @property
    def is_the_same(self) -> bool:
        """Whether it may be the same person."""
        _, across, down, before, after = self
        size = max(after, before)
        return (
            ratio(across, size) < min(_ACROSS_TRUNKS + _ACROSS_TRUNKS_PER_S * self.passed_s, _ACROSS_MOST_TRUNKS)
            and ratio(down, size) < min(_DOWN_TRUNKS + _DOWN_TRUNKS_PER_S * self.passed_s, _DOWN_MOST_TRUNKS)
            and _grown(before, after) < min(_SIZE_JUMP + _SIZE_PER_S * self.passed_s, _LARGEST_SIZE)
        )


def trunks(track: PoseTrack) -> tuple[FloatArray, FloatArray]:
    """Return the middle of the trunk in the picture, shape (n, 2), and its length, shape (n,)."""
    hips, shoulders = (
        track.image_px[:, [getattr(BODY[side], joint) for side in SIDES]].mean(axis=1) for joint in ("hip", "shoulder")
    )
    length = np.maximum(np.hypot(*(hips - shoulders).T), SHORTEST_TRUNK_PX)
    return (hips + shoulders) / 2, length


def _pieces(
    t_s: FloatArray, at: NDArray[np.intp], centre: FloatArray, size: FloatArray, trunk: FloatArray
) -> list[NDArray[np.intp]]:
    """Return the frames with a person, `at`, cut where somebody else may begin.

    How far somebody moved is taken by the trunk as it is seen, which is strict; how much larger they are by `size`.
    """
    a, b = at[:-1], at[1:]
    passed = t_s[b] - t_s[a]
    moved = np.hypot(*(centre[b] - centre[a]).T) / trunk[a]
    jumps = is_jump(passed, moved, size[a], size[b])
    return np.split(at, np.flatnonzero(jumps | (passed > NEIGHBOURS_S)) + 1)


def is_jump(passed_s: FloatArray, moved_trunks: FloatArray, size_before: FloatArray, size_after: FloatArray) -> Mask:
    """Return where a body moves or grows, from one frame to the next, as no body does; shapes (n,)."""
    grown = np.maximum(size_after / size_before, size_before / size_after)
    too_far = moved_trunks > np.maximum(_FASTEST_TRUNKS_PER_S * passed_s, _LEAST_JUMP_TRUNKS)
    return np.asarray(too_far | (grown > _SIZE_JUMP), dtype=np.bool_)


def is_jump_of(passed_s: float, moved_trunks: float, size_before: float, size_after: float) -> bool:
    """Return what `is_jump` says of one step, in plain numbers."""
    too_far = moved_trunks > max(_FASTEST_TRUNKS_PER_S * passed_s, _LEAST_JUMP_TRUNKS)
    return too_far or _grown(size_before, size_after) > _SIZE_JUMP


def _grown(before: float, after: float) -> float:
    """Return by what factor a size has changed, up or down."""
    if before == 0 or after == 0:
        return math.inf if before + after > 0 else math.nan
    return max(after / before, before / after)


def body_size_px(track: PoseTrack, trunk_px: FloatArray) -> FloatArray:
    """Return how large the body is seen, as the length of a trunk, shape (n,): also where that leans to the camera."""
    return np.asarray(np.fmax(trunk_px, SHOULDERS_TO_TRUNK * _shoulders(track)), dtype=np.float64)


def _shoulders(track: PoseTrack) -> FloatArray:
    """Return how far apart the shoulders are in the picture, shape (n,)."""
    left, right = (track.image_px[:, BODY[side].shoulder] for side in SIDES)
    return np.asarray(np.hypot(*(left - right).T), dtype=np.float64)


def hips_on_top_of_each_other(track: PoseTrack) -> Mask:
    """Return in which frames hips that are mostly seen side by side are not, shape (n,).

    With half of the body covered the estimator draws its leg over the other one and believes in both. Who turns to the
    side looks the same; the measures that need both hips are those of a front view, and fall away either way.
    """
    left, right = (track.image_px[:, BODY[side].hip, 0] for side in SIDES)
    apart = np.abs(left - right) / trunks(track)[1]
    known = np.isfinite(apart)
    usual = float(np.median(apart[known])) if known.any() else 0.0
    if usual < HIPS_APART_TRUNKS:
        return np.zeros(len(track), dtype=np.bool_)
    return np.asarray(known & (apart < COLLAPSED * usual), dtype=np.bool_)
