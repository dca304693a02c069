"""Layer: the records, in process. Every function that works for somebody is tried by a client with another's ids.

The functions are found by looking, not by a list: whoever adds one, or gives one a new argument, has it tried too, or
fails here until it is said what a client would pass.
"""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import select

import formcheck.intake
import formcheck.records
import formcheck.web
from formcheck.errors import FormcheckError, VideoError
from formcheck.exercises.plan import Plan
from formcheck.intake.queue import Announced
from formcheck.intake.settings import IntakeSettings
from formcheck.intake.wishes import Wishes
from formcheck.pose.landmarks import Side
from formcheck.programme.course import How
from formcheck.programme.plan import Item, Phase, Programme
from formcheck.records.access import Actor, NotAllowedError, NotFoundError, Role
from formcheck.records.clinic import Signs
from formcheck.records.people import PersonDetails
from formcheck.records.programmes import NewDone
from formcheck.records.records import Records, Work
from formcheck.records.remote_sessions import NewStill, SeatState, keep_still
from formcheck.records.sets import NewSet, keep_track
from formcheck.records.tables import Table
from formcheck.remote.consent import TEXTS, Given
from formcheck.report.letterhead import Paper
from formcheck.session.request import SetRequest
from tests.records.kept import measured
from tests.sample_tracks import sample_track

from .clinic import Clinic, Kept

Function = Callable[..., Any]

FOR_WORKERS: Final = {
    "formcheck.intake.claims": "what worker processes do with the queue; no page or route has a claim",
    "formcheck.intake.analysis": "what a worker process decides about a video that it has measured",
}
"""Modules that never work for a user. That the browser side does not know them is tested below."""
FOR_THE_SYSTEM: Final = {
    "formcheck.records.sets.unused_files": "finds files to remove; called by the clean-up",
    "formcheck.records.sweep.is_named": "asked by the clean-up",
    "formcheck.records.sweep.needless_incoming": "finds files to remove; called by the clean-up",
    "formcheck.intake.room.need_room": "the inside of announcing an upload, and of taking its bytes",
    "formcheck.intake.room.need_place": "the inside of announcing an upload",
    "formcheck.records.archive.write_archive": "the inside of a backup and of an export, which ask who does it before",
    "formcheck.records.exchange_merge.merge": "the inside of an import, which asks who does it before",
    "formcheck.intake.duplicates.enter_queue": "the inside of completing an upload",
    "formcheck.intake.duplicates.settle_duplicates": "the inside of ending an upload",
    "formcheck.intake.duplicates.hand_over": "the inside of giving an upload up",
    "formcheck.intake.guesses.guess_by_name": "the inside of completing an upload",
    "formcheck.intake.guesses.guess_person_by_plan": "asked by workers",
}
"""Functions that never work for a user either."""


def modules() -> Iterator[Any]:
    for package in (formcheck.records, formcheck.intake):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" not in found.name:
                yield importlib.import_module(found.name)


def takes_a_row(function: Function) -> bool:
    """Return whether a function needs a row of a table: those come only from functions that are tried here."""
    rows = {mapper.class_.__name__ for mapper in Table.registry.mappers}
    needed = [each for each in inspect.signature(function).parameters.values() if each.default is each.empty]
    return any(str(each.annotation) in rows for each in needed)


def functions() -> dict[str, Function]:
    """Return every function that works for somebody: it takes their work, or who they are."""
    found = {}
    for module in modules():
        for name, function in inspect.getmembers(module, inspect.isfunction):
            full = f"{function.__module__}.{name}"
            kinds = {str(each.annotation) for each in inspect.signature(function).parameters.values()}
            if function.__module__ != module.__name__ or name.startswith("_") or module.__name__ in FOR_WORKERS:
                continue
            if kinds & {"Work", "Actor"} and not takes_a_row(function) and full not in FOR_THE_SYSTEM:
                found[full] = function
    # `may_see` and the like only compare; they take an actor and give yes or no.
    return {name: each for name, each in found.items() if "Actor" not in str(inspect.signature(each).return_annotation)}


FUNCTIONS: Final = functions()


def test_the_functions_are_found() -> None:
    """A search that finds nothing would prove nothing."""
    known = ("sets.get_set", "sets.list_sets", "people.get_person", "reviewing.correct", "erasure.erase_person")
    assert {f"formcheck.records.{name}" for name in known} <= FUNCTIONS.keys()
    assert {"formcheck.intake.ending.cancel", "formcheck.intake.queue.begin"} <= FUNCTIONS.keys()
    assert len(FUNCTIONS) > 40


def test_what_works_for_nobody_is_there_and_is_unknown_to_the_browser_side() -> None:
    known = {f"{module.__name__}.{name}" for module in modules() for name, _ in inspect.getmembers(module)}
    assert known >= FOR_THE_SYSTEM.keys()
    assert {module.__name__ for module in modules()} >= FOR_WORKERS.keys()
    names = [name.rpartition(".")[2] for name in FOR_THE_SYSTEM]
    for file in Path(formcheck.web.__file__).parent.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        for module_name in FOR_WORKERS:
            assert module_name not in text, f"{file.name} works with {module_name}"
        for name in names:
            assert re.search(rf"^from formcheck\.(records|intake).* import .*\b{name}\b", text, re.M) is None, file.name


