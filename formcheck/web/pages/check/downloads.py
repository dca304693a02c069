"""The files of a finished set, as bytes for the browser: nothing of them stays on the server's disk."""

from __future__ import annotations

import datetime
import tempfile
from dataclasses import dataclass
from pathlib import Path

from formcheck.pose.store import save_track
from formcheck.pose.types import PoseTrack
from formcheck.report.csv_file import CsvDialect
from formcheck.report.outputs import write_outputs
from formcheck.session.assessment import Assessment


@dataclass(frozen=True)
class Download:
    """One file to offer."""

    label: str
    name: str
    """Of the file."""
    mime: str
    data: bytes


def downloads_of(
    assessment: Assessment,
    track: PoseTrack,
    video_path: Path | None,
    finished_at: datetime.datetime,
    dialect: CsvDialect = CsvDialect.COMMA,
) -> tuple[Download, ...]:
    """Make report, JSON, CSV and pose track of a set, and the video where it was kept.

    Parameters
    ----------
    assessment
        The set.
    track
        Its landmarks as they were found.
    video_path
        The kept video, None where none was kept.
    finished_at
        When the set ended: it names the files.
    dialect
        How the CSV is written.

    Raises
    ------
    FormcheckError
        If a file cannot be made.
    """
    stem = f"{assessment.exercise}-{finished_at:%Y-%m-%d-%H%M}"
    with tempfile.TemporaryDirectory(prefix="formcheck-") as name:
        folder = Path(name)
        write_outputs(
            assessment,
            video_path,
            folder,
            stem,
            video=False,
            report=True,
            generated_on=finished_at.date().isoformat(),
            csv=dialect,
        )
        save_track(track, folder / f"{stem}.track.parquet")
        wanted = (
            ("Report", "html", "text/html"),
            ("Results (JSON)", "json", "application/json"),
            ("Every frame (CSV)", "csv", "text/csv"),
            ("Pose track", "track.parquet", "application/vnd.apache.parquet"),
        )
        found = [
            Download(label, f"{stem}.{ending}", mime, (folder / f"{stem}.{ending}").read_bytes())
            for label, ending, mime in wanted
        ]
    if video_path is not None and video_path.is_file():
        found.append(Download("Video", f"{stem}.mp4", "video/mp4", video_path.read_bytes()))
    return tuple(found)
