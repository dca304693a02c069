"""*Remote sessions*: planned, invited to and opened by the clinician, and what is kept of those that were held.

The session itself is a page of its own beside the app (`web.remote`), which is opened from here with a ticket.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from datetime import time as time_of_day
from functools import partial
from typing import Final
from urllib.parse import urlsplit

import streamlit as st

from formcheck.design.drawings import Drawing
from formcheck.errors import FormcheckError
from formcheck.records.access import Actor
from formcheck.records.call_recordings import recordings_of
from formcheck.records.people import labels_of, list_people
from formcheck.records.records import Records, Work
from formcheck.records.remote_sessions import (
    consents_of,
    delete_session,
    delete_still,
    end_session,
    invitations_of,
    invite,
    list_sessions,
    moments_of,
    plan_session,
    revoke_invitation,
    seats_of,
    stills_of,
)
from formcheck.records.sweep import remove_unused
from formcheck.records.tables import RemoteInvitation, RemoteSession, RemoteStill
from formcheck.remote.consent import TEXTS
from formcheck.remote.turn import TurnSettingError, credential, split_urls, turn_settings, usable_turn_settings
from formcheck.remote.turn_check import RelayCheck, check_relay
from formcheck.report.remote_part import ROLES
from formcheck.web.access.guard import require_clinician
from formcheck.web.access.links import page_link_token
from formcheck.web.access.origins import address_for_others
from formcheck.web.access.service import records_service
from formcheck.web.downloads.recordings import show_recordings
from formcheck.web.remote.seats import room_scope
from formcheck.web.shared.addresses import JOIN_PATH, PERSON, REVIEW, SESSION_PATH
from formcheck.web.shared.choose_person import ask_person, person_chosen
from formcheck.web.shared.dates import time_of, viewer_zone
from formcheck.web.shared.empty import show_empty
from formcheck.web.shared.navigation import page_link
from formcheck.web.shared.plain_text import as_typed

_LINK: Final = "remote_link"
"""The link that was made last: it is shown until another is made or the page is left, and never again."""
_CHECKED: Final = "remote_relay_checked"
_MOST_PAST: Final = 20
_KINDS: Final = {
    "cue": "cue",
    "stop": "stop",
    "mark": "mark",
    "good": "good",
    "pain": "pain",
    "look_again": "to look at again",
}


@dataclass(frozen=True)
class _MadeLink:
    session_id: str
    name: str
    address: str


def page() -> None:
    """Show the page."""
    actor = require_clinician()
    records = records_service()
    st.title("Remote sessions", anchor=False)
    _show_relay()
    _ask_new(records, actor)
    with records.reading(actor) as work:
        sessions = list_sessions(work)
        labels = labels_of(list_people(work))
        names = {row.id: labels[row.person_id] for row in sessions}
    going_on = sorted(
        (row for row in sessions if row.ended_at is None), key=lambda row: row.planned_at or row.created_at
    )
    past = [row for row in sessions if row.ended_at is not None]
    if not going_on:
        show_empty(Drawing.PLAN, "No session is planned", "Choose a person above and make one.")
    for row in going_on:
        _show_session(records, actor, row, names[row.id])
    if past:
        st.header("Held", anchor=False)
    for row in past[:_MOST_PAST]:
        _show_past(records, actor, row, names[row.id])


def _say(error: FormcheckError) -> None:
    st.error(f"{error.reason} {error.remedy}")


# The relay.


def _show_relay() -> None:
    try:
        settings = turn_settings()
    except TurnSettingError as error:
        _say(error)
        return
    if not settings.has_relay:
        st.warning(
            "No relay is set up. Calls work within one network, and often across two, but not through firewalls that "
            "only let web pages pass; measures and chat work everywhere. Whoever runs this server can set one up.",
            icon=":material/lan:",
        )
        return
    with st.container(horizontal=True, vertical_alignment="center", key="relay"):
        only = " Nobody learns another's address: all media go by it." if settings.relay_only else ""
        st.caption(f"A relay is set up.{only}", width="content")
        if st.button("Test the relay", icon=":material/network_check:", key="relay-test"):
            made = credential(settings.secret, "self-test", int(time.time()) + settings.seconds)
            st.session_state[_CHECKED] = [check_relay(url, made) for url in split_urls(settings.urls)]
    checked: list[RelayCheck] = st.session_state.get(_CHECKED, [])
    for found in checked:
        show = st.error if not found.ok else st.warning if found.lets_in else st.success
        show(f"`{found.url}`: {found.says}")


# Planned and open.


def _ask_new(records: Records, actor: Actor) -> None:
    with st.container(border=True, key="new-remote"):
        chosen = ask_person(records, actor, "Session with", "remote-person")
        at_once = (
            st.segmented_control("When", ["Now", "Planned"], default="Now", required=True, key="remote-when") == "Now"
        )
        planned = None if at_once else _ask_time()
        relay_only = st.toggle(
            "Hide addresses: send sound and picture by the relay only",
            key="remote-relay-only",
            help="Nobody in the session can then learn the network address of another. Needs a relay.",
        )
        if relay_only and not usable_turn_settings().has_relay:
            st.warning(
                "No relay is set up, so in this session nobody would hear or see another.", icon=":material/lan:"
            )
        pressed = st.button("Make the session", type="primary", disabled=not chosen, key="remote-make")
    if not pressed or not chosen:
        return
    try:
        with records.writing(actor) as work:
            session = plan_session(work, person_chosen(work, chosen), planned, relay_only=relay_only)
            _keep_link(work, session, None)
    except FormcheckError as error:
        _say(error)
    else:
        st.rerun()


def _ask_time() -> datetime:
    zone = viewer_zone()
    now = datetime.now(zone)
    day: date = st.date_input("Day", value=now.date(), min_value=now.date(), key="remote-day")
    at: time_of_day = st.time_input("Time", value=time_of_day(now.hour, 0), key="remote-time")
    return datetime.combine(day, at, zone)


def _keep_link(work: Work, session: RemoteSession, name: str | None) -> None:
    """Invite the client, or with a name somebody else, and keep the link to show it."""
    made, code = invite(work, session.id, "client" if name is None else "guest", name)
    split = urlsplit(st.context.url or "")
    own = address_for_others(st.context.url) or (f"{split.scheme}://{split.netloc}" if split.netloc else "")
    st.session_state[_LINK] = _MadeLink(session.id, made.name, f"{own}{JOIN_PATH}#{code}")


def _show_session(records: Records, actor: Actor, row: RemoteSession, name: str) -> None:
    is_mine = row.owner_id == actor.id
    with st.container(border=True, key=f"remote-{row.id}"):
        when = "now" if row.planned_at is None else time_of(row.planned_at)
        st.subheader(as_typed(name), anchor=False)
        st.caption(f"{when} · room of {as_typed(row.owner)}{' · by the relay only' if row.relay_only else ''}")
        with st.container(horizontal=True, vertical_alignment="center", key=f"remote-do-{row.id}"):
            ticket = page_link_token(actor, room_scope(row.id))
            label = "Open the session" if is_mine else "Ask to join"
            address = f"{SESSION_PATH}/{row.id}#{ticket}"
            st.link_button(label, address, icon=":material/video_call:", type="primary")
            page_link(PERSON, "Records", icon=":material/person:", person=row.person_id)
            if is_mine and st.button("End", icon=":material/call_end:", key=f"remote-end-{row.id}"):
                _do(records, actor, lambda work: end_session(work, row.id, f"{actor.name} ended the session."))
        if is_mine:
            _show_invitations(records, actor, row)


def _do(records: Records, actor: Actor, does: Callable[[Work], object], *, clean: bool = False) -> None:
    try:
        with records.writing(actor) as work:
            does(work)
        if clean:
            remove_unused(records)
    except FormcheckError as error:
        _say(error)
    else:
        st.rerun()


def _show_invitations(records: Records, actor: Actor, row: RemoteSession) -> None:
    made: _MadeLink | None = st.session_state.get(_LINK)
    if made is not None and made.session_id == row.id:
        st.markdown(f"**Link for {as_typed(made.name)}.** It is shown only now: copy it, and send it to them alone.")
        st.code(made.address, language=None, wrap_lines=True)
    with records.reading(actor) as work:
        invitations = invitations_of(work, row.id)
    for each in invitations:
        with st.container(horizontal=True, vertical_alignment="center", key=f"invitation-{each.id}"):
            st.caption(f"{as_typed(each.name)} ({each.role}): {_state(each)}", width="content")
            if each.revoked_at is None and st.button("Revoke", key=f"revoke-{each.id}"):
                st.session_state.pop(_LINK, None)
                _do(records, actor, partial(revoke_invitation, invitation_id=each.id))
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"remote-invite-{row.id}"):
        if st.button("New link for the client", icon=":material/link:", key=f"remote-link-{row.id}"):
            _do(records, actor, lambda work: _keep_link(work, row, None))
        name = st.text_input(
            "Somebody else, such as an interpreter", placeholder="Name", key=f"remote-guest-{row.id}", max_chars=100
        )
        if st.button("Link for them", disabled=not name.strip(), key=f"remote-guest-link-{row.id}"):
            _do(records, actor, lambda work: _keep_link(work, row, name.strip()))


def _state(each: RemoteInvitation) -> str:
    if each.revoked_at is not None:
        return "revoked"
    zone = viewer_zone()
    until = f"good from {time_of(each.valid_from)} to {each.valid_until.astimezone(zone):%H:%M}"
    return f"{until}, used by one browser" if each.browser_sha256 is not None else f"{until}, not used yet"


# Held.


def _show_past(records: Records, actor: Actor, row: RemoteSession, name: str) -> None:
    held = row.opened_at or row.created_at
    with st.expander(f"{as_typed(name)} · {time_of(held)} · {as_typed(row.owner)}"):
        with records.reading(actor) as work:
            seats = [seat for seat in seats_of(work, row.id) if seat.admitted_at is not None]
            consents, moments, stills = consents_of(work, row.id), moments_of(work, row.id), stills_of(work, row.id)
            recorded = recordings_of(work, row.id)
            pictures = {still.id: work.file_path(still.sha256).read_bytes() for still in stills}
        there = [f"{as_typed(seat.name)} ({ROLES.get(seat.role, seat.role)})" for seat in seats]
        st.markdown(f"**There:** {', '.join(there) or 'nobody was let in'}.")
        if row.ended_why:
            st.caption(as_typed(row.ended_why))
        agreed = [
            f"- {as_typed(each.name)}: *{TEXTS[each.item].title}*: {each.answer}, {time_of(each.at)}"  # type: ignore[index]
            for each in consents
            if each.item in TEXTS
        ]
        st.markdown("\n".join(["**Agreed:**", *agreed]) if agreed else "**Agreed:** nothing.")
        sets = [each.set_id for each in moments if each.kind == "set" and each.set_id is not None]
        for number, set_id in enumerate(sets, 1):
            page_link(REVIEW, f"Set {number}", icon=":material/movie:", set=set_id)
        lines = [
            f"- {time_of(each.at)}: {_KINDS[each.kind]} {as_typed(each.text)} ({as_typed(each.made_by)})"
            for each in moments
            if each.kind in _KINDS
        ]
        if lines:
            st.markdown("\n".join(lines))
        _show_stills(records, actor, stills, pictures)
        show_recordings(records, actor, recorded)
        if not (sets or lines or stills or recorded):
            st.caption("Nothing of it is kept but who was there and what was agreed to.")
        if st.button("Delete what is kept of this session", key=f"remote-delete-{row.id}"):
            _do(records, actor, lambda work: delete_session(work, row.id), clean=True)


def _show_stills(records: Records, actor: Actor, stills: Sequence[RemoteStill], pictures: dict[str, bytes]) -> None:
    for still in stills:
        shown = "shown to the client" if still.shared else "not shown to the client"
        st.image(pictures[still.id], caption=f"{time_of(still.taken_at)}, {still.taken_by}; {shown}", width=320)
        if st.button("Delete the picture", key=f"still-delete-{still.id}"):
            try:
                with records.writing(actor) as work:
                    delete_still(work, still.id)
                remove_unused(records)
            except FormcheckError as error:
                _say(error)
            else:
                st.rerun()
