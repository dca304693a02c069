"""Layer: letterhead, clinical note and consents in Streamlit's simulated browser, on records of their own."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from formcheck.records.access import Actor
from formcheck.records.clinic import clinic_details, logo_png, signature_of
from formcheck.records.consents import consents_of_person
from formcheck.records.people import get_person
from formcheck.records.records import Records
from formcheck.records.settings import RecordsSettings
from formcheck.records.soap import soap_of, text_of
from formcheck.report.letterhead import Paper
from tests.records.examples import ROBIN, Example, add_example
from tests.records.kept import CLINICIAN, add_somebody, client_of, keep_set
from tests.report.test_letterhead import picture

_TIMEOUT_S = 240.0


def _clinic() -> None:
    from formcheck.web.pages.clinic import page as clinic

    clinic.page()


def _take_logo() -> None:
    import streamlit as st

    from formcheck.web.pages.clinic.page import take_logo

    if st.session_state.get("sent"):
        take_logo(st.session_state["records"], st.session_state["actor"], st.session_state.pop("sent"))


def _review() -> None:
    from formcheck.web.pages.review import page as review

    review.page()


def _person() -> None:
    from formcheck.web.pages.person import page as person

    person.page()


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Records]:
    records = Records(RecordsSettings(home=tmp_path))
    yield records
    records.close()


def opened(monkeypatch: pytest.MonkeyPatch, records: Records, name: str, actor: Actor, **query: str) -> AppTest:
    guard = "require_clinician" if name == "clinic" else "require_actor"
    monkeypatch.setattr(f"formcheck.web.pages.{name}.page.{guard}", lambda: actor)
    monkeypatch.setattr(f"formcheck.web.pages.{name}.page.records_service", lambda: records)
    page = {"clinic": _clinic, "review": _review, "person": _person}[name]
    test = AppTest.from_function(page, default_timeout=_TIMEOUT_S)
    for key, value in query.items():
        test.query_params[key] = value
    test.run()
    assert not test.exception
    return test


def said(test: AppTest) -> str:
    parts = [*test.header, *test.markdown, *test.caption, *test.error, *test.warning, *test.success]
    return "\n".join(part.value for part in parts)


def pressed(test: AppTest, label: str) -> AppTest:
    next(each for each in test.button if each.label == label).click().run()
    assert not test.exception
    return test


def note_saved(test: AppTest, label: str) -> None:
    """Press a button of the clinical note's form; others on the page have the same words."""
    next(each for each in test.button if str(each.key).startswith("FormSubmitter:soap") and each.label == label).click()
    test.run()
    assert not test.exception


