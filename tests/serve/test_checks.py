"""Layer: processes on loopback. A server that is well is called so; each fault that is planted is named in words."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from formcheck.records.records import Records
from formcheck.records.settings import DATABASE_FILE, RecordsSettings
from formcheck.serve import checks
from formcheck.serve.backups import make_backup, restore_drill
from formcheck.serve.checks import Finding, Site, look
from formcheck.serve.mail import tell_of_failure

from ..remote.relay import relay
from .examples import SECRETS, example
from .fake_server import DOMAIN, Authority, Well, all_servers


@dataclass
class Server:
    """A server that is well, and what is needed to make it otherwise."""

    site: Site
    well: Well
    ports: dict[str, int]
    authority: Authority
    folder: Path
    monkeypatch: pytest.MonkeyPatch

    def choose(self, **more: object) -> None:
        self.site = replace(self.site, choices=self.site.choices.model_copy(update=more))

    def findings(self) -> list[Finding]:
        return list(look(self.site))


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give records with a backup that was restored for trial, to be copied."""
    folder, now = tmp_path_factory.mktemp("kept"), datetime.now().astimezone()
    with closing(Records(RecordsSettings(home=folder / "home", database_url=None))) as records:
        make_backup(records, folder / "backups", now, keep_days=1, keep_months=1)
    restore_drill(folder / "backups", now)
    return folder


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, authority: Authority, kept: Path) -> Iterator[Server]:
    for name in [name for name in os.environ if name.startswith("FORMCHECK_") and "_TEST" not in name]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("FORMCHECK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FORMCHECK_PUBLIC_URL", example().address)
    now = datetime.now().astimezone()
    for name in ("home", "backups"):
        shutil.copytree(kept / name, tmp_path / name)
    settings = tmp_path / "settings"
    settings.mkdir()
    for name in ("secrets.env", "secrets.toml"):
        (settings / name).touch(mode=0o600)
    monkeypatch.setattr(checks, "_FREE_BYTES", 1)
    monkeypatch.setattr(checks, "_FREE_SHARE", 0.0)
    well = Well()
    with all_servers(well, authority.issue(tmp_path / "server.pem")) as ports:
        site = Site(
            example(login_metadata=f"http://127.0.0.1:{ports['provider']}/.well-known/openid-configuration"),
            settings,
            tmp_path / "backups",
            now,
            connect_to=("127.0.0.1", ports["https"]),
            authorities=authority.write(tmp_path / "authority.pem"),
            mail_url=f"smtp://me:pw@127.0.0.1:{ports['mail']}",
        )
        yield Server(site, well, ports, authority, tmp_path, monkeypatch)


def test_a_server_that_is_well_is_called_so(server: Server) -> None:
    found = server.findings()
    assert [each for each in found if not each.ok] == []
    assert {each.name for each in found} == set(checks._CHECKS)
    assert all(each.says.endswith(".") for each in found)


def _expired(server: Server) -> None:
    server.authority.issue(server.folder / "other.pem", lasts=timedelta(days=-1))


def _ends_soon(server: Server) -> None:
    server.authority.issue(server.folder / "other.pem", lasts=timedelta(days=5, hours=1))


def _of_another_name(server: Server) -> None:
    server.authority.issue(server.folder / "other.pem", name="other.example.org")


def _of_somebody_unknown(server: Server) -> None:
    Authority().issue(server.folder / "other.pem")


def _set(**how: object) -> Callable[[Server], None]:
    def plant(server: Server) -> None:
        for name, value in how.items():
            setattr(server.well, name, value)

    return plant


def _without_header(name: str, value: str | None = None) -> Callable[[Server], None]:
    def plant(server: Server) -> None:
        server.well.headers.pop(name)
        if value is not None:
            server.well.headers[name] = value

    return plant


def _another_address(server: Server) -> None:
    server.monkeypatch.setenv("FORMCHECK_PUBLIC_URL", "https://old.example.org")


def _address_untold(server: Server) -> None:
    server.monkeypatch.delenv("FORMCHECK_PUBLIC_URL")


def _nobody_serves(server: Server) -> None:
    server.site = replace(server.site, connect_to=("127.0.0.1", server.ports["nobody"]))


def _no_relay_there(server: Server) -> None:
    server.choose(relay=True)
    server.monkeypatch.setenv("FORMCHECK_TURN_URLS", f"turn:127.0.0.1:{server.ports['nobody']}?transport=tcp")
    server.monkeypatch.setenv("FORMCHECK_TURN_SECRET", SECRETS.turn)


def _relay_untold(server: Server) -> None:
    server.choose(relay=True)


def _disk_full(server: Server) -> None:
    server.monkeypatch.setattr(checks, "_FREE_SHARE", 1.1)


def _no_home(server: Server) -> None:
    server.monkeypatch.setenv("FORMCHECK_HOME", str(server.folder / "nowhere"))


def _database_broken(server: Server) -> None:
    for path in (server.folder / "home").glob(f"{DATABASE_FILE}*"):
        path.unlink()
    (server.folder / "home" / DATABASE_FILE).write_bytes(b"no database at all" * 400)


def _database_away(server: Server) -> None:
    address = f"postgresql://formcheck:pw@127.0.0.1:{server.ports['nobody']}/formcheck"
    server.monkeypatch.setenv("FORMCHECK_DATABASE_URL", address)


