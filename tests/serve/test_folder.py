"""Layer: files. What `serve init` writes is what the programs take that read it, and holds no more than it should."""

from __future__ import annotations

import os
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from formcheck import __version__
from formcheck.records.settings import RecordsSettings
from formcheck.remote.turn import TurnSettings, credential
from formcheck.remote.turn_check import check_relay
from formcheck.serve import PUBLIC_VARIABLE
from formcheck.serve.choices import MAIL_VARIABLE, Choices, ServeError, choices_of, read_choices
from formcheck.serve.folder import (
    LOCK_FILE,
    TURN_CONFIGURATION,
    ServerFile,
    kept_secrets,
    new_secrets,
    read_settings,
    server_files,
    turn_configuration,
    write_server,
)
from formcheck.web.access.origins import is_public_url
from formcheck.web.gate.gate import PROXIES_VARIABLE

from ..remote.relay import relay
from .examples import SAID, SECRETS, VARIANTS, example
from .units import Unit

LISTENS = {"formcheck.service", "formcheck-https.service", "formcheck-relay.service"}
HARDENED = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "RestrictNamespaces": "yes",
    "RestrictSUIDSGID": "yes",
    "UMask": "0077",
}


def tool(name: str) -> str:
    """Return a program; the test is skipped, or fails where tools are required, if there is none."""
    found = shutil.which(name)
    if found is None:
        if os.environ.get("FORMCHECK_TEST_TOOLS") == "required":
            pytest.fail(f"{name} is needed")
        pytest.skip(f"there is no {name}")
    return found


@pytest.fixture(params=VARIANTS)
def choices(request: pytest.FixtureRequest) -> Choices:
    return example(**VARIANTS[request.param])


@pytest.fixture
def files(choices: Choices) -> dict[str, ServerFile]:
    return server_files(choices, SECRETS)


def units(files: dict[str, ServerFile]) -> dict[str, Unit]:
    found = {name: file for name, file in files.items() if name.startswith("systemd/")}
    return {Path(name).name: Unit(file.text) for name, file in found.items()}


def test_secrets_stand_in_files_that_are_one_account_s_alone(files: dict[str, ServerFile]) -> None:
    for name, file in files.items():
        holds = any(each in file.text for each in (SECRETS.cookie, SECRETS.turn, SECRETS.database, "me:pw@"))
        assert not holds or file.mode == 0o600, name
    assert {name for name, file in files.items() if file.text.startswith("#!")} == {
        name for name, file in files.items() if file.mode == 0o755
    }


def test_no_file_names_a_place_of_packages(files: dict[str, ServerFile]) -> None:
    for name, file in files.items():
        assert "index-url" not in file.text, name
        assert "docker.io" not in file.text, name


def test_what_formcheck_needs_is_held_to_what_was_tested_unless_the_wheel_is_of_another_version(tmp_path: Path) -> None:
    lock = (Path(__file__).parents[2] / "requirements.lock").read_text(encoding="utf-8")
    for wheel, there in (
        (None, True),
        (f"formcheck-{__version__}-py3-none-any.whl", True),
        ("formcheck-9-x.whl", False),
    ):
        made = server_files(example(), SECRETS, wheel=wheel)
        assert (made[LOCK_FILE].text == lock) if there else (LOCK_FILE not in made)
        write_server(tmp_path, made)
        assert (tmp_path / LOCK_FILE).exists() == there, "a lock of before is not left lying"


def test_caddy_takes_its_files(files: dict[str, ServerFile], tmp_path: Path) -> None:
    program = tool("caddy")
    for name in ("etc/Caddyfile", "compose/Caddyfile"):
        path = tmp_path / "Caddyfile"
        path.write_text(files[name].text, encoding="utf-8")
        adapted = subprocess.run(
            [program, "adapt", "--adapter", "caddyfile", "--config", str(path), "--validate"],
            capture_output=True,
            text=True,
            check=False,
            env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]},
        )
        assert adapted.returncode == 0, adapted.stderr
        assert "Caddyfile input is not formatted" not in adapted.stderr
        assert "knee.example.org" in adapted.stdout


def test_every_unit_has_an_account_walls_and_limits(files: dict[str, ServerFile]) -> None:
    found = units(files)
    services = {name: unit for name, unit in found.items() if name.endswith(".service")}
    assert "formcheck.service" in services
    for name, unit in services.items():
        assert {key: unit.one(key) for key in HARDENED} == HARDENED, name
        assert unit.all("CapabilityBoundingSet"), name
        assert unit.all("RestrictAddressFamilies"), name
        assert "@system-service" in unit.all("SystemCallFilter")[0], name
        if name == "formcheck-relay-certificate.service":
            continue  # gives the copy of a certificate to another account, which root alone can
        assert unit.one("User") in {"formcheck", "caddy", "turnserver"}, name
        assert unit.all("MemoryMax"), name
        assert unit.all("TasksMax"), name
    assert found["formcheck.service"].one("CPUQuota") == "200%"
    assert found["formcheck.service"].one("MemoryMax") == "6G"


