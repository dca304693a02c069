"""What units of systemd say, read, and run as it says without systemd: account, capabilities, settings, folders."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from formcheck.serve.folder import read_settings

_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_NAME: Final = re.compile(r"\[(\w+)\]")


class Unit:
    """A unit file.

    Parameters
    ----------
    text
        As it stands in the file.
    instance
        What `%i` stands for.
    """

    def __init__(self, text: str, instance: str = "") -> None:
        self.lines: list[tuple[str, str, str]] = []
        section = ""
        for line in text.replace("%i", instance).splitlines():
            if found := _NAME.fullmatch(line):
                section = found[1]
            elif "=" in line and not line.startswith("#"):
                name, _, value = line.partition("=")
                self.lines.append((section, name, value))

    def all(self, name: str) -> list[str]:
        """Return all that is said under a name, in order."""
        return [value for _, each, value in self.lines if each == name]

    def one(self, name: str, default: str = "") -> str:
        """Return what is said last under a name."""
        return (self.all(name) or [default])[-1]


def run_unit(root: Path, unit: Unit, log: Path | None = None) -> subprocess.Popen[bytes]:
    """Start what a unit's ExecStart says inside of a root, as its account and with its capabilities only."""
    for before in unit.all("ExecStartPre"):
        assert before.startswith("+"), "it would have to run as the unit's account"
        subprocess.run(["chroot", str(root), *shlex.split(before[1:])], check=True)
    output = subprocess.DEVNULL if log is None else log.open("ab")
    try:
        return subprocess.Popen(list(_command(root, unit)), stdout=output, stderr=output, stdin=subprocess.DEVNULL)
    finally:
        if not isinstance(output, int):
            output.close()


def _command(root: Path, unit: Unit) -> Iterator[str]:
    user = unit.one("User", "root")
    capabilities = [each.removeprefix("CAP_").lower() for each in unit.one("CapabilityBoundingSet").split()]
    ambient = [each.removeprefix("CAP_").lower() for each in unit.one("AmbientCapabilities").split()]
    yield from ("chroot", str(root), "setpriv", f"--reuid={user}", f"--regid={unit.one('Group', user)}")
    yield from ("--init-groups", "--no-new-privs", _set("--bounding-set", capabilities))
    yield from (_set("--inh-caps", ambient), _set("--ambient-caps", ambient))
    yield from ("env", "-i", f"-C{unit.one('WorkingDirectory', '/')}", f"PATH={_PATH}", f"USER={user}")
    yield from unit.all("Environment")
    for named in unit.all("EnvironmentFile"):
        path = root / named.removeprefix("-").lstrip("/")
        if path.exists() or not named.startswith("-"):
            yield from (f"{name}={value}" for name, value in read_settings(path).items())
    yield from (f"{name}={os.environ[name]}" for name in ("PIP_CERT",) if name in os.environ)
    yield from shlex.split(unit.one("ExecStart"))


def _set(option: str, capabilities: list[str]) -> str:
    return f"{option}=" + ",".join(["-all", *(f"+{each}" for each in capabilities)])
