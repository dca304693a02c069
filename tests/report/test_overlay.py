"""Layer: pictures. What is drawn onto a frame, looked up in its pixels."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from numpy.typing import NDArray

from formcheck.design.palette import BAND_STYLES, FAINT, LEG_STYLES, Rgb
from formcheck.exercises.finding import Band
from formcheck.pose.landmarks import BODY, Side
from formcheck.report.keyframes import MOST_KEY_FRAMES, KeyFrameCollector, as_key_frame, key_moments
from formcheck.report.lettering import Lettering, paste
from formcheck.report.overlay import Overlay, picture_size
from formcheck.session.assessment import Assessment
from formcheck.session.verdict import Level
from formcheck.video.frame import Frame

GREY = 120
AT_BOTTOM_S = 12.0
"""In the second rep, where the left knee caves in."""


def grey(t_s: float, width: int = 960, height: int = 540) -> Frame:
    return Frame(t_s, np.full((height, width, 3), GREY, dtype=np.uint8), 0)


def drawn(assessment: Assessment, t_s: float) -> NDArray[np.uint8]:
    """Return the picture without the strip of words."""
    overlay = Overlay(assessment)
    return overlay.draw(grey(t_s))[: overlay.picture_height]


def strip(assessment: Assessment, t_s: float) -> NDArray[np.uint8]:
    overlay = Overlay(assessment)
    return overlay.draw(grey(t_s))[overlay.picture_height :]


def has(picture: NDArray[np.uint8], rgb: Rgb) -> bool:
    return bool((picture == np.array(rgb)).all(axis=2).any())


def around(picture: NDArray[np.uint8], assessment: Assessment, side: Side, t_s: float, r: int) -> NDArray[np.uint8]:
    """Cut out the surroundings of a knee."""
    i = int(np.argmin(np.abs(assessment.track.t_s - t_s)))
    x, y = (round(float(v)) for v in assessment.track.image_px[i, BODY[side].knee])
    return picture[y - r : y + r, x - r : x + r]


@pytest.mark.parametrize(
    ("source", "drawn_at"),
    [
        ((1920, 1080), (1280, 720)),
        ((1080, 1920), (720, 1280)),
        ((3840, 2160), (1280, 720)),
        ((960, 540), (960, 540)),
        ((320, 240), (640, 480)),
        ((641, 359), (640, 360)),
    ],
)
def test_picture_is_large_enough_to_read_and_small_enough_to_be_quick(
    source: tuple[int, int], drawn_at: tuple[int, int]
) -> None:
    assert picture_size(*source) == drawn_at


def test_scored_legs_have_their_colours_and_the_body_is_faint(front_set: Assessment) -> None:
    picture = drawn(front_set, 0.5)
    assert has(picture, LEG_STYLES[Side.LEFT].rgb)
    assert has(picture, LEG_STYLES[Side.RIGHT].rgb)
    assert has(picture, FAINT)


def test_only_the_standing_leg_has_a_colour_in_a_step_down(front_set: Assessment) -> None:
    reps = tuple(dataclasses.replace(rep, leg="right") for rep in front_set.reps)
    picture = drawn(dataclasses.replace(front_set, reps=reps, findings=()), 4.0)
    assert has(picture, LEG_STYLES[Side.RIGHT].rgb)
    assert not has(picture, LEG_STYLES[Side.LEFT].rgb)


def test_person_who_is_not_seen_is_not_drawn(front_set: Assessment) -> None:
    assert (drawn(front_set, 5.2) == GREY).all()


def test_joint_that_is_hidden_is_not_drawn(front_set: Assessment) -> None:
    visibility = front_set.track.visibility.copy()
    visibility[:, [BODY[Side.LEFT].knee, BODY[Side.LEFT].ankle]] = 0.3
    hidden = dataclasses.replace(front_set, track=dataclasses.replace(front_set.track, visibility=visibility))
    seen_knee = around(drawn(front_set, 4.0), front_set, Side.LEFT, 4.0, 4)
    hidden_knee = around(drawn(hidden, 4.0), front_set, Side.LEFT, 4.0, 4)
    assert has(seen_knee, LEG_STYLES[Side.LEFT].rgb)
    assert not has(hidden_knee, LEG_STYLES[Side.LEFT].rgb)


def test_fault_and_caution_differ_in_shape_too(front_set: Assessment) -> None:
    shapes = []
    for band in (Band.FAULT, Band.CAUTION):
        findings = tuple(
            dataclasses.replace(f, band=band) for f in front_set.findings if f.rep == 2 and f.band is Band.FAULT
        )
        picture = drawn(dataclasses.replace(front_set, findings=findings), AT_BOTTOM_S)
        knee = around(picture, front_set, Side.LEFT, AT_BOTTOM_S, 40)
        shape = (knee == np.array(BAND_STYLES[Level(band.value)].rgb)).all(axis=2)
        assert shape.any()
        shapes.append(shape)
    assert (shapes[0] & ~shapes[1]).any()


def test_mark_is_at_the_knee_that_is_meant(front_set: Assessment) -> None:
    picture = drawn(front_set, AT_BOTTOM_S)
    fault = BAND_STYLES[Level.FAULT].rgb
    assert has(around(picture, front_set, Side.LEFT, AT_BOTTOM_S, 40), fault)
    assert not has(around(picture, front_set, Side.RIGHT, AT_BOTTOM_S, 10), fault)


def test_cue_stands_below_the_picture_during_a_flagged_rep_only(front_set: Assessment) -> None:
    fault = BAND_STYLES[Level.FAULT].rgb
    assert has(strip(front_set, AT_BOTTOM_S), fault)
    assert not has(strip(front_set, 4.0), fault)


def test_hold_timer_runs(front_set: Assessment) -> None:
    early, same, late = (strip(front_set, t) for t in (11.0, 11.01, 12.0))
    assert (early == same).all()
    assert (early != late).any()


def test_angles_are_beside_the_knee_only_where_the_view_carries_them(
    side_set: Assessment, oblique_set: Assessment
) -> None:
    def plates(assessment: Assessment) -> int:
        return int((drawn(assessment, 4.0) == 255).all(axis=2).sum())

    assert plates(side_set) > 0
    assert plates(oblique_set) == 0


def test_picture_that_is_read_at_half_size_is_drawn_at_the_same_place(front_set: Assessment) -> None:
    overlay = Overlay(front_set)
    whole = overlay.draw(grey(4.0)).astype(int)
    half = overlay.draw(grey(4.0, 480, 270)).astype(int)
    assert (whole == half).all()


def test_frame_itself_is_left_as_it_was(front_set: Assessment) -> None:
    frame = grey(4.0)
    Overlay(front_set).draw(frame)
    assert (frame.rgb == GREY).all()


def test_long_text_is_made_to_fit(front_set: Assessment) -> None:
    lettering = Lettering(20)
    plate = lettering.plate("Point your kneecap over your second toe " * 4, max_width_px=400)
    assert plate.shape[1] <= 400
    assert lettering.plate("x").shape[0] > plate.shape[0]
    assert Overlay(front_set).draw(grey(0.0)).shape[1] == 960


@pytest.mark.parametrize("text", ["62°", "±3", "Zgięcie", "Коленo", "▲ ◆ ●"])
def test_text_in_other_scripts_has_its_own_letters(text: str) -> None:
    lettering = Lettering(40)
    unknown = lettering.plate("?" * len(text))
    plate = lettering.plate(text)
    assert plate.shape != unknown.shape or (plate != unknown).any()


def test_plate_at_the_edge_is_moved_inside() -> None:
    picture = np.zeros((50, 60, 3), dtype=np.uint8)
    paste(picture, np.full((10, 20, 3), 255, dtype=np.uint8), 55, -5)
    assert (picture[:10, 40:] == 255).all()
    assert picture.sum() == 10 * 20 * 3 * 255


def test_key_frames_are_of_whole_reps_at_their_bottom(front_set: Assessment) -> None:
    moments = key_moments(front_set)
    assert [moment.rep for moment in moments] == [1, 2, 3]
    for moment, rep in zip(moments, front_set.reps, strict=False):
        assert rep.bottom_start_s < moment.t_s < rep.bottom_end_s


def test_long_set_has_key_frames_evenly_spread(front_set: Assessment) -> None:
    rep = front_set.reps[0]
    reps = tuple(
        dataclasses.replace(rep, index=i, bottom_start_s=10.0 * i, bottom_end_s=10.0 * i + 1) for i in range(1, 41)
    )
    shown = [moment.rep for moment in key_moments(dataclasses.replace(front_set, reps=reps))]
    assert len(shown) == MOST_KEY_FRAMES
    assert (shown[0], shown[-1]) == (1, 40)
    assert max(np.diff(shown)) - min(np.diff(shown)) <= 1


def test_collector_takes_the_first_picture_of_each_moment(front_set: Assessment) -> None:
    overlay = Overlay(front_set)
    collector = KeyFrameCollector(key_moments(front_set), overlay)
    for t_s in np.arange(0, 25, 0.5):
        collector.offer(float(t_s), overlay.draw(grey(float(t_s))))
    assert [(frame.rep, frame.t_s) for frame in collector.taken] == [(1, 4.5), (2, 12.0), (3, 19.5)]


def test_key_frame_is_a_jpeg_of_the_person_alone(front_set: Assessment) -> None:
    overlay = Overlay(front_set)
    moment = key_moments(front_set)[1]
    frame = as_key_frame(moment, moment.t_s, overlay.draw(grey(moment.t_s)), overlay)
    assert frame.jpeg.startswith(b"\xff\xd8\xff")
    assert frame.height == overlay.picture_height
    assert frame.width < overlay.width