def test_each_night_has_a_backup_and_each_week_a_drill(files: dict[str, ServerFile]) -> None:
    found = units(files)
    timers = [name for name in found if name.endswith(".timer")]
    assert {"formcheck-backup.timer", "formcheck-drill.timer"} <= set(timers)
    for timer in timers:
        assert timer.replace(".timer", ".service") in found
        assert found[timer].one("Persistent") == "yes"
    assert "serve backup /var/backups/formcheck --keep-days 14" in found["formcheck-backup.service"].one("ExecStart")
    assert "serve drill /var/backups/formcheck" in found["formcheck-drill.service"].one("ExecStart")
    for name in ("formcheck-backup.service", "formcheck-drill.service", *(LISTENS & found.keys())):
        assert found[name].one("OnFailure") == "formcheck-tell@%N.service"


def test_systemd_takes_the_units_and_calls_them_safe(files: dict[str, ServerFile], tmp_path: Path) -> None:
    program = tool("systemd-analyze")
    folder = tmp_path / "etc/systemd/system"
    folder.mkdir(parents=True)
    names = []
    for name, file in files.items():
        if name.startswith("systemd/"):
            # Whether a program is there is a matter of the server, not of the unit.
            text = file.text.replace("=+/etc/formcheck/relay-certificate", "=+/bin/true")
            lines = ("ExecStart=/bin/true" if line.startswith("ExecStart=") else line for line in text.splitlines())
            (folder / Path(name).name).write_text("\n".join(lines) + "\n", encoding="utf-8")
            names.append(str(folder / Path(name).name))
    path = f"{folder}:/lib/systemd/system:"
    verified = subprocess.run(
        [program, "verify", "--man=no", *(each.replace("tell@.", "tell@formcheck.") for each in names)],
        capture_output=True,
        text=True,
        check=False,
        env={"SYSTEMD_UNIT_PATH": path, "PATH": os.environ["PATH"]},
    )
    ours = [line for line in verified.stderr.splitlines() if "formcheck" in line]
    assert ours == []
    for name in names:
        if name.endswith(".service"):
            at = name.replace("tell@.", "tell@formcheck.")
            judged = subprocess.run(
                [program, "security", "--offline=true", "--threshold=30", "--no-pager", at],
                capture_output=True,
                text=True,
                check=False,
                env={"SYSTEMD_UNIT_PATH": path, "PATH": os.environ["PATH"]},
            )
            assert judged.returncode == 0, judged.stdout[-400:] + judged.stderr


@pytest.mark.parametrize("name", ["install", "formcheck-server", "etc/relay-certificate", "compose/up"])
def test_scripts_are_a_shell_s(name: str) -> None:
    for variant in VARIANTS.values():
        files = server_files(example(**variant), SECRETS)
        if name in files:
            done = subprocess.run(["sh", "-n"], input=files[name].text, text=True, capture_output=True, check=False)
            assert (done.returncode, done.stderr) == (0, "")


