"""A server on a fresh Debian, for real: made, looked at, filled, broken, upgraded, backed up, restored, removed.

    python -m tests.serve.real_machine --wheel NEW.whl --older-wheel OLD.whl [--base FOLDER] [--database sqlite]

As root, with debootstrap and a network for packages. `--base` is a fresh root to copy, made where there is none. With
`--boot`, systemd is booted in it (systemd-nspawn) and runs the units itself; without, they are run by what they say
(`units.py`). formcheck is installed in the machine first, as on any computer, and makes the server there with one
command; what the newer wheel needs is held to `requirements.lock`. Prints what each step took: wall time, and time of
the processor of what ended meanwhile.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from ..login_provider import CLIENT_ID, CLIENT_SECRET, login_provider
from ..remote.relay import free_port
from .real_faults import FAULTS
from .units import Unit, run_unit

DOMAIN: Final = "knee.test"
FOLDER: Final = "srv/formcheck-server"
LOCK: Final = Path(__file__).parents[2] / "requirements.lock"
PROGRAMS: Final = "/root/formcheck-env/bin"
"""Of the formcheck that makes the server's files."""
AUTHORITY: Final = "var/lib/formcheck-https/pki/authorities/local/root.crt"
SERVING: Final = ("formcheck", "formcheck-https", "formcheck-relay")
OLD_RECORDS: Final = Path(__file__).parents[1] / "records" / "data" / "backup-0003.zip"
"""A backup that an older formcheck wrote, of one person."""
PERSON: Final = "Ann Example"
_LOGIN_WORDS: Final = "Log in"
_NAMES: Final = """
from formcheck.records.access import SYSTEM
from formcheck.records.people import list_people
from formcheck.records.records import Records
records = Records()
with records.reading(SYSTEM) as work:
    print([person.name for person in list_people(work)])
records.close()
"""


class Machine:
    """A fresh root of Debian.

    Parameters
    ----------
    root
        Its folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def inside(self, *command: str) -> list[str]:
        """Return a command of this computer that runs one inside, as root."""
        return ["chroot", str(self.root), *command]

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command inside, as root."""
        done = subprocess.run(self.inside(*command), capture_output=True, text=True, check=False, env=_environment())
        if check and done.returncode:
            raise SystemExit(f"{' '.join(command)[:200]}\n{done.stdout}\n{done.stderr}")
        return done

    def python(self, code: str) -> str:
        """Run code with the installed formcheck, as its account."""
        wrapper = (self.root / "usr/local/bin/formcheck-server").read_text(encoding="utf-8")
        own = wrapper.replace('current/bin/formcheck "$@"', 'current/bin/python "$@"')
        (self.root / "root/python-as-server").write_text(own, encoding="utf-8")
        return self.run("sh", "/root/python-as-server", "-c", code).stdout

    def start(self, *names: str) -> None:
        """Start units."""
        for name in names:
            self.running[name] = run_unit(self.root, self._unit(name), self.root / f"root/{name}.log")

    def run_once(self, name: str) -> int:
        """Run a unit to its end and return its exit status."""
        return run_unit(self.root, self._unit(name), self.root / f"root/{name}.log").wait(600)

    def within_walls(self, name: str, command: str) -> None:
        """Run another command of formcheck to its end as a unit runs its own."""
        text = (self.root / f"etc/systemd/system/{name}.service").read_text(encoding="utf-8")
        lines = [_other_command(line, command) for line in text.splitlines() if not line.startswith("Restart")]
        (self.root / "etc/systemd/system/formcheck-other.service").write_text("\n".join(lines), encoding="utf-8")
        self.reload()
        if code := self.run_once("formcheck-other"):
            raise SystemExit(f"{command}: {code}\n{self.journal('formcheck-other')}")

    def reload(self) -> None:
        """Take note of units that were changed."""

    def journal(self, name: str) -> str:
        """Return the newest lines that a unit said."""
        return (self.root / f"root/{name}.log").read_text(encoding="utf-8")[-3000:]

    def ended(self) -> list[str]:
        """Return what was started and does not run any more, with what it said."""
        over = [name for name, process in self.running.items() if process.poll() is not None]
        return [f"{name}: {self.journal(name)}" for name in over]

    def stop(self, *names: str) -> None:
        """Stop units; all that were started where none is named."""
        stopped = [self.running.pop(name) for name in names or tuple(self.running)]
        for process in stopped:
            process.terminate()
        for process in stopped:
            with suppress(subprocess.TimeoutExpired):
                process.wait(60)
            if process.poll() is None:
                process.kill()
                process.wait()

    def end(self) -> None:
        """End all that runs inside."""
        self.stop()
        for cluster in (self.root / "etc/postgresql").glob("*/main"):
            self.run("pg_ctlcluster", cluster.parent.name, "main", "stop", "-m", "fast", check=False)

    def _unit(self, name: str) -> Unit:
        return Unit((self.root / f"etc/systemd/system/{name}.service").read_text(encoding="utf-8"))


