"""Pure functions: reading the landmarks that a page sends, whatever it sends."""

from __future__ import annotations

import random
import struct
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formcheck.pose.landmarks import Landmark
from formcheck.web.live.landmarks import FRAME_BYTES, LandmarkMessage, parse_landmarks
from formcheck.web.live.refusal import LiveRefusalError
from tools.fuzz_landmarks import buffers

from . import landmark_bytes
from .landmark_bytes import cover_bits, found_bytes, message, mirrored_bytes, nobody_bytes, somebody_bytes

WIDTH, HEIGHT = 640, 360


def parse(data: bytes) -> LandmarkMessage:
    return parse_landmarks(data, WIDTH, HEIGHT)


def refusal(data: bytes) -> str:
    with pytest.raises(LiveRefusalError) as refused:
        parse(data)
    assert refused.value.close_code == 4400
    assert refused.value.reason.endswith(".")
    return refused.value.reason


def test_a_frame_has_the_bytes_that_were_agreed() -> None:
    assert FRAME_BYTES == landmark_bytes.FRAME_BYTES == len(nobody_bytes(1.0)) == len(somebody_bytes(1.0))


def test_every_number_arrives_in_its_place() -> None:
    rng = np.random.default_rng(3)
    image = rng.uniform(0, 300, (33, 2)).astype(np.float32).astype(np.float64)
    world = rng.uniform(-1, 1, (33, 3)).astype(np.float32).astype(np.float64)
    visibility, presence = rng.uniform(0, 1, 33), rng.uniform(0, 1, 33)
    covers = cover_bits(Landmark.LEFT_KNEE, Landmark.RIGHT_ANKLE)
    data = found_bytes(1234.5, image, world, visibility, presence, luma=77, people=2, covers=covers)
    (frame,) = parse(message(data)).frames
    assert (frame.t_ms, frame.luma, frame.people) == (1234.5, 77.0, 2)
    found = frame.found
    assert found is not None
    np.testing.assert_array_equal(found.image_px, image)
    np.testing.assert_array_equal(found.world_m, world)
    np.testing.assert_allclose(found.visibility, visibility, atol=1e-5)
    np.testing.assert_allclose(found.presence, presence, atol=1e-5)
    assert np.flatnonzero(found.covered).tolist() == [Landmark.LEFT_KNEE, Landmark.RIGHT_ANKLE]


def test_what_is_not_known_is_not_taken() -> None:
    (frame,) = parse(message(somebody_bytes(1.0, flags=1, people=7, covers=3))).frames
    assert frame.people is None
    assert frame.found is not None
    assert not frame.found.covered.any()


def test_nobody_is_a_frame_too() -> None:
    (frame,) = parse(message(nobody_bytes(9.0))).frames
    assert (frame.found, frame.people, frame.t_ms) == (None, 0, 9.0)


def test_two_frames_come_in_order() -> None:
    both = parse(message(nobody_bytes(1.0), somebody_bytes(34.0)))
    assert [frame.t_ms for frame in both.frames] == [1.0, 34.0]
    assert both.t_ms == 34.0
    assert "older" in refusal(message(nobody_bytes(34.0), somebody_bytes(34.0)))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x02",
        b"\x02\x00",
        b"\x02\x03" + nobody_bytes(1.0) * 3,
        b"\x01\x01" + nobody_bytes(1.0),
        b"\x02\x01" + nobody_bytes(1.0)[:-1],
        b"\x02\x01" + nobody_bytes(1.0) + b"\x00",
        b"\x02\x02" + nobody_bytes(1.0),
    ],
)
def test_another_length_is_refused(data: bytes) -> None:
    assert refusal(data).startswith("Landmarks from the browser")


@pytest.mark.parametrize("t_ms", [-1.0, float("nan"), float("inf"), 1e13])
def test_a_time_that_is_none_is_refused(t_ms: float) -> None:
    assert "no valid time" in refusal(message(nobody_bytes(t_ms)))


