"""The overlay video: a set's recording with everything that was measured drawn in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from formcheck.report.drawn import SAME_FRAME_S, of_frames, with_drawings
from formcheck.report.files import Progress, no_progress
from formcheck.report.keyframes import KeyFrame, KeyFrameCollector, RepClip, key_moments
from formcheck.report.overlay import Overlay
from formcheck.session.assessment import Assessment
from formcheck.session.drawings import Annotation
from formcheck.video.reader import open_video
from formcheck.video.writer import VideoWriter

_USUAL_FPS: Final = 30.0
_STANDS_S: Final = 2.0
"""For so long a frame is shown that something was drawn on."""
_STILLS: Final = 9
"""Pictures written in that time: a player that is asked for a moment in it finds one near."""


def render_overlay(
    video_path: Path,
    assessment: Assessment,
    out_path: Path,
    progress: Progress = no_progress,
    *,
    clip_path: Path | None = None,
    clip_rep: int | None = None,
    drawings: Sequence[Annotation] = (),
) -> list[KeyFrame]:
    """Write a set's video with the overlay drawn on it, and take the report's key frames on the way.

    Frames are streamed: never more than one is held. The video is read as it was for the analysis, so that 50 and
    60 fps sources are thinned to the frames that were measured, and slow motion plays as it happened. Of a set that is
    part of a recording only that part is written, its own beginning as time zero.

    Parameters
    ----------
    video_path
        The assessed video.
    assessment
        The set.
    out_path
        H.264 file to write, whole or not at all.
    progress
        Told the share of the video that is done.
    clip_path, clip_rep
        GIF to write of one rep, and the index of the rep; None for no such clip. It is not written where the video
        shows nothing of the rep.
    drawings
        What was drawn on frames: there the picture stands still for a while.

    Returns
    -------
    list of KeyFrame
        The counted reps at their deepest.

    Raises
    ------
    VideoError
        If the video cannot be read.
    OutputError
        If the overlay cannot be written.
    """
    overlay = Overlay(assessment)
    collector = KeyFrameCollector(key_moments(assessment), overlay)
    rep = next((rep for rep in assessment.complete_reps if rep.index == clip_rep), None)
    clip = None if clip_path is None or rep is None else RepClip(rep, overlay)
    waiting, stood_s = of_frames(assessment, drawings), 0.0
    begins_s = 0.0 if assessment.within is None else float(assessment.track.t_s[0])
    end_s = float(assessment.track.t_s[-1]) if len(assessment.track) else 0.0
    writer = VideoWriter(out_path, overlay.width, overlay.height, fps=_frame_rate(assessment))
    source = assessment.track.source
    with open_video(video_path, mirrored=source.mirrored, slowed=source.slowed) as video, writer as out:
        for frame in video:
            progress(min(1.0, frame.t_s / end_s) if end_s > 0 else 1.0)
            if assessment.within is not None and not begins_s <= frame.t_s <= end_s:
                continue
            picture = overlay.draw(frame)
            collector.offer(frame.t_s, picture)
            if clip is not None:
                clip.offer(frame.t_s, picture)
            at_s = frame.t_s - begins_s + stood_s
            out.write(picture, at_s)
            while waiting and frame.t_s >= waiting[0][0].drawing.t_s - SAME_FRAME_S:
                picture = with_drawings(overlay, overlay.draw(frame), waiting.pop(0))
                for i in range(_STILLS):
                    out.write(picture, at_s + (i + 1) * _STANDS_S / (_STILLS + 1))
                at_s, stood_s = at_s + _STANDS_S, stood_s + _STANDS_S
    if clip is not None and clip_path is not None:
        clip.write(clip_path)
    return collector.taken


def _frame_rate(assessment: Assessment) -> float:
    """Return the rate of the analysed frames (frames/s)."""
    t_s = assessment.track.t_s
    return float(1 / np.median(np.diff(t_s))) if len(t_s) > 1 else _USUAL_FPS
