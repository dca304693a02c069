"""What a recording cannot give, why, and what to do about it: one entry a measure, never a number in its place."""

from __future__ import annotations

from collections.abc import Iterator

from formcheck.exercises.measures import MEASURES, CheckView, Scope
from formcheck.exercises.rubric import Rubric
from formcheck.kinematics.analysis import SetMeasurement
from formcheck.kinematics.view import FRONT_LOW_DEG, ViewKind, ViewQuality, turn_off_view_deg
from formcheck.session.assessment import NotMeasured, Rep

_FROM_FRONT = "Film a second set with the camera straight in front, at hip height."
_FROM_SIDE = "Film a second set with the camera at your side, square to you, at hip height."
_TURN_SQUARE = "Turn until your toes point at the camera."
_SHOW_LEGS = "Film in good light and fitted clothes, with the whole leg in view."


def not_measured(m: SetMeasurement, rubric: Rubric, done: list[Rep]) -> Iterator[NotMeasured]:
    """Yield every measure of the rubric that no rep of the set could be given.

    Parameters
    ----------
    m
        The measured set.
    rubric
        The exercise: only its measures are named.
    done
        The complete reps.
    """
    seen: set[str] = set()
    for check in rubric.checks:
        if check.measure in seen or check.scope is not Scope.REP:
            continue
        seen.add(check.measure)
        if any(value is not None for rep in done for value in rep.measures.get(check.measure, {}).values()):
            continue
        needs = MEASURES[check.measure].view
        if check.needs_plan == "ball" and needs is CheckView.FRONT and m.view.kind is ViewKind.FRONT:
            continue
        reason, remedy = _why(m, check.measure, needs, bool(done))
        yield NotMeasured(check.measure, reason, remedy)


def _why(m: SetMeasurement, measure: str, needs: CheckView, any_rep: bool) -> tuple[str, str]:
    if m.view.verdict is ViewQuality.REFUSED and needs is not CheckView.ANY:
        remedy = _FROM_SIDE if needs is CheckView.SIDE else _FROM_FRONT
        return "the camera stands between front and side, where angles mislead", remedy
    if needs is CheckView.SIDE and m.view.kind is ViewKind.FRONT:
        return "only a camera at the side can measure it", _FROM_SIDE
    if needs is CheckView.FRONT and m.view.kind is ViewKind.SIDE:
        return "only a camera in front can measure it", _FROM_FRONT
    if not any_rep:
        return "no complete rep was seen", "Film the whole set, from standing to standing."
    if measure in ("touch_downs", "floor_contact_s"):
        return "a camera cannot tell a foot on the floor from one just above it", "Watch the heel yourself."
    if measure == "pelvic_drop_deg":
        return (
            "the pose model follows a tilt of the pelvis by less than half, so its reading proves nothing",
            "Look at the belt line in the key frames.",
        )
    if measure.startswith("fppa") and turn_off_view_deg(m.view) > FRONT_LOW_DEG:
        return f"the body is turned by {turn_off_view_deg(m.view):.0f}° from the camera", _TURN_SQUARE
    if needs is CheckView.SIDE and m.legs and any(m.legs) and m.view.near_leg not in m.legs:
        return "the standing leg is the one away from the camera", "Turn round: the standing leg nearest the camera."
    if measure.startswith("fppa"):
        return "the thigh points at the camera, where its angle means nothing", "See the knee's place over the foot."
    return "the landmarks it needs were not seen well enough", _SHOW_LEGS
