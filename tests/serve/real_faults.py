"""Faults planted on a real machine as they come about in life, and taken away again; what `serve check` says of each.

For `real_machine.py`. What only a made-up server can have, such as a certificate that ends in five days, is planted in
`test_checks.py`.
"""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from formcheck.serve.choices import Choices, read_choices

from .fake_server import Well, provider_server

if TYPE_CHECKING:
    from .real_machine import Machine

_SETTINGS: Final = "etc/formcheck"
_BACKUPS: Final = "var/backups/formcheck"
_DATABASE: Final = "var/lib/formcheck/records/records.sqlite3"
_OPENS_WITHIN_S: Final = 60.0

Plant = Callable[["Machine"], AbstractContextManager[None]]


@dataclass(frozen=True)
class Fault:
    """What goes wrong, under which look it must be named, and words that must be in what is said of it."""

    plant: Plant
    name: str
    words: str


def _choices(machine: Machine) -> Choices:
    return read_choices(machine.root / _SETTINGS)


def _until_open(port: int) -> None:
    until = time.monotonic() + _OPENS_WITHIN_S
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise SystemExit(f"Nobody listens at {port}.")


def _restart(machine: Machine, unit: str) -> None:
    machine.stop(unit)
    machine.start(unit)
    choices = _choices(machine)
    ports = {
        "formcheck": choices.app_port,
        "formcheck-https": choices.https_port,
        "formcheck-relay": choices.relay_port,
    }
    _until_open(ports[unit])


def _stopped(unit: str) -> Plant:
    @contextmanager
    def plant(machine: Machine) -> Iterator[None]:
        machine.stop(unit)
        yield
        machine.start(unit)

    return plant


def _edited(name: str, pattern: str, instead: str, unit: str | None = None) -> Plant:
    """Change a file of the settings, and have the unit read it that does."""

    @contextmanager
    def plant(machine: Machine) -> Iterator[None]:
        path = machine.root / _SETTINGS / name
        before = path.read_text(encoding="utf-8")
        after, count = re.subn(pattern, instead, before, flags=re.MULTILINE)
        assert count, pattern
        path.write_text(after, encoding="utf-8")
        if unit:
            _restart(machine, unit)
        yield
        path.write_text(before, encoding="utf-8")
        if unit:
            _restart(machine, unit)

    return plant


def _own(line: str) -> Plant:
    """Set something in `own.env`."""

    @contextmanager
    def plant(machine: Machine) -> Iterator[None]:
        path = machine.root / _SETTINGS / "own.env"
        path.write_text(f"{line}\n", encoding="utf-8")
        yield
        path.unlink()

    return plant


@contextmanager
def _clock_off(machine: Machine) -> Iterator[None]:
    with provider_server(Well(provider_clock_off=timedelta(minutes=5))) as port:
        address = f"http://127.0.0.1:{port}/.well-known/openid-configuration"
        with _edited("serve.toml", r'^login_metadata = ".*"$', f'login_metadata = "{address}"')(machine):
            yield


@contextmanager
def _database_away(machine: Machine) -> Iterator[None]:
    if _choices(machine).database == "postgresql":
        (cluster,) = (machine.root / "etc/postgresql").glob("*/main")
        control = ("pg_ctlcluster", cluster.parent.name, "main")
        machine.run(*control, "stop", "-m", "fast")
        yield
        machine.run(*control, "start")
        return
    machine.stop("formcheck")
    path = machine.root / _DATABASE
    kept = path.read_bytes()
    path.write_bytes(b"no database at all" * 400)
    yield
    path.write_bytes(kept)
    machine.start("formcheck")


@contextmanager
def _no_backup(machine: Machine) -> Iterator[None]:
    moved = [(path, path.with_suffix(".away")) for path in (machine.root / _BACKUPS).glob("*.zip")]
    for path, away in moved:
        path.rename(away)
    yield
    for path, away in moved:
        away.rename(path)


@contextmanager
def _damaged_backup(machine: Machine) -> Iterator[None]:
    newest: Path = max((machine.root / _BACKUPS).glob("*.zip"))
    kept = newest.read_bytes()
    newest.write_bytes(kept[:-200])
    assert machine.run_once("formcheck-drill") != 0
    yield
    newest.write_bytes(kept)
    assert machine.run_once("formcheck-drill") == 0


@contextmanager
def _open_secrets(machine: Machine) -> Iterator[None]:
    path = machine.root / _SETTINGS / "secrets.toml"
    path.chmod(0o644)
    yield
    path.chmod(0o640)


@contextmanager
def _full_disk(machine: Machine) -> Iterator[None]:
    machine.run("mount", "-t", "tmpfs", "-o", "size=20m,mode=0777", "tmpfs", f"/{_BACKUPS}")
    yield
    machine.run("umount", f"/{_BACKUPS}")


FAULTS: Final[dict[str, Fault]] = {
    "secrets that others can read": Fault(_open_secrets, "secrets", "chmod 640"),
    "HTTPS that does not run": Fault(_stopped("formcheck-https"), "certificate", "Nothing answers at https://"),
    "no certificate for this name": Fault(
        _edited("Caddyfile", r"^knee\.test \{", "other.test {", "formcheck-https"), "certificate", "has no certificate"
    ),
    "a clock that differs": Fault(_clock_off, "clock", "differs from that of"),
    "a login provider that is away": Fault(
        _edited("serve.toml", r"127\.0\.0\.1:\d+", "127.0.0.1:9"), "login", "does not answer"
    ),
    "an app that does not run": Fault(_stopped("formcheck"), "app", "does not run"),
    "a proxy that says another name": Fault(
        _edited("Caddyfile", "flush_interval -1", "header_up Host other.test", "formcheck-https"),
        "app",
        "refuses its own name",
    ),
    "HTTPS that is not held to": Fault(
        _edited("Caddyfile", "^.*Strict-Transport-Security.*$", "", "formcheck-https"), "https", "stay with HTTPS"
    ),
    "a proxy that bars the camera": Fault(
        _edited("Caddyfile", r'\?Permissions-Policy ".*"', 'Permissions-Policy "camera=()"', "formcheck-https"),
        "camera",
        "bars the camera",
    ),
    "a proxy that lets no WebSocket through": Fault(
        _edited("Caddyfile", "flush_interval -1", "header_up -Upgrade", "formcheck-https"), "websocket", "do not pass"
    ),
    "a relay that does not run": Fault(_stopped("formcheck-relay"), "relay", "cannot be reached"),
    "a relay with another secret": Fault(
        _own("FORMCHECK_TURN_SECRET=another-secret-than-the-relay-has"), "relay", "refuses the credential"
    ),
    "a relay that lets into private networks": Fault(
        _edited("turnserver.conf", "^denied-peer-ip=.*$", "", "formcheck-relay"), "relay", "private networks"
    ),
    "a disk that is full": Fault(_full_disk, "disk", "nearly full"),
    "a database that is away or broken": Fault(_database_away, "database", "cannot be read"),
    "no backup": Fault(_no_backup, "backup", "no backup yet"),
    "a backup that cannot be restored": Fault(_damaged_backup, "backup", "drill failed"),
    "a mail server that is away": Fault(_own("FORMCHECK_MAIL_URL=smtp://127.0.0.1:9"), "mail", "cannot be used"),
}
