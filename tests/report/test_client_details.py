"""Layer: pure functions. What a document says of the person and the day."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from formcheck.report.client_details import ClientDetails, next_steps, pain_sentences, person_facts, prescription
from formcheck.session.assessment import Plan

from .reviews import DETAILS


def test_texts_are_kept_without_control_characters() -> None:
    assert ClientDetails(name=" An\x00na ", note="one\r\ntwo").name == "Anna"
    assert ClientDetails(note="one\r\ntwo").note == "one\ntwo"


@pytest.mark.parametrize("pain", [-1, 11])
def test_pain_off_the_scale_is_refused(pain: int) -> None:
    with pytest.raises(ValueError, match="from 0 to 10"):
        ClientDetails(pain_after=pain)


def test_height_of_no_person_is_refused() -> None:
    with pytest.raises(ValueError, match="body height"):
        ClientDetails(height_cm=1.78)


def test_what_is_not_known_is_not_mentioned() -> None:
    nobody = ClientDetails()
    assert (person_facts(nobody), pain_sentences(nobody), next_steps(nobody)) == ((), (), ())


def test_facts_name_what_is_known() -> None:
    facts = dict(person_facts(DETAILS))
    assert facts["Person"] == "Anna K."
    assert facts["Day of the set"] == "3 March 2026"
    assert "Body height" not in facts


def test_plan_is_one_sentence() -> None:
    plan = Plan(reps=8, target_depth_deg=45, hold_s=3, step_height_cm=10, ball=True)
    assert prescription(plan, 1) == (
        "8 reps, down to 45° of knee bend, holding for 3 s, from a step of 10 cm, with a ball between the knees, "
        "once a day."
    )
    assert prescription(None, None) == ""


def test_what_is_not_decided_stands_before_the_plan_that_it_speaks_against() -> None:
    plan = Plan(reps=8)
    told = next_steps(ClientDetails(plan=plan, sessions_a_day=1, undecided="Until then: at most 4 reps."))
    assert told == ("Until then: at most 4 reps.", "Prescribed so far, and to be decided on: 8 reps, once a day.")


def test_once_it_is_decided_nobody_is_told_to_do_less_beside_the_plan() -> None:
    bad = ClientDetails(pain_before=1, pain_next_morning=6)
    assert "do less next time" in " ".join(pain_sentences(bad))
    decided = pain_sentences(dataclasses.replace(bad, decided="Your clinician left the plan as it is (3 March 2026)."))
    assert "do less" not in " ".join(decided)
    assert decided[-1] == "Your clinician left the plan as it is (3 March 2026)."


def test_two_of_one_name_are_told_apart_in_documents() -> None:
    facts = dict(person_facts(ClientDetails(name="Anna", number="17", birth_date=date(1984, 3, 7), birth_year=1984)))
    assert (facts["Number"], facts["Born"]) == ("17", "7 March 1984")


def test_pain_of_the_worst_moment_decides() -> None:
    told = pain_sentences(ClientDetails(pain_before=1, pain_during=7, pain_after=2))
    assert told[0] == "Before 1, during 7, after 2 (0 is no pain, 10 the worst there is)."
    assert "Pain at 7 is too much: stop for today." in told


def test_no_easier_set_is_prescribed_by_itself() -> None:
    plan = Plan(reps=10, target_depth_deg=60)
    told = " ".join(pain_sentences(ClientDetails(pain_after=8, plan=plan)))
    assert "instead of" not in told


@pytest.mark.parametrize(
    ("later", "said"),
    [
        (ClientDetails(pain_next_morning=6), "pain 6 the next morning"),
        (ClientDetails(pain_after_hour=4), "pain 4 an hour later"),
        (ClientDetails(swelling=True), "swelling"),
    ],
)
def test_what_did_not_settle_is_told_and_nobody_is_sent_on_like_this(later: ClientDetails, said: str) -> None:
    told = " ".join(pain_sentences(dataclasses.replace(later, pain_before=1, pain_during=1, pain_after=1)))
    assert f"Afterwards there was {said}: it had not settled" in told
    assert "do less next time" in told
    assert "you may go on like this" not in told


def test_what_settled_is_told_without_a_warning() -> None:
    calm = ClientDetails(pain_before=1, pain_during=1, pain_after_hour=1, pain_next_morning=1, swelling=False)
    told = " ".join(pain_sentences(calm))
    assert told.startswith("Before 1, during 1, an hour later 1, the next morning 1 (")
    assert "did not swell" in told
    assert "you may go on like this" in told


def test_much_pain_before_the_set_is_not_fine_because_it_was_less_afterwards() -> None:
    told = " ".join(pain_sentences(ClientDetails(pain_before=6, pain_after=2)))
    assert "no session with 5 or more" in told
    assert "you may go on like this" not in told


def test_every_other_day_is_said_in_words() -> None:
    assert prescription(None, 0.5) == "Every other day."
