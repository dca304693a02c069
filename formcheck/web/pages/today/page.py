"""*Today*: what is due, one tap to begin, the morning after, the weeks, and the programme to take along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

import streamlit as st
from markupsafe import Markup

from formcheck.design.components import badge
from formcheck.design.drawings import Drawing
from formcheck.errors import FormcheckError
from formcheck.moments import day_text
from formcheck.programme.course import (
    CalendarDay,
    DayState,
    Done,
    How,
    ItemDue,
    Version,
    due_today,
    gate_state,
    morning_to_ask,
    week_in_words,
    weeks,
)
from formcheck.programme.plan import WEEK, Item, dose_in_words, often_in_words
from formcheck.programme.reminders import USUAL_TIMES, calendar_file, reminders_of
from formcheck.records.access import Actor
from formcheck.records.clinic import letterhead
from formcheck.records.people import get_person, labels_of, list_people
from formcheck.records.plans import current_plan
from formcheck.records.programmes import (
    NewDone,
    done_of,
    keep_done,
    programme_in_force,
    programme_versions,
    say_morning,
    say_pain_after,
    take_back_done,
)
from formcheck.records.records import Records
from formcheck.report.home_sheet import HomeSheet, home_sheet_pdf
from formcheck.session.pain import HIGHEST, LOWEST, Load, PainAction, advice_after, advice_before
from formcheck.web.access.guard import require_actor
from formcheck.web.access.red_flags import ask_anew_button, open_to_exercise
from formcheck.web.access.safety import remind_of_safety, require_safety_accepted
from formcheck.web.access.service import records_service
from formcheck.web.pages.today.guided import lead
from formcheck.web.shared.addresses import CHECK, FROM_QUERY, GUIDANCE, PEOPLE, PROGRAMME, TODAY
from formcheck.web.shared.browser_parts import text_beside
from formcheck.web.shared.choose_person import note_person, person_of_sets, prescribed_key
from formcheck.web.shared.dates import today, viewer_zone
from formcheck.web.shared.design import show
from formcheck.web.shared.empty import show_empty
from formcheck.web.shared.navigation import go_to, page_link
from formcheck.web.shared.paper import ask_paper
from formcheck.web.shared.plain_text import as_typed
from formcheck.web.shared.set_settings import PAIN_BEFORE

_LOOKED_BACK: Final = timedelta(weeks=12)
"""Of what was done: a phase seldom lasts longer."""
_WITHOUT_CAMERA: Final = "without_camera"
"""In the session: the measured exercise that is to be led through by the clock."""
_PAIN_NOW: Final = "today-pain-before"
_STYLE: Final = text_beside(__file__, "styles.css")


@dataclass(frozen=True)
class _Day:
    """All that the page shows of a person."""

    person_id: str
    name: str
    version: Version
    versions: Sequence[Version]
    done: Sequence[Done]
    today: date
    zone: tzinfo

    @property
    def due(self) -> tuple[ItemDue, ...]:
        return due_today(self.version.phase, self.done, self.today, self.zone)


def page() -> None:
    """Show the page."""
    actor, records = require_actor(), records_service()
    st.html(f"<style>{_STYLE}</style>")
    try:
        # The frame's style hides what is around the view while somebody exercises, by this key and the one below.
        with st.container(key="before-set"):
            st.title("Today", anchor=False)
            require_safety_accepted()
            person_id = _whose(records, actor)
            day = None if person_id is None else _read(records, actor, person_id)
            before, is_open = (None, False) if day is None else _ask_first(records, actor, day)
        if day is not None:
            _show(records, actor, day, before, is_open=is_open)
    except FormcheckError as error:
        st.error(f"{error.reason} {error.remedy}")


def _whose(records: Records, actor: Actor) -> str | None:
    """Return whose day it is; asked of whoever sees everybody."""
    if not actor.sees_everybody:
        return actor.person_id
    with records.reading(actor) as work:
        labels = labels_of(list_people(work))
    if not labels:
        show_empty(Drawing.PLAN, "Nobody is here yet", "A programme is kept for each person.", PEOPLE, "Add a person")
        return None
    before = st.query_params.get("person") or person_of_sets()
    chosen = st.selectbox(
        "Whose day is it?",
        list(labels),
        index=list(labels).index(before) if before in labels else None,
        format_func=lambda each: labels[each],
        placeholder="Choose a person",
        key="today-person",
    )
    note_person(chosen)
    return chosen


def _read(records: Records, actor: Actor, person_id: str) -> _Day | None:
    with records.reading(actor) as work:
        name = get_person(work, person_id).name
        version = programme_in_force(work, person_id)
        versions = programme_versions(work, person_id)
        done = done_of(work, person_id, records.now() - _LOOKED_BACK)
    if version is None:
        nothing = "There is no programme yet"
        if actor.sees_everybody:
            made_of = "It is made from a template."
            show_empty(Drawing.PLAN, nothing, made_of, PROGRAMME, "Compose a programme", person=person_id)
        else:
            show_empty(Drawing.PLAN, nothing, "Your clinician’s will stand here. You can check your form without one.")
        return None
    return _Day(person_id, name, version, versions, done, today(records.now()), viewer_zone())


def _ask_first(records: Records, actor: Actor, day: _Day) -> tuple[int | None, bool]:
    """Ask what is to be known before anybody exercises; return pain as it was answered, and whether they may."""
    _ask_morning(records, actor, day)
    if not open_to_exercise(records, actor, day.person_id):
        return None, False
    # Before nothing that is due, the answer would be of no use.
    before = _ask_before() if any(each.is_due for each in day.due) else None
    is_open = advice_before(before, Load()).action is not PainAction.STOP
    if is_open:
        _show_state(day)
    return before, is_open


def _show(records: Records, actor: Actor, day: _Day, before: int | None, *, is_open: bool) -> None:
    is_open = is_open and not _is_over(day)
    if is_open and lead(records, actor, day.person_id, _to_lead(day), before):
        st.session_state.pop(_WITHOUT_CAMERA, None)
        st.rerun()
    with st.container(key="beside-set"):
        _ask_after(records, actor, day)
        if is_open:
            _show_items(records, actor, day)
            remind_of_safety()
            ask_anew_button(day.person_id)
        _show_weeks(day, invites=is_open)
        _show_phase(actor, day)
        _show_take_along(records, actor, day)


def _to_lead(day: _Day) -> list[ItemDue]:
    """Return what the clock leads through: what is due and not measured, or what was chosen without a camera."""
    chosen = st.session_state.get(_WITHOUT_CAMERA)
    without = [each for each in day.due if (each.item.exercise, each.item.leg) == chosen]
    return without or [each for each in day.due if each.is_due and not each.item.is_measured]


def _show_state(day: _Day) -> None:
    left = [each for each in day.due if each.is_due]
    if not left:
        planned = any(each.planned for each in day.due)
        done = "Done for today. Well done." if planned else "Nothing is planned for today. Rest is part of it."
        show(badge("good", done))


def _show_items(records: Records, actor: Actor, day: _Day) -> None:
    due = [each for each in day.due if each.planned or each.done_sets]
    for each in sorted(due, key=lambda one: not one.is_due):
        _show_item(records, actor, day, each)
    free = [each.item for each in day.due if not each.planned and not each.done_sets]
    if free:
        with st.expander(f"Not today ({len(free)})"):
            st.markdown("\n".join(f"- {as_typed(item.title)}: {often_in_words(item)}" for item in free))


def _show_item(records: Records, actor: Actor, day: _Day, due: ItemDue) -> None:
    item, key = due.item, f"{due.item.exercise}-{due.item.leg}"
    with st.container(border=True, key=f"item-{key}"):
        st.markdown(f"**{as_typed(item.title)}**  \n{as_typed(dose_in_words(item))}")
        if item.note:
            st.markdown(f":small[{as_typed(item.note)}]")
        with st.container(horizontal=True, vertical_alignment="center"):
            show(_standing(due))
            if not item.is_measured:
                show(badge("not_measured", "Not measured"))
            if due.is_due:
                _offer(records, actor, day, item, key)
            page_link(GUIDANCE, "How to", icon=":material/menu_book:", topic=item.exercise)
            _offer_to_take_back(records, actor, day, item, key)


def _standing(due: ItemDue) -> Markup:
    if not due.is_due:
        return badge("good", "Done for today")
    parts = [f"{due.sessions} of {due.planned} done today"] if due.sessions else []
    if due.done_sets % due.item.sets:
        parts.append(f"{due.sets_left} {'set' if due.sets_left == 1 else 'sets'} to go")
    return badge("not_judged", " · ".join(parts) or "Due today")


def _offer(records: Records, actor: Actor, day: _Day, item: Item, key: str) -> None:
    if item.is_measured:
        if st.button("Start with the camera", key=f"camera-{key}", type="primary", icon=":material/videocam:"):
            _go_to_camera(records, actor, day, item)
        if st.button("Without a camera", key=f"clock-{key}", icon=":material/timer:"):
            st.session_state[_WITHOUT_CAMERA] = (item.exercise, item.leg)
            st.rerun()
    if st.button("I did it", key=f"told-{key}", icon=":material/check:", help="Done without formcheck: kept as told."):
        left = next(each.sets_left for each in day.due if each.item == item)
        with records.writing(actor) as work:
            keep_done(work, day.person_id, NewDone(item.exercise, item.leg, left, How.TOLD, (item.reps,) * left))
        st.rerun()


def _go_to_camera(records: Records, actor: Actor, day: _Day, item: Item) -> None:
    with records.reading(actor) as work:
        plan = current_plan(work, day.person_id, item.exercise, item.request.leg)
    note_person(day.person_id)
    if plan is not None:
        st.session_state[prescribed_key(day.person_id)] = plan.id
    st.session_state[PAIN_BEFORE] = st.session_state.get(_PAIN_NOW)
    go_to(CHECK, **{FROM_QUERY: TODAY})


def _offer_to_take_back(records: Records, actor: Actor, day: _Day, item: Item, key: str) -> None:
    told = [each for each in _of_today(day) if each.exercise == item.exercise and each.how is not How.MEASURED]
    if told and st.button("Take back", key=f"back-{key}", type="tertiary", icon=":material/undo:"):
        with records.writing(actor) as work:
            take_back_done(work, told[-1].id)
        st.rerun()


def _of_today(day: _Day) -> list[Done]:
    return [each for each in day.done if each.day(day.zone) == day.today]


def _pain(question: str, key: str) -> int | None:
    answer = st.pills(question, range(LOWEST, HIGHEST + 1), key=key, help="0 is none, 10 the worst there is.")
    return None if answer is None else int(answer)


def _ask_morning(records: Records, actor: Actor, day: _Day) -> None:
    asked = morning_to_ask(day.done, day.today, day.zone)
    if asked is None:
        return
    when = "this morning" if asked == day.today - timedelta(days=1) else f"on the morning after {day_text(asked)}"
    with st.container(border=True, key="morning"):
        pain = _pain(f"How was your knee {when}, from 0 to 10?", f"morning-{asked.isoformat()}")
    if pain is not None:
        begins = datetime.combine(asked, time(), day.zone)
        ends = datetime.combine(asked + timedelta(days=1), time(), day.zone)
        with records.writing(actor) as work:
            say_morning(work, day.person_id, begins, ends, pain)
        st.rerun()


def _ask_before() -> int | None:
    pain = _pain("Pain in your knee now? You may skip this.", _PAIN_NOW)
    advice = advice_before(pain, Load())
    if advice.sentences:
        text = " ".join(advice.sentences)
        if advice.action is PainAction.STOP:
            st.error(text, icon=":material/do_not_disturb_on:")
        else:
            st.warning(text, icon=":material/info:")
    return pain


def _worst_today(day: _Day) -> int | None:
    """Return the worst pain in and after what was done today; None where nobody answered."""
    said = [pain for each in _of_today(day) for pain in (each.pain_during, each.pain_after) if pain is not None]
    return max(said, default=None)


def _is_over(day: _Day) -> bool:
    """Say whether pain has ended the day's exercises, however they were done."""
    return advice_after(None, _worst_today(day), Load()).action is PainAction.STOP


