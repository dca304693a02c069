"""Layer: pure functions and simulated tracks. From a known fault of landmarks or camera to what is taken out of it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from formcheck.kinematics.error_parts import scale_part, turn_part
from formcheck.kinematics.frontal import ONE_LEG
from formcheck.kinematics.noise import tremble_px, value_noise
from formcheck.kinematics.rep_measures import measure_rep, measure_whole_set
from formcheck.kinematics.sagittal import STANCE_ERROR_GONE_DEG, without_stance_error_deg
from formcheck.kinematics.standing import MOST_DEG, stance_error_deg
from formcheck.kinematics.view import (
    ViewKind,
    ViewQuality,
    ViewVerdict,
    front_turn_deg,
    known_front_turn_deg,
    left_turn_spread_deg,
    turn_reading,
)
from formcheck.pose.landmarks import Side
from formcheck.pose.types import FloatArray

from ..skeleton import HIP, KNEE, LEFT, RIGHT, Exercise, Move, Person, film
from .alterations import trembling
from .sets import READS_LOW_DEG, at_bottom, filmed, measured


def front(yaw_deg: float, error_deg: float = 3.0) -> ViewVerdict:
    return ViewVerdict(ViewKind.FRONT, yaw_deg, error_deg, None, ViewQuality.OK, "", abs(yaw_deg) < 90)


class TestStanceError:
    def test_as_much_is_the_landmarks_as_the_two_spreads_say(self) -> None:
        assert stance_error_deg(9.0, expected_deg=5.0, error_sd_deg=4.0, spread_sd_deg=4.0) == pytest.approx(2.0)
        assert stance_error_deg(3.0, expected_deg=0.0, error_sd_deg=2.8, spread_sd_deg=2.3) == pytest.approx(
            3.0 * 2.8**2 / (2.8**2 + 2.3**2)
        )

    def test_a_limb_that_stands_as_expected_keeps_its_angle(self) -> None:
        assert stance_error_deg(5.0, expected_deg=5.0, error_sd_deg=4.0, spread_sd_deg=4.0) == 0.0

    def test_nothing_known_takes_nothing_off(self) -> None:
        assert stance_error_deg(float("nan"), expected_deg=5.0, error_sd_deg=4.0, spread_sd_deg=4.0) == 0.0

    @pytest.mark.parametrize("read", [40.0, -40.0])
    def test_a_limb_that_stands_crooked_stays_crooked(self, read: float) -> None:
        assert abs(stance_error_deg(read, expected_deg=5.0, error_sd_deg=4.0, spread_sd_deg=4.0)) == MOST_DEG

    @pytest.mark.parametrize("at_rest", [-12.0, 1.0, 5.0, 11.0, 30.0])
    def test_flexion_stays_in_order_and_deep_flexion_as_it_was(self, at_rest: float) -> None:
        read = np.linspace(-20.0, 140.0, 1601)
        put_right = without_stance_error_deg(read, at_rest)
        assert (np.diff(put_right) > 0).all()
        assert np.abs(np.diff(put_right)).max() < 0.2
        deep = read >= STANCE_ERROR_GONE_DEG
        assert (put_right[deep] == read[deep]).all()

    def test_a_gap_stays_a_gap(self) -> None:
        assert np.isnan(without_stance_error_deg(np.array([np.nan, 60.0]), 11.0)).tolist() == [True, False]

    def test_a_hip_drawn_too_far_back_in_stance_costs_less(self) -> None:
        """As MediaPipe draws it: 4 % of the leg behind the hip of a standing person, right once the knee is bent."""
        made = filmed(Person(yaw_deg=90.0))
        true = made.knee_flexion_deg[:, LEFT]
        leg_px = measured(made).standing.leg_px
        facing = np.sign(made.track.image_px[0, 31, 0] - made.track.image_px[0, 29, 0])
        behind = 0.04 * leg_px * np.clip(1 - true / 45, 0, 1)
        for mark in HIP:
            made.track.image_px[:, mark, 0] -= facing * behind
        m = measured(made)
        stance = np.median(m.series.per_leg["knee_flexion_deg"][m.standing.frames, LEFT])
        read = np.median(
            [
                np.degrees(np.arctan2(facing * (k - h)[0], (k - h)[1]) + np.arctan2(facing * (k - a)[0], (a - k)[1]))
                for h, k, a in m.track.image_px[m.standing.frames][:, [HIP[LEFT], KNEE[LEFT], 27]]
            ]
        )
        expected = np.median(true[m.standing.frames])
        assert read - expected > 3.0
        assert abs(stance - expected) < 0.6 * (read - expected)


class TestKnownTurn:
    @pytest.mark.parametrize("yaw", [1.0, -2.0, 2.9, 179.0, 4.0])
    def test_of_a_small_turn_the_part_counts_that_people_who_stand_square_have_in_what_is_read(
        self, yaw: float
    ) -> None:
        whole, part = front_turn_deg(front(yaw)), known_front_turn_deg(front(yaw))
        spread = 3.0 / 1.96
        assert part == pytest.approx(whole * 1.5**2 / (1.5**2 + spread**2))

    @pytest.mark.parametrize("yaw", [6.0, -6.0, 9.0, 171.0])
    def test_a_turn_far_beyond_its_error_counts_but_for_the_error_and_keeps_its_side(self, yaw: float) -> None:
        whole, part = front_turn_deg(front(yaw)), known_front_turn_deg(front(yaw))
        assert 0 < part / whole < 1
        assert part == pytest.approx(whole * (1 - (3.0 / whole) ** 2))

    def test_who_faces_the_camera_is_not_turned(self) -> None:
        assert known_front_turn_deg(front(0.0)) == 0.0

    def test_what_is_left_of_a_turn_is_never_more_than_its_error(self) -> None:
        for yaw in (0.0, 2.0, 4.0, 9.0, 176.0):
            assert 0 < left_turn_spread_deg(front(yaw)) <= 3.0 / 1.96

    def test_from_behind_the_front_points_the_other_way(self) -> None:
        assert front_turn_deg(front(5.0)) == pytest.approx(5.0)
        assert front_turn_deg(front(175.0)) == pytest.approx(5.0)
        assert front_turn_deg(front(-175.0)) == pytest.approx(-5.0)

    @pytest.mark.parametrize("yaw", [4.5, -4.5])
    @pytest.mark.parametrize("exercise", ["squat", "step-down"])
    def test_fppa_of_a_straight_knee_seen_from_a_turned_camera_comes_nearer_to_none(
        self, yaw: float, exercise: Exercise
    ) -> None:
        made = filmed(Person(exercise, yaw_deg=yaw))
        m = measured(made, exercise)
        deep = at_bottom(made)
        legs = [LEFT, RIGHT] if exercise == "squat" else [LEFT]
        for leg in legs:
            left_in = np.nanmedian(np.abs((m.series.per_leg["fppa_deg"] - made.fppa_deg)[deep, leg]))
            assert left_in < 0.75 * 4.5 * 1.15
            value = measure_rep(m, 0, {})["fppa_deg"][(Side.LEFT, Side.RIGHT)[leg].value]
            assert value is not None
            assert value.error > left_in

    @pytest.mark.parametrize("yaw", [176.0, -176.0])
    def test_from_behind_where_no_turn_was_ever_checked_the_error_is_wider_and_less_is_taken_out(
        self, yaw: float
    ) -> None:
        behind = measured(film(Person(yaw_deg=yaw), reads_low_deg=READS_LOW_DEG)).view
        facing = measured(film(Person(yaw_deg=180 - yaw), reads_low_deg=READS_LOW_DEG)).view
        assert behind.yaw_error_deg > 1.5 * facing.yaw_error_deg
        assert abs(known_front_turn_deg(behind)) < 0.5 * abs(known_front_turn_deg(facing))


class TestErrorParts:
    def test_the_tremble_that_is_left_is_found_from_the_tremble_that_was_taken_out(self) -> None:
        made = trembling(filmed(), seed=7, px=2.0)
        m = measured(made)
        still = m.standing.frames
        left_in = np.std(m.track.image_px[still][:, KNEE[LEFT]], axis=0).mean()
        assert m.tremble_px[KNEE[LEFT]] == pytest.approx(left_in, rel=0.6)

    def test_more_tremble_makes_wider_intervals(self) -> None:
        errors = []
        for px in (0.0, 2.0, 6.0):
            m = measured(trembling(filmed(), seed=3, px=px))
            value = measure_rep(m, 1, {})["fppa_deg"]["left"]
            assert value is not None
            errors.append(value.error)
        assert errors[0] < errors[1] < errors[2]

    def test_noise_follows_first_order_propagation(self) -> None:
        m = measured(filmed())
        tremble = np.zeros(33)
        tremble[KNEE[LEFT]] = 1.0
        thigh, shank = m.standing.thigh_px[LEFT], m.standing.shank_px[LEFT]
        assert value_noise("fppa_deg", Side.LEFT, tremble, m.standing) == pytest.approx(
            np.degrees(1 / thigh + 1 / shank)
        )
        assert value_noise("kmf_pct", Side.LEFT, tremble, m.standing) == pytest.approx(100 / m.standing.leg_px)
        assert value_noise("fppa_deg", Side.RIGHT, tremble, m.standing) == 0.0
        assert value_noise("fppa_common_deg", None, tremble, m.standing) > 0.0

    def test_nothing_is_known_of_the_tremble_of_what_is_never_seen(self) -> None:
        m = measured(filmed())
        assert np.isnan(tremble_px(m.raw, m.track, np.zeros(len(m.track), dtype=np.bool_))).all()
        assert value_noise("fppa_deg", Side.LEFT, np.full(33, np.nan), m.standing) == 0.0

    def test_a_percentage_of_the_leg_is_as_uncertain_as_the_leg_and_an_angle_is_not(self) -> None:
        assert scale_part("kmf_pct", -10.0) == pytest.approx(0.4)
        assert scale_part("fppa_deg", 10.0) == 0.0

    def test_the_turn_widens_fppa_most_and_the_knee_over_the_foot_least(self) -> None:
        """Specification section 5: around 60 deg of flexion KMF hardly feels the turn, FPPA 1.15 deg a degree."""
        made = film(Person(moves=(Move(depth_deg=60.0),) * 3), reads_low_deg=READS_LOW_DEG)
        m, deep = measured(made), at_bottom(made)
        parts = {name: turn_part(m, m.reps[0], name, deep) for name in ("fppa_deg", "kmf_pct", "kmd_pct")}
        turn = left_turn_spread_deg(m.view)
        assert parts["fppa_deg"] == pytest.approx(1.15 * turn, rel=0.1)
        assert parts["kmf_pct"] < 0.3 * parts["kmd_pct"]

    @pytest.mark.parametrize("depth", [60.0, 75.0, 90.0])
    @pytest.mark.parametrize("yaw", [2.5, -2.5, 177.5])
    def test_a_turn_that_is_not_noticed_is_inside_the_error_of_left_minus_right(self, depth: float, yaw: float) -> None:
        """It makes one knee look medial and the other lateral, so it counts twice."""
        made = filmed(Person(moves=(Move(depth_deg=depth),) * 3, yaw_deg=yaw))
        m = measured(made)
        whole = measure_whole_set(m, [measure_rep(m, i, {}) for i in range(3)])
        for name in ("fppa_difference_deg", "kmf_difference_pct"):
            value = whole[name]["both"]
            assert value is not None
            assert abs(value.value) < value.error, name

    def test_from_the_side_a_turn_that_is_not_known_matters_more_the_further_off_the_camera_is(self) -> None:
        parts = []
        for yaw in (90.0, 75.0, 68.0):
            m = measured(filmed(Person(yaw_deg=yaw)))
            parts.append(turn_part(m, m.reps[0], "knee_flexion_max_deg", np.ones(len(m.track), dtype=np.bool_)))
        assert 0 < parts[0] < parts[1] < parts[2]


class TestLandmarksOfABentLeg:
    """What a pose model is known to draw wrong of a bent leg is taken off, of that model's landmarks alone."""

    @staticmethod
    def fppa(pose_model: str, exercise: Exercise = "squat") -> tuple[FloatArray, NDArray[np.bool_]]:
        moves = (Move(depth_deg=60.0, fppa_deg=(12.0, 0.0)),) * 3
        made = film(
            Person(exercise, moves), pose_model=pose_model, reads_low_deg=turn_reading(pose_model).reads_low_deg
        )
        return measured(made, exercise).series.per_leg["fppa_deg"], at_bottom(made)

    def test_nothing_is_taken_off_in_stance_and_more_is_given_to_a_knee_that_caves_in(self) -> None:
        known, deep = self.fppa("pose_landmarker_full")
        exact, _ = self.fppa("exact")
        given = known - exact
        assert np.abs(given[:20]).max() < 0.3
        assert np.median(given[deep, LEFT]) > np.median(given[deep, RIGHT]) + 1.0

    def test_landmarks_of_a_model_that_nobody_measured_are_taken_as_they_are(self) -> None:
        unknown, deep = self.fppa("somebodys_own")
        assert np.median(unknown[deep, LEFT]) == pytest.approx(12.0, abs=1.0)

    def test_on_one_leg_the_line_is_another_one(self) -> None:
        known, deep = self.fppa("pose_landmarker_full", "step-down")
        exact, _ = self.fppa("exact", "step-down")
        leg = np.median(exact[deep, LEFT])
        assert np.median(known[deep, LEFT]) == pytest.approx(ONE_LEG.offset_deg + ONE_LEG.gain * leg, abs=0.4)
