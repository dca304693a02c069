"""Layer: what documents are made with, in the records: the clinic, signatures, SOAP notes and consents."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from formcheck.errors import OutputError
from formcheck.records.access import Actor, ConflictError, NotAllowedError, NotFoundError, RecordsError, Role
from formcheck.records.archive import back_up
from formcheck.records.call_recordings import recording_path, recordings_of_person
from formcheck.records.clinic import (
    ClinicDetails,
    Signs,
    change_clinic,
    change_logo,
    change_signature,
    clinic_details,
    keep_logo,
    letterhead,
    logo_png,
    signature_of,
)
from formcheck.records.consents import (
    OWN_TEXTS,
    agreed_to,
    answer_consent,
    consents_of_person,
    delete_still_kept,
    still_kept,
    withdraw,
)
from formcheck.records.erasure import erase_person
from formcheck.records.exchange import export_people, import_people
from formcheck.records.integrity import check
from formcheck.records.records import Records
from formcheck.records.remote_sessions import plan_session, stills_of
from formcheck.records.restore import restore
from formcheck.records.sets import give_to, say_pain
from formcheck.records.settings import RecordsSettings
from formcheck.records.soap import soap_of, soap_versions, text_of, write_soap
from formcheck.records.sweep import remove_unused
from formcheck.remote.consent import ITEMS, TEXTS
from formcheck.report.letterhead import Paper
from formcheck.report.soap import SoapText

from ..report.test_letterhead import picture
from .examples import ROBIN, Example, add_example, all_files, all_rows, files_holding


@pytest.fixture
def others(other_settings: RecordsSettings) -> Iterator[Records]:
    opened = Records(other_settings)
    yield opened
    opened.close()


def client_of(example: Example) -> Actor:
    return Actor("of-client", "Zoë", Role.CLIENT, example.person_id)


# The clinic.


def test_the_clinic_is_kept_and_stands_at_the_head(records: Records) -> None:
    logo = keep_logo(records.files, picture())
    with records.writing(ROBIN) as work:
        assert letterhead(work).is_empty
        change_clinic(work, ClinicDetails("Knee  & Hip", "1 High Street\nTown", Paper.LETTER))
        change_logo(work, logo)
        change_signature(work, Signs("Dr. R. Robin", "PT 123"))
    with records.reading(ROBIN) as work:
        head = letterhead(work, signed=True)
        assert (head.clinic, head.address, head.paper) == ("Knee & Hip", ("1 High Street", "Town"), Paper.LETTER)
        assert (head.signer, head.signer_title) == ("Dr. R. Robin", "PT 123")
        assert head.logo_png.startswith(b"\x89PNG")
        assert letterhead(work, paper=Paper.A4).paper is Paper.A4
        assert letterhead(work).signer == ""


def test_a_logo_stays_while_it_is_needed_and_goes_when_it_is_not(records: Records) -> None:
    with records.writing(ROBIN) as work:
        change_logo(work, keep_logo(records.files, picture()))
    assert remove_unused(records) == 0
    assert check(records).problems == ()
    path = next(path for _, suffix, path in records.files if suffix == ".png")
    path.write_bytes(b"damaged")
    assert "damaged" in " ".join(check(records).problems)
    with records.writing(ROBIN) as work:
        change_logo(work, None)
        assert logo_png(work) == b""
    assert remove_unused(records) == 1
    assert not path.exists()


def test_a_hostile_logo_gets_nowhere(records: Records) -> None:
    with pytest.raises(OutputError):
        keep_logo(records.files, b"<svg onload=alert(1)>")
    assert not list(records.files)


def test_clients_change_nothing_of_the_clinic_and_sign_nothing(records: Records) -> None:
    example = add_example(records)
    client = client_of(example)
    with records.writing(client) as work:
        for change in (
            lambda: change_clinic(work, ClinicDetails("Mine")),
            lambda: change_logo(work, None),
            lambda: change_signature(work, Signs("Me")),
            lambda: write_soap(work, example.set_id, SoapText("x"), 1),
        ):
            with pytest.raises(NotAllowedError):
                change()
        assert letterhead(work, signed=True).signer == ""
        assert soap_of(work, example.set_id) is None


@pytest.mark.parametrize("details", [ClinicDetails("n" * 201), ClinicDetails("", "a" * 1001), ClinicDetails("\0")])
def test_what_cannot_be_kept_of_a_clinic_is_refused(records: Records, details: ClinicDetails) -> None:
    with pytest.raises(RecordsError), records.writing(ROBIN) as work:
        change_clinic(work, details)
    with records.reading(ROBIN) as work:
        assert clinic_details(work) == ClinicDetails()


def test_the_clinic_is_in_a_backup_and_stays_at_home_in_an_export(
    records: Records, other_settings: RecordsSettings, tmp_path: Path
) -> None:
    example = add_example(records)
    with records.writing(ROBIN) as work:
        change_clinic(work, ClinicDetails("Knee & Hip"))
        change_logo(work, keep_logo(records.files, picture()))
        change_signature(work, Signs("Dr. R. Robin"))
    back_up(records, ROBIN, tmp_path / "all.zip")
    restore(other_settings, tmp_path / "all.zip")
    restored = Records(other_settings)
    with restored.reading(ROBIN) as work:
        assert (clinic_details(work).name, signature_of(work).name) == ("Knee & Hip", "Dr. R. Robin")
        assert logo_png(work)
    restored.close()
    manifest = export_people(records, ROBIN, tmp_path / "people.zip", [example.person_id])
    assert not {"clinic", "signature"} & {each.name for each in manifest.tables}
    assert ".png" not in {each.suffix for each in manifest.files}


# SOAP notes.


def test_a_note_is_kept_in_versions_and_signed(records: Records) -> None:
    example = add_example(records)
    with records.writing(ROBIN) as work:
        change_signature(work, Signs("Dr. R. Robin", "PT"))
        first = soap_of(work, example.set_id)
        assert first is not None
        assert first.signed_by == "Robin"
        same = write_soap(work, example.set_id, text_of(first), 1)
        assert same.number == 1
        changed = write_soap(work, example.set_id, SoapText(plan="Rest."), 1)
        assert (changed.number, changed.signed_at) == (2, None)
        signed = write_soap(work, example.set_id, SoapText(plan="Rest."), 2, sign=True)
        assert (signed.number, signed.signed_by, signed.signed_title) == (2, "Dr. R. Robin", "PT")
        assert [each.number for each in soap_versions(work, example.set_id)] == [2, 1]


def test_nobody_writes_over_what_they_have_not_read(records: Records) -> None:
    example = add_example(records)
    with pytest.raises(ConflictError), records.writing(ROBIN) as work:
        write_soap(work, example.set_id, SoapText("x"), 0)


def test_a_set_that_changed_since_is_told_by_its_version(records: Records) -> None:
    example = add_example(records)
    with records.writing(ROBIN) as work:
        say_pain(work, example.set_id, {"pain_after": 2}, swelling=None)
    with records.writing(ROBIN) as work:
        before = soap_of(work, example.set_id)
        assert before is not None
        after = write_soap(work, example.set_id, text_of(before), 1, sign=True)
        assert after.number == 2
        assert after.set_version > before.set_version


@pytest.mark.parametrize("text", [SoapText(" ", "\n"), SoapText("x" * 10_001), SoapText("\0")])
def test_a_note_that_cannot_be_kept_is_refused(records: Records, text: SoapText) -> None:
    example = add_example(records)
    with pytest.raises(RecordsError), records.writing(ROBIN) as work:
        write_soap(work, example.set_id, text, 1)


# Consents.


def test_every_item_is_called_by_its_name() -> None:
    assert [TEXTS[item].item for item in ITEMS] == list(ITEMS)
    assert all(text.item == item for item, text in OWN_TEXTS.items())


def test_answers_are_kept_with_their_words_and_all_of_them_listed(records: Records) -> None:
    example = add_example(records)
    with records.writing(ROBIN) as work:
        answer_consent(work, example.person_id, "video", "yes", "A parent")
        told = consents_of_person(work, example.person_id)
        newest = told[0]
        assert (newest.item, newest.answer, newest.name, newest.recorded_by) == ("video", "yes", "A parent", "Robin")
        assert newest.text_sha256 == OWN_TEXTS["video"].sha256
        assert newest.words == OWN_TEXTS["video"].words
        in_session = {each.item: each for each in told if each.session_id is not None}
        assert in_session.keys() == {"measure", "keep_set", "still", "record_call"}
        assert in_session["still"].words == TEXTS["still"].words
        assert all(each.counts for each in told)


def test_a_yes_is_taken_back_by_the_client_and_what_is_kept_goes_by_the_clinician(records: Records) -> None:
    example = add_example(records)
    client = client_of(example)
    with records.writing(client) as work:
        given = answer_consent(work, example.person_id, "video", "yes", "somebody else")
        assert given.name == "Zoë Quixx"
    with records.writing(client) as work:
        assert not still_kept(work, example.person_id, given.id)
        withdraw(work, example.person_id, given.id)
    with records.writing(client) as work:
        assert not agreed_to(work, example.person_id, "video")
        newest = consents_of_person(work, example.person_id)[0]
        assert newest.answer == "withdrawn"
        with pytest.raises(RecordsError):
            withdraw(work, example.person_id, given.id)
        with pytest.raises(NotAllowedError):
            delete_still_kept(work, example.person_id, newest.id)
    with records.writing(ROBIN) as work:
        assert still_kept(work, example.person_id, newest.id).videos == (example.set_id,)
        delete_still_kept(work, example.person_id, newest.id)
        assert not still_kept(work, example.person_id, newest.id)
    remove_unused(records)
    assert example.video not in all_files(records).values()


def test_a_consent_of_a_session_is_taken_back_with_its_stills(records: Records) -> None:
    example = add_example(records)
    with records.writing(ROBIN) as work:
        still = next(each for each in consents_of_person(work, example.person_id) if each.item == "still")
        withdraw(work, example.person_id, still.id)
    with records.writing(ROBIN) as work:
        newest = consents_of_person(work, example.person_id)[0]
        assert (newest.item, newest.answer, newest.counts) == ("still", "withdrawn", True)
        assert len(still_kept(work, example.person_id, newest.id).stills) == 1
        delete_still_kept(work, example.person_id, newest.id)
        assert newest.session_id is not None
        assert not stills_of(work, newest.session_id)


@pytest.mark.parametrize("who", ["client", "clinician"])
def test_a_yes_to_the_recording_that_is_taken_back_later_deletes_it(records: Records, who: str) -> None:
    example = add_example(records)
    with records.reading(ROBIN) as work:
        (recording,) = recordings_of_person(work, example.person_id)
        path = recording_path(work, recording.id)
    with records.writing(client_of(example) if who == "client" else ROBIN) as work:
        of_client, of_clinician = sorted(
            (each for each in consents_of_person(work, example.person_id) if each.item == "record_call"),
            key=lambda each: each.name == "Robin",
        )
        withdraw(work, example.person_id, (of_client if who == "client" else of_clinician).id)
    with records.reading(ROBIN) as work:
        assert not recordings_of_person(work, example.person_id)
    remove_unused(records)
    assert not path.exists()


def test_others_consents_are_nobodys_business(records: Records) -> None:
    example, other = add_example(records), add_example(records, "Somebody else")
    with records.writing(client_of(other)) as work:
        with pytest.raises(NotFoundError):
            consents_of_person(work, example.person_id)
        with pytest.raises(NotFoundError):
            answer_consent(work, example.person_id, "video", "yes")
    with records.writing(ROBIN) as work:
        theirs = consents_of_person(work, other.person_id)[0]
        with pytest.raises(NotFoundError):
            withdraw(work, example.person_id, theirs.id)


def test_an_unknown_item_and_a_yes_that_is_none_are_refused(records: Records) -> None:
    example = add_example(records)
    with records.writing(ROBIN) as work:
        with pytest.raises(NotFoundError):
            answer_consent(work, example.person_id, "anything", "yes")
        with pytest.raises(RecordsError):
            answer_consent(work, example.person_id, "share", "withdrawn")


# A person's whole story.


def test_erasing_a_person_leaves_nothing_of_note_consent_and_session(records: Records) -> None:
    example = add_example(records)
    before = {entry["action"] for entry in all_rows(records)["audit_entry"]}
    assert {"soap.written", "soap.signed", "consent.answered", "remote.still"} <= before
    erase_person(records, ROBIN, example.person_id)
    rows = all_rows(records)
    tables = ("soap_note", "consent", "remote_session", "remote_seat", "remote_consent", "remote_moment")
    assert not any(rows[table] for table in tables)
    assert [entry["action"] for entry in rows["audit_entry"]] == ["person.erased"]
    assert not files_holding(records.settings.home, "Zoë Quixx")
    assert check(records).problems == check(records).needless == ()


def test_a_session_arrives_whole_and_its_link_leads_nowhere(records: Records, others: Records, tmp_path: Path) -> None:
    example = add_example(records)
    rows = all_rows(records)
    export_people(records, ROBIN, tmp_path / "people.zip", [example.person_id])
    import_people(others, ROBIN, tmp_path / "people.zip")
    arrived = all_rows(others)
    assert arrived["remote_session"] == [{**row, "owner_id": "import"} for row in rows["remote_session"]]
    assert arrived["remote_seat"] == [{**row, "account_id": None} for row in rows["remote_seat"]]
    for one, other in zip(arrived["remote_consent"], rows["remote_consent"], strict=True):
        assert {**one, "id": 0} == {**other, "id": 0}
    (invited,) = arrived["remote_invitation"]
    assert invited["revoked_at"] is not None
    assert invited["browser_sha256"] is None
    assert invited["code_sha256"] != rows["remote_invitation"][0]["code_sha256"]
    assert check(others).problems == ()
    again = import_people(others, ROBIN, tmp_path / "people.zip")
    assert not again.added
    assert not again.differing
    assert all_rows(others)["remote_moment"] == arrived["remote_moment"]


def test_a_session_that_is_not_over_stays_where_it_is(records: Records, others: Records, tmp_path: Path) -> None:
    example = add_example(records)
    with records.writing(ROBIN) as work:
        planned = plan_session(work, example.person_id).id
    export_people(records, ROBIN, tmp_path / "people.zip", [example.person_id])
    told = import_people(others, ROBIN, tmp_path / "people.zip")
    assert told.not_over == [planned]
    assert len(all_rows(others)["remote_session"]) == 1


def test_a_set_that_became_anothers_is_not_named_in_an_export(
    records: Records, others: Records, tmp_path: Path
) -> None:
    example, other = add_example(records), add_example(records, "Somebody else")
    with records.writing(ROBIN) as work:
        give_to(work, example.set_id, other.person_id)
    export_people(records, ROBIN, tmp_path / "people.zip", [example.person_id])
    import_people(others, ROBIN, tmp_path / "people.zip")
    assert {row["set_id"] for row in all_rows(others)["remote_moment"]} == {None}
