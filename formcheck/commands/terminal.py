"""What is said where: results to standard output, everything else to standard error, progress only to a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from formcheck.errors import FormcheckError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from rich.progress import Progress


class Bar:
    """A progress bar with the time left.

    Parameters
    ----------
    progress
        What draws it; None where nothing is drawn.
    title
        What is shown before it.
    """

    def __init__(self, progress: Progress | None, title: str) -> None:
        self._progress = progress
        self._task = None if progress is None else progress.add_task(printable(title), total=1.0)

    def advance_to(self, share: float) -> None:
        """Show how much is done, from 0 to 1; never goes back."""
        if self._progress is None or self._task is None:
            return
        done = self._progress.tasks[self._task].completed
        self._progress.update(self._task, completed=max(done, min(1.0, share)))

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Take the bar off the screen while the block writes lines."""
        if self._progress is None:
            yield
            return
        self._progress.stop()
        try:
            yield
        finally:
            self._progress.start()

    def part(self, start: float, end: float) -> BarPart:
        """Return a stretch of the bar for one step of the work."""
        return BarPart(self, start, end)


@dataclass(frozen=True)
class BarPart:
    """The stretch of a bar from `start` to `end`; call it with the share of its step that is done."""

    bar: Bar
    start: float
    end: float

    def __call__(self, share: float) -> None:
        """Show how much of the step is done, from 0 to 1."""
        self.bar.advance_to(self.start + share * (self.end - self.start))


@dataclass(frozen=True)
class Terminal:
    """How much a command says.

    Parameters
    ----------
    quiet
        Nothing but errors.
    machine
        Standard output is for a program to read, so it holds nothing but what that program asked for.
    """

    quiet: bool = False
    machine: bool = False

    def result(self, text: str = "") -> None:
        """Write what the command was run for to standard output."""
        typer.echo(text)

    def say(self, text: str) -> None:
        """Write a line for people to standard output, unless they want quiet or a program reads."""
        if not (self.quiet or self.machine):
            typer.echo(printable(text))

    def note(self, text: str) -> None:
        """Write a line that is good to know to standard error, unless quiet is wanted."""
        if not self.quiet:
            typer.echo(printable(text), err=True)

    def error(self, text: str) -> None:
        """Write one line on what went wrong to standard error, always."""
        typer.echo(printable(text), err=True)

    @contextmanager
    def bar(self, title: str) -> Iterator[Bar]:
        """Show a progress bar on standard error while the block runs, if that is a terminal; gone afterwards."""
        with self._progress() as progress:
            yield Bar(progress, title)

    @contextmanager
    def stages(self) -> Iterator[Stages]:
        """Show a progress bar whose title changes with the stage of the work."""
        with self._progress() as progress:
            yield Stages(progress)

    def _progress(self) -> AbstractContextManager[Progress | None]:
        # Asked once: while MediaPipe's chatter is held back, standard error is no terminal for a moment.
        on_terminal = sys.stderr is not None and sys.stderr.isatty()
        if self.quiet or self.machine or not on_terminal:
            return nullcontext()
        # Imported here, as most of a program's runs are without a terminal: 0.1 s.
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

        return Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TaskProgressColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True, force_terminal=True),
            transient=True,
        )


class Stages:
    """A progress bar for work in stages, told by name and share; see `formcheck.pose.running.Progress`.

    Parameters
    ----------
    progress
        What draws it; None where nothing is drawn.
    """

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._task = None if progress is None else progress.add_task("", total=None, visible=False)

    def __call__(self, stage: str, share: float | None) -> None:
        """Show the stage and its share done, 0 to 1; None where that is not known."""
        if self._progress is None or self._task is None:
            return
        self._progress.update(
            self._task, description=stage, total=None if share is None else 1.0, completed=share or 0.0, visible=True
        )


def printable(text: str) -> str:
    """Keep a text on one line: names of files may hold line ends and codes that steer a terminal."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)


def one_sentence(error: FormcheckError) -> str:
    """Say what is wrong and what to do about it, on one line."""
    return f"{error.reason} {error.remedy}".strip()


@contextmanager
def answering(terminal: Terminal, when_stopped: str = "Stopped.") -> Iterator[None]:
    """Turn what people can act on into one line and an exit status; everything else is a fault of formcheck and rises.

    Parameters
    ----------
    terminal
        Where to say it.
    when_stopped
        What to say after Ctrl-C.

    Raises
    ------
    typer.Exit
        With 1 for a `FormcheckError`, 130 for Ctrl-C.
    """
    try:
        yield
    except FormcheckError as error:
        terminal.error(one_sentence(error))
        raise typer.Exit(1) from error
    except KeyboardInterrupt as stopped:
        terminal.error(when_stopped)
        raise typer.Exit(130) from stopped
