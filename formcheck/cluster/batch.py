"""All videos of a folder measured on a pool of workers: results moved to their places, the summary kept up to date.

Whether the workers of a scheduler elsewhere see the same files as the computer that a run is started on.
"""

from __future__ import annotations

import os
import shutil
import socket
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import formcheck
from formcheck.cluster.folder import Found
from formcheck.cluster.planning import Assignment, Outcome, Preparation, Settled
from formcheck.cluster.pool import ClusterError, Pool
from formcheck.cluster.run import Finished, run_each
from formcheck.cluster.summary import Row, write_summary
from formcheck.cluster.video_job import WantedResults
from formcheck.cluster.work import RUNNING_MARK, Measured, Order, measure
from formcheck.errors import FormcheckError, VideoError
from formcheck.pose.models import PoseModel
from formcheck.report.csv_file import CsvDialect
from formcheck.report.files import publish, staging_folder

_ON_A_SHARED_DISK = "Put videos and results on a disk that this computer and all workers see under the same path."


def need_shared_disk(pool: Pool, folder: Path, files: Sequence[Path]) -> None:
    """Make sure that every worker can read the videos and write where the results go.

    Parameters
    ----------
    pool
        The workers.
    folder
        Of the run; the workers write into it.
    files
        The videos.

    Raises
    ------
    ClusterError
        If a worker cannot; names it and what it cannot do.
    """
    sizes = {str(path): path.stat().st_size for path in files if path.is_file()}
    asked = uuid4().hex
    answers = pool.client.run(look_around, str(folder), sizes, asked)
    for worker, (missing, written) in sorted(answers.items()):
        if missing is not None:
            raise ClusterError(f'The worker {worker} cannot read "{missing}".', _ON_A_SHARED_DISK)
        if written is None or not (folder / written).is_file():
            raise ClusterError(f'The worker {worker} cannot write into "{folder.parent}".', _ON_A_SHARED_DISK)


def look_around(folder: str, sizes: dict[str, int], asked: str) -> tuple[str | None, str | None]:
    """Look, on a worker, for files and for a folder to write to.

    Parameters
    ----------
    folder
        Where to write a file.
    sizes
        By path of a file its size, bytes.
    asked
        Part of the name of the file to write.

    Returns
    -------
    tuple
        The first file that cannot be read or has another size, None if there is none; the name of what was written,
        None if nothing could be.
    """
    for path, size in sizes.items():
        try:
            with Path(path).open("rb") as file:
                same = file.seek(0, 2) == size
        except OSError:
            same = False
        if not same:
            return path, None
    name = f"{asked}-{uuid4().hex}"
    try:
        with (Path(folder) / name).open("x"):
            return None, name
    except OSError:
        return None, None


_SUMMARY_EVERY_S: Final = 10.0
"""So often the summary is written while videos are measured, for a run that ends without a word."""
_REMOTE_STOP_S: Final = 2.0
"""What workers elsewhere get to see that a run is over, before its folder is taken away."""
_RUN_FOLDERS: Final = ".formcheck-*"


@dataclass(frozen=True)
class FileResult:
    """What is known of a file, as soon as it is."""

    found: Found
    outcome: Outcome
    row: Row
    document: dict[str, Any] = field(default_factory=dict)
    """`formcheck.assessment/1` without reps and findings; empty unless it was measured in this run."""
    sentence: str = ""
    """What was seen and counted."""
    files: tuple[Path, ...] = ()
    error: FormcheckError | None = None
    same_as: Found | None = None
    kept: bool = False
    """Whether its results are those of an earlier run."""
    trace: str = ""
    """Stack trace, where formcheck itself failed."""


@dataclass(frozen=True)
class Setting:
    """What all videos of a run have in common."""

    out_dir: Path
    wanted: WantedResults
    model: PoseModel | None
    """None where nothing is to be measured."""


