"""What stands before every page: nobody sees one without being let in, and nothing of who was here before.

A page calls `require_actor` or `require_clinician` first of all. Two parts of a page are run without what stands above
them, so they call it themselves: a fragment, at its beginning; and a callback that changes records, which asks
`current_actor` instead, as it can show nothing.
"""

from __future__ import annotations

from typing import Final

import streamlit as st

from formcheck.records.access import Actor, Role
from formcheck.web.access.identity import NoAccess, Why, current_actor, who_sees_page
from formcheck.web.access.no_access import show_no_access, show_not_for_clients

__all__ = ["admit", "current_actor", "require_actor", "require_clinician"]

_WAS_HERE: Final = "formcheck_actor_id"


def admit() -> Actor | NoAccess:
    """Return who has the page open; what the session holds of somebody else is gone before anything is shown."""
    found = who_sees_page()
    if isinstance(found, NoAccess) and found.why is Why.OTHER_COMPUTER:
        # There is one user, so nothing of another's to hide; and a browser whose connection breaks off while its page
        # runs looks like this for a moment.
        return found
    before = st.session_state.get(_WAS_HERE)
    now = found.id if isinstance(found, Actor) else ""
    if before is not None and before != now:
        st.session_state.clear()
    st.session_state[_WAS_HERE] = now
    return found


def require_actor() -> Actor:
    """Return who has the page open, or say why nobody is let in and end the page here."""
    found = admit()
    if not isinstance(found, Actor):
        show_no_access(found)
        st.stop()
    return found


def require_clinician() -> Actor:
    """Return who has the page open, or end the page here if it is a client or nobody."""
    actor = require_actor()
    if actor.role is Role.CLIENT:
        show_not_for_clients()
        st.stop()
    return actor
