"""What a worker does with one video, and what it sends back: numbers and words, while files stay on the disk.

Results are written into a folder of the run, which the process that started the run moves to where they belong. So a
worker may die at any moment and leave nothing half-written among the results.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, Final
from uuid import uuid4

import cv2

from formcheck.cluster.summary import Row, measured_row
from formcheck.cluster.video_job import Job, WantedResults, set_stem, write_sets
from formcheck.errors import FormcheckError, PoseModelError, VideoError
from formcheck.exercises.rubric_file import builtin_names
from formcheck.names import shown_name
from formcheck.pose.models import PoseModel, find_model
from formcheck.pose.types import PoseTrack
from formcheck.report.document import assessment_document
from formcheck.report.summary import what_was_done
from formcheck.session.guess import sure_guess
from formcheck.session.recording import read_recording
from formcheck.session.request import SetRequest
from formcheck.session.several_sets import SetOfRecording, assess_every_set
from formcheck.video.digest import file_sha256

RUNNING_MARK: Final = "running"
"""A file in the folder of the run. Workers whose run has none any more stop at the next frame."""
_LOOKED_EVERY: Final = 10
"""Frames between two looks for the mark, which may lie on another computer's disk."""


@dataclass(frozen=True)
class Order:
    """One video to measure."""

    job: Job
    request: SetRequest
    """Without an exercise to go by the movement."""
    exercise_from: str
    """Where it is known from which exercise this is: `asked`, `file name` or `movement`."""
    wanted: WantedResults
    model: PoseModel
    run_folder: Path
    """Where the results go; holds the `RUNNING_MARK`."""


@dataclass(frozen=True)
class MeasuredSet:
    """What a worker sends back about one of the sets of a video."""

    results: PurePosixPath
    """Where its results are named below the folder of all, without their endings."""
    row: Row
    """Cells of the summary table."""
    document: dict[str, Any]
    """`formcheck.assessment/1` without reps and findings."""
    sentence: str
    """What was seen and counted."""
    files: tuple[Path, ...]
    """In the folder of the run."""


@dataclass(frozen=True)
class Measured:
    """What a worker sends back about a video."""

    sha256: str
    """Of the video; empty where it cannot be read."""
    sets: tuple[MeasuredSet, ...] = ()
    """None where the video could not be assessed."""
    error: FormcheckError | None = None
    """Why it could not be assessed."""


class StoppedError(Exception):
    """The run was stopped while this worker was measuring."""


def measure(order: Order, tell: Callable[[float], None]) -> Measured:
    """Measure one video and write its results into the folder of the run.

    Parameters
    ----------
    order
        The video, and what is wanted.
    tell
        Told the share that is done, from 0 to 1.

    Raises
    ------
    StoppedError
        If the run was stopped meanwhile.
    """
    cv2.setNumThreads(1)  # a worker has one core
    progress = _watching(order.run_folder / RUNNING_MARK, tell)
    share = order.wanted.reading_share
    folder = order.run_folder / uuid4().hex
    try:
        track = read_recording(
            order.job.source, order.request, lambda: _model_here(order.model), lambda x: progress(x * share)
        )
        return _assessed(order, track, folder, lambda x: progress(share + x * (1 - share)))
    except FormcheckError as error:
        # The folder of the run means nothing to people; what is wrong with it is wrong with the disk.
        reason = error.reason.replace(shown_name(folder), shown_name(order.run_folder.parent))
        return Measured(_sha256(order.job.source), error=type(error)(reason, error.remedy))


def _assessed(order: Order, track: PoseTrack, folder: Path, progress: Callable[[float], None]) -> Measured:
    request, certainty = order.request, None
    if request.exercise is None:
        guess = sure_guess(track, f"Give --exercise {'|'.join(builtin_names())}, or put such a word into its name.")
        request, certainty = replace(request, exercise=guess.exercise), guess.certainty.value
    found = assess_every_set(track, request)
    progress(0.0)
    known = {"exercise_from": order.exercise_from, "exercise_certainty": certainty}
    written = write_sets(order.job, order.wanted, track, found, folder, progress)
    return Measured(track.source.sha256, tuple(_told(order, each, files, known) for each, files in written))


def _told(order: Order, found: SetOfRecording, files: list[Path], known: Row) -> MeasuredSet:
    document = assessment_document(found.assessment)
    return MeasuredSet(
        results=set_stem(order.job, found),
        row=measured_row(found.assessment) | known | {"set": found.name or None},
        document={key: value for key, value in document.items() if key not in ("reps", "findings", "setup")},
        sentence=what_was_done(found.assessment),
        files=tuple(files),
    )


def _watching(mark: Path, tell: Callable[[float], None]) -> Callable[[float], None]:
    """Return what tells the share that is done, and ends the work where the run is over."""
    calls = 0

    def progress(share: float) -> None:
        nonlocal calls
        if calls % _LOOKED_EVERY == 0 and not mark.exists():
            raise StoppedError
        calls += 1
        tell(share)

    progress(0.0)
    return progress


def _model_here(model: PoseModel) -> PoseModel:
    """Return the pose model where this computer has it.

    Raises
    ------
    PoseModelError
        If it has another one, or none.
    """
    if model.path.is_file():
        return model
    here = find_model(model.short_name)
    if here.sha256 != model.sha256:
        raise PoseModelError(
            f"A worker has another pose model “{model.short_name}” than the computer that this run was started on.",
            f"Copy {model.path.name} to the models folder of every worker, or share that folder.",
        )
    return here


def _sha256(path: Path) -> str:
    try:
        return file_sha256(path)
    except VideoError:
        return ""
