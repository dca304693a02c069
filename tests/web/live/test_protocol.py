"""In process: the live socket between a client and the server, with a made-up estimator and engine."""

from __future__ import annotations

import json
from dataclasses import replace

import jsonschema
import pytest

from formcheck.exercises.plan import Plan
from formcheck.exercises.rubric_file import builtin_rubric
from formcheck.session.live_state import CameraFacts
from formcheck.web.live.limits import LiveLimits
from formcheck.web.live.replies import OpenSet, ready_message
from tools.contracts import made

from .world import SETUP, World, begin, farewell, frame, live_threads, send_frames


def test_a_set_from_setup_to_finish(world: World) -> None:
    with world.socket() as socket:
        ready = begin(socket)
        answers = send_frames(socket, 5000.0, 5033.5, 5067.0)
        socket.send_json({"type": "finish"})
        assert socket.receive_json() == {
            "type": "finished",
            "set_id": ready["set_id"],
            "reps": 3,
            "summary_ready": True,
        }
        assert farewell(socket) == ("", 1000)
    assert [answer["t"] for answer in answers] == [5000.0, 5033.5, 5067.0]
    assert [answer["reps"] for answer in answers] == [1, 2, 3]
    finished = world.registry.finished_set(ready["set_id"], "somebody")
    assert finished is not None
    assert finished.assessment.exercise == "wall-squat"
    assert finished.request.plan.reps == 10
    assert finished.pose_track.t_s.tolist() == pytest.approx([0.0, 0.0335, 0.067])
    assert finished.video_path is None
    assert finished.finished_at.tzinfo is not None
    assert world.registry.active_count == 0


def test_who_is_ready_is_told_what_to_keep_to(world: World) -> None:
    with world.socket() as socket:
        ready = begin(socket)
    assert ready["version"] == 2
    assert ready["resumed"] is False
    assert ready["last_t"] is None
    assert ready["sources"] == ["picture", "landmarks"]
    assert (ready["exercise"], ready["exercise_name"], ready["bilateral"]) == ("wall-squat", "Wall squat", True)
    assert ready["model"] == "pose_landmarker_full"
    assert ready["target"] == {"reps": 10, "hold_s": 3.0, "depth_deg": 60.0}
    assert ready["depth_band"] == [50.0, 65.0]
    assert ready["alignment_band"] == {"good": [None, 6.0], "caution": [None, 8.0], "measure": "fppa_deg"}
    assert ready["limits"] == {
        "max_bytes": 600_000,
        "max_width": 1280,
        "max_height": 1280,
        "max_fps": 60.0,
        "in_flight": 2,
    }


def test_without_a_prescribed_depth_there_is_no_band_for_it(world: World) -> None:
    with world.socket() as socket:
        assert begin(socket, target_depth_deg=None)["depth_band"] is None


def test_a_step_down_scores_the_leg_that_was_named(world: World) -> None:
    with world.socket() as socket:
        ready = begin(socket, exercise="step-down", leg="left", step_height_cm=20)
        assert ready["bilateral"] is False
        assert ready["alignment_band"] == {"good": [None, 6.0], "caution": [None, 8.0], "measure": "fppa_deg"}
    (engine,) = world.engines
    assert engine.request.leg == "left"
    assert engine.request.plan.step_height_cm == 20


def test_an_answer_holds_the_pose_as_shares_of_the_picture_and_no_value_for_what_is_not_seen(world: World) -> None:
    with world.socket() as socket:
        begin(socket)
        (answer,) = send_frames(socket, 1.0)
    assert answer["pose"][0] == [None, None, 0.988]
    assert answer["pose"][1] == [0.5, 0.25, 0.988]
    assert answer["measures"] == {
        "fppa_deg": {"left": {"value": 3.1, "error": 4.9, "band": "good"}, "right": None},
        "kmf_pct": {"left": None, "right": {"value": 2.0, "error": None, "band": None}},
    }
    assert answer["not_measured"] == {"knee_flexion_deg": "only a camera at the side can measure it"}
    assert answer["cue"] == {"text": "Well done", "kind": "praise", "leg": "both", "spoken": True}
    assert answer["verdict"]["kind"] == "front"
    assert answer["verdict"]["quality"] == "ok"
    assert answer["depth_share"] == 0.123
    assert answer["server_ms"] == 110.0  # 10 for the pose and 100 for looking for other people
    jsonschema.validate(answer, json.loads(made()["docs/schemas/live-replies.json"]))