class BootedMachine(Machine):
    """A fresh root in which systemd runs, on this computer's network.

    Parameters
    ----------
    root
        Its folder.
    wheels
        Folders of this computer that are there too, to be read.
    """

    def __init__(self, root: Path, wheels: list[str]) -> None:
        super().__init__(root)
        self._log = (root.parent / "boot.log").open("wb")
        self._nspawn = subprocess.Popen(
            [
                *("systemd-nspawn", "--quiet", "--directory", str(root), "--register=no", "--keep-unit", "--boot"),
                *("--resolv-conf=off", "--link-journal=no", *(f"--bind-ro={each}" for each in wheels)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        self._leader = ""
        try:
            self._wait_until_up()
        except BaseException:
            self.end()
            raise

    def _wait_until_up(self) -> None:
        until = time.monotonic() + 240
        while self.run("systemctl", "is-system-running", check=False).stdout.strip() not in {"running", "degraded"}:
            if self._nspawn.poll() is not None or time.monotonic() > until:
                said = (self.root.parent / "boot.log").read_text(encoding="utf-8", errors="replace")
                raise SystemExit(f"systemd does not come up.\n{said[-2000:]}")
            time.sleep(0.5)

    def inside(self, *command: str) -> list[str]:
        """Return a command of this computer that runs one inside, as root."""
        if not self._leader:
            children = Path(f"/proc/{self._nspawn.pid}/task/{self._nspawn.pid}/children").read_text().split()
            if not children:
                return ["false"]
            self._leader = children[0]
        return ["nsenter", "-m", "-u", "-i", "-p", "-r", "-w", "-t", self._leader, *command]

    def start(self, *names: str) -> None:
        """Start units, however often that was done just now."""
        self.run("systemctl", "reset-failed", *names, check=False)
        self.run("systemctl", "start", *names)

    def run_once(self, name: str) -> int:
        """Run a unit to its end and return its exit status."""
        return self.run("systemctl", "start", f"{name}.service", check=False).returncode

    def ended(self) -> list[str]:
        """Return what was started and does not run any more, with what it said."""
        said = self.run("systemctl", "--failed", "--plain", "--no-legend", "list-units", "formcheck*").stdout
        return [f"{said}\n{self.journal('formcheck*')}"] if said.strip() else []

    def reload(self) -> None:
        """Take note of units that were changed."""
        self.run("systemctl", "daemon-reload")

    def journal(self, name: str) -> str:
        """Return the newest lines that a unit said."""
        asked = ("journalctl", "--namespace=formcheck", "-n", "60", "--no-pager", "-u", name)
        return self.run(*asked, check=False).stdout

    def stop(self, *names: str) -> None:
        """Stop units; all that serve where none is named."""
        self.run("systemctl", "stop", *(f"{name}.service" for name in names or SERVING))

    def end(self) -> None:
        """Shut it down."""
        # What systemd of a container takes for: halt.
        self._nspawn.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._nspawn.wait(60)
        if self._nspawn.poll() is None:
            self._nspawn.kill()
            self._nspawn.wait()
        self._log.close()


def _other_command(line: str, command: str) -> str:
    if line.startswith("Type="):
        return "Type=oneshot"
    return f"{line.partition(' ')[0]} {command}" if line.startswith("ExecStart=") else line


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "NODE_", "LANG"))}
    return kept | {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}


