"""What cameras and pose estimators do to a film of the made-up person: tremble, loss, exchange, mirrors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np
from numpy.typing import NDArray

from formcheck.pose.types import PoseTrack

from ..skeleton import LEGS, Film, Floats, TrueRep

_OTHER = [0, 4, 5, 6, 1, 2, 3, 8, 7, 10, 9, *(i + 1 if i % 2 else i - 1 for i in range(11, 33))]


def _with(
    film: Film, image_px: Floats | None = None, world_m: Floats | None = None, visibility: Floats | None = None
) -> Film:
    track = film.track
    return replace(
        film,
        track=replace(
            track,
            image_px=track.image_px if image_px is None else image_px,
            world_m=track.world_m if world_m is None else world_m,
            visibility=track.visibility if visibility is None else visibility,
        ),
    )


def trembling(film: Film, seed: int, px: float, m: float = 0.005) -> Film:
    """Add white noise of the given standard deviation to every landmark."""
    random = np.random.default_rng(seed)
    track = film.track
    return _with(
        film,
        image_px=track.image_px + random.normal(0, px, track.image_px.shape),
        world_m=track.world_m + random.normal(0, m, track.world_m.shape),
    )


def shaken(film: Film, seed: int, px: float) -> Film:
    """Let the camera jump about from frame to frame by a standard deviation of `px`: all landmarks move alike."""
    jumps = np.random.default_rng(seed).normal(0, px, (len(film.track), 1, 2))
    return _with(film, image_px=film.track.image_px + jumps)


def hidden(
    film: Film, landmarks: Sequence[int], frames: NDArray[np.bool_] | None = None, visibility: float = 0.0
) -> Film:
    """Make landmarks invisible; as a pose estimator does, still give a place for them, a wrong one."""
    rows = np.arange(len(film.track)) if frames is None else np.flatnonzero(frames)
    marks = np.array(landmarks, dtype=np.int64)
    seen, image = film.track.visibility.copy(), film.track.image_px.copy()
    seen[np.ix_(rows, marks)] = visibility
    image[np.ix_(rows, marks)] += 35.0
    return _with(film, visibility=seen, image_px=image)


def without_person(film: Film, frames: NDArray[np.bool_]) -> Film:
    """Let the estimator find nobody in some frames."""
    track = film.track
    image, world, seen = track.image_px.copy(), track.world_m.copy(), track.visibility.copy()
    image[frames], world[frames], seen[frames] = np.nan, np.nan, 0.0
    return _with(film, image_px=image, world_m=world, visibility=seen)


def only(film: Film, frames: NDArray[np.bool_]) -> Film:
    """Keep some frames and drop the others."""
    track = film.track
    kept = PoseTrack(
        track.t_s[frames], track.image_px[frames], track.visibility[frames], track.world_m[frames], track.source
    )
    truth = {
        f.name: getattr(film, f.name)[frames] for f in fields(film) if isinstance(getattr(film, f.name), np.ndarray)
    }
    return replace(film, track=kept, **truth)


def cut(film: Film, start_s: float, end_s: float) -> Film:
    """Keep what happens from `start_s` to `end_s`, and the reps that lie wholly in it."""
    t = film.track.t_s
    part = only(film, (t >= start_s) & (t <= end_s))
    whole: tuple[TrueRep, ...] = tuple(r for r in film.reps if r.start_s >= start_s and r.end_s <= end_s)
    return replace(part, reps=whole)


def exchanged(film: Film, frames: NDArray[np.bool_], landmarks: Sequence[int] = LEGS) -> Film:
    """Give the landmarks of one side the names of the other, in some frames."""
    track = film.track
    rows, to = np.flatnonzero(frames), np.array(landmarks)
    of = np.array(_OTHER)[to]
    image, world, seen = track.image_px.copy(), track.world_m.copy(), track.visibility.copy()
    for new, old in ((image, track.image_px), (world, track.world_m), (seen, track.visibility)):
        new[np.ix_(rows, to)] = old[np.ix_(rows, of)]
    return _with(film, image_px=image, world_m=world, visibility=seen)


def in_a_mirror(film: Film) -> Film:
    """Flip the picture: what was the left leg looks like, and is named, a right one; the truth goes with the names."""
    track = film.track
    image, world = track.image_px[:, _OTHER].copy(), track.world_m[:, _OTHER].copy()
    image[..., 0] = track.source.width - image[..., 0]
    world[..., 0] *= -1
    flipped = replace(track, image_px=image, world_m=world, visibility=track.visibility[:, _OTHER])
    return replace(
        film,
        track=flipped,
        knee_flexion_deg=film.knee_flexion_deg[:, ::-1],
        fppa_deg=film.fppa_deg[:, ::-1],
        kmf_pct=film.kmf_pct[:, ::-1],
    )


def mirrored_without_renaming(film: Film) -> Film:
    """Turn x round and keep every landmark's name, as tools do that flip a picture after finding landmarks in it."""
    image, world = film.track.image_px.copy(), film.track.world_m.copy()
    image[..., 0] = film.track.source.width - image[..., 0]
    world[..., 0] *= -1
    return _with(film, image_px=image, world_m=world)


def renamed(film: Film) -> Film:
    """Give every landmark the name of its counterpart on the other side, in all frames."""
    track = film.track
    return _with(film, track.image_px[:, _OTHER], track.world_m[:, _OTHER], track.visibility[:, _OTHER])


def dragged(film: Film, landmark: int, by_px: Floats) -> Film:
    """Move one landmark, by (n, 2) px."""
    image = film.track.image_px.copy()
    image[:, landmark] += by_px
    return _with(film, image_px=image)


def picture_moved(film: Film, by_px: Floats) -> Film:
    """Move the whole picture under the person, by (n, 2) px, as a camera in a hand does."""
    return _with(film, image_px=film.track.image_px + by_px[:, None])
