"""A recorded set: from a pose track to an assessment.

What a recording cannot give, why, and what to do about it: one entry a measure, never a number in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

import formcheck
from formcheck.errors import NotAssessableError
from formcheck.exercises.finding import Finding
from formcheck.exercises.judge import estimated_score, judge_rep, judge_set
from formcheck.exercises.rubric import Rubric
from formcheck.kinematics.analysis import SetMeasurement, measure_found
from formcheck.kinematics.filters import CUTOFF_HZ
from formcheck.kinematics.find import FoundSet, finding_set
from formcheck.kinematics.measures.record import CheckView, Measure, Scope
from formcheck.kinematics.measures.registry import MEASURES
from formcheck.kinematics.placed import PlacedPoint
from formcheck.kinematics.rep_measures import Values, measure_rep, measure_stance, measure_whole_set
from formcheck.kinematics.stands import FIVE
from formcheck.kinematics.steps import Steps, completed
from formcheck.kinematics.view import FRONT_LOW_DEG, TURN_READINGS, ViewKind, ViewQuality, turn_off_view_deg, view_parts
from formcheck.pose.landmarks import BODY, SIDES, Landmark
from formcheck.pose.types import PoseTrack
from formcheck.session.assessment import Assessment, NotMeasured, Provenance, Rep
from formcheck.session.request import SetRequest
from formcheck.session.setup import setup_checks
from formcheck.session.views import joined
from formcheck.session.within import narrowed

_FROM_FRONT = "Film a second set with the camera straight in front, at hip height."
_FROM_SIDE = "Film a second set with the camera at your side, square to you, at hip height."
_TURN_SQUARE = "Turn until your toes point at the camera."
_SHOW_FEET = "Film with both feet in view."
_MANY_REPS = 6
"""First three against last three: with fewer reps there is no drift to speak of, and nothing is missing."""
_IN_THE_HOLD = "wobble_pct"
_OF_HIP_KNEE_ANKLE = "kmd_pct"
"""Given wherever a leg is seen, whatever it does."""
_FIVE_STANDS = frozenset({"five_stands_s", "five_sit_to_stands_s"})
_SHANK_TILT = frozenset({"shank_tilt_deg", "shank_tilt_best_deg"})
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
        ends = "from sitting to standing" if m.rule.seated else "from standing to standing"
        return "no complete rep was seen", f"Film the whole set, {ends}."
    if measure.missing is not None:
        return measure.missing.reason, measure.missing.remedy
    if (why := _why_no_test(m, measure, done)) is not None:
        return why
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


def _why_no_test(m: SetMeasurement, measure: Measure, done: list[Rep]) -> tuple[str, str] | None:
    """Return why a timed test, or that of the ankle, has no result; None where it is no such measure."""
    if measure.name in _FIVE_STANDS:
        if len(done) < FIVE:
            return f"{len(done)} full stands were seen, and it takes five", "Stand up and sit down five times."
        return "nobody is seen to sit down again after the fifth stand", "Film on until you sit."
    if measure.name == "stands_in_30_s_count":
        return "the stands do not go on for 30 seconds", "For that test go on for half a minute, as fast as is safe."
    if measure.name in _SHANK_TILT:
        if np.isfinite(m.series.per_leg["shank_tilt_deg"]).any():
            return "the heel came off the floor", "Bring the knee forward only as far as the heel stays down."
        if m.view.near_leg is not None and np.isfinite(m.q_deg).any():
            return "the foot nearest the camera stands behind the other", "Turn round: the foot in front nearest."
    return None


def _as_clause(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].rstrip(".")


_FEET_SHARE = 0.3
"""With the ankles inside the picture in less than this share of the frames there is no leg to measure."""


def assess(track: PoseTrack, request: SetRequest) -> Assessment:
    """Measure and judge a recorded set.

    Parameters
    ----------
    track
        The person's landmarks in the whole recording.
    request
        The exercise's rubric, what is known beforehand, and which part of the recording is meant.

    Returns
    -------
    Assessment
        On the frames of that part, whose times are those of the recording.

    Raises
    ------
    NotAssessableError
        If the recording, or that part of it, shows no person, or not the legs.
    """
    return completed(assessing(track, request))


def assessing(track: PoseTrack, request: SetRequest) -> Steps[Assessment]:
    """Measure and judge a recorded set in steps; see `assess`."""
    done = yield from _assessing_views(narrowed(track, request.within), request)
    return replace(done, within=request.within)


def _assessing_views(track: PoseTrack, request: SetRequest) -> Steps[Assessment]:
    """Assess each stretch of a recording that has one view by itself, and return what that gives for the whole."""
    parts = view_parts(track)
    yield
    if len(parts) == 1:
        return (yield from _assessing_part(track, request))
    done, refused = [], list[NotAssessableError]()
    for part in parts:
        try:
            done.append((yield from _assessing_part(part, request)))
        except NotAssessableError as error:  # a stretch that is refused is left out
            refused.append(error)
    if not done:
        raise refused[0]
    return joined(track, done, request.rubric)


def _assessing_part(track: PoseTrack, request: SetRequest) -> Steps[Assessment]:
    """Assess a recording that has one view."""
    found = yield from _finding(track, request)
    yield
    m = measure_found(found)
    yield
    return (yield from _judging(m, request))


def found_set(track: PoseTrack, request: SetRequest, placed: Sequence[PlacedPoint] = ()) -> FoundSet:
    """Return the person, the view and the reps of a recorded set, before anything is measured.

    Parameters
    ----------
    track, request
        As for `assess`.
    placed
        Landmarks that a person placed.

    Raises
    ------
    NotAssessableError
        If the recording shows no person, or not the legs.
    """
    return completed(_finding(track, request, placed))


def _finding(track: PoseTrack, request: SetRequest, placed: Sequence[PlacedPoint] = ()) -> Steps[FoundSet]:
    _need_feet(track)
    _need_view(track, request)
    rule = request.rubric.phases
    return finding_set(track, rule, placed, leg=request.leg, view=request.view, leg_is_sure=request.leg_is_sure)


def judged(m: SetMeasurement, request: SetRequest) -> Assessment:
    """Judge a measured set by the rubric of the request; see `assess`."""
    return completed(_judging(m, request))


def _judging(m: SetMeasurement, request: SetRequest) -> Steps[Assessment]:
    rubric, reps = request.rubric, list[Rep]()
    for i in range(len(m.reps)):
        reps.append(measured_rep(m, i, rubric))
        yield
    done = [rep for rep in reps if rep.counts]
    whole = _set_values(m, rubric, done)
    yield
    return Assessment(
        exercise=rubric.exercise,
        exercise_name=rubric.name,
        plan=request.plan,
        view=m.view,
        setup=setup_checks(m),
        reps=tuple(reps),
        findings=tuple(_findings(m, request, done, whole)),
        not_measured=tuple(not_measured(m, rubric, done, whole)),
        provenance=_provenance(m, rubric),
        track=m.filmed,
        series=m.series,
        phase=m.phase,
        rep_of_frame=m.rep_of_frame,
    )


def _findings(m: SetMeasurement, request: SetRequest, done: list[Rep], whole: Values) -> list[Finding]:
    """Return what the rubric says of each rep that counts, and of the set."""
    rubric, findings = request.rubric, list[Finding]()
    for rep in done:
        findings += judge_rep(
            rubric,
            rep.index,
            rep.leg,
            rep.measures,
            view_kind=m.view.kind,
            view_quality=m.view.verdict,
            plan=request.plan,
            at_s=m.reps[rep.index - 1].deepest_s,
        )
    if done:
        leg = _leg_of_set(done)
        held_to = request.plan.without(sum(each.complete and each.excluded for each in m.reps))
        findings += judge_set(rubric, leg, whole, view_kind=m.view.kind, view_quality=m.view.verdict, plan=held_to)
    return findings


def _need_view(track: PoseTrack, request: SetRequest) -> None:
    """Refuse landmarks without depth of which nobody said from where the person is seen: they do not tell."""
    if request.view is None and track.found.any() and not track.has_depth:
        raise NotAssessableError(
            f"{track.source.name} holds landmarks without depth, which do not tell from where the person is seen.",
            "Say whether that is the front or the side: --view front|side.",
        )


def _need_feet(track: PoseTrack) -> None:
    """Refuse a recording in which the legs are outside of the picture: the estimator would make them up."""
    found = track.found
    if not found.any():
        return
    x, y = track.image_px[found, :, 0], track.image_px[found, :, 1]
    inside = (x >= 0) & (x <= track.source.width) & (y >= 0) & (y <= track.source.height)
    ankles = [BODY[s].ankle for s in SIDES]
    knees = [BODY[s].knee for s in SIDES]
    hips = [Landmark.LEFT_HIP, Landmark.RIGHT_HIP]
    for marks, part in ((ankles, "feet"), (knees, "knees"), (hips, "hips")):
        if inside[:, marks].any(axis=1).mean() < _FEET_SHARE:
            raise NotAssessableError(
                f"The {part} are out of view for most of this video.",
                "Step back, or turn the phone upright, until you are in view from head to feet.",
            )


def measured_rep(m: SetMeasurement, i: int, rubric: Rubric) -> Rep:
    """Return rep `i` of a set, from 0, with its measures taken in the phases that the rubric asks for."""
    phase_of = {check.measure: check.phase.value for check in rubric.checks}
    times, stance = m.reps[i], m.legs[i]
    return Rep(
        index=i + 1,
        leg=stance.value if stance else "both",
        complete=times.complete,
        start_s=times.start_s,
        bottom_start_s=times.bottom_start_s,
        bottom_end_s=times.bottom_end_s,
        end_s=times.end_s,
        measures=measure_rep(m, i, phase_of),
        excluded=times.excluded,
        view=m.view.kind,
        pulses=times.pulses,
        cut_by="" if times.cut_by is None else times.cut_by.value,
        movement=times.movement,
        begins=m.rule.begins,
    )


def _leg_of_set(reps: list[Rep]) -> str:
    legs = {rep.leg for rep in reps}
    return legs.pop() if len(legs) == 1 else "both"


def _set_values(m: SetMeasurement, rubric: Rubric, done: list[Rep]) -> Values:
    as_values = [{name: dict(legs) for name, legs in rep.measures.items()} for rep in done]
    values = measure_stance(m) | measure_whole_set(m, as_values)
    if rubric.score is not None and m.view.kind is ViewKind.FRONT:
        score = estimated_score(rubric.score, [(rep.leg, rep.measures) for rep in done])
        values[rubric.score.measure] = {"both": score}
    return {name: legs for name, legs in values.items() if name in MEASURES}


_UNMEASURED_SOURCE = "errors of this pose source are not known, intervals take them for those of MediaPipe"


def _provenance(m: SetMeasurement, rubric: Rubric) -> Provenance:
    source = m.track.source
    balance = ["mean of picture and mirror image"] if source.balanced else []
    steps = [*balance, f"zero-phase Butterworth {CUTOFF_HZ:.0f} Hz"]
    if m.flexion_method:
        steps.append(f"knee flexion from {m.flexion_method}")
    if {source.pose_model, *(each.origin.name for each in source.finders)} - TURN_READINGS.keys():
        steps.append(_UNMEASURED_SOURCE)
    if by_hand := int(m.placed.any(axis=1).sum()):
        steps.append(f"landmarks placed by hand in {by_hand} frame{'' if by_hand == 1 else 's'}")
    return Provenance(
        formcheck=formcheck.__version__,
        mediapipe=source.mediapipe,
        pose_model=source.pose_model,
        model_sha256=source.model_sha256,
        rubric=f"{rubric.exercise} {rubric.version}",
        rubric_sha256=rubric.sha256,
        filter="; ".join(steps),
        where=source.where,
        runtime=source.runtime,
        runtime_sha256=source.runtime_sha256,
        delegate=source.delegate,
        finders=source.finders,
    )
