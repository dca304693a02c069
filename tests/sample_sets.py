"""Recordings that hold more than one set, made of the saved landmarks of sample clips."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from formcheck.pose.landmarks import MIRROR
from formcheck.pose.types import PoseTrack

from .sample_tracks import sample_track

_FRAME_S = 1 / 30


def mirrored(track: PoseTrack) -> PoseTrack:
    """Return the same movement done with the other leg: the mirror image, sides named for whom it shows."""
    other = np.asarray(MIRROR)
    image, world = track.image_px[:, other].copy(), track.world_m[:, other].copy()
    image[..., 0] = track.source.width - image[..., 0]
    world[..., 0] *= -1
    return replace(track, image_px=image, visibility=track.visibility[:, other], world_m=world)


def one_after_another(*tracks: PoseTrack, pause_s: float = _FRAME_S) -> PoseTrack:
    """Return tracks of pictures of one size as one recording, with nothing recorded in the pauses between them."""
    times, at_s = [], 0.0
    for track in tracks:
        times.append(track.t_s - track.t_s[0] + at_s)
        at_s = float(times[-1][-1]) + pause_s
    return PoseTrack(
        np.concatenate(times),
        np.concatenate([track.image_px for track in tracks]),
        np.concatenate([track.visibility for track in tracks]),
        np.concatenate([track.world_m for track in tracks]),
        replace(tracks[0].source, duration_s=float(times[-1][-1]), frames=sum(len(track) for track in tracks)),
    )


def left_then_right() -> PoseTrack:
    """Return three step-downs on the left leg, then three on the right."""
    left = sample_track("step_down_front_valgus")
    return one_after_another(left, mirrored(left))


def front_then_side() -> PoseTrack:
    """Return three wall squats from the front, then three from the side."""
    return one_after_another(sample_track("wall_squat_front"), sample_track("wall_squat_side"))
