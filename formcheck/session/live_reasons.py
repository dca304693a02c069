"""Why a measure cannot be judged now, in one short clause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from formcheck.kinematics.live_measures import LiveCalibration, Values, why_not_seen
from formcheck.kinematics.view import FRONT_LOW_DEG, ViewKind, ViewQuality, turn_off_view_deg
from formcheck.pose.landmarks import SIDES, Side
from formcheck.pose.types import PoseTrack

SHOWN: Mapping[ViewKind, tuple[str, ...]] = {
    ViewKind.FRONT: ("fppa_deg", "kmf_change_pct", "trunk_lean_deg"),
    ViewKind.SIDE: ("knee_flexion_deg", "trunk_flexion_deg"),
}
"""What a live view shows, by the view that carries it. The knee's place over the foot is shown as its change from
stance: a foot turned out a little puts the toe outside of a straight knee, and that reads as a knee inside."""
ALL_SHOWN = tuple(name for names in SHOWN.values() for name in names)
_OF_STANCE_LEG = frozenset({"fppa_deg", "kmf_change_pct", "trunk_lean_deg"})
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
        if unknown_leg and name in _OF_STANCE_LEG and calibration.view.kind is ViewKind.FRONT:
            found[name] = LEG_UNKNOWN
        elif missing:
            found[name] = _why(calibration, track, name, missing)
    return found


def legs_that_count(calibration: LiveCalibration, name: str) -> frozenset[str]:
    """Return whose value of a measure is to be shown: of `left`, `right` and `both`."""
    if name == "knee_flexion_deg" and calibration.view.near_leg is not None:
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
    if name == "fppa_deg" and turn_off_view_deg(view) > FRONT_LOW_DEG:
        return f"the body is turned by {turn_off_view_deg(view):.0f}° from the camera"
    unseen = next(_unseen(track, name, legs), "")
    if unseen:
        return unseen
    return "the thigh points at the camera" if name == "fppa_deg" else "the landmarks are not seen well enough"


def _unseen(track: PoseTrack, name: str, legs: list[str]) -> Iterator[str]:
    for side in SIDES:
        if side.value in legs:
            clause = why_not_seen(track, Side(side), foot=name == "kmf_change_pct")
            if clause:
                yield clause
    if "both" in legs:
        yield "hips or shoulders are not seen"
