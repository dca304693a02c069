"""MediaPipe for browsers: which files of it are served to pages, and how they come onto this computer.

Version 0.10.35 and no later: from 1.0 on the package posts usage metrics and has no switch against it. Nothing of it is
part of the repository; `formcheck models install browser` gets it once.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

from formcheck.errors import PoseModelError
from formcheck.pose.models import known_sha256, models_folder
from formcheck.pose.releases import NpmPackage, PackageMember
from formcheck.pose.running import Progress

BROWSER_NAME: Final = "browser"
"""What `formcheck models install` calls it, and the folder within the models folder."""
BROWSER_PACKAGE: Final = NpmPackage(
    name="@mediapipe/tasks-vision",
    version="0.10.35",
    sha512="1cebda77055113a242fb8e67c988669f2c27af987f27c299bce794355386f6af"
    "f4f3be6966022dce7141f5b453bcb736eb861226a899d4db08a424ad270fde82",
    size_bytes=10_231_005,
)
WASM: Final = PackageMember(
    "package/wasm/vision_wasm_module_internal.wasm",
    "617b8e0248dbd27e9d7ece4218004eae4cefb499196d1bb4fa0e3fef21708756",
)
LOADER: Final = PackageMember(
    "package/wasm/vision_wasm_module_internal.js",
    "1f1d6215324a1fe62f6742d49a3db911170987ca18ad8c1b75f1a1c82acf2b44",
)
BUNDLE: Final = PackageMember(
    "package/vision_bundle.mjs",
    "55d7ab624fbb70dcc5adc4ae6d7ea9cfcb569139d3dbfbf2b1deafcb966bc0fe",
)
MEMBERS: Final = (WASM, LOADER, BUNDLE)


@dataclass(frozen=True)
class BrowserState:
    """What is known of the files for browsers."""

    installed: bool
    ok: bool
    detail: str
    """One sentence for people."""


def browser_folder(*, folder: Path | None = None) -> Path:
    """Return the folder that the files for browsers are in; it need not exist."""
    return (folder or models_folder()) / BROWSER_NAME


def browser_file(member: PackageMember, *, folder: Path | None = None) -> Path | None:
    """Return where a file for browsers is; None if it is not there or is not the published one."""
    path = browser_folder(folder=folder) / member.name
    try:
        return path if known_sha256(path) == member.sha256 else None
    except OSError:
        return None


def browser_state(*, folder: Path | None = None) -> BrowserState:
    """Say whether the files for browsers are here, whole and as published."""
    here = browser_folder(folder=folder)
    if not here.exists():
        return BrowserState(False, False, "It is not installed.")
    wrong = [member.name for member in MEMBERS if browser_file(member, folder=folder) is None]
    if wrong:
        return BrowserState(True, False, f"{wrong[0]} is missing or not the published one.")
    return BrowserState(True, True, f"It is {BROWSER_PACKAGE.spec} as published.")


def install_browser(progress: Progress | None = None, *, folder: Path | None = None) -> Path:
    """Put MediaPipe for browsers into the models folder, unless it is there already; return its folder.

    It appears whole or not at all. What is there and is not the published version is replaced.

    Parameters
    ----------
    progress
        Told each stage.
    folder
        The models folder; `models_folder()` when None. Made if missing.

    Raises
    ------
    PoseModelError
        If it cannot be fetched, is not the published version, or cannot be written.
    """
    from formcheck.pose.npm import checked_members, npm_tarball

    progress = progress or _no_progress
    here = browser_folder(folder=folder)
    if browser_state(folder=folder).ok:
        return here
    try:
        here.parent.mkdir(parents=True, exist_ok=True)
        if not os.access(here.parent, os.W_OK):  # asked before megabytes are fetched for nothing
            raise PermissionError(f"{here.parent} is not writable")
        with npm_tarball(BROWSER_PACKAGE, here.parent, progress) as tarball:
            progress("Unpacking", None)
            files = checked_members(tarball, BROWSER_PACKAGE, MEMBERS)
        _put(here, {member.name: files[member.path] for member in MEMBERS})
    except OSError as error:
        raise PoseModelError(
            f"MediaPipe for browsers cannot be written to {here.parent}: {error.strerror or error}.",
            "Make room there and see that you may write to it.",
        ) from error
    return here


def _put(here: Path, files: dict[str, bytes]) -> None:
    """Make a folder of these files, whole or not at all; what was there is put back if that fails."""
    partial, older = (here.with_name(f".{here.name}.{uuid4().hex}") for _ in range(2))
    try:
        partial.mkdir()
        for name, content in files.items():
            (partial / name).write_bytes(content)
        if here.exists():
            here.rename(older)
        try:
            partial.rename(here)
        except OSError:
            if older.exists() and not here.exists():
                older.rename(here)
            if not all((here / name).is_file() for name in files):  # else another process was a moment faster
                raise
    finally:
        for leftover in (partial, older):
            if leftover.is_dir():
                shutil.rmtree(leftover, ignore_errors=True)
            else:
                leftover.unlink(missing_ok=True)


def _no_progress(stage: str, fraction: float | None) -> None:
    """Ignore progress."""
    del stage, fraction
