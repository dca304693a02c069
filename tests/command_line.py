"""The command line, in this process or in one of its own.

A process of its own imports much before it answers. So it is for what shows in one only: how it starts and ends, what
signals do, what its libraries say, and the real model at work.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from formcheck import cli

from .estimated import read_track_or_kept

READERS = ("formcheck.session.recording", "formcheck.intake.analysis", "formcheck.validation.run")
"""The modules that look for landmarks in a video."""


@dataclass(frozen=True)
class Done:
    """What a command came to."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


def in_a_process(*arguments: str | Path) -> Done:
    """Run a command in a process of its own."""
    command = [sys.executable, "-m", "formcheck", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def kept_landmarks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have landmarks that were found before taken from where they are kept, in this process."""
    for module in READERS:
        monkeypatch.setattr(f"{module}.read_track", read_track_or_kept)


@pytest.fixture
def run_here(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, kept_landmarks: None) -> Run:
    """Give what runs a command in this process; what native code says is caught too."""
    del kept_landmarks

    def run(*arguments: str | Path) -> Done:
        capfd.readouterr()
        monkeypatch.setattr(sys, "argv", ["formcheck", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capfd.readouterr()
        assert isinstance(ended.value.code, int)
        return Done(ended.value.code, said.out, said.err)

    return run
