"""`formcheck app`: the pose model first, then the app's server until Ctrl-C; a browser is shown where somebody sits."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
import sys
import webbrowser
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from formcheck.commands.terminal import Terminal
from formcheck.errors import FormcheckError
from formcheck.pose.models import ensure_model
from formcheck.serve import PUBLIC_VARIABLE


def has_browser(platform: str = sys.platform, environment: Mapping[str, str] = os.environ) -> bool:
    """Say whether this computer has a screen with a browser.

    Without a screen Python would start a browser inside the terminal, which a report is not made for.

    Parameters
    ----------
    platform
        As `sys.platform` names it.
    environment
        Environment variables.
    """
    on_screen = bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))
    if platform not in {"darwin", "win32"} and not on_screen:
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def open_page(path: Path) -> bool:
    """Open a page in the browser; return whether one was there and took it."""
    return has_browser() and webbrowser.open(path.resolve().as_uri())


DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 8501
PHONE_VARIABLE: Final = "FORMCHECK_PHONE_AT"
"""Address and port in the home network at which the pages for phones are, such as `192.168.1.20:8510`; nothing else."""
SECURE_PHONE_VARIABLE: Final = "FORMCHECK_PHONE_HTTPS_AT"
"""The same over HTTPS."""
DEFAULT_PHONE_PORT: Final = 8510
_NOWHERE: Final = ("192.0.2.1", 9)
"""An address that nobody has (RFC 5737). Nothing is sent there: only the way to it is asked of the system."""
_PACKAGE: Final = Path(__file__).resolve().parent.parent
_SETTINGS: Final = ".streamlit/config.toml"


@dataclass(frozen=True)
class PhoneOptions:
    """How phones are to reach their pages."""

    host: str | None = None
    """Of this computer in the home network; None to find out."""
    port: int = DEFAULT_PHONE_PORT
    https: bool = False
    """Whether a phone can do a set live too, at the next port."""


Serve = Callable[[Sequence[str]], None]
"""Runs Streamlit with these arguments until it is stopped."""


def serve_app(
    terminal: Terminal,
    *,
    host: str = DEFAULT_HOST,
    port: int = DEFAULT_PORT,
    browser: bool = True,
    public_url: str | None = None,
    phone: PhoneOptions | None = None,
    serve: Serve | None = None,
) -> None:
    """Serve the app until it is stopped.

    Parameters
    ----------
    terminal
        Told how far the pose model is, and what is to be known.
    host
        Name or address to serve at.
    port
        To serve at.
    browser
        Whether to open the app in a browser, where there is one.
    public_url
        Under which address others reach it, for the links that are sent to them; None for what
        `FORMCHECK_PUBLIC_URL` says.
    phone
        Whether and how phones in the home network can be the camera.
    serve
        What runs the server; Streamlit when None.

    Raises
    ------
    FormcheckError
        If the pose model cannot be had, the host is none of this computer, the port is in use, a file is missing, or
        nobody could reach `public_url`.
    """
    launcher = launcher_of()
    if public_url is not None:
        os.environ[PUBLIC_VARIABLE] = _reachable(public_url)
    check_port(host, port)
    if phone is not None:
        open_to_phones(phone, terminal)
    with terminal.stages() as stages:
        ensure_model(progress=stages)
    if not is_loopback(host):
        terminal.note(
            "Others in your network reach the app now, and are let in with a login only (docs/access.md); their "
            "browsers give it the camera over HTTPS only, so phones need an HTTPS proxy in front of it."
        )
    headless = not (browser and has_browser())
    (serve or _streamlit)(
        [
            "run",
            str(launcher),
            f"--server.address={host}",
            f"--server.port={port}",
            f"--server.headless={'true' if headless else 'false'}",
            # Streamlit asks a computer on the internet for our address otherwise, to print it.
            *(["--browser.serverAddress=localhost"] if _is_any(host) else []),
        ]
    )


def open_to_phones(phone: PhoneOptions, terminal: Terminal) -> None:
    """Have the server listen for phones when it starts, and say where.

    Raises
    ------
    FormcheckError
        If there is no home network, the address is not one of it, or a port is in use.
    """
    host = phone.host or home_address()
    if not _is_at_home(host):
        raise FormcheckError(
            f"{host} is not an address of a home network: anybody could reach it.",
            "Give the one that this computer has in your Wi-Fi with --phone-host, such as 192.168.1.20.",
        )
    shown = f"[{host}]" if ":" in host else host
    check_port(host, phone.port, "--phone-port")
    os.environ[PHONE_VARIABLE] = f"{shown}:{phone.port}"
    terminal.note(
        f"Phones in your network find their page at http://{shown}:{phone.port} while formcheck runs, and nothing else "
        "of it. Scan the code on Check my form or Videos (docs/phone.md)."
    )
    if phone.https:
        check_port(host, phone.port + 1, "--phone-port")
        os.environ[SECURE_PHONE_VARIABLE] = f"{shown}:{phone.port + 1}"
        terminal.note(
            f"For live sets on a phone it is at https://{shown}:{phone.port + 1}. What the phone needs for that, once, "
            f"is explained at http://{shown}:{phone.port}/phone/secure."
        )


def home_address() -> str:
    """Return the address that this computer has in its network.

    Raises
    ------
    FormcheckError
        If it is in none.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_NOWHERE)
            return str(probe.getsockname()[0])
        except OSError as error:
            raise FormcheckError(
                "This computer is in no network that a phone could be in too.",
                "Connect it to your Wi-Fi, or give its address with --phone-host.",
            ) from error