def run_batch(
    preparation: Preparation,
    setting: Setting,
    open_pool: Callable[[], AbstractContextManager[Pool]],
    watch: Callable[[float], None],
) -> Generator[FileResult]:
    """Measure what is to be measured, and keep a summary of everything in the folder of the results.

    The summary is written when the iteration ends, however it ends: what was not done by then is told in it as
    unfinished. Results of a video appear together, when the video is done.

    Parameters
    ----------
    preparation
        What is to be done.
    setting
        How.
    open_pool
        Gives the workers as a context manager; asked only if there is something to measure.
    watch
        Told the share of the whole work that is done, from 0 to 1; called from another thread.

    Yields
    ------
    FileResult
        For every file, as soon as something is known of it.

    Raises
    ------
    ClusterError
        If there are no workers, or not any more.
    OutputError
        If nothing can be written into the folder of the results.
    """
    summary = _Summary(setting.out_dir, preparation, setting.wanted.csv)
    with ExitStack() as stack:
        folder = stack.enter_context(_run_folder(setting.out_dir))
        pool = stack.enter_context(open_pool()) if preparation.assignments else None
        try:
            for settled in preparation.settled:
                yield _told(settled)
            if pool is not None:
                with _running(folder, pool):
                    yield from _measured(preparation.assignments, setting, folder, pool, summary, watch)
        finally:
            summary.write()


def _measured(
    assignments: Sequence[Assignment],
    setting: Setting,
    folder: Path,
    pool: Pool,
    summary: _Summary,
    watch: Callable[[float], None],
) -> Generator[FileResult]:
    assert setting.model is not None  # somebody who asks for measuring has one
    if not pool.is_local:
        need_shared_disk(pool, folder, [each.found.path for each in assignments])
    orders = [
        Order(each.job, each.request, each.exercise_from, setting.wanted, setting.model, folder) for each in assignments
    ]
    overall = _Overall([each.found.size_bytes for each in assignments], watch)
    for finished in run_each(pool, measure, orders, overall):
        overall(finished.number, 1.0)
        for told in _published(assignments[finished.number], finished, setting):
            yield summary.add(told)


def _published(assignment: Assignment, finished: Finished, setting: Setting) -> list[FileResult]:
    """Move the results of a video to where they belong, and tell of each of its sets."""
    found = assignment.found
    row: Row = {"settings_sha256": assignment.settings_sha256}
    error: FormcheckError
    if finished.killed:
        error = VideoError(
            f'"{found.name}" ended every worker that measured it.', "Try it alone with `formcheck analyze`."
        )
        return [FileResult(found, Outcome.FAILED, row, error=error)]
    if finished.fault is not None:
        what = f"{type(finished.fault).__name__}: {finished.fault}".strip().splitlines()[0]
        error = FormcheckError(f'formcheck failed at "{found.name}" ({what}).', "Please report it with what is above.")
        return [FileResult(found, Outcome.FAILED, row, error=error, trace=finished.trace)]
    measured: Measured = finished.result
    row |= {"sha256": measured.sha256 or None}
    if measured.error is not None:
        return [FileResult(found, Outcome.FAILED, row, error=measured.error)]
    place = setting.out_dir / assignment.place
    try:
        with staging_folder(place):  # made, and a sentence for people where it cannot be
            pass
        for each in measured.sets:
            (place / each.results.parent).mkdir(exist_ok=True)
        targets = [[place / each.results.parent / path.name for path in each.files] for each in measured.sets]
        sources = [path for each in measured.sets for path in each.files]
        publish(list(zip(sources, chain.from_iterable(targets), strict=True)))
    except FormcheckError as unwritten:
        return [FileResult(found, Outcome.FAILED, row, error=unwritten)]
    return [
        FileResult(
            found,
            Outcome.ASSESSED,
            row | each.row | {"results": str(assignment.place / each.results)},
            each.document,
            each.sentence,
            tuple(files),
        )
        for each, files in zip(measured.sets, targets, strict=True)
    ]


def _told(settled: Settled) -> FileResult:
    return FileResult(
        settled.found, settled.outcome, settled.row, error=settled.error, same_as=settled.same_as, kept=settled.kept
    )


