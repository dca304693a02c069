"""Several videos in turn: each is assessed and written, or named with its reason; none stops the others."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Final

from formcheck.cluster.video_job import Job, WantedResults, write_sets
from formcheck.commands.terminal import Terminal
from formcheck.errors import FormcheckError, PoseModelError, VideoError
from formcheck.exercises.catalogue.exercise import exercise_in_name
from formcheck.exercises.rubric_file import builtin_names
from formcheck.names import shown_name
from formcheck.pose.models import AUTO_MODEL, PoseModel, ensure_model
from formcheck.pose.releases import DEFAULT_MODEL
from formcheck.pose.types import PoseTrack
from formcheck.report.files import staging_folder
from formcheck.report.outputs import spare_source
from formcheck.session.assessment import Assessment
from formcheck.session.guess import sure_guess
from formcheck.session.recording import read_recording
from formcheck.session.request import SetRequest
from formcheck.session.several_sets import SetOfRecording, assess_every_set

_ADDRESS: Final = re.compile(r"^(https?|ftp|rtsp|rtmp|s3|file):/+(.*)$", re.IGNORECASE)
"""A path has one of the two slashes left."""


@dataclass(frozen=True)
class Errand:
    """What every file is measured as, and which results go where."""

    request: SetRequest
    out_dir: Path
    wanted: WantedResults
    model: str = DEFAULT_MODEL
    picture_px: tuple[int, int] | None = None
    """Size of the picture that landmarks were found in, for files that do not say it."""


@dataclass(frozen=True)
class TakenFor:
    """Which exercise a file was taken for, where nobody said."""

    exercise: str
    why: str
    """One sentence."""


@dataclass(frozen=True, eq=False)
class FileOutcome:
    """What became of one file, or of one of the sets in it: an assessment and its files, or an error."""

    job: Job
    assessment: Assessment | None = None
    taken_for: TakenFor | None = None
    files: tuple[Path, ...] = ()
    error: FormcheckError | None = None
    set_name: str = ""
    """Which set of the file it is; empty where it holds one."""


def assess_each(jobs: Iterable[Job], errand: Errand, terminal: Terminal) -> Iterator[FileOutcome]:
    """Assess files one after another.

    Yields
    ------
    FileOutcome
        For each job, as soon as it is done; of a file that holds several sets one for each.

    Raises
    ------
    KeyboardInterrupt
        On Ctrl-C; the file at hand leaves nothing behind.
    """
    model, all_jobs = _Model(errand.model, terminal), tuple(jobs)
    sources = [job.source for job in all_jobs]
    for job in all_jobs:
        try:
            done, taken_for = _assess(job, errand, model, terminal, sources)
        except FormcheckError as error:
            yield FileOutcome(job, error=error)
        else:
            for found, files in done:
                yield FileOutcome(job, found.assessment, taken_for, tuple(files), set_name=found.name)


class _Model:
    """The pose model, fetched when the first video needs it; a failure to is not repeated for every video."""

    def __init__(self, name: str, terminal: Terminal) -> None:
        self._name = name
        self._terminal = terminal
        self._found: PoseModel | None = None
        self._error: PoseModelError | None = None

    def get(self) -> PoseModel:
        """Return the model, or raise the `PoseModelError` that says why there is none."""
        if self._error is not None:
            raise self._error
        if self._found is None:
            try:
                with self._terminal.stages() as stages:
                    self._found = ensure_model(self._name, stages)
            except PoseModelError as error:
                self._error = error
                raise
        return self._found


def _assess(
    job: Job, errand: Errand, model: _Model, terminal: Terminal, sources: Iterable[Path]
) -> tuple[list[tuple[SetOfRecording, list[Path]]], TakenFor | None]:
    wanted, out_dir = errand.wanted, errand.out_dir
    _refuse_what_is_no_file(job.source)
    # Both before the long work: nobody should wait for results that cannot be written.
    for source in sources:  # the overlay of one may have the name of another
        spare_source(source, [out_dir / f"{job.stem}.mp4"] if wanted.video else [])
    with staging_folder(out_dir):
        pass
    done = 0.0 if job.is_track else wanted.reading_share
    if not job.is_track:
        model.get()  # before the bar: an installation has one of its own
    with terminal.bar(job.source.name) as bar:
        track = read_recording(
            job.source,
            errand.request,
            model.get,
            bar.part(0.0, done),
            picture_px=errand.picture_px,
            finder_said="" if errand.model == AUTO_MODEL else "model",
        )
        request, taken_for = errand.request, None
        if request.exercise is None:
            taken_for = _taken_for(job.source, track)
            request = replace(request, exercise=taken_for.exercise)
        found = assess_every_set(track, request)
        return write_sets(job, wanted, track, found, out_dir, bar.part(done, 1.0)), taken_for


def _taken_for(source: Path, track: PoseTrack) -> TakenFor:
    """Return which exercise a file shows, as the app takes it: its name goes before the movement."""
    named = exercise_in_name(PurePath(source.name))
    if named is not None:
        return TakenFor(named, "The file is named so.")
    guess = sure_guess(track, f"Say which it is: --exercise {'|'.join(builtin_names())}.")
    return TakenFor(guess.exercise, guess.why)


def address_of(source: Path) -> str | None:
    """Return the address in the network that was given in place of a file; None where it is none."""
    found = _ADDRESS.match(source.as_posix())
    return None if found is None or source.exists() else f"{found.group(1)}://{found.group(2)}"


def _refuse_what_is_no_file(source: Path) -> None:
    """Say what to do with a folder or an address in the network, which people give where a file is wanted.

    Raises
    ------
    VideoError
        If it is one.
    """
    if address_of(source) is not None:
        raise VideoError(
            "This is an address in the network, and formcheck measures files on this computer.",
            "Save the video here first, then name the file.",
        )
    if source.is_dir():
        name = shown_name(source)
        raise VideoError(f'"{name}" is a folder.', f"To measure all videos in it: formcheck batch {shlex.quote(name)}")
