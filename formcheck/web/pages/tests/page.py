"""*Tests*: questionnaires are answered and tests of function done, the same way each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import tzinfo
from typing import Final
from urllib.parse import parse_qsl

import streamlit as st

from formcheck.design.drawings import Drawing
from formcheck.errors import FormcheckError
from formcheck.exercises.judge import BOTH
from formcheck.exercises.words import estimate_text
from formcheck.moments import day_text
from formcheck.pose.landmarks import Side
from formcheck.programme.questionnaires import LONGEST_NAME, Item, Kind, Questionnaire, questionnaires
from formcheck.programme.story import StoryLine, tell
from formcheck.programme.tests_of_function import SAME, FunctionTest, TestResult, function_tests
from formcheck.records.access import Actor
from formcheck.records.outcomes import (
    answer,
    answered,
    count_as_test,
    count_no_longer,
    list_answers,
    take_back_answers,
    test_results,
)
from formcheck.records.records import Records
from formcheck.records.sets import list_sets, summary_of_row
from formcheck.records.tables import ExerciseSet, StoredAnswers
from formcheck.web.access.guard import require_actor
from formcheck.web.access.service import records_service
from formcheck.web.shared.addresses import CHECK, PROGRESS, SAME_QUERY, TEST_QUERY, VIDEOS
from formcheck.web.shared.browser_parts import text_beside
from formcheck.web.shared.choose_person import ask_whose, note_person
from formcheck.web.shared.dates import time_of, viewer_zone
from formcheck.web.shared.navigation import page_link
from formcheck.web.shared.plain_text import as_typed
from formcheck.web.shared.set_settings import choice_of, link_query, usual_set

_SHOWN: Final = 8
"""Sets to choose from, and earlier answers; the newest."""
_SAME_WORDS: Final = ("place", "clothes")
"""Of the questions `SAME`, in the address of the page that the set is done on."""
_SAID: Final = "tests-said"

_read_aloud = st.components.v2.component(
    "formcheck_read_aloud",
    html='<button type="button" class="fc-read-aloud"></button>',
    css=text_beside(__file__, "read_aloud.css"),
    js=text_beside(__file__, "read_aloud.js"),
    isolate_styles=False,
)


def page() -> None:
    """Show the page."""
    actor, records = require_actor(), records_service()
    st.title("Tests", anchor=False)
    st.caption("Every four to six weeks, the same way each time: then a change can be told from chance.")
    try:
        person_id = ask_whose(records, actor, "tests-person", Drawing.PROGRESS, "Whose tests?")
        if person_id is not None:
            _show(records, actor, person_id)
    except FormcheckError as error:
        st.error(f"{error.reason} {error.remedy}")


def _show(records: Records, actor: Actor, person_id: str) -> None:
    with records.reading(actor) as work:
        rows = list_answers(work, person_id)
        sets = list_sets(work, person_id)
        results = test_results(work, person_id)
    if said := st.session_state.pop(_SAID, None):
        st.success(said, icon=":material/check:")
        page_link(PROGRESS, "See the progress", icon=":material/show_chart:", person=person_id)
    st.header("Questionnaires", anchor=False)
    asked = questionnaires()
    chosen = st.segmented_control(
        "Questionnaire",
        list(asked),
        format_func=lambda key: asked[key].title,
        key="questionnaire",
        default=next(iter(asked)),
    )
    if chosen is not None:
        _ask(records, actor, person_id, asked[chosen], [row for row in rows if row.questionnaire == chosen])
    st.header("Tests of function", anchor=False)
    tests = function_tests()
    test = st.segmented_control(
        "Test", list(tests), format_func=lambda key: tests[key].title, key="function-test", default=next(iter(tests))
    )
    if test is not None:
        own = [each for each in results if each.test == test]
        of_exercise = [row for row in sets if row.exercise == tests[test].exercise]
        _lead(records, actor, person_id, tests[test], of_exercise, own)


def _ask(records: Records, actor: Actor, person_id: str, asked: Questionnaire, rows: Sequence[StoredAnswers]) -> None:
    st.markdown(asked.about)
    before = {key: each["name"] for key, each in rows[-1].answers.items()} if rows else {}
    with st.form(f"ask-{asked.key}-{len(rows)}", border=True):
        values: dict[str, int] = {}
        names: dict[str, str] = {}
        for item in asked.items.values():
            key = f"{asked.key}-{item.key}-{len(rows)}"
            if item.named:
                said = before.get(item.key, "")
                names[item.key] = st.text_input(item.words, said, max_chars=LONGEST_NAME, key=f"{key}-name")
            value = _ask_item(item, key)
            if value is not None:
                values[item.key] = value
        pressed = st.form_submit_button("Keep these answers", type="primary", icon=":material/check:")
    st.caption(f"{asked.source} {asked.licence} Version {asked.version}.")
    if pressed:
        try:
            with records.writing(actor) as work:
                answer(work, person_id, asked.key, values, names)
                every = [answered(row) for row in list_answers(work, person_id)]
        except FormcheckError as error:
            st.error(f"{error.reason} {error.remedy}")
        else:
            titles = [score.title for score in asked.scores.values()]
            lines = [line for line in tell((), every, (), viewer_zone()).lines if line.title in titles]
            st.session_state[_SAID] = _in_words(lines)
            st.rerun()
    if rows:
        _show_answers(records, actor, rows)


def _in_words(lines: Sequence[StoryLine]) -> str:
    return "Kept. " + " ".join(f"**{line.title}:** {line.words}" for line in lines)


def _ask_item(item: Item, key: str) -> int | None:
    """Ask for an answer; None while there is none."""
    label = f"How well can you do it today? ({item.low} to {item.high})" if item.named else item.words
    options = list(range(item.least, item.last + 1))
    if item.kind is Kind.YES_NO:
        options.reverse()
    if item.low and not item.named:
        label += f" ({item.least}: {item.low}, {item.last}: {item.high})"
    return st.segmented_control(label, options, format_func=item.answer_in_words, key=key)


def _show_answers(records: Records, actor: Actor, rows: Sequence[StoredAnswers]) -> None:
    with st.expander(f"Answered so far ({len(rows)})"):
        for row in list(reversed(rows))[:_SHOWN]:
            scores = ", ".join(f"{each['title']} {each['value']:.3g}" for each in row.scores.values())
            st.markdown(f"- {time_of(row.answered_at)}: {as_typed(scores)} (by {as_typed(row.recorded_by)})")
        if st.button("Take the last one back", key=f"take-back-{rows[-1].id}"):
            with records.writing(actor) as work:
                take_back_answers(work, rows[-1].id)
            st.rerun()


def _lead(
    records: Records,
    actor: Actor,
    person_id: str,
    test: FunctionTest,
    sets: Sequence[ExerciseSet],
    results: Sequence[TestResult],
) -> None:
    """Lead through a test: the protocol, the set, and which set it was."""
    zone = viewer_zone()
    sentences = (*SAME, *test.protocol)
    with st.container(border=True):
        st.markdown("\n".join(f"{n}. {sentence}" for n, sentence in enumerate(test.protocol, start=1)))
        _read_aloud(
            key=f"read-{test.key}", data={"label": "Read aloud", "stop": "Stop reading", "sentences": list(sentences)}
        )
        from_where = {None: "from anywhere", "front": "from the front", "side": "from the side"}
        side = from_where.get(None if test.view is None else test.view.value, "")
        legs = ", one leg after the other: a set each" if test.each_leg else ""
        what = f"{test.lasts_s:g} seconds" if test.lasts_s else f"{test.reps} tries"
        st.caption(f"{what}, filmed {side}{legs}. {test.source} Version {test.version}.")
        same = [st.checkbox(question, key=f"{test.key}-same-{n}") for n, question in enumerate(SAME)]
        note_person(person_id)
        _links(test, same)
    _choose_set(records, actor, test, sets, results, same)
    _show_results(test, results, zone)
    if results and st.button("The last one was no test", key=f"untest-{test.key}-{len(results)}"):
        with records.writing(actor) as work:
            count_no_longer(work, results[-1].set_id, test.key)
        st.rerun()


def _links(test: FunctionTest, same: Sequence[bool]) -> None:
    """Lead to the camera, where the set is this test; what is as the last time goes along."""
    as_before = ",".join(word for word, is_same in zip(_SAME_WORDS, same, strict=True) if is_same)
    usual = usual_set(test.exercise)
    # Where both feet stay, the camera finds the leg: which one is in front, nearest to it.
    by_leg = test.each_leg and len(choice_of(usual).legs) > 1
    with st.container(horizontal=True):
        for leg in tuple(Side) if by_leg else (None,):
            # No depth is asked for: the test is to show it. Nobody does a rep a second for half a minute.
            plan = replace(usual.plan, reps=int(test.lasts_s) if test.lasts_s else test.reps, target_depth_deg=None)
            query = dict(parse_qsl(link_query(replace(usual, leg=leg, plan=plan))))
            query |= {TEST_QUERY: test.key, SAME_QUERY: as_before}
            label = "Do it before the camera" if leg is None else f"Before the camera, {leg.value} leg"
            page_link(CHECK, label, icon=":material/videocam:", wide=False, **query)
        page_link(VIDEOS, "Add a video of it", icon=":material/movie:")


def _choose_set(
    records: Records,
    actor: Actor,
    test: FunctionTest,
    sets: Sequence[ExerciseSet],
    results: Sequence[TestResult],
    same: Sequence[bool],
) -> None:
    taken = {each.set_id for each in results}
    fit = [row for row in sets if row.id not in taken and test.view in (None, summary_of_row(row).result.view)]
    free = {row.id: row for row in fit[:_SHOWN]}
    if not free:
        st.caption("A set that is done from here counts by itself; one that is kept otherwise is chosen here.")
        return
    with st.expander("It was done already, or is a video"), st.form(f"count-{test.key}", border=False):
        chosen = st.selectbox(
            "Which set was the test?",
            list(free),
            format_func=lambda each: f"{time_of(free[each].done_at)}, {free[each].name}",
        )
        pressed = st.form_submit_button("Count it as this test", icon=":material/fact_check:")
    if pressed and chosen is not None:
        try:
            with records.writing(actor) as work:
                count_as_test(work, chosen, test.key, same_place=same[0], same_clothes=same[1])
        except FormcheckError as error:
            st.error(f"{error.reason} {error.remedy}")
        else:
            st.session_state[_SAID] = f"Kept as the test “{test.title}”."
            st.rerun()


def _show_results(test: FunctionTest, results: Sequence[TestResult], zone: tzinfo) -> None:
    if not results:
        return
    st.subheader("So far", anchor=False)
    for line in tell((), (), results, zone).lines:
        if len(line.points) > 1:
            st.markdown(f"**{line.title}**: {line.words}")
    rows = [
        f"| {day_text(each.at.astimezone(zone).date())} | {'' if each.leg == BOTH else each.leg} "
        f"| {estimate_text(test.measure, each.best)} | {estimate_text(test.measure, each.mean)} of {len(each.tries)} |"
        for each in list(reversed(results))[:_SHOWN]
    ]
    st.markdown("\n".join(("| Day | Leg | Best | Mean |", "|---|---|---|---|", *rows)))
