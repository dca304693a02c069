"""Signed links: an address that opens one thing, for one account, for a while.

A link alone opens nothing. Whoever uses it is asked who they are just as on a page (see `identity`), and must be who
it was made for; what they may see is then asked of the records. So a link that got into other hands is of no use there,
and ends with the login and with the account. What it adds: a page elsewhere cannot make a browser fetch from here.

The secret is made anew with each process and never written down. Links do not survive a restart, and need not: a page
that was open connects again by itself, runs, and makes new ones.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from typing import Final

import streamlit as st
from itsdangerous import BadData
from starlette.requests import HTTPConnection

from formcheck.records.access import Actor, RecordsError
from formcheck.web.access.identity import who_asks
from formcheck.web.shared.signing import signer

LINK_LASTS_S: Final = 2 * 3600.0
"""A page left open for longer has to be reloaded."""
_FRESH_S: Final = LINK_LASTS_S / 2
"""A page gives out the same link until then, so that a video is not loaded anew each time the page runs."""
_SALT: Final = "formcheck-link"
_LONGEST: Final = 512
"""Characters; a link of ours has about 150."""
_KEPT: Final = "formcheck_links"

UPLOADS: Final = "uploads"
"""Scope of sending videos in."""


def video_scope(set_id: str) -> str:
    """Return the scope of watching the video of a set."""
    return f"set:{set_id}:video"


def player_scope(set_id: str) -> str:
    """Return the scope of the landmarks and curves of a set."""
    return f"set:{set_id}:player"


def document_scope(set_id: str, kind: str) -> str:
    """Return the scope of one document about a set."""
    return f"set:{set_id}:document:{kind}"


def recording_scope(recording_id: str) -> str:
    """Return the scope of watching the recording of a call."""
    return f"recording:{recording_id}"


def export_scope(person_id: str) -> str:
    """Return the scope of everything about a person, as one archive."""
    return f"person:{person_id}:export"


def record_scope(person_id: str, form: str) -> str:
    """Return the scope of everything about a person, to be read."""
    return f"person:{person_id}:record:{form}"


def progress_scope(person_id: str, exercise: str) -> str:
    """Return the scope of a person's progress in an exercise, as a document."""
    return f"person:{person_id}:progress:{exercise}"


def comparison_scope(first_id: str, second_id: str, kind: str) -> str:
    """Return the scope of two sets beside each other, as a document."""
    return f"sets:{first_id}:{second_id}:{kind}"


class LinkRefusedError(RecordsError):
    """A link that is not ours, is for something or somebody else, or is too old. One error for all of them."""

    def __init__(self) -> None:
        super().__init__("This link is no longer valid.", "Reload the page that it is on.")


class LinkMaker:
    """Makes and reads links.

    Parameters
    ----------
    clock
        Seconds since the epoch.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._serializer = signer(_SALT, clock)

    def issue(self, actor: Actor, scope: str) -> str:
        """Return a token, fit for an address."""
        return str(self._serializer.dumps([actor.id, scope]))

    def account_of(self, token: str, scope: str) -> str:
        """Return the id of the account that a token was made for.

        Raises
        ------
        LinkRefusedError
            If it is not ours, was altered, is too old or is for something else.
        """
        try:
            if len(token) > _LONGEST:
                raise BadData("too long")
            content = self._serializer.loads(token, max_age=int(LINK_LASTS_S))
        except BadData as error:
            raise LinkRefusedError from error
        account_id, issued_for = content
        if issued_for != scope:
            raise LinkRefusedError
        return str(account_id)


@cache
def link_maker() -> LinkMaker:
    """Return the maker of this process."""
    return LinkMaker()


def issue_link(actor: Actor, scope: str) -> str:
    """Return a token with which this actor opens what the scope says, for two hours."""
    return link_maker().issue(actor, scope)


def read_link(token: str, scope: str, connection: HTTPConnection) -> Actor:
    """Return who uses a link.

    Asks the records, so it waits for a disk: not to be called in an event loop, but in a thread.

    Parameters
    ----------
    token
        As it was given.
    scope
        What is asked for.
    connection
        The request or socket that uses it.

    Raises
    ------
    LinkRefusedError
        If the link does not hold, or who uses it is not who it was made for or is not let in any more.
    """
    account_id = link_maker().account_of(token, scope)
    actor = who_asks(connection)
    if not isinstance(actor, Actor) or actor.id != account_id:
        raise LinkRefusedError
    return actor


def page_link_token(actor: Actor, scope: str) -> str:
    """Return a token for the page that is being run: for an hour the same one, so that its addresses stay the same."""
    kept: dict[tuple[str, str], tuple[str, float]] = st.session_state.setdefault(_KEPT, {})
    token, made_at_s = kept.get((actor.id, scope), ("", 0.0))
    now_s = time.monotonic()
    if not token or now_s - made_at_s > _FRESH_S:
        token = issue_link(actor, scope)
        kept[actor.id, scope] = (token, now_s)
    return token
