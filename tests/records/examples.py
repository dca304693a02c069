"""Records with something in them: a person with all that can be kept of one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from sqlalchemy import Table as SqlTable
from sqlalchemy import select

from formcheck.exercises.plan import Plan
from formcheck.pose.types import PoseTrack
from formcheck.programme.course import How
from formcheck.programme.plan import Item, Phase, Programme
from formcheck.records.access import owner
from formcheck.records.answers import answer_suggestion
from formcheck.records.call_recordings import begin_recording, close_recordings, receive_part
from formcheck.records.consents import answer_consent
from formcheck.records.files import KeptFile
from formcheck.records.notes import edit_note, write_note
from formcheck.records.outcomes import answer, count_as_test
from formcheck.records.people import PersonDetails, add_person
from formcheck.records.plans import prescribe
from formcheck.records.programmes import NewDone, keep_done, put_programme
from formcheck.records.records import Records
from formcheck.records.red_flags import answer_red_flags
from formcheck.records.remote_sessions import (
    NewStill,
    SeatState,
    add_still,
    attach_to_set,
    bind_invitation,
    draw_on_still,
    end_session,
    invite,
    keep_consent,
    keep_moment,
    keep_seat,
    keep_still,
    open_session,
    plan_session,
)
from formcheck.records.reviewing import annotate, correct, remove_annotation
from formcheck.records.sets import NewSet, add_set, keep_track, keep_video, say_pain
from formcheck.records.soap import write_soap
from formcheck.records.tables import Account, RemoteRecording, SafetyAcceptance, Table, Upload, new_id
from formcheck.remote.consent import TEXTS, Given
from formcheck.report.soap import SoapText
from formcheck.session.assessment import Assessment
from formcheck.session.corrections import ExcludeRep
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest

from ..live_webm import live_webm
from ..sample_tracks import sample_track

ROBIN = owner("Robin")
DONE_AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


class Clock:
    """A time that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.time = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.time

    def advance(self, **by: float) -> None:
        self.time += timedelta(**by)


@dataclass(frozen=True)
class Example:
    """Ids of what was added."""

    person_id: str
    set_id: str
    upload_id: str
    video: bytes


@cache
def measured(clip: str, exercise: str, name: str) -> tuple[PoseTrack, Assessment]:
    """Return the landmarks of a sample clip under another name, and what was measured of them."""
    track = sample_track(clip)
    track = replace(track, source=replace(track.source, name=name, sha256=hashlib.sha256(name.encode()).hexdigest()))
    return track, assess(track, SetRequest(exercise))


def video_file(records: Records, content: bytes) -> KeptFile:
    """Put something that stands for a video into the store."""
    passing = records.files.passing_name(".mp4")
    passing.write_bytes(content)
    return keep_video(records.files, passing, ".mp4")


def add_sample_set(records: Records, person_id: str | None, name: str, video: bytes | None = None) -> str:
    """Add a set of wall squats and return its id."""
    track, assessment = measured("wall_squat_side", "wall-squat", name)
    kept_track = keep_track(records.files, track)
    kept_video = None if video is None else video_file(records, video)
    proxy = None if video is None else video_file(records, b"for browsers: " + video)
    new = NewSet(
        measured_as=SetRequest("wall-squat"),
        assessment=assessment,
        track=kept_track,
        origin="upload",
        name=name,
        done_at=DONE_AT,
        person_id=person_id,
        video=kept_video,
        proxy=proxy,
        remarks=("It was dark.",),
    )
    with records.writing(ROBIN) as work:
        return add_set(work, new).id


