"""What formcheck saw, drawn onto the frames it saw it in.

The skeleton on a picture: the scored legs strong, the rest of the body faint, what is not seen left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from formcheck.design.palette import BAND_STYLES, FAINT, INK, LEG_STYLES, WHITE, Rgb
from formcheck.exercises.finding import Finding
from formcheck.kinematics.measures.registry import key_measures
from formcheck.kinematics.measures.units import unit_of
from formcheck.kinematics.view import ViewKind, ViewQuality
from formcheck.pose.landmarks import BODY, SIDES, Landmark, Side
from formcheck.report.lettering import Box, Lettering, Picture, box_of, draw_mark, paste
from formcheck.report.timeline import Floats, Timeline
from formcheck.report.words import why_not_counted
from formcheck.session.assessment import Assessment
from formcheck.session.verdict import level_of
from formcheck.video.frame import Frame

Point = tuple[int, int]


def _leg_bones(side: Side) -> tuple[tuple[Landmark, Landmark], ...]:
    b = BODY[side]
    return ((b.hip, b.knee), (b.knee, b.ankle), (b.ankle, b.heel), (b.heel, b.toe), (b.ankle, b.toe))


def _arm_bones(side: Side) -> tuple[tuple[Landmark, Landmark], ...]:
    b = BODY[side]
    return ((b.shoulder, b.elbow), (b.elbow, b.wrist), (b.shoulder, b.hip))


LEG_BONES: Final = {side: _leg_bones(side) for side in SIDES}
_LEG_JOINTS: Final = {side: (BODY[side].hip, BODY[side].knee, BODY[side].ankle, BODY[side].toe) for side in SIDES}
BODY_BONES: Final = (
    (Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER),
    (Landmark.LEFT_HIP, Landmark.RIGHT_HIP),
    *(bone for side in SIDES for bone in _arm_bones(side)),
)


def draw_skeleton(picture: Picture, joints_px: Floats, legs: Iterable[Side], *, knee_line: bool) -> None:
    """Draw a person's skeleton into a picture.

    Parameters
    ----------
    picture
        Drawn into.
    joints_px
        Shape (33, 2), pixels of `picture`; NaN for joints that are not seen, whose bones are left out.
    legs
        The scored legs: coloured, left solid with round joints, right dashed with square joints.
    knee_line
        Also draw the straight line from hip to ankle of each scored leg, from which knee alignment is judged.
    """
    strong = tuple(legs)
    thick = max(2, round(min(picture.shape[:2]) / 160))
    faint = [*BODY_BONES, *(bone for side in SIDES if side not in strong for bone in LEG_BONES[side])]
    for a, b in faint:
        _bone(picture, joints_px[[a, b]], FAINT, max(2, thick // 2), dashed=False)
    for side in strong:
        style = LEG_STYLES[side]
        if knee_line:
            _bone(picture, joints_px[[BODY[side].hip, BODY[side].ankle]], WHITE, 1, dashed=False)
        for a, b in LEG_BONES[side]:
            _bone(picture, joints_px[[a, b]], style.rgb, thick, dashed=style.dashed)
        for joint in _LEG_JOINTS[side]:
            _joint(picture, joints_px[joint], style.rgb, round(1.6 * thick), square=style.dashed)


def point(joint_px: Floats) -> Point | None:
    """Return a joint as whole pixels, None if it is not seen."""
    if not np.isfinite(joint_px).all():
        return None
    return round(float(joint_px[0])), round(float(joint_px[1]))


def _bone(picture: Picture, ends_px: Floats, rgb: Rgb, thick: int, *, dashed: bool) -> None:
    """Draw a line between two joints, dark-edged; `ends_px` has shape (2, 2)."""
    a, b = point(ends_px[0]), point(ends_px[1])
    if a is None or b is None:
        return
    cv2.line(picture, a, b, INK, thick + 2, cv2.LINE_AA)
    if not dashed:
        cv2.line(picture, a, b, rgb, thick, cv2.LINE_AA)
        return
    dash_px = 5 * thick
    n = max(1, round(float(np.hypot(*(ends_px[1] - ends_px[0]))) / dash_px))
    for start, end in zip(*_dash_shares(n), strict=True):
        p, q = (point(ends_px[0] + share * (ends_px[1] - ends_px[0])) for share in (start, end))
        if p is not None and q is not None:
            cv2.line(picture, p, q, rgb, thick, cv2.LINE_AA)


def _dash_shares(n: int) -> tuple[list[float], list[float]]:
    """Where along a line each of n dashes starts and ends, as shares of it; the gaps are a third as long."""
    return [i / n for i in range(n)], [(i + 0.7) / n for i in range(n)]


def _joint(picture: Picture, joint_px: Floats, rgb: Rgb, radius_px: int, *, square: bool) -> None:
    centre = point(joint_px)
    if centre is None:
        return
    for colour, r in ((INK, radius_px + 2), (rgb, radius_px)):
        if square:
            corner = (centre[0] - r, centre[1] - r)
            cv2.rectangle(picture, corner, (centre[0] + r, centre[1] + r), colour, cv2.FILLED)
        else:
            cv2.circle(picture, centre, r, colour, cv2.FILLED, cv2.LINE_AA)


PHASE_WORDS: Final = {
    "stand": "Stand",
    "descent": "Down",
    "hold": "Hold",
    "ascent": "Up",
    "bottom": "Bottom",
    "sit": "Sit",
}
"""What the phases are called on pictures."""

_LONGEST_SIDE_PX: Final = 1280
"""Drawn no larger than this: it keeps the overlay fast, and text and lines are as sharp as they need to be."""
_SHORTEST_LONG_SIDE_PX: Final = 640
"""Smaller pictures are enlarged to this, so that the text can be read."""
_TEXT_SHARE: Final = 1 / 28
"""Height of ordinary text relative to the picture's shorter side."""
_STRIP_SCALE: Final = 1.15
"""Text on the strip relative to the text beside the knees."""
_STATUS_SHARE: Final = 0.3
"""Share of the strip's width that count and phase take where the picture is wider than high."""
_BESIDE_PERSON: Final = 0.55
"""Room that the angles need at both sides of a person together, relative to the picture's height."""
_SLIMMEST: Final = 0.9
"""Key frames are no narrower than this relative to their height."""
_MARK_SHARE: Final = 1 / 22
"""Radius of a flag's mark relative to the picture's shorter side."""