def arguments(records: Records, actor: Actor, kept: Kept, folder: Path, name: str) -> Mapping[str, object]:
    """Return what somebody passes who knows all ids of another, by the names of the arguments."""
    track = sample_track("wall_squat_side")
    stolen = folder / "stolen.mp4"
    stolen.write_bytes(b"video")
    return {
        "records": records,
        "actor": actor,
        "settings": records.settings if name.endswith(".restore") else IntakeSettings(),
        "replace": True,
        "account_id": kept.actor.id,
        "annotation_id": kept.annotation_id,
        "correction_id": kept.correction_id,
        "note_id": kept.note_id,
        "link_id": kept.link_id,
        "days": 30,
        "at_s": 3.0,
        "person_id": kept.person_id,
        "person_ids": [kept.person_id],
        "plan_id": kept.plan_id,
        "set_id": kept.set_id,
        "source_sha256": kept.video_sha256,
        "subject_id": kept.set_id,
        "upload_id": kept.upload_id,
        "email": kept.email,
        "accepted": True,
        "automatic": None,
        "answers": {"pain_before": 9},
        "body": {"kind": "text", "text": "mine"},
        "change": SetRequest(exercise="squat"),
        "details": PersonDetails(name="Mine"),
        "done_at": datetime(2026, 1, 1, tzinfo=UTC),
        "error": VideoError("Mine.", "None."),
        "exercise": "wall-squat",
        "file": Announced("mine.mp4", 1000),
        "for_browser": True,
        "for_client": True,
        "from_byte": 0,
        "leg": Side.LEFT,
        "name": "Mine",
        "at": datetime(2026, 1, 1, tzinfo=UTC),
        "before": datetime(2100, 1, 1, tzinfo=UTC),
        "browser": "b" * 22,
        "by": "Mine",
        "code": "c" * 22,
        "drawings": [],
        "given": Given(kept.seat_id, "still", "yes", TEXTS["still"].sha256),
        "invitation_id": kept.invitation_id,
        "consent_id": kept.consent_id,
        "item": "video",
        "answer": "yes",
        "logo": keep_still(records.files, b"a logo"),
        "number": 0,
        "paper": Paper.LETTER,
        "sign": True,
        "signed": True,
        "signs": Signs("Mine"),
        "zone": UTC,
        "assessment": measured("wall_squat_side"),
        "since": datetime(2000, 1, 1, tzinfo=UTC),
        "targets": Plan(reps=10, target_depth_deg=45.0),
        "kind": "cue",
        "moments": {},
        "notes": [kept.note_id],
        "planned_at": None,
        "relay_only": True,
        "seat": SeatState(kept.seat_id, "client", "Mine", "mine", "admitted"),
        "seat_id": kept.seat_id,
        "session_id": kept.session_id,
        "shared": False,
        "still_id": kept.still_id,
        "recording_id": kept.recording_id,
        "stills": [kept.still_id],
        "why": "Mine",
        "done_id": kept.done_id,
        "done_ids": [kept.done_id],
        "flags": ["locks"],
        "from_at": datetime(2020, 1, 1, tzinfo=UTC),
        "pain": 9,
        "phase": 0,
        "programme": Programme(title="Mine", phases=(Phase(title="Mine", items=(Item(exercise="clamshell"),)),)),
        "screen_id": kept.screen_id,
        "seen": 1,
        "until_at": datetime(2100, 1, 1, tzinfo=UTC),
        "new": NewDone("clamshell", "each", 1, How.TOLD, id=kept.done_id)
        if name.endswith(".keep_done")
        else NewStill(kept.still_id, keep_still(records.files, b"mine"), 1.0, 640, 480, "Mine")
        if name.endswith(".add_still")
        else NewSet(
            measured_as=SetRequest("wall-squat"),
            assessment=measured("wall_squat_side"),
            track=keep_track(records.files, track),
            origin="upload",
            name="mine.mp4",
            done_at=datetime(2026, 1, 1, tzinfo=UTC),
            person_id=kept.person_id,
        ),
        "answers_id": kept.answers_id,
        "questionnaire": "pain",
        "values": {"usual": 1, "worst": 2},
        "names": {},
        "test": "wall-squat-depth",
        "same_place": False,
        "same_clothes": False,
        "path": stolen,
        "prescription": SetRequest("wall-squat", plan=Plan(reps=1)),
        "removed_too": True,
        "role": Role.CLIENT,
        "said": SetRequest(exercise="squat")
        if name.endswith(".put_set_right")
        else Wishes(SetRequest("squat", plan=Plan()), person_said=True, plan_said=True),
        "sessions_a_day": 1.0,
        "source": stolen,
        "suggestion": {"id": "mine"},
        "swelling": True,
        "t_s": 1.0,
        "target": folder / "target.zip",
        "text": "Mine.",
        "text_sha256": "0" * 64,
        "to_byte": 10,
        "to_change": True,
        "undone_too": True,
        "version": 2,
        "video": keep_still(records.files, b"a video"),
        "proxy": keep_still(records.files, b"a video for browsers"),
        "what": SetRequest("wall-squat", plan=Plan(reps=1)),
        "wishes": Wishes(),
    }


