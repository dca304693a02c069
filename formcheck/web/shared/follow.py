"""Pages that stay open while others work: shown anew as soon as something is done about whom they show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.records.access import Actor
from formcheck.records.audit import newest_change
from formcheck.records.records import Records

_LOOKS_EVERY_S: Final = 5.0


def follow(records: Records, require_actor: Callable[[], Actor], person_id: str | None) -> None:
    """Run the page again whenever something is done about a person, in this tab or elsewhere.

    Called before anything is read, so that nothing is missed.

    Parameters
    ----------
    records
        The records.
    require_actor
        Gives who looks, anew at each look: access may be taken away.
    person_id
        None for everybody.
    """
    with records.reading(require_actor()) as work:
        shown = newest_change(work, person_id)
    _look(records, require_actor, person_id, shown)


@st.fragment(run_every=_LOOKS_EVERY_S)
def _look(records: Records, require_actor: Callable[[], Actor], person_id: str | None, shown: int) -> None:
    actor = require_actor()
    try:
        with records.reading(actor) as work:
            now = newest_change(work, person_id)
    except FormcheckError:  # the page itself says what is wrong, when somebody does something there
        return
    if now != shown:
        st.rerun()
