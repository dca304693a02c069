"""A folder that the processes of one test run share, for what is started once and used by all of them."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any, Final

import pytest

_KEY: Final = pytest.StashKey[Path]()
_INPUT: Final = "formcheck_shared_folder"


def make_shared_folder(config: pytest.Config) -> None:
    """Make the folder, in the process that starts the others."""
    config.stash[_KEY] = Path(tempfile.mkdtemp(prefix="formcheck-tests-"))


def made_shared_folder(config: pytest.Config) -> Path | None:
    """Return the folder in the process that made it; None in every other."""
    return config.stash.get(_KEY, None)


def remove_shared_folder(config: pytest.Config) -> None:
    """Take the folder away."""
    folder = made_shared_folder(config)
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)


def tell(config: pytest.Config, workerinput: dict[str, Any]) -> None:
    """Tell a process that is about to start where the folder is."""
    workerinput[_INPUT] = str(config.stash[_KEY])


def shared_folder(config: pytest.Config) -> Path | None:
    """Return the folder, None where the run has one process."""
    told = getattr(config, "workerinput", {}).get(_INPUT)
    return None if told is None else Path(told)
