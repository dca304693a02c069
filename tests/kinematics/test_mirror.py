"""Layer: pure functions on simulated and saved tracks. Landmarks of a mirrored body are noticed, a body is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from formcheck.errors import NotAssessableError
from formcheck.kinematics.analysis import measure_set
from formcheck.kinematics.find import body_hand, need_unmirrored
from formcheck.pose.landmarks import MIRROR
from formcheck.pose.types import PoseTrack

from ..sample_tracks import SAMPLE_TRACKS, sample_track
from ..skeleton import ANKLE, HEEL, TOE, Exercise, Film, Move, Person, film
from .alterations import exchanged, hidden, in_a_mirror, mirrored_without_renaming, renamed, trembling, without_person
from .sets import RULES

VIEWS = [0.0, 12.0, -35.0, 60.0, 90.0, -90.0, 135.0, 180.0]
HEAD = list(range(11))


def seen_from(yaw_deg: float, exercise: Exercise = "squat") -> Film:
    made = film(Person(exercise, (Move(), Move()), 0, yaw_deg))
    return trembling(made, seed=3, px=2.0, m=0.02)


def x_turned_round(track: PoseTrack, *, world: bool) -> PoseTrack:
    image, in_space = track.image_px.copy(), track.world_m.copy()
    image[..., 0] = track.source.width - image[..., 0]
    if world:
        in_space[..., 0] *= -1
    return replace(track, image_px=image, world_m=in_space)


@pytest.mark.parametrize("yaw", VIEWS)
@pytest.mark.parametrize("exercise", ["squat", "wall-squat", "step-down"])
def test_a_body_is_a_body_from_every_side_and_in_a_mirror_before_the_estimator(yaw: float, exercise: Exercise) -> None:
    made = seen_from(yaw, exercise)
    assert (body_hand(made.track) > 0.5).all()
    need_unmirrored(made.track)
    need_unmirrored(in_a_mirror(made).track)


@pytest.mark.parametrize("yaw", VIEWS)
def test_a_picture_mirrored_without_renaming_is_refused(yaw: float) -> None:
    with pytest.raises(NotAssessableError, match="mirrored"):
        need_unmirrored(mirrored_without_renaming(seen_from(yaw)).track)


@pytest.mark.parametrize("yaw", VIEWS)
def test_names_exchanged_throughout_are_refused(yaw: float) -> None:
    with pytest.raises(NotAssessableError, match="left and right"):
        need_unmirrored(renamed(seen_from(yaw)).track)


@pytest.mark.parametrize("name", SAMPLE_TRACKS)
@pytest.mark.parametrize("world", [True, False])
def test_what_the_estimator_saw_is_a_body_and_its_mirror_image_is_not(name: str, world: bool) -> None:
    seen = sample_track(name)
    assert (body_hand(seen) > 0.5).all()
    mirrored = x_turned_round(seen, world=world)
    assert (body_hand(mirrored) < -0.5).all()
    with pytest.raises(NotAssessableError):
        need_unmirrored(mirrored)
    named_anew = replace(
        mirrored,
        image_px=mirrored.image_px[:, list(MIRROR)],
        world_m=x_turned_round(seen, world=True).world_m[:, list(MIRROR)],
        visibility=mirrored.visibility[:, list(MIRROR)],
    )
    need_unmirrored(named_anew)


@pytest.mark.parametrize("yaw", [0.0, 90.0])
def test_a_set_of_mirrored_landmarks_is_not_measured(yaw: float) -> None:
    with pytest.raises(NotAssessableError) as refused:
        measure_set(mirrored_without_renaming(seen_from(yaw)).track, RULES["squat"])
    assert "as in a mirror" in refused.value.remedy


@pytest.mark.parametrize("unseen", [HEAD, [*HEEL, *TOE]])
def test_feet_or_head_alone_are_enough(unseen: list[int]) -> None:
    made = seen_from(0.0)
    need_unmirrored(hidden(made, unseen).track)
    with pytest.raises(NotAssessableError):
        need_unmirrored(hidden(mirrored_without_renaming(made), unseen).track)


def test_what_is_hidden_has_no_say() -> None:
    made = seen_from(0.0)
    mirrored = mirrored_without_renaming(made).track
    world = mirrored.world_m.copy()
    world[:, HEAD, 2] *= -1
    guessed = hidden(replace(made, track=replace(mirrored, world_m=world)), HEAD).track
    need_unmirrored(replace(guessed, visibility=np.ones_like(guessed.visibility)))
    with pytest.raises(NotAssessableError):
        need_unmirrored(guessed)


def test_feet_and_head_that_disagree_refuse_nothing() -> None:
    made = seen_from(0.0)
    feet = exchanged(made, np.ones(len(made.track), dtype=np.bool_), [*ANKLE, *HEEL, *TOE]).track
    turned = feet.world_m.copy()
    turned[:, [*HEEL, *TOE], 2] *= -1
    by_feet, by_head = body_hand(replace(feet, world_m=turned))
    assert by_feet < -0.3 < 0.5 < by_head
    need_unmirrored(replace(feet, world_m=turned))


def test_some_exchanged_frames_are_no_mirror() -> None:
    made = seen_from(0.0)
    some = np.zeros(len(made.track), dtype=np.bool_)
    some[40:70] = True
    need_unmirrored(exchanged(made, some, range(1, 33)).track)


def test_nothing_is_said_where_nobody_is_seen() -> None:
    made = seen_from(0.0)
    empty = without_person(made, np.ones(len(made.track), dtype=np.bool_)).track
    assert np.isnan(body_hand(empty)).all()
    need_unmirrored(empty)