class _Overall:
    """The share of the whole work that is done: each video counts by its size.

    Parameters
    ----------
    sizes
        Of the videos, bytes.
    watch
        Told the share.
    """

    def __init__(self, sizes: Sequence[int], watch: Callable[[float], None]) -> None:
        self._weights = [max(1, size) for size in sizes]
        self._shares = [0.0] * len(sizes)
        self._watch = watch

    def __call__(self, number: int, share: float) -> None:
        """Take in how much of a video is done; a video that is begun again does not go back."""
        self._shares[number] = max(self._shares[number], min(1.0, share))
        done = sum(weight * each for weight, each in zip(self._weights, self._shares, strict=True))
        self._watch(done / sum(self._weights))


class _Summary:
    """The summary table of a run, written now and then and in the end.

    Parameters
    ----------
    out_dir
        Where to.
    preparation
        All files that it shall tell of.
    dialect
        How the CSV is written.
    """

    def __init__(self, out_dir: Path, preparation: Preparation, dialect: CsvDialect) -> None:
        self._out_dir = out_dir
        self._dialect = dialect
        self._rows: dict[tuple[Found, str], Row] = {}
        """By file and the results of it: a file may hold several sets."""
        self._unfinished = [each.found for each in preparation.assignments]
        self._written_s = time.monotonic()
        for settled in preparation.settled:
            self.add(_told(settled))

    def add(self, told: FileResult) -> FileResult:
        """Take in what is known of a file, and return it."""
        error = told.error
        self._rows[told.found, told.row.get("results") or ""] = (
            {"formcheck": formcheck.__version__}
            | told.row
            | {
                "video": told.found.name,
                "size_bytes": told.found.size_bytes if told.found.size_bytes >= 0 else None,
                "outcome": told.outcome.value,
                "reason": None if error is None else error.reason,
                "remedy": None if error is None else error.remedy,
            }
        )
        if time.monotonic() - self._written_s > _SUMMARY_EVERY_S:
            self.write()
        return told

    def write(self) -> None:
        """Write the table: in order of name, what was not done as unfinished."""
        unfinished = FormcheckError("The run was stopped before this video was done.", "Give the same command again.")
        rows = dict(self._rows)
        for found in set(self._unfinished) - {found for found, _ in rows}:
            rows[found, ""] = {
                "video": found.name,
                "formcheck": formcheck.__version__,
                "size_bytes": found.size_bytes,
                "outcome": Outcome.UNFINISHED.value,
                "reason": unfinished.reason,
                "remedy": unfinished.remedy,
            }
        in_order = sorted(rows, key=lambda each: (each[0].name, each[1]))
        write_summary([rows[each] for each in in_order], self._out_dir, self._dialect)
        self._written_s = time.monotonic()


@contextmanager
def _run_folder(out_dir: Path) -> Iterator[Path]:
    """Give a hidden folder for what workers write; take away those of runs of this computer that ended in no order."""
    if out_dir.is_dir():
        for left in out_dir.glob(_RUN_FOLDERS):
            if _is_abandoned(left / RUNNING_MARK):
                shutil.rmtree(left, ignore_errors=True)
    with staging_folder(out_dir.resolve()) as folder:
        yield folder


@contextmanager
def _running(folder: Path, pool: Pool) -> Iterator[None]:
    """Let workers work in the folder of the run for as long as the block runs."""
    mark = folder / RUNNING_MARK
    mark.write_text(f"{os.getpid()} {socket.gethostname()}", encoding="utf-8")
    over = False
    try:
        yield
        over = True
    finally:
        mark.unlink(missing_ok=True)
        if not over and not pool.is_local:
            time.sleep(_REMOTE_STOP_S)


def _is_abandoned(mark: Path) -> bool:
    """Say whether the process that wrote a mark on this computer is gone."""
    try:
        pid, host = mark.read_text(encoding="utf-8").split(maxsplit=1)
        if os.name == "nt" or host != socket.gethostname():
            return False
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (OSError, ValueError):
        return False
    return False