def _ask_after(records: Records, actor: Actor, day: _Day) -> None:
    """Say what follows from pain today, and ask for it after what no camera saw; measured sets ask where they end."""
    mine = _of_today(day)
    if not mine:
        return
    before = mine[-1].pain_before
    open_ones = [each.id for each in mine if each.pain_after is None and each.how is not How.MEASURED]
    if open_ones:
        pain = _pain("Pain now, after your exercises?", f"after-{open_ones[-1]}")
        if pain is not None:
            with records.writing(actor) as work:
                say_pain_after(work, open_ones, pain)
            st.rerun()
    worst = _worst_today(day)
    if worst is not None:
        advice = advice_after(before, worst, Load())
        text = " ".join(advice.sentences)
        if advice.action is PainAction.STOP:
            st.error(text, icon=":material/do_not_disturb_on:")
        else:
            st.info(text, icon=":material/info:")


def _show_weeks(day: _Day, *, invites: bool) -> None:
    shown = weeks(day.versions, day.done, day.today, day.zone)
    st.header("Your weeks", anchor=False)
    st.markdown(week_in_words(shown[-1], day.today, invites=invites))
    show(_calendar_html(shown, day.today))
    st.caption(_LEGEND)


_SIGNS: Final = {
    DayState.DONE: ("✓", "done"),
    DayState.SOME: ("◐", "partly done"),
    DayState.OPEN: ("·", "planned"),
    DayState.TODAY: ("○", "planned for today"),
    DayState.TO_COME: ("○", "planned"),
    DayState.FREE: ("", "free"),
    DayState.OUTSIDE: ("", "before the programme"),
}
_LEGEND: Final = "✓ done · ◐ partly done · ○ planned · dot: a day without · empty: free"


