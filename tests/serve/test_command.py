"""Layer: `formcheck serve`, from its arguments to its words, its files and its exit status."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from formcheck import cli
from formcheck.serve.choices import read_choices
from formcheck.serve.folder import kept_secrets

SAID = (
    *("--domain", "knee.example.org", "--mail", "it@example.org", "--login-client", "web"),
    *("--login-metadata", "https://login.example.org/.well-known/openid-configuration"),
)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("FORMCHECK_") and "_TEST" not in name]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("FORMCHECK_HOME", str(tmp_path / "home"))


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text("of the provider\n", encoding="utf-8")
    return path


def _run(*arguments: str | Path, answers: str | None = None) -> Result:
    return CliRunner().invoke(cli.app, ["serve", *map(str, arguments)], input=answers)


def test_a_folder_is_made_and_what_comes_next_is_said(tmp_path: Path, secret: Path) -> None:
    done = _run("init", "--out", tmp_path / "server", *SAID, "--relay", "--login-secret-file", secret)
    assert done.exit_code == 0, done.output
    assert "https://knee.example.org/oauth2callback" in done.stderr
    assert str(tmp_path / "server" / "install") in done.stderr
    kept = kept_secrets(tmp_path / "server")
    assert kept is not None
    assert kept.login == "of the provider"
    assert "of the provider" not in done.output


def test_what_is_not_said_anew_stays(tmp_path: Path, secret: Path) -> None:
    _run("init", "--out", tmp_path / "server", *SAID, "--relay", "--login-secret-file", secret)
    before = kept_secrets(tmp_path / "server")
    again = _run("init", "--out", tmp_path / "server", "--no-relay", "--memory-gb", "12")
    assert again.exit_code == 0, again.output
    choices = read_choices(tmp_path / "server")
    assert (choices.domain, choices.relay, choices.memory_gb) == ("knee.example.org", False, 12)
    after = kept_secrets(tmp_path / "server")
    assert before is not None
    assert after is not None
    assert (after.cookie, after.login) == (before.cookie, before.login)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--domain", "http://knee"), "--domain"),
        (("--relay-address", "here"), "--relay-address"),
        (("--app-port", "443"), "once only"),
        (("--wheel", "other.whl"), "no wheel of formcheck"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(tmp_path: Path, secret: Path, more: tuple[str, str], words: str) -> None:
    done = _run("init", "--out", tmp_path / "server", *SAID, *more, "--login-secret-file", secret)
    assert done.exit_code == 1
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "server").exists()


def test_what_is_missing_is_asked_for_or_named(tmp_path: Path) -> None:
    done = _run("init", "--out", tmp_path / "server", "--mail", "it@example.org")
    assert done.exit_code == 2
    assert "--domain" in done.stderr
    done = _run("init", "--out", tmp_path / "server", *SAID)
    assert done.exit_code == 2
    assert "--login-secret-file" in done.stderr


def test_backup_and_drill_say_what_was_done(tmp_path: Path) -> None:
    done = _run("backup", tmp_path / "backups", "--keep-days", "3")
    assert done.exit_code == 0, done.output
    assert "formcheck-backup-" in done.stdout
    drilled = _run("drill", tmp_path / "backups")
    assert (drilled.exit_code, drilled.stderr) == (0, "")
    assert "Restored and looked through" in drilled.stdout
    assert _run("drill", tmp_path / "empty").exit_code == 1


def test_a_check_without_settings_says_how_to_make_them(tmp_path: Path) -> None:
    done = _run("check", "--folder", tmp_path)
    assert done.exit_code == 1
    assert "formcheck serve init" in done.stderr


def test_a_check_lists_what_is_wrong(tmp_path: Path, secret: Path) -> None:
    _run("init", "--out", tmp_path / "server", *SAID, "--login-secret-file", secret)
    text = (tmp_path / "server" / "serve.toml").read_text(encoding="utf-8")
    text = text.replace("https://login.example.org/", "http://127.0.0.1:9/")
    (tmp_path / "server" / "serve.toml").write_text(text, encoding="utf-8")
    done = _run(*("check", "--folder", tmp_path / "server", "--backups", tmp_path / "none", "--connect", "127.0.0.1:9"))
    assert done.exit_code == 1
    assert "WRONG certificate" in done.stderr
    assert "WRONG backup" in done.stderr
    assert done.stdout.splitlines()[-1].startswith("Wrong: ")


def test_a_failure_without_a_mail_server_tells_nobody(tmp_path: Path) -> None:
    done = _run("tell", "formcheck-backup", "--folder", tmp_path)
    assert done.exit_code == 0
    assert "nobody is told" in done.stderr
