"""`formcheck batch`: all videos of a folder, on the cores of this computer or on a Dask cluster."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from formcheck.commands.arguments import WrongArgument
from formcheck.commands.options import (
    BallOption,
    CaptureFpsOption,
    CsvOption,
    DepthOption,
    HoldOption,
    JsonOption,
    LegChoice,
    LegOption,
    LetterOption,
    MirroredOption,
    ModelOption,
    NoReportOption,
    NoVideoOption,
    OutOption,
    PersonOption,
    QuietOption,
    RegionOption,
    RepsOption,
    RubricOption,
    SaveTrackOption,
    SexOption,
    StepHeightOption,
    ViewChoice,
    ViewOption,
    given_plan,
    given_request,
    wanted_results,
)
from formcheck.commands.terminal import Terminal, answering, one_sentence
from formcheck.report.csv_file import CsvDialect

if TYPE_CHECKING:
    from formcheck.cluster.batch import FileResult, Setting
    from formcheck.cluster.planning import Preparation
    from formcheck.cluster.pool import Pool
    from formcheck.cluster.video_job import WantedResults
    from formcheck.session.request import SetRequest

    OpenPool = Callable[[], AbstractContextManager[Pool]]

_AUTO = "auto"
_STOPPED = (
    "Stopped: nothing is left half-written. What was done stays in {folder} and stands in its summary.csv; "
    "the same command goes on from there."
)


def batch(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the videos lie.")],
    exercise: Annotated[
        str, typer.Option(metavar="NAME", help="What all of them show; auto goes by names, then by the movement.")
    ] = _AUTO,
    leg: LegOption = LegChoice.AUTO,
    view: ViewOption = ViewChoice.AUTO,
    out: OutOption = Path("formcheck-out"),
    workers: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=256, help="Processes to start; one for each core if left out.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Use the workers of this Dask scheduler, as tcp://host:8786.")
    ] = None,
    recursive: Annotated[bool, typer.Option("--recursive", "-r", help="Look into folders of the folder too.")] = False,
    resume: Annotated[
        bool, typer.Option("--resume/--again", help="Keep results of an earlier run, or measure everything again.")
    ] = True,
    no_video: NoVideoOption = False,
    no_report: NoReportOption = False,
    rubric: RubricOption = None,
    target_depth: DepthOption = None,
    hold: HoldOption = None,
    reps: RepsOption = None,
    step_height: StepHeightOption = None,
    ball: BallOption = False,
    sex: SexOption = None,
    mirrored: MirroredOption = False,
    capture_fps: CaptureFpsOption = None,
    person: PersonOption = None,
    region: RegionOption = None,
    save_track: SaveTrackOption = False,
    csv_dialect: CsvOption = CsvDialect.COMMA,
    letter: LetterOption = False,
    model: ModelOption = "auto",
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Measure all videos of a folder, several at a time: results as `analyze` writes them, and one table over all.

    Files of the same content are measured once. A video whose worker dies is measured again elsewhere. Exit status 0
    when every video was assessed, 1 when some could not be, 2 for wrong arguments, 130 after Ctrl-C.
    """
    if scheduler is not None and workers is not None:
        raise WrongArgument("a scheduler has its own workers.", param_hint="'--workers'")
    terminal = Terminal(quiet=quiet, machine=as_json)
    with answering(terminal, _STOPPED.format(folder=out)):
        request = given_request(
            None if exercise == _AUTO else exercise,
            rubric,
            leg=leg,
            view=view,
            mirrored=mirrored,
            capture_fps=capture_fps,
            person=person,
            region=region,
            plan=given_plan(target_depth, reps, hold, step_height, ball, sex),
        )
        wanted = wanted_results(
            no_video=no_video, no_report=no_report, save_track=save_track, csv=csv_dialect, letter=letter
        )
        preparation, setting = _prepared(
            folder, out, request, wanted, model, terminal, recursive=recursive, resume=resume
        )
        told = _run(preparation, setting, _opener(scheduler, workers, preparation), terminal)
        _say_in_all(told, out, terminal)
    if any(each.outcome == "failed" for each in told):
        raise typer.Exit(1)