def _calendar_html(shown: Sequence[Sequence[CalendarDay]], now: date) -> Markup:
    """Return weeks as a table, the oldest first; a day is a sign and a word, never a colour alone, and none is red."""
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(day.short) for day in WEEK)
    rows = Markup("").join(
        Markup("<tr>{}</tr>").format(Markup("").join(_cell(each, now) for each in week)) for week in shown
    )
    return Markup('<table class="fc-weeks"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>').format(head, rows)


def _cell(each: CalendarDay, now: date) -> Markup:
    sign, word = _SIGNS[each.state]
    is_now = Markup(' aria-current="date"') if each.day == now else ""
    shown = Markup(
        '<td class="fc-day-{}"{} title="{}"><span class="fc-day">{}</span><span aria-hidden="true">{}</span>'
        '<span class="fc-hidden">{}</span></td>'
    )
    title = f"{day_text(each.day)}: {word}"
    return shown.format(each.state.value.replace(" ", "-"), is_now, title, each.day.day, sign, word)


def _show_phase(actor: Actor, day: _Day) -> None:
    version = day.version
    st.header("Your programme", anchor=False)
    of = f"Phase {version.phase_index + 1} of {len(version.programme.phases)}"
    st.markdown(f"**{as_typed(version.programme.title)}** · {of}: {as_typed(version.phase.title)}")
    if version.phase.advice:
        st.markdown("\n".join(f"- {as_typed(each)}" for each in version.phase.advice))
    state = gate_state(day.versions, day.done, day.zone)
    if state is not None:
        signs = {True: ":material/check:", False: ":material/radio_button_unchecked:", None: ":material/help:"}
        st.markdown("The next phase comes when these are there, and your clinician says so:")
        # The signs are the marks of the list.
        st.markdown("  \n".join(f"{signs[line.met]} {as_typed(line.words)}" for line in state.lines))
        if state.is_open:
            with st.container(key="ready"):
                show(badge("good", "Ready for the next phase"))
    if actor.sees_everybody:
        page_link(PROGRAMME, "Change the programme", icon=":material/edit_calendar:", person=day.person_id)


