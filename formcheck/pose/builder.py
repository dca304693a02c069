"""Collecting poses into a track while a video runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from formcheck.pose.balance import BalanceShift, corrections_at
from formcheck.pose.landmarks import N_LANDMARKS
from formcheck.pose.types import FloatArray, Pose, PoseTrack, TrackSource

_FIRST_CAPACITY: Final = 1024
_LARGEST_HINT: Final = 36_000
"""Frames of ten minutes at 60 frames/s, 57 MB: a container that claims more gets no more until the frames arrive."""
_GROWTH: Final = 1.5
_STANDS_SHARE: Final = 0.003
"""A camera that moves the picture by less than this share of its width stands: on a tripod it seems to move by half of
that at most, and landmarks tremble by as much."""
_LONGEST_UNKNOWN_S: Final = 2.0
"""A camera of which nothing is known for longer may have gone anywhere."""


class TrackBuilder:
    """Takes one pose after the other and gives a track; costs about 1.6 kB of memory a frame.

    Parameters
    ----------
    expected_frames
        How many poses will come, if known; room is made for so many at once. 0 when unknown. More may come.
    """

    def __init__(self, expected_frames: int = 0) -> None:
        self._n = 0
        self._looks: list[BalanceShift] = []
        self._camera: list[tuple[float, ...]] = []
        capacity = min(max(expected_frames, 0), _LARGEST_HINT) or _FIRST_CAPACITY
        # np.empty leaves untouched memory to the operating system, so a generous guess costs nothing.
        self._t_s: FloatArray = np.empty(capacity)
        self._image_px: FloatArray = np.empty((capacity, N_LANDMARKS, 2))
        self._visibility: FloatArray = np.empty((capacity, N_LANDMARKS))
        self._world_m: FloatArray = np.empty((capacity, N_LANDMARKS, 3))

    def __len__(self) -> int:
        return self._n

    def add(self, pose: Pose) -> None:
        """Append a pose.

        Raises
        ------
        ValueError
            If its time is not after that of the pose before it.
        """
        i = self._n
        if i and not pose.t_s > self._t_s[i - 1]:
            raise ValueError(f"t_s must strictly increase, but {pose.t_s} follows {self._t_s[i - 1]}")
        if i == len(self._t_s):
            self._grow()
        self._t_s[i] = pose.t_s
        self._image_px[i] = pose.image_px
        self._visibility[i] = pose.visibility
        self._world_m[i] = pose.world_m
        self._n = i + 1

    def add_look(self, look: BalanceShift | None) -> None:
        """Take in what the newest pose lacks to the mean of picture and mirror image; None where that is not known."""
        if look is not None:
            self._looks.append(look)

    def add_camera(self, motion: tuple[float, float, float, float] | None) -> None:
        """Take in how the camera has moved up to the newest pose, see `PoseTrack.camera`; None where it is not known.

        Between two times at which it is known it moves evenly.
        """
        if motion is not None:
            self._camera.append((float(self._t_s[self._n - 1]), *motion))

    def build(self, source: TrackSource) -> PoseTrack:
        """Return the track of all poses so far.

        Its arrays are views of memory that poses added later leave alone, unless there were looks into the mirror:
        then they are copies, balanced by them.
        """
        n = self._n
        track = PoseTrack(
            self._t_s[:n], self._image_px[:n], self._visibility[:n], self._world_m[:n], source, self._moved(source)
        )
        if not self._looks:
            return track
        image, world = corrections_at(track.t_s, self._looks)
        return replace(
            track,
            image_px=track.image_px + image,
            world_m=track.world_m + world,
            source=replace(source, balanced=True),
        )

    def part(self, first: int, source: TrackSource) -> PoseTrack:
        """Return the poses from the one of this number on, as they were added, as views of this memory."""
        n = self._n
        return PoseTrack(
            self._t_s[first:n], self._image_px[first:n], self._visibility[first:n], self._world_m[first:n], source
        )

    def _moved(self, source: TrackSource) -> FloatArray | None:
        """Return how the camera moved, see `PoseTrack.camera`."""
        t = self._t_s[: self._n]
        if len(self._camera) < 2:
            return None
        known = np.array(self._camera)
        if np.diff(np.r_[t[0], known[:, 0], t[-1]]).max() > _LONGEST_UNKNOWN_S:
            return None
        motion = known[:, 1:]
        away = np.abs(motion - np.median(motion, axis=0)) * (1.0, 1.0, np.radians(source.width / 2), source.width / 2)
        if np.percentile(away, 95, axis=0).max() < _STANDS_SHARE * source.width:
            return None
        return np.column_stack([np.interp(t, known[:, 0], column) for column in motion.T])

    def _grow(self) -> None:
        capacity = int(len(self._t_s) * _GROWTH) + 1
        self._t_s = _enlarged(self._t_s, capacity)
        self._image_px = _enlarged(self._image_px, capacity)
        self._visibility = _enlarged(self._visibility, capacity)
        self._world_m = _enlarged(self._world_m, capacity)


def _enlarged(array: FloatArray, length: int) -> FloatArray:
    larger = np.empty((length, *array.shape[1:]))
    larger[: len(array)] = array
    return larger
