"""Layer: the real model on sample clips in which joints are hidden. What cannot be seen is not measured.

Boxes follow the joints by the clips' truth, or somebody cut out of another clip walks across. Every clip is cut to one
rep, and hidden for about a second around its bottom.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from formcheck.exercises.rubric_file import builtin_rubric
from formcheck.kinematics.analysis import measure_set
from formcheck.pose.builder import TrackBuilder
from formcheck.pose.estimator import PoseEstimator
from formcheck.pose.models import PoseModel
from formcheck.pose.store import load_track
from formcheck.pose.types import PoseTrack, TrackSource
from formcheck.video.digest import file_sha256
from formcheck.video.reader import open_video

from .clips import SAMPLES
from .estimated import kept_file

FRONT, SIDE, STEP = "wall_squat_front", "wall_squat_side", "step_down_front_valgus"
LEFT, RIGHT = 0, 1
START_S, STOP_S = 1.0, 6.5
"""One rep of every sample clip, with the stance before it."""
TWO_REPS_S = 11.0
FROM_S, TO_S = 2.4, 3.6
"""When joints are hidden, in seconds of the cut."""
SOON_S = 0.2
"""Values may go on for so long."""

Picture = NDArray[np.uint8]
Floats = NDArray[np.float64]
Colour = tuple[int, int, int]
GREY: Colour = (128, 128, 128)
Joints = dict[str, Floats]
Change = Callable[[Picture, Joints, float], None]


@dataclass(frozen=True)
class Values:
    """A measure of a leg over time, of a hidden clip."""

    t_s: Floats
    of: Floats

    def before(self) -> Floats:
        """Return the values before anything is hidden, the first second left out."""
        return self.of[(self.t_s > 1.0) & (self.t_s < FROM_S - 0.1)]

    def while_hidden(self) -> Floats:
        """Return the values from 0.2 s after the hiding began to its end."""
        return self.of[(self.t_s >= FROM_S + SOON_S) & (self.t_s < TO_S)]

    def after(self) -> Floats:
        """Return the values from 0.2 s after the hiding ended."""
        return self.of[self.t_s > TO_S + SOON_S]


@cache
def joints_of(sample: str) -> list[Joints]:
    """Return where the joints are in each frame of a sample clip, px."""
    with (SAMPLES / f"{sample}.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    names = [key[:-2] for key in rows[0] if key.endswith("_u")]
    return [{name: np.array([float(row[f"{name}_u"]), float(row[f"{name}_v"])]) for name in names} for row in rows]


def leg_px(joints: Joints) -> float:
    thigh, shank = joints["hip_L"] - joints["knee_L"], joints["knee_L"] - joints["ankle_L"]
    return float(np.hypot(*thigh) + np.hypot(*shank))


def box(picture: Picture, top_left: Floats, bottom_right: Floats, colour: Colour) -> None:
    x0, y0 = np.maximum(np.round(top_left), 0).astype(int)
    x1, y1 = np.maximum(np.round(bottom_right), 0).astype(int)
    picture[y0:y1, x0:x1] = np.array(colour, dtype=np.uint8)


@dataclass(frozen=True)
class Over:
    """Hides joints behind a box that goes with them."""

    names: tuple[str, ...]
    colour: Colour = GREY
    margin_leg: float = 0.14

    def __call__(self, picture: Picture, joints: Joints, _t_s: float) -> None:
        at = np.array([joints[name] for name in self.names])
        margin = self.margin_leg * leg_px(joints)
        box(picture, at.min(axis=0) - margin, at.max(axis=0) + margin, self.colour)


def left_half(picture: Picture, joints: Joints, _t_s: float) -> None:
    """Hide the person's left half, from the middle of the hips on."""
    middle = (joints["hip_L"] + joints["hip_R"])[0] / 2
    edge = middle + leg_px(joints)
    box(picture, np.array([middle, 0.0]), np.array([edge, picture.shape[0]]), (90, 110, 90))


def below_the_shins(picture: Picture, joints: Joints, _t_s: float) -> None:
    """Let the camera tip up until feet and ankles are out of the picture."""
    lowest = max(joints["ankle_L"][1], joints["ankle_R"][1])
    down = round(picture.shape[0] - lowest + 0.2 * leg_px(joints))
    picture[down:] = picture[:-down].copy()
    picture[:down] = picture[down]


@cache
def passer_by() -> Picture:
    """Return somebody standing, cut out of another clip."""
    joints = joints_of(STEP)[0]
    at, margin = np.array(list(joints.values())), 0.15 * leg_px(joints)
    with open_video(SAMPLES / f"{STEP}.mp4") as video:
        picture = next(iter(video)).rgb
    (left, top), (right, bottom) = at.min(axis=0) - margin, at.max(axis=0) + margin
    return np.ascontiguousarray(picture[int(max(top - 2 * margin, 0)) : int(bottom), int(left) : int(right)])


