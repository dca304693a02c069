"""From a clip and its truth to a comparison, through the ordinary engine, which is told the exercise alone.

What makes a comparison prove less than it seems to, a sentence each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from formcheck.errors import FormcheckError
from formcheck.exercises.rubric_file import builtin_names, builtin_rubric
from formcheck.kinematics.measures.record import ErrorRule
from formcheck.kinematics.measures.registry import measure_of
from formcheck.names import shown_name
from formcheck.pose.landmarks import SIDES
from formcheck.pose.models import PoseModel
from formcheck.pose.store import load_track
from formcheck.pose.types import PoseTrack
from formcheck.session.assessment import Assessment
from formcheck.session.reading import read_track
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest
from formcheck.validation.clips import Clip, check_exercise, read_truth
from formcheck.validation.comparison import TruthComparison, compare
from formcheck.validation.digitised import need_in_picture
from formcheck.validation.study import ClipResult
from formcheck.validation.tables import TruthError
from formcheck.validation.truth import ClipInfo, Truth, TruthKind
from formcheck.video.digest import file_sha256

_SAME: Final = 0.006
"""Two decimals are kept in our CSV: rounding alone makes up to half of the last one."""
_MOSTLY: Final = 0.5
_ENDS_EARLY_S: Final = 0.5


def doubts_of(truth: Truth, truth_file: str, assessment: Assessment, comparison: TruthComparison) -> tuple[str, ...]:
    """Return what to bear in mind about the comparison of a clip, a sentence each; empty where nothing is odd.

    Parameters
    ----------
    truth, truth_file
        The truth and the name of its file.
    assessment
        Ours, of the same clip.
    comparison
        Both beside each other.
    """
    return (
        *_compared_with_ourselves(truth, truth_file, comparison),
        *_ends_early(truth, truth_file, assessment),
        *_no_standing_leg_marked(truth, assessment, comparison),
    )


def _compared_with_ourselves(truth: Truth, file: str, comparison: TruthComparison) -> Iterator[str]:
    if truth.kind is not TruthKind.ANALYSIS or not comparison.frames:
        return
    same = np.concatenate([np.abs(each.ours - each.truth) <= _SAME for each in comparison.frames])
    if same.all():
        yield f"It was compared with formcheck's own numbers, which {file} holds unchanged: this proves nothing."
    elif same.mean() >= _MOSTLY:
        yield (
            f"{100 * same.mean():.0f} % of the frame values in {file} are formcheck's own numbers: these agree with "
            "themselves, and the errors look smaller than they are."
        )


def _ends_early(truth: Truth, file: str, assessment: Assessment) -> Iterator[str]:
    t_s = assessment.track.t_s
    if not truth.covers_every_frame or not len(t_s):
        return
    early_s = float(t_s[-1]) - truth.last_s
    if early_s > _ENDS_EARLY_S:
        yield f"{file} ends {early_s:.1f} s before the clip: see that it is the truth of this clip."


def _no_standing_leg_marked(truth: Truth, assessment: Assessment, comparison: TruthComparison) -> Iterator[str]:
    """Tell where a measure is in percent of a leg that was only marked bent, and so seen too short."""
    spans = [(rep.start_s, rep.end_s) for rep in assessment.reps]
    for side in SIDES:
        of_leg_length = [
            each.measure for each in comparison.frames if each.leg == side.value and _is_of_leg_length(each.measure)
        ]
        if truth.kind is not TruthKind.POINTS or not of_leg_length:
            continue
        names = {f"{side.value}_{joint}" for joint in ("hip", "knee", "ankle")}
        marked = [t for t, points in truth.points if names <= points.keys()]
        if all(any(start <= t <= end for start, end in spans) for t in marked):
            yield (
                f"The {side.value} leg is marked in reps only: mark a frame of standing too, or "
                f"{' and '.join(of_leg_length)} of the truth is in percent of a bent leg and too large."
            )


def _is_of_leg_length(name: str) -> bool:
    measure = measure_of(name)
    return measure is not None and isinstance(measure.error, ErrorRule) and measure.error.of_leg_length


Progress = Callable[[float], None]
"""Told the share that is done, from 0 to 1."""

_PAST_THE_END_S: Final = 0.1
"""The last frame is shown for a moment after its time stamp; truths may be rounded."""


@dataclass(frozen=True)
class Readied:
    """A clip whose truth has been read."""

    clip: Clip
    truth: Truth
    info: ClipInfo
    exercise: str


def ready(clip: Clip, listed: ClipInfo | None, default_exercise: str | None) -> Readied:
    """Read the truth of a clip: quick, so that a mistake in it is told before anything is measured.

    Raises
    ------
    FormcheckError
        If the truth cannot be used or nothing says which exercise it is.
    """
    truth, info = read_truth(clip, listed)
    return Readied(clip, truth, info, check_exercise(info, default_exercise, tuple(builtin_names()), clip))


def measure_and_compare(readied: Readied, model: PoseModel | None, progress: Progress) -> ClipResult:
    """Measure a clip and put the result beside its truth.

    Parameters
    ----------
    readied
        The clip with its truth.
    model
        The pose model; may be None where the clip's landmarks are saved beside it.
    progress
        Told the share that is done.

    Raises
    ------
    FormcheckError
        If the clip cannot be measured, or its truth speaks of moments or places it does not have.
    """
    clip, truth = readied.clip, readied.truth
    track = _track(clip, model, progress)
    _need_inside(clip, truth, track)
    need_in_picture(clip.truth.name, truth, track.source.width, track.source.height)
    rubric = builtin_rubric(readied.exercise)
    assessment = assess(track, SetRequest(readied.exercise))
    comparison = compare(assessment, truth, readied.info, {check.measure: check.phase.value for check in rubric.checks})
    notes = [*truth.notes, *doubts_of(truth, clip.truth.name, assessment, comparison)]
    if not comparison.reps and not comparison.frames:
        notes.append("No value could be compared: see which measures its view carries and which the truth has.")
    return ClipResult(
        name=shown_name(clip.name),
        file=shown_name(clip.source.name),
        exercise=readied.exercise,
        person=readied.info.person,
        kind=truth.kind,
        sha256=track.source.sha256,
        truth_file=shown_name(clip.truth.name),
        truth_sha256=file_sha256(clip.truth),
        comparison=comparison,
        provenance=assessment.provenance,
        notes=tuple(map(shown_name, notes)),
    )


def failed(clip: Clip, error: FormcheckError) -> ClipResult:
    """Return the result of a clip that could not be compared."""
    name, file = shown_name(clip.name), shown_name(clip.source.name)
    return ClipResult(name=name, file=file, sha256=_sha_or_empty(clip.source), error=error)


def _sha_or_empty(path: Path) -> str:
    try:
        return file_sha256(path)
    except FormcheckError:
        return ""


def _track(clip: Clip, model: PoseModel | None, progress: Progress) -> PoseTrack:
    if clip.track is None:
        assert clip.video is not None  # a clip has a video or a track
        assert model is not None  # whoever gives clips without tracks gives a model
        return read_track(clip.video, model, progress)
    track = load_track(clip.track)
    if clip.video is not None and track.source.sha256 != file_sha256(clip.video):
        raise TruthError(
            f"{clip.track.name} was not saved from the {clip.video.name} that lies beside it.",
            f"Take {clip.track.name} away, or save it again with formcheck analyze --save-track.",
        )
    progress(1.0)
    return track


def _need_inside(clip: Clip, truth: Truth, track: PoseTrack) -> None:
    """Refuse a truth that goes on after the clip: it is another clip's, or its times are frames or milliseconds."""
    end_s = max(track.source.duration_s, float(track.t_s[-1]) if len(track) else 0.0)
    if truth.last_s > end_s + _PAST_THE_END_S:
        raise TruthError(
            f"{clip.truth.name} speaks of {truth.last_s:g} s, but the clip ends after {end_s:.1f} s.",
            "Give t_s in seconds from the first frame, and see that the truth is that of this clip.",
        )
