"""Outcomes: answers to questionnaires, and sets that were tests of function."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import defer

from formcheck.programme.questionnaires import (
    KEY,
    LONGEST_KEY,
    Questionnaire,
    checked_answers,
    questionnaires,
)
from formcheck.programme.story import Answered
from formcheck.programme.tests_of_function import FunctionTest, TestResult, function_tests, results_in
from formcheck.records.access import NotFoundError, RecordsError
from formcheck.records.people import get_person, need_storable
from formcheck.records.records import Work
from formcheck.records.sets import get_set, summary_of_row
from formcheck.records.tables import ExerciseSet, Json, StoredAnswers, StoredTest

_LONGEST_WORDS: Final = 2_000
_MOST_SCORE: Final = 1e6


def answer(
    work: Work,
    person_id: str,
    questionnaire: str,
    values: Mapping[str, int],
    names: Mapping[str, str] | None = None,
) -> StoredAnswers:
    """Keep what a person answered, with the scores that come of it.

    Parameters
    ----------
    work
        Who writes it down; clients answer for themselves.
    person_id
        Who answered.
    questionnaire
        Its key.
    values
        By the keys of the items.
    names
        What the person calls each item that they name.

    Raises
    ------
    NotFoundError
        If there is no such person for the actor, or no such questionnaire.
    QuestionnaireError
        If the answers cannot be.
    """
    get_person(work, person_id)
    asked = questionnaires().get(questionnaire)
    if asked is None:
        raise NotFoundError("questionnaire")
    given = checked_answers(asked, values, names)
    need_storable(*given.names.values())
    row = StoredAnswers(
        person_id=person_id,
        questionnaire=asked.key,
        version=asked.version,
        title=asked.title,
        file_sha256=asked.sha256,
        answers=_answers_document(asked, given.values, given.names),
        scores={
            key: {"title": asked.scores[key].title, "value": value} for key, value in asked.scored(given.values).items()
        },
        answered_at=work.now,
        recorded_by=work.actor.name,
    )
    work.session.add(row)
    work.session.flush()
    details: Json = {"questionnaire": asked.key, "version": asked.version}
    work.log("outcome.answered", subject=row.id, person=person_id, details=details)
    return row


def _answers_document(asked: Questionnaire, values: Mapping[str, int], names: Mapping[str, str]) -> Json:
    return {
        key: {
            "words": asked.items[key].words,
            "kind": asked.items[key].kind.value,
            "value": value,
            "answer": asked.items[key].answer_in_words(value),
            "name": names.get(key, ""),
        }
        for key, value in values.items()
    }


def list_answers(work: Work, person_id: str) -> Sequence[StoredAnswers]:
    """Return all that a person answered, the oldest first."""
    get_person(work, person_id)
    query = select(StoredAnswers).where(StoredAnswers.person_id == person_id)
    return work.session.scalars(query.order_by(StoredAnswers.answered_at, StoredAnswers.id)).all()


def answered(row: StoredAnswers) -> Answered:
    """Return kept answers as the story takes them."""
    return Answered(
        questionnaire=row.questionnaire,
        version=row.version,
        at=row.answered_at,
        scores={key: float(score["value"]) for key, score in row.scores.items()},
        names={key: each["name"] for key, each in row.answers.items() if each["name"]},
    )


def take_back_answers(work: Work, answers_id: str) -> None:
    """Delete answers, as after a slip of the finger.

    Raises
    ------
    NotFoundError
        If there are no such answers for the actor.
    """
    row = work.session.get(StoredAnswers, answers_id)
    if row is None or not work.actor.may_see(row.person_id):
        raise NotFoundError("answers")
    details: Json = {"questionnaire": row.questionnaire}
    work.log("outcome.taken_back", subject=row.id, person=row.person_id, details=details)
    work.session.delete(row)
    work.session.flush()


def count_as_test(work: Work, set_id: str, test: str, *, same_place: bool, same_clothes: bool) -> StoredTest:
    """Let a set be a test of function; one that is one already stays as it is, with the new answers.

    Parameters
    ----------
    work
        Who says so.
    set_id
        Of the set.
    test
        Key of the test.
    same_place, same_clothes
        Whether camera and clothes are as the last time.

    Raises
    ------
    NotFoundError
        If there is no such set for the actor, or no such test.
    RecordsError
        If the set is of another exercise, or nothing of the test was measured in it.
    """
    row, asked = get_set(work, set_id), function_tests().get(test)
    if asked is None:
        raise NotFoundError("test")
    if not _is_seen_right(asked, row) or not _results(asked, row):
        raise RecordsError(
            f"This set cannot be the test “{asked.title}”: {_why_not(asked, row)}.",
            "Do the test again by its protocol, and choose that set.",
        )
    stored = work.session.scalar(select(StoredTest).where(StoredTest.set_id == set_id, StoredTest.test == test))
    if stored is None:
        stored = StoredTest(set_id=set_id, test=test)
        work.session.add(stored)
    stored.version, stored.same_place, stored.same_clothes = asked.version, same_place, same_clothes
    stored.recorded_by, stored.recorded_at = work.actor.name, work.now
    work.session.flush()
    work.log("outcome.tested", subject=stored.id, person=row.person_id, details={"set": set_id, "test": test})
    return stored


def _why_not(test: FunctionTest, row: ExerciseSet) -> str:
    if row.exercise != test.exercise:
        return "it is of another exercise"
    if test.view is not None and not _is_seen_right(test, row):
        return f"it was not seen from the {test.view.value}"
    return "what the test is about was not measured"


def _is_seen_right(test: FunctionTest, row: ExerciseSet) -> bool:
    return test.view in (None, summary_of_row(row).result.view)


def count_no_longer(work: Work, set_id: str, test: str) -> None:
    """Let a set be no test any more; the set stays."""
    row = get_set(work, set_id)
    stored = work.session.scalar(select(StoredTest).where(StoredTest.set_id == set_id, StoredTest.test == test))
    if stored is not None:
        work.log("outcome.untested", subject=stored.id, person=row.person_id, details={"set": set_id, "test": test})
        work.session.delete(stored)
        work.session.flush()


def test_results(work: Work, person_id: str) -> list[TestResult]:
    """Return what all tests of a person came to, the oldest first; of tests that there are no more, nothing."""
    get_person(work, person_id)
    query = (
        select(StoredTest, ExerciseSet)
        .join(ExerciseSet, ExerciseSet.id == StoredTest.set_id)
        .where(ExerciseSet.person_id == person_id)
        .options(defer(ExerciseSet.measured_as), defer(ExerciseSet.summary))
        .order_by(ExerciseSet.done_at, StoredTest.id)
    )
    found: list[TestResult] = []
    for stored, row in work.session.execute(query):
        test = function_tests().get(stored.test)
        if test is not None:
            found += _results(test, row, stored)
    return found


def _results(test: FunctionTest, row: ExerciseSet, stored: StoredTest | None = None) -> tuple[TestResult, ...]:
    if row.exercise != test.exercise:
        return ()
    return results_in(
        test,
        row.corrected or row.automatic,
        at=row.done_at,
        set_id=row.id,
        version=None if stored is None else stored.version,
        same_place=stored is None or stored.same_place,
        same_clothes=stored is None or stored.same_clothes,
    )


def check_answers(row: StoredAnswers) -> None:
    """Refuse answers that were never kept; those to a questionnaire that is not here are taken.

    Raises
    ------
    RecordsError
        If they are such.
    """
    answers: Any = row.answers
    scores: Any = row.scores
    sound = all(map(_is_key, (row.questionnaire, *answers, *scores))) and len(row.title) > 0 and len(answers) > 0
    sound = sound and all(map(_is_answer, answers.values())) and all(map(_is_score, scores.values()))
    if not sound:
        raise RecordsError("Answers in it are none.", "Leave them out.")


def _is_key(key: object) -> bool:
    return isinstance(key, str) and len(key) <= LONGEST_KEY and re.fullmatch(KEY, key) is not None


def _is_answer(each: Any) -> bool:
    if not isinstance(each, dict) or set(each) != {"words", "kind", "value", "answer", "name"}:
        return False
    texts = [each[name] for name in ("words", "kind", "answer", "name")]
    whole = type(each["value"]) is int and abs(each["value"]) <= _MOST_SCORE
    return whole and all(isinstance(text, str) and len(text) <= _LONGEST_WORDS for text in texts)


def _is_score(each: Any) -> bool:
    if not isinstance(each, dict) or set(each) != {"title", "value"} or not isinstance(each["title"], str):
        return False
    value = each["value"]
    return type(value) in (int, float) and math.isfinite(value) and abs(value) <= _MOST_SCORE


def check_test(row: StoredTest) -> None:
    """Refuse what no set can have been counted as.

    Raises
    ------
    RecordsError
        If it is such.
    """
    if not _is_key(row.test) or not row.version:
        raise RecordsError("A test in it is none.", "Leave it out.")
