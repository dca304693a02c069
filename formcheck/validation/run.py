"""From a clip and its truth to a comparison, through the ordinary engine, which is told the exercise alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from formcheck.errors import FormcheckError
from formcheck.exercises.rubric_file import builtin_names, builtin_rubric
from formcheck.names import shown_name
from formcheck.pose.models import PoseModel
from formcheck.pose.store import load_track
from formcheck.pose.types import PoseTrack
from formcheck.session.reading import read_track
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest
from formcheck.validation.clips import Clip, check_exercise, read_truth
from formcheck.validation.comparison import compare
from formcheck.validation.digitised import need_in_picture
from formcheck.validation.doubts import doubts_of
from formcheck.validation.study import ClipResult
from formcheck.validation.tables import TruthError
from formcheck.validation.truth import ClipInfo, Truth
from formcheck.video.digest import file_sha256

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