LEFT_OUT: Final = {"progress", "limit"}
"""Arguments that decide nothing about whose it is."""


def attempts(name: str, function: Function, values: Mapping[str, object]) -> Iterator[dict[str, object]]:
    """Give the arguments of every try: all that is known, and as little as is needed."""
    parameters = inspect.signature(function).parameters
    asked = {each: parameter for each, parameter in parameters.items() if each not in {"work", *LEFT_OUT}}
    missing = [each for each in asked if each not in values]
    assert not missing, f"say in `arguments` what a client would pass to {name} as {', '.join(missing)}"
    yield {each: values[each] for each in asked}
    yield {each: values[each] for each, parameter in asked.items() if parameter.default is parameter.empty}
    for each, parameter in asked.items():
        if "None" in str(parameter.annotation):
            yield {**{other: values[other] for other in asked}, each: None}


def call(function: Function, records: Records, actor: Actor, values: Mapping[str, object]) -> object:
    """Call a function for somebody, in a transaction of theirs where it needs one."""
    if "work" not in inspect.signature(function).parameters:
        return function(**values)
    with records.writing(actor) as work:
        return function(work, **values)


def rows(records: Records) -> dict[str, set[str]]:
    """Return everything in the database, a row a text."""
    with records.engine.connect() as connection:
        return {
            table.name: {json.dumps(list(row), default=str) for row in connection.execute(select(table))}
            for table in Table.metadata.sorted_tables
        }


def shown(result: object, depth: int = 0) -> str:
    """Return all that somebody learns from what a function gives."""
    if isinstance(result, Table):
        columns = result.__table__.columns
        return json.dumps([str(result.__dict__.get(column.key)) for column in columns])
    if isinstance(result, (list, tuple)) and depth < 3:
        return " ".join(shown(each, depth + 1) for each in result)
    return repr(result)


def holds_something_of(kept: Kept, text: str) -> bool:
    theirs = (kept.person_id, kept.set_id, kept.plan_id, kept.note_id, kept.private_note_id, kept.correction_id)
    remote = (kept.session_id, kept.invitation_id, kept.seat_id, kept.still_id, kept.recording_id)
    programme = (kept.programme_id, kept.done_id, kept.screen_id)
    more = (
        *remote,
        *programme,
        kept.answers_id,
        kept.consent_id,
        kept.annotation_id,
        kept.upload_id,
        kept.video_sha256,
        kept.email,
        kept.secret,
    )
    return any(each in text for each in (*theirs, *more))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_client_cannot_see_or_change_what_is_anothers(name: str, clinic: Clinic, tmp_path: Path) -> None:
    function, records = FUNCTIONS[name], clinic.records
    ada, ben = clinic.ada, clinic.ben
    before = rows(records)
    values = arguments(records, ben.actor, ada, tmp_path, name)
    for tried in attempts(name, function, values):
        try:
            seen = shown(call(function, records, ben.actor, tried))
        except FormcheckError as error:
            # Also who is refused for another reason, such as a state, is told nothing of it.
            seen = str(error)
        assert not holds_something_of(ada, seen), f"{name} shows {seen}"
        assert not (tmp_path / "target.zip").exists()
    after = rows(records)
    for table, kept in before.items():
        assert kept <= after[table], f"{name} changed {table}"
        # What was added is Ben's own: nothing new is about Ada.
        assert not any(holds_something_of(ada, each) for each in after[table] - kept), f"{name} added to {table}"


@pytest.mark.parametrize(
    "name", [name for name in FUNCTIONS if "set_id" in inspect.signature(FUNCTIONS[name]).parameters]
)
def test_a_client_cannot_see_or_change_what_is_nobodys(name: str, clinic: Clinic, tmp_path: Path) -> None:
    function, records, ben = FUNCTIONS[name], clinic.records, clinic.ben
    before = rows(records)
    values = {**arguments(records, ben.actor, ben, tmp_path, name), "set_id": clinic.unassigned_set_id}
    (tried, *_) = attempts(name, function, values)
    with pytest.raises((NotFoundError, NotAllowedError)):
        call(function, records, ben.actor, tried)
    assert rows(records) == before


def test_the_work_of_a_client_is_signed_by_the_client(clinic: Clinic) -> None:
    with clinic.records.reading(clinic.ben.actor) as work:
        assert isinstance(work, Work)
        assert (work.actor.role, work.actor.person_id) == (Role.CLIENT, clinic.ben.person_id)
