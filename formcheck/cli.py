"""The command line: reads arguments, hands them on, and turns what comes back into words and an exit status.

Exit status: 0 when all was done, 1 when some of it could not be, 2 for wrong arguments, 130 after Ctrl-C. What is slow
to import is imported by the command that needs it, so that `--help` answers at once.
"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from formcheck import __version__
from formcheck.commands.accounts import accounts_app
from formcheck.commands.arguments import examples, run
from formcheck.commands.cluster_batch import batch
from formcheck.commands.exercises import exercises_app
from formcheck.commands.models import models_app
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
    PictureOption,
    QuietOption,
    RegionOption,
    RepsOption,
    RubricOption,
    SaveTrackOption,
    SexOption,
    StepHeightOption,
    ViewChoice,
    ViewOption,
    chosen_rubric,
    given_plan,
    given_request,
    picture_size,
    today,
    wanted_results,
)
from formcheck.commands.records import records_app
from formcheck.commands.serve import server_app
from formcheck.commands.terminal import Terminal, answering
from formcheck.report.csv_file import CsvDialect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from formcheck.commands.batch import Errand, FileOutcome

_STOPPED = "Stopped: nothing is left half-written, and results of files already finished stay in {folder}."

app = typer.Typer(
    help="Measure knee alignment and depth in wall squats and step-downs from ordinary video. "
    "An exercise aid, not a medical device.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    epilog=examples("demo", "analyze squat.mp4", "app"),
)
app.add_typer(models_app)
app.add_typer(exercises_app)
app.command("batch", epilog=examples("batch clips", "batch clips --exercise squat --out results --recursive"))(batch)
app.add_typer(accounts_app)
app.add_typer(records_app)
app.add_typer(server_app)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"formcheck {__version__}")
        raise typer.Exit


@app.callback()
def formcheck(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    """Measure knee alignment and depth in wall squats and step-downs from ordinary video."""


@app.command(
    epilog=examples(
        "analyze squat.mp4",
        "analyze --exercise wall-squat --target-depth 60 --hold 3 set.mp4",
        "analyze --no-video --json set1.mp4 set2.mp4",
    )
)
def analyze(
    videos: Annotated[
        list[Path],
        typer.Argument(
            metavar="VIDEO...",
            help="Videos, or landmarks: pose tracks (.parquet, .npz) saved from some, markers (.trc), tables (.csv).",
        ),
    ],
    exercise: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Such as wall-squat; see `formcheck exercises list`. Left out, it goes by the file's name, then by "
            "the movement, and says what it took.",
        ),
    ] = None,
    leg: LegOption = LegChoice.AUTO,
    view: ViewOption = ViewChoice.AUTO,
    out: OutOption = Path("formcheck-out"),
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
    picture: PictureOption = None,
    save_track: SaveTrackOption = False,
    csv_dialect: CsvOption = CsvDialect.COMMA,
    letter: LetterOption = False,
    model: ModelOption = "auto",
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Measure recorded sets: for each VIDEO a JSON, a CSV, an overlay video and a report.

    Exit status 0 when every video was assessed, 1 when some could not be, 2 for wrong arguments, 130 after Ctrl-C.
    """
    terminal = Terminal(quiet=quiet, machine=as_json)
    with answering(terminal, _STOPPED.format(folder=out)):
        from formcheck.commands.batch import Errand

        request = given_request(
            exercise,
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
        errand = Errand(request, out, wanted, model, picture_size(picture))
        failed = [outcome for outcome in _assess_and_tell(videos, errand, terminal) if outcome.error is not None]
        if len(videos) > 1:
            terminal.say(f"{len(videos) - len(failed)} of {len(videos)} files were assessed.")
    if failed:
        raise typer.Exit(1)


@app.command(epilog=examples("demo", "demo --clip step_down_front_valgus --no-open"))
def demo(
    clip: Annotated[str, typer.Option(metavar="NAME", help="Which sample clip.")] = "wall_squat_front",
    out: OutOption = Path("formcheck-out"),
    no_video: NoVideoOption = False,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open the report in a browser.")] = False,
    quiet: QuietOption = False,
) -> None:
    """Assess a sample clip and open its report."""
    terminal = Terminal(quiet=quiet)
    with answering(terminal, _STOPPED.format(folder=out)):
        from formcheck.commands.app import open_page
        from formcheck.commands.batch import Errand
        from formcheck.commands.samples import sample_named, sample_path
        from formcheck.session.request import SetRequest

        sample = sample_named(clip)
        terminal.say(f"Sample clip {sample.name}: {sample.shows}.")
        wanted = wanted_results(no_video=no_video)
        errand = Errand(SetRequest(sample.exercise), out, wanted)
        (outcome,) = _assess_and_tell([sample_path(sample)], errand, terminal)
        page = out.resolve() / f"{sample.name}.html"
        if outcome.error is None:
            terminal.result(str(page))
            if not no_open and not open_page(page):
                terminal.say("Open it in a browser: there is none here to open it in.")
    if outcome.error is not None:
        raise typer.Exit(1)


@app.command(epilog=examples("validate clips", "validate clips --exercise squat --out study"))
def validate(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Clips, each with its truth beside it; see docs/formats.md.")
    ],
    out: OutOption = Path("formcheck-out"),
    exercise: Annotated[
        str | None, typer.Option(metavar="NAME", help="Exercise of the clips that do not say which it is.")
    ] = None,
    notes: Annotated[
        Path | None, typer.Option(metavar="FILE.md", help="Text to put at the end of the Markdown.")
    ] = None,
    markdown: Annotated[Path | None, typer.Option(metavar="FILE.md", help="Write the Markdown here too.")] = None,
    csv_dialect: CsvOption = CsvDialect.COMMA,
    model: ModelOption = "auto",
    quiet: QuietOption = False,
) -> None:
    """Compare the numbers with a truth: your own camera and room, measured.

    Writes validation.html, .json, .csv and .md. Exit status 0 when every clip was compared, 1 when some could not be,
    2 for wrong arguments, 130 after Ctrl-C.
    """
    terminal = Terminal(quiet=quiet)
    with answering(terminal, "Stopped: nothing was written."):
        from formcheck.commands.validate import command_line, validate_folder
        from formcheck.names import shown_name
        from formcheck.validation.markdown import read_notes
        from formcheck.validation.outputs import StudyOutputs

        if exercise is not None:
            chosen_rubric(exercise, None)
        wanted = StudyOutputs(
            out_dir=out,
            folder=shown_name(folder.resolve().name),
            command=command_line(folder, exercise, notes, markdown, model),
            generated_on=today(),
            notes=None if notes is None else read_notes(notes),
            markdown=markdown,
            csv=csv_dialect,
        )
        study = validate_folder(folder, wanted, terminal, exercise, model)
    if len(study.compared) < len(study.clips):
        raise typer.Exit(1)


