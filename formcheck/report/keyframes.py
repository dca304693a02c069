"""The pictures of a report, with what was measured drawn in: each rep at its deepest, and one rep that moves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from formcheck.report.lettering import Picture
from formcheck.report.overlay import Overlay
from formcheck.session.assessment import Assessment, Rep
from formcheck.video.gif import write_gif
from formcheck.video.keyframes import frames_at
from formcheck.video.reader import open_video

MOST_KEY_FRAMES: Final = 12
"""More pictures than this make a report slow to send and nobody looks at them; longer sets show reps evenly spread."""
_LONG_SIDE_PX: Final = 720
_JPEG_QUALITY: Final = 82
_CLIP_FPS: Final = 10.0
_CLIP_HEIGHT_PX: Final = 320
_CLIP_AROUND_S: Final = 0.3
"""Shown before and after the rep."""
_MOST_CLIP_PICTURES: Final = 90
"""Of a longer rep fewer are taken a second, so that its clip lasts as long as it did."""


@dataclass(frozen=True)
class KeyFrame:
    """One rep at its deepest."""

    rep: int
    """Index of the rep."""
    t_s: float
    """Time of the frame."""
    jpeg: bytes
    width: int
    """Of the picture, px."""
    height: int
    """Of the picture, px."""


@dataclass(frozen=True)
class KeyMoment:
    """When to take a key frame."""

    rep: int
    t_s: float


def key_moments(assessment: Assessment) -> tuple[KeyMoment, ...]:
    """Return the middle of the bottom of counted reps, in order: `MOST_KEY_FRAMES` at most, evenly spread."""
    moments = [KeyMoment(rep.index, (rep.bottom_start_s + rep.bottom_end_s) / 2) for rep in assessment.complete_reps]
    moments = sorted((m for m in moments if math.isfinite(m.t_s)), key=lambda moment: moment.t_s)
    if len(moments) <= MOST_KEY_FRAMES:
        return tuple(moments)
    step = (len(moments) - 1) / (MOST_KEY_FRAMES - 1)
    return tuple(moments[round(i * step)] for i in range(MOST_KEY_FRAMES))


def key_frames(video_path: Path, assessment: Assessment) -> list[KeyFrame]:
    """Read the key frames of a set from its video and draw the overlay on them.

    Raises
    ------
    VideoError
        If the video cannot be read.
    """
    moments = key_moments(assessment)
    if not moments:
        return []
    overlay = Overlay(assessment)
    source = assessment.track.source
    times_s = [moment.t_s for moment in moments]
    frames = frames_at(video_path, times_s, mirrored=source.mirrored, slowed=source.slowed)
    return [
        as_key_frame(moment, frame.t_s, overlay.draw(frame), overlay)
        for moment, frame in zip(moments, frames, strict=True)
    ]


class KeyFrameCollector:
    """Picks the key frames out of a stream of overlay pictures, so that the video is decoded only once.

    Parameters
    ----------
    moments
        When to take pictures, in order of time.
    overlay
        What the pictures are drawn by.
    """

    def __init__(self, moments: Sequence[KeyMoment], overlay: Overlay) -> None:
        self._waiting = list(moments)
        self._overlay = overlay
        self.taken: list[KeyFrame] = []

    def offer(self, t_s: float, picture: Picture) -> None:
        """Take the picture if it is the first at or after a moment that is waited for; `t_s` must not decrease."""
        while self._waiting and t_s >= self._waiting[0].t_s:
            self.taken.append(as_key_frame(self._waiting.pop(0), t_s, picture, self._overlay))


def as_key_frame(moment: KeyMoment, t_s: float, picture: Picture, overlay: Overlay) -> KeyFrame:
    """Make a JPEG of the person in an overlay picture, without the strip of words and no larger than a report needs."""
    person = np.ascontiguousarray(picture[: overlay.picture_height, overlay.person_columns(t_s)])
    height, width = person.shape[:2]
    scale = min(1.0, _LONG_SIDE_PX / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(person, size, interpolation=cv2.INTER_AREA) if scale < 1 else person
    encoded = cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])[1]
    return KeyFrame(moment.rep, t_s, encoded.tobytes(), *size)


class RepClip:
    """Picks one rep out of a stream of overlay pictures, to be shown on its own.

    Parameters
    ----------
    rep
        The rep.
    overlay
        What the pictures are drawn by.
    """

    def __init__(self, rep: Rep, overlay: Overlay) -> None:
        start_s, end_s = max(0.0, rep.start_s - _CLIP_AROUND_S), rep.end_s + _CLIP_AROUND_S
        self._step_s = max(1 / _CLIP_FPS, (end_s - start_s) / _MOST_CLIP_PICTURES)
        self._next_s, self.end_s = start_s, end_s
        columns = [overlay.person_columns(float(t_s)) for t_s in np.arange(start_s, end_s, self._step_s)]
        self._columns = slice(min(each.start for each in columns), max(each.stop for each in columns))
        self._height = overlay.picture_height
        self._taken: list[Picture] = []

    def wants(self, t_s: float) -> bool:
        """Say whether the picture of this time is the next one that is due."""
        return self._next_s <= t_s <= self.end_s

    def offer(self, t_s: float, picture: Picture) -> None:
        """Take the picture if the next one is due; `t_s` must not decrease."""
        if not self.wants(t_s):
            return
        self._next_s += self._step_s
        person = np.ascontiguousarray(picture[: self._height, self._columns])
        scale = min(1.0, _CLIP_HEIGHT_PX / person.shape[0])
        self._taken.append(cv2.resize(person, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8))

    def write(self, path: Path) -> bool:
        """Write the clip as a GIF; tell whether there was any picture of the rep.

        Raises
        ------
        OutputError
            If the file cannot be written.
        """
        if self._taken:
            write_gif(path, self._taken, fps=1 / self._step_s)
        return bool(self._taken)


def write_rep_clip(video_path: Path, assessment: Assessment, rep_index: int, path: Path) -> bool:
    """Write one rep of a set as a GIF with the overlay drawn on it; the video is read no further than its end.

    Parameters
    ----------
    video_path
        The assessed video.
    assessment
        The set.
    rep_index
        Of a counted rep.
    path
        The GIF.

    Returns
    -------
    bool
        Whether there was any picture of the rep; nothing is written otherwise.

    Raises
    ------
    VideoError
        If the video cannot be read.
    OutputError
        If the file cannot be written.
    """
    overlay, source = Overlay(assessment), assessment.track.source
    clip = RepClip(next(rep for rep in assessment.complete_reps if rep.index == rep_index), overlay)
    with open_video(video_path, mirrored=source.mirrored, slowed=source.slowed) as video:
        for frame in video:
            if frame.t_s > clip.end_s:
                break
            if clip.wants(frame.t_s):
                clip.offer(frame.t_s, overlay.draw(frame))
    return clip.write(path)
