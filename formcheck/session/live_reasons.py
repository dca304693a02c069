"""Why a measure cannot be judged now, in one short clause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from formcheck.kinematics.live_measures import LiveCalibration, Values, why_not_seen
from formcheck.kinematics.measures.record import CheckView, Measure, Per
from formcheck.kinematics.measures.registry import live_shown, measure_of
from formcheck.kinematics.view import FRONT_LOW_DEG, ViewKind, ViewQuality, turn_off_view_deg
from formcheck.pose.landmarks import SIDES, Side
from formcheck.pose.types import PoseTrack

SHOWN: Mapping[ViewKind, Mapping[str, Measure]] = {
    view: {m.series.name: m for m in live_shown() if m.view.value == view.value and m.series is not None}
    for view in (ViewKind.FRONT, ViewKind.SIDE)
}
"""What a live view shows, by the view that carries it: by the name of its values over time."""
ALL_SHOWN = tuple(name for names in SHOWN.values() for name in names)
LEG_UNKNOWN = "which leg stands is not known yet"
NOBODY = "nobody is in view"
TURNED = "the body is turned another way than when the set began"
NOT_STARTED = "the set has not started"


def reasons(calibration: LiveCalibration, track: PoseTrack, values: Values) -> dict[str, str]:
    """Return why each measure that is shown has no value now: for both legs, or for the one that is scored.

    Parameters
    ----------
    calibration
        The person's stance and the view.
    track
        One cleaned frame.
    values
        What was measured in it.
    """
    found: dict[str, str] = {}
    unknown_leg = not calibration.bilateral and calibration.stance_leg is None
    for name in ALL_SHOWN:
        missing = [leg for leg, value in values.get(name, {"both": None}).items() if value is None]
        missing = [leg for leg in missing if leg in legs_that_count(calibration, name)]
        # From the front a trunk leans towards or away from the leg that stands, so that too is of a leg.
        if unknown_leg and name in SHOWN[ViewKind.FRONT] and calibration.view.kind is ViewKind.FRONT:
            found[name] = LEG_UNKNOWN
        elif missing:
            found[name] = _why(calibration, track, name, missing)
    return found


def legs_that_count(calibration: LiveCalibration, name: str) -> frozenset[str]:
    """Return whose value of a measure is to be shown: of `left`, `right` and `both`."""
    measure = measure_of(name)
    of_near_leg = measure is not None and measure.per is Per.LEG and measure.view is CheckView.SIDE
    if of_near_leg and calibration.view.near_leg is not None:
        return frozenset({calibration.view.near_leg.value, "both"})
    if calibration.bilateral:
        return frozenset({"left", "right", "both"})
    stands = calibration.stance_leg
    return frozenset({"both"} if stands is None else {stands.value, "both"})


def _why(calibration: LiveCalibration, track: PoseTrack, name: str, legs: list[str]) -> str:
    view = calibration.view
    if not track.found[0]:
        return NOBODY
    if view.verdict is ViewQuality.REFUSED or view.kind not in SHOWN:
        return "the camera stands between front and side"
    if name not in SHOWN[view.kind]:
        return f"only a camera {'in front' if view.kind is ViewKind.SIDE else 'at the side'} can measure it"
    measure = SHOWN[view.kind][name]
    if measure.needs_thigh and turn_off_view_deg(view) > FRONT_LOW_DEG:
        return f"the body is turned by {turn_off_view_deg(view):.0f}° from the camera"
    unseen = next(_unseen(track, measure, legs), "")
    if unseen:
        return unseen
    return "the thigh points at the camera" if measure.needs_thigh else "the landmarks are not seen well enough"


def _unseen(track: PoseTrack, measure: Measure, legs: list[str]) -> Iterator[str]:
    for side in SIDES:
        if side.value in legs:
            clause = why_not_seen(track, Side(side), foot=measure.needs_toe)
            if clause:
                yield clause
    if "both" in legs:
        yield "hips or shoulders are not seen"
