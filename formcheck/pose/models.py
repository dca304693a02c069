"""Where pose models live, how they get there, and whether one can be trusted.

The folder is `models/` of the source checkout when formcheck runs from one, else the user's cache directory.
`FORMCHECK_POSE_MODEL`, the path of a `.task` file, goes before both. A `pose_landmarker_<name>.task` that a person put
into the folder counts like one that was installed.

Fetching one and taking one apart is imported by the functions that do it: a model that is there and whose hash is known
needs neither, and both take long to import.
"""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from platformdirs import user_cache_path

from formcheck.atomic import atomic_path
from formcheck.errors import PoseModelError
from formcheck.pose.releases import DEFAULT_MODEL, RELEASES, ModelRelease, remedy

if TYPE_CHECKING:
    from formcheck.pose.running import Progress

MODEL_VARIABLE: Final = "FORMCHECK_POSE_MODEL"
AUTO_MODEL: Final = "auto"
"""For recorded sets, which can wait: the heavy model where somebody installed it, else the default one."""
_MOST_EXACT: Final = "heavy"

_PACKAGE: Final = Path(__file__).resolve().parent.parent
MODEL_PREFIX: Final = "pose_landmarker_"
"""Of the name of a model, before its short name."""
_SUFFIX: Final = ".task"


@dataclass(frozen=True)
class PoseModel:
    """A pose model on this computer."""

    name: str
    """Name of the file without suffix, such as `pose_landmarker_full`."""
    path: Path
    sha256: str
    """Of the file, hexadecimal."""

    @property
    def short_name(self) -> str:
        """The name that commands take, such as `full`."""
        return self.name.removeprefix(MODEL_PREFIX)


class ModelState(StrEnum):
    """What is known of a model file."""

    OK = "ok"
    """It is the published model."""
    UNKNOWN = "unknown"
    """A sound bundle that MediaPipe should load, but none that formcheck knows."""
    DAMAGED = "damaged"
    """It cannot be used."""


@dataclass(frozen=True)
class ModelReport:
    """The result of checking a model file."""

    path: Path
    sha256: str
    """Of the file, hexadecimal; empty when it cannot be read."""
    state: ModelState
    detail: str
    """One sentence for people."""

    @property
    def ok(self) -> bool:
        """Whether the file is a published model, whole and unaltered."""
        return self.state is ModelState.OK


def models_folder(package: Path = _PACKAGE) -> Path:
    """Return the folder that models are installed to and looked for in; it need not exist.

    Parameters
    ----------
    package
        The folder of the `formcheck` package.
    """
    if _is_checkout(package.parent):
        return package.parent / "models"
    return user_cache_path("formcheck", appauthor=False) / "models"


