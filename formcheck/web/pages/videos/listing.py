"""The list of uploads: how far each is, what it is taken for and why, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

import streamlit as st

from formcheck.design.drawings import Drawing
from formcheck.errors import FormcheckError
from formcheck.exercises.catalogue.exercise import exercise_title, exercises
from formcheck.intake.correcting import accept_person
from formcheck.intake.duplicates import duplicate_of
from formcheck.intake.ending import cancel, drop_file, remove_entry, try_again
from formcheck.intake.guesses import proposed_for_upload
from formcheck.intake.queue import list_uploads
from formcheck.intake.states import UNDER_WAY, UploadState, upload_path
from formcheck.intake.wishes import guess_of, guessed_moment, people_seen, wishes_of
from formcheck.records.access import Actor
from formcheck.records.agreed import VIDEO, Refusal, refusals
from formcheck.records.people import labels_of, list_people
from formcheck.records.records import Records, Work
from formcheck.records.reviewing import others_of_recording
from formcheck.records.tables import ExerciseSet, Upload
from formcheck.web.access.identity import current_actor
from formcheck.web.pages.videos.editing import edit
from formcheck.web.shared.addresses import REVIEW
from formcheck.web.shared.dates import short_day_of
from formcheck.web.shared.empty import show_empty
from formcheck.web.shared.navigation import page_link
from formcheck.web.shared.plain_text import as_typed
from formcheck.web.shared.stored_words import part_in_words

_MINUTE_S: Final = 60
_HOUR_S: Final = 3600
_TOO_EARLY_S: Final = 3.0
"""Before that nobody can say how long an analysis takes."""
_TOO_LITTLE: Final = 0.03
_VIEWS: Final = {"front": "from the front", "side": "from the side", "oblique": "from between front and side"}


@dataclass(frozen=True)
class UploadFact:
    """Something that an upload is taken for."""

    said: str
    """Plain text."""
    why: str = ""
    """Why formcheck thinks so; empty for what somebody said."""
    open: bool = False
    """Whether somebody should say it, since nothing tells."""


def facts(
    row: Upload,
    people: Mapping[str, str],
    day_of: Callable[[datetime], str],
    without_video: Mapping[str, Refusal] = MappingProxyType({}),
) -> list[UploadFact]:
    """Return what an upload is taken for: whose it is, exercise, leg, view, date.

    Parameters
    ----------
    row
        The upload.
    people
        Names by id.
    day_of
        Turns a moment into a day in words.
    without_video
        Who refuses that videos are kept, by id.
    """
    said = wishes_of(row)
    found = [_whose(row, people)]
    exercise = guess_of(row, "exercise")
    if said.request.exercise is not None:
        found.append(UploadFact(exercise_title(said.request.exercise)))
    elif exercise is not None and exercise.value in exercises():
        found.append(UploadFact(exercise_title(exercise.value), exercise.reason[:1].lower() + exercise.reason[1:]))
    for name, value, words in (
        ("leg", said.request.leg, {"left": "left leg", "right": "right leg"}),
        ("view", said.request.view, _VIEWS),
    ):
        guess = guess_of(row, name)
        if value is not None:
            found.append(UploadFact(words.get(value.value, value.value)))
        elif guess is not None and guess.value in words:
            found.append(UploadFact(words[guess.value], guess.reason))
    moment, date = said.done_at or guessed_moment(row), guess_of(row, "done_at")
    if moment is not None:
        found.append(UploadFact(day_of(moment), "" if said.done_at is not None or date is None else date.reason))
    refused = without_video.get(row.person_id or "")
    if refused is not None or not said.keep_video:
        found.append(UploadFact("landmarks only", "" if refused is None else refused.clause))
    return found


def _whose(row: Upload, people: Mapping[str, str]) -> UploadFact:
    if row.person_id is not None:
        return UploadFact(people.get(row.person_id, "somebody"))
    proposed = proposed_for_upload(row)
    if proposed is None or proposed.value not in people:
        return UploadFact("Nobody’s yet", open=not wishes_of(row).person_said)
    return UploadFact(f"Nobody’s yet. {people[proposed.value]}?", proposed.reason, open=True)


def time_in_words(seconds: float) -> str:
    """Write a time as people say it: `5 s`, `about 3 min`, `about 2 h`."""
    if seconds < _MINUTE_S:
        return f"{max(1, round(seconds))} s"
    if seconds < _HOUR_S:
        return f"about {round(seconds / _MINUTE_S)} min"
    return f"about {round(seconds / _HOUR_S)} h"


def time_left_s(row: Upload, now: datetime) -> float | None:
    """Return how long an analysis takes yet by its pace so far (s), None while it is too early to say."""
    if row.state != UploadState.RUNNING or row.started_at is None or not row.share or row.share < _TOO_LITTLE:
        return None
    elapsed_s = (now - row.started_at).total_seconds()
    return elapsed_s * (1 - row.share) / row.share if elapsed_s > _TOO_EARLY_S else None


def progress_in_words(row: Upload, now: datetime) -> str:
    """Say what an analysis is at, and how long it takes yet."""
    left_s = time_left_s(row, now)
    stage = f"{row.stage} …" if row.stage else "Starting …"
    return stage if left_s is None else f"{stage} {time_in_words(left_s)} left"


_SHOWN: Final = 40
_ENDED_SHOWN: Final = timedelta(days=30)
_INTERRUPTED: Final = timedelta(seconds=20)
"""Without a byte for so long, a transfer is not under way in any window."""
_ERROR: Final = "uploads_error"
_BADGES: Final = {
    UploadState.RECEIVING: ":orange-badge[:material/pause: interrupted]",
    UploadState.WAITING: ":gray-badge[:material/schedule: waits]",
    UploadState.RUNNING: ":blue-badge[:material/sync: being measured]",
    UploadState.DONE: ":green-badge[:material/check: measured]",
    UploadState.FAILED: ":red-badge[:material/error: not measured]",
    UploadState.CANCELLED: ":gray-badge[:material/block: cancelled]",
    UploadState.DUPLICATE: ":gray-badge[:material/content_copy: already here]",
}

_Act = Callable[[Work, str], Upload]


def show_list(records: Records, actor: Actor) -> None:
    """Show the uploads that the actor may see, the newest first."""
    with records.reading(actor) as work:
        rows = [row for row in list_uploads(work) if _is_shown(row, work.now)]
        people = labels_of(list_people(work))
        without_video = refusals(work, VIDEO)
        with_file = {
            row.id for row in rows if row.state == UploadState.FAILED and upload_path(work.files, row).is_file()
        }
        others = {
            row.id: others_of_recording(work, row.set_id)
            for row in rows
            if row.set_id is not None and _is_of_several(work, row.set_id)
        }
    _show_error()
    if not rows:
        sentence = "A video of one set, from the front or the side. Its result stands here when it is measured."
        show_empty(Drawing.VIDEO, "No videos yet", sentence)
        return
    ended = [row for row in rows if row.state in (UploadState.DONE, UploadState.DUPLICATE, UploadState.CANCELLED)]
    if ended:
        st.button(
            "Clear what is finished",
            on_click=_clear,
            args=(records, actor, [row.id for row in ended]),
            help="Takes these off the list. The sets stay.",
            icon=":material/playlist_remove:",
            key="uploads-clear",
        )
    waiting = [row.id for row in reversed(rows) if row.state == UploadState.WAITING]
    for row in rows[:_SHOWN]:
        before = waiting.index(row.id) if row.id in waiting else 0
        with st.container(border=True, key=f"upload-{row.id}"):
            _show_one(records, actor, row, people, without_video, before, can_retry=row.id in with_file)
            for other in others.get(row.id, ()):
                page_link(REVIEW, f"Same video: {part_in_words(other)}", icon=":material/movie:", set=other.id)
    if len(rows) > _SHOWN:
        st.caption(f"{len(rows) - _SHOWN} older ones are not shown.")


def _is_shown(row: Upload, now: datetime) -> bool:
    if row.state == UploadState.RECEIVING:
        return row.updated_at < now - _INTERRUPTED
    return row.state in UNDER_WAY or row.updated_at > now - _ENDED_SHOWN


def _is_of_several(work: Work, set_id: str) -> bool:
    """Say whether the set that came of an upload is part of its recording, so that there may be others."""
    measured = work.session.get(ExerciseSet, set_id)
    return (
        measured is not None
        and work.actor.may_see(measured.person_id)
        and bool((measured.corrected or measured.automatic).get("within"))
    )


def _show_one(
    records: Records,
    actor: Actor,
    row: Upload,
    people: dict[str, str],
    without_video: Mapping[str, Refusal],
    before: int,
    *,
    can_retry: bool,
) -> None:
    state = UploadState(row.state)
    st.markdown(f"**{as_typed(row.name)}** {_BADGES[state]}")
    if state == UploadState.RUNNING:
        st.progress(min(1.0, row.share or 0.0), text=progress_in_words(row, records.now()))
    elif state == UploadState.WAITING and before:
        st.caption(f"{before} before it." if before > 1 else "One before it.")
    elif state == UploadState.RECEIVING:
        share = f"{100 * row.received // row.size} %"
        st.markdown(f"{share} of it is here. Choose the same file again, and it goes on from there.")
    elif state == UploadState.FAILED:
        st.markdown(f":red[{as_typed(row.reason)}] {as_typed(row.remedy)}")
    elif state == UploadState.DUPLICATE:
        st.markdown(_duplicate_in_words(row))
    if state not in (UploadState.DUPLICATE, UploadState.CANCELLED) and (state != UploadState.FAILED or can_retry):
        st.markdown(_facts_in_words(row, people, without_video))
    with st.container(horizontal=True, vertical_alignment="center", key=f"upload-actions-{row.id}"):
        _offer_actions(records, actor, row, state, people, can_retry=can_retry)


def _duplicate_in_words(row: Upload) -> str:
    if row.set_id is not None:
        return "The same file was measured before."
    return "The same file is in this list already." if duplicate_of(row) else "The same file was measured and deleted."


def _facts_in_words(row: Upload, people: dict[str, str], without_video: Mapping[str, Refusal]) -> str:
    parts = []
    for fact in facts(row, people, short_day_of, without_video):
        why = f" :small[({as_typed(fact.why)})]" if fact.why else ""
        parts.append(f":orange[{as_typed(fact.said)}]{why}" if fact.open else f"{as_typed(fact.said)}{why}")
    return " · ".join(parts)


def _offer_actions(
    records: Records, actor: Actor, row: Upload, state: UploadState, people: dict[str, str], *, can_retry: bool
) -> None:
    if row.set_id is not None:
        page_link(REVIEW, "Open review", icon=":material/movie:", set=row.set_id)
    is_to_measure = wishes_of(row).for_set is None
    may_change = (
        (state in UNDER_WAY and is_to_measure)
        or (state == UploadState.FAILED and can_retry and is_to_measure)
        or (state == UploadState.DONE and row.set_id is not None and actor.sees_everybody)
    )
    nobodys = row.person_id is None and not wishes_of(row).person_said and actor.sees_everybody
    label = "Choose who is measured" if people_seen(row) else "Say whose it is" if nobodys else "Change"
    proposed = proposed_for_upload(row)
    if may_change and nobodys and proposed is not None and proposed.value in people:
        st.button(
            "Yes, it is theirs",
            key=f"upload-accept-{row.id}",
            icon=":material/how_to_reg:",
            on_click=_accept,
            args=(records, actor, row.id),
        )
    if may_change and st.button(label, key=f"upload-change-{row.id}", icon=":material/edit:"):
        edit(row.id)
        st.rerun(scope="app")
    if can_retry:
        _button("Try again", "refresh", try_again, records, actor, row.id)
    if state in UNDER_WAY:
        _button("Cancel", "close", cancel, records, actor, row.id)
    else:
        _button("Remove", "playlist_remove", remove_entry, records, actor, row.id)


def _button(label: str, icon: str, act: _Act, records: Records, actor: Actor, upload_id: str) -> None:
    st.button(
        label,
        key=f"upload-{icon}-{upload_id}",
        icon=f":material/{icon}:",
        on_click=_do,
        args=(act, records, actor, upload_id),
    )


def _do(act: _Act, records: Records, actor: Actor, upload_id: str) -> None:
    """Do something with an upload, for whoever has the page open by now: a callback is run before the page."""
    if current_actor() != actor:
        return
    try:
        with records.writing(actor) as work:
            row = act(work, upload_id)
        with records.reading(actor) as work:
            if act is not try_again:
                drop_file(work, row)
    except FormcheckError as error:
        st.session_state[_ERROR] = error


def _accept(records: Records, actor: Actor, upload_id: str) -> None:
    """Take the person who is proposed, as `_do` does something."""
    if current_actor() != actor:
        return
    try:
        accept_person(records, actor, upload_id)
    except FormcheckError as error:
        st.session_state[_ERROR] = error


def _clear(records: Records, actor: Actor, upload_ids: Sequence[str]) -> None:
    for upload_id in upload_ids:
        _do(remove_entry, records, actor, upload_id)


def _show_error() -> None:
    error = st.session_state.pop(_ERROR, None)
    if isinstance(error, FormcheckError):
        st.error(f"{as_typed(error.reason)} {as_typed(error.remedy)}", icon=":material/error:")
