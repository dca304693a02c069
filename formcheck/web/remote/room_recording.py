"""The recording of a room's call: whether it is made now, where its parts go, and that it is deleted again.

It is made in the owner's browser, which alone has every picture and every voice; here is when it may, and what comes of
it. Each load of that page makes a file of its own: two halves of a recording cannot be put together as they are.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from formcheck.errors import FormcheckError
from formcheck.records.access import SYSTEM, Actor
from formcheck.records.call_recordings import (
    begin_recording,
    close_recordings,
    delete_recordings,
    stop_recording,
)
from formcheck.records.records import Records
from formcheck.records.sweep import remove_unused
from formcheck.records.tables import RemoteRecording
from formcheck.remote.consent import Answer
from formcheck.remote.recording import Recording
from formcheck.web.remote import replies as told
from formcheck.web.remote.still_links import still_token
from formcheck.web.shared.addresses import RECORDINGS_PATH

_LOG: Final = logging.getLogger(__name__)
_LAST_PARTS_S: Final = 20.0
"""After its end for the last parts to come, and for the page to say that there are no more."""


class RoomRecording:
    """See the module. For one event loop.

    Parameters
    ----------
    session_id
        Of the session.
    records
        Gives the records.
    """

    def __init__(self, session_id: str, records: Callable[[], Records]) -> None:
        self.state = Recording()
        self.why = ""
        """A sentence of how it came to be as it is."""
        self.recording_id: str | None = None
        """Of the file that the owner's page is at."""
        self._session_id, self._records = session_id, records
        self._over: list[str] = []
        """Files that are over, which is not in the records yet."""
        self._is_to_go = False
        """Whether all that was recorded is to be deleted."""
        self._closing: set[asyncio.Task[None]] = set()

    def restore(self, recording_id: str, waits_for: set[str]) -> None:
        """Go on with one that was under way when the server was started anew."""
        self.recording_id = recording_id
        self.state.stage, self.state.waits_for = ("resting" if waits_for else "on"), waits_for

    def end(self, why: str) -> None:
        """End it, whatever is to be written."""
        if self.state.stage != "off":
            self.state.end()
            self.why = why
        self._leave_file()

    def answered(self, person: str, name: str, answer: Answer) -> None:
        """Take somebody's answer: a no ends it at once, one that takes a yes back has all of it deleted."""
        self._is_to_go = self._is_to_go or answer == "withdrawn"
        if answer == "yes":
            self.state.answered(person, answer)
        elif answer == "withdrawn":
            self.end(f"{name} took back that it is recorded. All that was recorded is deleted.")
        else:
            self.end(f"{name} does not agree.")

    def page_is_another(self) -> None:
        """Take note that the owner's page was loaded anew: it begins another file."""
        self._leave_file()

    def _leave_file(self) -> None:
        if self.recording_id is not None:
            self._over.append(self.recording_id)
            self.recording_id = None

    async def settle(self, owner: Actor) -> None:
        """Write what has changed: a file begun, over, or deleted. What cannot be written is tried again.

        Parameters
        ----------
        owner
            Who signs for it.

        Raises
        ------
        FormcheckError
            If the records are away.
        """
        for each in list(self._over):
            await asyncio.to_thread(self._stop, each)
            self._over.remove(each)
            self._close_later()
        if self._is_to_go:
            await asyncio.to_thread(self._delete)
            self._is_to_go = False
        if self.state.stage == "on" and self.recording_id is None:
            try:
                self.recording_id = await asyncio.to_thread(self._begin, owner)
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
        if is_owner and self.recording_id is not None:
            token = still_token(self._session_id, self.recording_id, person, "record")
            door = told.RecordingDoor(self.recording_id, f"{RECORDINGS_PATH}/{self.recording_id}", token)
        return told.RecordingShown(self.state.stage, sorted(self.state.waits_for), self.why, door)