@app.command("app", epilog=examples("app", "app --phone", "app --port 8600 --no-browser"))
def serve(
    port: Annotated[int, typer.Option(metavar="N", min=1, max=65535, help="Port to serve at.")] = 8501,
    host: Annotated[
        str, typer.Option(metavar="HOST", help="Address to serve at; 0.0.0.0 lets others in your network in.")
    ] = "127.0.0.1",
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the app in a browser.")] = False,
    public_url: Annotated[
        str | None, typer.Option(metavar="URL", help="Address by which others reach the app; links begin with it.")
    ] = None,
    phone: Annotated[
        bool, typer.Option("--phone", help="Let a phone in your Wi-Fi be the camera, by a code that it scans.")
    ] = False,
    https: Annotated[
        bool, typer.Option("--https", help="The same, and live sets on the phone too: with a certificate of your own.")
    ] = False,
    phone_host: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="This computer's address in your Wi-Fi, where it is not found."),
    ] = None,
    phone_port: Annotated[
        int, typer.Option(metavar="N", min=1, max=65534, help="Port for phones; with --https the next one too.")
    ] = 8510,
) -> None:
    """Start the app in the browser: live form check, review of a video, guidance. Ctrl-C stops it."""
    terminal = Terminal()
    with answering(terminal):
        from formcheck.commands.app import PhoneOptions, serve_app

        serve_app(
            terminal,
            host=host,
            port=port,
            browser=not no_browser,
            public_url=public_url,
            phone=PhoneOptions(phone_host, phone_port, https) if phone or https else None,
        )


@app.command(epilog=examples("schema"))
def schema() -> None:
    """Print the JSON Schema of the JSON that `analyze` writes."""
    from formcheck.report.document import assessment_schema

    typer.echo(json.dumps(assessment_schema(), indent=2, ensure_ascii=False))


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A name or a sign that the terminal's character set lacks must not end the command.
            stream.reconfigure(errors="replace")
    run(app)


def _assess_and_tell(sources: Sequence[Path], errand: Errand, terminal: Terminal) -> list[FileOutcome]:
    """Assess files in turn and say of each, as soon as it is done, what became of it."""
    from formcheck.cluster.video_job import jobs_for
    from formcheck.commands.batch import assess_each
    from formcheck.commands.outcome import json_line, refusal, sentences
    from formcheck.names import results_stem, shown_name

    jobs = jobs_for(sources)
    for job in jobs:
        if job.stem != results_stem(job.source.stem):
            name = shown_name(job.source)
            terminal.note(f"{name}: its results are named {job.stem}, as another file has the same name.")
    outcomes = []
    for outcome in assess_each(jobs, errand, terminal):
        outcomes.append(outcome)
        if terminal.machine:
            terminal.result(json_line(outcome))
        if outcome.error is not None:
            terminal.error(refusal(outcome.job.source, outcome.error))
        else:
            for line in sentences(outcome):
                terminal.say(line)
            if outcome.job.is_track and errand.wanted.video:
                terminal.say("  No overlay: it is drawn into the video, and this file holds landmarks only.")
    return outcomes
