"""Several videos in turn: each is assessed and written, or named with its reason; none stops the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from formcheck.commands.terminal import Bar, Terminal
from formcheck.errors import FormcheckError, NotAssessableError, PoseModelError
from formcheck.pose.models import PoseModel, ensure_model
from formcheck.pose.releases import DEFAULT_MODEL
from formcheck.pose.store import TRACK_SUFFIXES, load_track, save_track
from formcheck.pose.types import PoseTrack
from formcheck.report.files import publish, staging_folder
from formcheck.report.outputs import spare_source, write_outputs
from formcheck.session.assessment import Assessment
from formcheck.session.recorded import SetRequest, assess, read_track

_READING_SHARE: Final = 0.75
"""Of the time for a video whose overlay is written; without one, reading is nearly all of it."""
_READING_SHARE_ALONE: Final = 0.97


@dataclass(frozen=True)
class Job:
    """One file to assess."""

    source: Path
    """A video, or a pose track that was saved from one."""
    stem: str
    """Name of its results before their endings, unlike that of every other job."""

    @property
    def is_track(self) -> bool:
        """Whether the file holds landmarks and not pictures."""
        return self.source.suffix.lower() in TRACK_SUFFIXES


@dataclass(frozen=True)
class Wishes:
    """What is wanted of every file."""

    request: SetRequest
    out_dir: Path
    generated_on: str
    """Date for the reports."""
    video: bool = True
    report: bool = True
    save_track: bool = False
    """Whether to write `<stem>.track.parquet`, from which the set can be measured again without its video."""
    model: str = DEFAULT_MODEL
    mirrored: bool = False
    """Whether the videos are mirror images."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """What became of one file: an assessment and its files, or an error."""

    job: Job
    assessment: Assessment | None = None
    files: tuple[Path, ...] = ()
    error: FormcheckError | None = None


def jobs_for(sources: Sequence[Path]) -> list[Job]:
    """Give every file a stem of its own: of those with one name, the later get `-2`, `-3` and so on.

    Names that differ in upper and lower case alone count as the same, as they do on many disks.
    """
    names = {source.stem.casefold() for source in sources}
    taken: set[str] = set()
    jobs = []
    for source in sources:
        stem, number = source.stem, 1
        while stem.casefold() in taken or (number > 1 and stem.casefold() in names):
            number += 1
            stem = f"{source.stem}-{number}"
        taken.add(stem.casefold())
        jobs.append(Job(source, stem))
    return jobs


def assess_each(jobs: Iterable[Job], wishes: Wishes, terminal: Terminal) -> Iterator[Outcome]:
    """Assess files one after another.

    Yields
    ------
    Outcome
        For each job, as soon as it is done.

    Raises
    ------
    KeyboardInterrupt
        On Ctrl-C; the file at hand leaves nothing behind.
    """
    model = _Model(wishes.model, terminal)
    for job in jobs:
        try:
            assessment, files = _assess(job, wishes, model, terminal)
        except FormcheckError as error:
            yield Outcome(job, error=error)
        else:
            yield Outcome(job, assessment, tuple(files))


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


def _assess(job: Job, wishes: Wishes, model: _Model, terminal: Terminal) -> tuple[Assessment, list[Path]]:
    # Both before the long work: nobody should wait for results that cannot be written.
    spare_source(job.source, [wishes.out_dir / f"{job.stem}.mp4"] if wishes.video else [])
    with staging_folder(wishes.out_dir):
        pass
    if job.is_track:
        if wishes.mirrored:
            raise NotAssessableError(
                f"{job.source.name} holds landmarks, in which left and right are settled.",
                "Measure the video itself with --mirrored.",
            )
        with terminal.bar(job.source.name) as bar:
            track = load_track(job.source)
            return _finish(job, wishes, track, bar, done=0.0)
    found = model.get()
    done = _READING_SHARE if wishes.video else _READING_SHARE_ALONE
    with terminal.bar(job.source.name) as bar:
        track = read_track(job.source, found, bar.part(0.0, done), mirrored=wishes.mirrored)
        return _finish(job, wishes, track, bar, done)


def _finish(job: Job, wishes: Wishes, track: PoseTrack, bar: Bar, done: float) -> tuple[Assessment, list[Path]]:
    """Measure a track and write the results, the track with them where it is wanted: all of it or nothing."""
    assessment = assess(track, wishes.request)
    with staging_folder(wishes.out_dir) as folder:
        kept: list[tuple[Path, Path]] = []
        if wishes.save_track and not job.is_track:
            kept.append((folder / "track.parquet", wishes.out_dir / f"{job.stem}.track.parquet"))
            save_track(track, kept[0][0])
        files = write_outputs(
            assessment,
            None if job.is_track else job.source,
            wishes.out_dir,
            job.stem,
            video=wishes.video,
            report=wishes.report,
            generated_on=wishes.generated_on,
            progress=bar.part(done, 1.0),
        )
        return assessment, files + (publish(kept) if kept else [])