def picture_size(width: int, height: int) -> tuple[int, int]:
    """Return width and height at which a source picture is drawn on: same shape, even numbers as H.264 needs them."""
    longest = max(width, height, 1)
    scale = min(max(longest, _SHORTEST_LONG_SIDE_PX), _LONGEST_SIDE_PX) / longest
    return max(2, 2 * round(width * scale / 2)), max(2, 2 * round(height * scale / 2))


@dataclass(frozen=True)
class PictureBox:
    """The part of a source picture that is shown: whole pixels of the source."""

    left: int
    top: int
    width: int
    height: int
    source_width: int
    source_height: int

    @classmethod
    def of(cls, box_px: tuple[float, float, float, float] | None, width: int, height: int) -> PictureBox:
        """Return the part inside of left, top, right and bottom (px); the whole picture for None."""
        if box_px is None:
            return cls(0, 0, width, height, width, height)
        left, top = max(0, math.floor(box_px[0])), max(0, math.floor(box_px[1]))
        right, bottom = min(width, math.ceil(box_px[2])), min(height, math.ceil(box_px[3]))
        return cls(left, top, max(1, right - left), max(1, bottom - top), width, height)

    def cut_out(self, rgb: Picture) -> Picture:
        """Return that part of a picture of any size."""
        if (self.width, self.height) == (self.source_width, self.source_height):
            return rgb
        by_x, by_y = rgb.shape[1] / self.source_width, rgb.shape[0] / self.source_height
        columns = slice(round(self.left * by_x), max(1, round((self.left + self.width) * by_x)))
        return rgb[round(self.top * by_y) : max(1, round((self.top + self.height) * by_y)), columns]