def _is_at_home(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_private and not address.is_unspecified


def _reachable(url: str) -> str:
    parts = urlsplit(url)
    named = parts.scheme in {"http", "https"} and parts.hostname and not (parts.query or parts.fragment)
    if not named or is_loopback(parts.hostname or ""):
        raise FormcheckError(
            f"Others cannot reach the app at {url}.", "Give the whole address, such as https://knee.example.org."
        )
    return url


def launcher_of(package: Path = _PACKAGE) -> Path:
    """Return the `app.py` to run: the one that has the app's settings beside it.

    Streamlit reads `.streamlit/config.toml` beside the script it runs. Both lie at the top of a source checkout; in a
    wheel they are in `formcheck/web`.

    Parameters
    ----------
    package
        The folder of the `formcheck` package.

    Raises
    ------
    FormcheckError
        If they are in neither.
    """
    for folder in (package / "web", package.parent):
        if (folder / "app.py").is_file() and (folder / _SETTINGS).is_file():
            return folder / "app.py"
    raise FormcheckError("The app is not part of this installation.", "Install formcheck again.")


def check_port(host: str, port: int, option: str = "--port") -> None:
    """Refuse a place where the app cannot be served; the option is the one that names another port.

    Raises
    ------
    FormcheckError
        If the host is none of this computer, or the port is in use or not allowed.
    """
    try:
        ((family, kind, protocol, _, address), *_) = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        with socket.socket(family, kind, protocol) as probe:
            if sys.platform != "win32":
                # As the server does: a port whose last connections are still closing is free. On Windows the same
                # option would take the port from whoever has it.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise _refusal(error, host, port, option) from error


def is_loopback(host: str) -> bool:
    """Say whether only this computer can reach a host: `localhost`, or an address such as 127.0.0.1 or ::1."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_any(host: str) -> bool:
    """Say whether a host is all addresses of this computer: 0.0.0.0 or ::."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _refusal(error: OSError, host: str, port: int, option: str) -> FormcheckError:
    if error.errno == errno.EADDRINUSE:
        return FormcheckError(
            f"Port {port} is in use.",
            f"Choose another with {option}, or stop what uses it: the app may be running already.",
        )
    if error.errno == errno.EACCES:
        return FormcheckError(f"Port {port} may not be used.", f"Choose one from 1024 on with {option}.")
    return FormcheckError(
        f"“{host}” is not an address of this computer.",
        f"Leave --host out to serve at {DEFAULT_HOST}." if option == "--port" else "Leave --phone-host out to find it.",
    )


def _streamlit(arguments: Sequence[str]) -> None:
    """Run Streamlit in this process; by name, since nothing below the web package may depend on it."""
    import_module("formcheck.web.server.streamlit_server").serve(arguments)