@contextmanager
def fresh_debian(base: Path | None, *, boot: bool) -> Iterator[Machine]:
    """Give a fresh root with this computer's name service and the authorities that it believes; gone afterwards."""
    root = Path(tempfile.mkdtemp(prefix="formcheck-debian-"))
    made = root / "root"
    try:
        if base is None or not base.exists():
            target = base or made
            subprocess.run(
                ["debootstrap", "--variant=minbase", "--include=ca-certificates,systemd-sysv", "bookworm", str(target)],
                check=True,
                stdout=subprocess.DEVNULL,
            )
        if base is not None:
            subprocess.run(["cp", "-a", str(base), str(made)], check=True)
        shutil.copyfile("/etc/resolv.conf", made / "etc/resolv.conf")
        shutil.copyfile("/etc/ssl/certs/ca-certificates.crt", made / "usr/local/share/ca-certificates/here.crt")
        shutil.copyfile("/etc/ssl/certs/ca-certificates.crt", made / "etc/ssl/certs/ca-certificates.crt")
        policy = made / "usr/sbin/policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n", encoding="utf-8")
        policy.chmod(0o755)
        hosts = f"127.0.0.1 localhost {DOMAIN}\n"
        (made / "etc/hosts").write_text(hosts, encoding="utf-8")
        wheels = os.environ.get("FORMCHECK_TEST_WHEELS", "").split()
        with ExitStack() as mounts:
            if boot:
                machine: Machine = BootedMachine(made, wheels)
            else:
                _mount(mounts, "-t", "proc", "proc", str(made / "proc"))
                (made / "dev/shm").mkdir(exist_ok=True)
                _mount(mounts, "-t", "tmpfs", "-o", "mode=1777", "tmpfs", str(made / "dev/shm"))
                for named in wheels:
                    target = made / named.lstrip("/")
                    target.mkdir(parents=True, exist_ok=True)
                    _mount(mounts, "--bind", "-o", "ro", named, str(target))
                machine = Machine(made)
            try:
                yield machine
            finally:
                machine.end()
    finally:
        if str(root) in Path("/proc/self/mounts").read_text(encoding="utf-8"):
            print(f"{root} stays: something is still mounted in it.")  # noqa: T201
        else:
            shutil.rmtree(root)


def _mount(mounts: ExitStack, *said: str) -> None:
    subprocess.run(["mount", *said], check=True)
    mounts.callback(subprocess.run, ["umount", said[-1]], check=True)


class Steps:
    """What was done, and how long it took."""

    def __init__(self) -> None:
        self.took: list[tuple[str, float, float]] = []

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Say a step and time it."""
        print(f"… {name}", flush=True)  # noqa: T201
        began, worked = time.monotonic(), _worked_s()
        yield
        self.took.append((name, time.monotonic() - began, _worked_s() - worked))
        print(f"  {self.took[-1][1]:.1f} s, {self.took[-1][2]:.1f} s of processor", flush=True)  # noqa: T201


def _worked_s() -> float:
    """Return what processes took that have ended since."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def put_formcheck(machine: Machine, wheel: Path, lock: Path | None = None) -> str:
    """Install a wheel in the machine, beside whatever serves there; return where the wheel lies in it."""
    there = machine.root / "srv" / wheel.parent.name / wheel.name
    there.parent.mkdir(exist_ok=True)
    shutil.copyfile(wheel, there)
    inside = f"/{there.relative_to(machine.root)}"
    if not (machine.root / PROGRAMS.lstrip("/")).exists():
        machine.run("apt-get", "update", "-q")
        machine.run("apt-get", "install", "-q", "-y", "--no-install-recommends", "python3-venv")
        machine.run("python3", "-m", "venv", str(Path(PROGRAMS).parent))
    pip = (f"{PROGRAMS}/pip", "install", "--quiet")
    if lock is not None:
        shutil.copyfile(lock, there.with_name(lock.name))
        machine.run(*pip, "--require-hashes", "-r", str(Path(inside).with_name(lock.name)))
    machine.run(*pip, *(() if lock is None else ("--no-deps",)), "--force-reinstall", inside)
    return inside


