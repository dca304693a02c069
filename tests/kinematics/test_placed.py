"""Layer: pure functions, landmarks that a person placed; and what they do to the measures of a simulated set."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from formcheck.kinematics.analysis import SetMeasurement, measure_found, measure_set
from formcheck.kinematics.find import find_set
from formcheck.kinematics.placed import PlacedPoint, frame_at, with_points_placed
from formcheck.kinematics.rep_measures import measure_rep
from formcheck.pose.landmarks import Landmark
from formcheck.pose.types import PoseTrack

from ..skeleton import ANKLE, HIP, KNEE, LEFT, RIGHT, Film, Floats, Move, Person
from .alterations import exchanged, hidden, trembling
from .sets import RULES, at_bottom, filmed, measured

FRONT = filmed(Person(moves=(Move(), Move(fppa_deg=(4.0, 0.0)))))
SIDE = filmed(Person(moves=(Move(), Move()), yaw_deg=90.0))
AUTOMATIC = {id(FRONT): measured(FRONT), id(SIDE): measured(SIDE)}


def second_bottom(made: Film) -> NDArray[np.intp]:
    """Return the frames of the second rep's bottom."""
    rep = made.reps[1]
    return np.flatnonzero((made.track.t_s >= rep.bottom_start_s) & (made.track.t_s <= rep.bottom_end_s))


def put(
    track: PoseTrack, mark: int, frame: int, by_px: tuple[float, float], run: NDArray[np.intp] | None = None
) -> PlacedPoint:
    """Put a landmark so far from where it is on a frame, and alike on a run of frames."""
    t_s = track.t_s
    x, y = track.image_px[frame, mark] + by_px
    ends = (frame, frame) if run is None else (run[0], run[-1])
    return PlacedPoint(Landmark(mark), float(t_s[frame]), float(x), float(y), float(t_s[ends[0]]), float(t_s[ends[1]]))


def point_at(landmark: Landmark, at_s: float, place_px: Floats, from_s: float, to_s: float) -> PlacedPoint:
    return PlacedPoint(landmark, float(at_s), float(place_px[0]), float(place_px[1]), float(from_s), float(to_s))


def remeasured(made: Film, *points: PlacedPoint) -> SetMeasurement:
    return measure_found(find_set(made.track, RULES["squat"], placed=points))


def fppa_of_points(hip: Floats, knee: Floats, ankle: Floats, medial: float) -> float:
    """Return FPPA by its definition: tilt of the thigh less that of the shank, toward the other leg."""
    thigh, shank = knee - hip, ankle - knee
    return float(np.degrees(np.arctan2(medial * thigh[0], thigh[1]) - np.arctan2(medial * shank[0], shank[1])))


def change_of_fppa(frame: int, leg: int, ankle_by: tuple[float, float]) -> float:
    """Return by how much FPPA changes with the ankle, worked out by hand.

    It is measured as a camera sees it that is turned most of the way down or up to the hips of who stands. The knee is
    in front of the leg's line by the height of a triangle of two halves of a leg, so it is seen further out from the
    middle of the picture, by the camera's focal length.
    """
    track, camera_px = AUTOMATIC[id(FRONT)].track, 0.75 * 1280
    tilt = np.arctan(0.75 * (track.image_px[5, list(HIP), 1].mean() - 360.0) / camera_px)

    def seen(points: Floats) -> Floats:
        """Turn the camera about the axis across the picture: nobody stands aside in this one."""
        x, y, z = points[..., 0] - 640.0, points[..., 1] - 360.0, camera_px
        down, away = np.cos(tilt) * y - np.sin(tilt) * z, np.sin(tilt) * y + np.cos(tilt) * z
        return np.stack([640.0 + camera_px * x / away, 360.0 + camera_px * down / away], axis=-1)

    hip, knee, ankle = (seen(track.image_px[frame, joint[leg]]) for joint in (HIP, KNEE, ANKLE))
    moved_ankle = seen(track.image_px[frame, ANKLE[leg]] + np.array(ankle_by))
    standing = seen(track.image_px[5, [HIP[leg], KNEE[leg], ANKLE[leg]]])
    leg_px = float(np.linalg.norm(np.diff(standing, axis=0), axis=1).sum())
    ahead = leg_px / 2 * np.sin(np.radians(FRONT.knee_flexion_deg[frame, leg] / 2))
    middle = np.array([640.0, 360.0])
    far_knee = middle + (knee - middle) * (1 - ahead / camera_px)
    medial = 1.0 if track.image_px[frame, HIP[1 - leg], 0] > hip[0] else -1.0
    return fppa_of_points(hip, far_knee, moved_ankle, medial) - fppa_of_points(hip, far_knee, ankle, medial)


