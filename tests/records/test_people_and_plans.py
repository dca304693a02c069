"""Layer: the records' functions about people, plans and notes, on both databases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from formcheck.exercises.plan import Plan
from formcheck.pose.landmarks import Side
from formcheck.records.access import NotAllowedError, NotFoundError, RecordsError
from formcheck.records.answers import answer_suggestion, answers_about, decided_on, undecided
from formcheck.records.audit import audit_log, newest_change
from formcheck.records.notes import delete_note, notes_of_person, write_note
from formcheck.records.people import (
    PersonDetails,
    add_person,
    change_person,
    get_person,
    labels_of,
    list_people,
    similar_people,
)
from formcheck.records.plans import current_plan, end_plan, list_plans, plans_in_force, prescribe, prescribed
from formcheck.records.records import Records
from formcheck.records.reviewing import place_set
from formcheck.records.sets import say_pain
from formcheck.session.request import SetRequest

from .kept import CLINICIAN, DONE_AT, add_somebody, client_of, keep_set

WALL_SQUAT = SetRequest("wall-squat", plan=Plan(target_depth_deg=45.0, reps=10, hold_s=3.0))


def test_a_person_is_kept_as_it_was_given(records: Records) -> None:
    kept = add_somebody(records, "  Ann   of  Ålesund 🦵 ")
    with records.reading(CLINICIAN) as work:
        person = get_person(work, kept.id)
    assert (person.name, person.birth_year, person.symptom_side) == ("Ann of Ålesund 🦵", 1980, "left")
    assert person.created_at.tzinfo is not None
    assert person.created_by == CLINICIAN.name


@pytest.mark.parametrize(
    "details",
    [
        PersonDetails("  "),
        PersonDetails("x" * 201),
        PersonDetails("Ann", birth_year=1850),
        PersonDetails("Ann", birth_year=3000),
        PersonDetails("Ann", symptom_side="middle"),
    ],
)
def test_what_cannot_be_is_refused_with_a_remedy(records: Records, details: PersonDetails) -> None:
    with pytest.raises(RecordsError) as refused, records.writing(CLINICIAN) as work:
        add_person(work, details)
    assert refused.value.remedy
    with records.reading(CLINICIAN) as work:
        assert list_people(work) == []


def test_a_change_is_logged_by_its_fields_without_their_content(records: Records) -> None:
    person = add_somebody(records)
    with records.writing(CLINICIAN) as work:
        change_person(work, person.id, PersonDetails("Beth", 1980, "right", "private"))
    with records.reading(CLINICIAN) as work:
        newest = audit_log(work, person_id=person.id)[0]
    assert (newest.action, newest.details) == ("person.changed", {"fields": ["name", "symptom_side"]})


def test_a_client_sees_themselves_without_the_clinicians_remarks(records: Records) -> None:
    ann, beth = add_somebody(records), add_somebody(records, "Beth")
    with records.reading(client_of(ann)) as work:
        assert [person.name for person in list_people(work)] == ["Ann"]
        assert get_person(work, ann.id).about == ""
        with pytest.raises(NotFoundError):
            get_person(work, beth.id)
    with records.reading(CLINICIAN) as work:
        assert get_person(work, ann.id).about == "private"


def test_what_is_not_there_and_what_is_somebody_elses_sound_the_same(records: Records) -> None:
    ann, beth = add_somebody(records), add_somebody(records, "Beth")
    said = []
    for person_id in (beth.id, "0" * 32):
        with pytest.raises(NotFoundError) as refused, records.reading(client_of(ann)) as work:
            get_person(work, person_id)
        said.append(str(refused.value))
    assert said[0] == said[1]


def test_a_new_prescription_ends_the_one_before_and_keeps_it(records: Records) -> None:
    person = add_somebody(records)
    with records.writing(CLINICIAN) as work:
        first = prescribe(work, person.id, WALL_SQUAT)
        other = prescribe(work, person.id, SetRequest("step-down", Side.LEFT, plan=Plan(step_height_cm=10.0, reps=8)))
    with records.writing(CLINICIAN) as work:
        second = prescribe(work, person.id, SetRequest("wall-squat", plan=Plan(target_depth_deg=60.0)))
    with records.reading(client_of(person)) as work:
        current = current_plan(work, person.id, "wall-squat", None)
        plans = {plan.id: plan.until_at for plan in list_plans(work, person.id)}
    assert current is not None
    assert current.id == second.id
    assert prescribed(other) == SetRequest("step-down", Side.LEFT, plan=Plan(step_height_cm=10.0, reps=8))
    assert plans[first.id] is not None
    assert plans[other.id] is None


def test_each_leg_has_a_plan_of_its_own(records: Records) -> None:
    person = add_somebody(records)
    left, right = (
        SetRequest("step-down", leg, plan=Plan(reps=reps)) for leg, reps in ((Side.LEFT, 8), (Side.RIGHT, 12))
    )
    with records.writing(CLINICIAN) as work:
        prescribe(work, person.id, left)
    with records.writing(CLINICIAN) as work:
        prescribe(work, person.id, right)
    with records.reading(client_of(person)) as work:
        found = [current_plan(work, person.id, "step-down", leg) for leg in (Side.LEFT, Side.RIGHT, None)]
    assert [None if each is None else prescribed(each) for each in found] == [left, right, None]


def test_a_plan_for_either_leg_holds_for_the_one_without_a_plan_of_its_own(records: Records) -> None:
    person = add_somebody(records)
    either, left = SetRequest("step-down", plan=Plan(reps=10)), SetRequest("step-down", Side.LEFT, plan=Plan(reps=8))
    for what in (either, left):
        with records.writing(CLINICIAN) as work:
            prescribe(work, person.id, what)
    with records.reading(CLINICIAN) as work:
        found = [current_plan(work, person.id, "step-down", leg) for leg in (Side.LEFT, Side.RIGHT, None)]
    assert [None if each is None else prescribed(each) for each in found] == [left, either, either]


def test_what_is_prescribed_for_either_leg_takes_the_place_of_both(records: Records) -> None:
    person = add_somebody(records)
    for leg in (Side.LEFT, Side.RIGHT, None):
        with records.writing(CLINICIAN) as work:
            stored = prescribe(work, person.id, SetRequest("step-down", leg, plan=Plan(reps=8)))
    with records.reading(CLINICIAN) as work:
        assert [each.id for each in plans_in_force(work, person.id)] == [stored.id]
        entry = audit_log(work, person_id=person.id)[0]
        assert len(entry.details["instead_of"]) == 2


def test_an_ended_plan_is_in_force_no_more(records: Records) -> None:
    person = add_somebody(records)
    with records.writing(CLINICIAN) as work:
        plan = prescribe(work, person.id, WALL_SQUAT)
        end_plan(work, plan.id)
    with records.reading(CLINICIAN) as work:
        assert current_plan(work, person.id, "wall-squat", None) is None


@pytest.mark.parametrize(
    "what",
    [
        SetRequest("handstand"),
        SetRequest("wall-squat", plan=Plan(target_depth_deg=float("nan"))),
        SetRequest("wall-squat", plan=Plan(target_depth_deg=400.0)),
        SetRequest("wall-squat", plan=Plan(reps=0)),
        SetRequest("step-down", plan=Plan(step_height_cm=-5.0)),
    ],
)
def test_a_prescription_that_cannot_be_changes_nothing(records: Records, what: SetRequest) -> None:
    person = add_somebody(records)
    with records.writing(CLINICIAN) as work:
        before = prescribe(work, person.id, WALL_SQUAT)
    with pytest.raises(RecordsError), records.writing(CLINICIAN) as work:
        prescribe(work, person.id, what)
    with records.reading(CLINICIAN) as work:
        assert [plan.id for plan in list_plans(work, person.id) if plan.until_at is None] == [before.id]


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_text_that_not_every_database_takes_is_refused_by_all(records: Records, text: str) -> None:
    person = add_somebody(records)
    for change in (
        lambda work: add_person(work, PersonDetails(text)),
        lambda work: add_person(work, PersonDetails("Ann", about=text)),
        lambda work: write_note(work, text, person_id=person.id, for_client=True),
    ):
        with pytest.raises(RecordsError), records.writing(CLINICIAN) as work:
            change(work)


def test_a_refused_prescription_names_the_number(records: Records) -> None:
    person = add_somebody(records)
    with pytest.raises(RecordsError) as refused, records.writing(CLINICIAN) as work:
        prescribe(work, person.id, SetRequest("wall-squat"), sessions_a_day=30.0)
    assert refused.value.reason == "The number of sessions a day cannot be 30."


def test_clients_read_the_notes_that_are_for_them_and_write_none(records: Records) -> None:
    person = add_somebody(records)
    with records.writing(CLINICIAN) as work:
        write_note(work, "Knees in line. Well done!", person_id=person.id, for_client=True)
        hidden = write_note(work, "Consider imaging.", person_id=person.id, for_client=False)
    with records.reading(client_of(person)) as work:
        assert [note.text for note in notes_of_person(work, person.id)] == ["Knees in line. Well done!"]
    for change in (
        lambda work: write_note(work, "x", person_id=person.id, for_client=True),
        lambda work: delete_note(work, hidden.id),
        lambda work: prescribe(work, person.id, WALL_SQUAT),
        lambda work: add_person(work, PersonDetails("Carl")),
        audit_log,
    ):
        with pytest.raises(NotAllowedError), records.writing(client_of(person)) as work:
            change(work)


def test_an_accepted_suggestion_is_the_plan_from_then_on(records: Records) -> None:
    person = add_somebody(records)
    deeper = SetRequest("wall-squat", plan=Plan(target_depth_deg=60.0, reps=10))
    with records.writing(CLINICIAN) as work:
        prescribe(work, person.id, WALL_SQUAT)
        answer_suggestion(work, person.id, {"id": "deeper"}, accepted=False, prescription=deeper)
    with records.writing(CLINICIAN) as work:
        kept = current_plan(work, person.id, "wall-squat", None)
        assert kept is not None
        assert kept.target_depth_deg == 45.0
        answer_suggestion(work, person.id, {"id": "deeper"}, accepted=True, prescription=deeper)
    with records.reading(CLINICIAN) as work:
        now = current_plan(work, person.id, "wall-squat", None)
        answers = answers_about(work, person.id)
    assert now is not None
    assert now.target_depth_deg == 60.0
    assert [(each.accepted, each.plan_id) for each in answers] == [(True, now.id), (False, None)]


def test_a_plan_that_pain_speaks_against_is_open_until_a_clinician_decides(records: Records) -> None:
    person = add_somebody(records)
    with records.writing(CLINICIAN) as work:
        plan = prescribe(work, person.id, SetRequest("wall-squat", plan=Plan(reps=8)), 1.0)
        plan.from_at = DONE_AT - timedelta(days=1)
    row = keep_set(records, person.id)
    with records.writing(CLINICIAN) as work:
        assert undecided(work, person.id) == []
        say_pain(work, row.id, {"pain_during": 7})
    with records.reading(client_of(person)) as work:
        (waiting,) = undecided(work, person.id)
    assert (waiting.plan.id, waiting.suggestion.change.plan.reps) == (plan.id, 4)  # type: ignore[union-attr]
    halved = SetRequest("wall-squat", plan=Plan(reps=4))
    document = waiting.suggestion.document() | {"exercise": "wall-squat", "leg": None}
    with records.writing(CLINICIAN) as work:
        answer_suggestion(work, person.id, document, accepted=True, prescription=halved, sessions_a_day=1.0)
    with records.reading(client_of(person)) as work:
        assert undecided(work, person.id) == []
        answer = decided_on(work, person.id, row.id)
        now = current_plan(work, person.id, "wall-squat", None)
    assert answer is not None
    assert now is not None
    assert (answer.plan_id, now.reps) == (now.id, 4)


def test_two_of_the_same_name_are_never_called_the_same(records: Records) -> None:
    born = date(1984, 3, 7)
    with records.writing(CLINICIAN) as work:
        first = add_person(work, PersonDetails("Anna Meyer", number=" 17 ", birth_date=born))
        twins = [add_person(work, PersonDetails("Anna Meyer")) for _ in range(2)]
        alone = add_person(work, PersonDetails("Beth", birth_year=1990))
        labels = labels_of(list_people(work))
    assert len(set(labels.values())) == 4
    assert labels[first.id] == "Anna Meyer · no. 17 · born 7 March 1984"
    assert labels[alone.id] == "Beth · born 1990"
    assert all(" · added " in labels[each.id] for each in twins)


def test_who_may_be_here_already_is_found_before_they_are_added_again(records: Records) -> None:
    with records.writing(CLINICIAN) as work:
        anna = add_person(work, PersonDetails("Renée Müller", number="17", birth_date=date(1984, 3, 7)))
        for details in (
            PersonDetails("muller  RENEE"),
            PersonDetails("Somebody", number="17"),
            PersonDetails("Renée Huber", birth_date=date(1984, 3, 7)),
        ):
            assert [each.id for each in similar_people(work, details)] == [anna.id]
        assert similar_people(work, PersonDetails("Renée Müller", birth_date=date(1999, 1, 1))) == []
        assert similar_people(work, PersonDetails("Renée")) == []


def test_a_number_is_one_persons(records: Records) -> None:
    with records.writing(CLINICIAN) as work:
        anna = add_person(work, PersonDetails("Anna", number="17"))
    with pytest.raises(RecordsError, match="Anna"), records.writing(CLINICIAN) as work:
        add_person(work, PersonDetails("Beth", number=" 17"))
    with records.writing(CLINICIAN) as work:
        assert change_person(work, anna.id, PersonDetails("Anna", number="17", sex="female")).sex == "female"


def test_a_date_of_birth_says_the_year_too(records: Records) -> None:
    with records.writing(CLINICIAN) as work:
        anna = add_person(work, PersonDetails("Anna", birth_date=date(1984, 3, 7)))
        assert anna.birth_year == 1984
    for details in (
        PersonDetails("Ann", birth_date=date(2999, 1, 1)),
        PersonDetails("Ann", birth_date=date(1850, 1, 1)),
        PersonDetails("Ann", sex="other"),
    ):
        with pytest.raises(RecordsError), records.writing(CLINICIAN) as work:
            add_person(work, details)


def test_what_is_done_about_somebody_is_noticed_by_who_has_them_open(records: Records) -> None:
    somebody = add_somebody(records)
    ann, beth, cleo = somebody.id, *(add_somebody(records, name).id for name in ("Beth", "Cleo"))
    row = keep_set(records, ann)

    def newest() -> list[int]:
        with records.reading(CLINICIAN) as work:
            return [newest_change(work, each) for each in (ann, beth, cleo, None)]

    before = newest()
    place_set(records, CLINICIAN, row.id, person_id=beth)
    after = newest()
    assert [one != other for one, other in zip(before, after, strict=True)] == [True, True, False, True]
    with records.reading(client_of(somebody)) as work, pytest.raises(NotFoundError):
        newest_change(work, beth)