def make_server(machine: Machine, wheel: str, *more: str) -> None:
    """Make the server's folder in the machine, and install it: the one command of `docs/serve.md`."""
    made = machine.run(
        *(f"{PROGRAMS}/formcheck", "serve", "init", "--install", "--out", f"/{FOLDER}", "--wheel", wheel), *more
    )
    print(made.stdout[-1500:])  # noqa: T201


def first_answers(machine: Machine, metadata: str) -> list[str]:
    """Return what is said to `serve init` the first time."""
    (machine.root / "root/client-secret").write_text(CLIENT_SECRET, encoding="utf-8")
    return [
        *("--domain", DOMAIN, "--mail", "it@example.org", "--login-client", CLIENT_ID, "--login-metadata", metadata),
        *("--login-secret-file", "/root/client-secret", "--internal-ca", "--relay"),
    ]


def wait_for_login_page(machine: Machine, port: int) -> None:
    """Wait until the login page is served over HTTPS that is believed with the server's own authority."""
    until = time.monotonic() + 240
    while time.monotonic() < until:
        if over := machine.ended():
            raise SystemExit("\n".join(over))
        with suppress(OSError):
            if b"200 OK" in _get(machine, port, "/_stcore/health"):
                return
        time.sleep(0.25)
    raise SystemExit("The page does not come.")


def _get(machine: Machine, port: int, path: str) -> bytes:
    trusted = ssl.create_default_context(cafile=str(machine.root / AUTHORITY))
    with (
        socket.create_connection(("127.0.0.1", port), 5) as plain,
        trusted.wrap_socket(plain, server_hostname=DOMAIN) as stream,
    ):
        stream.sendall(f"GET {path} HTTP/1.1\r\nHost: {DOMAIN}:{port}\r\nConnection: close\r\n\r\n".encode())
        answer = b""
        while piece := stream.recv(65536):
            answer += piece
        return answer


