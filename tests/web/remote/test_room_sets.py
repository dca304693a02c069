"""Layer: sets, stills and notes in a room, in process, with made-up pose and engine."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from starlette.testclient import WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from formcheck.records.access import Actor, Role
from formcheck.records.notes import notes_of_person, notes_of_set
from formcheck.records.people import change_person, details_of, get_person
from formcheck.records.records import Records, Work
from formcheck.records.remote_sessions import (
    get_session,
    keep_moment,
    moments_of,
    moments_of_set,
    session_of_set,
    stills_of,
)
from formcheck.records.sets import add_set, list_sets
from formcheck.records.tables import ExerciseSet, RemoteMoment
from formcheck.remote.consent import TEXTS, Given
from formcheck.web.live.limits import LiveLimits
from formcheck.web.live.parts import LiveParts
from formcheck.web.live.registry import LiveRegistry
from formcheck.web.live.workers import LiveWorkers
from formcheck.web.remote import room_set, room_sets
from formcheck.web.shared.addresses import LINK_HEADER
from tests.clips import SAMPLES
from tests.estimated import estimated_track
from tests.sample_tracks import sample_track
from tests.waiting import until

from ..live.landmark_bytes import LANDMARKS, message, page_frames
from ..live.landmark_bytes import Page as LandmarkPage
from ..live.world import SETUP, frame
from .hall import GREY, Company, Hall, agree, company, do_set, live_socket, secret

_OF_NO_VIEW = "wall_squat_oblique"
"""Neither from the front nor from the side: live, no set begins."""


def sets_of(here: Company) -> list[ExerciseSet]:
    with here.hall.records.reading(GREY) as work:
        return list(list_sets(work, person_of(here)))


def person_of(here: Company) -> str:
    room = here.hall.rooms.room(here.session_id)
    assert room is not None
    return room.session.person_id


def start(here: Company, **targets: Any) -> str:
    """Start a set and return the token that the client's page gets."""
    here.clinician.ask("targets", **{"exercise": "wall-squat", "reps": 5, **targets})
    here.clinician.ask("start_set")
    live = here.client.last("set")["set"]["live"]
    assert here.clinician.last("set")["set"]["live"] is None
    return str(live["token"])


def files_of(records: Records) -> set[Path]:
    return {path for _, _, path in records.files}


def videos_of(records: Records) -> set[Path]:
    return {path for path in files_of(records) if path.suffix == ".mp4"}


def test_the_clinician_sees_what_the_client_sees_and_the_set_is_the_rooms(hall: Hall) -> None:
    with company(hall, "measure", "keep_set") as here:
        token = start(here, reps=7, target_depth_deg=55.0)
        ready, *answers, finished = do_set(hall, token, 1000.0, 1040.0, 1080.0, exercise="squat", reps=1)
        assert (ready["exercise"], ready["target"]["reps"]) == ("wall-squat", 7)
        assert ready["target"]["depth_deg"] == 55.0
        assert finished["type"] == "finished"
        over = here.clinician.last("set_finished")
        results = [each["frame"] for each in here.clinician.all("result")]
        assert results == answers
        assert results[0]["pose"] is not None
        assert here.client.all("result") == []
        assert (over["kept"], over["set_id"]) == (True, ready["set_id"])
        (row,) = sets_of(here)
        assert over["record"] == f"/review?set={row.id}"
        assert here.client.last("set_finished")["record"] is None
        assert (row.exercise, row.recorded_by, row.origin) == ("wall-squat", "Dr. Grey", "live")
        assert row.measured_as["plan"]["reps"] == 7
        with hall.records.reading(GREY) as work:
            told = session_of_set(work, row.id)
            assert told is not None
            assert told.session.id == here.session_id
        stages = [each["set"]["stage"] for each in here.clinician.all("set")]
        assert stages == ["none", "starting", "running", "none"]


def test_the_set_is_judged_by_the_bands_of_the_client(hall: Hall) -> None:
    with company(hall, "measure", "keep_set") as here:
        with hall.records.writing(GREY) as work:
            person = get_person(work, person_of(here))
            change_person(work, person.id, replace(details_of(person), sex="female"))
        do_set(hall, start(here, exercise="step-down"), 1000.0, 1040.0, 1080.0)
        assert here.clinician.last("set_finished")["kept"]
        (row,) = sets_of(here)
        assert row.measured_as["plan"]["sex"] == "female"


