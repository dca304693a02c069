"""One recorded file, and its results; what `analyze` and `batch` do with each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Final

from formcheck.names import results_stem
from formcheck.pose.store import save_track
from formcheck.pose.types import PoseTrack
from formcheck.report.csv_file import CsvDialect
from formcheck.report.document import write_json
from formcheck.report.files import publish, staging_folder
from formcheck.report.letterhead import Paper
from formcheck.report.outputs import spare_source, write_outputs
from formcheck.session.assessment import Assessment
from formcheck.session.recorded import assess
from formcheck.session.recording import holds_landmarks
from formcheck.session.several_sets import SetOfRecording
from formcheck.session.within import narrowed

Progress = Callable[[float], None]
"""Told the share of a step that is done, from 0 to 1."""

_READING_SHARE: Final = 0.75
"""Of the time for a video whose overlay is written; without one, reading is nearly all of it."""
_READING_SHARE_ALONE: Final = 0.97


@dataclass(frozen=True)
class Job:
    """One file to assess."""

    source: Path
    """A video, or landmarks that were found in one."""
    stem: str
    """Name of its results before their endings, unlike that of every other job."""

    @property
    def is_track(self) -> bool:
        """Whether the file holds landmarks and not pictures."""
        return holds_landmarks(self.source)


@dataclass(frozen=True)
class WantedResults:
    """Which results are wanted of every file."""

    generated_on: str
    """Date for the reports."""
    video: bool = True
    report: bool = True
    save_track: bool = False
    """Whether to write `<stem>.track.parquet`, from which the set can be measured again without its video."""
    csv: CsvDialect = CsvDialect.COMMA
    """How CSV files are written."""
    paper: Paper = Paper.A4
    """What reports are printed on."""

    @property
    def reading_share(self) -> float:
        """Share of the time for a video that goes into finding the person in it; the rest is writing."""
        return _READING_SHARE if self.video else _READING_SHARE_ALONE

    @property
    def endings(self) -> tuple[str, ...]:
        """Endings of the files that are written for a video."""
        wanted = (("mp4", self.video), ("html", self.report), ("track.parquet", self.save_track))
        return ("json", "csv", *(ending for ending, is_wanted in wanted if is_wanted))


def jobs_for(sources: Sequence[Path], taken: Iterable[str] = ()) -> list[Job]:
    """Give every file a stem of its own: of those with one name, the later get `-2`, `-3` and so on.

    Names that differ in upper and lower case alone count as the same, as they do on many disks. What of a name cannot
    be shown, or is too long for the endings of the results, is not in the stem.

    Parameters
    ----------
    sources
        The files.
    taken
        Stems that none may have.
    """
    stems = [results_stem(source.stem) for source in sources]
    names = {stem.casefold() for stem in stems}
    taken = {stem.casefold() for stem in taken}
    jobs = []
    for source, plain_stem in zip(sources, stems, strict=True):
        stem, number = plain_stem, 1
        while stem.casefold() in taken or (number > 1 and stem.casefold() in names):
            number += 1
            stem = f"{plain_stem}-{number}"
        taken.add(stem.casefold())
        jobs.append(Job(source, stem))
    return jobs


_SETS: Final = "-sets"


def set_stem(job: Job, found: SetOfRecording) -> PurePosixPath:
    """Return where the results of a set are named below the folder of results, without endings.

    Of a file that holds one set that is the stem of the job; of one with several `clip-sets/clip-1-left`.
    """
    if found.is_only_one:
        return PurePosixPath(job.stem)
    leg = found.assessment.leg
    what = found.assessment.view.kind.value if leg is None else leg.value
    return PurePosixPath(f"{job.stem}{_SETS}") / f"{job.stem}-{found.number}-{what}"


def job_stem(results: PurePosixPath) -> PurePosixPath:
    """Return the folder and the stem of the job that results came of; see `set_stem`."""
    folder = results.parent
    of_several = folder.name.endswith(_SETS) and results.name.startswith(folder.name.removesuffix(_SETS) + "-")
    return folder.with_name(folder.name.removesuffix(_SETS)) if of_several else results


def write_sets(
    job: Job,
    wanted: WantedResults,
    track: PoseTrack,
    found: Sequence[SetOfRecording],
    out_dir: Path,
    progress: Progress,
) -> list[tuple[SetOfRecording, list[Path]]]:
    """Write the results of every set of a file: all of it or nothing. Several lie in a folder of their own.

    Beside that folder lies the JSON of the recording as one, with the reps of all its sets, where that of a single set
    would: who looks for it there finds everything.

    Parameters
    ----------
    job, wanted, track, out_dir, progress
        As for `write_job`.
    found
        The sets of the file.

    Returns
    -------
    list of SetOfRecording with its files
        As they were given.

    Raises
    ------
    VideoError
        If the video cannot be read again.
    OutputError
        If the results cannot be written.
    """
    if len(found) == 1:
        return [(found[0], write_job(job, wanted, track, found[0].assessment, out_dir, progress))]
    done: list[tuple[SetOfRecording, list[Path]]] = []
    with staging_folder(out_dir) as folder:
        for i, each in enumerate(found):
            part = Job(job.source, set_stem(job, each).name)
            own = narrowed(track, each.request.within)
            files = write_job(part, wanted, own, each.assessment, folder, _part_of(progress, i, len(found)))
            done.append((each, files))
        place = out_dir / set_stem(job, found[0]).parent
        place.mkdir(exist_ok=True)
        moves = [(path, place / path.name) for _, files in done for path in files]
        together = folder / f"{job.stem}.json"
        write_json(assess(track, replace(found[0].request, within=None)), together)
        moves.append((together, out_dir / together.name))
        if not job.is_track:
            spare_source(job.source, [target for _, target in moves])
        publish(moves)
    return [(each, [place / path.name for path in files]) for each, files in done]


def _part_of(progress: Progress, part: int, parts: int) -> Progress:
    return lambda share: progress((part + share) / parts)


def write_job(
    job: Job, wanted: WantedResults, track: PoseTrack, assessment: Assessment, out_dir: Path, progress: Progress
) -> list[Path]:
    """Write the results of one set, its landmarks with them where they are wanted: all of it or nothing.

    Parameters
    ----------
    job
        The file.
    wanted
        Which results.
    track
        Its landmarks as they were found.
    assessment
        What they were measured as.
    out_dir
        Where to; made where it does not exist.
    progress
        Told the share that is done.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    VideoError
        If the video cannot be read again.
    OutputError
        If the results cannot be written.
    """
    with staging_folder(out_dir) as folder:
        kept: list[tuple[Path, Path]] = []
        if wanted.save_track and not job.is_track:
            kept.append((folder / "track.parquet", out_dir / f"{job.stem}.track.parquet"))
            save_track(track, kept[0][0])
        files = write_outputs(
            assessment,
            None if job.is_track else job.source,
            out_dir,
            job.stem,
            video=wanted.video,
            report=wanted.report,
            generated_on=wanted.generated_on,
            csv=wanted.csv,
            paper=wanted.paper,
            progress=progress,
        )
        return files + (publish(kept) if kept else [])