def words_in_browser(port: int) -> str:
    """Return what a browser shows at the server's address."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("FORMCHECK_CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", f"--host-resolver-rules=MAP {DOMAIN} 127.0.0.1"],
        )
        page = browser.new_context(ignore_https_errors=True).new_page()
        page.goto(f"https://{DOMAIN}:{port}/")
        page.get_by_text(_LOGIN_WORDS).first.wait_for(timeout=90_000)
        said = page.inner_text("body")
        browser.close()
        return said


def left_behind(machine: Machine) -> list[str]:
    """Return what of the server is still in the machine."""
    looked = ("etc", "opt", "usr/local", "var/lib", "var/backups", "var/log")
    found = (path for each in looked for path in (machine.root / each).rglob("*formcheck*"))
    return sorted(str(path.relative_to(machine.root)) for path in found)


def main() -> None:
    """Go through a server's life, and print what each step took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wheel", type=Path, required=True)
    parser.add_argument("--older-wheel", type=Path)
    parser.add_argument("--base", type=Path)
    parser.add_argument("--boot", action="store_true")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="postgresql")
    said = parser.parse_args()
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    steps = Steps()
    ports = {name: free_port() for name in ("https", "http", "app", "relay", "relay-tls")}
    more = [part for name, port in ports.items() for part in (f"--{name}-port", str(port))]
    with login_provider() as provider, fresh_debian(said.base, boot=said.boot) as machine:
        metadata = f"{provider.issuer}/.well-known/openid-configuration"
        check = ("formcheck-server", "serve", "check", "--connect", f"127.0.0.1:{ports['https']}")
        older = said.older_wheel
        with steps.step("formcheck, on the fresh root"):
            wheel = put_formcheck(machine, older or said.wheel, None if older else LOCK)
        began, worked = time.monotonic(), _worked_s()
        with steps.step("serve init --install"):
            make_server(machine, wheel, "--database", said.database, *more, *first_answers(machine, metadata))
        with steps.step("start until the page answers over HTTPS"):
            machine.start(*SERVING)
            wait_for_login_page(machine, ports["https"])
        steps.took.append(
            ("the one command, to the login page over HTTPS", time.monotonic() - began, _worked_s() - worked)
        )
        with steps.step("a browser shows the login page"):
            assert _LOGIN_WORDS in words_in_browser(ports["https"])
        with steps.step("people and accounts are put in"):
            shutil.copyfile(OLD_RECORDS, machine.root / "srv/old-records.zip")
            machine.run("formcheck-server", "records", "restore", "--replace", "/srv/old-records.zip")
            machine.run("formcheck-server", "accounts", "add", "dr@example.org", "--role", "clinician")
            assert PERSON in machine.python(_NAMES)
        if older is not None:
            with steps.step("the newer formcheck, on the machine"):
                wheel = put_formcheck(machine, said.wheel, LOCK)
            with steps.step("upgrade with what is kept"):
                if not said.boot:
                    machine.stop()
                make_server(machine, wheel)
                machine.start(*SERVING)
                wait_for_login_page(machine, ports["https"])
            assert PERSON in machine.python(_NAMES)
        with steps.step("backup and restore drill, as their units"):
            assert machine.run_once("formcheck-backup") == 0
            assert machine.run_once("formcheck-drill") == 0
            drill = json.loads((machine.root / "var/backups/formcheck/drill.json").read_text(encoding="utf-8"))
            print(f"  {drill['says']}")  # noqa: T201
            assert drill["ok"]
        with steps.step("serve check"):
            found = machine.run(*check, check=False)
            print(found.stdout, found.stderr)  # noqa: T201
            wrong = [line for line in found.stderr.splitlines() if line.startswith("WRONG")]
            assert not wrong, wrong
        with steps.step(f"{len(FAULTS)} faults are planted and named"):
            for what, fault in FAULTS.items():
                with fault.plant(machine):
                    named = machine.run(*check, check=False).stderr.splitlines()
                own = [line for line in named if line.split()[:2] == ["WRONG", fault.name]]
                print(f"  {what}: {own}")  # noqa: T201
                assert any(fault.words in line for line in own), named
                wait_for_login_page(machine, ports["https"])
            again = machine.run(*check, check=False)
            assert not again.returncode, again.stderr
        with steps.step("a sample is measured within the app's walls"):
            machine.within_walls("formcheck", "demo --no-open --out /var/lib/formcheck/demo")
            made = {path.suffix for path in (machine.root / "var/lib/formcheck/demo").iterdir()}
            assert made >= {".json", ".csv", ".html", ".mp4"}, made
            shutil.rmtree(machine.root / "var/lib/formcheck/demo")
        with steps.step("a backup is restored over records that were lost"):
            machine.stop()
            backup = max((machine.root / "var/backups/formcheck").glob("*.zip")).name
            machine.run("formcheck-server", "records", "erase", PERSON, "--yes")
            assert PERSON not in machine.python(_NAMES)
            machine.run("formcheck-server", "records", "restore", "--replace", f"/var/backups/formcheck/{backup}")
            assert PERSON in machine.python(_NAMES)
        with steps.step("uninstall keeps the records"):
            machine.run("/etc/formcheck/install", "uninstall")
            left = left_behind(machine)
            print(f"  left: {[each for each in left if each.count('/') < 3]}")  # noqa: T201
            assert not any(each.startswith(("etc", "opt", "usr")) for each in left if "postgresql" not in each), left
        with steps.step("installed again, they are there; uninstall --purge"):
            machine.run(f"/{FOLDER}/install")
            assert PERSON in machine.python(_NAMES)
            machine.run("/etc/formcheck/install", "uninstall", "--purge")
            left = left_behind(machine)
            assert not left, left
    for name, took_s, worked_s in steps.took:
        print(f"{took_s:8.1f} s {worked_s:8.1f} s of processor  {name}")  # noqa: T201


if __name__ == "__main__":
    main()