@pytest.mark.parametrize("at", range(5))
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 1e30, -1e30, 5000.0])
def test_a_number_out_of_bounds_is_refused(at: int, value: float) -> None:
    data = bytearray(somebody_bytes(1.0))
    struct.pack_into("<f", data, 14 + 17 * 24 + 4 * at, value)
    assert refusal(message(bytes(data))).endswith(("no number.", "outside of the picture.", "than anybody is."))


@pytest.mark.parametrize(
    ("at_px", "taken"),
    [((-640, -360), True), ((1280, 720), True), ((-641, 0), False), ((0, 721), False), ((1281, 0), False)],
)
def test_landmarks_may_lie_a_picture_away(at_px: tuple[float, float], taken: bool) -> None:
    data = message(somebody_bytes(1.0, at_px=at_px))
    if taken:
        parse(data)
    else:
        refusal(data)


@pytest.mark.parametrize(("at", "value"), [(0, 32), (0, 0x81), (3, 1), (13, 0x04)])
def test_what_nobody_agreed_on_is_refused(at: int, value: int) -> None:
    data = bytearray(somebody_bytes(1.0))
    data[at] = value
    assert "does not know" in refusal(message(bytes(data)))


def test_what_the_mirror_image_shows_comes_with_its_frame() -> None:
    there = np.linspace(1, 60, 66).reshape(33, 2), np.linspace(-1, 1, 99).reshape(33, 3)
    plain = somebody_bytes(1.0)
    looked = mirrored_bytes(somebody_bytes(2.0), *there)
    assert len(looked) == FRAME_BYTES + 660
    for frames, times in (
        ((plain, looked), (1.0, 2.0)),
        ((looked, somebody_bytes(3.0)), (2.0, 3.0)),
        ((looked,), (2.0,)),
    ):
        read = parse(message(*frames)).frames
        assert tuple(frame.t_ms for frame in read) == times
        for frame in read:
            assert (frame.mirror is None) == (frame.t_ms != 2.0)
            if frame.mirror is not None:
                assert frame.mirror.image_px == pytest.approx(there[0], rel=1e-6)
                assert frame.mirror.world_m == pytest.approx(there[1], rel=1e-6)


def test_the_mirror_image_is_held_to_the_bounds_of_the_picture() -> None:
    image, world = np.full((33, 2), 50.0), np.zeros((33, 3))
    frame = somebody_bytes(1.0)
    assert "no number" in refusal(message(mirrored_bytes(frame, image * np.nan, world)))
    assert "too far" in refusal(message(mirrored_bytes(frame, image - 5000, world)))
    assert "larger than anybody" in refusal(message(mirrored_bytes(frame, image, world + 4)))
    assert "another length" in refusal(message(mirrored_bytes(frame, image, world)[:-1]))
    assert "another length" in refusal(message(mirrored_bytes(frame, image, world) + b"0"))
    assert "does not know" in refusal(message(mirrored_bytes(nobody_bytes(1.0), image, world)))


@pytest.mark.parametrize("at", [12, 13, 14, 805])
def test_nobody_has_no_landmarks(at: int) -> None:
    data = bytearray(nobody_bytes(1.0))
    data[at] = 1
    assert "of nobody are not empty" in refusal(message(bytes(data)))


@settings(max_examples=300, deadline=None)
@given(data=st.binary(max_size=2 * FRAME_BYTES + 3), count=st.integers(0, 3), head=st.booleans())
def test_any_bytes_are_read_or_refused(data: bytes, count: int, head: bool) -> None:
    with suppress(LiveRefusalError):
        parse(bytes([2, count]) + data if head else data)


def test_thousands_of_damaged_messages_are_read_or_refused() -> None:
    read, refused = 0, set()
    for data in buffers(random.Random(17), 4000):
        try:
            parse(data)
            read += 1
        except LiveRefusalError as error:
            refused.add(error.reason)
    assert read > 100
    assert len(refused) >= 6  # each of the bounds was met