@settings(max_examples=12)
@given(dx=st.floats(-30, 30), dy=st.floats(-10, 10), leg=st.sampled_from([LEFT, RIGHT]))
def test_a_moved_ankle_changes_fppa_by_what_geometry_says(dx: float, dy: float, leg: int) -> None:
    run, before = second_bottom(FRONT), AUTOMATIC[id(FRONT)]
    at = int(run[len(run) // 2])
    after = remeasured(FRONT, put(before.track, ANKLE[leg], at, (dx, dy), run))
    got = after.series.per_leg["fppa_deg"][at, leg] - before.series.per_leg["fppa_deg"][at, leg]
    assert got == pytest.approx(change_of_fppa(at, leg, (dx, dy)), abs=0.15)
    other = after.series.per_leg["fppa_deg"][:, 1 - leg]
    assert other == pytest.approx(before.series.per_leg["fppa_deg"][:, 1 - leg], nan_ok=True)


@settings(max_examples=8)
@given(dx=st.floats(-25, 25), dy=st.floats(-25, 25), joint=st.sampled_from([HIP, KNEE, ANKLE]))
def test_a_moved_joint_changes_knee_flexion_by_what_geometry_says(dx: float, dy: float, joint: tuple[int, int]) -> None:
    """Though flexion comes from a leg of constant length on a still foot, which no single frame can move."""
    run, before = second_bottom(SIDE), AUTOMATIC[id(SIDE)]
    at = int(run[len(run) // 2])
    after = remeasured(SIDE, put(before.track, joint[LEFT], at, (dx, dy)))

    def between(points: Floats) -> float:
        thigh, shank = points[0] - points[1], points[2] - points[1]
        cosine = np.dot(thigh, shank) / np.linalg.norm(thigh) / np.linalg.norm(shank)
        return 180.0 - float(np.degrees(np.arccos(cosine)))

    points = before.track.image_px[at, [HIP[LEFT], KNEE[LEFT], ANKLE[LEFT]]]
    moved = points.copy()
    moved[(HIP, KNEE, ANKLE).index(joint)] += [dx, dy]
    flexion = [m.series.per_leg["knee_flexion_deg"][at, LEFT] for m in (before, after)]
    assert flexion[1] - flexion[0] == pytest.approx(between(moved) - between(points), abs=0.3)


@pytest.mark.parametrize("made", [FRONT, SIDE], ids=["front", "side"])
@pytest.mark.parametrize("mark", [KNEE[LEFT], HIP[LEFT], ANKLE[LEFT]])
def test_a_landmark_put_where_it_was_changes_nothing(made: Film, mark: int) -> None:
    before = AUTOMATIC[id(made)]
    whole = np.arange(len(made.track))
    after = remeasured(made, put(before.track, mark, int(second_bottom(made)[0]), (0.0, 0.0), whole))
    for name, series in before.series.per_leg.items():
        assert after.series.per_leg[name] == pytest.approx(series, abs=1e-9, nan_ok=True)
    assert after.reps == before.reps


def test_a_point_lies_exactly_where_it_was_put_and_its_neighbours_stay() -> None:
    before = AUTOMATIC[id(FRONT)]
    at = int(second_bottom(FRONT)[5])
    point = put(before.track, KNEE[LEFT], at, (17.0, -4.0))
    after = remeasured(FRONT, point)
    assert after.track.image_px[at, KNEE[LEFT]].tolist() == [point.x_px, point.y_px]
    others = np.arange(len(FRONT.track)) != at
    assert np.array_equal(after.track.image_px[others], before.track.image_px[others])
    assert after.placed.sum() == 1


def test_all_frames_of_a_run_are_displaced_alike() -> None:
    before, run = AUTOMATIC[id(FRONT)], second_bottom(FRONT)
    after = remeasured(FRONT, put(before.track, KNEE[LEFT], int(run[3]), (8.0, 3.0), run))
    moved = after.track.image_px[:, KNEE[LEFT]] - before.track.image_px[:, KNEE[LEFT]]
    assert moved[run] == pytest.approx(np.tile([8.0, 3.0], (len(run), 1)))
    assert not np.delete(moved, run, axis=0).any()


def test_one_frame_of_a_bottom_hardly_moves_its_median_and_the_whole_bottom_moves_all_of_it() -> None:
    before, run = AUTOMATIC[id(FRONT)], second_bottom(FRONT)
    at = int(run[len(run) // 2])

    def fppa(m: SetMeasurement) -> float:
        value = measure_rep(m, 1, {})["fppa_deg"]["left"]
        assert value is not None
        return value.value

    alone = fppa(remeasured(FRONT, put(before.track, ANKLE[LEFT], at, (25.0, 0.0))))
    whole = fppa(remeasured(FRONT, put(before.track, ANKLE[LEFT], at, (25.0, 0.0), run)))
    assert alone == pytest.approx(fppa(before), abs=0.2)
    assert abs(whole - fppa(before)) > 4


def test_moves_of_different_landmarks_do_not_depend_on_their_order() -> None:
    before, run = AUTOMATIC[id(FRONT)], second_bottom(FRONT)
    points = [
        put(before.track, mark, int(run[2]), by, run)
        for mark, by in ((KNEE[LEFT], (9.0, 0.0)), (ANKLE[LEFT], (-5.0, 2.0)))
    ]
    one, other = remeasured(FRONT, *points), remeasured(FRONT, *reversed(points))
    assert np.array_equal(one.track.image_px, other.track.image_px)
    assert one.reps == other.reps


def test_moves_of_one_landmark_add_up_and_the_later_one_wins_on_its_frame() -> None:
    before, run = AUTOMATIC[id(FRONT)].track, second_bottom(FRONT)
    first, second = int(run[2]), int(run[9])
    points = [put(before, KNEE[LEFT], first, (6.0, 0.0), run), put(before, KNEE[LEFT], second, (10.0, 1.0), run)]
    moved = with_points_placed(before, points)[0].image_px[run, KNEE[LEFT]] - before.image_px[run, KNEE[LEFT]]
    assert moved == pytest.approx(np.tile([10.0, 1.0], (len(run), 1)))


def test_a_frame_that_was_put_right_before_keeps_that_when_its_run_is_moved() -> None:
    before, run = AUTOMATIC[id(FRONT)].track, second_bottom(FRONT)
    outlier, other = int(run[2]), int(run[9])
    points = [put(before, KNEE[LEFT], outlier, (50.0, 0.0)), put(before, KNEE[LEFT], other, (4.0, 0.0), run)]
    moved = with_points_placed(before, points)[0].image_px[:, KNEE[LEFT], 0] - before.image_px[:, KNEE[LEFT], 0]
    assert moved[outlier] == pytest.approx(54.0)
    assert moved[other] == pytest.approx(4.0)


def test_a_hidden_knee_that_is_put_by_hand_is_measured() -> None:
    run = second_bottom(SIDE)
    around = np.arange(run[0] - 12, run[-1] + 13)
    covered = np.zeros(len(SIDE.track), dtype=np.bool_)
    covered[around] = True
    made = hidden(SIDE, [KNEE[LEFT]], covered)
    assert measure_rep(measured(made), 1, {})["knee_flexion_max_deg"]["left"] is None
    place = SIDE.track.image_px[:, KNEE[LEFT]]
    keys = [int(around[0]), int(run[0]), int(run[-1]), int(around[-1])]
    t_s, middle = SIDE.track.t_s, int(run[len(run) // 2])
    points = [point_at(Landmark.LEFT_KNEE, t_s[k], place[k], t_s[k], t_s[k]) for k in keys]
    points.append(point_at(Landmark.LEFT_KNEE, t_s[middle], place[middle], t_s[around[0]], t_s[around[-1]]))
    value = measure_rep(remeasured(made, *points), 1, {})["knee_flexion_max_deg"]["left"]
    assert value is not None
    assert value.value == pytest.approx(SIDE.knee_flexion_deg[run, LEFT].max(), abs=2.0)


def test_what_is_hidden_beside_a_point_lies_on_the_way_to_what_is_known() -> None:
    t_s = AUTOMATIC[id(FRONT)].track.t_s
    image = AUTOMATIC[id(FRONT)].track.image_px.copy()
    visibility = AUTOMATIC[id(FRONT)].track.visibility.copy()
    image[100:111, KNEE[LEFT]], visibility[100:111, KNEE[LEFT]] = np.nan, 0.0
    track = PoseTrack(t_s, image, visibility, AUTOMATIC[id(FRONT)].track.world_m, FRONT.track.source)
    put_at = image[99, KNEE[LEFT]] + [12.0, 6.0]
    point = point_at(Landmark.LEFT_KNEE, t_s[105], put_at, t_s[100], t_s[110])
    way = with_points_placed(track, [point])[0].image_px[:, KNEE[LEFT]]
    assert way[99] == pytest.approx(image[99, KNEE[LEFT]])
    assert way[102] == pytest.approx(image[99, KNEE[LEFT]] + [6.0, 3.0], abs=0.05)
    assert way[111] == pytest.approx(image[111, KNEE[LEFT]])


def test_a_point_counts_as_fully_seen() -> None:
    before = AUTOMATIC[id(FRONT)].track
    track, placed = with_points_placed(before, [put(before, KNEE[LEFT], 50, (3.0, 0.0))])
    assert track.visibility[50, KNEE[LEFT]] == 1.0
    assert np.array_equal(np.argwhere(placed), [[50, KNEE[LEFT]]])


def test_a_correction_in_the_depth_of_a_rep_leaves_the_stance_as_it_was() -> None:
    before, run = AUTOMATIC[id(FRONT)], second_bottom(FRONT)
    after = remeasured(FRONT, put(before.track, ANKLE[LEFT], int(run[0]), (40.0, 0.0), run))
    assert np.array_equal(after.standing.frames, before.standing.frames)
    assert after.standing.points_px == pytest.approx(before.standing.points_px, nan_ok=True)
    assert after.view == before.view


def test_an_ankle_moved_throughout_moves_the_stance_and_all_of_its_fppa() -> None:
    """What the landmarks get wrong in stance was found in what the estimator drew: a correction is not taken off."""
    before, whole = AUTOMATIC[id(FRONT)], np.arange(len(FRONT.track))
    at = int(second_bottom(FRONT)[0])
    after = remeasured(FRONT, put(before.track, ANKLE[LEFT], at, (20.0, 0.0), whole))
    got = after.series.per_leg["fppa_deg"][at, LEFT] - before.series.per_leg["fppa_deg"][at, LEFT]
    assert got == pytest.approx(change_of_fppa(at, LEFT, (20.0, 0.0)), abs=0.15)
    assert after.standing.points_px[ANKLE[LEFT], 0] - before.standing.points_px[ANKLE[LEFT], 0] == pytest.approx(20.0)


def test_sides_are_those_after_exchanged_legs_were_put_right() -> None:
    swapped = np.zeros(len(FRONT.track), dtype=np.bool_)
    run = second_bottom(FRONT)
    swapped[run[0] - 3 : run[-1] + 4] = True
    made = exchanged(FRONT, swapped)
    before = measured(made)
    assert before.sides_repaired[run].all()
    after = remeasured(made, put(before.track, ANKLE[LEFT], int(run[4]), (20.0, 0.0), run))
    change = after.series.per_leg["fppa_deg"][run] - before.series.per_leg["fppa_deg"][run]
    assert (np.abs(change[:, LEFT]) > 2).all()
    assert change[:, RIGHT] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("mark", [KNEE[LEFT], ANKLE[LEFT]])
def test_no_point_makes_a_value_surer_than_it_was(mark: int) -> None:
    made = trembling(FRONT, seed=3, px=1.5)
    before, run = measured(made), second_bottom(FRONT)
    after = remeasured(made, put(before.track, mark, int(run[4]), (5.0, 0.0), run))
    errors = [measure_rep(m, 1, {})["fppa_deg"]["left"] for m in (before, after)]
    assert errors[0] is not None
    assert errors[1] is not None
    assert errors[1].error > errors[0].error


def test_the_tremble_of_the_landmarks_is_that_of_the_estimator() -> None:
    made = trembling(FRONT, seed=3, px=1.5)
    before, whole = measured(made), np.arange(len(FRONT.track))
    after = remeasured(made, put(before.track, KNEE[LEFT], 60, (30.0, 0.0), whole))
    assert after.tremble_px == pytest.approx(before.tremble_px, nan_ok=True)


def test_without_points_a_set_is_measured_as_ever() -> None:
    for made in (FRONT, SIDE):
        m = measure_found(find_set(made.track, RULES["squat"], placed=[]))
        plain = measure_set(made.track, RULES["squat"])
        for name, series in plain.series.per_leg.items():
            assert np.array_equal(m.series.per_leg[name], series, equal_nan=True)
        assert not m.placed.any()


def test_a_time_names_the_frame_that_is_shown() -> None:
    t_s = np.array([0.0, 0.033, 0.067, 0.1, 0.4, 0.433])
    assert frame_at(t_s, 0.034) == 1
    assert frame_at(t_s, 0.25) is None
    assert frame_at(t_s, -0.2) is None
    assert frame_at(t_s, float("nan")) is None
    assert frame_at(np.array([]), 0.0) is None


def test_a_point_of_no_frame_is_refused() -> None:
    with pytest.raises(ValueError, match="no frame at 99"):
        with_points_placed(FRONT.track, [PlacedPoint(Landmark.LEFT_KNEE, 99.0, 1.0, 1.0, 99.0, 99.0)])


def test_the_deepest_frames_lie_in_the_bottoms() -> None:
    """What the tests above take for a bottom is one."""
    assert at_bottom(FRONT)[second_bottom(FRONT)].mean() > 0.8