def test_a_cancelled_set_is_dropped(world: World) -> None:
    with world.socket() as socket:
        set_id = begin(socket)["set_id"]
        send_frames(socket, 1.0)
        socket.send_json({"type": "cancel"})
        assert farewell(socket) == ("", 1000)
    assert world.registry.finished_set(set_id, "somebody") is None
    assert world.registry.active_count == 0
    assert world.estimators[0].closed


def test_a_set_without_a_rep_ends_with_the_reason(world: World) -> None:
    world.setup_frames = 100
    with world.socket() as socket:
        set_id = begin(socket)["set_id"]
        send_frames(socket, 1.0)
        socket.send_json({"type": "finish"})
        assert farewell(socket) == ("not-assessable", 1000)
    assert world.registry.finished_set(set_id, "somebody") is None


def test_pings_are_not_answered_and_do_no_harm(world: World) -> None:
    with world.socket() as socket:
        begin(socket)
        socket.send_json({"type": "ping"})
        assert send_frames(socket, 1.0)[0]["reps"] == 1


def test_a_model_that_is_not_installed_is_named_with_its_remedy(world: World) -> None:
    with world.socket() as socket:
        socket.send_json(SETUP | {"model": "heavy"})
        error = socket.receive_json()
        assert error["reason"] == "The pose model “heavy” is not installed."
        assert error["remedy"] == "Run `formcheck models install heavy`."
        assert farewell(socket) == ("", 4500)


def test_a_fault_of_the_server_is_told_and_ends_the_set(world: World) -> None:
    world.fault = ZeroDivisionError("made up")
    with world.socket() as socket:
        begin(socket)
        socket.send_bytes(frame(1.0))
        assert farewell(socket) == ("fault", 4500)
    assert world.estimators[0].closed
    assert world.registry.active_count == 0


def test_a_set_that_lasts_too_long_is_ended_and_measured(world: World) -> None:
    with world.socket() as socket:
        set_id = begin(socket)["set_id"]
        send_frames(socket, 1000.0)
        socket.send_bytes(frame(1001.0 + 3_600_000))
        assert socket.receive_json()["type"] == "finished"
    finished = world.registry.finished_set(set_id, "somebody")
    assert finished is not None
    assert finished.remarks == ("The set was ended after 60 minutes, the longest that is measured at once.",)


def test_every_thread_ends_with_its_set(world: World) -> None:
    with world.socket() as first, world.socket(session="else") as second:
        begin(first)
        begin(second)
        assert len(live_threads()) == 2
        first.send_json({"type": "cancel"})
        assert farewell(first) == ("", 1000)
        send_frames(second, 1.0)
        second.send_json({"type": "finish"})
        assert second.receive_json()["type"] == "finished"
    for thread in live_threads():
        thread.join(60)
    assert live_threads() == []
    assert all(each.closed for each in world.estimators)


def test_the_id_of_a_set_may_be_part_of_a_key_on_its_page(world: World) -> None:
    with world.socket() as socket:
        set_id = begin(socket)["set_id"]
    assert len(set_id) == 36
    assert set(set_id) <= set("0123456789abcdef")


@pytest.mark.parametrize(
    ("judged", "shown"),
    [(("fppa_deg", "kmf_change_pct"), "fppa_deg"), (("kmf_change_pct",), "kmf_change_pct"), (("kmf_pct",), None)],
)
def test_the_knees_gauges_show_what_the_rubric_judges_them_by(judged: tuple[str, ...], shown: str | None) -> None:
    wall_squat = builtin_rubric("wall-squat")
    knee = wall_squat.check("WS-F3")
    rubric = replace(wall_squat, checks=tuple(replace(knee, id=name, measure=name) for name in reversed(judged)))
    opened = OpenSet("set", rubric, Plan(), "pose_landmarker_full", "picture")
    band = json.loads(ready_message(opened, LiveLimits(), resumed=False, last_t_ms=None))["alignment_band"]
    assert (None if band is None else band["measure"]) == shown


def test_the_engine_hears_what_its_page_says_between_two_frames(world: World) -> None:
    with world.socket() as socket:
        begin(socket)
        send_frames(socket, 1.0)
        socket.send_json({"type": "go_on"})
        socket.send_json({"type": "camera", "fps": 14.5, "exposure_ms": 66.0})
        send_frames(socket, 2.0)
    (engine,) = world.engines
    assert engine.heard == ["go on", CameraFacts(14.5, 66.0)]
    assert engine.ends_by_itself