def _prepared(
    folder: Path,
    out: Path,
    request: SetRequest,
    wanted: WantedResults,
    model_name: str,
    terminal: Terminal,
    *,
    recursive: bool,
    resume: bool,
) -> tuple[Preparation, Setting]:
    """Look at the folder and at earlier results, and get the pose model."""
    from formcheck.cluster.batch import Setting
    from formcheck.cluster.folder import folder_content, same_content
    from formcheck.cluster.planning import prepare, settings_fingerprint
    from formcheck.cluster.summary import read_summary
    from formcheck.pose.models import ensure_model

    content = folder_content(folder, recursive=recursive, out_dir=out)
    with terminal.stages() as stages:
        model = ensure_model(model_name, stages)
    with terminal.bar("Looking for copies") as bar:
        copies = same_content(content.videos, bar.part(0.0, 1.0))
    preparation = prepare(
        content,
        copies,
        folder,
        request=request,
        fingerprint=lambda each: settings_fingerprint(each, wanted, model),
        earlier=read_summary(out) if resume else [],
        endings=wanted.endings,
        out_dir=out,
    )
    return preparation, Setting(out, wanted, model)


def _opener(scheduler: str | None, workers: int | None, preparation: Preparation) -> OpenPool:
    """Return what gives the workers, once they are needed."""
    from formcheck.cluster.pool import default_workers, local_pool, remote_pool

    if scheduler is not None:
        return lambda: remote_pool(scheduler)
    videos = len(preparation.assignments)
    return lambda: local_pool(min(workers, videos) if workers else default_workers(videos))


def _run(preparation: Preparation, setting: Setting, open_pool: OpenPool, terminal: Terminal) -> list[FileResult]:
    """Measure, and say of each file what became of it as soon as it is known."""
    from formcheck.cluster.batch import run_batch

    told: list[FileResult] = []
    title = _title(len(preparation.assignments))
    with terminal.bar(title) as bar, closing(run_batch(preparation, setting, open_pool, bar.advance_to)) as running:
        for each in running:
            told.append(each)
            with bar.aside():
                _say(each, setting.out_dir, terminal)
    return told


def _title(videos: int) -> str:
    return "1 video" if videos == 1 else f"{videos} videos"


def _say(told: FileResult, out: Path, terminal: Terminal) -> None:
    """Say in a line what became of a file, and in one of JSON for a program."""
    if terminal.machine:
        terminal.result(_json_line(told))
    for line in told.trace.splitlines():
        terminal.error(line)
    if told.error is not None:
        line = f"{told.found.name}: {one_sentence(told.error)}"
        terminal.error(line) if told.outcome == "failed" else terminal.note(line)
    elif told.same_as is not None:
        terminal.say(f"{told.found.name}: the same content as {told.same_as.name}, so one stands for both.")
    elif told.kept:
        terminal.say(f"{told.found.name}: measured before, kept; --again measures it anew.")
    else:
        which = f", {told.row['set']}" if told.row.get("set") else ""
        terminal.say(f"{told.found.name}{which}: {told.sentence} Results: {out / told.row['results']}.*")


def _json_line(told: FileResult) -> str:
    """Return what became of a file as one line of JSON, in ASCII, with the keys of `analyze` and some more.

    `outcome`, `row` (the cells of the summary that are not empty) and, for a copy, `same_as`.
    """
    line: dict[str, object] = {"video": told.found.name, "assessed": told.outcome == "assessed"}
    from formcheck.commands.outcome import JSON_KEYS, error_document, files_by_ending

    line |= {key: told.document[key] for key in JSON_KEYS if key in told.document}
    if told.files:
        line["files"] = files_by_ending(told.files)
    if told.error is not None:
        line["error"] = error_document(told.error)
    if told.same_as is not None:
        line["same_as"] = told.same_as.name
    filled = {name: cell for name, cell in told.row.items() if cell is not None}
    return json.dumps(line | {"outcome": told.outcome.value, "kept": told.kept, "row": filled}, allow_nan=False)


def _say_in_all(told: list[FileResult], out: Path, terminal: Terminal) -> None:
    files = {each.found: each for each in told}  # several sets of one video count as that video
    counts = Counter(each.outcome.value for each in files.values())
    kept = sum(each.kept for each in files.values())
    parts = [f"{counts['assessed']} assessed" + (f" ({kept} of them before)" if kept else "")]
    for outcome, words in (("failed", "could not be"), ("copy", "copies of these"), ("left out", "left out")):
        if counts[outcome]:
            parts.append(f"{counts[outcome]} {words}")
    terminal.say(f"{len(files)} files: {', '.join(parts)}.")
    terminal.say(f"Summary: {out / 'summary.csv'}")
