"""Several people in one picture, put together from sample clips and read by the real pose model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from formcheck.errors import NotAssessableError
from formcheck.pose.models import PoseModel
from formcheck.pose.people import PersonBox, Region, SeveralPeopleError, squares_beside, squares_over
from formcheck.session.assessment import SetupCheck
from formcheck.session.reading import read_track
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest
from formcheck.video.reader import open_video
from formcheck.video.writer import VideoWriter
from tests.clips import SAMPLES
from tests.estimated import read_track_or_kept

Picture = NDArray[np.uint8]
EVERY = 3
"""One picture in so many of the clips is taken: ten a second, so that a test is short."""
UNTIL_S = 6.4


@pytest.fixture(scope="module")
def clips() -> dict[str, list[Picture]]:
    """Return pictures of the person in the middle of two clips."""
    found: dict[str, list[Picture]] = {}
    for name in ("wall_squat_side", "wall_squat_front"):
        with open_video(SAMPLES / f"{name}.mp4") as video:
            found[name] = [f.rgb[:, 390:890].copy() for f in video if f.index % EVERY == 0 and f.t_s < UNTIL_S]
    return found


@pytest.fixture(scope="module")
def made(clips: dict[str, list[Picture]], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return what makes a clip of two people: on the left who squats from the side, on the right the other one."""
    folder = tmp_path_factory.mktemp("people")

    def make(height: int, *, right_stands: bool) -> Path:
        path = folder / f"{height}-{right_stands}.mp4"
        if path.exists():
            return path
        with VideoWriter(path, 960, 540, fps=30 / EVERY) as video:
            for i, left in enumerate(clips["wall_squat_side"]):
                right = clips["wall_squat_front"]
                canvas = np.full((540, 960, 3), 150, dtype=np.uint8)
                for picture, x in ((left, 240), (right[abs(i % 24 - 12)] if right_stands else right[i], 700)):
                    small = cv2.resize(picture, (round(height / 720 * 500), height), interpolation=cv2.INTER_AREA)
                    a = x - small.shape[1] // 2
                    canvas[520 - height : 520, a : a + small.shape[1]] = small
                video.write(canvas, i * EVERY / 30)
        return path

    return make


def one_person(path: Path, model: PoseModel, **asked: object) -> tuple[list[float], SetupCheck]:
    """Return the depths of the reps of the left leg, and what is said of people."""
    found = assess(read_track_or_kept(path, model, **asked), SetRequest("wall-squat"))  # type: ignore[arg-type]
    depths = [rep.measures["knee_flexion_max_deg"]["left"] for rep in found.complete_reps]
    (check,) = (check for check in found.setup if check.id == "SU-8")
    return [depth.value for depth in depths if depth is not None], check


def test_of_two_who_exercise_nobody_is_measured(made: Callable[..., Path], pose_model: PoseModel) -> None:
    with pytest.raises(SeveralPeopleError) as refused:
        read_track(made(300, right_stands=False), pose_model)
    left, right = refused.value.people
    assert left.left < left.right < 0.5 < right.left
    assert "Two people are in view and more than one could be meant" in refused.value.reason
    assert "--person 1 is the left one" in refused.value.remedy


def test_who_is_named_is_measured(made: Callable[..., Path], pose_model: PoseModel) -> None:
    depths, check = one_person(made(300, right_stands=False), pose_model, person=1)
    assert depths == [pytest.approx(70.2, abs=6)]
    assert check.message.startswith("Several people are in view. The one who was named was followed")


def test_who_is_in_a_region_is_measured(made: Callable[..., Path], pose_model: PoseModel) -> None:
    depths, _ = one_person(made(300, right_stands=False), pose_model, person=Region(0.05, 0.3, 0.45, 1.0))
    assert depths == [pytest.approx(70.2, abs=6)]


def test_the_only_one_who_exercises_is_measured(made: Callable[..., Path], pose_model: PoseModel) -> None:
    depths, check = one_person(made(420, right_stands=True), pose_model)
    assert depths == [pytest.approx(70.2, abs=6)]
    assert "The only one who bends the knees and comes up again was followed" in check.message


def test_a_person_who_is_not_there_cannot_be_named(made: Callable[..., Path], pose_model: PoseModel) -> None:
    with pytest.raises(NotAssessableError, match="There is no person 5"):
        read_track(made(300, right_stands=False), pose_model, person=5)


@pytest.mark.parametrize("document", [None, [0, 0, 1], [0, 0, 0, 1], [0, 0, "1", 1], [0, 0, True, 1], [0, -3, 1, 1]])
def test_what_is_no_part_of_a_picture_is_refused(document: object) -> None:
    with pytest.raises(ValueError, match="no part of a picture"):
        Region.from_document(document)


def test_a_region_comes_back_from_its_document() -> None:
    region = Region(0.1, 0.25, 0.5, 1.0)
    assert Region.from_document(region.document()) == region


@pytest.mark.parametrize("height", [150, 360, 700])
@pytest.mark.parametrize("x", [100, 640, 1180])
def test_squares_beside_somebody_leave_no_place_for_another_out(height: int, x: int) -> None:
    known = PersonBox(x - height / 6, 710 - height, x + height / 6, 710)
    squares = squares_beside(known, 1280, 720)
    for other in np.linspace(height / 5, 1280 - height / 5, 30):
        assert any(
            square.left <= other - height / 5 + 1
            and square.right >= other + height / 5 - 1
            and square.top <= known.top + 1
            and square.bottom >= known.bottom - 1
            for square in squares
        )


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (640, 480)])
def test_squares_over_a_picture_cover_it(size: tuple[int, int]) -> None:
    covered = np.zeros((size[1], size[0]), dtype=np.bool_)
    for square in squares_over(*size):
        covered[square.frames(np.broadcast_to(np.zeros((1, 1, 1), dtype=np.uint8), (size[1], size[0], 3)))] = True
    assert covered.all()
