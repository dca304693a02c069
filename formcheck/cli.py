"""The command line: reads arguments, hands them on, and turns what comes back into words and an exit status.

Exit status: 0 when all was done, 1 when some of it could not be, 2 for wrong arguments, 130 after Ctrl-C. What is slow
to import is imported by the command that needs it, so that `--help` answers at once.
"""

from __future__ import annotations

import datetime
import io
import json
import math
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from formcheck import __version__
from formcheck.commands.exercises import exercises_app
from formcheck.commands.models import models_app
from formcheck.commands.terminal import Terminal, answering
from formcheck.errors import RubricError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from formcheck.commands.batch import Outcome, Wishes
    from formcheck.exercises.rubric import Rubric

_STOPPED = "Stopped: nothing is left half-written, and results of files already finished stay in {folder}."

app = typer.Typer(
    help="Measure knee alignment and depth in wall squats and step-downs from ordinary video. "
    "An exercise aid, not a medical device.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(models_app)
app.add_typer(exercises_app)


class LegChoice(StrEnum):
    """Which leg does the exercise; `auto` finds it."""

    LEFT = "left"
    RIGHT = "right"
    AUTO = "auto"


class ViewChoice(StrEnum):
    """Where the camera stands; `auto` finds it."""

    FRONT = "front"
    SIDE = "side"
    AUTO = "auto"


class Sex(StrEnum):
    """Whose bands to use where studies give them for each sex."""

    FEMALE = "female"
    MALE = "male"


def _finite(value: float | None) -> float | None:
    """Refuse `nan` and `inf`, which Python takes for numbers."""
    if value is not None and not math.isfinite(value):
        raise typer.BadParameter("give a number.")
    return value


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"formcheck {__version__}")
        raise typer.Exit


OutOption = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the results.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
NoVideoOption = Annotated[bool, typer.Option("--no-video", help="Leave the overlay video out.")]


@app.callback()
def formcheck(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    """Measure knee alignment and depth in wall squats and step-downs from ordinary video."""


@app.command()
def analyze(
    videos: Annotated[
        list[Path], typer.Argument(metavar="VIDEO...", help="Videos, or pose tracks (.parquet, .npz) saved from some.")
    ],
    exercise: Annotated[
        str | None, typer.Option(metavar="NAME", help="wall-squat, step-down or squat; see `formcheck exercises list`.")
    ] = None,
    leg: Annotated[LegChoice, typer.Option(help="The standing leg of a step-down.")] = LegChoice.AUTO,
    view: Annotated[ViewChoice, typer.Option(help="Where the camera stood.")] = ViewChoice.AUTO,
    out: OutOption = Path("formcheck-out"),
    no_video: NoVideoOption = False,
    no_report: Annotated[bool, typer.Option("--no-report", help="Leave the HTML report out.")] = False,
    rubric: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Judge by this rubric; see docs/rubrics.md.")
    ] = None,
    target_depth: Annotated[
        float | None,
        typer.Option(metavar="DEG", min=1, max=160, callback=_finite, help="Prescribed knee flexion, degrees."),
    ] = None,
    hold: Annotated[
        float | None, typer.Option(metavar="S", min=0, callback=_finite, help="Prescribed hold at the bottom, seconds.")
    ] = None,
    reps: Annotated[int | None, typer.Option(metavar="N", min=1, help="Prescribed number of reps.")] = None,
    step_height: Annotated[
        float | None, typer.Option(metavar="CM", min=1, max=100, callback=_finite, help="Height of the step, cm.")
    ] = None,
    ball: Annotated[bool, typer.Option("--ball", help="A ball is held between the knees.")] = False,
    sex: Annotated[Sex | None, typer.Option(help="Use the bands that studies give for this sex.")] = None,
    mirrored: Annotated[
        bool, typer.Option("--mirrored", help="The recording is a mirror image, as selfie cameras make them.")
    ] = False,
    save_track: Annotated[
        bool, typer.Option(help="Keep the landmarks as STEM.track.parquet, to measure again without the video.")
    ] = False,
    model: Annotated[str, typer.Option(metavar="NAME", help="Pose model: auto, full, lite or heavy.")] = "auto",
    quiet: QuietOption = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line for each video.")] = False,
) -> None:
    """Measure recorded sets: for each VIDEO a JSON, a CSV, an overlay video and a report.

    Exit status 0 when every video was assessed, 1 when some could not be, 2 for wrong arguments, 130 after Ctrl-C.
    """
    terminal = Terminal(quiet=quiet, machine=as_json)
    with answering(terminal, _STOPPED.format(folder=out)):
        from formcheck.commands.batch import Wishes
        from formcheck.exercises.plan import Plan
        from formcheck.kinematics.view import ViewKind
        from formcheck.pose.landmarks import Side
        from formcheck.session.recorded import SetRequest

        request = SetRequest(
            rubric=_chosen_rubric(exercise, rubric),
            leg=None if leg is LegChoice.AUTO else Side(leg.value),
            view=None if view is ViewChoice.AUTO else ViewKind(view.value),
            plan=Plan(
                target_depth_deg=target_depth,
                reps=reps,
                hold_s=hold,
                step_height_cm=step_height,
                ball=ball,
                sex=None if sex is None else sex.value,
            ),
        )
        wishes = Wishes(
            request,
            out,
            generated_on=_today(),
            video=not no_video,
            report=not no_report,
            save_track=save_track,
            model=model,
            mirrored=mirrored,
        )
        failed = [outcome for outcome in _assess_and_tell(videos, wishes, terminal) if outcome.error is not None]
        if len(videos) > 1:
            terminal.say(f"{len(videos) - len(failed)} of {len(videos)} files were assessed.")
    if failed:
        raise typer.Exit(1)


