"""Layer: the command that starts the app, with the server left out; what it checks before and what it starts."""

from __future__ import annotations

import socket
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.exceptions import Abort
from streamlit import config
from streamlit.web import bootstrap
from typer.testing import CliRunner

import formcheck
from formcheck import cli
from formcheck.commands.app import check_port, is_loopback, launcher_of
from formcheck.errors import FormcheckError, PoseModelError
from formcheck.web.server.streamlit_server import serve

_PACKAGE = Path(formcheck.__file__).resolve().parent


@pytest.fixture(autouse=True)
def _model_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("formcheck.commands.app.ensure_model", lambda **_: None)


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Return the arguments with which the server was started, each time."""
    starts: list[list[str]] = []
    monkeypatch.setattr("formcheck.commands.app._streamlit", lambda arguments: starts.append(list(arguments)))
    return starts


def test_it_serves_this_computer_alone_unless_told_otherwise(started: list[list[str]], free_port: int) -> None:
    result = CliRunner().invoke(cli.app, ["app", "--port", str(free_port), "--no-browser"])
    assert result.exit_code == 0
    assert result.output == ""
    (arguments,) = started
    assert arguments[0] == "run"
    assert Path(arguments[1]).name == "app.py"
    assert arguments[2:] == ["--server.address=127.0.0.1", f"--server.port={free_port}", "--server.headless=true"]


def test_a_port_in_use_is_refused_in_one_line(started: list[list[str]]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = CliRunner().invoke(cli.app, ["app", "--port", str(port)])
    assert result.exit_code == 1
    assert result.output.count("\n") == 1
    assert f"Port {port} is in use. Choose another with --port" in result.output
    assert not started


def test_a_foreign_address_is_refused() -> None:
    with pytest.raises(FormcheckError, match="not an address of this computer"):
        check_port("192.0.2.1", 8501)  # RFC 5737: nobody's address


def test_others_are_let_in_with_one_warning(started: list[list[str]], free_port: int) -> None:
    result = CliRunner().invoke(cli.app, ["app", "--host", "0.0.0.0", "--port", str(free_port), "--no-browser"])
    assert result.exit_code == 0
    assert result.output.count("\n") == 1
    assert "HTTPS" in result.output
    assert "--server.address=0.0.0.0" in started[0]


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_no_computer_on_the_internet_is_asked_for_our_address(
    host: str, started: list[list[str]], free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    CliRunner().invoke(cli.app, ["app", "--host", host, "--port", str(free_port), "--no-browser"])
    said = dict(each.removeprefix("--").split("=") for each in started[0][2:])

    def asked() -> None:
        raise AssertionError("Streamlit asked")

    monkeypatch.setattr("streamlit.net_util.get_external_ip", asked)
    monkeypatch.setattr(config, "is_manually_set", said.__contains__)
    known = config.get_option
    monkeypatch.setattr(config, "get_option", lambda name: said.get(name) or known(name))
    bootstrap._print_url(False)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.53"])
def test_loopback_is_this_computer_alone(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "knee.example.org", "::"])
def test_everything_else_lets_others_in(host: str) -> None:
    assert not is_loopback(host)


def test_without_a_pose_model_nothing_is_started(
    started: list[list[str]], free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(**_: object) -> None:
        raise PoseModelError("The pose model cannot be fetched.", "Connect this computer to the network.")

    monkeypatch.setattr("formcheck.commands.app.ensure_model", missing)
    result = CliRunner().invoke(cli.app, ["app", "--port", str(free_port)])
    assert result.exit_code == 1
    assert result.output == "The pose model cannot be fetched. Connect this computer to the network.\n"
    assert not started


def test_ctrl_c_ends_it_without_a_stack_trace(free_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(_arguments: Sequence[str]) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("formcheck.commands.app._streamlit", stopped)
    result = CliRunner().invoke(cli.app, ["app", "--port", str(free_port)])
    assert result.exit_code == 130
    assert result.output == "Stopped.\n"


def test_an_app_without_its_settings_is_not_started(tmp_path: Path) -> None:
    package = tmp_path / "formcheck"
    (package / "web").mkdir(parents=True)
    (package / "web" / "app.py").touch()
    with pytest.raises(FormcheckError, match="not part of this installation"):
        launcher_of(package)
    (package / "web" / ".streamlit").mkdir()
    (package / "web" / ".streamlit" / "config.toml").touch()
    assert launcher_of(package) == package / "web" / "app.py"


def test_the_settings_beside_the_app_keep_it_private() -> None:
    settings = tomllib.loads(launcher_of().with_name(".streamlit").joinpath("config.toml").read_text("utf-8"))
    assert settings["server"]["address"] == "127.0.0.1"
    assert settings["server"]["showEmailPrompt"] is False
    assert settings["browser"]["gatherUsageStats"] is False


def test_ctrl_c_in_the_server_is_ctrl_c_in_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def aborted(*, args: list[str], standalone_mode: bool, **_: object) -> None:
        assert args == ["run", "app.py"]
        assert not standalone_mode
        raise Abort

    monkeypatch.setattr("formcheck.web.server.streamlit_server.main", aborted)
    with pytest.raises(KeyboardInterrupt):
        serve(["run", "app.py"])


def test_no_folder_named_pages_lies_beside_the_script() -> None:
    # Streamlit would take its files for pages of their own until the script has run once.
    script = _PACKAGE / "web" / "server" / "main.py"
    assert script.is_file()
    assert not (script.parent / "pages").exists()