def _backup_old(server: Server) -> None:
    (newest,) = server.site.backups.glob("*.zip")
    newest.rename(newest.with_name("formcheck-backup-2026-01-02-0230.zip"))


def _backup_broken(server: Server) -> None:
    (newest,) = server.site.backups.glob("*.zip")
    newest.write_bytes(newest.read_bytes()[:-200])
    restore_drill(server.site.backups, server.site.now)


def _no_backup(server: Server) -> None:
    for path in server.site.backups.iterdir():
        path.unlink()


def _secrets_open(server: Server) -> None:
    (server.site.settings / "secrets.toml").chmod(0o644)


def _mail_away(server: Server) -> None:
    server.site = replace(server.site, mail_url=f"smtp://127.0.0.1:{server.ports['nobody']}")


FAULTS: dict[str, tuple[Callable[[Server], None], str, str]] = {
    "expired certificate": (_expired, "certificate", "has expired"),
    "certificate that was not renewed": (_ends_soon, "certificate", "ends in 5 days"),
    "certificate of another name": (_of_another_name, "certificate", "another name than knee.example.org"),
    "certificate of nobody known": (_of_somebody_unknown, "certificate", "do not believe"),
    "clock that is behind": (_set(provider_clock_off=timedelta(minutes=5)), "clock", "differs"),
    "login provider that is something else": (_set(provider=["no"]), "login", "no OpenID Connect"),
    "another address in the settings of one's own": (_another_address, "address", "lead to https://old.example.org"),
    "address that the app is not told": (_address_untold, "address", "not told its own address"),
    "app that does not run": (_set(health=502), "app", "does not run"),
    "app that refuses its name": (_set(health=403), "app", "refuses its own name"),
    "camera barred": (_without_header("Permissions-Policy", "camera=()"), "camera", "bars the camera"),
    "camera header lost": (_without_header("Permissions-Policy"), "camera", "lack the header"),
    "HTTPS not held to": (_without_header("Strict-Transport-Security"), "https", "stay with HTTPS"),
    "WebSockets that do not pass": (_set(socket=400), "websocket", "do not pass (status 400)"),
    "WebSockets that are refused": (_set(socket=403), "websocket", "refuses WebSockets"),
    "relay that does not run": (_no_relay_there, "relay", "cannot be reached"),
    "relay that the app is not told of": (_relay_untold, "relay", "not told of the relay"),
    "disk that is full": (_disk_full, "disk", "nearly full"),
    "broken database": (_database_broken, "database", "cannot be read"),
    "database that does not run": (_database_away, "database", "cannot be read"),
    "backup that is old": (_backup_old, "backup", "days old"),
    "backup that cannot be restored": (_backup_broken, "backup", "drill failed"),
    "no backup": (_no_backup, "backup", "no backup yet"),
    "secrets that others can read": (_secrets_open, "secrets", "chmod 640"),
    "mail server that does not run": (_mail_away, "mail", "cannot be used"),
    "mail password that is wrong": (_set(mail={"AUTH": "535 no"}), "mail", "refuses the name or password"),
    "mail address that is not taken": (_set(mail={"RCPT": "550 nobody here"}), "mail", "does not take mail"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_named(fault: str, server: Server) -> None:
    plant, name, words = FAULTS[fault]
    plant(server)
    other = server.folder / "other.pem"
    if other.exists():
        with all_servers(server.well, other) as ports:
            server.site = replace(server.site, connect_to=("127.0.0.1", ports["https"]))
            found = server.findings()
    else:
        found = server.findings()
    wrong = [each for each in found if not each.ok]
    assert {each.name for each in wrong} == {name}
    assert any(words in each.says for each in wrong), wrong
    assert not any("Traceback" in each.says or "\n" in each.says for each in wrong)


def test_where_nobody_serves_each_look_says_so_and_the_rest_is_looked_at(server: Server) -> None:
    _nobody_serves(server)
    found = server.findings()
    assert {each.name for each in found if not each.ok} == {"certificate", "app", "https", "camera", "websocket"}
    assert next(each for each in found if each.name == "certificate").says.startswith("Nothing answers at https://")


def test_a_folder_of_records_that_is_not_there_is_named(server: Server) -> None:
    _no_home(server)
    assert "disk" in {each.name for each in server.findings() if not each.ok}


def test_a_relay_is_asked_as_browsers_ask(server: Server, tmp_path: Path) -> None:
    server.choose(relay=True)
    server.monkeypatch.setenv("FORMCHECK_TURN_SECRET", SECRETS.turn)
    with relay(tmp_path, secret=SECRETS.turn) as port:
        server.monkeypatch.setenv("FORMCHECK_TURN_URLS", f"turn:127.0.0.1:{port}")
        assert all(each.ok for each in server.findings() if each.name == "relay")
        server.monkeypatch.setenv("FORMCHECK_TURN_SECRET", "another secret than the relay's")
        (found,) = (each for each in server.findings() if each.name == "relay")
    assert not found.ok
    assert "refuses the credential" in found.says


def test_a_failure_is_told_by_mail_without_anything_of_anybody(server: Server) -> None:
    tell_of_failure(server.site.choices, server.site.mail_url, "formcheck-backup")
    (mail,) = server.well.mails
    assert f"formcheck on {DOMAIN}: formcheck-backup has failed" in mail.replace("\r\n ", " ")
    assert "journalctl" in mail
