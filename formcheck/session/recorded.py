"""A recorded set: from a pose track to an assessment."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import formcheck
from formcheck.errors import NotAssessableError
from formcheck.exercises.finding import Finding
from formcheck.exercises.judge import judge_rep, judge_set
from formcheck.exercises.rubric import Rubric
from formcheck.exercises.score import estimated_score
from formcheck.kinematics.analysis import SetMeasurement, measure_found
from formcheck.kinematics.filters import CUTOFF_HZ
from formcheck.kinematics.find import FoundSet, find_set
from formcheck.kinematics.measures.registry import MEASURES, key_measures
from formcheck.kinematics.placed import PlacedPoint
from formcheck.kinematics.rep_measures import Values, measure_rep, measure_stance, measure_whole_set
from formcheck.kinematics.view import ViewKind, view_parts
from formcheck.pose.landmarks import BODY, SIDES, Landmark
from formcheck.pose.types import PoseTrack
from formcheck.session.assessment import Assessment, PlotBand, Provenance, Rep
from formcheck.session.refusals import not_measured
from formcheck.session.request import SetRequest
from formcheck.session.setup import setup_checks
from formcheck.session.views import joined

_FEET_SHARE = 0.3
"""With the ankles inside the picture in less than this share of the frames there is no leg to measure."""


def assess(track: PoseTrack, request: SetRequest) -> Assessment:
    """Measure and judge a recorded set.

    Parameters
    ----------
    track
        The person's landmarks in the whole recording.
    request
        The exercise's rubric, and what is known beforehand.

    Raises
    ------
    NotAssessableError
        If the recording shows no person, or not the legs.
    """
    return joined_over_views(track, request, lambda part: judged(measure_found(found_set(part, request)), request))


def joined_over_views(
    track: PoseTrack, request: SetRequest, assess_part: Callable[[PoseTrack], Assessment]
) -> Assessment:
    """Assess each stretch of a recording that has one view, and return what that gives for the whole.

    Parameters
    ----------
    track
        The whole recording.
    request
        What the set is measured as.
    assess_part
        Assesses a stretch; a stretch that it refuses is left out.

    Raises
    ------
    NotAssessableError
        If every stretch is refused.
    """
    parts = view_parts(track)
    if len(parts) == 1:
        return assess_part(track)
    done, refused = [], list[NotAssessableError]()
    for part in parts:
        try:
            done.append(assess_part(part))
        except NotAssessableError as error:
            refused.append(error)
    if not done:
        raise refused[0]
    return joined(track, done, request.rubric)


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
    _need_feet(track)
    rule = request.rubric.phases
    return find_set(track, rule, placed, leg=request.leg, view=request.view, leg_is_sure=request.leg_is_sure)


def judged(m: SetMeasurement, request: SetRequest) -> Assessment:
    """Judge a measured set by the rubric of the request; see `assess`."""
    rubric = request.rubric
    reps = tuple(measured_rep(m, i, rubric) for i in range(len(m.reps)))
    done = [rep for rep in reps if rep.counts]
    whole = _set_values(m, rubric, done)
    return Assessment(
        exercise=rubric.exercise,
        exercise_name=rubric.name,
        plan=request.plan,
        view=m.view,
        setup=setup_checks(m),
        reps=reps,
        findings=tuple(_findings(m, request, done, whole)),
        not_measured=tuple(not_measured(m, rubric, done, whole)),
        provenance=_provenance(m, rubric),
        track=m.filmed,
        series=m.series,
        phase=m.phase,
        rep_of_frame=m.rep_of_frame,
        plot_bands=tuple(_plot_bands(m, request)),
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
        findings += judge_set(rubric, leg, whole, view_kind=m.view.kind, view_quality=m.view.verdict, plan=request.plan)
    return findings


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


def _provenance(m: SetMeasurement, rubric: Rubric) -> Provenance:
    source = m.track.source
    balance = ["mean of picture and mirror image"] if source.balanced else []
    steps = [*balance, f"zero-phase Butterworth {CUTOFF_HZ:.0f} Hz"]
    if m.flexion_method:
        steps.append(f"knee flexion from {m.flexion_method}")
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
    )


def _plot_bands(m: SetMeasurement, request: SetRequest) -> list[PlotBand]:
    bands: dict[str, PlotBand] = {}
    plotted = {measure.name: measure.series.name for measure in key_measures() if measure.series is not None}
    for check in request.rubric.checks:
        series, edges = plotted.get(check.measure), check.bands_for(request.plan)
        if series is None or edges is None or series in bands:
            continue
        if check.view.value in (m.view.kind.value, "any"):
            bands[series] = PlotBand(series, edges.good, edges.caution)
    return list(bands.values())
