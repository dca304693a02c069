"""What a reviewer drew on frames, on the pictures of documents: the same angles, lines and words as in the player."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from formcheck.design.palette import INK, Rgb
from formcheck.report.keyframes import KeyFrame, KeyMoment, as_key_frame
from formcheck.report.lettering import Box, Lettering, Picture, box_of, paste
from formcheck.report.overlay import Overlay
from formcheck.report.plain_text import one_line
from formcheck.session.assessment import Assessment
from formcheck.session.drawings import Annotation, DrawingKind
from formcheck.video.keyframes import frames_at

_PAINT: Final[Rgb] = (255, 225, 77)
_RIM_PX: Final = 2
_LONGEST_TEXT: Final = 200
SAME_FRAME_S: Final = 0.01
"""Drawings nearer to each other than this are on one frame."""


@dataclass(frozen=True, eq=False)
class DrawnFrame:
    """A frame with what was drawn on it."""

    said: str
    """What the drawings say, and who made them, in one line."""
    frame: KeyFrame


def drawn_frames(video_path: Path, assessment: Assessment, drawings: Sequence[Annotation]) -> list[DrawnFrame]:
    """Read the frames that something was drawn on, in order of time, with the overlay and the drawings.

    Raises
    ------
    VideoError
        If the video cannot be read.
    """
    groups = of_frames(assessment, drawings)
    if not groups:
        return []
    overlay, source = Overlay(assessment), assessment.track.source
    times_s = [group[0].drawing.t_s for group in groups]
    frames = frames_at(video_path, times_s, mirrored=source.mirrored, slowed=source.slowed)
    return [
        DrawnFrame(
            in_words(group),
            as_key_frame(
                KeyMoment(0, frame.t_s), frame.t_s, with_drawings(overlay, overlay.draw(frame), group), overlay
            ),
        )
        for group, frame in zip(groups, frames, strict=True)
    ]


def of_frames(assessment: Assessment, drawings: Sequence[Annotation]) -> list[list[Annotation]]:
    """Return drawings by frame in order of time, those alone that lie in the part of the recording that the set is."""
    t_s = assessment.track.t_s
    if len(t_s) == 0:
        return []
    inside = [each for each in drawings if t_s[0] - SAME_FRAME_S <= each.drawing.t_s <= t_s[-1] + SAME_FRAME_S]
    in_order = sorted(inside, key=lambda each: each.drawing.t_s)
    return [list(group) for _, group in groupby(in_order, key=lambda each: round(each.drawing.t_s / SAME_FRAME_S))]


def in_words(drawings: Sequence[Annotation]) -> str:
    """Say in one line what is drawn on a frame, and who drew it."""
    said = "; ".join(filter(None, (_said(each) for each in drawings)))
    who = ", ".join(dict.fromkeys(one_line(each.made_by, _LONGEST_TEXT) for each in drawings))
    return f"{said} ({who})" if said else f"drawn by {who}"


def _said(annotation: Annotation) -> str:
    drawing = annotation.drawing
    caption = one_line(drawing.caption, _LONGEST_TEXT)
    return f"angle {caption}" if drawing.kind is DrawingKind.ANGLE and caption else caption


def with_drawings(overlay: Overlay, picture: Picture, drawings: Sequence[Annotation]) -> Picture:
    """Return a picture that an overlay drew with drawings on it; the picture itself is changed."""
    lettering = Lettering(max(14, round(min(overlay.width, overlay.picture_height) / 26)))
    area = picture[: overlay.picture_height]
    thick = max(2, round(min(area.shape[:2]) / 240))
    taken = overlay.plates_at(drawings[0].drawing.t_s) if drawings else []
    for each in drawings:
        points = np.rint(overlay.placed(np.array(each.drawing.points_px, dtype=np.float64))).clip(-1e6, 1e6)
        _draw(area, points.astype(np.int32), each, thick, lettering, taken)
    return picture


def _draw(
    area: Picture, points: np.ndarray, annotation: Annotation, thick: int, lettering: Lettering, taken: list[Box]
) -> None:
    drawing = annotation.drawing
    for colour, width in ((INK, thick + 2 * _RIM_PX), (_PAINT, thick)):
        if len(points) > 1:
            cv2.polylines(area, [points.reshape(-1, 1, 2)], False, colour, width, cv2.LINE_AA)
        if drawing.kind is not DrawingKind.TEXT:
            for x, y in points.tolist():
                cv2.circle(area, (x, y), width, colour, cv2.FILLED, cv2.LINE_AA)
    if drawing.caption:
        at = points[1] if drawing.kind is DrawingKind.ANGLE else points[-1]
        plate = lettering.plate(drawing.caption, accent=_PAINT, max_width_px=area.shape[1])
        gap = 0 if drawing.kind is DrawingKind.TEXT else 4 * thick
        box = _free_box(plate, (int(at[0]), int(at[1])), gap, area, taken)
        taken.append(box)
        paste(area, plate, box.left, box.top)


def _free_box(plate: Picture, at: tuple[int, int], gap: int, area: Picture, taken: Sequence[Box]) -> Box:
    """Return where a caption goes: to the right of its point, unless another plate is there that it would cover."""
    (height, width), (x, y) = plate.shape[:2], at
    middle, beside = y - height // 2, x - width // 2
    corners = [(x + gap, middle), (x - gap - width, middle), (beside, y - gap - height), (beside, y + gap)]
    corners += [(left, top) for box in taken for left, top in ((x + gap, box.bottom), (x + gap, box.top - height))]
    boxes = [box_of(plate, left, top, (area.shape[1], area.shape[0])) for left, top in corners]
    return min(boxes, key=lambda box: sum(box.shared_px(other) for other in taken))