@app.command()
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
        from formcheck.commands.batch import Wishes
        from formcheck.commands.browser import open_page
        from formcheck.commands.samples import sample_named, sample_path
        from formcheck.exercises.rubric_file import builtin_rubric
        from formcheck.session.recorded import SetRequest

        sample = sample_named(clip)
        terminal.say(f"Sample clip {sample.name}: {sample.shows}.")
        wishes = Wishes(SetRequest(builtin_rubric(sample.exercise)), out, generated_on=_today(), video=not no_video)
        (outcome,) = _assess_and_tell([sample_path(sample)], wishes, terminal)
        page = out.resolve() / f"{sample.name}.html"
        if outcome.error is None:
            terminal.result(str(page))
            if not no_open and not open_page(page):
                terminal.say("Open it in a browser: there is none here to open it in.")
    if outcome.error is not None:
        raise typer.Exit(1)


@app.command()
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
    model: Annotated[str, typer.Option(metavar="NAME", help="Pose model: auto, full, lite or heavy.")] = "auto",
    quiet: QuietOption = False,
) -> None:
    """Compare the numbers with a truth: your own camera and room, measured.

    Writes validation.html, .json, .csv and .md. Exit status 0 when every clip was compared, 1 when some could not be,
    2 for wrong arguments, 130 after Ctrl-C.
    """
    terminal = Terminal(quiet=quiet)
    with answering(terminal, "Stopped: nothing was written."):
        from formcheck.commands.validate import command_line, validate_folder
        from formcheck.validation.markdown import read_notes
        from formcheck.validation.outputs import Wanted

        if exercise is not None:
            _chosen_rubric(exercise, None)
        wanted = Wanted(
            out_dir=out,
            folder=folder.resolve().name,
            command=command_line(folder, exercise, notes, markdown, model),
            generated_on=_today(),
            notes=None if notes is None else read_notes(notes),
            markdown=markdown,
        )
        study = validate_folder(folder, wanted, terminal, exercise, model)
    if len(study.compared) < len(study.clips):
        raise typer.Exit(1)


@app.command("app")
def serve(
    port: Annotated[int, typer.Option(metavar="N", min=1, max=65535, help="Port to serve at.")] = 8501,
    host: Annotated[
        str, typer.Option(metavar="HOST", help="Address to serve at; 0.0.0.0 lets others in your network in.")
    ] = "127.0.0.1",
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the app in a browser.")] = False,
) -> None:
    """Start the app in the browser: live form check, review of a video, guidance. Ctrl-C stops it."""
    terminal = Terminal()
    with answering(terminal):
        from formcheck.commands.app import serve_app

        serve_app(terminal, host=host, port=port, browser=not no_browser)


@app.command()
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
    app()


def _assess_and_tell(sources: Sequence[Path], wishes: Wishes, terminal: Terminal) -> list[Outcome]:
    """Assess files in turn and say of each, as soon as it is done, what became of it."""
    from formcheck.commands.batch import assess_each, jobs_for
    from formcheck.commands.outcome import json_line, refusal, sentences

    jobs = jobs_for(sources)
    for job in jobs:
        if job.stem != job.source.stem:
            terminal.note(f"{job.source}: its results are named {job.stem}, as another file has the same name.")
    outcomes = []
    for outcome in assess_each(jobs, wishes, terminal):
        outcomes.append(outcome)
        if terminal.machine:
            terminal.result(json_line(outcome))
        if outcome.error is not None:
            terminal.error(refusal(outcome.job.source, outcome.error))
        else:
            for line in sentences(outcome):
                terminal.say(line)
    return outcomes


def _chosen_rubric(exercise: str | None, file: Path | None) -> Rubric:
    """Return the rubric of a file, else that of an exercise; wrong arguments when they disagree."""
    from formcheck.exercises.rubric_file import builtin_names, builtin_rubric, load_rubric

    if file is None:
        if exercise is None:
            raise typer.BadParameter(f"name one of {', '.join(builtin_names())}.", param_hint="'--exercise'")
        try:
            return builtin_rubric(exercise)
        except RubricError as error:
            raise typer.BadParameter(str(error), param_hint="'--exercise'") from error
    try:
        rubric = load_rubric(file)
    except RubricError as error:
        raise typer.BadParameter(str(error), param_hint="'--rubric'") from error
    if exercise is not None and exercise != rubric.exercise:
        raise typer.BadParameter(f"{file.name} is for {rubric.exercise}, not {exercise}.", param_hint="'--rubric'")
    return rubric


def _today() -> str:
    return datetime.datetime.now().astimezone().date().isoformat()
