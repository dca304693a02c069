"""Checks of camera, room and stance in a recorded set: what keeps the numbers from being as good as they could be.

Limits: measurement specification sections 2.5 and 7.5.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from formcheck.kinematics.analysis import ROLL_LOW_DEG, SetMeasurement
from formcheck.kinematics.cleaning import SCORED
from formcheck.kinematics.view import ViewQuality
from formcheck.pose.landmarks import BODY, SIDES
from formcheck.session.assessment import SetupCheck

_MARGIN_SHARE = 0.02
"""Feet and head closer to the edge of the picture than this share of its height are cut off in the next movement."""
_LEAST_THIGH_PX = 120.0
"""With a thigh of 120 px one pixel is 1.2 deg of FPPA."""
_LEAST_FPS = 23.5
_LEAST_LUMA, _MOST_LUMA = 60.0, 200.0
_SHARE_OF_SAMPLES = 0.2
"""A second person seen in fewer of the sampled frames walked through; in more, stayed."""
_REPAIRED_SHARE = 0.05


def setup_checks(m: SetMeasurement) -> tuple[SetupCheck, ...]:
    """Return the set-up checks of a measured set, passed ones too."""
    return tuple(_checks(m))


def _checks(m: SetMeasurement) -> Iterator[SetupCheck]:
    source = m.track.source
    yield _in_view(m)
    thigh = float(np.nanmax(m.standing.thigh_px))
    near_enough = thigh >= _LEAST_THIGH_PX
    yield SetupCheck(
        "SU-2",
        "Distance",
        near_enough,
        round(thigh),
        "The person is large enough in the picture."
        if near_enough
        else f"The thigh is {thigh:.0f} pixels long; come closer or film with more pixels, until it is 120.",
    )
    yield from _level(m)
    if m.told_leg_denied:
        yield SetupCheck(
            "SU-16", "Leg told", False, None, "The leg that was named does not stand: the one that does was measured."
        )
    ok = m.view.verdict is not ViewQuality.REFUSED
    yaw = None if not math.isfinite(m.view.yaw_deg) else round(m.view.yaw_deg, 1)
    yield SetupCheck("SU-5", "View", ok, yaw, m.view.reason)
    enough = source.fps >= _LEAST_FPS
    yield SetupCheck(
        "SU-6",
        "Frame rate",
        enough,
        round(source.fps, 1),
        f"{source.fps:.0f} frames a second are enough."
        if enough
        else f"Only {source.fps:.0f} frames a second: film in more light, or set the camera to 30.",
    )
    if math.isfinite(source.mean_luma):
        lit = _LEAST_LUMA <= source.mean_luma <= _MOST_LUMA
        yield SetupCheck(
            "SU-6b",
            "Light",
            lit,
            round(source.mean_luma),
            "The light is good."
            if lit
            else ("Turn on more light." if source.mean_luma < _LEAST_LUMA else "Turn the camera away from the light."),
        )
    if source.people_seen:
        crowd = float(np.mean(np.array(source.people_seen) > 1))
        alone = crowd < _SHARE_OF_SAMPLES
        yield SetupCheck(
            "SU-8",
            "One person",
            alone,
            round(crowd, 2),
            "One person is in view."
            if alone
            else f"A second person is in {100 * crowd:.0f} % of the pictures looked at; ask others to step aside.",
        )
    yield SetupCheck(
        "SU-11",
        "Quiet stance",
        m.standing.quiet,
        None,
        "The person stood still before moving, so baselines are good."
        if m.standing.quiet
        else "Stand tall and still for two seconds before the first rep, so that your own baseline can be taken.",
    )
    repaired = float(m.sides_repaired.mean())
    yield SetupCheck(
        "SU-14",
        "Left and right",
        repaired < _REPAIRED_SHARE,
        round(repaired, 3),
        "Left and right leg were told apart."
        if repaired < _REPAIRED_SHARE
        else f"Left and right leg were exchanged in {100 * repaired:.0f} % of the frames and put right; "
        "more light and contrast help.",
    )
    if source.damaged:
        yield SetupCheck("SU-15", "Video file", False, None, source.damaged)


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
