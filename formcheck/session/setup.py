"""Checks of camera, room and stance in a recorded set: what keeps the numbers from being as good as they could be.

Limits: measurement specification sections 2.5 and 7.5.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np

from formcheck.kinematics.analysis import ROLL_LOW_DEG, SetMeasurement
from formcheck.kinematics.camera import BESIDE_DEG, lens_of, off_axis_deg, stands_at_px
from formcheck.kinematics.cleaning import SCORED
from formcheck.kinematics.exercise_signs import SEATED_TRUNKS, hips_over_feet
from formcheck.kinematics.reps import BESIDE_S
from formcheck.kinematics.standing import QUIET_S
from formcheck.kinematics.view import ViewQuality
from formcheck.pose.landmarks import BODY, SIDES
from formcheck.session.assessment import SetupCheck

_MARGIN_SHARE = 0.02
"""Feet and head closer to the edge of the picture than this share of its height are cut off in the next movement."""
_LEAST_THIGH_PX = 120.0
"""With a thigh of 120 px one pixel is 1.2 deg of FPPA."""
_LEAST_FPS = 23.5
_LEAST_LUMA, _MOST_LUMA = 60.0, 200.0
_CAMERA_SHARE = 0.008
"""A camera that moves the picture by less than this share of its width is put right without a word."""
_SHARE_OF_SAMPLES = 0.2
"""A second person seen in fewer of the sampled frames walked through; in more, stayed."""
_REPAIRED_SHARE = 0.05
"""Repair is right in 99 % of exchanged frames: below this share less than one frame in 2000 is left exchanged."""
_SLOW_S = 4.0
"""Whoever takes longer down and up again, in half of the reps or more, was most likely filmed in slow motion."""
_QUICK_S = 0.35
"""Nobody squats down and up so quickly, so a tag that makes times of it is wrong."""
_MIRROR = SetupCheck(
    "SU-13",
    "Mirror",
    None,
    None,
    "Left and right are the person's own, unless the recording was mirrored, as selfie cameras do: "
    "no picture of a person shows that by itself. Mirrors that the video file states are undone.",
)


def setup_checks(m: SetMeasurement) -> tuple[SetupCheck, ...]:
    """Return the set-up checks of a measured set, passed ones too."""
    return (
        _in_view(m),
        _near_enough(m),
        *_place(m),
        *_level(m),
        _view(m),
        _frame_rate(m),
        *_light(m),
        *_one_person(m),
        *_camera(m),
        *_recording(m),
        _quiet_stance(m),
        _told_apart(m),
        _MIRROR,
        *_told_leg(m),
        *_same_leg(m),
        *_whole_file(m),
        *_slow_motion(m),
    )


def _near_enough(m: SetMeasurement) -> SetupCheck:
    thigh = float(np.nanmax(m.standing.thigh_px))
    near_enough = thigh >= _LEAST_THIGH_PX
    return SetupCheck(
        "SU-2",
        "Distance",
        near_enough,
        round(thigh),
        "The person is large enough in the picture."
        if near_enough
        else f"The thigh is {thigh:.0f} pixels long; come closer or film with more pixels, until it is 120.",
    )


def _place(m: SetMeasurement) -> Iterator[SetupCheck]:
    """Say where to stand when the place in the picture costs accuracy; nothing where it does not."""
    lens = lens_of(m.track.source)
    off = off_axis_deg(lens, float(stands_at_px(m.standing)[0]))
    if lens.whole and abs(off) > BESIDE_DEG:
        yield SetupCheck(
            "SU-4",
            "Place in the picture",
            False,
            round(off, 1),
            f"The person stands {abs(off):.0f}° beside the middle of the picture, where lenses draw people too wide: "
            "turn the camera towards them, or stand in the middle.",
        )


def _view(m: SetMeasurement) -> SetupCheck:
    yaw = round(m.view.yaw_deg, 1) if math.isfinite(m.view.yaw_deg) else None
    return SetupCheck("SU-5", "View", m.view.verdict is not ViewQuality.REFUSED, yaw, m.view.reason)


def _frame_rate(m: SetMeasurement) -> SetupCheck:
    fps = m.track.source.fps
    enough = fps >= _LEAST_FPS
    return SetupCheck(
        "SU-6",
        "Frame rate",
        enough,
        round(fps, 1),
        f"{fps:.0f} frames a second are enough."
        if enough
        else f"Only {fps:.0f} frames a second: film in more light, or set the camera to 30.",
    )


def _light(m: SetMeasurement) -> Iterator[SetupCheck]:
    luma = m.track.source.mean_luma
    if not math.isfinite(luma):
        return
    if luma < _LEAST_LUMA:
        message = "Turn on more light."
    elif luma > _MOST_LUMA:
        message = "Turn the camera away from the light."
    else:
        message = "The light is good."
    yield SetupCheck("SU-6b", "Light", _LEAST_LUMA <= luma <= _MOST_LUMA, round(luma), message)


def _one_person(m: SetMeasurement) -> Iterator[SetupCheck]:
    if m.track.source.person:
        yield SetupCheck("SU-8", "One person", True, None, _CHOSEN[m.track.source.person])
        return
    seen = np.array(m.track.source.people_seen)
    if len(seen) == 0:
        return
    crowd, nobody = float(np.mean(seen > 1)), float(np.mean(seen == 0))
    alone = crowd < _SHARE_OF_SAMPLES
    if not alone:
        message = f"A second person is in {100 * crowd:.0f} % of the pictures looked at; ask others to step aside."
    elif nobody > _SHARE_OF_SAMPLES:
        alone, message = False, "Whether anybody else is in view could not be checked: see that one person is alone."
    else:
        message = "One person is in view."
    yield SetupCheck("SU-8", "One person", alone, round(crowd, 2), message)


_CHOSEN = {
    "asked": "Several people are in view. The one who was named was followed, and nobody else.",
    "exercising": "Several people are in view. The only one who bends the knees and comes up again was followed.",
}


def _camera(m: SetMeasurement) -> Iterator[SetupCheck]:
    """Say that the camera moved, and what became of it; nothing where it stood still."""
    moved = m.camera_motion_px
    if moved > _CAMERA_SHARE * m.track.source.width:
        yield SetupCheck(
            "SU-20",
            "Camera",
            False,
            round(100 * moved / m.track.source.width, 2),
            f"The camera moved by {100 * moved / m.track.source.width:.1f} % of the picture's width. That is taken out "
            "by what lies around the person, and the errors are wider: put the phone down somewhere firm.",
        )


def _recording(m: SetMeasurement) -> Iterator[SetupCheck]:
    """Name what the recording does not show, and what that means for the reps; nothing where it shows everything."""
    for hole in m.holes:
        what = "The picture stands still" if hole.frozen else "Nothing was recorded"
        touched = [rep for rep in m.reps if rep.start_s - BESIDE_S < hole.end_s and hole.start_s < rep.end_s + BESIDE_S]
        names = " and ".join(f"the rep from {rep.start_s:.1f} to {rep.end_s:.1f} s" for rep in touched)
        if not touched:
            meaning = "no rep of that time is counted."
        elif all(rep.bottom_seen for rep in touched):
            meaning = f"times of {names} that lie in it are not given."
        else:
            meaning = f"{names} turns within it, so neither its depth nor its times are given."
        yield SetupCheck(
            "SU-21",
            "Recording",
            False,
            round(hole.end_s - hole.start_s, 2),
            f"{what} from {hole.start_s:.1f} to {hole.end_s:.1f} s: {meaning}",
        )


def _quiet_stance(m: SetMeasurement) -> SetupCheck:
    """Check that somebody stood tall and still before the first rep; a stillness later, or with bent knees, is none."""
    still_s = m.track.t_s[m.standing.frames]
    first_s = min((rep.start_s for rep in m.reps), default=-math.inf)
    bent = hips_over_feet(m.standing.points_px, m.standing.trunk_px) < SEATED_TRUNKS
    there_was = m.standing.quiet and not bent and bool(m.reps)
    before = there_was and float(still_s[0]) + QUIET_S <= first_s
    if before:
        message = "The person stood still before moving, so baselines are good."
    elif there_was:
        message = (
            f"Nobody stood still before the first rep: the baseline is from {still_s[0]:.1f} to {still_s[-1]:.1f} s. "
            "Stand tall and still for two seconds before you begin."
        )
    else:
        message = "Stand tall and still for two seconds before the first rep, so that your own baseline can be taken."
    return SetupCheck("SU-11", "Quiet stance", before, None, message)


def _told_apart(m: SetMeasurement) -> SetupCheck:
    repaired = float(m.sides_repaired.mean())
    few = repaired < _REPAIRED_SHARE
    return SetupCheck(
        "SU-14",
        "Left and right",
        few,
        round(repaired, 3),
        "Left and right leg were told apart."
        if few
        else f"Left and right leg were exchanged in {100 * repaired:.0f} % of the frames and put right; "
        "more light and contrast help.",
    )


def _told_leg(m: SetMeasurement) -> Iterator[SetupCheck]:
    """Say that the leg that was named is not the one that stands: most often because the recording is mirrored."""
    if not m.told_leg_denied:
        return
    stood = {leg for leg in m.legs if leg is not None}
    if m.leg_is_sure and m.said_leg is not None:
        yield SetupCheck(
            "SU-16",
            "Leg told",
            False,
            None,
            f"A reviewer named the {m.said_leg} leg and it was measured, though the {m.said_leg.other} foot is seen to "
            "stay in place. If left and right are exchanged in the picture, measure the video again with --mirrored.",
        )
        return
    if len(stood) == 1:
        leg = stood.pop()
        seen = f"The {leg.other} leg was named, but the {leg} leg is seen to stand, and that one was measured"
    else:
        seen = "The leg that was named does not stand in every rep; the one that does was measured"
    yield SetupCheck(
        "SU-16",
        "Leg told",
        False,
        None,
        f"{seen}. If the name is right, the recording is probably mirrored (a selfie camera): left and right are then "
        "exchanged in this report, so measure the video again with --mirrored, or turn mirroring off in the camera.",
    )


def _same_leg(m: SetMeasurement) -> Iterator[SetupCheck]:
    """Check that one leg stands in all reps of a one-legged set: a change is told, as nobody knows if it was meant."""
    shown = [(i, leg) for i, leg in enumerate(m.legs, start=1) if not m.reps[i - 1].excluded]
    reps = {side: [i for i, leg in shown if leg is side] for side in SIDES}
    if m.bilateral or not any(reps.values()):
        return
    stood = [side for side in SIDES if reps[side]]
    same = len(stood) == 1
    listed = " and ".join(f"the {side} in {_reps(reps[side])}" for side in stood)
    yield SetupCheck(
        "SU-17",
        "Standing leg",
        same,
        None,
        f"The {stood[0]} leg stands throughout."
        if same
        else f"The standing leg changes: {listed}. If one leg did them all, left and right were mixed up in some: "
        "film one leg a set, in good light.",
    )


def _reps(numbers: list[int]) -> str:
    return f"{'rep' if len(numbers) == 1 else 'reps'} {', '.join(map(str, numbers))}"


def _whole_file(m: SetMeasurement) -> Iterator[SetupCheck]:
    if m.track.source.damaged:
        yield SetupCheck("SU-15", "Video file", False, None, m.track.source.damaged)


def _slow_motion(m: SetMeasurement) -> Iterator[SetupCheck]:
    """Say that slow motion was undone; ask where a movement is so slow, or so quick, that the file may be wrong."""
    source, number = m.track.source, "SU-22"
    shown_fps = source.fps / source.slowed
    down_s, up_s = (
        float(np.median(times)) if times else math.nan
        for times in (_finite(rep.descent_s for rep in m.reps), _finite(rep.ascent_s for rep in m.reps))
    )
    if source.slowed == 1:
        from_file = bool(source.sha256)  # a live set is seen as it happens
        if from_file and down_s > _SLOW_S and up_s > _SLOW_S:
            yield SetupCheck(
                number,
                "Slow motion",
                False,
                round(down_s, 1),
                f"The movement is very slow (down in {down_s:.1f} s, up in {up_s:.1f} s). If the video is slow motion, "
                "say at how many frames a second it was filmed (--capture-fps): all times are too long otherwise.",
            )
        return
    right = not (down_s < _QUICK_S and up_s < _QUICK_S)
    filmed = f"Filmed at {source.fps:.0f} frames a second and shown at {shown_fps:.0f}: times are given as they were."
    yield SetupCheck(
        number,
        "Slow motion",
        right,
        round(source.slowed, 2),
        filmed
        if right
        else f"{filmed} The movement is very quick then (down in {down_s:.1f} s). If the video is shown as it was "
        f"filmed, say so (--capture-fps {shown_fps:.0f}).",
    )


def _finite(values: Iterable[float]) -> list[float]:
    return [value for value in values if math.isfinite(value)]


def _level(m: SetMeasurement) -> Iterator[SetupCheck]:
    """Check from the front that the camera is not tilted; from the side nothing in the person tells it from a lean."""
    if not math.isfinite(m.roll_deg):
        return
    level = abs(m.roll_deg) <= ROLL_LOW_DEG
    yield SetupCheck(
        "SU-3",
        "Camera level",
        level,
        round(m.roll_deg, 1),
        "The camera is level."
        if level
        else f"Straighten the camera: shoulders, hips and feet are tilted by {abs(m.roll_deg):.0f}°.",
    )


def _in_view(m: SetMeasurement) -> SetupCheck:
    """Check that at least one foot stays inside the picture and is seen."""
    feet = [mark for s in SIDES for mark in (BODY[s].ankle, BODY[s].toe)]
    found = m.raw.found
    height = m.track.source.height
    low = m.raw.image_px[found][:, feet, 1].max(axis=1)
    seen = m.raw.visibility[found][:, feet].max(axis=1) >= SCORED
    inside = float(np.mean((low < (1 - _MARGIN_SHARE) * height) & seen)) if found.any() else 0.0
    passed = inside >= 0.9
    return SetupCheck(
        "SU-1",
        "Feet in view",
        passed,
        round(inside, 2),
        "The feet stay in view."
        if passed
        else f"The feet are in view in only {100 * inside:.0f} % of the pictures; step back so that they show.",
    )
