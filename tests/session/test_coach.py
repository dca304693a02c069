"""Layer: from poses of a made-up person before a made-up camera to what the set-up coach says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formcheck.kinematics.view import ViewKind
from formcheck.pose.landmarks import BODY, Side
from formcheck.pose.types import Pose, PoseTrack
from formcheck.session import instructions
from formcheck.session.coach import SetupCoach
from formcheck.session.instructions import Ask
from formcheck.session.live_state import CameraFacts, Instruction, PictureFacts

from ..kinematics.alterations import hidden, shaken, trembling
from ..kinematics.sets import READS_LOW_DEG
from ..sample_tracks import SAMPLE_TRACKS, sample_track
from ..skeleton import HEEL, LEFT, RIGHT, TOE, Camera, Exercise, Film, Floats, Move, Person, film

Said = list[tuple[float, Instruction | None]]
UPRIGHT_PHONE = Camera(width=720, height=1280, distance_m=2.3)


def stands(
    yaw_deg: float = 0.0,
    camera: Camera | None = None,
    *,
    exercise: Exercise = "squat",
    stance: int = LEFT,
    lasts_s: float = 3.0,
    fps: float = 30.0,
) -> Film:
    """Let somebody stand before a camera."""
    person = Person(exercise, (Move(rest_s=60.0),), stance, yaw_deg)
    return film(person, camera, t_s=np.arange(0.0, lasts_s, 1 / fps), reads_low_deg=READS_LOW_DEG)


def coach(*, bilateral: bool = True, leg: Side | None = None, view: ViewKind | None = None) -> SetupCoach:
    return SetupCoach(pose_model="pose_landmarker_full", bilateral=bilateral, leg=leg, view=view)


def everything_said(
    track: PoseTrack,
    by: SetupCoach | None = None,
    *,
    luma: float = 120.0,
    people: Callable[[float], int | None] = lambda _t_s: None,
) -> Said:
    """Return what is said at each frame."""
    by = by or coach()
    size = (track.source.width, track.source.height)
    return [(pose.t_s, by.look(pose.t_s, pose, PictureFacts(*size, luma, people(pose.t_s)))) for pose in track]


def figures(said: Said) -> list[str]:
    """Return the drawn figures in the order in which they come up; `all-right` where nothing is asked for."""
    names = ["all-right" if now is None else now.figure for _, now in said]
    return [name for name, before in zip(names, ["", *names[:-1]], strict=True) if name != before]


def last(said: Said) -> Instruction:
    now = said[-1][1]
    assert now is not None
    return now


def all_right_at(said: Said) -> float:
    return next(t_s for t_s, now in said if now is None)


@pytest.mark.parametrize("yaw", [0.0, 2.0, -2.0, 90.0, -90.0, 82.0])
@pytest.mark.parametrize("camera", [Camera(distance_m=3.3), UPRIGHT_PHONE])
@pytest.mark.parametrize("exercise", ["wall-squat", "step-down"])
def test_a_good_set_up_passes_within_seven_tenths_of_a_second(exercise: Exercise, camera: Camera, yaw: float) -> None:
    said = everything_said(trembling(stands(yaw, camera, exercise=exercise), seed=1, px=1.0).track)
    assert all_right_at(said) <= 0.7
    assert figures(said) == ["ready", "all-right"]


@pytest.mark.parametrize("name", SAMPLE_TRACKS)
def test_the_sample_clips_pass_at_once(name: str) -> None:
    by = coach(bilateral="squat" in name)
    assert all_right_at(everything_said(sample_track(name), by)) <= 0.7
    assert by.remarks() == ()


@pytest.mark.parametrize(
    ("camera", "figure", "blocking"),
    [
        (Camera(distance_m=2.42), "step-back", True),
        (Camera(distance_m=2.58), "step-back", False),
        (Camera(distance_m=5.0), "come-closer", False),
        (Camera(distance_m=6.5), "come-closer", True),
        (Camera(aim_m=1.3), "show-feet", True),
        (Camera(aim_m=0.4), "show-head", True),
        (Camera(distance_m=1.5), "step-back", True),
        (Camera(distance_m=4.2, aim_m=1.35), "lower-camera", False),
        (Camera(distance_m=4.2, aim_m=0.35), "raise-camera", False),
        (Camera(roll_deg=6.0), "level-camera", False),
        (Camera(roll_deg=-6.0), "level-camera", False),
    ],
)
def test_the_camera_is_put_right(camera: Camera, figure: str, blocking: bool) -> None:
    now = last(everything_said(stands(camera=camera).track))
    assert (now.figure, now.blocking) == (figure, blocking)


def test_a_tilt_is_not_told_from_the_side_where_it_may_be_a_lean() -> None:
    assert figures(everything_said(stands(90.0, Camera(roll_deg=6.0)).track)) == ["ready", "all-right"]


def test_somebody_who_practises_a_squat_is_not_too_far_away() -> None:
    person = Person("squat", (Move(depth_deg=90.0, rest_s=0.5, hold_s=60.0),), yaw_deg=90.0)
    deep = film(person, Camera(distance_m=3.9), t_s=np.arange(0.0, 6.0, 1 / 30)).track
    assert "come-closer" not in figures(everything_said(deep))


@pytest.mark.parametrize(
    ("yaw", "told", "figure"),
    [
        (30.0, None, "face-camera"),
        (-30.0, None, "face-camera"),
        (60.0, None, "turn-sideways"),
        (30.0, ViewKind.SIDE, "turn-sideways"),
        (60.0, ViewKind.FRONT, "face-camera"),
        (0.0, ViewKind.SIDE, "turn-sideways"),
        (90.0, ViewKind.FRONT, "face-camera"),
        (-90.0, ViewKind.FRONT, "face-camera"),
        (150.0, None, "face-camera"),
    ],
)
def test_an_oblique_or_another_view_blocks(yaw: float, told: ViewKind | None, figure: str) -> None:
    said = everything_said(stands(yaw, lasts_s=12.0).track, coach(view=told))
    assert figures(said) == ["ready", figure]
    assert last(said).blocking


@pytest.mark.parametrize(("yaw", "figure"), [(8.0, "face-camera"), (180.0, "face-camera"), (70.0, "turn-sideways")])
def test_a_turn_that_can_be_measured_is_advice(yaw: float, figure: str) -> None:
    now = last(everything_said(stands(yaw).track))
    assert (now.id, now.figure, now.blocking) == ("SU-5", figure, False)


def test_nobody_is_sent_to_and_fro_halfway_between_front_and_side() -> None:
    track = stands(lasts_s=20.0).track
    turns = np.array([stands(yaw, lasts_s=0.1).track.world_m[0] for yaw in np.linspace(39.0, 51.0, 25)])
    sway = np.round(12 + 12 * np.sin(track.t_s)).astype(np.int64)
    said = everything_said(replace(track, world_m=turns[sway]))
    assert len(figures(said)) == 2


@pytest.mark.parametrize(("stance", "yaw"), [(LEFT, -90.0), (RIGHT, 90.0)])
def test_the_standing_leg_must_be_near_the_camera_from_the_side(stance: int, yaw: float) -> None:
    leg = (Side.LEFT, Side.RIGHT)[stance]
    wrong, right = (stands(turn, exercise="step-down", stance=stance).track for turn in (yaw, -yaw))
    assert last(everything_said(wrong, coach(bilateral=False, leg=leg))).figure == "turn-other-side"
    assert everything_said(right, coach(bilateral=False, leg=leg))[-1][1] is None
    assert everything_said(wrong, coach(bilateral=True, leg=leg))[-1][1] is None
    assert everything_said(wrong, coach(bilateral=False))[-1][1] is None


@pytest.mark.parametrize("yaw", [0.0, 90.0, -90.0, 180.0])
@pytest.mark.parametrize("aside_m", [1.9, -1.9])
def test_who_does_as_told_comes_to_the_middle(aside_m: float, yaw: float) -> None:
    own_left, forwards = np.cos(np.radians(yaw)), -np.sin(np.radians(yaw))  # toward the picture's right
    ways = {
        "Step to your left": own_left,
        "Step to your right": -own_left,
        "Take a small step forwards": forwards,
        "Take a small step backwards": -forwards,
    }
    step_m = 0.4 * ways[last(everything_said(stands(yaw, Camera(aside_m=aside_m)).track)).message]
    after = everything_said(stands(yaw, Camera(aside_m=aside_m + step_m)).track)
    assert abs(step_m) > 0.39
    assert after[-1][1] is None or after[-1][1].id != "SU-1"


@pytest.mark.parametrize("yaw", [0.0, 90.0, -90.0])
def test_the_arrow_points_the_way_that_the_mirrored_picture_shows(yaw: float) -> None:
    at_picture_left = last(everything_said(stands(yaw, Camera(aside_m=-1.9)).track))
    at_picture_right = last(everything_said(stands(yaw, Camera(aside_m=1.9)).track))
    assert (at_picture_left.figure, at_picture_right.figure) == ("move-left", "move-right")


def test_who_faces_the_camera_at_the_left_of_the_picture_goes_to_their_own_left() -> None:
    made = stands(0.0, Camera(aside_m=-1.9))
    shoulders = made.track.image_px[0, [BODY[Side.LEFT].shoulder, BODY[Side.RIGHT].shoulder], 0]
    assert shoulders[1] < shoulders[0] < made.track.source.width / 4
    assert last(everything_said(made.track)).message == "Step to your left"


@pytest.mark.parametrize(
    ("luma", "figure", "blocking"),
    [
        (10.0, "more-light", True),
        (45.0, "more-light", False),
        (220.0, "less-light", False),
        (250.0, "less-light", True),
    ],
)
def test_the_light_is_put_right(luma: float, figure: str, blocking: bool) -> None:
    now = last(everything_said(stands().track, luma=luma))
    assert (now.id, now.figure, now.blocking) == ("SU-6", figure, blocking)


@pytest.mark.parametrize(
    ("camera", "luma", "asked"),
    [
        (CameraFacts(30.0), 120.0, "The computer is slow"),
        (CameraFacts(30.0), 30.0, "The computer is slow"),
        (CameraFacts(12.0), 50.0, "More light"),
        (CameraFacts(12.0), 120.0, "The camera gives few"),
        # Cameras brighten a dark room by exposing longer.
        (CameraFacts(12.0, exposure_ms=80.0), 120.0, "More light"),
        (CameraFacts(12.0, exposure_ms=5.0), 50.0, "The camera gives few"),
        (None, 50.0, "More light"),
        (None, 120.0, "Few pictures a second arrive"),
    ],
)
def test_a_slow_computer_is_told_from_poor_light(camera: CameraFacts | None, luma: float, asked: str) -> None:
    by = coach()
    by.camera = camera
    said = everything_said(stands(8.0, fps=12.0, lasts_s=25.0).track, by, luma=luma)
    messages = [instruction.message for _, instruction in said if instruction is not None]
    of_pace = [each for each in messages if each.startswith(("The computer", "More light", "The camera g", "Few pict"))]
    assert of_pace
    assert all(each.startswith(asked) for each in of_pace)


def test_few_pictures_a_second_are_mentioned_once_they_are_counted() -> None:
    by = coach()
    said = everything_said(stands(8.0, fps=12.0, lasts_s=16.0).track, by)
    assert "Few pictures a second arrive" in [instruction.message for _, instruction in said if instruction]
    assert ("SU-6", 12.0) in [(check.id, check.value) for check in by.remarks()]


def test_poor_light_and_the_few_pictures_that_come_of_it_are_both_remarked() -> None:
    by = coach()
    said = everything_said(stands(8.0, fps=12.0, lasts_s=25.0).track, by, luma=45.0)
    assert said[-1][1] is None
    assert [(check.name, check.value) for check in by.remarks()][:2] == [("Light", 45), ("Frame rate", 12.0)]


def test_nobody_is_asked_into_view_and_is_seen_when_coming() -> None:
    track = stands(lasts_s=4.0).track
    away = track.t_s < 2.0
    image, seen = track.image_px.copy(), track.visibility.copy()
    image[away], seen[away] = np.nan, 0.0
    said = everything_said(replace(track, image_px=image, visibility=seen))
    assert figures(said) == ["ready", "step-into-view", "all-right"]
    assert 2.4 <= all_right_at(said) <= 3.0


def test_who_walks_off_after_a_long_good_time_is_noticed_within_half_a_second() -> None:
    track = stands(lasts_s=9.0).track
    image, seen = track.image_px.copy(), track.visibility.copy()
    gone = track.t_s > 8.0
    image[gone], seen[gone] = np.nan, 0.0
    said = everything_said(replace(track, image_px=image, visibility=seen))
    assert figures(said) == ["ready", "all-right", "step-into-view"]
    assert next(t_s for t_s, now in said if now is not None and now.figure == "step-into-view") < 8.5


def test_others_are_asked_to_step_aside_until_a_later_picture_shows_one_person() -> None:
    said = everything_said(
        stands(lasts_s=6.0).track, people=lambda t_s: (2 if t_s < 2.5 else 1) if round(t_s * 30) % 30 == 0 else None
    )
    assert figures(said) == ["ready", "one-person", "all-right"]
    assert 3.0 < all_right_at(said) <= 3.8


def test_others_come_before_everything_else() -> None:
    said = everything_said(stands(30.0, Camera(aim_m=1.3)).track, luma=10.0, people=lambda _t_s: 3)
    assert last(said).figure == "one-person"


@pytest.mark.parametrize(("joint", "figure"), [("ankle", "show-feet"), ("knee", "step-back"), ("hip", "step-back")])
def test_a_joint_that_is_hidden_is_asked_for(joint: str, figure: str) -> None:
    made = hidden(stands(), [getattr(BODY[Side.LEFT], joint)], visibility=0.3)
    now = last(everything_said(made.track))
    assert (now.id, now.figure) == ("SU-1", figure)


def test_of_a_foot_seen_from_the_front_the_heel_may_be_hidden_but_not_all_of_it() -> None:
    assert everything_said(hidden(stands(), HEEL, visibility=0.2).track)[-1][1] is None
    assert last(everything_said(hidden(stands(), (*HEEL, *TOE), visibility=0.2).track)).figure == "show-feet"


def test_the_far_leg_may_be_hidden_from_the_side_and_the_near_one_may_not() -> None:
    marks = {side: [BODY[side].hip, BODY[side].knee, BODY[side].ankle, BODY[side].toe] for side in Side}
    assert everything_said(hidden(stands(90.0), marks[Side.RIGHT], visibility=0.2).track)[-1][1] is None
    assert last(everything_said(hidden(stands(90.0), marks[Side.LEFT], visibility=0.2).track)).id == "SU-1"


def test_a_camera_in_a_hand_is_told_from_a_person_who_walks() -> None:
    made = stands(8.0, lasts_s=16.0)
    assert "keep-camera-still" in figures(everything_said(shaken(made, seed=3, px=8.0).track, luma=45.0))
    walks = made.track.image_px + (60 * np.sin(made.track.t_s)[:, None, None] * [1.0, 0.0])
    assert "keep-camera-still" not in figures(everything_said(replace(made.track, image_px=walks), luma=45.0))


def test_advice_is_done_without_after_six_seconds_and_remarked() -> None:
    by = coach()
    said = everything_said(stands(camera=Camera(roll_deg=6.0), lasts_s=9.0).track, by)
    assert figures(said) == ["ready", "level-camera", "all-right"]
    given = [t_s for t_s, now in said if now is not None and now.figure == "level-camera"]
    assert 5.5 < given[-1] - given[0] <= 6.1
    (remark,) = by.remarks()
    assert (remark.id, remark.name, remark.passed) == ("SU-3", "Camera level", False)
    assert remark.value is not None
    assert abs(remark.value) == pytest.approx(6.0, abs=0.5)
    assert remark.message.endswith(".")


def test_advice_that_is_followed_leaves_no_remark() -> None:
    by = coach()
    everything_said(stands(camera=Camera(roll_deg=6.0), lasts_s=3.0).track, by)
    later = stands(lasts_s=3.0).track
    assert everything_said(replace(later, t_s=later.t_s + 3.0), by)[-1][1] is None
    assert by.remarks() == ()


def test_several_pieces_of_advice_come_one_after_the_other_and_end() -> None:
    by = coach()
    said = everything_said(stands(8.0, Camera(roll_deg=6.0), lasts_s=25.0).track, by, luma=45.0)
    assert figures(said) == ["ready", "more-light", "level-camera", "face-camera", "all-right"]
    assert [check.id for check in by.remarks()] == ["SU-6", "SU-3", "SU-5"]


def test_what_blocks_comes_before_advice_and_stays() -> None:
    by = coach()
    said = everything_said(stands(30.0, Camera(distance_m=5.0), lasts_s=20.0).track, by, luma=45.0)
    assert figures(said) == ["ready", "face-camera"]
    assert by.remarks() == ()


def test_one_bad_picture_in_five_holds_nobody_up() -> None:
    made = stands(lasts_s=3.0)
    every_fifth = np.arange(len(made.track)) % 5 == 2
    assert all_right_at(everything_said(hidden(made, [*TOE, *HEEL], every_fifth).track)) <= 1.5


def test_what_flickers_every_other_picture_is_neither_right_nor_makes_the_words_flicker() -> None:
    made = stands(lasts_s=8.0)
    flickers = np.arange(len(made.track)) % 3 > 0
    said = everything_said(hidden(made, [*TOE, *HEEL], flickers).track)
    assert figures(said) == ["ready", "show-feet"]


@cache
def scenes() -> tuple[PoseTrack, ...]:
    cameras = (Camera(), Camera(aim_m=1.3), Camera(distance_m=6.5), Camera(roll_deg=6.0), Camera(aside_m=1.9))
    return tuple(stands(yaw, camera, lasts_s=1.0).track for yaw in (0.0, 30.0, 90.0) for camera in cameras)


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), calm_s=st.floats(0.1, 1.0))
def test_whatever_happens_an_instruction_stays_until_it_could_be_heard(seed: int, calm_s: float) -> None:
    random = np.random.default_rng(seed)
    by, t_s, said = coach(), 0.0, Said()
    for _ in range(8):
        scene = scenes()[random.integers(len(scenes()))]
        for i in range(max(2, int(30 * calm_s))):
            t_s += 1 / 30
            pose: Pose = replace(scene[i % len(scene)], t_s=t_s)
            said.append((t_s, by.look(t_s, pose, PictureFacts(1280, 720, float(random.choice([45.0, 120.0]))))))
    changes = [i for i in range(1, len(said)) if said[i][1] != said[i - 1][1]]
    for first, second in pairwise(changes):
        given, then = said[first][1], said[second][1]
        assert given is None or then is None or said[second][0] - said[first][0] > 1.45


def test_every_message_is_short_and_every_detail_is_a_sentence() -> None:
    asks = [each for each in vars(instructions).values() if isinstance(each, Ask)]
    asks += [instructions.walks(instructions.MOVE_LEFT, forwards=way) for way in (True, False)]
    assert len(asks) > 15
    for ask in asks:
        assert 0 < len(ask.instruction.message.split()) <= 8
        assert ask.instruction.detail.endswith(".")
        assert f"`{ask.instruction.figure}`" in _FIGURES


_FIGURES: str = """`step-into-view`, `step-back`, `come-closer`, `show-feet`, `show-head`, `one-person`, `more-light`,
`less-light`, `level-camera`, `raise-camera`, `lower-camera`, `face-camera`, `turn-sideways`, `turn-other-side`,
`keep-camera-still`, `stand-still`, `move-left`, `move-right`, `return-to-place`, `ready`"""


def test_a_pose_far_outside_of_the_picture_is_asked_back_and_nothing_breaks() -> None:
    track = stands().track
    outside: Floats = track.image_px + 3000.0
    assert last(everything_said(replace(track, image_px=outside))).id == "SU-1"