def test_logs_are_turned_over(tmp_path: Path) -> None:
    files = server_files(example(relay=True), SECRETS)
    program = tool("logrotate")
    path = tmp_path / "formcheck-relay"
    path.write_text(files["logrotate/formcheck-relay"].text.replace("su turnserver turnserver", ""), encoding="utf-8")
    path.chmod(0o644)
    done = subprocess.run(
        [program, "--debug", "--state", str(tmp_path / "state"), str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "error:" not in done.stderr
    assert "SystemMaxUse=" in files["etc/journald@formcheck.conf"].text
    assert Unit(files["systemd/formcheck.service"].text).one("LogNamespace") == "formcheck"


def test_the_relay_s_file_is_the_documented_one_filled_in(choices: Choices) -> None:
    documented = TURN_CONFIGURATION.read_text(encoding="utf-8").splitlines()
    made = turn_configuration(choices, SECRETS).splitlines()
    refused = [line for line in documented if line.startswith("denied-peer-ip")]
    assert refused
    assert [line for line in made if line.startswith("denied-peer-ip")] == refused
    assert "CHANGE-ME" not in "\n".join(made)
    assert f"static-auth-secret={SECRETS.turn}" in made
    assert ("allowed-peer-ip=192.168.1.5" in made) == (choices.relay_address != "")
    assert [line.partition("=")[0] for line in made if line and line[0] != "#"].count("static-auth-secret") == 1


def test_a_real_relay_takes_the_credentials_of_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = server_files(example(relay=True), SECRETS)
    for name in ("etc/formcheck.env", "etc/secrets.env"):
        path = tmp_path / "settings"
        path.write_text(files[name].text, encoding="utf-8")
        for key, value in read_settings(path).items():
            monkeypatch.setenv(key, value)
    settings = TurnSettings()
    assert settings.has_relay
    made = credential(settings.secret, "seat", 2**31 - 1)
    with relay(tmp_path, configuration=files["etc/turnserver.conf"].text, secret=settings.secret) as port:
        found = check_relay(f"turn:127.0.0.1:{port}", made)
    assert found.ok, found.says
    assert found.lets_in == ()


def test_the_app_knows_every_setting(files: dict[str, ServerFile], choices: Choices, tmp_path: Path) -> None:
    known = {PUBLIC_VARIABLE, PROXIES_VARIABLE, MAIL_VARIABLE, "POSTGRES_PASSWORD"}
    known |= {f"FORMCHECK_{name.upper()}" for name in RecordsSettings.model_fields}
    known |= {f"FORMCHECK_TURN_{name.upper()}" for name in TurnSettings.model_fields}
    for name in ("etc/formcheck.env", "etc/secrets.env", "compose/formcheck.env", "compose/secrets.env"):
        path = tmp_path / "settings"
        path.write_text(files[name].text, encoding="utf-8")
        said = read_settings(path)
        assert set(said) <= known, name
        assert said.get(PUBLIC_VARIABLE, choices.address) == choices.address
        # As a shell reads them, too: `formcheck-server` does.
        asked = f"set -a; . {path}; exec env"
        shell = subprocess.run(["sh", "-c", asked], capture_output=True, text=True, check=True, env={})
        assert {f"{key}={value}" for key, value in said.items()} <= set(shell.stdout.splitlines()), name
    assert is_public_url(choices.address)


def test_the_login_is_read_as_it_was_said(files: dict[str, ServerFile]) -> None:
    section = tomllib.loads(files["etc/secrets.toml"].text)["auth"]
    assert section["client_secret"] == SECRETS.login
    assert section["redirect_uri"].startswith("https://knee.example.org")
    assert len(section["cookie_secret"]) >= 32


def test_a_folder_that_is_made_again_keeps_its_secrets_and_loses_what_is_no_more(tmp_path: Path) -> None:
    made = new_secrets("login", "smtp://mail.example.org")
    assert made != new_secrets("login", "smtp://mail.example.org")
    write_server(tmp_path, server_files(example(**VARIANTS["everything"]), made))
    assert kept_secrets(tmp_path) == made
    assert read_choices(tmp_path) == example(**VARIANTS["everything"])
    assert (tmp_path / "systemd/formcheck-relay.service").is_file()
    assert (tmp_path / "etc/secrets.env").stat().st_mode & 0o777 == 0o600
    write_server(tmp_path, server_files(example(), made))
    kept = kept_secrets(tmp_path)
    assert kept is not None
    assert (kept.cookie, kept.database, kept.login) == (made.cookie, made.database, made.login)
    assert not (tmp_path / "systemd/formcheck-relay.service").exists()
    assert not (tmp_path / "etc/postgresql.conf").exists()
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()} == set(
        server_files(example(), made)
    )


def test_a_wheel_is_laid_in_and_named(tmp_path: Path) -> None:
    wheel = tmp_path / "formcheck-9.9-py3-none-any.whl"
    wheel.write_bytes(b"a wheel")
    files = server_files(example(), SECRETS, wheel=wheel.name)
    write_server(tmp_path / "server", files, wheel)
    assert (tmp_path / "server/wheels" / wheel.name).read_bytes() == b"a wheel"
    assert f"wheels/{wheel.name}" in files["install"].text
    assert f"/wheels/{wheel.name}" in files["compose/Containerfile"].text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("domain", "knee.example.org {"),
        ("domain", "203.0.113.1"),
        ("domain", "https://knee.example.org"),
        ("domain", "-knee.org"),
        ("mail", "it@example.org\nroot"),
        ("mail", "nobody"),
        ("login_metadata", "https://login.example.org/$(reboot)"),
        ("login_client", 'a"b'),
        ("login_client", "a b"),
        ("relay_address", "203.0.113.10/home"),
        ("relay_address", "1/2/3"),
        ("database", "mysql"),
        ("memory_gb", 1),
        ("cpus", True),
        ("http_port", 443),
        ("https_port", 0),
        ("colour", "red"),
    ],
)
def test_what_cannot_stand_in_a_file_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(ServeError) as refused:
        choices_of(SAID | {name: value})
    assert name.replace("_", "-") in refused.value.reason or "once only" in refused.value.reason
    assert "\n" not in refused.value.reason
