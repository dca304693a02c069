"""`formcheck serve`: the files of a clinic's server, and whether it is well."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from formcheck.commands.arguments import examples
from formcheck.commands.terminal import Terminal, answering, printable

if TYPE_CHECKING:
    from formcheck.serve.choices import Choices
    from formcheck.serve.folder import Secrets

server_app = typer.Typer(
    name="serve",
    help="A server for a clinic: make its files, look whether it is well, back it up. See docs/serve.md.",
    no_args_is_help=True,
    epilog=examples("serve init --domain knee.example.org", "serve check"),
)
_SETTINGS: Final = Path("/etc/formcheck")
_BACKUPS: Final = Path("/var/backups/formcheck")
FolderOption = Annotated[Path, typer.Option("--folder", metavar="DIR", help="Folder of the server's settings.")]


@server_app.command("init", epilog=examples("serve init", "serve init --domain knee.example.org --out clinic"))
def init(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write.")] = Path("formcheck-server"),
    domain: Annotated[str | None, typer.Option(metavar="NAME", help="Name of the server: knee.example.org.")] = None,
    mail: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Who is written to about certificates and failed backups.")
    ] = None,
    database: Annotated[Literal["sqlite", "postgresql"] | None, typer.Option(help="What keeps the records.")] = None,
    login_metadata: Annotated[
        str | None, typer.Option(metavar="URL", help="The login provider's .well-known/openid-configuration.")
    ] = None,
    login_client: Annotated[str | None, typer.Option(metavar="ID", help="Client id that the provider gave.")] = None,
    login_secret_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where the client secret stands; asked for if left out.")
    ] = None,
    relay: Annotated[
        bool | None, typer.Option("--relay/--no-relay", help="coturn, for remote sessions across networks.")
    ] = None,
    relay_address: Annotated[
        str | None, typer.Option(metavar="IP[/IP]", help="Behind NAT: the public address, and this computer's.")
    ] = None,
    mail_url_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where the mail server's address stands: smtp://name:password@host:587."),
    ] = None,
    internal_ca: Annotated[
        bool | None, typer.Option("--internal-ca/--public-ca", help="Make certificates here, without the internet.")
    ] = None,
    memory_gb: Annotated[int | None, typer.Option(metavar="N", help="Memory for the app, at most, GB.")] = None,
    cpus: Annotated[int | None, typer.Option(metavar="N", help="Cores for the app, at most.")] = None,
    keep_days: Annotated[int | None, typer.Option(metavar="N", help="Nights whose backup is kept.")] = None,
    keep_months: Annotated[int | None, typer.Option(metavar="N", help="Months whose first backup is kept.")] = None,
    https_port: Annotated[int | None, typer.Option(metavar="N", help="Where browsers come to.")] = None,
    http_port: Annotated[int | None, typer.Option(metavar="N", help="Leads to HTTPS; proves the name.")] = None,
    app_port: Annotated[int | None, typer.Option(metavar="N", help="Of the app itself, on loopback.")] = None,
    relay_port: Annotated[int | None, typer.Option(metavar="N", help="Of the relay.")] = None,
    relay_tls_port: Annotated[int | None, typer.Option(metavar="N", help="Of the relay, encrypted.")] = None,
    wheel: Annotated[
        Path | None, typer.Option(metavar="FILE.whl", help="formcheck's wheel, to install that one.")
    ] = None,
    install: Annotated[bool, typer.Option("--install", help="Install or upgrade this computer right away.")] = False,
) -> None:
    """Write everything that a server is made of into a folder: HTTPS, database, relay, units, backups, containers.

    What was said before is kept where it is not said anew; secrets are made once. Exit status 1 if it cannot be done.
    """
    terminal = Terminal()
    with answering(terminal, "Stopped: nothing was installed."):
        from formcheck.serve.folder import server_files, write_server

        said = {
            "domain": domain,
            "mail": mail,
            "database": database,
            "login_metadata": login_metadata,
            "login_client": login_client,
            "relay": relay,
            "relay_address": relay_address,
            "internal_ca": internal_ca,
            "memory_gb": memory_gb,
            "cpus": cpus,
            "keep_days": keep_days,
            "keep_months": keep_months,
            "https_port": https_port,
            "http_port": http_port,
            "app_port": app_port,
            "relay_port": relay_port,
            "relay_tls_port": relay_tls_port,
        }
        choices = _chosen(out, {name: value for name, value in said.items() if value is not None})
        files = server_files(
            choices,
            _secrets(out, login_secret_file, mail_url_file),
            wheel=_wheel_name(out, wheel),
        )
        write_server(out, files, wheel)
        terminal.result(printable(f"{out}: {len(files)} files for {choices.address}."))
        terminal.note(f"Tell the login provider this redirect URI, for logging out too: {choices.redirect_uri}")
        if not install:
            terminal.note(printable(f"Then, as root on the server: {out / 'install'} (or {out / 'compose' / 'up'})."))
    if install and (code := subprocess.run([str(out.resolve() / "install")], check=False).returncode):
        raise typer.Exit(code)


@server_app.command("check", epilog=examples("serve check", "serve check --folder clinic"))
def check(
    folder: FolderOption = _SETTINGS,
    backups: Annotated[Path, typer.Option(metavar="DIR", help="Where backups lie.")] = _BACKUPS,
    connect: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Reach it here instead of where its name leads.")
    ] = None,
    authorities: Annotated[
        Path | None, typer.Option("--ca", metavar="FILE", help="Certificates to believe besides the system's.")
    ] = None,
) -> None:
    """Say what is wrong with the server, in words; exit status 1 if anything is."""
    terminal = Terminal()
    with answering(terminal):
        from formcheck.serve.checks import Site, look
        from formcheck.serve.choices import MAIL_VARIABLE, mail_url_of, read_choices

        site = Site(
            read_choices(folder),
            folder,
            backups,
            datetime.datetime.now().astimezone(),
            connect_to=_place(connect),
            authorities=authorities,
            mail_url=mail_url_of(os.environ.get(MAIL_VARIABLE, "")),
        )
        wrong = 0
        for found in look(site):
            wrong += not found.ok
            say = terminal.result if found.ok else terminal.error
            say(printable(f"{'ok' if found.ok else 'WRONG':<6}{found.name:<12} {found.says}"))
        terminal.result("All is well." if not wrong else f"Wrong: {wrong}.")
    if wrong:
        raise typer.Exit(1)


@server_app.command("backup", epilog=examples("serve backup"))
def backup(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where backups lie.")] = _BACKUPS,
    keep_days: Annotated[int, typer.Option(metavar="N", min=1, help="Days whose newest backup is kept.")] = 14,
    keep_months: Annotated[int, typer.Option(metavar="N", min=0, help="Months whose first backup is kept.")] = 6,
) -> None:
    """Back up the records, and let go of backups that are past their time. Exit status 1 if something was missing."""
    terminal = Terminal()
    with answering(terminal, "Stopped: no backup was made."):
        from formcheck.commands.opened_records import opened_records
        from formcheck.serve.backups import make_backup

        now = datetime.datetime.now().astimezone()
        with opened_records() as records:
            made = make_backup(records, folder, now, keep_days=keep_days, keep_months=keep_months)
        terminal.result(
            printable(f"{made.path} ({made.path.stat().st_size / 1e6:,.1f} MB). Let go of: {len(made.let_go)}.")
        )
        for each in made.manifest.missing:
            terminal.error(f"Missing or damaged: {each.sha256}{each.suffix}. No older backup was let go of.")
    if made.manifest.missing:
        raise typer.Exit(1)


@server_app.command("drill", epilog=examples("serve drill"))
def drill(folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where backups lie.")] = _BACKUPS) -> None:
    """Restore the newest backup beside the records, look through it and let it go; exit status 1 if it is not whole."""
    terminal = Terminal()
    with answering(terminal, "Stopped: the drill was not finished."):
        from formcheck.serve.backups import restore_drill

        done = restore_drill(folder, datetime.datetime.now().astimezone())
        (terminal.result if done.ok else terminal.error)(printable(f"{done.backup or folder}: {done.says}"))
    if not done.ok:
        raise typer.Exit(1)


@server_app.command("tell", epilog=examples("serve tell nightly-backup"))
def tell(
    what: Annotated[str, typer.Argument(metavar="WHAT", help="What has failed.")], folder: FolderOption = _SETTINGS
) -> None:
    """Write a mail that something has failed, where a mail server is set. It says nothing of anybody."""
    terminal = Terminal()
    with answering(terminal):
        from formcheck.serve.choices import MAIL_VARIABLE, mail_url_of, read_choices
        from formcheck.serve.mail import tell_of_failure

        url = mail_url_of(os.environ.get(MAIL_VARIABLE, ""))
        if not url:
            terminal.note("No mail server is set, so nobody is told.")
            return
        choices = read_choices(folder)
        tell_of_failure(choices, url, what)
        terminal.result(f"{choices.mail} was told.")


def _chosen(out: Path, said: dict[str, Any]) -> Choices:
    """Return what was said now, what was said before, and what is asked for where somebody sits."""
    from formcheck.serve.choices import CHOICES_FILE, choices_of, read_choices

    before = read_choices(out).model_dump() if (out / CHOICES_FILE).is_file() else {}
    chosen = before | said
    if not before:
        for name, question, default in _QUESTIONS:
            if name not in chosen:
                chosen[name] = _asked(name, question, default)
        chosen.setdefault("cpus", os.cpu_count() or 1)
    return choices_of(chosen)


_QUESTIONS: Final[tuple[tuple[str, str, str | bool | None], ...]] = (
    ("domain", "Name of the server, such as knee.example.org", None),
    ("mail", "Mail address for certificates and failures", None),
    ("database", "Database: sqlite (one clinic) or postgresql (many at once)", "sqlite"),
    ("login_metadata", "The login provider's .well-known/openid-configuration", None),
    ("login_client", "Client id that the login provider gave", None),
    ("relay", "Remote sessions across networks, by a relay of your own", False),
)


def _asked(name: str, question: str, default: str | bool | None) -> object:
    if not sys.stdin.isatty():
        if default is not None:
            return default
        raise typer.BadParameter("say it, since nobody can be asked here.", param_hint=f"'--{name.replace('_', '-')}'")
    if isinstance(default, bool):
        return typer.confirm(question, default=default)
    return typer.prompt(question, default=default)


def _secrets(out: Path, login_file: Path | None, mail_file: Path | None) -> Secrets:
    from dataclasses import replace

    from formcheck.serve.choices import mail_url_of
    from formcheck.serve.folder import kept_secrets, new_secrets

    kept = kept_secrets(out)
    login = None if login_file is None else _line_of(login_file)
    mail = None if mail_file is None else mail_url_of(_line_of(mail_file))
    if kept is None:
        if login is None and not sys.stdin.isatty():
            raise typer.BadParameter("name the file with the client secret.", param_hint="'--login-secret-file'")
        return new_secrets(
            login or typer.prompt("Client secret that the login provider gave", hide_input=True), mail or ""
        )
    return replace(kept, login=login or kept.login, mail_url=kept.mail_url if mail is None else mail)


def _line_of(path: Path) -> str:
    from formcheck.errors import OutputError

    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise OutputError(f"{path} cannot be read.", "Check its name and that you may read it.") from error


def _wheel_name(out: Path, wheel: Path | None) -> str | None:
    """Return the name of the wheel to install; one that was laid in before counts as long as it is this version's."""
    from formcheck import __version__
    from formcheck.errors import OutputError

    if wheel is None:
        return next((each.name for each in (out / "wheels").glob(f"formcheck-{__version__}-*.whl")), None)
    if not wheel.is_file() or wheel.suffix != ".whl" or not wheel.name.startswith("formcheck-"):
        raise OutputError(f"{wheel} is no wheel of formcheck.", "Name one such as formcheck-1.2.3-py3-none-any.whl.")
    return wheel.name


def _place(text: str | None) -> tuple[str, int] | None:
    if text is None:
        return None
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise typer.BadParameter("give a host and a port, such as 127.0.0.1:443.", param_hint="'--connect'")
    return host.strip("[]"), int(port)
