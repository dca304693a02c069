"""The weeks of a programme as a calendar in HTML: a day is a sign and a word, never a colour alone, and none is red."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from markupsafe import Markup

from formcheck.moments import day_text
from formcheck.programme.course import CalendarDay, DayState
from formcheck.programme.plan import WEEK

_SIGNS: Final = {
    DayState.DONE: ("✓", "done"),
    DayState.SOME: ("◐", "partly done"),
    DayState.OPEN: ("·", "planned"),
    DayState.TODAY: ("○", "planned for today"),
    DayState.TO_COME: ("○", "planned"),
    DayState.FREE: ("", "free"),
    DayState.OUTSIDE: ("", "before the programme"),
}
LEGEND: Final = "✓ done · ◐ partly done · ○ planned · empty: free"


def calendar_html(weeks: Sequence[Sequence[CalendarDay]], today: date) -> Markup:
    """Return the weeks as a table, the oldest first."""
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(day.short) for day in WEEK)
    rows = Markup("").join(
        Markup("<tr>{}</tr>").format(Markup("").join(_cell(each, today) for each in week)) for week in weeks
    )
    return Markup('<table class="fc-weeks"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>').format(head, rows)


def _cell(each: CalendarDay, today: date) -> Markup:
    sign, word = _SIGNS[each.state]
    now = Markup(' aria-current="date"') if each.day == today else ""
    shown = Markup(
        '<td class="fc-day-{}"{} title="{}"><span class="fc-day">{}</span><span aria-hidden="true">{}</span>'
        '<span class="fc-hidden">{}</span></td>'
    )
    title = f"{day_text(each.day)}: {word}"
    return shown.format(each.state.value.replace(" ", "-"), now, title, each.day.day, sign, word)