def add_example(
    records: Records, name: str = "Zoë Quixx", *, video: bytes | None = None, remote: bool = True
) -> Example:
    """Add a person with a plan, a set that was corrected, drawn on and noted, answers, an account and an upload."""
    file_name = f"{name}.mp4"
    content = f"video of {name}".encode() if video is None else video
    with records.writing(ROBIN) as work:
        person = add_person(
            work,
            PersonDetails(
                name,
                None,
                "left",
                f"{name} prefers mornings.",
                number=f"P {name}"[:40],
                birth_date=date(1990, 5, 17),
                sex="female",
            ),
        )
        plan = prescribe(
            work, person.id, SetRequest("wall-squat", plan=Plan(target_depth_deg=60.0, reps=10, hold_s=5.0))
        )
    set_id = add_sample_set(records, person.id, file_name, content)
    _, assessment = measured("wall_squat_side", "wall-squat", file_name)
    first = ExcludeRep(at_s=assessment.reps[0].bottom_start_s)
    correct(records, ROBIN, set_id, first, version=1, automatic=assessment)
    with records.writing(ROBIN) as work:
        slip = annotate(work, set_id, 3.0, {"kind": "text", "text": f"{name}: not here"})
        remove_annotation(work, set_id, slip.id)
    with records.writing(ROBIN) as work:
        say_pain(work, set_id, {"pain_before": 1, "pain_during": 3}, swelling=False)
        annotate(work, set_id, 2.0, {"kind": "text", "text": f"{name}: look here"})
        write_note(work, f"{name} does well.", set_id=set_id, for_client=True)
        called = write_note(work, f"{name} called.", person_id=person.id, for_client=False)
        edit_note(work, called.id, f"{name} called twice.", for_client=False, version=1)
        write_soap(work, set_id, SoapText(f"{name} feels well.", "80°", "Better.", "Go on."), 0, sign=True)
        answer_consent(work, person.id, "records", "yes")
        deeper = SetRequest("wall-squat", plan=Plan(target_depth_deg=70.0, reps=10, hold_s=5.0))
        answer_suggestion(
            work, person.id, {"id": "deeper", "text": f"{name} is ready"}, accepted=True, prescription=deeper
        )
        phase = Phase(title="First", items=(Item(exercise="clamshell", leg="each", note=f"{name}, slowly"[:500]),))
        put_programme(work, person.id, Programme(title=f"Programme of {name}"[:100], phases=(phase,)))
        keep_done(work, person.id, NewDone("clamshell", "each", 1, How.GUIDED, (10, 10), pain_during=1))
        answer_red_flags(work, person.id, ["locks"])
        activities = {f"activity-{n}": 4 for n in (1, 2, 3)}
        answer(
            work, person.id, "patient-specific-function", activities, dict.fromkeys(activities, f"{name} walks"[:100])
        )
        count_as_test(work, set_id, "wall-squat-depth", same_place=True, same_clothes=False)
        email = f"{person.id}@clinic.example"
        account = Account(email=email, name=name, role="client", person_id=person.id, created_at=work.now)
        work.session.add(account)
        work.session.flush()
        work.session.add(
            SafetyAcceptance(account_id=account.id, person_id=person.id, text_sha256="a" * 64, accepted_at=work.now)
        )
        upload = Upload(
            state="done",
            name=file_name,
            size=len(content),
            received=len(content),
            sha256=assessment.track.source.sha256,
            person_id=person.id,
            set_id=set_id,
            wishes={"person_said": True},
            guesses={"person_id": {"value": person.id, "reason": f"the file is called {name}"}},
            created_by="Robin",
            created_by_id="owner",
            created_at=work.now,
            updated_at=work.now,
        )
        work.session.add(upload)
        work.session.flush()
        work.log("upload.done", subject=upload.id, person=person.id, details={"set": set_id, "plan": plan.id})
    if remote:
        add_remote_session(records, person.id, set_id, name)
    return Example(person.id, set_id, upload.id, content)


def add_remote_session(records: Records, person_id: str, set_id: str, name: str) -> str:
    """Add a remote session that is over, with all that can be kept of one; return its id."""
    seat_id, guest_id = new_id(), new_id()
    still = keep_still(records.files, jpeg_of(name))
    with records.writing(ROBIN) as work:
        session = plan_session(work, person_id)
        made, _ = invite(work, session.id)
        open_session(work, session.id)
        bind_invitation(work, made.id, f"browser of {name}")
        for seat in (
            SeatState(seat_id, "client", name, "page", "admitted", made.id),
            SeatState(guest_id, "owner", "Robin", "page", "admitted", account_id=ROBIN.id),
        ):
            keep_seat(work, session.id, seat, by="Robin")
        for item in ("measure", "keep_set", "still", "record_call"):
            keep_consent(work, session.id, Given(seat_id, item, "yes", TEXTS[item].sha256), name)
        keep_consent(work, session.id, Given(guest_id, "record_call", "yes", TEXTS["record_call"].sha256), "Robin")
        recording_id = begin_recording(work, session.id).id
        keep_moment(work, session.id, "set", set_id=set_id)
        keep_moment(work, session.id, "cue", f"{name}: slower", t_s=3.5, set_id=set_id)
        row = add_still(work, session.id, NewStill(new_id(), still, 1500.0, 64, 48, "Robin"))
        draw_on_still(work, row.id, [{"kind": "line", "points_px": [[1.0, 2.0], [30.0, 40.0]], "text": ""}])
        attach_to_set(work, session.id, set_id, moments={}, stills=[row.id], notes=[])
        end_session(work, session.id, f"{name} left.")
    receive_part(records, recording_id, 0, _recording_of(name))
    close_recordings(records, RemoteRecording.id == recording_id)
    return session.id


@cache
def _recording_of(name: str) -> bytes:
    return live_webm(0.2, shade=sum(name.encode()) % 200)


def jpeg_of(name: str) -> bytes:
    """Return a small picture of one colour that depends on a name."""
    colour = hashlib.sha256(name.encode()).digest()[:3]
    return cv2.imencode(".jpg", np.full((48, 64, 3), tuple(colour), np.uint8))[1].tobytes()


def all_rows(records: Records) -> dict[str, list[dict[str, Any]]]:
    """Return everything that is in the database, by table."""
    tables: list[SqlTable] = Table.metadata.sorted_tables
    with records.engine.connect() as connection:
        return {
            table.name: [
                dict(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns)).mappings()
            ]
            for table in tables
        }


def all_files(records: Records) -> dict[str, bytes]:
    """Return everything that is in the store, by name."""
    return {path.name: path.read_bytes() for _, _, path in records.files}


def files_holding(home: Path, text: str) -> list[Path]:
    """Return the files below a folder whose bytes hold a text, as it is or as JSON writes it."""
    needles = {text.encode(), text.encode("unicode_escape")}
    return [path for path in home.rglob("*") if path.is_file() and any(each in path.read_bytes() for each in needles)]
