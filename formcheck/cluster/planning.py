"""What there is to do in a folder: which videos are measured as what, and what is settled without measuring."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Final

import formcheck
from formcheck.cluster.folder import Content, Copy, Found
from formcheck.cluster.summary import CSV_NAME, Row
from formcheck.cluster.video_job import Job, WantedResults, job_stem, jobs_for
from formcheck.errors import FormcheckError, VideoError
from formcheck.exercises.catalogue.exercise import exercise_in_name
from formcheck.exercises.rubric_file import builtin_names, builtin_rubric
from formcheck.names import shown_name
from formcheck.pose.models import PoseModel
from formcheck.session.request import SetRequest
from formcheck.video.digest import file_sha256

BY_REQUEST: Final = "asked"
BY_NAME: Final = "file name"
BY_MOVEMENT: Final = "movement"


class Outcome(StrEnum):
    """What became of a file of the folder."""

    ASSESSED = "assessed"
    FAILED = "failed"
    """It could not be assessed; the reason says why."""
    COPY = "copy"
    """Its content is that of another file, which was measured."""
    LEFT_OUT = "left out"
    """It is not named like a video."""
    UNFINISHED = "unfinished"
    """The run was stopped before it was done."""


@dataclass(frozen=True)
class Assignment:
    """A video to measure."""

    found: Found
    job: Job
    place: PurePosixPath
    """Folder of its results below that of all results."""
    request: SetRequest
    """Without an exercise where the worker shall go by the movement."""
    exercise_from: str
    settings_sha256: str
    """Fingerprint of all that its numbers and files depend on, the video excepted."""

    @property
    def results(self) -> str:
        """Path of its results below the folder of all, without their endings."""
        return str(self.place / self.job.stem)


@dataclass(frozen=True)
class Settled:
    """A file that needs no measuring, and why."""

    found: Found
    outcome: Outcome
    row: Row
    kept: bool = False
    """Whether its results are those of an earlier run."""
    error: FormcheckError | None = None
    same_as: Found | None = None


@dataclass(frozen=True)
class Preparation:
    """All files of a folder: those that are settled and those to measure, the largest first."""

    settled: tuple[Settled, ...]
    assignments: tuple[Assignment, ...]


def prepare(
    content: Content,
    copies: Mapping[Found, Copy],
    folder: Path,
    *,
    request: SetRequest,
    fingerprint: Callable[[SetRequest], str],
    earlier: Sequence[Row],
    endings: Sequence[str],
    out_dir: Path,
) -> Preparation:
    """Decide for every file of a folder what is to be done with it.

    Parameters
    ----------
    content
        The files.
    copies
        Files that are copies of others.
    folder
        Where they lie.
    request
        What all are measured as; without an exercise to go by their names, and where those say nothing by the movement.
    fingerprint
        Gives `Assignment.settings_sha256`.
    earlier
        Rows of an earlier summary whose results may be kept.
    endings
        Of the results that are wanted of each video.
    out_dir
        Where the results go.
    """
    settled = [_left_out(each) for each in content.others]
    settled += [_copy(each, copies[each]) for each in content.videos if each in copies]
    known = [
        (found, *((request, BY_REQUEST) if request.exercise else _by_name(request, found, folder)))
        for found in content.videos
        if found not in copies
    ]
    rows: dict[str, list[Row]] = {}
    for row in earlier:
        if row.get("outcome") == Outcome.ASSESSED:
            rows.setdefault(row["video"], []).append(row)
    kept = {
        found: of_sets
        for found, chosen, _ in known
        if (of_sets := rows.get(found.name))
        and all(_still_holds(found, row, fingerprint(chosen), endings, out_dir) for row in of_sets)
    }
    settled += [Settled(found, Outcome.ASSESSED, row, kept=True) for found, of_sets in kept.items() for row in of_sets]
    left = [each for each in known if each[0] not in kept]
    taken = [job_stem(PurePosixPath(row["results"])) for of_sets in kept.values() for row in of_sets]
    assignments = _assigned(left, taken, fingerprint)
    return Preparation(tuple(settled), tuple(sorted(assignments, key=lambda each: -each.found.size_bytes)))


def settings_fingerprint(request: SetRequest, wanted: WantedResults, model: PoseModel) -> str:
    """Return the SHA-256 of all that decides a video's numbers and files, the date of the report excepted."""
    rubrics = [request.rubric] if request.exercise else map(builtin_rubric, builtin_names())
    said = {
        "formcheck": formcheck.__version__,
        "model": model.sha256,
        "rubrics": [each.sha256 for each in rubrics],
        "request": replace(request, own_rubric=None).document(),
        "wanted": asdict(wanted) | {"generated_on": None},
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def _left_out(found: Found) -> Settled:
    error = VideoError(
        f'"{found.name}" is not named like a video, so it was left out.', "If it is one, let its name end in .mp4."
    )
    return Settled(found, Outcome.LEFT_OUT, {}, error=error)


def _copy(found: Found, copy: Copy) -> Settled:
    row: Row = {"sha256": copy.sha256, "same_as": copy.first.name}
    return Settled(found, Outcome.COPY, row, same_as=copy.first)


def _by_name(request: SetRequest, found: Found, folder: Path) -> tuple[SetRequest, str]:
    exercise = exercise_in_name(PurePosixPath(shown_name(folder.resolve().name)) / found.name)
    return (request, BY_MOVEMENT) if exercise is None else (replace(request, exercise=exercise), BY_NAME)


def _still_holds(found: Found, row: Row, settings_sha256: str, endings: Sequence[str], out_dir: Path) -> bool:
    """Say whether the results that a row tells of are those that measuring again would give, and are still there."""
    if row.get("settings_sha256") != settings_sha256 or row.get("size_bytes") != found.size_bytes:
        return False
    if not all((out_dir / f"{row['results']}.{ending}").is_file() for ending in endings):
        return False
    try:
        return file_sha256(found.path) == row.get("sha256")
    except VideoError:
        return False


def _assigned(
    known: Iterable[tuple[Found, SetRequest, str]],
    taken: Iterable[PurePosixPath],
    fingerprint: Callable[[SetRequest], str],
) -> list[Assignment]:
    """Give each video a name for its results, in folders like those that the videos lie in."""
    by_place: dict[PurePosixPath, list[tuple[Found, SetRequest, str]]] = {}
    for each in known:
        by_place.setdefault(PurePosixPath(each[0].name).parent, []).append(each)
    assignments = []
    for place, group in by_place.items():
        stems = [path.name for path in taken if path.parent == place]
        if place == PurePosixPath():
            stems.append(PurePosixPath(CSV_NAME).stem)
        jobs = jobs_for([found.path for found, _, _ in group], stems)
        assignments += [
            Assignment(found, job, place, request, source, fingerprint(request))
            for job, (found, request, source) in zip(jobs, group, strict=True)
        ]
    return assignments
