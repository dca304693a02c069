"""The files of a server, made from what was chosen: pure text first, then written with the modes that they need."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import jinja2

from formcheck import __version__
from formcheck.atomic import atomic_path
from formcheck.errors import OutputError
from formcheck.serve.choices import AUTHORITY_FILE, CHOICES_FILE, MAIL_VARIABLE, Choices

PLACES: Final[Mapping[str, str]] = {
    "settings": "/etc/formcheck",
    "program": "/opt/formcheck",
    "state": "/var/lib/formcheck",
    "backups": "/var/backups/formcheck",
    "certificates": "/var/lib/formcheck-https",
    "relay": "/var/lib/formcheck-relay",
}
"""Where things lie on the server. Units, scripts and settings all take them from here."""
DATABASE_SOCKET: Final = "postgresql:///formcheck?host=/var/run/postgresql"
"""PostgreSQL on the same computer knows the account `formcheck` by itself: no password to keep."""
TURN_CONFIGURATION: Final = Path(__file__).with_name("turnserver.conf")
_TEMPLATES: Final = Path(__file__).with_name("templates")
_TEMPLATE: Final = ".j2"
LOCK_FILE: Final = "requirements.lock"
"""What formcheck of this version needs, held to versions and hashes."""
_PACKAGE: Final = Path(__file__).resolve().parent.parent
_SECRET_BYTES: Final = 32
_ONLY_MINE, _FOR_ALL, _PROGRAM = 0o600, 0o644, 0o755


@dataclass(frozen=True)
class Secrets:
    """What nobody else may read. Made once; kept when the files are made again."""

    cookie: str
    """Signs the cookie of a login."""
    turn: str
    """Shared by the app and the relay."""
    database: str
    """Password of PostgreSQL, where that runs in a container."""
    login: str
    """`client_secret` of the login provider."""
    mail_url: str = ""
    """Of the mail server that tells of failures; empty for none."""


@dataclass(frozen=True)
class ServerFile:
    """One file of the folder."""

    text: str
    mode: int = _FOR_ALL


def new_secrets(login: str, mail_url: str = "") -> Secrets:
    """Return secrets of which all but the login's and the mail's are random."""
    cookie, turn, database = (secrets.token_hex(_SECRET_BYTES) for _ in range(3))
    return Secrets(cookie, turn, database, login, mail_url)


def server_files(choices: Choices, kept: Secrets, *, wheel: str | None = None) -> dict[str, ServerFile]:
    """Return all files of a server, by their paths in the folder.

    Parameters
    ----------
    choices
        What was chosen.
    kept
        The secrets.
    wheel
        Name of formcheck's wheel in `wheels/`; None to get this version from the computer's package index.
    """
    made = {name: ServerFile(text, _mode(name, text)) for name, text in _rendered(choices, kept, wheel)}
    made[CHOICES_FILE] = ServerFile(choices.as_toml())
    if lock := _lock_for(wheel):
        made[LOCK_FILE] = ServerFile(lock)
    made["etc/turnserver.conf"] = ServerFile(turn_configuration(choices, kept), _ONLY_MINE)
    made["compose/turnserver.conf"] = ServerFile(turn_configuration(choices, kept, contained=True), _ONLY_MINE)
    if not choices.relay:
        made = {name: file for name, file in made.items() if not _is_of_relay(name)}
    if choices.database == "sqlite":
        del made["etc/postgresql.conf"]
    return made


def write_server(folder: Path, files: Mapping[str, ServerFile], wheel: Path | None = None) -> None:
    """Write the files, each whole or not at all; a file that is not to be any more goes.

    Raises
    ------
    OutputError
        If the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        for name, file in files.items():
            _write(folder / name, file)
        for name in _known_names() - files.keys():
            (folder / name).unlink(missing_ok=True)
        if wheel is not None:
            _lay_in_wheel(folder / "wheels", wheel)
    except OSError as error:
        raise OutputError(
            f"The files of the server cannot be written: {error.strerror or error}.",
            "Choose another folder with --out.",
        ) from error


