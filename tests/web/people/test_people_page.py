"""Layer: the pages *People* and *Person* in Streamlit's simulated browser, on records of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from formcheck.exercises.plan import Plan
from formcheck.records.access import Actor
from formcheck.records.notes import notes_of_person, write_note
from formcheck.records.people import list_people
from formcheck.records.plans import current_plan, list_plans, prescribe
from formcheck.records.prescribed_links import follow_link, links_of
from formcheck.records.records import Records
from formcheck.records.sets import say_pain
from formcheck.records.settings import RecordsSettings
from formcheck.session.request import SetRequest
from tests.records.kept import CLINICIAN, add_somebody, client_of, keep_set

_TIMEOUT_S = 240.0


def _people() -> None:
    from formcheck.web.pages.people import page as people

    people.page()


def _person() -> None:
    from formcheck.web.pages.person import page as person

    person.page()


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Records]:
    """Give records with nothing in them; on one kind of database, as the page is the same on both."""
    records = Records(RecordsSettings(home=tmp_path))
    yield records
    records.close()


def opened(monkeypatch: pytest.MonkeyPatch, records: Records, actor: Actor = CLINICIAN, **query: str) -> AppTest:
    """Open the list as a clinician, or the page of one person."""
    for_one = bool(query) or not actor.sees_everybody
    module = f"formcheck.web.pages.{'person' if for_one else 'people'}.page"
    monkeypatch.setattr(f"{module}.require_{'actor' if for_one else 'clinician'}", lambda: actor)
    monkeypatch.setattr(f"{module}.records_service", lambda: records)
    test = AppTest.from_function(_person if for_one else _people, default_timeout=_TIMEOUT_S)
    for name, value in query.items():
        test.query_params[name] = value
    return test.run()


def said(test: AppTest) -> str:
    """Return everything that the page says in words."""
    parts = [*test.title, *test.header, *test.markdown, *test.caption, *test.info, *test.error]
    return "\n".join(part.value for part in parts)


def test_without_people_the_page_says_how_to_begin(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    test = opened(monkeypatch, kept)
    assert not test.exception
    assert "A pseudonym will do" in said(test)


def test_a_person_is_added_with_a_form(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    test = opened(monkeypatch, kept)
    test.text_input(key="new-person-name").input("Ann")
    test.number_input(key="new-person-born").set_value(1984)
    test.button(key="FormSubmitter:new-person-Add").click().run()
    assert not test.exception
    with kept.reading(CLINICIAN) as work:
        (person,) = list_people(work)
    assert (person.name, person.birth_year) == ("Ann", 1984)
    assert "Ann" in said(test)


def test_a_person_without_a_name_is_refused_in_words(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    test = opened(monkeypatch, kept)
    test.button(key="FormSubmitter:new-person-Add").click().run()
    assert [error.value for error in test.error] == ["A person needs a name. A pseudonym or a number will do."]


def test_who_may_be_here_already_is_added_only_when_said_again(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    first = add_somebody(kept, "Anna Meyer")
    test = opened(monkeypatch, kept)
    test.text_input(key="new-person-name").input("meyer anna")
    test.text_input(key="new-person-number").input("18")
    test.button(key="FormSubmitter:new-person-Add").click().run()
    with kept.reading(CLINICIAN) as work:
        assert [each.id for each in list_people(work)] == [first.id]
    assert "may be somebody who is here already" in "\n".join(each.value for each in test.warning)
    assert f"/person?person={first.id}" in said(test)
    test.button(key="new-person-anyway").click().run()
    assert not test.exception
    with kept.reading(CLINICIAN) as work:
        assert [each.number for each in list_people(work)] == [None, "18"]
    assert "Anna Meyer · born 1980" in said(test).replace("\\", "")
    assert "meyer anna · no. 18" in said(test).replace("\\", "")


def test_sets_that_are_nobodys_are_asked_about(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    row = keep_set(kept)
    test = opened(monkeypatch, kept)
    assert "1 set without a person" in said(test)
    assert f"/review?set={row.id}" in said(test)


def test_a_persons_page_has_sets_plan_and_notes(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    person = add_somebody(kept)
    row = keep_set(kept, person.id)
    with kept.writing(CLINICIAN) as work:
        prescribe(work, person.id, SetRequest("wall-squat", plan=Plan(target_depth_deg=45.0, reps=10, hold_s=3.0)))
        write_note(work, "Knees _in_ line", person_id=person.id, for_client=True)
    test = opened(monkeypatch, kept, person=person.id)
    words = said(test)
    assert not test.exception
    assert "3 reps · depth" in words
    assert f"set={row.id}" in words
    assert "Wall squat · 10 reps · hold 3 s · 45° deep" in words
    assert r"Knees \_in\_ line" in words


def test_a_plan_is_prescribed_and_ended(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    person = add_somebody(kept)
    test = opened(monkeypatch, kept, person=person.id)
    key = f"prescribe-{person.id}-wall-squat"
    test.number_input(key=f"{key}-reps").set_value(12)
    test.button(key=f"FormSubmitter:{key}-Prescribe").click().run()
    assert not test.exception
    with kept.reading(CLINICIAN) as work:
        plan = current_plan(work, person.id, "wall-squat", None)
    assert plan is not None
    assert (plan.reps, plan.made_by) == (12, CLINICIAN.name)
    test.button(key=f"plan-end-{plan.id}").click().run()
    with kept.reading(CLINICIAN) as work:
        assert [each.until_at is None for each in list_plans(work, person.id)] == [False]


def test_a_link_to_a_plan_names_the_address_that_others_reach(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    person = add_somebody(kept)
    with kept.writing(CLINICIAN) as work:
        plan = prescribe(work, person.id, SetRequest("wall-squat", plan=Plan(reps=8)))
    monkeypatch.delenv("FORMCHECK_PUBLIC_URL", raising=False)
    test = opened(monkeypatch, kept, person=person.id)
    assert "no link to it can be sent" in said(test)
    monkeypatch.setenv("FORMCHECK_PUBLIC_URL", "https://knee.example.org")
    test = opened(monkeypatch, kept, person=person.id)
    test.button(key=f"link-make-{plan.id}").click().run()
    (link,) = [each.value for each in test.code]
    assert link.startswith("https://knee.example.org/check?link=")
    with kept.reading(CLINICIAN) as work:
        assert follow_link(work, link.rpartition("=")[2]).person_id == person.id
        (made,) = links_of(work, person.id)
    test.button(key=f"link-revoke-{made.id}").click().run()
    assert not test.exception
    with kept.reading(CLINICIAN) as work:
        assert links_of(work, person.id) == []


def test_each_leg_is_prescribed_its_own_plan(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    person = add_somebody(kept)
    test = opened(monkeypatch, kept, person=person.id)
    test.segmented_control(key=f"prescribe-exercise-{person.id}").set_value("step-down").run()
    key = f"prescribe-{person.id}-step-down"
    for leg, reps in (("left", 8), ("right", 12)):
        test.segmented_control(key=f"{key}-leg").set_value(leg)
        test.number_input(key=f"{key}-reps").set_value(reps)
        test.button(key=f"FormSubmitter:{key}-Prescribe").click().run()
        assert not test.exception
    words = said(test)
    assert "Step-down · left leg · 8 reps" in words
    assert "Step-down · right leg · 12 reps" in words
    assert "Earlier plans" not in words


def test_a_note_is_written_and_deleted(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    person = add_somebody(kept)
    test = opened(monkeypatch, kept, person=person.id)
    test.text_area(key=f"note-text-person-{person.id}").input("Well done")
    test.checkbox(key=f"note-for-client-person-{person.id}").check()
    test.button(key=f"FormSubmitter:note-new-person-{person.id}-Save the note").click().run()
    with kept.reading(CLINICIAN) as work:
        (note,) = notes_of_person(work, person.id)
    assert (note.text, note.for_client) == ("Well done", True)
    test.button(key=f"note-delete-person-{person.id}-{note.id}").click().run()
    with kept.reading(CLINICIAN) as work:
        assert notes_of_person(work, person.id) == []


def test_a_note_about_a_set_leads_to_it(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    person = add_somebody(kept)
    row = keep_set(kept, person.id)
    with kept.writing(CLINICIAN) as work:
        write_note(work, "Look at rep 2", set_id=row.id, for_client=False)
    words = said(opened(monkeypatch, kept, person=person.id))
    assert f"[About this set](/review?set={row.id})" in words


def test_no_pain_is_said_as_that(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    person = add_somebody(kept)
    hurt, fine = keep_set(kept, person.id), keep_set(kept, person.id)
    with kept.writing(CLINICIAN) as work:
        say_pain(work, hurt.id, {"pain_during": 4})
        say_pain(work, fine.id, {"pain_during": 0})
    words = said(opened(monkeypatch, kept, person=person.id))
    assert "pain up to 4" in words
    assert "no pain" in words
    assert "pain up to 0" not in words


def test_the_log_about_a_person_is_in_words(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    person = add_somebody(kept)
    row = keep_set(kept, person.id)
    with kept.writing(CLINICIAN) as work:
        say_pain(work, row.id, {"pain_during": 4})
    words = said(opened(monkeypatch, kept, person=person.id))
    assert "person added, Dr" in words
    assert "set.pain" not in words


def test_a_client_finds_their_own_page_and_nothing_to_change(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    ann, beth = add_somebody(kept), add_somebody(kept, "Beth")
    test = opened(monkeypatch, kept, client_of(ann))
    assert [title.value for title in test.title] == ["Ann"]
    assert "private" not in said(test)
    assert not test.text_area
    labels = [expander.label for expander in test.expander]
    assert "Prescribe" not in labels
    assert "Log, export and erasure" not in labels
    assert "Take your records along" in labels
    forms = ["pdf", "html", "fhir.json", "csv"]
    links = [each.proto.url for each in test.get("link_button")]
    assert [each.split("?")[0] for each in links] == [f"/formcheck-files/record/{ann.id}/{form}" for form in forms]
    other = opened(monkeypatch, kept, client_of(ann), person=beth.id)
    assert [error.value for error in other.error] == ["There is no such person. Go back to the list and choose again."]
    assert "Beth" not in said(other)


def test_a_name_is_shown_as_it_was_typed(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    add_somebody(kept, "![x](http://example.invalid/a.png) :red[Ann]")
    test = opened(monkeypatch, kept)
    assert r"\!\[x\]\(http" in said(test)
