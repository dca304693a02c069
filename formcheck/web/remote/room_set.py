"""A set that is done in a room: measured over the client's live socket, shown to the clinicians, kept if agreed to."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from formcheck.errors import FormcheckError
from formcheck.exercises.rubric_file import builtin_rubric
from formcheck.records.access import Actor, RecordsError, Role
from formcheck.records.agreed import ConsentError
from formcheck.records.people import get_person
from formcheck.records.records import Records, Work
from formcheck.records.remote_sessions import attach_to_set, keep_moment
from formcheck.records.sets import add_set, drop_video
from formcheck.records.sweep import remove_unused
from formcheck.web.live.keeping import judged_for, new_set_of
from formcheck.web.live.messages import SetupMessage
from formcheck.web.live.pipeline import FinishedSet, PipelineResult
from formcheck.web.live.refusal import set_gone, set_in_use
from formcheck.web.remote.messages import Targets
from formcheck.web.remote.replies import SetStage, TargetsShown

_LOG: Final = logging.getLogger(__name__)
_TIME: Final = re.compile(r'"t":([0-9.e+]+)')
_OWNER_BYTES: Final = 16
NAME: Final = "Remote session"


def shown_targets(targets: Targets | None) -> TargetsShown | None:
    """Return targets as pages are told of them."""
    if targets is None:
        return None
    return TargetsShown(
        targets.exercise,
        builtin_rubric(targets.exercise).name,
        targets.leg,
        targets.target_depth_deg,
        targets.reps,
        targets.hold_s,
        targets.step_height_cm,
        targets.ball,
    )


class Around(Protocol):
    """What a set needs of its room. May be asked from any thread."""

    def client_agreed(self, item: str) -> bool:
        """Say whether the client agrees to an item of consent now."""
        ...

    def client_is_in(self) -> bool:
        """Say whether the client is let in."""
        ...

    def set_began(self, done: RoomSet) -> None:
        """Take note, in the event loop."""
        ...

    def set_answered(self, done: RoomSet, answer: str) -> None:
        """Take what the client's page was answered, in the event loop."""
        ...

    def set_ended(self, done: RoomSet, outcome: Outcome) -> None:
        """Take note of what came of it, in the event loop."""
        ...


@dataclass(frozen=True)
class Outcome:
    """What came of a set."""

    reps: int | None
    """Complete ones; None where nothing was measured."""
    kept_id: str | None
    """Of the set in the records; None where it is not kept."""
    why: str = ""
    """A sentence where it is not kept or not measured."""


@dataclass
class Said:
    """What was said or marked in a set, until that is kept."""

    cues: list[tuple[str, float | None, str]] = field(default_factory=list)
    """Words, capture time (ms) by the client's clock, and whose."""
    moments: dict[str, float | None] = field(default_factory=dict)
    """By the id of a moment, capture time (ms)."""
    stills: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


_TAKEN_BACK: Final = "The client has taken back their consent."


class TakenBackError(RecordsError):
    """The client took back that a set is kept while it was written: nothing of it is."""


