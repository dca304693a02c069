"""Pages that stay open while others work: shown anew as soon as something is done about whom they show."""

from __future__ import annotations

from typing import Final

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.records.audit import newest_change
from formcheck.records.records import Records
from formcheck.web.access.guard import require_actor, require_clinician

_LOOKS_EVERY_S: Final = 5.0


def follow(records: Records, person_id: str | None) -> None:
    """Run the page again whenever something is done about a person, in this tab or elsewhere.

    Called before anything is read, so that nothing is missed. Each look asks anew who looks: access may be taken away.

    Parameters
    ----------
    records
        The records.
    person_id
        None for everybody, whom clinicians see.
    """
    with records.reading(require_clinician() if person_id is None else require_actor()) as work:
        shown = newest_change(work, person_id)
    _look(records, person_id, shown)


@st.fragment(run_every=_LOOKS_EVERY_S)
def _look(records: Records, person_id: str | None, shown: int) -> None:
    actor = require_clinician() if person_id is None else require_actor()
    try:
        with records.reading(actor) as work:
            now = newest_change(work, person_id)
    except FormcheckError:  # the page itself says what is wrong, when somebody does something there
        return
    if now != shown:
        st.rerun()