def model_path(name: str = DEFAULT_MODEL, *, folder: Path | None = None) -> Path:
    """Return where the model of this name belongs, whether or not it is there.

    Raises
    ------
    PoseModelError
        If the name cannot be part of a file name.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", name):
        raise PoseModelError(f"“{name}” cannot be the name of a pose model.", f"Choose one of {', '.join(RELEASES)}.")
    return (folder or models_folder()) / f"{MODEL_PREFIX}{name}{_SUFFIX}"


def find_model(name: str = DEFAULT_MODEL, *, folder: Path | None = None) -> PoseModel:
    """Return the model to use: what `FORMCHECK_POSE_MODEL` names, else the installed one of this name.

    Parameters
    ----------
    name
        Such as `full`. Without effect when `FORMCHECK_POSE_MODEL` is set.
    folder
        Where to look; `models_folder()` when None.

    Raises
    ------
    PoseModelError
        If there is none, or it is damaged.
    """
    if path := _named_by_environment():
        return _sound_model(path, f"Put a sound file there, or unset {MODEL_VARIABLE}.")
    path = model_path(name, folder=folder)
    if not path.is_file():
        raise PoseModelError(f"The pose model “{name}” is not installed.", remedy(name))
    return _sound_model(path, remedy(name) if name in RELEASES else f"Replace the file, or set {MODEL_VARIABLE}.")


def installed_name(name: str, *, folder: Path | None = None) -> str:
    """Return the name of a model, for `auto` that of the most exact one that is installed, else of the default one."""
    if name != AUTO_MODEL:
        return name
    return _MOST_EXACT if model_path(_MOST_EXACT, folder=folder).is_file() else DEFAULT_MODEL


def ensure_model(
    name: str = DEFAULT_MODEL, progress: Progress | None = None, *, folder: Path | None = None
) -> PoseModel:
    """Return the model to use, like `find_model`, and install the default one where it is not there yet.

    Parameters
    ----------
    name
        Such as `full`, or `auto` for the most exact one that is installed.
    progress
        Told how far an installation is.
    folder
        Where to look; `models_folder()` when None.

    Raises
    ------
    PoseModelError
        If it is not there and cannot be installed, or is damaged. A damaged file is never replaced unasked.
    """
    name = installed_name(name, folder=folder)
    if name == DEFAULT_MODEL and not _named_by_environment() and not model_path(name, folder=folder).exists():
        return install_model(name, progress, folder=folder)
    return find_model(name, folder=folder)


def install_model(name: str, progress: Progress | None = None, *, folder: Path | None = None) -> PoseModel:
    """Put the published model of this name into the models folder, like `install_release`.

    Raises
    ------
    PoseModelError
        If there is no such model, it cannot be fetched, is not the published one, or cannot be written.
    """
    if name not in RELEASES:
        raise PoseModelError(f"There is no pose model “{name}” to install.", f"Choose one of {', '.join(RELEASES)}.")
    return install_release(RELEASES[name], progress, folder=folder)


def install_release(
    release: ModelRelease, progress: Progress | None = None, *, folder: Path | None = None
) -> PoseModel:
    """Fetch a model, check it and put it into the models folder, unless it is there already.

    A file of that name that is not the published model is replaced. The new one appears whole or not at all, also
    when several processes install at once.

    Parameters
    ----------
    release
        What to install.
    progress
        Told each stage and its share done.
    folder
        Where to; `models_folder()` when None. Made if missing.

    Raises
    ------
    PoseModelError
        If the model cannot be fetched, is not the published one, or cannot be written.
    """
    from formcheck.pose.fetch import fetch_bundle

    path = model_path(release.name, folder=folder)
    if path.exists() and (there := _check(path, (release,))).ok:
        return PoseModel(path.stem, path, there.sha256)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not os.access(path.parent, os.W_OK):  # asked before megabytes are fetched for nothing
            raise PermissionError(f"{path.parent} is not writable")
        with atomic_path(path) as partial:
            fetch_bundle(release, partial, progress or _no_progress)
            fetched = _check(partial, (release,))
            if not fetched.ok:
                raise PoseModelError(
                    f"The pose model that was fetched is wrong: {fetched.detail}", remedy(release.name)
                )
    except OSError as error:
        raise PoseModelError(
            f"The pose model cannot be written to {path.parent}: {error.strerror or error}.",
            f"Make room there and see that you may write to it, or set {MODEL_VARIABLE} to a .task file elsewhere.",
        ) from error
    return PoseModel(path.stem, path, fetched.sha256)


def installed_models(*, folder: Path | None = None) -> tuple[PoseModel, ...]:
    """Return the models in the models folder, sorted by name, damaged ones included.

    Raises
    ------
    PoseModelError
        If a file cannot be read.
    """
    paths = sorted((folder or models_folder()).glob(f"{MODEL_PREFIX}*{_SUFFIX}"))
    return tuple(PoseModel(path.stem, path, _file_sha256(path)) for path in paths if path.is_file())


def verify_model(path: Path) -> ModelReport:
    """Say whether a file is the published model that its name promises.

    A file whose name promises none is held against all of them. What a bundle computes is compared, its graph and
    weights, and not the bytes of the file alone: `full` is built on this computer, and its layout depends on the
    version of flatbuffers that wrote it.
    """
    name = path.stem.removeprefix(MODEL_PREFIX)
    return _check(path, (RELEASES[name],) if name in RELEASES else tuple(RELEASES.values()))


def _check(path: Path, releases: tuple[ModelRelease, ...]) -> ModelReport:
    from formcheck.pose.bundle import DETECTOR_MEMBER, LANDMARKS_MEMBER, BundleError, content_sha256, read_bundle

    try:
        sha256 = _file_sha256(path)
    except PoseModelError as error:
        return ModelReport(path, "", ModelState.DAMAGED, error.reason)
    for release in releases:
        if sha256 in release.published_sha256:
            return ModelReport(path, sha256, ModelState.OK, f"It is the published {release.name} model.")
    try:
        members = read_bundle(path)
        content = (content_sha256(members[DETECTOR_MEMBER]), content_sha256(members[LANDMARKS_MEMBER]))
    except (BundleError, OSError) as error:
        return ModelReport(path, sha256, ModelState.DAMAGED, f"The file {error}.")
    for release in releases:
        if content == release.content_sha256:
            detail = f"Its networks are those of the published {release.name} model."
            return ModelReport(path, sha256, ModelState.OK, detail)
    names = " or ".join(release.name for release in releases)
    return ModelReport(path, sha256, ModelState.UNKNOWN, f"It can be used, but is not the published {names} model.")


def _sound_model(path: Path, what_to_do: str) -> PoseModel:
    """Return the model at `path` after checking that MediaPipe can use it, whosever it is."""
    try:
        sha256 = known_sha256(path)
    except OSError as error:
        raise _unreadable(path, error) from error
    if not any(sha256 in release.known_sha256 for release in RELEASES.values()) and (damage := _damage(path, sha256)):
        raise PoseModelError(f"The pose model {path} is damaged: the file {damage}.", what_to_do)
    return PoseModel(path.stem, path, sha256)


@lru_cache(maxsize=16)
def _damage(path: Path, sha256: str) -> str:
    """Return what is wrong with a bundle, empty for one that MediaPipe can use; each is taken apart once."""
    from formcheck.pose.bundle import BundleError, read_bundle

    del sha256
    try:
        read_bundle(path)
    except (BundleError, OSError) as error:
        return str(error)
    return ""


def is_published(name: str, sha256: str) -> bool:
    """Say whether a file is the published model of a name.

    Parameters
    ----------
    name
        Such as `full`.
    sha256
        Of the file: a known one, or that of the model of this computer, which may have been built here.
    """
    if name not in RELEASES:
        return False
    return sha256 in RELEASES[name].known_sha256 or _is_built_here(name, sha256)


def _is_built_here(name: str, sha256: str) -> bool:
    path = model_path(name)
    try:
        return known_sha256(path) == sha256 and _computes_the_same(path, sha256)
    except OSError:
        return False


@lru_cache(maxsize=16)
def _computes_the_same(path: Path, sha256: str) -> bool:
    del sha256
    return verify_model(path).ok


def _named_by_environment() -> Path | None:
    named = os.environ.get(MODEL_VARIABLE)
    if not named:
        return None
    path = Path(named).expanduser()
    if not path.is_file():
        raise PoseModelError(
            f"{MODEL_VARIABLE} names {named}, which is not a file.",
            f"Correct it, or unset it and run `formcheck models install {DEFAULT_MODEL}`.",
        )
    return path


def _is_checkout(folder: Path) -> bool:
    try:
        project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(project.get("project", {}).get("name") == "formcheck")


def _file_sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> PoseModelError:
    return PoseModelError(
        f"The pose model {path} cannot be read: {error.strerror or error}.", "See that you may read it."
    )


def known_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, read once for as long as it is not changed.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    stat = path.stat()
    return _sha256(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=16)
def _sha256(path: Path, changed_ns: int, size_bytes: int) -> str:
    """Return the SHA-256 of a file as it was changed last."""
    del changed_ns, size_bytes
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _no_progress(stage: str, fraction: float | None) -> None:
    """Ignore progress."""
    del stage, fraction
