"""Layer: who accepted the safety texts, on both databases."""

from __future__ import annotations

from formcheck.records.access import owner
from formcheck.records.audit import audit_log
from formcheck.records.erasure import erase_person
from formcheck.records.records import Records
from formcheck.records.red_flags import accept_safety, safety_accepted_at

from .examples import all_rows
from .kept import CLINICIAN, add_somebody, client_of

TEXT, NEW_TEXT = "a" * 64, "b" * 64


def test_it_is_accepted_once_with_its_date(records: Records) -> None:
    actor = owner("Robin")
    with records.writing(actor) as work:
        assert safety_accepted_at(work, TEXT) is None
        first = accept_safety(work, TEXT)
    with records.writing(actor) as work:
        assert accept_safety(work, TEXT) == first == safety_accepted_at(work, TEXT)
    assert len(all_rows(records)["safety_acceptance"]) == 1
    with records.reading(actor) as work:
        assert [entry.action for entry in audit_log(work)] == ["safety.accepted"]


def test_other_texts_are_accepted_anew_and_the_first_acceptance_stays(records: Records) -> None:
    actor = owner("Robin")
    with records.writing(actor) as work:
        accept_safety(work, TEXT)
        assert safety_accepted_at(work, NEW_TEXT) is None
        accept_safety(work, NEW_TEXT)
        assert safety_accepted_at(work, TEXT) is not None


def test_nobody_accepts_for_another(records: Records) -> None:
    with records.writing(CLINICIAN) as work:
        accept_safety(work, TEXT)
    with records.reading(client_of(add_somebody(records))) as work:
        assert safety_accepted_at(work, TEXT) is None


def test_it_goes_with_the_person(records: Records) -> None:
    person = add_somebody(records)
    with records.writing(client_of(person)) as work:
        accept_safety(work, TEXT)
    erase_person(records, CLINICIAN, person.id)
    rows = all_rows(records)
    assert rows["safety_acceptance"] == []
    assert all(entry["action"] != "safety.accepted" for entry in rows["audit_entry"])
