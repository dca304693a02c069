"""Running the package tools of this computer, pip and npm, and telling how far they are."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

Progress = Callable[[str, float | None], None]
"""Called with what is being done and how much of it, 0 to 1; None when that cannot be known."""

_PIP_PROGRESS: Final = re.compile(r"Progress (\d+) of (\d+)")
_ERROR: Final = re.compile(r"^(?:ERROR: |npm (?:error|ERR!) )")
_AFTERWORD: Final = "A complete log of this run"
"""npm says this last, after what went wrong."""


def run_told(
    command: list[str],
    progress: Callable[[float | None], None],
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> tuple[int, str]:
    """Run a tool to its end; return its exit status and what it wrote, without the lines in which pip tells progress.

    Parameters
    ----------
    command
        The tool and what it is told.
    progress
        Told the share done, None where that is not known.
    folder
        To run in; this process's own when None.
    environment
        For the tool; this process's own when None.

    Raises
    ------
    OSError
        If it cannot be started.
    """
    progress(None)
    lines: list[str] = []
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        cwd=folder,
        env=environment,
    ) as process:
        assert process.stdout is not None  # because of stdout=PIPE
        try:
            for line in process.stdout:
                if told := _PIP_PROGRESS.fullmatch(line.strip()):
                    done, total = int(told[1]), int(told[2])
                    progress(done / total if total else None)
                else:
                    lines.append(line)
            return process.wait(), "".join(lines)
        finally:
            if process.poll() is None:
                process.kill()


def last_error(output: str) -> str:
    """Return the last line in which a tool says what went wrong, without a full stop."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [_ERROR.sub("", line) for line in lines if _ERROR.match(line)]
    errors = [line for line in errors if not line.startswith(_AFTERWORD)]
    return (errors or lines or ["nothing"])[-1].rstrip(".")
