"""Layer: the package as it is built: what the wheel holds, and which versions are installed with it."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from email.parser import HeaderParser
from itertools import chain
from pathlib import Path
from typing import Any, Final

import pytest

import formcheck
from formcheck.commands.app import launcher_of
from formcheck.commands.samples import SAMPLES, sample_path
from formcheck.serve.folder import LOCK_FILE
from tools.lock import LOCK, PROJECT, constraints_in, pins_in, with_constraints

_SETTINGS: Final = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
_NO_HOSTS: Final = re.compile(r"://|index-url|find-links")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel, built from this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)],
        cwd=PROJECT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that the wheel was unpacked into, as an installation lays it."""
    folder = tmp_path_factory.mktemp("site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def _files_of(package: Path) -> set[str]:
    ours = (path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(package.parent).as_posix() for path in ours}


def test_every_file_of_the_package_is_in_the_wheel(unpacked: Path) -> None:
    missing = _files_of(PROJECT / "formcheck") - _files_of(unpacked / "formcheck")
    assert not missing
    kinds = {Path(name).suffix for name in _files_of(unpacked / "formcheck")}
    assert {".css", ".html", ".j2", ".js", ".json", ".mako", ".mp4", ".png", ".svg", ".toml", ".typ"} <= kinds


def test_what_lies_outside_of_the_package_comes_along(unpacked: Path) -> None:
    package = unpacked / "formcheck"
    assert launcher_of(package).is_relative_to(package)
    assert launcher_of(package).read_bytes() == (PROJECT / "app.py").read_bytes()
    for sample in SAMPLES:
        assert sample_path(sample, package).is_relative_to(package)
    assert (package / LOCK_FILE).read_bytes() == LOCK.read_bytes(), "for the servers that are made with it"


def test_nothing_else_is_installed(unpacked: Path) -> None:
    of_version = f"formcheck-{formcheck.__version__}.dist-info"
    assert {path.name for path in unpacked.iterdir()} == {"formcheck", of_version}
    assert not list(unpacked.rglob("*.task"))


def test_the_wheel_says_what_it_needs_and_how_it_is_started(unpacked: Path) -> None:
    (about,) = unpacked.glob("*.dist-info")
    told = HeaderParser().parsestr((about / "METADATA").read_text(encoding="utf-8"))
    project = tomllib.loads(_SETTINGS)["project"]
    assert told["Version"] == formcheck.__version__
    assert set(told["Requires-Python"].split(",")) == set(project["requires-python"].split(","))
    assert len(told.get_all("Requires-Dist") or []) == len(project["dependencies"])
    assert "formcheck = formcheck.cli:main" in (about / "entry_points.txt").read_text(encoding="utf-8")
    assert (about / "licenses" / "LICENSE").is_file()


def _name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def _asked_for() -> tuple[list[str], list[str]]:
    settings: dict[str, Any] = tomllib.loads(_SETTINGS)
    return settings["project"]["dependencies"], list(chain(*settings["dependency-groups"].values()))


def test_every_dependency_has_a_version_that_is_installed() -> None:
    needed, for_tests = _asked_for()
    for_pip, for_uv = ({_name(pin) for pin in pins} for pins in (_pins(), constraints_in(_SETTINGS)))
    advice = "run `python -m tools.lock`"
    assert {_name(each) for each in needed} <= for_pip, advice
    assert {_name(each) for each in needed + for_tests} <= for_uv, advice


def _pins() -> tuple[str, ...]:
    return pins_in(LOCK.read_text(encoding="utf-8"))


def test_pip_and_uv_install_the_same_versions() -> None:
    constraints = {pin.partition(" ;")[0] for pin in constraints_in(_SETTINGS)}
    assert {pin.partition(" ;")[0] for pin in _pins()} <= constraints
    assert constraints_in(_SETTINGS) == tuple(tomllib.loads(_SETTINGS)["tool"]["uv"]["constraint-dependencies"])


def test_every_version_for_pip_is_held_to_a_hash_and_no_host_is_named() -> None:
    text = LOCK.read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", text.strip())
    assert len(entries) == len(_pins())
    assert all("--hash=sha256:" in entry for entry in entries)
    assert not _NO_HOSTS.search(text)
    assert not any(_NO_HOSTS.search(pin) for pin in constraints_in(_SETTINGS))


def test_constraints_are_written_where_they_are_read() -> None:
    pins = ("numpy==2.4.6 ; python_full_version < '3.12'", "rich==15.0.0")
    written = with_constraints(_SETTINGS, pins)
    assert constraints_in(written) == pins
    assert with_constraints(written, constraints_in(_SETTINGS)) == _SETTINGS
