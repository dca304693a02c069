"""Arguments that were wrong, in our own words: which one, what it must be, and an example of the command.

Of what the library for command lines says nothing is passed on: its words are about its own types.
"""

from __future__ import annotations

import enum
import re
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin

import typer

from formcheck.commands.terminal import printable

PROGRAM: Final = "formcheck"
_Refused: Final[type[Any]] = typer.BadParameter.__mro__[2]
"""Of everything that is wrong with a command line; some versions of the library do not say its name."""
_QUOTED: Final = re.compile(r"'([^']*)'")
_MOST_LISTED: Final = 12


class WrongArgument(typer.BadParameter):
    """An argument that is wrong, with a sentence of ours on it, such as `give a number.`."""


def examples(*commands: str) -> str:
    """Return what stands below the help of a command: examples to copy.

    Parameters
    ----------
    commands
        Without the name of the program.
    """
    return "\n\n".join(["Examples:", *(f"{PROGRAM} {command}".rstrip() for command in commands)])


def run(app: typer.Typer) -> None:
    """Run the command line and end the process: wrong arguments are told in a sentence, with exit status 2."""
    try:
        status = app(prog_name=PROGRAM, standalone_mode=False)
    except _Refused as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            error.show()
        else:
            for line in sentences(error):
                typer.echo(printable(line), err=True)
        sys.exit(int(error.exit_code))
    except typer.Abort:
        typer.echo("Stopped.", err=True)
        sys.exit(1)
    sys.exit(status if isinstance(status, int) else 0)


def sentences(error: Any) -> list[str]:
    """Say what is wrong with a command line, how it is right, and where to look: a line each.

    Parameters
    ----------
    error
        As the library raised it.
    """
    ctx = getattr(error, "ctx", None)
    command = ctx.command_path if ctx is not None else PROGRAM
    told = _told(error, command, ctx)
    example = _first_example(ctx)
    return [told, *([f"For example: {example}"] if example else []), f"More: {command} --help"]


def _told(error: Any, command: str, ctx: Any) -> str:
    kind = type(error).__name__
    if isinstance(error, WrongArgument):
        return f"{_name_of(error)}: {error.message}"
    if kind == "NoSuchOption":
        near = getattr(error, "possibilities", None) or ()
        meant = f" Did you mean {next(iter(near))}?" if near else ""
        return f"“{command}” has no option {error.option_name}.{meant}"
    if kind == "MissingParameter":
        param = getattr(error, "param", None)
        return f"{_what(param)} is missing." if param is not None else "An argument is missing."
    if isinstance(error, typer.BadParameter):
        param = getattr(error, "param", None)
        return f"{_name_of(error)} must be {_must_be(param)}."
    if (option := getattr(error, "option_name", None)) is not None:
        return f"{option} needs a value after it."
    given = _QUOTED.search(str(error.message))
    if ctx is not None and hasattr(ctx.command, "commands"):
        names = list(ctx.command.commands)[:_MOST_LISTED]
        unknown = f"“{given.group(1)}” is no command" if given else "That is no command"
        if given and Path(given.group(1)).exists():
            return f"{unknown} of {command}. To measure a video: {PROGRAM} analyze {shlex.quote(given.group(1))}"
        return f"{unknown} of {command}; there are {', '.join(names)}."
    extra = re.search(r"\(([^()]*)\)\s*$", str(error.message))
    return f"“{extra.group(1)}” is more than “{command}” takes." if extra else f"“{command}” does not take this."


def _name_of(error: Any) -> str:
    hint = getattr(error, "param_hint", None)
    if hint:
        return (hint if isinstance(hint, str) else " / ".join(hint)).replace("'", "")
    param = getattr(error, "param", None)
    return _what(param) if param is not None else "An argument"


def _what(param: Any) -> str:
    """Return the name of an option, or what an argument stands for."""
    option = max((each for each in param.opts if each.startswith("-")), key=len, default="")
    return option or str(param.metavar or param.name).removesuffix("...").strip("[]")


def _must_be(param: Any) -> str:
    """Return what an argument must be, from how it was declared."""
    if param is None:
        return "another"
    choices = _choices(param)
    if choices:
        return f"one of {', '.join(choices)}"
    whole = "a whole number" if _is_whole(param) else "a number"
    least, most = _bound(param, "min"), _bound(param, "max")
    if least is not None and most is not None:
        return f"{whole} from {least:g} to {most:g}"
    if least is not None or most is not None:
        return f"{whole} of {least:g} or more" if most is None else f"{whole} of {most:g} or less"
    is_number = _annotation(param) in (int, float) or _type_name(param).startswith(("int", "float"))
    return whole if is_number else "another"


def _annotation(param: Any) -> Any:
    return getattr(getattr(param, "type_descriptor", None), "annotation", None)


def _type_name(param: Any) -> str:
    return str(getattr(getattr(param, "type", None), "name", ""))


def _choices(param: Any) -> list[str]:
    annotation = _annotation(param)
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return [str(each.value) for each in annotation]
    if get_origin(annotation) is Literal:
        return [str(each) for each in get_args(annotation)]
    known: Iterable[Any] = getattr(getattr(param, "type", None), "choices", None) or ()
    return [str(each.value if isinstance(each, enum.Enum) else each) for each in known]


def _is_whole(param: Any) -> bool:
    return _annotation(param) is int or _type_name(param).startswith("int")


def _bound(param: Any, which: str) -> float | None:
    own = getattr(param, which, None)
    return own if own is not None else getattr(getattr(param, "type", None), which, None)


def _first_example(ctx: Any) -> str:
    epilog = (getattr(ctx.command, "epilog", None) or "") if ctx is not None else ""
    return next((line.strip() for line in epilog.splitlines() if line.strip().startswith(f"{PROGRAM} ")), "")
