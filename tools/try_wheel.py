"""Install the wheel where nothing of this repository is, and use it: `python -m tools.try_wheel python3.11 python3.12`.

For each Python a fresh environment and an empty home: what `requirements.lock` pins, by hash, then the wheel; then the
commands that somebody begins with, the model that comes by itself among them, and the app until it is stopped. It needs
the package index that pip is set up for, some minutes, and 1 GB while it runs, so it is no test of the suite; of Python
it needs nothing but the standard library.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

PROJECT: Final = Path(__file__).resolve().parent.parent
_ANSWERS_WITHIN_S: Final = 180.0
_ADDRESSES: Final = (
    "/",
    "/formcheck-health",
    "/formcheck-static/live/client/live_view.js",
    "/formcheck-static/offline/app.webmanifest",
)
_A_CLINIC: Final = (
    *("--domain", "knee.example.org", "--mail", "it@example.org", "--login-client", "web", "--relay"),
    *("--login-metadata", "https://login.example.org/x", "--login-secret-file", "secret"),
)
_MADE: Final = (
    *("formcheck-out/wall_squat_front.html", "formcheck-out/wall_squat_front.mp4", "own/set.json"),
    *("server/install", "server/requirements.lock", "server/compose/Containerfile"),
)
_FIRST_PAGE: Final = """
from pathlib import Path
from streamlit.testing.v1 import AppTest
import formcheck.web.server
page = AppTest.from_file(str(Path(formcheck.web.server.__file__).with_name("main.py")), default_timeout=120).run()
assert not page.exception, page.exception
assert page.main.children, "the first page is empty"
"""
"""Runs the first page as a browser has it run: catalogue, records and their migrations, styles and drawings."""


class FailedError(Exception):
    """What did not work, in words."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Try each Python; return 1 if the package does not work with one of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("pythons", nargs="*", default=[sys.executable], help="programs, such as python3.12")
    failed = 0
    with tempfile.TemporaryDirectory(prefix="formcheck-wheel-") as folder:
        place = Path(folder)
        wheel = _built(place / "dist")
        for number, python in enumerate(parser.parse_args(arguments).pythons):
            try:
                _try(python, wheel, place / str(number))
            except FailedError as failure:
                failed = 1
                _say(f"{python}: FAILED: {failure}")
    return failed


def _built(folder: Path) -> Path:
    """Let pip build the wheel as anybody's pip would."""
    _run([sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir", str(folder), str(PROJECT)], folder.parent)
    (wheel,) = folder.glob("formcheck-*.whl")
    return wheel


def _try(python: str, wheel: Path, place: Path) -> None:
    home = place / "home"
    home.mkdir(parents=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("FORMCHECK_", "PYTHON"))}
    environment |= {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "XDG_DATA_HOME": str(home / "data")}
    environment |= {"LOCALAPPDATA": str(home), "FORMCHECK_HOME": str(home / "records")}
    _run([python, "-m", "venv", str(place / "venv")], home)
    programs = Path(venv.EnvBuilder().ensure_directories(place / "venv").bin_path)
    pip = [str(programs / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    began = time.monotonic()
    _run([*pip, "--require-hashes", "--requirement", str(PROJECT / "requirements.lock")], home)
    _run([*pip, "--no-deps", str(wheel)], home)
    _check([*pip[:3], "check"], home)
    version = _run([str(programs / "python"), "--version"], home).strip()
    _say(f"{version}: installed in {time.monotonic() - began:.0f} s")

    (home / "secret").write_text("of the login provider")
    formcheck = str(programs / "formcheck")
    for command in (
        ["--version"],
        ["demo", "--no-open"],
        ["models", "verify"],
        ["exercises", "list"],
        ["analyze", _a_sample(programs, home, environment), "--exercise", "wall-squat", "--no-video", "--out", "own"],
        ["records", "check"],
        ["serve", "init", "--out", "server", *_A_CLINIC],
    ):
        began = time.monotonic()
        _run([formcheck, *command], home, environment)
        _say(f"{version}: formcheck {' '.join(command)}: {time.monotonic() - began:.0f} s")
    for made in _MADE:
        if not (home / made).is_file():
            raise FailedError(f"{made} was not made")
    let_in = {"FORMCHECK_ALLOW_NETWORK_WITHOUT_LOGIN": "1"}  # a session without a browser comes from nowhere
    _run([str(programs / "python"), "-c", _FIRST_PAGE], home, environment | let_in)
    _serve(formcheck, home, environment)
    _say(f"{version}: the app answers, runs its first page and stops")


def _check(command: Sequence[str], folder: Path) -> None:
    """Ask pip whether all goes together. Of MediaPipe it thinks not: that wheel names another Python inside."""
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout
    wrong = [line for line in said.splitlines() if "not supported" in line and not line.startswith("mediapipe ")]
    wrong += [line for line in said.splitlines() if "requires" in line or "has requirement" in line]
    if wrong:
        raise FailedError("; ".join(wrong))


def _a_sample(programs: Path, home: Path, environment: Mapping[str, str]) -> str:
    """Copy a sample clip of the installed package beside the home; return its path."""
    where = "from formcheck.commands.samples import SAMPLES, sample_path; print(sample_path(SAMPLES[0]))"
    path = Path(_run([str(programs / "python"), "-c", where], home, environment).strip())
    if PROJECT in path.parents:
        raise FailedError(f"{path} is taken from the repository")
    own = home / "set.mp4"
    own.write_bytes(path.read_bytes())
    return str(own)


def _serve(formcheck: str, home: Path, environment: Mapping[str, str]) -> None:
    """Start the app, ask it for what a page needs, and stop it as Ctrl-C does."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = home / "app.log"
    with log.open("w") as output:
        app = subprocess.Popen(
            [formcheck, "app", "--no-browser", "--port", str(port)],
            cwd=home,
            env=dict(environment),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            for address in _ADDRESSES:
                _answer(f"http://127.0.0.1:{port}{address}", app, log)
        finally:
            app.send_signal(signal.SIGINT if os.name == "posix" else signal.SIGTERM)
            try:
                app.wait(60)
            except subprocess.TimeoutExpired:
                app.kill()
                app.wait()
                raise FailedError("the app does not stop") from None
    if "Traceback" in log.read_text():
        raise FailedError(f"the app says\n{log.read_text()}")


def _answer(address: str, app: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _ANSWERS_WITHIN_S
    while time.monotonic() < until and app.poll() is None:
        try:
            with urlopen(address) as answer:
                if answer.read():
                    return
        except URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError):
                raise FailedError(f"{address}: {error}") from error
            time.sleep(0.2)
    raise FailedError(f"{address} does not answer\n{log.read_text()}")


def _run(command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> str:
    """Run a command in a folder; return what it prints."""
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise FailedError(f"{' '.join(command[:6])} … ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
