"""The work on one video, told from what it is shown: it knows no page and no thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from formcheck.pose.models import PoseModel
from formcheck.pose.store import save_track
from formcheck.report.outputs import write_outputs
from formcheck.session.assessment import Assessment
from formcheck.session.recorded import SetRequest, assess, read_track

Progress = Callable[[str, float | None], None]
"""Told what is being done, and its share from 0 to 1, None where that is not known. May raise to end the work."""
ModelSource = Callable[[Progress], PoseModel]

READING: Final = "Finding the joints in every picture"
DRAWING: Final = "Drawing the overlay"
_READING_SHARE: Final = 0.75
"""Of the time; the rest is the overlay video."""


@dataclass(frozen=True)
class ReviewTask:
    """One video to analyse."""

    video: Path
    request: SetRequest
    mirrored: bool
    out_dir: Path
    generated_on: str
    """Date for the report."""


@dataclass(frozen=True, eq=False)
class ReviewResult:
    """What came of it."""

    assessment: Assessment
    files: tuple[Path, ...]

    def file(self, ending: str) -> Path | None:
        """Return the file whose name ends so, None where there is none."""
        return next((path for path in self.files if path.name.endswith(ending)), None)


def analyse(task: ReviewTask, model_source: ModelSource, progress: Progress) -> ReviewResult:
    """Measure a set and write its results.

    Parameters
    ----------
    task
        What to analyse.
    model_source
        Gives the pose model, fetching it where it is not there yet.
    progress
        Told how far the work is. What it raises ends the work at once; results are written whole or not at all.

    Raises
    ------
    FormcheckError
        If the video cannot be read or the set not be measured.
    """

    def reading(share: float) -> None:
        progress(READING, share * _READING_SHARE)

    def drawing(share: float) -> None:
        progress(DRAWING, _READING_SHARE + share * (1 - _READING_SHARE))

    model = model_source(progress)
    reading(0.0)
    track = read_track(task.video, model, reading, mirrored=task.mirrored)
    assessment = assess(track, task.request)
    stem = task.video.stem
    files = write_outputs(
        assessment,
        task.video,
        task.out_dir,
        stem,
        video=True,
        report=True,
        generated_on=task.generated_on,
        progress=drawing,
    )
    kept = task.out_dir / f"{stem}.track.parquet"
    save_track(track, kept)
    return ReviewResult(assessment, (*files, kept))