def kept_secrets(folder: Path) -> Secrets | None:
    """Return the secrets of a folder that was made before; None where there are none or they are not whole."""
    try:
        section = tomllib.loads((folder / "etc" / "secrets.toml").read_text(encoding="utf-8"))["auth"]
        words = read_settings(folder / "compose" / "secrets.env")
        return Secrets(
            section["cookie_secret"],
            words.get("FORMCHECK_TURN_SECRET", secrets.token_hex(_SECRET_BYTES)),
            words["POSTGRES_PASSWORD"],
            section["client_secret"],
            words.get(MAIL_VARIABLE, ""),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def read_settings(path: Path) -> dict[str, str]:
    """Return what a file of settings says, `NAME=value` in each line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value for name, value in pairs}


def turn_configuration(choices: Choices, kept: Secrets, *, contained: bool = False) -> str:
    """Return the documented settings of coturn with the lines filled in that are a clinic's own.

    Parameters
    ----------
    choices, kept
        What was chosen, and the secrets.
    contained
        Whether it is for a container, whose log is what it prints.
    """
    public, _, private = choices.relay_address.partition("/")
    place = "/relay" if contained else PLACES["relay"]
    own = {
        "listening-port": str(choices.relay_port),
        "tls-listening-port": str(choices.relay_tls_port),
        "external-ip": choices.relay_address if public else None,
        "static-auth-secret": kept.turn,
        "realm": choices.domain,
        "cert": f"{place}/certificate.pem",
        "pkey": f"{place}/key.pem",
        "allowed-peer-ip": private or None,
        "log-file": "stdout" if contained else "/var/log/formcheck-relay/turnserver.log",
    }
    lines = []
    for line in TURN_CONFIGURATION.read_text(encoding="utf-8").splitlines():
        name = line.removeprefix("#").partition("=")[0]
        value = own.get(name)
        lines.append(line if value is None else f"{name}={value}")
    return "\n".join([*lines, f"userdb={place}/turndb", "pidfile=", ""])


def _rendered(choices: Choices, kept: Secrets, wheel: str | None) -> Iterator[tuple[str, str]]:
    said: dict[str, Any] = {
        "choices": choices,
        "secrets": kept,
        "places": PLACES,
        "database_socket": DATABASE_SOCKET,
        "mail_variable": MAIL_VARIABLE,
        "authority_file": AUTHORITY_FILE,
        "version": __version__,
        "wheel": wheel,
        "package": f"wheels/{wheel}" if wheel else f"formcheck=={__version__}",
        "is_locked": bool(_lock_for(wheel)),
    }
    for name in _template_names():
        both = ("etc", "compose") if name.startswith("both/") else ("",)
        for kind in both:
            target = f"{kind}/{name.removeprefix('both/')}" if kind else name
            yield target, _templates().get_template(f"{name}{_TEMPLATE}").render(**said, contained=kind == "compose")


def _lock_for(wheel: str | None) -> str:
    """Return the lock of this version: beside the package in a wheel, above it in a checkout; empty for another's."""
    if wheel is not None and not wheel.startswith(f"formcheck-{__version__}-"):
        return ""
    found = (folder / LOCK_FILE for folder in (_PACKAGE, _PACKAGE.parent))
    return next((path.read_text(encoding="utf-8") for path in found if path.is_file()), "")


@cache
def _templates() -> jinja2.Environment:
    # What goes in was held to forms that have no sign of Caddy's, systemd's or a shell's; TOML gets its own quoting.
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["quoted"] = lambda text: json.dumps(text, ensure_ascii=False)
    return made


def _template_names() -> list[str]:
    found = sorted(_TEMPLATES.rglob(f"*{_TEMPLATE}"))
    names = [path.relative_to(_TEMPLATES).as_posix().removesuffix(_TEMPLATE) for path in found]
    return [name for name in names if not name.startswith("parts/")]


def _known_names() -> set[str]:
    names = {"etc/turnserver.conf", "compose/turnserver.conf", LOCK_FILE}
    return names | {name for name in _template_names() if not name.startswith("both/")}


def _is_of_relay(name: str) -> bool:
    return "relay" in name or name.endswith("turnserver.conf")


def _mode(name: str, text: str) -> int:
    if Path(name).name.startswith("secrets."):
        return _ONLY_MINE
    return _PROGRAM if re.match(r"#!", text) else _FOR_ALL


def _write(path: Path, file: ServerFile) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_path(path) as passing:
        passing.touch(mode=file.mode)
        passing.write_text(file.text, encoding="utf-8")
        passing.chmod(file.mode)


def _lay_in_wheel(folder: Path, wheel: Path) -> None:
    folder.mkdir(exist_ok=True)
    for other in folder.glob("formcheck-*.whl"):
        if other.resolve() != wheel.resolve():
            other.unlink()
    if wheel.parent.resolve() != folder.resolve():
        shutil.copyfile(wheel, folder / wheel.name)
