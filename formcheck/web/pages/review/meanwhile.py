"""What somebody else did to a set while it was open here: it is said, and nothing is done to what was not seen."""

from __future__ import annotations

from typing import Final, NoReturn

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.records.access import Actor, NotFoundError
from formcheck.records.audit import audit_log
from formcheck.records.people import label_of
from formcheck.records.records import Records
from formcheck.records.reviewing import annotations_of
from formcheck.records.sets import get_set
from formcheck.report.review_words import change_in_words
from formcheck.web.access.guard import require_actor
from formcheck.web.player.events import Drew, MadeChange, PlayerEvent
from formcheck.web.shared.log_words import log_line
from formcheck.web.shared.opened_set import OpenedSet
from formcheck.web.shared.plain_text import as_typed

_LOOKS_EVERY_S: Final = 5
_SEEN: Final = "review_seen"
"""In the session: what this tab has shown last, the set and its state."""
_OURS: Final = "review_ours"
"""In the session: that this tab has changed the set itself since."""
_HELD: Final = "review_held"
"""In the session: what was to be done to a set that had changed meanwhile."""
_LOOKED_AT: Final = "review_looked_at"

_State = tuple[str, int, tuple[str, ...]]


def _state_of(opened: OpenedSet) -> _State:
    return opened.row.id, opened.row.version, tuple(sorted(each.id for each in opened.annotations))


def done_here() -> NoReturn:
    """Run the page again after this tab has changed the set: what it shows then is no surprise."""
    st.session_state[_OURS] = True
    st.rerun()


def is_stale(opened: OpenedSet) -> bool:
    """Say whether somebody else made another of a set than this tab has shown; what is shown now is seen then."""
    now, seen = _state_of(opened), st.session_state.get(_SEEN)
    ours = st.session_state.pop(_OURS, False)
    st.session_state[_SEEN] = now
    return seen is not None and seen[0] == now[0] and seen != now and not ours


def say_what_changed(records: Records, actor: Actor, opened: OpenedSet) -> None:
    """Say that the set was changed meanwhile, by whom and how."""
    by_whom = _by_whom(records, actor, opened.row.id)
    st.warning(
        f"This set was changed while you had it open{by_whom}. You see it as it is now.", icon=":material/sync_problem:"
    )


def hold(opened: OpenedSet, event: PlayerEvent) -> None:
    """Keep what was to be done until somebody says that it is to be done to the set as it is now."""
    st.session_state[_HELD] = (opened.row.id, event)


def ask_about_held(opened: OpenedSet) -> PlayerEvent | None:
    """Ask whether what was held back is to be done; return it when it is."""
    held: tuple[str, PlayerEvent] | None = st.session_state.get(_HELD)
    if held is None or held[0] != opened.row.id:
        return None
    with st.container(border=True, key="review-held"):
        st.markdown(
            "**Somebody else changed this set meanwhile, so your last change is kept, and was not made yet.**"
            f"{_in_words(held[1])} Look at the set as it is now, then choose."
        )
        with st.container(horizontal=True):
            again = st.button("Make it now", type="primary", key="review-held-yes")
            dropped = st.button("Drop it", key="review-held-no")
    if again or dropped:
        del st.session_state[_HELD]
    if dropped:
        st.rerun()
    return held[1] if again else None


def _in_words(event: PlayerEvent) -> str:
    match event:
        case MadeChange():
            return f" It is: {as_typed(change_in_words(event.change))}"
        case Drew():
            return f" It is a drawing: {as_typed(event.drawing.caption)}."
        case _:
            return ""


@st.fragment(run_every=_LOOKS_EVERY_S)
def watch(records: Records, opened: OpenedSet) -> None:
    """Look now and then whether somebody else changed or removed the set, and offer to show it anew."""
    actor = require_actor()
    first = st.session_state.get(_LOOKED_AT) != _state_of(opened)
    st.session_state[_LOOKED_AT] = _state_of(opened)
    if first:  # the page has just read it
        return
    try:
        with records.reading(actor) as work:
            row = get_set(work, opened.row.id)
            drawn = tuple(sorted(each.id for each in annotations_of(work, row.id)))
            same = (row.id, row.version, drawn) == _state_of(opened)
            moved_to = row.person_id if row.person_id != opened.row.person_id else None
            whose = "" if moved_to is None else f" It is now **{as_typed(label_of(work, moved_to))}**’s."
    except NotFoundError:
        st.warning(gone_in_words(records, actor, opened.row.id), icon=":material/sync_problem:")
        return
    if same:
        return
    st.warning(
        f"This set was changed{_by_whom(records, actor, opened.row.id)}.{whose} What you see is older.",
        icon=":material/sync_problem:",
    )
    if st.button("Show it as it is now", key="review-show-now"):
        st.rerun()


def was_open(set_id: str) -> bool:
    """Say whether this tab has shown a set."""
    seen: _State | None = st.session_state.get(_SEEN)
    return seen is not None and seen[0] == set_id


def gone_in_words(records: Records, actor: Actor, set_id: str) -> str:
    """Say that a set that was open is not there any more, and by whom as far as the log tells."""
    return f"This set was removed while you had it open{_by_whom(records, actor, set_id)}. What you typed is below."


def _by_whom(records: Records, actor: Actor, set_id: str) -> str:
    if not actor.sees_everybody:
        return ""
    try:
        with records.reading(actor) as work:
            entry = next(iter(audit_log(work, subject_id=set_id)), None)
    except FormcheckError:
        return ""
    return "" if entry is None else f" ({log_line(entry)})"
