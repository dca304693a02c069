"""A recording with more than one view: each stretch is a set of its own, and together they are one assessment.

A view belongs to a rep and not to a video. Front and then side in one film is what a clinic does on purpose: it gives
the measures of both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from formcheck.exercises.finding import Finding
from formcheck.exercises.judge import judge_set
from formcheck.exercises.rubric import Rubric
from formcheck.kinematics.analysis import MeasureSeries
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.phase_rule import Begins
from formcheck.kinematics.reps import PHASES_OF
from formcheck.kinematics.view import ViewKind, ViewQuality, ViewVerdict
from formcheck.pose.types import PoseTrack
from formcheck.session.assessment import Assessment, NotMeasured, Rep, SeenFrom, SetupCheck

FloatArray = NDArray[np.float64]

_OF_THE_WHOLE = frozenset({"reps_count"})
"""Measures of a set that are of all of its views together."""


def seen_from(view: ViewVerdict) -> str:
    """Return from where the camera sees the person, as in `seen from the front`."""
    if view.kind is ViewKind.FRONT:
        return "from the front" if view.facing_camera else "from behind"
    if view.kind is ViewKind.SIDE:
        return f"from the {view.near_leg.value} side" if view.near_leg is not None else "from the side"
    return "at an angle" if view.kind is ViewKind.OBLIQUE else "from a direction that is not clear"


def joined(track: PoseTrack, parts: Sequence[Assessment], rubric: Rubric) -> Assessment:
    """Return the assessment of a recording from those of the stretches with one view each.

    Its `view` is that of the stretch with most whole reps, of one that can carry angles if there is any.

    Parameters
    ----------
    track
        The whole recording, as the pose estimator gave it.
    parts
        In order of time; stretches without a rep are left out where there is one with.
    rubric
        What the set was judged by.
    """
    parts = [part for part in parts if part.reps] or list(parts)
    if len(parts) == 1:
        return over_recording(track, parts[0])
    main = max(parts, key=lambda part: (part.view.verdict is not ViewQuality.REFUSED, len(part.complete_reps)))
    reps, findings = list[Rep](), list[Finding]()
    for part in parts:
        before = len(reps)
        reps += [replace(rep, index=rep.index + before) for rep in part.reps]
        findings += [
            finding if finding.rep is None else replace(finding, rep=finding.rep + before)
            for finding in part.findings
            if finding.measure not in _OF_THE_WHOLE
        ]
    whole = replace(
        main,
        views=tuple(SeenFrom(float(part.track.t_s[0]), float(part.track.t_s[-1]), part.view) for part in parts),
        setup=_setup(parts, main),
        reps=tuple(reps),
        findings=(*findings, *_of_the_whole(main, rubric, reps)),
        not_measured=_not_measured(parts),
        provenance=replace(
            main.provenance, filter="; ".join(dict.fromkeys("; ".join(p.provenance.filter for p in parts).split("; ")))
        ),
    )
    return over_recording(track, whole, parts)


def _of_the_whole(main: Assessment, rubric: Rubric, reps: Sequence[Rep]) -> list[Finding]:
    values = {"reps_count": {"both": Estimate(float(sum(rep.counts for rep in reps)), 0.0)}}
    held_to = replace(main, reps=tuple(reps)).held_to
    legs = {finding.leg for finding in main.findings if finding.measure in _OF_THE_WHOLE}
    if not legs:
        return []
    return judge_set(rubric, legs.pop(), values, view_kind=main.view.kind, view_quality=main.view.verdict, plan=held_to)


def _setup(parts: Sequence[Assessment], main: Assessment) -> tuple[SetupCheck, ...]:
    """Return each check once where the stretches agree, else of each stretch with its time; and the turn itself."""
    by_id: dict[str, list[tuple[Assessment, SetupCheck]]] = {}
    for part in [main, *(part for part in parts if part is not main)]:
        for check in part.setup:
            by_id.setdefault(check.id, []).append((part, check))
    merged = [_turned(parts)]
    for found in by_id.values():
        failed = [(part, check) for part, check in found if check.failed]
        if not failed:
            merged.append(found[0][1])
        elif len({check.message for _, check in failed}) == 1 and len(failed) == len(parts):
            merged.append(failed[0][1])
        else:
            merged += [replace(check, message=f"{_time_of(part)}: {check.message}") for part, check in failed]
    return tuple(merged)


def _turned(parts: Sequence[Assessment]) -> SetupCheck:
    turns = [f"{(one.track.t_s[-1] + other.track.t_s[0]) / 2:.1f} s" for one, other in pairwise(parts)]
    seen = ", then ".join(seen_from(part.view) for part in parts)
    return SetupCheck(
        "SU-19",
        "Views",
        True,
        float(len(parts)),
        f"The view changes at {' and at '.join(turns)}: seen {seen}. Each rep is measured by its own view.",
    )


def _time_of(part: Assessment) -> str:
    return f"From {part.track.t_s[0]:.1f} to {part.track.t_s[-1]:.1f} s"


def _not_measured(parts: Sequence[Assessment]) -> tuple[NotMeasured, ...]:
    """Return what no stretch gives, with the reason of the first one that names it."""
    missing: dict[str, list[NotMeasured]] = {}
    for part in parts:
        for each in part.not_measured:
            missing.setdefault(each.measure, []).append(each)
    return tuple(each[0] for each in missing.values() if len(each) == len(parts))


def _resting(assessment: Assessment) -> str:
    """Return what the time between reps is called."""
    return PHASES_OF[assessment.reps[0].begins if assessment.reps else Begins.STANDING][0]


def over_recording(track: PoseTrack, whole: Assessment, parts: Sequence[Assessment] = ()) -> Assessment:
    """Return an assessment with everything over time that its stretches hold, on the frames of the whole recording.

    Parameters
    ----------
    track
        The whole recording, as the pose estimator gave it.
    whole
        The set.
    parts
        The stretches that it was joined from; none for a set that is one stretch itself.
    """
    parts = parts or [whole]
    n, image, visibility = len(track), track.image_px.copy(), track.visibility.copy()
    phase, rep_of_frame = np.full(n, _resting(whole), dtype="<U7"), np.zeros(n, dtype=np.int64)
    per_leg: dict[str, FloatArray] = {}
    whole_body: dict[str, FloatArray] = {}
    before = 0
    for part in parts:
        first = int(np.searchsorted(track.t_s, part.track.t_s[0]))
        frames = slice(first, first + len(part.track))
        image[frames], visibility[frames] = part.track.image_px, part.track.visibility
        phase[frames] = part.phase
        rep_of_frame[frames] = np.where(part.rep_of_frame > 0, part.rep_of_frame + before, 0)
        before += len(part.reps)
        for target, source, shape in (
            (per_leg, part.series.per_leg, (n, 2)),
            (whole_body, part.series.whole_body, (n,)),
        ):
            for name, values in source.items():
                target.setdefault(name, np.full(shape, np.nan))[frames] = values
    return replace(
        whole,
        track=replace(track, image_px=image, visibility=visibility),
        series=MeasureSeries(track.t_s, per_leg, whole_body),
        phase=phase,
        rep_of_frame=rep_of_frame,
    )
