"""The recording of a room's call: whether it is made now, where its parts go, and that it is deleted again.

It is made in the owner's browser, which alone has every picture and every voice; here is when it may, and what comes of
it. Each load of that page makes a file of its own: two halves of a recording cannot be put together as they are.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import replace
from typing import Final

from formcheck.errors import FormcheckError
from formcheck.records.access import SYSTEM, Actor
from formcheck.records.call_recordings import CONSENT as RECORDED
from formcheck.records.call_recordings import (
    begin_recording,
    close_recordings,
    delete_recordings,
    stop_recording,
)
from formcheck.records.sweep import remove_unused
from formcheck.records.tables import RemoteRecording
from formcheck.remote.consent import Answer, Given
from formcheck.remote.recording import Recording
from formcheck.remote.room import NotNowError
from formcheck.web.remote import messages as said
from formcheck.web.remote import replies as told
from formcheck.web.remote.still_links import still_token
from formcheck.web.remote.talkers import Talker, Talkers
from formcheck.web.shared.addresses import RECORDINGS_PATH

_LOG: Final = logging.getLogger(__name__)
_LAST_PARTS_S: Final = 20.0
"""After its end for the last parts to come, and for the page to say that there are no more."""


class RoomRecording:
    """See the module. For one event loop.

    Parameters
    ----------
    talkers
        Who has the room open.
    """

    def __init__(self, talkers: Talkers) -> None:
        self._talkers, self._room = talkers, talkers.room
        self._session_id, self._records = talkers.session.id, talkers.parts.records
        self._state = Recording()
        self._why = ""
        """A sentence of how it came to be as it is."""
        self._recording_id: str | None = None
        """Of the file that the owner's page is at."""
        self._over: list[str] = []
        """Files that are over, which is not in the records yet."""
        self._is_to_go = False
        """Whether all that was recorded is to be deleted."""
        self._closing: set[asyncio.Task[None]] = set()
        self._told = self.shown("", is_owner=False)

    # When it may be made.

    async def record(self, talker: Talker, message: said.Record) -> None:
        """Begin or end it, as its owner says."""
        if not message.on:
            self.end("")
        elif not self._room.agreed(talker.id, RECORDED):
            raise NotNowError("no-consent", "You have not agreed to the recording yourself.", "Agree, then ask all.")
        else:
            self._why = ""
            there = [each.id for each in self._room.admitted if each.presence != "left"]
            self._state.begin(there, [each for each in there if self._room.agreed(each, RECORDED)])
        self._changed()

    def go_on(self, recording_id: str) -> None:
        """Go on with one that was under way when the server was started anew."""
        self._recording_id = recording_id
        waits_for = {each.id for each in self._room.admitted if not self._room.agreed(each.id, RECORDED)}
        self._state.stage, self._state.waits_for = ("resting" if waits_for else "on"), waits_for

    def end(self, why: str) -> None:
        """End it, whatever is to be written."""
        if self._state.stage != "off":
            self._state.end()
            self._why = why
        self._leave_file()

    def answered(self, given: Given) -> None:
        """Take the answer of somebody who is in."""
        person = self._room.people[given.person]
        if given.item == RECORDED and person.standing == "admitted":
            self._answered(person.id, person.name, given.answer)
            self._changed()

    def _answered(self, person: str, name: str, answer: Answer) -> None:
        """Take an answer: a no ends it at once, one that takes a yes back has all of it deleted."""
        self._is_to_go = self._is_to_go or answer == "withdrawn"
        if answer == "yes":
            self._state.answered(person, answer)
        elif answer == "withdrawn":
            self.end(f"{name} took back that it is recorded. All that was recorded is deleted.")
        else:
            self.end(f"{name} does not agree.")

    def came(self, person: str) -> None:
        """Take note that somebody was let in: it rests until they have agreed."""
        self._state.came(person, agreed=self._room.agreed(person, RECORDED))
        self._changed()

    def went(self, person: str) -> None:
        """Take note that somebody is out again."""
        self._state.went(person)

    def page_is_another(self) -> None:
        """Take note that the owner's page was loaded anew: it begins another file."""
        self._leave_file()

    # What comes of it.

    def _leave_file(self) -> None:
        if self._recording_id is not None:
            self._over.append(self._recording_id)
            self._recording_id = None

    async def settle(self) -> None:
        """Write what has changed, and tell all of it. What cannot be written is tried again."""
        with suppress(FormcheckError):  # the records are away
            await self._write(self._talkers.owner_actor)
        self._changed()

    async def _write(self, owner: Actor) -> None:
        """Write a file that was begun, that is over, or that is deleted."""
        for each in list(self._over):
            await asyncio.to_thread(self._stop, each)
            self._over.remove(each)
            self._close_later()
        if self._is_to_go:
            await asyncio.to_thread(self._delete)
            self._is_to_go = False
        if self._state.stage == "on" and self._recording_id is None:
            try:
                self._recording_id = await asyncio.to_thread(self._begin, owner)
            except FormcheckError as error:
                self.end(f"{error.reason} {error.remedy}")

    def _begin(self, owner: Actor) -> str:
        with self._records().writing(owner) as work:
            return begin_recording(work, self._session_id).id

    def _stop(self, recording_id: str) -> None:
        with self._records().writing(SYSTEM) as work:
            stop_recording(work, recording_id)

    def _delete(self) -> None:
        with self._records().writing(SYSTEM) as work:
            delete_recordings(work, self._session_id)
        remove_unused(self._records())

    def _close_later(self) -> None:
        """Make whole what is over, should its page not say that it has sent everything."""
        task = asyncio.create_task(self._close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _close(self) -> None:
        await asyncio.sleep(_LAST_PARTS_S)
        mine = (RemoteRecording.session_id == self._session_id) & RemoteRecording.stopped_at.is_not(None)
        with suppress(FormcheckError):  # then it is done when the app starts, or once a day
            await asyncio.to_thread(close_recordings, self._records(), mine)

    def shown(self, person: str, *, is_owner: bool) -> told.RecordingShown:
        """Return what somebody is told of it."""
        door = None
        if is_owner and self._recording_id is not None:
            token = still_token(self._session_id, self._recording_id, person, "record")
            door = told.RecordingDoor(self._recording_id, f"{RECORDINGS_PATH}/{self._recording_id}", token)
        return told.RecordingShown(self._state.stage, sorted(self._state.waits_for), self._why, door)

    def _changed(self) -> None:
        """Tell all of it where it is another than they were told of."""
        owner = self._talkers.owner
        now = self.shown("" if owner is None else owner.id, is_owner=True)
        if replace(now, door=None) == replace(self._told, door=None) and (now.door and now.door.recording) == (
            self._told.door and self._told.door.recording
        ):
            return
        self._told = now
        for each in self._talkers.admitted:
            each.say(told.RecordingNow(recording=self.shown(each.id, is_owner=each is owner)))
