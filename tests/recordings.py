"""Landmarks of sample clips as other recordings of the same movement would give them: cut, frozen, replayed, shaken.

Each takes a track and gives one, with times in seconds of the clip. What is made of a video file in the same way goes
through the pictures as well; see `benchmarks/ordinary_recordings.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from formcheck.pose.landmarks import BODY, MIRROR, Side
from formcheck.pose.types import PoseTrack

FRAME_S = 1 / 30


def without(track: PoseTrack, from_s: float, to_s: float) -> PoseTrack:
    """Leave out the pictures between two times; the others keep theirs."""
    return track.part((track.t_s < from_s) | (track.t_s > to_s))


def frozen(track: PoseTrack, from_s: float, to_s: float) -> PoseTrack:
    """Repeat one picture until another time, as a call that hangs."""
    still = (track.t_s >= from_s) & (track.t_s < to_s)
    first = int(np.flatnonzero(still)[0])
    image, world = track.image_px.copy(), track.world_m.copy()
    # The estimator looks at the picture again and again, and drifts.
    drift = np.outer(track.t_s[still] - from_s, [-3.0, 4.0])[:, None]
    image[still], world[still] = image[first] + drift, world[first]
    after = float(track.t_s[min(int(np.flatnonzero(still)[-1]) + 1, len(track) - 1)])
    source = replace(track.source, repeated=((float(track.t_s[first]), after),))
    return replace(track, image_px=image, world_m=world, source=source)


def played(track: PoseTrack, ways: Sequence[tuple[float, float]], slower: float = 1.0) -> PoseTrack:
    """Play pieces of a clip after one another, backwards where a way goes back in time."""
    frames: list[NDArray[np.intp]] = []
    for from_s, to_s in ways:
        a, b = (int(np.argmin(np.abs(track.t_s - at))) for at in (from_s, to_s))
        frames.append(np.arange(a, b) if b >= a else np.arange(a, b, -1))
    at = np.concatenate(frames)
    t_s: NDArray[np.float64] = np.arange(len(at), dtype=np.float64) * FRAME_S * slower
    source = replace(track.source, duration_s=float(t_s[-1]), frames=len(t_s), repeated=())
    return PoseTrack(t_s, track.image_px[at], track.visibility[at], track.world_m[at], source)


def mirrored(track: PoseTrack) -> PoseTrack:
    """Return what a pose estimator draws into the mirror image: it knows nothing of the mirror."""
    image, world = track.image_px[:, MIRROR].copy(), track.world_m[:, MIRROR].copy()
    image[..., 0] = track.source.width - image[..., 0]
    world[..., 0] *= -1
    return replace(track, image_px=image, visibility=track.visibility[:, MIRROR], world_m=world)


def after_one_another(*tracks: PoseTrack) -> PoseTrack:
    """Put films together, each right after the one before."""
    times, start = [], 0.0
    for track in tracks:
        times.append(track.t_s - track.t_s[0] + start)
        start = float(times[-1][-1]) + FRAME_S
    t_s = np.concatenate(times)
    source = replace(tracks[0].source, duration_s=float(t_s[-1]), frames=len(t_s))
    return PoseTrack(
        t_s,
        np.concatenate([track.image_px for track in tracks]),
        np.concatenate([track.visibility for track in tracks]),
        np.concatenate([track.world_m for track in tracks]),
        source,
    )


def in_the_hand(track: PoseTrack, size_px: float) -> PoseTrack:
    """Move the camera as a hand does, and say so as the background tells it."""
    t = track.t_s
    dx = size_px * (np.sin(2 * np.pi * 0.7 * t) + 0.3 * np.sin(2 * np.pi * 3.1 * t))
    dy = size_px * (0.6 * np.sin(2 * np.pi * 0.9 * t) + 0.2 * np.sin(2 * np.pi * 2.3 * t))
    camera = np.column_stack([dx, dy, np.zeros(len(t)), np.ones(len(t))])
    return replace(track, image_px=track.image_px + np.stack([dx, dy], axis=1)[:, None], camera=camera)


def with_leg_stretched(track: PoseTrack, leg: Side, spans: Sequence[tuple[float, float]]) -> PoseTrack:
    """Stretch a leg forward from the hip for a while, as in a wall sit with one leg lifted; from the left side."""
    body, image = BODY[leg], track.image_px.copy()
    for from_s, to_s in spans:
        # The foot goes up and comes down in a smooth way.
        inside = (track.t_s >= from_s) & (track.t_s <= to_s)
        share = np.sin(np.pi * (track.t_s[inside] - from_s) / (to_s - from_s))[:, None]
        hip, knee = image[inside, body.hip], image[inside, body.knee]
        ahead = (knee - hip) / np.linalg.norm(knee - hip, axis=1, keepdims=True)
        shank = np.linalg.norm(image[inside, body.ankle] - knee, axis=1, keepdims=True)
        stretched = knee + ahead * shank
        for mark in (body.ankle, body.heel, body.toe):
            way = image[inside, mark] - image[inside, body.ankle] if mark != body.ankle else 0.0
            image[inside, mark] = (1 - share) * image[inside, mark] + share * (stretched + way)
    return replace(track, image_px=image)


def with_bend_to_the_floor(track: PoseTrack, from_s: float, to_s: float) -> PoseTrack:
    """Let somebody who stands bend down with little of the knees and come up again; seen from the left side."""
    image = track.image_px.copy()
    inside = np.flatnonzero((track.t_s >= from_s) & (track.t_s <= to_s))
    share = np.sin(np.pi * (track.t_s[inside] - from_s) / (to_s - from_s)) ** 2
    for i, part in zip(inside, share, strict=True):
        pose = image[i]
        for body in BODY.values():
            shank, thigh = pose[body.knee] - pose[body.ankle], pose[body.hip] - pose[body.knee]
            knee = pose[body.ankle] + _turned(shank, -18.0 * part)
            hip = knee + _turned(thigh, 27.0 * part)
            moved = hip - pose[body.hip]
            pose[body.knee], pose[body.hip] = knee, hip
        for mark in range(BODY[Side.LEFT].hip):
            pose[mark] = hip + _turned(pose[mark] + moved - hip, -80.0 * part)
    return replace(track, image_px=image)


def _turned(vector: NDArray[np.float64], clockwise_deg: float) -> NDArray[np.float64]:
    """Turn a vector of the picture; y is down."""
    angle = np.radians(clockwise_deg)
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ vector