def test_the_clinic_is_said_with_one_save(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    test = opened(monkeypatch, kept, "clinic", CLINICIAN)
    test.text_input(key="clinic-name").input("Knee & Hip")
    test.text_area(key="clinic-address").input("1 High Street\nTown")
    test.button_group(key="clinic-paper").set_value(Paper.LETTER)
    test.text_input(key="clinic-signer").input("Dr. E. Example")
    test.text_input(key="clinic-title").input("PT 12")
    pressed(test, "Save")
    assert "Saved." in said(test)
    with kept.reading(CLINICIAN) as work:
        details, signs = clinic_details(work), signature_of(work)
    assert (details.name, details.address, details.paper) == ("Knee & Hip", "1 High Street\nTown", Paper.LETTER)
    assert (signs.name, signs.title) == ("Dr. E. Example", "PT 12")


def test_a_signature_without_a_name_is_refused_in_words(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    test = opened(monkeypatch, kept, "clinic", CLINICIAN)
    test.text_input(key="clinic-signer").input(" ")
    pressed(test, "Save")
    assert "The name that you sign with is empty" in said(test)


@pytest.mark.parametrize(
    ("sent", "taken"),
    [
        (base64.b64encode(picture()).decode(), True),
        (base64.b64encode(b"<svg/>").decode(), False),
        ("no base64 at all!", False),
    ],
)
def test_a_logo_is_taken_or_refused_in_words(kept: Records, sent: str, taken: bool) -> None:
    test = AppTest.from_function(_take_logo, default_timeout=_TIMEOUT_S)
    test.session_state["records"] = kept
    test.session_state["actor"] = CLINICIAN
    test.session_state["sent"] = sent
    test.run()
    assert not test.exception
    assert bool(test.error) is not taken
    with kept.reading(CLINICIAN) as work:
        assert bool(logo_png(work)) is taken


def documents_of(test: AppTest) -> AppTest:
    (choice,) = [each for each in test.button_group if str(each.key).startswith("part-")]
    choice.set_value("Documents").run()
    assert not test.exception
    return test


def addresses(test: AppTest) -> list[str]:
    return [each.proto.url for each in test.get("link_button")]


def test_a_note_is_begun_from_the_measures_written_and_signed(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    row = keep_set(kept, add_somebody(kept).id)
    test = documents_of(opened(monkeypatch, kept, "review", CLINICIAN, set=row.id))
    assert "Wall squat" in str(test.text_area(key="soap-Objective-0").value)
    test.text_area(key="soap-Assessment-0").input("Better.")
    note_saved(test, "Save")
    with kept.reading(CLINICIAN) as work:
        first = soap_of(work, row.id)
        assert first is not None
        assert (text_of(first).assessment, first.signed_at) == ("Better.", None)
    note_saved(test, "Save and sign")
    with kept.reading(CLINICIAN) as work:
        signed = soap_of(work, row.id)
        assert signed is not None
        assert (signed.number, signed.signed_by) == (1, "Dr. Example")
    assert "signed by Dr\\. Example" in said(test)


def test_a_client_is_shown_no_note_and_no_letterhead(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    person = add_somebody(kept)
    row = keep_set(kept, person.id)
    test = documents_of(opened(monkeypatch, kept, "review", client_of(person), set=row.id))
    assert not test.text_area
    assert addresses(test)


def test_documents_are_of_the_chosen_paper(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    row = keep_set(kept, add_somebody(kept).id)
    test = documents_of(opened(monkeypatch, kept, "review", CLINICIAN, set=row.id))
    test.button_group(key="paper").set_value(Paper.LETTER).run()
    of_paper = [address for address in addresses(test) if "paper=letter" in address]
    assert len(of_paper) == 4
    assert all("/client-" in address or "/clinical-" in address for address in of_paper)


def client_and_example(records: Records) -> tuple[Actor, Example]:
    example = add_example(records)
    with records.reading(ROBIN) as work:
        return client_of(get_person(work, example.person_id)), example


def newest(records: Records, example: Example) -> tuple[str, str]:
    with records.reading(ROBIN) as work:
        first = consents_of_person(work, example.person_id)[0]
    return first.item, first.answer


def test_a_consent_is_written_down_taken_back_and_what_was_kept_deleted(
    monkeypatch: pytest.MonkeyPatch, kept: Records
) -> None:
    _, example = client_and_example(kept)
    test = opened(monkeypatch, kept, "person", CLINICIAN, person=example.person_id)
    test.selectbox(key=f"consent-item-{example.person_id}").set_value("video")
    test.text_input(key=f"consent-name-{example.person_id}").input("A parent")
    pressed(test, "Agrees")
    assert newest(kept, example) == ("video", "yes")
    assert "by A parent" in said(test)
    assert "Still kept" not in said(test)
    with kept.reading(ROBIN) as work:
        given = consents_of_person(work, example.person_id)[0]
    test.button(key=f"consent-back-{given.id}").click().run()
    assert newest(kept, example) == ("video", "withdrawn")
    assert "Still kept: 1 video." in said(test)
    pressed(test, "Delete it for good")
    assert "Still kept" not in said(test)
    assert not [path for _, suffix, path in kept.files if suffix == ".mp4"]


def test_a_client_takes_their_own_consent_back_and_deletes_nothing(
    monkeypatch: pytest.MonkeyPatch, kept: Records
) -> None:
    client, example = client_and_example(kept)
    test = opened(monkeypatch, kept, "person", client)
    assert not [each for each in test.text_input if str(each.key).startswith("consent-name")]
    with kept.reading(client) as work:
        still = next(each for each in consents_of_person(work, example.person_id) if each.item == "still")
    test.button(key=f"consent-back-{still.id}").click().run()
    assert newest(kept, example) == ("still", "withdrawn")
    assert "Still kept: 1 still picture." in said(test)
    assert "Delete it for good" not in [each.label for each in test.button]


def test_everything_to_read_and_to_import_stand_beside_each_other(
    monkeypatch: pytest.MonkeyPatch, kept: Records
) -> None:
    person = add_somebody(kept)
    test = opened(monkeypatch, kept, "person", CLINICIAN, person=person.id)
    paths = [address.partition("?")[0] for address in addresses(test)]
    files = "/formcheck-files"
    assert f"{files}/record/{person.id}/pdf" in paths
    assert f"{files}/record/{person.id}/html" in paths
    assert f"{files}/export/{person.id}" in paths
