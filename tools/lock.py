"""Write which versions are installed: `requirements.lock` for pip, with hashes, and the constraints of uv.

`python -m tools.lock` moves everything to the newest versions that `pyproject.toml` allows. Neither names the host that
packages came from, which a `uv.lock` would.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parent.parent
LOCK: Final = PROJECT / "requirements.lock"
_SETTINGS: Final = PROJECT / "pyproject.toml"
_CONSTRAINTS: Final = re.compile(r"(?<=^constraint-dependencies = \[\n)(?:    .*\n)*(?=\]$)", re.MULTILINE)
_NEEDED: Final = ("README.md", "LICENSE", "formcheck/__init__.py")
_EXPORT: Final = ("export", "--quiet", "--no-emit-project", "--no-annotate", "--no-header")


def constraints_in(settings: str) -> tuple[str, ...]:
    """Return the constraints of uv in the text of a `pyproject.toml`."""
    found = _CONSTRAINTS.search(settings)
    return tuple(line.strip().rstrip(",").strip('"') for line in found[0].splitlines()) if found else ()


def pins_in(requirements: str) -> tuple[str, ...]:
    """Return what the text of a requirements file pins, such as `numpy==2.4.6 ; python_full_version < '3.12'`."""
    return tuple(line.rstrip(" \\") for line in requirements.splitlines() if "==" in line and not line.startswith(" "))


def with_constraints(settings: str, pins: tuple[str, ...]) -> str:
    """Return the text of a `pyproject.toml` with these constraints in place of its own."""
    return _CONSTRAINTS.sub(lambda _: "".join(f'    "{pin}",\n' for pin in pins), settings)


def main() -> None:
    """Ask uv for the newest versions, as it is set up here, and write both lists."""
    settings = _SETTINGS.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="formcheck-lock-") as folder:
        place = Path(folder)
        for name in _NEEDED:
            (place / name).parent.mkdir(exist_ok=True)
            shutil.copy(PROJECT / name, place / name)
        (place / _SETTINGS.name).write_text(with_constraints(settings, ()), encoding="utf-8")
        _uv(place, "lock", "--quiet")
        for_pip = _uv(place, *_EXPORT, "--no-dev")
        for_uv = _uv(place, *_EXPORT, "--all-groups", "--no-hashes")
    LOCK.write_text(for_pip, encoding="utf-8")
    _SETTINGS.write_text(with_constraints(settings, pins_in(for_uv)), encoding="utf-8")


def _uv(place: Path, *arguments: str) -> str:
    done = subprocess.run(["uv", *arguments], cwd=place, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


if __name__ == "__main__":
    main()