def test_without_consent_nothing_is_measured_and_nothing_kept(hall: Hall) -> None:
    with company(hall) as here:
        here.clinician.ask("targets", exercise="wall-squat")
        here.clinician.ask("start_set")
        assert here.clinician.last("refused")["code"] == "no-consent"
        agree(here.client, "measure")
        before = files_of(hall.records)
        token = start(here)
        do_set(hall, token, 1000.0, 1040.0)
        over = here.clinician.last("set_finished")
        assert (over["kept"], over["record"]) == (False, None)
        assert "has not agreed" in over["why"]
        here.clinician.ask("take_still", t_ms=1000.0)
        assert here.clinician.last("refused")["message"] == "take_still"
        assert sets_of(here) == []
        assert files_of(hall.records) == before


def test_consent_that_is_taken_back_ends_the_set(hall: Hall) -> None:
    with company(hall, "measure", "keep_set") as here:
        token = start(here)
        with live_socket(hall, token) as socket:
            socket.send_json(SETUP)
            socket.receive_json()
            socket.send_bytes(frame(1000.0))
            socket.receive_json()
            agree(here.client, "keep_set", "measure", answer="withdrawn")
            assert socket.receive_json()["type"] == "finished"
        assert not here.clinician.last("set_finished")["kept"]
        assert sets_of(here) == []


def test_a_set_is_not_kept_once_its_measuring_is_taken_back(hall: Hall) -> None:
    with company(hall, "measure", "keep_set") as here:
        with live_socket(hall, start(here)) as socket:
            socket.send_json(SETUP)
            socket.receive_json()
            socket.send_bytes(frame(1000.0))
            socket.receive_json()
            agree(here.client, "measure", answer="withdrawn")
            assert socket.receive_json()["type"] == "finished"
        over = here.clinician.last("set_finished")
        assert (over["kept"], over["why"]) == (False, "The client has taken back their consent.")
        assert sets_of(here) == []


