"""`formcheck exercises`: the exercises of the catalogue in words, and whether one's own is valid."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Annotated

import typer

from formcheck.commands.arguments import examples
from formcheck.commands.terminal import Terminal, answering

if TYPE_CHECKING:
    from formcheck.exercises.catalogue.guided import GuidedExercise

exercises_app = typer.Typer(
    name="exercises",
    help="The exercises, and what good form is in those that are measured.",
    no_args_is_help=True,
    epilog=examples("exercises list", "exercises show wall-squat"),
)


@exercises_app.command("list", epilog=examples("exercises list"))
def list_exercises() -> None:
    """Name the exercises, measured by a camera or guided by the clock."""
    with answering(Terminal()):
        from formcheck.exercises.catalogue.exercise import exercises
        from formcheck.exercises.catalogue.guided import guided_exercises

        rows = [(each.place, each.name, "measured", each.rubric.description) for each in exercises().values()]
        rows += [(each.place, each.name, "guided", each.description) for each in guided_exercises().values()]
        wide = max(len(name) for _, name, _, _ in rows) + 2
        for _, name, kind, description in sorted(rows):
            typer.echo(f"{name:<{wide}}{kind:<10}{description}")


@exercises_app.command("show", epilog=examples("exercises show wall-squat"))
def show_exercise(name: Annotated[str, typer.Argument(metavar="NAME", help="Such as wall-squat.")]) -> None:
    """Print what is checked in an exercise, which values are good, and where that comes from; a guided one's dose."""
    with answering(Terminal()):
        from formcheck.exercises.catalogue.guided import guided_exercises

        if name in (guided := guided_exercises()):
            typer.echo(_guided_in_words(guided[name]))
            return
        from formcheck.exercises.describe import CheckRow, describe, notes_in_words
        from formcheck.exercises.rubric_file import builtin_rubric

        def lines(row: CheckRow) -> str:
            told = {
                "measure": f"{row.measured}, seen from the {row.view}, phase {row.phase}",
                "good": row.good,
                "fault": row.fault,
                "cue": row.cue,
                "judged if": row.judged,
                "source": row.source,
            }
            return "\n".join(f"{label:<10}{text}" for label, text in told.items() if text)

        rubric = builtin_rubric(name)
        typer.echo(f"{rubric.name} (version {rubric.version})\n{rubric.description}\n\n{notes_in_words(rubric)}")
        for row in describe(rubric):
            typer.echo(f"\n{row.id} {row.name}\n{indent(lines(row), '  ')}")


def _guided_in_words(exercise: GuidedExercise) -> str:
    from formcheck.exercises.catalogue.guided import NOT_MEASURED

    parts = {"feel": exercise.feel, "safety": exercise.safety, "progression": exercise.progression}
    sources = [f"{each.fact} ({', '.join(each.bases)})" for each in exercise.dose.origins]
    lines = [f"{exercise.title} (guided)", exercise.description, NOT_MEASURED, "", f"dose: {exercise.dose.in_words}"]
    for heading, items in {**parts, "sources of the dose": sources}.items():
        lines += ["", f"{heading}:", *(f"  {item}" for item in items)]
    return "\n".join(lines)


@exercises_app.command("validate", epilog=examples("exercises validate my-rubric.toml"))
def validate_rubric(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A rubric, TOML, or the folder of an exercise.")],
) -> None:
    """Check a rubric or an exercise's folder; exit status 1, and every problem with its line, where it is not valid."""
    terminal = Terminal()
    with answering(terminal):
        from formcheck.exercises.rubric_file import load_rubric
        from formcheck.exercises.toml_model import InvalidRubricError

        try:
            if file.is_dir():
                typer.echo(_valid_folder(file))
                return
            rubric = load_rubric(file)
        except InvalidRubricError as error:
            for line in error.lines:
                terminal.error(line)
            raise typer.Exit(1) from error
        typer.echo(f"{file.name} is valid: {rubric.name}, {len(rubric.checks)} checks.")


def _valid_folder(folder: Path) -> str:
    from formcheck.exercises.catalogue.exercise import read_exercise
    from formcheck.exercises.catalogue.folders import is_measured
    from formcheck.exercises.catalogue.guide import read_guide
    from formcheck.exercises.catalogue.guided import read_guided

    title = read_exercise(folder).title if is_measured(folder) else read_guided(folder).title
    read_guide(folder, title)
    return f"{folder.name} is valid: {title}, {'measured' if is_measured(folder) else 'guided'}."