class RoomSet:
    """One set, from `start_set` on; a `Sponsor` of the live socket.

    Parameters
    ----------
    room
        In which it is done.
    session_id, person_id
        Of the session, and of the client in the records.
    starter
        Who started it, and signs for it.
    targets
        What is done.
    records
        Gives the records.
    started_at_ms
        By the server's clock.
    since_ms
        From when on the client's page is waited for; None for `started_at_ms`. Later after the server was started anew.
    """

    def __init__(
        self,
        room: Around,
        session_id: str,
        person_id: str,
        starter: Actor,
        targets: Targets,
        records: Callable[[], Records],
        started_at_ms: float,
        *,
        since_ms: float | None = None,
    ) -> None:
        self.targets, self.started_at_ms, self.starter = targets, started_at_ms, starter
        self.owner = f"room {session_id} {secrets.token_hex(_OWNER_BYTES)}"
        """Of the live set, as the live registry has it."""
        self.since_ms = started_at_ms if since_ms is None else since_ms
        self.stage: SetStage = "starting"
        self.set_id: str | None = None
        self.first_t_ms: float | None = None
        """Capture time of the first frame that was answered."""
        self.said = Said()
        self.is_taken_back = False
        """Whether the client took back, since it was started, that they are measured: it is not kept then."""
        self.kept_id: str | None = None
        """Of the set in the records, once it is there."""
        self._began_ms: float | None = None
        self._attached: set[str] = set()
        self._room, self._records = room, records
        self._session_id, self._person_id = session_id, person_id
        self._loop = asyncio.get_running_loop()

    def under_way(self) -> dict[str, Any]:
        """Return what the records keep of it while it is done; see `read_under_way`."""
        by = {"id": self.starter.id, "name": self.starter.name, "role": self.starter.role.value}
        return {"targets": self.targets.model_dump(), "by": by, "started_at_ms": self.started_at_ms}

    # What the live socket asks, from its threads.

    def admits(self) -> bool:
        """Say whether the client may open a live socket for it now."""
        return self.stage in {"starting", "running"} and self._room.client_is_in()

    def arranged(self, setup: SetupMessage) -> SetupMessage:
        """Return what is done: of the page's wishes, how it is sent and how large, and the rest is the room's.

        Raises
        ------
        LiveRefusalError
            If it has begun already, or may not be done.
        """
        if self.set_id is not None:
            raise set_in_use()
        if not self.admits() or not self._room.client_agreed("measure"):
            raise set_gone()
        changes = self.targets.model_dump(exclude={"type"})
        keep = setup.source == "picture" and self._keeps("keep_video")
        return setup.model_copy(update={**changes, "sex": self._sex(), "keep_video": keep})

    def begun(self, set_id: str) -> None:
        """Take note that it has begun."""
        self.set_id = set_id
        self._tell(self._room.set_began)

    def answered(self, set_id: str, answer: str) -> None:
        """Take what the client's page was answered."""
        del set_id
        if self.first_t_ms is None and (found := _TIME.search(answer)) is not None:
            self.first_t_ms = float(found.group(1))
        self._tell(self._room.set_answered, answer)

    def ended(self, set_id: str, result: PipelineResult | None) -> None:
        """Keep the set if the client agreed, and tell the room what came of it."""
        del set_id
        self._tell(self._room.set_ended, self._outcome(result))

    # The rest.

    def t_s(self, t_ms: float | None) -> float | None:
        """Return a capture time from the first frame that was answered on (s), for the screens of the session."""
        return None if t_ms is None or self.first_t_ms is None else max(0.0, (t_ms - self.first_t_ms) / 1000)

    def attach_late(self, work: Work) -> None:
        """Let what was said in its last moment, while it was being kept, be of the set in the records too."""
        if self.kept_id is None:
            return
        moments = {each: _since(self._began_ms, t_ms) for each, t_ms in self.said.moments.items()}
        late = {each: t_s for each, t_s in moments.items() if each not in self._attached}
        stills, notes = (
            tuple(each for each in said if each not in self._attached) for said in (self.said.stills, self.said.notes)
        )
        attach_to_set(work, self._session_id, self.kept_id, moments=late, stills=stills, notes=notes)
        self._attached |= {*late, *stills, *notes}

    def _sex(self) -> str | None:
        try:
            with self._records().reading(self.starter) as work:
                return get_person(work, self._person_id).sex
        except FormcheckError:  # it is done all the same, and judged anew once it is kept
            return None

    def _keeps(self, item: str = "keep_set") -> bool:
        asked = (self._room.client_agreed("keep_set"), self._room.client_agreed(item))
        return not self.is_taken_back and all(asked)

    def _tell(self, what: Callable[..., None], *more: object) -> None:
        with suppress(RuntimeError):  # the loop has ended: nobody is there to be told
            self._loop.call_soon_threadsafe(what, self, *more)

    def _outcome(self, result: PipelineResult | None) -> Outcome:
        if result is None:
            return Outcome(None, None, "Nothing was measured.")
        reps = len(result.finished.assessment.complete_reps)
        if not reps:
            return Outcome(0, None, "No whole rep was done, so it is not kept.")
        if self.is_taken_back:
            return Outcome(reps, None, _TAKEN_BACK)
        if not self._keeps():
            return Outcome(reps, None, "The client has not agreed to keep it.")
        try:
            return Outcome(reps, self._keep(self._records(), result.finished))
        except (TakenBackError, ConsentError) as error:
            return Outcome(reps, None, error.reason)
        except (FormcheckError, OSError) as error:
            _LOG.error("a set of a remote session could not be kept: %s", error)
            return Outcome(reps, None, "It could not be kept: the records cannot be written.")
        except Exception:  # noqa: BLE001 - whatever it was, the room is to hear that the set is over
            _LOG.exception("a set of a remote session could not be kept")
            return Outcome(reps, None, "It could not be kept.")

    def _keep(self, records: Records, finished: FinishedSet) -> str:
        finished = judged_for(records, self.starter, finished, self._person_id)
        with records.files.passing_folder() as folder:
            with_video = self._keeps("keep_video")
            new = new_set_of(
                records.files, finished, folder, name=NAME, person_id=self._person_id, with_video=with_video
            )
            with records.writing(self.starter) as work:
                row = add_set(work, new)
                keep_moment(work, self._session_id, "set", set_id=row.id, t_s=0.0)
                began = finished.began_ms
                moments = {each: _since(began, t_ms) for each, t_ms in self.said.moments.items()}
                for words, t_ms, by in self.said.cues:
                    cue = keep_moment(work, self._session_id, "cue", words, by=by)
                    moments[cue.id] = _since(began, t_ms)
                stills, notes = tuple(self.said.stills), tuple(self.said.notes)
                attach_to_set(work, self._session_id, row.id, moments=moments, stills=stills, notes=notes)
                # Copying a video takes a while, in which a yes may have been taken back.
                if not self._keeps():
                    raise TakenBackError(_TAKEN_BACK, "Ask them, and do the set again.")
                drops_video = with_video and not self._keeps("keep_video")
                if drops_video:
                    drop_video(work, row.id)
                set_id = row.id
        self._began_ms, self._attached = finished.began_ms, {*moments, *stills, *notes}
        self.kept_id = set_id
        if drops_video:
            remove_unused(records)
        return set_id


@dataclass(frozen=True)
class UnderWay:
    """A set that was under way when the server was started anew."""

    targets: Targets
    starter: Actor
    started_at_ms: float


def read_under_way(kept: dict[str, Any]) -> UnderWay | None:
    """Return what was under way; None where another version of formcheck has kept something else."""
    try:
        by = kept["by"]
        starter = Actor(str(by["id"]), str(by["name"]), Role(by["role"]))
        return UnderWay(Targets.model_validate(kept["targets"]), starter, float(kept["started_at_ms"]))
    except (ValueError, KeyError, TypeError):
        return None


def _since(began_ms: float | None, t_ms: float | None) -> float | None:
    return None if began_ms is None or t_ms is None else max(0.0, (t_ms - began_ms) / 1000)
