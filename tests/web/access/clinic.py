"""A clinic with a login: a clinician, two clients, and for each client records that the other must never see."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from formcheck.exercises.plan import Plan
from formcheck.intake.queue import Announced, begin
from formcheck.intake.settings import IntakeSettings
from formcheck.intake.wishes import Wishes
from formcheck.programme.course import How
from formcheck.programme.plan import Item, Phase, Programme
from formcheck.records.access import SYSTEM, Actor, Role
from formcheck.records.accounts import actor_of, add_account, deactivate_account
from formcheck.records.answers import answer_suggestion
from formcheck.records.call_recordings import begin_recording, close_recordings, receive_part
from formcheck.records.consents import answer_consent
from formcheck.records.files import KeptFile
from formcheck.records.notes import write_note
from formcheck.records.outcomes import answer, count_as_test
from formcheck.records.plans import prescribe
from formcheck.records.prescribed_links import make_link
from formcheck.records.programmes import NewDone, keep_done, put_programme
from formcheck.records.records import Records
from formcheck.records.red_flags import answer_red_flags
from formcheck.records.remote_sessions import (
    NewStill,
    SeatState,
    add_still,
    invite,
    keep_consent,
    keep_moment,
    keep_seat,
    keep_still,
    plan_session,
    share_still,
)
from formcheck.records.reviewing import annotate, correct
from formcheck.records.sets import keep_video
from formcheck.records.tables import RemoteRecording, new_id
from formcheck.remote.consent import TEXTS, Given
from formcheck.session.corrections import ExcludeRep
from formcheck.session.request import SetRequest
from tests.live_webm import live_webm
from tests.records.kept import add_somebody, keep_set, measured

ORIGIN: Final = "https://clinic.example"
COOKIE_SECRET: Final = "0123456789abcdef0123456789abcdef"
VIDEO: Final = bytes(range(256)) * 400
SECRETS: Final = f"""
[auth]
redirect_uri = "{ORIGIN}/oauth2callback"
cookie_secret = "{COOKIE_SECRET}"
client_id = "formcheck"
client_secret = "not a real one"
server_metadata_url = "https://login.example/.well-known/openid-configuration"
"""


@dataclass(frozen=True)
class Kept:
    """One client, and the ids of what is kept of them."""

    email: str
    actor: Actor
    person_id: str
    set_id: str
    plan_id: str
    link_id: str
    note_id: str
    private_note_id: str
    correction_id: str
    annotation_id: str
    upload_id: str
    video_sha256: str
    session_id: str
    invitation_id: str
    seat_id: str
    still_id: str
    recording_id: str
    consent_id: str
    programme_id: str
    done_id: str
    screen_id: str
    answers_id: str
    secret: str
    """A word that stands in all texts about this person and nowhere else."""


@dataclass
class Clinic:
    """The records of a clinic, and browsers that are logged in to it."""

    records: Records
    clinician: Actor
    ada: Kept
    ben: Kept
    unassigned_set_id: str

    def remove(self, actor: Actor) -> None:
        """Take somebody's access away."""
        with self.records.writing(SYSTEM) as work:
            deactivate_account(work, actor.id)