def test_consent_that_is_taken_back_while_the_set_is_written_leaves_nothing_of_it(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    with company(hall, "measure", "keep_set") as here:
        before = files_of(hall.records)

        def taken_back_meanwhile(*arguments: Any, **more: Any) -> Any:
            room = hall.rooms.room(here.session_id)
            assert room is not None
            room.room.consent(Given(client_id, "keep_set", "withdrawn", TEXTS["keep_set"].sha256))
            return add_set(*arguments, **more)

        client_id = here.client_id
        monkeypatch.setattr(room_set, "add_set", taken_back_meanwhile)
        do_set(hall, start(here), 1000.0, 1040.0)
        over = here.clinician.last("set_finished")
        assert (over["kept"], over["why"]) == (False, "The client has taken back their consent.")
        assert sets_of(here) == []
        assert files_of(hall.records) == before


def test_a_video_that_is_taken_back_while_the_set_is_written_goes_and_the_set_stays(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    times_ms = [1000.0 + 100 * k for k in range(16)]
    with company(hall, "measure", "keep_set", "keep_video") as here:
        do_set(hall, start(here), *times_ms)
        assert here.clinician.last("set_finished")["kept"]
        (with_video,) = sets_of(here)
        assert with_video.video_sha256 is not None
        here.clinician.forget()
        before = videos_of(hall.records)

        def taken_back_meanwhile(*arguments: Any, **more: Any) -> Any:
            room = hall.rooms.room(here.session_id)
            assert room is not None
            room.room.consent(Given(client_id, "keep_video", "withdrawn", TEXTS["keep_video"].sha256))
            return add_set(*arguments, **more)

        client_id = here.client_id
        monkeypatch.setattr(room_set, "add_set", taken_back_meanwhile)
        do_set(hall, start(here), *(t_ms + 7 for t_ms in times_ms))
        over = here.clinician.last("set_finished")
        assert (over["kept"], over["why"]) == (True, "")
        kept = [row for row in sets_of(here) if row.id != with_video.id]
        assert [row.video_sha256 for row in kept] == [None]
        assert videos_of(hall.records) == before


def test_a_set_that_cannot_be_kept_for_whatever_reason_is_over(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    def unforeseen(*_: object, **__: object) -> None:
        raise KeyError("nobody thought of it")

    with company(hall, "measure", "keep_set") as here:
        with monkeypatch.context() as patched:
            patched.setattr(room_set, "new_set_of", unforeseen)
            do_set(hall, start(here), 1000.0, 1040.0)
            assert here.clinician.last("set_finished")["why"] == "It could not be kept."
        here.clinician.forget()
        do_set(hall, start(here), 1000.0, 1040.0)
        assert here.clinician.last("set_finished")["kept"]


@pytest.mark.parametrize("who", ["clinician", "client"])
def test_either_side_can_stop_at_once(hall: Hall, who: str) -> None:
    with company(hall, "measure", "keep_set") as here:
        with live_socket(hall, start(here)) as socket:
            socket.send_json(SETUP)
            socket.receive_json()
            socket.send_bytes(frame(1000.0))
            socket.receive_json()
            getattr(here, who).ask("stop")
            assert socket.receive_json()["type"] == "finished"
        assert here.clinician.last("stopped")["sender"] == getattr(here, who).me
        assert here.client.last("stopped")
        assert here.clinician.last("set_finished")["kept"]
        with hall.records.reading(GREY) as work:
            assert {each.kind for each in moments_of_set(work, sets_of(here)[0].id)} == {"set", "stop"}


@pytest.mark.parametrize("who", ["clinician", "client"])
def test_who_stops_a_set_that_ends_in_that_very_moment_is_told_what_came_of_it(
    hall: Hall, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with company(hall, "measure", "keep_set") as here:
        with live_socket(hall, start(here)) as socket:
            socket.send_json(SETUP)
            socket.receive_json()
            socket.send_bytes(frame(1000.0))
            socket.receive_json()

            def keep_while_it_ends(work: Work, session_id: str, kind: str) -> RemoteMoment:
                room = hall.rooms.room(session_id)
                assert room is not None
                socket.send_json({"type": "finish"})  # the client's page ends it by itself
                until(lambda: room._sets.now is None)
                return keep_moment(work, session_id, kind)

            monkeypatch.setattr(room_sets, "keep_moment", keep_while_it_ends)
            getattr(here, who).ask("stop")
            assert socket.receive_json()["type"] == "finished"
        assert here.clinician.last("set_finished")["kept"]
        with hall.records.reading(GREY) as work:
            assert {each.kind for each in moments_of_set(work, sets_of(here)[0].id)} == {"set", "stop"}


def test_cues_marks_notes_are_found_with_the_set_at_their_times(hall: Hall) -> None:
    with company(hall, "measure", "keep_set") as here:
        now_ms = 1000 * hall.clock()
        here.client.ask("clock", c=1.0, offset_ms=now_ms - 4000.0, round_trip_ms=10.0)  # its own clock is at 4 s
        with live_socket(hall, start(here)) as socket:
            socket.send_json(SETUP)
            socket.receive_json()
            for t_ms in (1000.0, 1500.0, 2000.0):
                socket.send_bytes(frame(t_ms))
                socket.receive_json()
            here.clinician.ask("moment", kind="mark", text="leans", t_ms=1500.0)
            here.clinician.ask("cue", text="Knees out")
            here.clinician.ask("note", text="Private: leans to the left.")
            here.clinician.ask("finish_set")
            assert socket.receive_json()["type"] == "finished"
        assert here.clinician.last("moment")["t_s"] == pytest.approx(0.5)
        assert here.clinician.last("noted")
        assert here.client.all("moment") == here.client.all("noted") == []
        here.clinician.last("set_finished")
        here.clinician.ask("note", text="Afterwards.", for_client=True)
        (row,) = sets_of(here)
        client = Actor("c", "x", Role.CLIENT, person_of(here))
        with hall.records.reading(GREY) as work:
            moments = {each.kind: each for each in moments_of_set(work, row.id)}
            assert moments["mark"].t_s == pytest.approx(0.5)
            assert moments["cue"].t_s == pytest.approx(3.0, abs=1.5)
            assert (moments["cue"].text, moments["cue"].made_by) == ("Knees out", "Dr. Grey")
            assert {each.text for each in notes_of_set(work, row.id)} == {"Private: leans to the left.", "Afterwards."}
        with hall.records.reading(client) as work:
            assert {each.kind for each in moments_of_set(work, row.id)} == {"set", "cue"}
            assert [each.text for each in notes_of_set(work, row.id)] == ["Afterwards."]


def test_cues_of_a_set_that_is_not_kept_are_not_kept(hall: Hall) -> None:
    with company(hall, "measure") as here:
        token = start(here)
        here.clinician.ask("cue", text="Knees out")
        do_set(hall, token, 1000.0)
        here.clinician.last("set_finished")
        with hall.records.reading(GREY) as work:
            assert list(moments_of(work, here.session_id)) == []
            assert list(notes_of_person(work, person_of(here))) == []


def test_a_reload_in_mid_set_goes_on_with_it(hall: Hall) -> None:
    with company(hall, "measure", "keep_set") as here:
        with live_socket(hall, start(here)) as socket:
            socket.send_json(SETUP)
            set_id = socket.receive_json()["set_id"]
            socket.send_bytes(frame(1000.0))
            socket.receive_json()
        with hall.comes(here.code, here.browser) as again:
            live = again.last("welcome")["set"]["live"]
            assert live["set_id"] == set_id
            with live_socket(hall, live["token"]) as socket:
                socket.send_json({"type": "resume", "version": 2, "set_id": set_id})
                assert socket.receive_json()["resumed"]
                socket.send_json({"type": "finish"})
                assert socket.receive_json()["type"] == "finished"
            assert here.clinician.last("set_finished")["kept"]


def test_a_token_opens_nothing_once_the_client_is_out(hall: Hall) -> None:
    with company(hall, "measure") as here:
        token = start(here)
        here.clinician.ask("back_to_waiting", person=here.client_id)
        with live_socket(hall, token) as socket:
            assert socket.receive_json()["code"] == "token-invalid"
            with pytest.raises(WebSocketDisconnect) as closed:
                socket.receive_json()
            assert closed.value.code == 4401
        over = here.clinician.last("set_finished")
        assert over["set_id"] is None


def test_one_set_at_a_time_and_none_without_targets(hall: Hall) -> None:
    with company(hall, "measure") as here:
        here.clinician.ask("start_set")
        assert here.clinician.last("refused")["code"] == "no-targets"
        token = start(here)
        for kind, more in {"start_set": {}, "targets": {"exercise": "squat"}}.items():
            here.clinician.forget().ask(kind, **more)
            assert here.clinician.last("refused")["code"] == "set-running"
        with live_socket(hall, token) as socket, live_socket(hall, token) as other:
            socket.send_json(SETUP)
            assert socket.receive_json()["type"] == "ready"
            other.send_json(SETUP)
            assert other.receive_json()["code"] == "set-in-use"
            here.clinician.ask("finish_set")
            here.clinician.last("set_finished")


def test_a_set_that_is_not_begun_in_time_is_given_up(hall: Hall) -> None:
    with company(hall, "measure") as here:
        start(here)
        hall.clock.ahead_s = 61.0
        here.client.hear()
        here.clinician.hear()
        assert "in time" in here.clinician.last("set_finished")["why"]
        start(here)
        here.client.ask("set_failed", reason="No camera.")
        assert here.clinician.last("set_finished")["why"] == "No camera."


def jpeg(width: int = 640, height: int = 480) -> bytes:
    picture = np.full((height, width, 3), 120, np.uint8)
    return bytes(cv2.imencode(".jpg", picture)[1].tobytes())


def send_still(hall: Hall, wanted: dict[str, Any], content: bytes, **headers: str) -> int:
    sent = {LINK_HEADER: wanted["token"], "content-type": "image/jpeg", **headers}
    return hall.client.put(wanted["put"], content=content, headers=sent).status_code


def test_a_still_is_taken_drawn_on_and_shown(hall: Hall) -> None:
    with company(hall, "still") as here:
        here.clinician.ask("take_still", t_ms=1234.5)
        wanted = here.client.last("still_wanted")
        assert wanted["t_ms"] == 1234.5
        comment = b"\xff\xfe\x00\x12somewhere in it!"
        assert send_still(hall, wanted, jpeg()[:2] + comment + jpeg()[2:]) == 204
        still = here.clinician.last("still")["still"]
        assert (still["width"], still["height"], still["taken_by"]) == (640, 480, "Dr. Grey")
        assert here.client.all("still") == []
        picture = hall.client.get(still["url"])
        assert picture.headers["content-type"] == "image/jpeg"
        assert b"somewhere" not in picture.content
        angle = {"kind": "angle", "points_px": [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], "text": ""}
        here.clinician.ask("draw", still=wanted["still"], drawings=[angle])
        here.clinician.ask("draw", still=wanted["still"], drawings=[angle] * 51)
        assert here.clinician.last("refused")["code"] == "too-many"
        here.clinician.ask("share_still", still=wanted["still"], shared=True)
        shown = here.client.last("still")["still"]
        assert shown["drawings"] == [angle]
        assert hall.client.get(shown["url"]).content == picture.content
        here.clinician.ask("share_still", still=wanted["still"], shared=False)
        assert here.client.last("still") == {"type": "still", "id": wanted["still"], "still": None}
        assert hall.client.get(shown["url"]).status_code == 404
        with hall.records.reading(GREY) as work:
            (row,) = stills_of(work, here.session_id)
            assert row.drawings == [angle]
        with hall.clinician(here.session_id) as again:
            assert [each["still"] for each in again.last("welcome")["stills"]] == [wanted["still"]]


def test_a_still_needs_its_token_consent_and_a_picture(hall: Hall) -> None:
    with company(hall, "still") as here:
        here.clinician.ask("take_still", t_ms=1.0)
        wanted = here.client.last("still_wanted")
        assert send_still(hall, wanted, b"no picture") == 400
        here.clinician.ask("take_still", t_ms=2.0)
        wanted = here.client.last("still_wanted")
        assert send_still(hall, wanted, jpeg(), **{LINK_HEADER: "x"}) == 404
        assert send_still(hall, {**wanted, "put": wanted["put"][:-4] + "0000"}, jpeg()) == 404
        assert send_still(hall, wanted, jpeg(), **{"content-type": "text/html"}) == 415
        agree(here.client, "still", answer="withdrawn")
        assert send_still(hall, wanted, jpeg()) == 404
        assert hall.client.get(wanted["put"] + f"?token={wanted['token']}").status_code == 404
        assert files_of(hall.records) == set()
        here.clinician.ask("take_still", t_ms=3.0)
        assert here.clinician.last("refused")["code"] == "no-consent"


def do_landmarks(socket: WebSocketTestSession, frames: list[bytes], *, between: Callable[[], object]) -> list[Any]:
    """Do a whole set over a live socket and return the answers, the last of which says how it ended."""
    answers = []
    for at in range(0, len(frames), 2):
        socket.send_bytes(message(*frames[at : at + 2]))
        answers.append(dict(socket.receive_json()))
        if at % 30 == 0:
            between()
    socket.send_json({"type": "finish"})
    return [*answers, dict(socket.receive_json())]


@pytest.mark.parametrize("processes", [0, 1])
def test_a_real_set_of_landmarks_is_the_same_for_both_and_kept_whole(hall: Hall, processes: int) -> None:
    limits = LiveLimits(max_sets=3, frames_per_s=1e6)
    hall.world.registry = LiveRegistry(LiveParts(), limits, workers=LiveWorkers(processes, limits))
    with company(hall, "measure", "keep_set") as here:
        with live_socket(hall, start(here, reps=3)) as socket:
            socket.send_json({**SETUP, **LANDMARKS, "width": 1280, "height": 720, "exercise": "squat", "reps": 1})
            assert socket.receive_json()["target"]["reps"] == 3
            frames = page_frames(sample_track("wall_squat_front"), 0.0)
            *answers, finished = do_landmarks(socket, frames, between=here.clinician.hear)
            assert finished["reps"] == 3
        over = here.clinician.last("set_finished")
        results = [each["frame"] for each in here.clinician.all("result")]
        assert all(answer["pose"] is None for answer in answers)
        assert any(result["pose"] is not None for result in results)
        assert [{**result, "pose": None} for result in results] == answers
        assert (over["kept"], over["reps"]) == (True, 3)
        (row,) = sets_of(here)
        assert row.exercise == "wall-squat"


@pytest.mark.parametrize("clip", sorted(path.stem for path in SAMPLES.glob("*.mp4")))
def test_reps_of_a_clip_in_a_call_are_those_without_one_in_every_message(hall: Hall, clip: str) -> None:
    limits = LiveLimits(max_sets=3, frames_per_s=1e6)
    hall.world.registry = LiveRegistry(LiveParts(), limits, workers=LiveWorkers(0, limits))
    track = estimated_track(SAMPLES / f"{clip}.mp4")
    poses, page = list(track), LandmarkPage()
    standing = [poses[0]] * 90
    apart_ms = 1000 * float(np.median(np.diff([pose.t_s for pose in poses])))
    frames = [page.frame(pose, k * apart_ms) for k, pose in enumerate([*standing, *poses])]
    exercise = next(each for each in ("wall-squat", "step-down", "squat") if clip.startswith(each.replace("-", "_")))
    leg = "both" if exercise != "step-down" else "auto"
    asked = {"exercise": exercise, "leg": leg, "reps": 9}
    source = {"width": track.source.width, "height": track.source.height}
    setup = {**SETUP, **LANDMARKS, **source, **asked, "target_depth_deg": None, "hold_s": None}
    with live_socket(hall, hall.world.token()) as socket:
        socket.send_json(setup)
        socket.receive_json()
        *alone, finished_alone = do_landmarks(socket, frames, between=lambda: None)
    with company(hall, "measure", "keep_set") as here:
        with live_socket(hall, start(here, **asked)) as socket:
            socket.send_json(setup)
            socket.receive_json()
            *called, finished = do_landmarks(socket, frames, between=here.clinician.hear)
        over = here.clinician.last("set_finished")
        shown = [each["frame"] for each in here.clinician.all("result")]

    def counters(answers: list[Any]) -> list[Any]:
        return [[each[name] for name in ("t", "reps", "hold_s", "depth_share", "measures")] for each in answers]

    assert counters(shown) == counters(called) == counters(alone)
    assert over["reps"] == finished.get("reps") == finished_alone.get("reps")
    truth = json.loads((SAMPLES / f"{clip}.json").read_text())["reps"]
    assert over["reps"] == (None if clip == _OF_NO_VIEW else len(truth)), "as many as were done"


def test_a_set_under_way_outlives_a_restart_of_the_server_and_is_measured_whole(hall: Hall) -> None:
    limits = LiveLimits(max_sets=3, frames_per_s=1e6, kept_per_s=1e6)
    session_id, mine, theirs, browser = hall.plan(), secret(), secret(), secret()
    code = hall.invite(session_id)
    frames = page_frames(sample_track("wall_squat_front"), 0.0)
    setup = {**SETUP, **LANDMARKS, "width": 1280, "height": 720}
    with hall.clinician(session_id, instance=mine) as clinician, hall.comes(code, browser, theirs) as client:
        agree(client, "measure", "keep_set")
        client.ask("knock")
        clinician.ask("admit", person=client.me)
        here = Company(hall, session_id, code, browser, clinician, client)
        hall.world.registry = LiveRegistry(LiveParts(), limits, workers=LiveWorkers(0, limits))
        with live_socket(hall, start(here, reps=3, target_depth_deg=40.0)) as socket:
            socket.send_json(setup)
            assert socket.receive_json()["type"] == "ready"
            for at in range(0, len(frames) // 2, 2):
                socket.send_bytes(message(*frames[at : at + 2]))
                socket.receive_json()
    # Gone without a word, the live sets with it.
    hall.restart()
    hall.world.registry = LiveRegistry(LiveParts(), limits, workers=LiveWorkers(0, limits))
    with hall.clinician(session_id, instance=mine) as clinician, hall.comes(code, browser, theirs) as client:
        assert clinician.last("welcome")["set"]["stage"] == "starting"
        shown = client.last("welcome")["set"]
        assert (shown["targets"]["reps"], shown["targets"]["target_depth_deg"]) == (3, 40.0)
        assert shown["live"]["set_id"] is None
        with live_socket(hall, shown["live"]["token"]) as socket:
            socket.send_json({**setup, "kept": True, "exercise": "squat"})
            assert socket.receive_json()["exercise"] == "wall-squat"
            for at in range(0, len(frames), 2):
                socket.send_bytes(message(*frames[at : at + 2]))
                socket.receive_json()
            clinician.ask("finish_set")
            assert socket.receive_json()["reps"] == 3
        over = clinician.last("set_finished")
        assert (over["kept"], over["reps"]) == (True, 3)
        clinician.ask("targets", exercise="squat")
        with hall.records.reading(GREY) as work:
            session = get_session(work, session_id)
            assert session.set_under_way is None
            (row,) = list_sets(work, session.person_id)
            assert (row.exercise, row.recorded_by) == ("wall-squat", "Dr. Grey")