def _show_take_along(records: Records, actor: Actor, day: _Day) -> None:
    with st.expander("Home sheet and reminders", icon=":material/print:"):
        paper = ask_paper(records, actor, key="home-sheet-paper")
        made_on = day_text(day.today)
        sheet = HomeSheet(day.name, day.version.programme, day.version.phase_index, made_on)

        def pdf() -> bytes:
            with records.reading(actor) as work:
                head = letterhead(work, paper=paper)
            return home_sheet_pdf(sheet, head)

        st.download_button(
            "Home sheet with boxes to tick (PDF)",
            pdf,
            "home-sheet.pdf",
            "application/pdf",
            on_click="ignore",
            icon=":material/print:",
        )
        times = _ask_times(day)
        st.download_button(
            "Reminders for your calendar (ICS)",
            calendar_file(
                reminders_of(day.version.phase, times),
                uid=f"formcheck-{day.person_id}",
                first=day.today,
                made_at=records.now(),
                sequence=day.version.number,
            ),
            "exercises.ics",
            "text/calendar",
            on_click="ignore",
            icon=":material/event_repeat:",
        )
        st.caption("For six weeks, in your calendar’s own time. Nothing of your knee stands in it.")


def _ask_times(day: _Day) -> list[time]:
    most = max(item.times_a_day for item in day.version.phase.items)
    names = ("First time of the day", "Second time of the day", "Third time of the day")
    times = list(USUAL_TIMES[:most])
    with st.container(horizontal=True):
        for i, name in enumerate(names[:most]):
            times[i] = st.time_input(name, times[i], key=f"reminder-{i}")
    return times