class Opening:
    """A clinic on its first day."""

    def __init__(self, records: Records) -> None:
        self.records = records
        with records.writing(SYSTEM) as work:
            self.clinician = actor_of(add_account(work, "dr@clinic.example", Role.CLINICIAN, name="Dr. Grey"))

    def clinic(self) -> Clinic:
        """Take two clients in, and a set of which nobody knows whose it is."""
        ada, ben = self._client("Ada", "zebrafinch"), self._client("Ben", "waxwing")
        return Clinic(self.records, self.clinician, ada, ben, keep_set(self.records, actor=self.clinician).id)

    def _client(self, name: str, secret: str) -> Kept:
        person = add_somebody(self.records, f"{name} {secret}", self.clinician)
        with self.records.writing(self.clinician) as work:
            account = add_account(work, f"{name.lower()}@example.org", Role.CLIENT, person_id=person.id)
            plan = prescribe(work, person.id, SetRequest("wall-squat", plan=Plan(reps=10, target_depth_deg=45.0)))
            link, _ = make_link(work, plan.id, 30)
        video = self._video(secret)
        row = keep_set(self.records, person.id, actor=self.clinician, video=video)
        with self.records.writing(self.clinician) as work:
            note = write_note(work, f"Well done, {secret}.", set_id=row.id, for_client=True)
            private = write_note(work, f"Ask {secret} again.", person_id=person.id, for_client=False)
            consent = answer_consent(work, person.id, "video", "yes", secret)
            drawn = annotate(work, row.id, 1.0, {"kind": "text", "text": secret, "at": [1.0, 1.0]})
            answer_suggestion(work, person.id, {"id": "w1", "sentence": secret}, accepted=False)
            phase = Phase(title=f"First of {secret}", items=(Item(exercise="clamshell", leg="each", note=secret),))
            programme = put_programme(work, person.id, Programme(title=f"For {secret}", phases=(phase,)))
            done = keep_done(work, person.id, NewDone("clamshell", "each", 1, How.GUIDED))
            screen = answer_red_flags(work, person.id, ["locks"])
            activities = {f"activity-{n}": 4 for n in (1, 2, 3)}
            answers = answer(
                work, person.id, "patient-specific-function", activities, dict.fromkeys(activities, secret)
            )
            count_as_test(work, row.id, "wall-squat-depth", same_place=True, same_clothes=True)
        with self.records.writing(actor_of(account)) as work:
            announced = Announced(f"{secret}.mp4", 1000)
            upload = begin(work, announced, Wishes(), IntakeSettings(), person_id=person.id)
        session_id, invitation_id, seat_id, still_id = self._remote_session(person.id, row.id, secret)
        recording_id = self._recording(session_id, seat_id, secret)
        rep = measured("wall_squat_side").reps[0]
        middle_s = (rep.start_s + rep.end_s) / 2
        reviewed = correct(self.records, self.clinician, row.id, ExcludeRep(middle_s, secret), row.version)
        return Kept(
            email=account.email,
            actor=actor_of(account),
            person_id=person.id,
            set_id=row.id,
            plan_id=plan.id,
            link_id=link.id,
            note_id=note.id,
            private_note_id=private.id,
            correction_id=reviewed.corrections[0].id,
            annotation_id=drawn.id,
            upload_id=upload.id,
            video_sha256=video.sha256,
            session_id=session_id,
            invitation_id=invitation_id,
            seat_id=seat_id,
            still_id=still_id,
            recording_id=recording_id,
            consent_id=consent.id,
            programme_id=programme.id,
            done_id=done.id,
            screen_id=screen.id,
            answers_id=answers.id,
            secret=secret,
        )

    def _remote_session(self, person_id: str, set_id: str, secret: str) -> tuple[str, str, str, str]:
        """Hold a session in which the set was done and a still taken, which the client is shown."""
        still = keep_still(self.records.files, f"a still of {secret}".encode())
        with self.records.writing(self.clinician) as work:
            session = plan_session(work, person_id)
            made, _ = invite(work, session.id)
            seat = keep_seat(work, session.id, SeatState(new_id(), "client", secret, "one", "admitted", made.id))
            keep_consent(work, session.id, Given(seat.id, "still", "yes", TEXTS["still"].sha256), secret)
            new = add_still(work, session.id, NewStill(new_id(), still, 1.0, 640, 480, "Dr. Grey"))
            keep_moment(work, session.id, "set", secret, set_id=set_id)
            keep_moment(work, session.id, "cue", secret, set_id=set_id)
            share_still(work, new.id, shared=True)
            return session.id, made.id, seat.id, new.id

    def _recording(self, session_id: str, seat_id: str, secret: str) -> str:
        with self.records.writing(self.clinician) as work:
            keep_consent(work, session_id, Given(seat_id, "record_call", "yes", TEXTS["record_call"].sha256), secret)
            recording_id = begin_recording(work, session_id).id
        receive_part(self.records, recording_id, 0, live_webm(0.2, shade=sum(secret.encode()) % 200))
        assert close_recordings(self.records, RemoteRecording.id == recording_id) == 1
        return recording_id

    def _video(self, secret: str) -> KeptFile:
        path: Path = self.records.files.passing_name(".mp4")
        path.write_bytes(secret.encode() + VIDEO)
        return keep_video(self.records.files, path, ".mp4")


def claims_of(email: str, /, **changes: object) -> dict[str, object]:
    """Return what a login provider says of somebody who has just logged in."""
    return {
        "iss": "https://login.example",
        "sub": email,
        "email": email,
        "email_verified": True,
        "iat": int(time.time()),
        "nonce": f"nonce of {email}",
        **changes,
    }


def cookies_of(
    email: str, /, *, secret: str = COOKIE_SECRET, origin: str = ORIGIN, **changes: object
) -> dict[str, str]:
    """Return the cookies of a browser in which somebody is logged in, as Streamlit makes them."""
    content = {**claims_of(email, **changes), "origin": origin, "is_logged_in": True, "provider": "default"}
    return {USER_COOKIE_NAME: create_signed_value(secret, USER_COOKIE_NAME, json.dumps(content)).decode()}
