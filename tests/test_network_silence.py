"""Layer: processes. Measuring opens no network connection.

The program runs under a watcher that sees native code too: `strace`, which shows every connection and datagram, or
else a network namespace of its own, in which every attempt to reach another computer fails and is counted.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from formcheck.pose.models import PoseModel

from .clips import remake

Watcher = Callable[[Sequence[str], Path], list[str]]

_NETWORK_CALL = re.compile(r"^.*\bsa_family=AF_INET6?\b.*$", re.MULTILINE)


def watch_with_strace(command: Sequence[str], folder: Path) -> list[str]:
    """Run a command under strace; return the system calls in which any of its threads addressed a network."""
    log = folder / "strace.log"
    calls = "trace=connect,sendto,sendmsg,sendmmsg"
    _run(["strace", "-f", "-qq", "-o", str(log), "-e", calls, *command])
    return _NETWORK_CALL.findall(log.read_text(errors="replace"))


def watch_in_namespace(command: Sequence[str], folder: Path) -> list[str]:
    """Run a command where no network can be reached; return what the kernel counted of attempts without a route.

    Blind to IPv6, where an attempt ends before the kernel looks for a route.
    """
    del folder
    output = _run(["unshare", "-rn", "sh", "-c", '"$@" && cat /proc/net/snmp', "sh", *command])
    names, values = [line.split()[1:] for line in output.splitlines() if line.startswith("Ip:")][-2:]
    attempts = int(values[names.index("OutNoRoutes")])
    return [f"{attempts} attempts"] if attempts else []


def _run(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _works(*command: str) -> bool:
    """Tell whether a watcher is there and allowed."""
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0


def _watchers() -> list[Watcher]:
    found: list[Watcher] = []
    if _works("strace", "-f", "-qq", "-e", "trace=connect"):
        found.append(watch_with_strace)
    if _works("unshare", "-rn"):
        found.append(watch_in_namespace)
    return found


WATCHERS = _watchers()
"""What this computer has, the best first."""


@pytest.fixture
def watcher() -> Watcher:
    if not WATCHERS:
        pytest.skip("neither strace nor a network namespace (unshare -rn) may be used here, so nothing can watch")
    return WATCHERS[0]


@pytest.mark.parametrize("watch", WATCHERS)
@pytest.mark.parametrize("kind", ["SOCK_STREAM", "SOCK_DGRAM"])
def test_a_connection_would_be_seen(watch: Watcher, kind: str, tmp_path: Path) -> None:
    program = f"import socket; socket.socket(socket.AF_INET, socket.{kind}).connect_ex(('127.0.0.1', 9))"
    assert watch([sys.executable, "-c", program], tmp_path) != []


@pytest.mark.parametrize("watch", WATCHERS)
def test_a_datagram_would_be_seen(watch: Watcher, tmp_path: Path) -> None:
    program = "import socket\ntry: socket.socket(2, 2).sendto(b'hello', ('127.0.0.1', 9))\nexcept OSError: pass"
    assert watch([sys.executable, "-c", program], tmp_path) != []


@pytest.mark.skipif(watch_with_strace not in WATCHERS, reason="strace may not be used here")
def test_a_connection_over_ipv6_would_be_seen(tmp_path: Path) -> None:
    program = "import socket; socket.socket(socket.AF_INET6, socket.SOCK_STREAM).connect_ex(('::1', 9))"
    assert watch_with_strace([sys.executable, "-c", program], tmp_path) != []


@pytest.mark.parametrize("watch", WATCHERS)
def test_a_program_without_connections_is_silent(watch: Watcher, tmp_path: Path) -> None:
    program = "import socket; left, right = socket.socketpair(); left.send(b'hello'); right.recv(5)"
    assert watch([sys.executable, "-c", program], tmp_path) == []


ESTIMATE_POSES = """
import sys
from pathlib import Path
import numpy as np
from PIL import Image
from formcheck.pose.estimator import PoseEstimator
from formcheck.pose.models import find_model

person = np.asarray(Image.open(sys.argv[1]))
noise = np.random.default_rng(1).integers(0, 256, person.shape, dtype=np.uint8)
with PoseEstimator(find_model()) as estimator:
    for i in range(30):
        frame = noise if i % 10 == 0 else person
        pose = estimator.estimate(frame, i / 30, width_px=640, height_px=360)
    estimator.people_in_view(person)
assert pose.found
"""
PERSON = Path(__file__).parent / "pose" / "data" / "rendered_person.jpg"


def test_estimating_poses_opens_no_connection(
    watcher: Watcher, pose_model: PoseModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORMCHECK_POSE_MODEL", str(pose_model.path))
    assert watcher([sys.executable, "-c", ESTIMATE_POSES, str(PERSON)], tmp_path) == []


def test_a_whole_analysis_opens_no_connection(
    watcher: Watcher, pose_model: PoseModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORMCHECK_POSE_MODEL", str(pose_model.path))
    clip = remake("wall_squat_side", tmp_path / "set.mp4", 4)
    command = [sys.executable, "-m", "formcheck", "analyze", str(clip), "--exercise", "wall-squat"]
    assert watcher([*command, "--out", str(tmp_path / "out")], tmp_path) == []
    assert {path.suffix for path in (tmp_path / "out").iterdir()} == {".json", ".csv", ".mp4", ".html"}