def somebody_stands_in_front(picture: Picture, joints: Joints, _t_s: float) -> None:
    person = passer_by()
    at = np.array(list(joints.values()))
    height = min(round(1.25 * np.ptp(at[:, 1])), picture.shape[0])
    rows = np.arange(height) * person.shape[0] // height
    columns = np.arange(round(height * person.shape[1] / person.shape[0]))
    larger = person[rows][:, columns * person.shape[0] // height]
    top = int(min(max(at[:, 1].max() + 0.1 * leg_px(joints) - height, 0), picture.shape[0] - height))
    left = int(np.clip(at[:, 0].mean() - len(columns) / 2, 0, picture.shape[1] - len(columns)))
    picture[top : top + height, left : left + len(columns)] = larger


def hidden_frames(sample: str, change: Change, stop_s: float) -> Iterator[tuple[Picture, float]]:
    with open_video(SAMPLES / f"{sample}.mp4") as video:
        for frame in video:
            t_s = frame.t_s - START_S
            if t_s < 0:
                continue
            if frame.t_s > stop_s:
                break
            picture = frame.rgb.copy()
            if FROM_S <= t_s < TO_S:
                change(picture, joints_of(sample)[frame.index], t_s)
            yield picture, t_s


def track_of(sample: str, change: Change, model: PoseModel, stop_s: float) -> PoseTrack:
    """Return the landmarks of a clip in which something is hidden, known by all that it is made of and from."""
    made_from = [SAMPLES / f"{sample}.mp4", SAMPLES / f"{sample}.csv", SAMPLES / f"{STEP}.mp4", SAMPLES / f"{STEP}.csv"]
    sources = [file_sha256(path) for path in (Path(__file__), *made_from)]
    hiding = getattr(change, "__name__", repr(change))
    return load_track(
        kept_file(
            ("hidden", sample, hiding, str(stop_s), *sources, model.sha256),
            lambda: estimated(sample, change, model, stop_s),
        )
    )


def estimated(sample: str, change: Change, model: PoseModel, stop_s: float) -> PoseTrack:
    poses = TrackBuilder()
    with PoseEstimator(model) as estimator:
        for picture, t_s in hidden_frames(sample, change, stop_s):
            height, width = picture.shape[:2]
            poses.add(estimator.estimate(picture, t_s, width_px=width, height_px=height))
    source = TrackSource(sample, "", width, height, 30.0, stop_s - START_S, len(poses), model.name, "", "")
    return poses.build(source)


def measured(
    sample: str, change: Change, model: PoseModel, measure: str, stop_s: float = STOP_S
) -> tuple[Values, Values]:
    """Return a measure of the left and of the right leg."""
    rubric = builtin_rubric("step-down" if sample == STEP else "wall-squat")
    m = measure_set(track_of(sample, change, model, stop_s), rubric.phases)
    left, right = (Values(m.track.t_s, m.series.per_leg[measure][:, leg]) for leg in (LEFT, RIGHT))
    return left, right


def assert_known(values: Floats) -> None:
    assert len(values) > 10
    assert np.isfinite(values).mean() > 0.95


def assert_nothing_is_told(values: Values) -> None:
    assert len(values.while_hidden()) > 20
    assert np.isnan(values.while_hidden()).all()
    assert_known(values.before())
    assert_known(values.after())


@pytest.mark.parametrize("colour", [GREY, (200, 60, 60)])
def test_a_knee_behind_a_box_has_no_flexion(pose_model: PoseModel, colour: Colour) -> None:
    left, _ = measured(SIDE, Over(("knee_L",), colour=colour), pose_model, "knee_flexion_deg")
    assert_nothing_is_told(left)


def test_a_knee_behind_a_box_has_no_fppa_and_the_other_keeps_its_own(pose_model: PoseModel) -> None:
    left, right = measured(FRONT, Over(("knee_L",)), pose_model, "fppa_deg")
    assert_nothing_is_told(left)
    assert_known(right.of[right.t_s > 1.0])


def test_a_hidden_foot_leaves_no_knee_over_foot(pose_model: PoseModel) -> None:
    left, right = measured(FRONT, Over(("ankle_L", "heel_L", "toe_L"), margin_leg=0.06), pose_model, "kmf_pct")
    assert_nothing_is_told(left)
    assert_known(right.of[right.t_s > 1.0])


def test_half_a_body_has_no_fppa_on_that_side(pose_model: PoseModel) -> None:
    left, _ = measured(FRONT, left_half, pose_model, "fppa_deg")
    assert_nothing_is_told(left)


def test_a_lower_leg_behind_a_box_has_no_fppa(pose_model: PoseModel) -> None:
    left, _ = measured(STEP, Over(("knee_L", "ankle_L", "toe_L")), pose_model, "fppa_deg")
    assert_nothing_is_told(left)


def test_feet_out_of_the_picture_leave_no_flexion(pose_model: PoseModel) -> None:
    left, _ = measured(SIDE, below_the_shins, pose_model, "knee_flexion_deg")
    assert_nothing_is_told(left)


def test_somebody_in_front_is_not_measured_for_the_person_from_the_side(pose_model: PoseModel) -> None:
    left, _ = measured(SIDE, somebody_stands_in_front, pose_model, "knee_flexion_deg")
    assert_nothing_is_told(left)


def test_somebody_in_front_is_not_measured_for_the_person_from_the_front(pose_model: PoseModel) -> None:
    """With the rep behind somebody lost, the next one shows what a rep is."""
    left, _ = measured(FRONT, somebody_stands_in_front, pose_model, "fppa_deg", TWO_REPS_S)
    assert_nothing_is_told(left)
