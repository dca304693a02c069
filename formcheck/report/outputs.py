"""Everything that is written for one set: JSON, CSV, overlay video and report, all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from formcheck.errors import OutputError
from formcheck.report.csv_file import CsvDialect
from formcheck.report.document import write_json
from formcheck.report.files import Progress, no_progress, publish, staging_folder
from formcheck.report.letterhead import Letterhead, Paper
from formcheck.report.table import write_csv
from formcheck.session.assessment import Assessment

if TYPE_CHECKING:
    from formcheck.report.keyframes import KeyFrame


def write_outputs(
    assessment: Assessment,
    video_path: Path | None,
    out_dir: Path,
    stem: str,
    *,
    video: bool,
    report: bool,
    generated_on: str,
    csv: CsvDialect = CsvDialect.COMMA,
    paper: Paper = Paper.A4,
    last_time: str = "",
    progress: Progress = no_progress,
) -> list[Path]:
    """Write the results of one set into a folder.

    Everything is written into a hidden folder inside `out_dir` first and moved at the end, so that a failure or Ctrl-C
    at any moment leaves `out_dir` as it was. What draws and prints is imported when it is asked for, since a run for
    numbers alone needs none of it.

    Parameters
    ----------
    assessment
        The set.
    video_path
        Its video, None for a set measured again from saved landmarks: then there is no overlay and the report has no
        pictures and says so.
    out_dir
        Made where it does not exist.
    stem
        Name of the files before their endings.
    video
        Whether to write the overlay `<stem>.mp4` and one rep of it to share, `<stem>.gif`.
    report
        Whether to write the report `<stem>.html`.
    generated_on
        Date of the report, as it is to be shown.
    csv
        How the CSV is written.
    paper
        What the report is printed on.
    last_time
        What changed since the person's last set, in a sentence, for the report; empty where there was none.
    progress
        Told the share that is done, from 0 to 1.

    Returns
    -------
    list of Path
        The files: JSON, CSV, overlay, one rep and report, as far as they were asked for.

    Raises
    ------
    VideoError
        If the video cannot be read again.
    OutputError
        If the results cannot be written.
    """
    endings = ["json", "csv"]
    if video and video_path is not None:
        endings += ["mp4", "gif"]
    endings += ["html"] if report else []
    targets = {ending: out_dir / f"{stem}.{ending}" for ending in endings}
    if video_path is not None:
        spare_source(video_path, targets.values())
    with staging_folder(out_dir) as folder:
        staged = {ending: folder / f"results.{ending}" for ending in endings}
        write_json(assessment, staged["json"])
        write_csv(assessment, staged["csv"], csv)
        frames = [] if video_path is None else _pictures(assessment, video_path, staged, progress, report=report)
        if "html" in staged:
            from formcheck.report.content import report_content
            from formcheck.report.page import write_page

            made = {ending: targets[ending].name for ending in endings if staged[ending].exists()}
            content = report_content(assessment, frames, generated_on=generated_on, last_time=last_time)
            write_page(
                content,
                staged["html"],
                overlay_name=made.get("mp4"),
                clip_name=made.get("gif"),
                letterhead=Letterhead(paper),
            )
        # Of a set without a whole rep there is no rep to share.
        written = publish([(staged[ending], targets[ending]) for ending in endings if staged[ending].exists()])
    progress(1.0)
    return written


def _pictures(
    assessment: Assessment, video_path: Path, staged: Mapping[str, Path], progress: Progress, *, report: bool
) -> list[KeyFrame]:
    """Write the overlay and the rep to share, as far as they are asked for; return the pictures of a report."""
    if "mp4" in staged:
        from formcheck.report.opening import rep_to_share
        from formcheck.report.render import render_overlay

        shared = rep_to_share(assessment)
        return render_overlay(video_path, assessment, staged["mp4"], progress, clip_path=staged["gif"], clip_rep=shared)
    if report:
        from formcheck.report.keyframes import key_frames

        return key_frames(video_path, assessment)
    return []


def spare_source(video_path: Path, targets: Iterable[Path]) -> None:
    """Refuse to write over the video that is assessed.

    Raises
    ------
    OutputError
        If one of the targets is the video itself.
    """
    for target in targets:
        if target.exists() and video_path.exists() and target.samefile(video_path):
            raise OutputError(
                f'The overlay would be written over the video "{video_path.name}" itself.',
                "Choose another folder with --out, or leave the overlay out with --no-video.",
            )
