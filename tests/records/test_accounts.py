"""Layer: the records on each kind of database: who may log in, as whom, who decides that, and the command for it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from formcheck import cli
from formcheck.records.access import SYSTEM, Actor, NotAllowedError, NotFoundError, RecordsError, Role, owner
from formcheck.records.accounts import (
    actor_of,
    add_account,
    deactivate_account,
    find_account,
    get_account,
    list_accounts,
    normal_email,
)
from formcheck.records.records import Records
from formcheck.records.settings import RecordsSettings
from formcheck.records.tables import AuditEntry

from .kept import CLINICIAN, add_somebody, client_of

OWNER = owner("Owner")


def entries(records: Records) -> list[AuditEntry]:
    with records.reading(SYSTEM) as work:
        return list(work.session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def test_a_clinician_is_let_in_and_signs_by_name(records: Records) -> None:
    with records.writing(SYSTEM) as work:
        added = add_account(work, " Dr@Clinic.Example ", Role.CLINICIAN, name="  Dr.  Grey ")
    with records.reading(SYSTEM) as work:
        account = find_account(work, "DR@clinic.example")
    assert account is not None
    assert actor_of(account) == Actor(added.id, "Dr. Grey", Role.CLINICIAN, None)
    assert account.active


def test_a_client_is_the_person_they_are_let_in_as(records: Records) -> None:
    ann = add_somebody(records, "Ann")
    with records.writing(CLINICIAN) as work:
        account = add_account(work, "ann@example.org", Role.CLIENT, person_id=ann.id)
    assert actor_of(account) == Actor(account.id, "Ann", Role.CLIENT, ann.id)


def test_without_a_name_the_address_is_signed_with(records: Records) -> None:
    with records.writing(SYSTEM) as work:
        assert add_account(work, "dr@clinic.example", Role.CLINICIAN).name == "dr@clinic.example"


def test_addresses_are_compared_in_one_form() -> None:
    assert normal_email(" Jose\u0301@Example.ORG\n") == "jos\u00e9@example.org"


@pytest.mark.parametrize(
    "email", ["", "ann", "@", "ann@", "@example.org", "a b@example.org", "a@b@c", "a\n@b", "x" * 400 + "@y"]
)
def test_what_is_no_address_is_refused(records: Records, email: str) -> None:
    with records.writing(SYSTEM) as work, pytest.raises(RecordsError, match="e-mail address"):
        add_account(work, email, Role.CLINICIAN)


def test_an_address_is_let_in_once(records: Records) -> None:
    with records.writing(SYSTEM) as work:
        add_account(work, "dr@clinic.example", Role.CLINICIAN)
        with pytest.raises(RecordsError, match="has access already"):
            add_account(work, "Dr@Clinic.Example", Role.CLINICIAN)


def test_role_and_person_go_together(records: Records) -> None:
    ann = add_somebody(records, "Ann")
    with records.writing(SYSTEM) as work:
        with pytest.raises(RecordsError, match="needs the person"):
            add_account(work, "a@example.org", Role.CLIENT)
        with pytest.raises(NotFoundError):
            add_account(work, "a@example.org", Role.CLIENT, person_id="0" * 32)
        with pytest.raises(RecordsError, match="not bound to a person"):
            add_account(work, "a@example.org", Role.CLINICIAN, person_id=ann.id)
        for role in (Role.OWNER, Role.SYSTEM):
            with pytest.raises(RecordsError, match="clinician's or a client's"):
                add_account(work, "a@example.org", role)
        with pytest.raises(RecordsError, match="too long"):
            add_account(work, "a@example.org", Role.CLINICIAN, name="x" * 201)
    with records.reading(SYSTEM) as work:
        assert list_accounts(work) == []


def test_clinicians_let_clients_in_and_nobody_else(records: Records) -> None:
    ann = add_somebody(records, "Ann")
    with records.writing(CLINICIAN) as work:
        with pytest.raises(NotAllowedError):
            add_account(work, "dr2@clinic.example", Role.CLINICIAN)
        add_account(work, "ann@example.org", Role.CLIENT, person_id=ann.id)
    with records.writing(OWNER) as work:
        colleague = add_account(work, "dr2@clinic.example", Role.CLINICIAN)
    with records.writing(CLINICIAN) as work, pytest.raises(NotAllowedError):
        deactivate_account(work, colleague.id)


def test_a_clinician_does_not_bring_back_a_clinician_as_a_client(records: Records) -> None:
    ann = add_somebody(records, "Ann")
    with records.writing(SYSTEM) as work:
        account = add_account(work, "dr2@clinic.example", Role.CLINICIAN)
        deactivate_account(work, account.id)
    with records.writing(CLINICIAN) as work, pytest.raises(NotAllowedError):
        add_account(work, "dr2@clinic.example", Role.CLIENT, person_id=ann.id)


def test_clients_decide_nothing(records: Records) -> None:
    ann = add_somebody(records, "Ann")
    with records.writing(SYSTEM) as work:
        account = add_account(work, "ann@example.org", Role.CLIENT, person_id=ann.id)
    with records.writing(client_of(ann)) as work:
        for refused in (
            lambda: add_account(work, "x@example.org", Role.CLIENT, person_id=ann.id),
            lambda: list_accounts(work),
            lambda: find_account(work, "ann@example.org"),
            lambda: get_account(work, account.id),
            lambda: deactivate_account(work, account.id),
        ):
            with pytest.raises(NotAllowedError):
                refused()


def test_access_that_was_taken_away_is_given_again_under_the_same_id(records: Records) -> None:
    ann = add_somebody(records, "Ann")
    with records.writing(SYSTEM) as work:
        before = add_account(work, "ann@example.org", Role.CLINICIAN)
        deactivate_account(work, before.id)
    with records.reading(SYSTEM) as work:
        assert list_accounts(work) == []
        assert [each.id for each in list_accounts(work, removed_too=True)] == [before.id]
    with records.writing(SYSTEM) as work:
        after = add_account(work, "ann@example.org", Role.CLIENT, person_id=ann.id)
    assert (after.id, after.role, after.person_id, after.active) == (before.id, "client", ann.id, True)


def test_what_is_decided_about_access_is_in_the_log_without_the_address(records: Records) -> None:
    ann = add_somebody(records, "Ann")
    with records.writing(SYSTEM) as work:
        account = add_account(work, "ann@example.org", Role.CLIENT, person_id=ann.id)
    with records.writing(SYSTEM) as work:
        deactivate_account(work, account.id)
        deactivate_account(work, account.id)
    with records.writing(SYSTEM) as work:
        add_account(work, "ann@example.org", Role.CLIENT, person_id=ann.id)
    noted = [(each.action, each.subject_id, each.person_id, each.details) for each in entries(records)[1:]]
    role = {"role": "client"}
    assert noted == [
        ("account.added", account.id, ann.id, role),
        ("account.removed", account.id, ann.id, role),
        ("account.restored", account.id, ann.id, role),
    ]


@pytest.fixture
def here(records_settings: RecordsSettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Records]:
    """Give the records that commands work with."""
    monkeypatch.setenv("FORMCHECK_HOME", str(records_settings.home))
    monkeypatch.setenv("FORMCHECK_DATABASE_URL", records_settings.database_url or "")
    records = Records(records_settings)
    yield records
    records.close()


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli.app, ["accounts", *words])
    return result.exit_code, result.output


def test_the_command_adds_lists_and_removes(here: Records) -> None:
    ann = add_somebody(here, "Ann Other")
    assert run("list") == (0, "Nobody may log in yet. `formcheck accounts add EMAIL --role clinician` lets somebody.\n")
    assert run("add", "dr@clinic.example", "--role", "clinician", "--name", "Dr. Grey") == (
        0,
        "dr@clinic.example may log in as Dr. Grey, clinician.\n",
    )
    status, said = run("add", "ann@example.org", "--role", "client", "--person", "ann  OTHER")
    assert (status, said) == (0, "ann@example.org may log in as Ann Other, client.\n")
    assert run("list")[1] == (
        "ann@example.org  client  Ann Other  Ann Other · born 1980\ndr@clinic.example  clinician  Dr. Grey  -\n"
    )
    assert run("remove", "ann@example.org") == (0, "ann@example.org may log in no more.\n")
    assert "ann@" not in run("list")[1]
    assert "ann@example.org  client  Ann Other  Ann Other · born 1980  (removed)\n" in run("list", "--removed")[1]
    (told,) = [json.loads(line) for line in run("list", "--removed", "--json")[1].splitlines() if "ann@" in line]
    assert (told["person_id"], told["active"]) == (ann.id, False)


def test_the_command_names_what_is_wrong(here: Records) -> None:
    first, second = add_somebody(here, "Ann"), add_somebody(here, "ann")
    status, said = run("add", "ann@example.org", "--role", "client", "--person", "Ann")
    assert status == 1
    assert first.id in said
    assert second.id in said
    assert run("add", "ann@example.org", "--role", "client", "--person", first.id)[0] == 0
    assert run("add", "bob@example.org", "--role", "client", "--person", "Bob")[0] == 1
    assert run("add", "bob@example.org", "--role", "client")[0] == 1
    assert run("add", "bob@example.org", "--role", "owner")[0] == 2
    assert run("remove", "bob@example.org") == (
        1,
        "bob@example.org has no access. `formcheck accounts list` names those who have.\n",
    )
