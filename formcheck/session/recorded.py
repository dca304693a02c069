"""A recorded set: from a video file to a pose track, and from a pose track to an assessment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

import formcheck
from formcheck.errors import NotAssessableError
from formcheck.exercises.finding import Finding
from formcheck.exercises.judge import judge_rep, judge_set
from formcheck.exercises.measures import MEASURES
from formcheck.exercises.rubric import Rubric
from formcheck.exercises.score import estimated_score
from formcheck.kinematics.analysis import SetMeasurement, measure_found
from formcheck.kinematics.camera import focal_px
from formcheck.kinematics.filters import CUTOFF_HZ
from formcheck.kinematics.find import FoundSet, Told, find_set
from formcheck.kinematics.placed import PlacedPoint
from formcheck.kinematics.rep_measures import Values, measure_rep, measure_stance, measure_whole_set
from formcheck.kinematics.view import ViewKind
from formcheck.pose.balance import LookSchedule, correction
from formcheck.pose.builder import TrackBuilder
from formcheck.pose.estimator import MEDIAPIPE_VERSION, PoseEstimator
from formcheck.pose.landmarks import BODY, SIDES, Landmark, Side
from formcheck.pose.models import PoseModel
from formcheck.pose.types import PoseTrack, TrackSource
from formcheck.session.assessment import Assessment, Plan, PlotBand, Provenance, Rep
from formcheck.session.refusals import not_measured
from formcheck.session.setup import setup_checks
from formcheck.video.digest import file_sha256
from formcheck.video.reader import open_video

Progress = Callable[[float], None]
"""Told the share that is done, from 0 to 1."""

_SAMPLE_EVERY = 75
"""One frame in so many is looked at for other people and for light: 2 to 3 % of the time of an analysis."""
_FEWEST_SAMPLES_TO_REFUSE = 3
_CROWDED_SHARE = 0.5
"""With a second person of like size in more than this share of the samples nobody knows whose knees these are."""
_FEET_SHARE = 0.3
"""With the ankles inside the picture in less than this share of the frames there is no leg to measure."""


@dataclass(frozen=True)
class SetRequest:
    """What a set is to be measured as. What is None is found."""

    rubric: Rubric
    leg: Side | None = None
    """The stance leg of a step-down."""
    view: ViewKind | None = None
    plan: Plan = field(default_factory=Plan)
    leg_is_sure: bool = False
    """True where a person who looked at the video named the leg: it is measured whatever the landmarks show."""

    @property
    def told(self) -> Told:
        """What is known beforehand, for the measurement."""
        return Told(self.leg, self.view, self.leg_is_sure)


def _silent(_share: float) -> None:
    pass


def read_track(
    path: Path,
    model: PoseModel,
    progress: Progress = _silent,
    *,
    mirrored: bool = False,
    capture_fps: float | None = None,
) -> PoseTrack:
    """Find a person in every frame of a video.

    Frames are streamed: memory does not grow with the pictures, only by about 2 kB of landmarks a frame.

    Parameters
    ----------
    path
        The video.
    model
        The pose model.
    progress
        Told the share that is done.
    mirrored
        Whether the recording is a mirror image, as selfie cameras make them.
    capture_fps
        At how many frames/s it was filmed, where somebody said so; see `formcheck.video.source.open_source`.

    Raises
    ------
    VideoError
        If the file cannot be read as a video.
    NotAssessableError
        If two people of like size are in view most of the time.
    """
    people: list[int] = []
    lumas: list[float] = []
    with open_video(path, mirrored=mirrored, capture_fps=capture_fps) as video, PoseEstimator(model) as estimator:
        info = video.info
        poses = TrackBuilder(info.frames)
        looks = LookSchedule()
        last_index = 0
        for count, frame in enumerate(video):
            pose = estimator.estimate(frame.rgb, frame.t_s, width_px=info.width, height_px=info.height)
            poses.add(pose)
            if pose.found and looks.is_due(frame.t_s):
                mirror = estimator.in_the_mirror(frame.rgb, frame.t_s, width_px=info.width, height_px=info.height)
                poses.add_look(correction(pose, mirror))
            if count % _SAMPLE_EVERY == _SAMPLE_EVERY // 2:
                people.append(len(estimator.people_in_view(frame.rgb)))
                lumas.append(float(frame.rgb[::8, ::8].mean()))
            last_index = frame.index
            if info.duration_s > 0:
                progress(min(1.0, frame.t_s / info.duration_s))
        damaged = video.damaged or ""
    crowded = np.array(people) > 1
    if len(people) >= _FEWEST_SAMPLES_TO_REFUSE and crowded.mean() > _CROWDED_SHARE:
        raise NotAssessableError(
            "Two people are in view most of the time, so it is not certain whose knees would be measured.",
            "Film one person alone, or trim and crop the video to one person.",
        )
    track = poses.build(
        TrackSource(
            name=info.name,
            sha256=file_sha256(path),
            width=info.width,
            height=info.height,
            fps=info.fps,
            duration_s=info.duration_s,
            frames=last_index + 1,
            pose_model=model.name,
            model_sha256=model.sha256,
            mediapipe=MEDIAPIPE_VERSION,
            people_seen=tuple(people),
            mean_luma=float(np.mean(lumas)) if lumas else float("nan"),
            damaged=damaged,
            mirrored=mirrored,
            slowed=info.slowed,
            focal_px=focal_px(info.focal_35mm_mm, info.width, info.height),
        )
    )
    progress(1.0)
    return track if np.isfinite(info.duration_s) else _with_duration(track)


def _with_duration(track: PoseTrack) -> PoseTrack:
    last = float(track.t_s[-1]) if len(track) else 0.0
    return replace(track, source=replace(track.source, duration_s=last))


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
    return judged(measure_found(found_set(track, request)), request)


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
    return find_set(track, request.rubric.phases, request.told, placed)


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
        track=m.track,
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


_PLOTTED = {"knee_flexion_max_deg": "knee_flexion_deg", "fppa_deg": "fppa_deg", "kmf_pct": "kmf_pct"}
"""The series that shows a measure over time."""


def _plot_bands(m: SetMeasurement, request: SetRequest) -> list[PlotBand]:
    bands: dict[str, PlotBand] = {}
    for check in request.rubric.checks:
        series, edges = _PLOTTED.get(check.measure), check.bands_for(request.plan)
        if series is None or edges is None or series in bands:
            continue
        if check.view.value in (m.view.kind.value, "any"):
            bands[series] = PlotBand(series, edges.good, edges.caution)
    return list(bands.values())
