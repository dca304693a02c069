"""What a recording cannot give, why, and what to do about it: one entry a measure, never a number in its place."""

from __future__ import annotations

from collections.abc import Iterator

from formcheck.exercises.rubric import Rubric
from formcheck.kinematics.analysis import SetMeasurement
from formcheck.kinematics.measures.record import CheckView, Measure, Scope
from formcheck.kinematics.measures.registry import MEASURES
from formcheck.kinematics.rep_measures import Values
from formcheck.kinematics.view import FRONT_LOW_DEG, ViewKind, ViewQuality, turn_off_view_deg
from formcheck.session.assessment import NotMeasured, Rep

_FROM_FRONT = "Film a second set with the camera straight in front, at hip height."
_FROM_SIDE = "Film a second set with the camera at your side, square to you, at hip height."
_TURN_SQUARE = "Turn until your toes point at the camera."
_SHOW_FEET = "Film with both feet in view."
_MANY_REPS = 6
"""First three against last three: with fewer reps there is no drift to speak of, and nothing is missing."""
_IN_THE_HOLD = "wobble_pct"
_OF_HIP_KNEE_ANKLE = "kmd_pct"
"""Given wherever a leg is seen, whatever it does."""
_SHOW_LEGS = "Film in good light and fitted clothes, with the whole leg in view."


def not_measured(m: SetMeasurement, rubric: Rubric, done: list[Rep], whole: Values) -> Iterator[NotMeasured]:
    """Yield every measure the rubric judges, or judges by, that could not be given: of no rep or not of the set.

    Parameters
    ----------
    m
        The measured set.
    rubric
        The exercise: only its measures are named.
    done
        The complete reps.
    whole
        The measures of the set and of the stance before it.
    """
    seen: set[str] = set()
    wanted = [(each, measure) for each in rubric.checks for measure in (each.measure, *each.evidence)]
    for check, measure in wanted:
        if measure in seen:
            continue
        seen.add(measure)
        if _given(measure, done) or any(value is not None for value in whole.get(measure, {}).values()):
            continue
        needs = MEASURES[measure].view
        made_of_reps = MEASURES[measure].derived_from is not None
        if check.scope is Scope.SET and done and made_of_reps and len(done) < _MANY_REPS:
            continue
        if check.needs_plan == "ball" and needs is CheckView.FRONT and m.view.kind is ViewKind.FRONT:
            continue
        reason, remedy = _why(m, MEASURES[measure], done)
        yield NotMeasured(measure, reason, remedy)


def _given(measure: str, done: list[Rep]) -> bool:
    return any(value is not None for rep in done for value in rep.measures.get(measure, {}).values())


def _why(m: SetMeasurement, measure: Measure, done: list[Rep]) -> tuple[str, str]:
    needs = measure.view
    if m.view.verdict is ViewQuality.REFUSED and needs is not CheckView.ANY:
        remedy = _FROM_SIDE if needs is CheckView.SIDE else _FROM_FRONT
        if m.view.kind is ViewKind.OBLIQUE:
            return "the camera stands between front and side, where angles mislead", remedy
        return _as_clause(m.view.reason), "Leave the view to be found, or film from the view that was named."
    if needs is CheckView.SIDE and m.view.kind is ViewKind.FRONT:
        return "only a camera at the side can measure it", _FROM_SIDE
    if needs is CheckView.FRONT and m.view.kind is ViewKind.SIDE:
        return "only a camera in front can measure it", _FROM_FRONT
    if not done:
        return "no complete rep was seen", "Film the whole set, from standing to standing."
    if measure.missing is not None:
        return measure.missing.reason, measure.missing.remedy
    if not m.bilateral and not any(m.legs):
        return "no foot was seen to stay while the other moved, so the standing leg is not known", _SHOW_FEET
    if measure.name == _IN_THE_HOLD and not any(rep.hold_s for rep in m.reps):
        return "there was no hold to wobble in", "Pause for a second at the bottom."
    if measure.needs_thigh and turn_off_view_deg(m.view) > FRONT_LOW_DEG:
        return f"the body is turned by {turn_off_view_deg(m.view):.0f}° from the camera", _TURN_SQUARE
    if needs is CheckView.SIDE and not m.bilateral and m.view.near_leg not in m.legs:
        return "the standing leg is the one away from the camera", "Turn round: the standing leg nearest the camera."
    if measure.needs_thigh and _given(_OF_HIP_KNEE_ANKLE, done):
        return "the thigh points at the camera, where its angle means nothing", "Look at the knees in the key frames."
    if measure.needs_toe and _given(_OF_HIP_KNEE_ANKLE, done):
        return "the toes were not seen well enough", _SHOW_FEET
    return "the landmarks it needs were not seen well enough", _SHOW_LEGS


def _as_clause(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].rstrip(".")
