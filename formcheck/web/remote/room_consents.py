"""What people in a room agree to: each answer is written, and stops at once what is not agreed to any more."""

from __future__ import annotations

from contextlib import suppress

from formcheck.errors import FormcheckError
from formcheck.records.access import SYSTEM
from formcheck.records.call_recordings import CONSENT as RECORDED
from formcheck.records.remote_sessions import keep_consent
from formcheck.remote.consent import Given, Item, answer_to
from formcheck.remote.room import NotNowError, Person, third_persons
from formcheck.web.remote import messages as said
from formcheck.web.remote import replies as told
from formcheck.web.remote.admission import Admission
from formcheck.web.remote.room_recording import RoomRecording
from formcheck.web.remote.room_sets import RoomSets
from formcheck.web.remote.room_stills import RoomStills
from formcheck.web.remote.talkers import Talker, Talkers


class RoomConsents:
    """See the module. A yes counts once it is written, a no before.

    Parameters
    ----------
    talkers
        Who has the room open.
    admission, recording, sets, stills
        Of the room: what a no puts an end to.
    """

    def __init__(
        self, talkers: Talkers, admission: Admission, recording: RoomRecording, sets: RoomSets, stills: RoomStills
    ) -> None:
        self._talkers, self._session, self._room = talkers, talkers.session, talkers.room
        self._admission, self._recording, self._sets, self._stills = admission, recording, sets, stills
        self._unkept: dict[tuple[str, Item], Given] = {}
        """Answers other than yes that are not in the records yet."""

    def ask(self, talker: Talker, message: said.AskConsent) -> None:
        """Ask the client for an answer."""
        del talker
        client = self._talkers.need_client()
        client.say(told.Asked(consent=self._talkers.consent(client.id, message.what)))

    async def answered(self, talker: Talker, message: said.GiveConsent) -> None:
        """Take somebody's answer."""
        person = self._room.people[talker.id]
        if person.standing == "replacing":
            raise NotNowError("not-now", "The clinician was asked about this browser.", "Wait for the answer.")
        if person.standing == "admitted" and person.role != "client" and message.what != RECORDED:
            raise NotNowError("not-allowed", "This is the client's to answer.", "Ask them.")
        given = self._room.answered(talker.id, message.what, message.answer, message.text_sha256)
        is_kept = (given.person, given.item) not in self._unkept
        if is_kept and answer_to(self._room.consents, given.person, given.item) == given.answer:
            talker.say(told.Consented(person=given.person, what=given.item, answer=given.answer))
            self._recording.answered(given)
            return
        if given.answer == "yes":
            await self._keep(given)
            self._count(given, talker)
            self._recording.answered(given)
            return
        # A no holds whether it can be written or not.
        self._unkept[given.person, given.item] = given
        self._count(given, talker)
        self._recording.answered(given)
        put_back = self._taken_back(given) if self._room.client is person else []
        await self._keep(given)
        for each in put_back:
            await self._admission.keep_seat(each, talker)

    async def _keep(self, given: Given) -> None:
        name = self._room.people[given.person].name
        await self._talkers.write(SYSTEM, lambda work: keep_consent(work, self._session.id, given, name))
        self._unkept.pop((given.person, given.item), None)

    async def keep_unkept(self) -> None:
        """Write the answers that could not be written before."""
        with suppress(FormcheckError):  # the records are still away
            for given in list(self._unkept.values()):
                await self._keep(given)

    def _count(self, given: Given, talker: Talker) -> None:
        self._room.consent(given)
        others = self._talkers.clinicians if self._room.client is not None and self._room.client.id == talker.id else []
        reply = told.Consented(person=given.person, what=given.item, answer=given.answer)
        self._talkers.tell([talker, *others], reply)

    def _taken_back(self, given: Given) -> list[Person]:
        """Stop at once what is not agreed to any more; return who was put back into the waiting room for it."""
        if given.item == "measure":
            self._sets.take_back()
        elif given.item == "still":
            self._stills.want_no_more()
        elif given.item == "third_person":
            return [self._admission.put_back(each.id) for each in third_persons(self._room.people.values())]
        return []
