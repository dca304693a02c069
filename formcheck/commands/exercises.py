"""`formcheck exercises`: the rubrics that formcheck comes with, in words, and whether one's own is valid."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent
from typing import Annotated

import typer

from formcheck.commands.arguments import examples
from formcheck.commands.terminal import Terminal, answering

exercises_app = typer.Typer(
    name="exercises",
    help="What good form is, by exercise.",
    no_args_is_help=True,
    epilog=examples("exercises list", "exercises show wall-squat"),
)


@exercises_app.command("list", epilog=examples("exercises list"))
def list_exercises() -> None:
    """Name the exercises."""
    from formcheck.exercises.rubric_file import builtin_names, builtin_rubric

    names = builtin_names()
    wide = max(map(len, names)) + 2
    for name in names:
        typer.echo(f"{name:<{wide}}{builtin_rubric(name).description}")


@exercises_app.command("show", epilog=examples("exercises show wall-squat"))
def show_exercise(name: Annotated[str, typer.Argument(metavar="NAME", help="Such as wall-squat.")]) -> None:
    """Print what is checked in an exercise, which values are good, and where that comes from."""
    with answering(Terminal()):
        from formcheck.exercises.describe import CheckRow, describe
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
        typer.echo(f"{rubric.name} (version {rubric.version})\n{rubric.description}\n\n{rubric.notes}")
        for row in describe(rubric):
            typer.echo(f"\n{row.id} {row.name}\n{indent(lines(row), '  ')}")


@exercises_app.command("validate", epilog=examples("exercises validate my-rubric.toml"))
def validate_rubric(file: Annotated[Path, typer.Argument(metavar="FILE", help="A rubric, TOML.")]) -> None:
    """Check a rubric file; exit status 1, and every problem with its line, where it is not valid."""
    terminal = Terminal()
    with answering(terminal):
        from formcheck.exercises.rubric_file import load_rubric
        from formcheck.exercises.toml_model import InvalidRubricError

        try:
            rubric = load_rubric(file)
        except InvalidRubricError as error:
            for line in error.lines:
                terminal.error(line)
            raise typer.Exit(1) from error
        typer.echo(f"{file.name} is valid: {rubric.name}, {len(rubric.checks)} checks.")
