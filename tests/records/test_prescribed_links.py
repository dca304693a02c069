"""Layer: the records' functions about links to what somebody is prescribed, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from formcheck.exercises.plan import Plan
from formcheck.records.access import Actor, NotAllowedError, RecordsError
from formcheck.records.audit import audit_log
from formcheck.records.erasure import erase_person
from formcheck.records.plans import end_plan, prescribe
from formcheck.records.prescribed_links import LinkDoesNotHoldError, follow_link, links_of, make_link, revoke_link
from formcheck.records.records import Records
from formcheck.records.settings import RecordsSettings
from formcheck.records.tables import PrescribedLink
from formcheck.session.request import SetRequest

from .kept import CLINICIAN, add_somebody, client_of

WANTED = SetRequest("wall-squat", plan=Plan(target_depth_deg=45.0, reps=8))


@dataclass
class Clock:
    now: datetime = field(default_factory=lambda: datetime(2026, 3, 3, 12, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Linked:
    """Somebody with a link."""

    records: Records
    clock: Clock
    client: Actor
    person_id: str
    plan_id: str
    link_id: str
    code: str

    def refusal(self, code: str | None = None, actor: Actor | None = None) -> str:
        with self.records.reading(actor or self.client) as work, pytest.raises(LinkDoesNotHoldError) as refused:
            follow_link(work, self.code if code is None else code)
        assert refused.value.remedy
        return refused.value.reason


@pytest.fixture
def linked(records_settings: RecordsSettings) -> Iterator[Linked]:
    clock = Clock()
    records = Records(records_settings, clock)
    person = add_somebody(records)
    with records.writing(CLINICIAN) as work:
        plan = prescribe(work, person.id, WANTED)
        made, code = make_link(work, plan.id, 30)
    yield Linked(records, clock, client_of(person), person.id, plan.id, made.id, code)
    records.close()


def test_a_link_leads_its_person_to_their_plan(linked: Linked) -> None:
    for actor in (linked.client, CLINICIAN):
        with linked.records.reading(actor) as work:
            found = follow_link(work, linked.code)
        assert (found.person_id, found.request) == (linked.person_id, WANTED)


def test_of_the_code_nothing_is_kept_but_its_hash(linked: Linked) -> None:
    with linked.records.reading(CLINICIAN) as work:
        (row,) = work.session.scalars(select(PrescribedLink))
        assert linked.code not in str(vars(row))
        entry = audit_log(work, person_id=linked.person_id)[0]
    assert (entry.action, linked.code in str(entry.details)) == ("plan.link_made", False)


@pytest.mark.parametrize("code", ["", "x", "ä" * 40, "x" * 5000])
def test_a_code_that_is_none_is_refused(linked: Linked, code: str) -> None:
    assert linked.refusal(code) == "This link is not one of ours, or not whole."
    changed = linked.code[:-1] + ("A" if linked.code[-1] != "A" else "B")
    assert linked.refusal(changed) == "This link is not one of ours, or not whole."


def test_another_person_cannot_use_it(linked: Linked) -> None:
    other = client_of(add_somebody(linked.records, "Beth"))
    assert linked.refusal(actor=other) == "This link was made for somebody else."


def test_one_that_was_taken_back_leads_nowhere(linked: Linked) -> None:
    with linked.records.writing(CLINICIAN) as work:
        revoke_link(work, linked.link_id)
        assert links_of(work, linked.person_id) == []
    assert linked.refusal() == "This link was taken back."


def test_one_that_is_too_old_leads_nowhere(linked: Linked) -> None:
    linked.clock.now += timedelta(days=30)
    assert linked.refusal() == "This link is too old."


def test_one_of_a_plan_that_was_changed_since_leads_nowhere(linked: Linked) -> None:
    with linked.records.writing(CLINICIAN) as work:
        prescribe(work, linked.person_id, SetRequest("wall-squat", plan=Plan(reps=4)))
        assert links_of(work, linked.person_id) == []
    assert linked.refusal() == "What this link prescribes was changed since."


def test_clients_make_none_and_take_none_back(linked: Linked) -> None:
    with linked.records.writing(linked.client) as work:
        for does in (lambda: make_link(work, linked.plan_id, 30), lambda: revoke_link(work, linked.link_id)):
            with pytest.raises(NotAllowedError):
                does()


def test_there_is_none_for_a_plan_that_ended_or_for_no_time(linked: Linked) -> None:
    with linked.records.writing(CLINICIAN) as work:
        with pytest.raises(RecordsError):
            make_link(work, linked.plan_id, 0)
        end_plan(work, linked.plan_id)
        with pytest.raises(RecordsError):
            make_link(work, linked.plan_id, 30)


def test_it_goes_with_its_person(linked: Linked) -> None:
    erase_person(linked.records, CLINICIAN, linked.person_id)
    with linked.records.reading(CLINICIAN) as work:
        assert work.session.scalars(select(PrescribedLink)).all() == []
        assert {entry.action for entry in audit_log(work)} == {"person.erased"}
    assert linked.refusal() == "This link is not one of ours, or not whole."
