"""`formcheck accounts`: who may log in to the app of a clinic. Run on the computer that keeps the records."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from formcheck.commands.arguments import examples
from formcheck.commands.terminal import Terminal, answering, printable
from formcheck.errors import FormcheckError

if TYPE_CHECKING:
    from formcheck.records.tables import Account

accounts_app = typer.Typer(
    name="accounts",
    help="Who may log in to the app of a clinic.",
    no_args_is_help=True,
    epilog=examples("accounts add anna@clinic.example --role clinician", "accounts list"),
)

_NO_PERSON = "-"


class RoleChoice(StrEnum):
    """What somebody may be let in as."""

    CLINICIAN = "clinician"
    CLIENT = "client"


EmailArgument = Annotated[str, typer.Argument(metavar="EMAIL", help="Address that the person logs in with.")]


@accounts_app.command(
    "add",
    epilog=examples(
        "accounts add anna@clinic.example --role clinician",
        'accounts add ben@home.example --role client --person "Ben Frey"',
    ),
)
def add(
    email: EmailArgument,
    role: Annotated[RoleChoice, typer.Option(help="A clinician sees everybody, a client sees what is theirs.")],
    person: Annotated[
        str | None, typer.Option(metavar="NAME-or-ID", help="Whom a client is, as listed on the People page.")
    ] = None,
    name: Annotated[str, typer.Option(metavar="NAME", help="How they sign; the address when left out.")] = "",
) -> None:
    """Let somebody log in."""
    terminal = Terminal()
    with answering(terminal, "Stopped: nothing was changed."):
        from formcheck.commands.opened_records import opened_records, person_named
        from formcheck.records.access import SYSTEM, Role
        from formcheck.records.accounts import add_account

        with opened_records() as records, records.writing(SYSTEM) as work:
            person_id = None if person is None else person_named(work, person).id
            account = add_account(work, email, Role(role.value), name=name, person_id=person_id)
        terminal.result(printable(f"{account.email} may log in as {account.name}, {account.role}."))


@accounts_app.command("list", epilog=examples("accounts list", "accounts list --removed"))
def list_them(
    removed: Annotated[bool, typer.Option("--removed", help="Those too whose access was taken away.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line for each account.")] = False,
) -> None:
    """Name everybody who may log in."""
    terminal = Terminal(machine=as_json)
    with answering(terminal):
        from formcheck.commands.opened_records import opened_records
        from formcheck.records.access import SYSTEM
        from formcheck.records.accounts import list_accounts
        from formcheck.records.people import labels_of, list_people

        with opened_records() as records, records.reading(SYSTEM) as work:
            accounts = list_accounts(work, removed_too=removed)
            people = labels_of(list_people(work))
        for account in accounts:
            terminal.result(_as_json(account) if as_json else printable(_as_line(account, people)))
        if not accounts:
            terminal.say("Nobody may log in yet. `formcheck accounts add EMAIL --role clinician` lets somebody.")


@accounts_app.command("remove", epilog=examples("accounts remove ben@home.example"))
def remove(email: EmailArgument) -> None:
    """Take somebody's access away. What they recorded and wrote stays."""
    terminal = Terminal()
    with answering(terminal, "Stopped: nothing was changed."):
        from formcheck.commands.opened_records import opened_records
        from formcheck.records.access import SYSTEM
        from formcheck.records.accounts import deactivate_account, find_account

        with opened_records() as records, records.writing(SYSTEM) as work:
            account = find_account(work, email)
            if account is None or not account.active:
                raise FormcheckError(f"{email} has no access.", "`formcheck accounts list` names those who have.")
            deactivate_account(work, account.id)
        terminal.result(printable(f"{account.email} may log in no more."))


def _as_line(account: Account, people: dict[str, str]) -> str:
    person = _NO_PERSON if account.person_id is None else people.get(account.person_id, account.person_id)
    parts: Sequence[str] = (account.email, account.role, account.name, person)
    return "  ".join(parts) + ("" if account.active else "  (removed)")


def _as_json(account: Account) -> str:
    fields = ("id", "email", "name", "role", "person_id", "active")
    return json.dumps({name: getattr(account, name) for name in fields}, ensure_ascii=False)