class Overlay:
    """Draws one set's assessment onto its frames: angles beside the knees, words on a strip below the picture.

    Parameters
    ----------
    assessment
        The set.

    Attributes
    ----------
    width, height
        Of what `draw` returns, px.
    picture_height
        Of its upper part, the picture without the strip of words, px.
    """

    def __init__(self, assessment: Assessment) -> None:
        source = assessment.track.source
        self._assessment = assessment
        self._timeline = Timeline(assessment)
        within = assessment.within
        self._box = PictureBox.of(None if within is None else within.box_px, source.width, source.height)
        self.width, self.picture_height = picture_size(self._box.width, self._box.height)
        self._upright = self.picture_height > self.width
        self._shorter = min(self.width, self.picture_height)
        self._scale = np.array([self.width / self._box.width, self.picture_height / self._box.height])
        self._lettering = Lettering(max(14, round(_TEXT_SHARE * self._shorter)))
        strip = self._lettering.height(3 if self._upright else 2, scale=_STRIP_SCALE)
        self.height = self.picture_height + 2 * math.ceil(strip / 2)

    def draw(self, frame: Frame) -> Picture:
        """Return a frame with skeleton, angles, phase, count, hold timer and the cue of a flagged rep drawn on it.

        Parameters
        ----------
        frame
            Of the assessed video, at any size.

        Returns
        -------
        ndarray
            Shape (`height`, `width`, 3), a picture of its own.
        """
        whole = np.empty((self.height, self.width, 3), dtype=np.uint8)
        picture, strip = whole[: self.picture_height], whole[self.picture_height :]
        strip[:] = INK
        _fit(self._box.cut_out(frame.rgb), picture)
        t_s = frame.t_s
        joints_px = self.placed(self._timeline.joints_at(t_s))
        legs = self._timeline.legs_at(t_s)
        front = self._assessment.view.kind is ViewKind.FRONT
        draw_skeleton(picture, joints_px, legs, knee_line=front)
        flag = self._timeline.flag_at(t_s)
        if flag is not None:
            self._mark_knees(picture, joints_px, flag, t_s)
        for plate, x, y in self._angle_plates(joints_px, t_s):
            paste(picture, plate, x, y)
        self._words(strip, t_s, flag)
        return whole

    def placed(self, points_px: Floats) -> Floats:
        """Return places in the source picture, shape (n, 2), in pixels of what is drawn."""
        return np.asarray((points_px - [self._box.left, self._box.top]) * self._scale, dtype=np.float64)

    def person_columns(self, t_s: float) -> slice:
        """Return the columns of the picture that the person and the angles beside the knees take at a moment."""
        x = self.placed(self._timeline.joints_at(t_s))[:, 0]
        if not np.isfinite(x).any():
            return slice(0, self.width)
        left, right = float(np.nanmin(x)), float(np.nanmax(x))
        wanted = max(right - left + _BESIDE_PERSON * self.picture_height, _SLIMMEST * self.picture_height)
        width = min(self.width, round(wanted))
        start = min(max(round((left + right - width) / 2), 0), self.width - width)
        return slice(start, start + width)

    def _words(self, strip: Picture, t_s: float, flag: Finding | None) -> None:
        """Write below the picture: reps, phase and hold timer, then the cue of the rep under way, if it has one."""
        status = [f"Reps {self._timeline.reps_counted(t_s)} of {len(self._assessment.complete_reps)}"]
        status.append(self._phase_text(t_s))
        separator, share = ("   ", 1.0) if self._upright else ("\n", _STATUS_SHARE)
        left = self._lettering.plate(separator.join(status), scale=_STRIP_SCALE, max_width_px=round(share * self.width))
        paste(strip, left, 0, 0)
        text, accent = self._remark(flag)
        if not text:
            return
        x, y = (0, self._lettering.height(1, scale=_STRIP_SCALE)) if self._upright else (round(share * self.width), 0)
        right = self._lettering.plate(text, scale=_STRIP_SCALE, accent=accent, max_width_px=self.width - x)
        paste(strip, right, x, y)

    def _remark(self, flag: Finding | None) -> tuple[str, Rgb]:
        """Give what is to be said besides the count, at most two lines, and the colour that goes with it."""
        if flag is not None:
            style = BAND_STYLES[level_of(flag)]
            leg = f", {flag.leg}" if flag.leg != "both" else ""
            return f"{style.sign} {style.word.capitalize()}: {flag.name}{leg}\n{flag.cue}".strip(), style.rgb
        if self._assessment.view.verdict is ViewQuality.REFUSED:
            return "No angles:\nthis view cannot carry them", INK
        return "", INK

    def _phase_text(self, t_s: float) -> str:
        phase = PHASE_WORDS.get(self._timeline.phase_at(t_s), "")
        held_s = self._timeline.held_s(t_s)
        if held_s is not None:
            target_s = self._assessment.plan.hold_s
            phase += f" {held_s:.1f} s" if target_s is None else f" {held_s:.1f} of {target_s:g} s"
        rep = self._timeline.rep_at(t_s)
        if rep is None:
            return phase or "No person measured"
        why = why_not_counted(rep)
        return f"Rep {rep.index} ({why}): {phase}" if why else f"Rep {rep.index}: {phase}"

    def plates_at(self, t_s: float) -> list[Box]:
        """Return where the angles beside the knees are written at a moment."""
        size_px = (self.width, self.picture_height)
        placed = self._angle_plates(self.placed(self._timeline.joints_at(t_s)), t_s)
        return [box_of(plate, x, y, size_px) for plate, x, y in placed]

    def _angle_plates(self, joints_px: Floats, t_s: float) -> Iterator[tuple[Picture, int, int]]:
        """Give what the view carries beside each knee, on the outer side of the leg, with the corner it begins at."""
        for side in self._timeline.legs_at(t_s):
            knee = point(joints_px[BODY[side].knee])
            text = self._angle_text(side, t_s)
            if knee is None or not text:
                continue
            plate = self._lettering.plate(text, accent=LEG_STYLES[side].rgb)
            gap = round(1.4 * _MARK_SHARE * self._shorter)
            left_of_knee = knee[0] - gap - plate.shape[1]
            x = left_of_knee if self._outward(joints_px, side) < 0 else knee[0] + gap
            yield plate, x, knee[1] - plate.shape[0] // 2

    def _angle_text(self, side: Side, t_s: float) -> str:
        letter = LEG_STYLES[side].letter
        lines = []
        for measure in key_measures():
            series = measure.series
            value = np.nan if series is None else self._timeline.leg_value_at(series.name, side, t_s)
            if series is not None and series.tag and np.isfinite(value):
                number = f"{value:.0f}" if measure.ways is None else _signed(value)
                lines.append(f"{letter} {series.tag} {number}{unit_of(series.name).symbol}")
        return "\n".join(lines)

    def _outward(self, joints_px: Floats, side: Side) -> float:
        """Which way a leg's plate goes: from the front away from the other knee, from the side before the knee."""
        body = BODY[side]
        if self._assessment.view.kind is ViewKind.FRONT:
            away = joints_px[body.knee, 0] - joints_px[BODY[side.other].knee, 0]
        else:
            away = joints_px[body.toe, 0] - joints_px[body.heel, 0]
        return float(away) if np.isfinite(away) else 1.0

    def _mark_knees(self, picture: Picture, joints_px: Floats, flag: Finding, t_s: float) -> None:
        """Put the band's shape around the knee a finding is about, while it is at its clearest."""
        rep = self._timeline.rep_at(t_s)
        if rep is None or not rep.bottom_start_s <= t_s <= rep.bottom_end_s:
            return
        style = BAND_STYLES[level_of(flag)]
        radius = round(_MARK_SHARE * self._shorter)
        for side in self._timeline.legs_at(t_s):
            knee = point(joints_px[BODY[side].knee])
            if flag.leg == side.value and knee is not None:
                draw_mark(picture, style.shape, knee, radius, style.rgb)


def _fit(rgb: Picture, into: Picture) -> None:
    """Copy a picture into another of whatever size."""
    height, width = into.shape[:2]
    if rgb.shape == into.shape:
        into[:] = rgb
    else:
        how = cv2.INTER_AREA if rgb.shape[1] > width else cv2.INTER_LINEAR
        into[:] = cv2.resize(rgb, (width, height), interpolation=how)


def _signed(value: float) -> str:
    """Whole number with its sign; a plain 0 for what rounds to it."""
    whole = round(value)
    return f"{whole:+d}" if whole else "0"
