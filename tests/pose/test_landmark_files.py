"""Layer: files. Landmarks of other programs: signs, units, times, gaps, and files that are none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import process_time

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from formcheck.errors import NotAssessableError, PoseTrackError
from formcheck.kinematics.view import ViewKind, ViewQuality, ViewVerdict, view_of_flat
from formcheck.pose.file_points import FileFacts
from formcheck.pose.landmark_file import LARGEST_BYTES, read_landmarks
from formcheck.pose.landmark_names import landmark_named, marker_name
from formcheck.pose.landmarks import Landmark
from formcheck.pose.types import PoseTrack
from formcheck.report.marker_track import write_trc as write_our_trc
from formcheck.session.assessment import Assessment
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest

from ..landmark_files import flat, long_csv, wide_csv, write_csv, write_trc
from ..sample_tracks import SAMPLE_TRACKS, sample_track
from ..skeleton import LEFT, Film, Floats, Move, Person, film

VALGUS_DEG = 12.0
FRONT = film(Person(moves=(Move(fppa_deg=(VALGUS_DEG, 0.0)),) * 3))
"""The left knee falls inward, the right one does not."""
SIDE = film(Person(moves=(Move(),) * 3, yaw_deg=-90.0))
"""Seen from the right."""
Writer = Callable[[Path, PoseTrack], tuple[Path, FileFacts]]
SIZE = FileFacts((FRONT.track.source.width, FRONT.track.source.height))


def metres(track: PoseTrack) -> Floats:
    """Return places as a program gives them that puts the floor at zero: x right and y up, m."""
    x, y = np.moveaxis(track.image_px, 2, 0)
    return flat(np.stack([x - 900.0, 700.0 - y], axis=2) * 0.004)


def across_the_body(track: PoseTrack) -> Floats:
    """Return the same with the usual place of each marker across the body as depth, as Sports2D has it."""
    places = metres(track)
    places[..., 2] = np.where([mark.name.startswith("LEFT") for mark in Landmark], -0.1, 0.1)
    return places


WRITERS: dict[str, Writer] = {
    "px, y down": lambda path, t: (write_trc(path, t.t_s, flat(t.image_px), "px"), SIZE),
    "px, size not known": lambda path, t: (write_trc(path, t.t_s, flat(t.image_px), "px"), FileFacts()),
    "px, y turned round": lambda path, t: (write_trc(path, t.t_s, flat(t.image_px * (1, -1)), "px"), FileFacts()),
    "px that are said to be m": lambda path, t: (write_trc(path, t.t_s, flat(t.image_px), "m"), FileFacts()),
    "thousands of px": lambda path, t: (write_trc(path, t.t_s, flat(t.image_px * (1, -1)) / 1000, "m"), FileFacts()),
    "m, y up": lambda path, t: (write_trc(path, t.t_s, metres(t), "m"), FileFacts()),
    "mm, y up": lambda path, t: (write_trc(path, t.t_s, metres(t) * 1000, "mm"), FileFacts()),
    "m with made-up depth": lambda path, t: (write_trc(path, t.t_s, across_the_body(t), "m"), FileFacts()),
    "wide, by name": lambda path, t: (
        wide_csv(path.with_suffix(".csv"), t, lambda mark, what: f"{mark.name}_{what}", shares=True),
        SIZE,
    ),
    "wide, from 1": lambda path, t: (
        wide_csv(path.with_suffix(".csv"), t, lambda mark, what: f"{what}{mark + 1}", shares=True),
        SIZE,
    ),
    "wide, from 0, px": lambda path, t: (
        wide_csv(path.with_suffix(".csv"), t, lambda mark, what: f"landmark_{int(mark)}_{what}", shares=False),
        SIZE,
    ),
    "long": lambda path, t: (long_csv(path.with_suffix(".csv"), t), FileFacts(fps=30.0)),
    "long, semicolons": lambda path, t: (long_csv(path.with_suffix(".csv"), t, delimiter=";"), FileFacts(fps=30.0)),
}


def written(writer: Writer, made: Film, folder: Path) -> PoseTrack:
    return read_landmarks(*writer(folder / "set.trc", made.track))


def of_legs(assessment: Assessment, measure: str) -> dict[str, float]:
    """Return the mean of a measure over the reps for each leg that has it."""
    values: dict[str, list[float]] = {}
    for rep in assessment.complete_reps:
        for leg, estimate in rep.measures.get(measure, {}).items():
            if estimate is not None:
                values.setdefault(leg, []).append(estimate.value)
    return {leg: float(np.mean(each)) for leg, each in values.items()}


@pytest.mark.parametrize("form", WRITERS)
def test_valgus_stays_valgus_and_left_stays_left(form: str, tmp_path: Path) -> None:
    track = written(WRITERS[form], FRONT, tmp_path)
    found = assess(track, SetRequest("squat", view=ViewKind.FRONT))
    assert found.view.facing_camera
    fppa = of_legs(found, "fppa_deg")
    assert fppa["left"] == pytest.approx(VALGUS_DEG, abs=2.5)
    assert fppa["right"] == pytest.approx(0.0, abs=2.5)
    assert [rep.start_s for rep in found.complete_reps] == pytest.approx([rep.start_s for rep in FRONT.reps], abs=0.15)


@pytest.mark.parametrize("form", WRITERS)
def test_depth_from_the_side_is_that_of_the_leg_that_is_near(form: str, tmp_path: Path) -> None:
    found = assess(written(WRITERS[form], SIDE, tmp_path), SetRequest("squat", view=ViewKind.SIDE))
    depth = of_legs(found, "knee_flexion_max_deg")
    assert set(depth) == {"right"}
    assert depth["right"] == pytest.approx(float(SIDE.knee_flexion_deg.max()), abs=3.0)


def test_markers_in_a_room_tell_the_view_themselves(tmp_path: Path) -> None:
    room = np.concatenate([FRONT.track.world_m[..., :1], -FRONT.track.world_m[..., 1:]], axis=2) * 1000
    hips_mm = np.stack([np.zeros(len(room)), 900 - 3 * FRONT.knee_flexion_deg[:, LEFT], np.zeros(len(room))], axis=1)
    track = read_landmarks(write_trc(tmp_path / "room.trc", FRONT.track.t_s, room + hips_mm[:, None], "mm"))
    assert track.has_depth
    found = assess(track, SetRequest("squat"))
    assert (found.view.kind, found.view.facing_camera) == (ViewKind.FRONT, True)
    assert abs(found.view.yaw_deg) < 3
    fppa = of_legs(found, "fppa_deg")
    assert fppa["left"] - fppa["right"] == pytest.approx(VALGUS_DEG, abs=3.0)


@pytest.mark.parametrize("yaw_deg", [-8.0, 8.0])
def test_depth_is_right_handed_whichever_way_y_points(yaw_deg: float, tmp_path: Path) -> None:
    turned = film(Person(moves=(Move(),) * 3, yaw_deg=yaw_deg))
    hips_m = np.zeros((len(turned.track), 1, 3))
    hips_m[..., 0, 1] = 3e-3 * turned.knee_flexion_deg[:, LEFT]
    down = turned.track.world_m + hips_m
    yaws = [
        assess(
            read_landmarks(write_trc(tmp_path / "room.trc", turned.track.t_s, down * axes, "m")), SetRequest("squat")
        ).view.yaw_deg
        for axes in ((1, 1, 1), (1, -1, -1))
    ]
    assert yaws[0] == pytest.approx(yaws[1], abs=0.1)
    assert np.sign(yaws[0]) == np.sign(yaw_deg)


def test_markers_without_a_name_keep_their_place(tmp_path: Path) -> None:
    path = write_trc(tmp_path / "set.trc", FRONT.track.t_s, flat(FRONT.track.image_px), "px")
    whole, text = read_landmarks(path), path.read_text()
    path.write_text(text.replace("\tNose\t", "\t\t"))
    np.testing.assert_array_equal(read_landmarks(path).image_px[:, 11:], whole.image_px[:, 11:])
    together = "\t".join(text.splitlines()[3].split())
    path.write_text(text.replace(text.splitlines()[3], together))
    np.testing.assert_array_equal(read_landmarks(path).image_px, whole.image_px)
    path.write_text(text.replace(text.splitlines()[3], together.replace("\tNose\t", "\t\t")))
    with pytest.raises(PoseTrackError, match="does not name each of its markers"):
        read_landmarks(path)


def test_a_long_first_line_takes_no_time(tmp_path: Path) -> None:
    path = write_trc(tmp_path / "set.trc", FRONT.track.t_s, flat(FRONT.track.image_px), "px")
    path.write_text(path.read_text().replace("set.trc", "; picture 9 x 9 px; " * 20_000, 1))
    began = process_time()
    read_landmarks(path)
    assert process_time() - began < 3


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("axis", [0, 1])
def test_a_joint_with_half_a_place_is_missing(axis: int, tmp_path: Path) -> None:
    places = flat(FRONT.track.image_px)
    places[:, [Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER], axis] = np.nan
    path = write_trc(tmp_path / "set.trc", FRONT.track.t_s, places, "px")
    with pytest.raises(PoseTrackError, match="no landmarks of LShoulder, RShoulder"):
        read_landmarks(path)


@pytest.mark.parametrize(("unit", "in_a_second"), [("timestamp", 1), ("timestamp_ms", 1000), ("time", 1_000_000)])
def test_times_since_1970_begin_with_themselves(unit: str, in_a_second: int, tmp_path: Path) -> None:
    path = wide_csv(tmp_path / "set.csv", FRONT.track, lambda mark, what: f"{mark.name}_{what}", shares=True)
    header, *rows = path.read_text().splitlines()
    times = ((1_796_000_000 + t) * in_a_second for t in FRONT.track.t_s)
    rows = [f"{t:.6f},{row.partition(',')[2]}" for t, row in zip(times, rows, strict=True)]
    path.write_text("\n".join([header.replace("timestamp_ms", unit), *rows]))
    np.testing.assert_allclose(read_landmarks(path, SIZE).t_s, FRONT.track.t_s - FRONT.track.t_s[0], atol=1e-5)


def test_which_way_somebody_faces_is_told_by_the_hips_where_shoulders_are_not_seen(tmp_path: Path) -> None:
    image = FRONT.track.image_px.copy()
    image[::2, Landmark.LEFT_SHOULDER] = np.nan
    image[1::2, Landmark.RIGHT_SHOULDER] = np.nan
    everything = np.ones(len(image), dtype=np.bool_)

    def view() -> ViewVerdict:
        path = write_trc(tmp_path / "set.trc", FRONT.track.t_s, flat(image), "px")
        return view_of_flat(read_landmarks(path), everything, ViewKind.FRONT)

    by_hips = view()
    assert by_hips.verdict is ViewQuality.LOW
    assert by_hips.facing_camera
    assert "from the front" in by_hips.reason
    image[::2, Landmark.LEFT_HIP] = np.nan
    image[1::2, Landmark.RIGHT_HIP] = np.nan
    by_nothing = view()
    assert by_nothing.verdict is ViewQuality.REFUSED
    assert "not seen together" in by_nothing.reason


def test_a_body_that_stands_along_z_is_said(tmp_path: Path) -> None:
    across, down, away = np.moveaxis(FRONT.track.world_m, 2, 0)
    hips_m = 0.9 - 0.003 * FRONT.knee_flexion_deg[:, [LEFT]]
    room = np.stack([across, away, hips_m - down], axis=2)
    with pytest.raises(PoseTrackError, match="stands along z"):
        read_landmarks(write_trc(tmp_path / "room.trc", FRONT.track.t_s, room, "m"))


@pytest.mark.parametrize("name", SAMPLE_TRACKS)
def test_what_we_write_is_read_again(name: str, tmp_path: Path) -> None:
    view = ViewKind.SIDE if "side" in name else ViewKind.FRONT
    request = SetRequest("wall-squat" if name.startswith("wall") else "step-down", view=view)
    first = assess(sample_track(name), request)
    write_our_trc(first, tmp_path / "pose.trc")
    track = read_landmarks(tmp_path / "pose.trc")
    again = assess(track, request)
    seen = np.isfinite(first.track.image_px[..., 0]) & (first.track.visibility >= 0.5)
    np.testing.assert_array_equal(np.isfinite(track.image_px[..., 0]), seen)
    np.testing.assert_allclose(track.image_px[seen], first.track.image_px[seen], atol=0.0006)
    assert (track.source.width, track.source.height) == (1280, 720)
    assert track.source.pose_model == "pose_landmarker_full"
    for one, other in zip(first.reps, again.reps, strict=True):
        assert (one.leg, one.complete) == (other.leg, other.complete)
        assert (other.start_s, other.bottom_end_s) == pytest.approx((one.start_s, one.bottom_end_s), abs=0.02)
    measure = "knee_flexion_max_deg" if view is ViewKind.SIDE else "fppa_deg"
    # 1.1 deg from the front: the turn of the camera, 4 deg in the step-down, is known of the one and not of the other.
    assert of_legs(again, measure) == pytest.approx(of_legs(first, measure), abs=0.2 if view is ViewKind.SIDE else 1.1)


def test_what_we_write_in_metres_is_read_again(tmp_path: Path) -> None:
    request = SetRequest("squat", view=ViewKind.FRONT)
    first = assess(FRONT.track, request)
    write_our_trc(first, tmp_path / "px.trc")
    write_our_trc(first, tmp_path / "m.trc", height_cm=175.0)
    assert "\tm\t" in (tmp_path / "m.trc").read_text().splitlines()[2]
    pixels, room = (assess(read_landmarks(tmp_path / name), request) for name in ("px.trc", "m.trc"))
    assert of_legs(room, "fppa_deg") == pytest.approx(of_legs(pixels, "fppa_deg"), abs=0.1)
    assert len(room.complete_reps) == len(first.complete_reps) == 3


@pytest.mark.parametrize("empty", ["NaN", "", "0"])
def test_what_is_empty_was_not_seen(empty: str, tmp_path: Path) -> None:
    image = FRONT.track.image_px.copy()
    image[40:60, Landmark.LEFT_KNEE] = np.nan
    path = write_trc(tmp_path / "set.trc", FRONT.track.t_s, flat(image), "px", empty=empty)
    track = read_landmarks(path)
    gone = np.isnan(track.image_px[:, Landmark.LEFT_KNEE, 0])
    assert list(np.flatnonzero(gone)) == list(range(40, 60))
    assert (track.visibility[gone, Landmark.LEFT_KNEE] == 0).all()
    assert np.isnan(track.image_px[:, Landmark.LEFT_EAR]).all(), "no marker of that name"
    assert not track.has_depth


def test_a_landmark_that_jumps_away_makes_the_picture_no_larger(tmp_path: Path) -> None:
    image = FRONT.track.image_px.copy()
    plain = read_landmarks(write_trc(tmp_path / "plain.trc", FRONT.track.t_s, flat(image), "px"))
    image[50, Landmark.NOSE] = 90_000.0
    jumps = read_landmarks(write_trc(tmp_path / "jumps.trc", FRONT.track.t_s, flat(image), "px"))
    assert jumps.source.width == pytest.approx(plain.source.width, rel=0.02)


def test_times_are_those_of_the_file(tmp_path: Path) -> None:
    t_s = FRONT.track.t_s * 1.25 + 0.5
    read = read_landmarks(write_trc(tmp_path / "set.trc", t_s, flat(FRONT.track.image_px), "px"))
    np.testing.assert_allclose(read.t_s, t_s, atol=1e-5)
    assert read.source.fps == pytest.approx(24.0, abs=0.01)
    since_1970 = read_landmarks(write_trc(tmp_path / "late.trc", t_s + 1.7e6, flat(FRONT.track.image_px), "px"))
    np.testing.assert_allclose(since_1970.t_s, t_s - t_s[0], atol=1e-4)


def test_frames_are_numbered_and_their_rate_is_said(tmp_path: Path) -> None:
    path = long_csv(tmp_path / "set.csv", FRONT.track)
    assert read_landmarks(path, FileFacts(fps=25.0)).t_s[:3] == pytest.approx([0.0, 0.04, 0.08])
    with pytest.raises(PoseTrackError, match="does not say when its frames were") as refused:
        read_landmarks(path)
    assert "--capture-fps" in refused.value.remedy


def test_a_rate_that_is_said_twice_has_to_be_one(tmp_path: Path) -> None:
    path = long_csv(tmp_path / "set.csv", FRONT.track)
    header, *rows = path.read_text().splitlines()
    path.write_text("\n".join([f"{header},fps", *(f"{row},50" for row in rows)]))
    for facts in (FileFacts(), FileFacts(fps=50.0)):
        assert read_landmarks(path, facts).t_s[:3] == pytest.approx([0.0, 0.02, 0.04])
    with pytest.raises(PoseTrackError, match="says itself that it has 50 frames a second"):
        read_landmarks(path, FileFacts(fps=30.0))


@pytest.mark.parametrize("in_a_second", [1, 1000, 1_000_000, 1_000_000_000])
@pytest.mark.parametrize("fps", [10.0, 30.0, 240.0])
def test_the_unit_of_time_is_told_by_the_step(in_a_second: int, fps: float, tmp_path: Path) -> None:
    path = wide_csv(tmp_path / "set.csv", FRONT.track, lambda mark, what: f"{mark.name}_{what}", shares=True)
    header, *rows = path.read_text().splitlines()
    rows = [f"{i / fps * in_a_second},{row.partition(',')[2]}" for i, row in enumerate(rows)]
    path.write_text("\n".join([header.replace("timestamp_ms", "timestamp"), *rows]))
    assert read_landmarks(path, SIZE).source.fps == pytest.approx(fps)


def test_a_landmark_that_jumps_away_makes_no_pixels_of_shares(tmp_path: Path) -> None:
    image = FRONT.track.image_px.copy()
    image[50, Landmark.NOSE] = 90_000.0
    track = replace(FRONT.track, image_px=image)
    path = wide_csv(tmp_path / "set.csv", track, lambda mark, what: f"{mark.name}_{what}", shares=True)
    read = read_landmarks(path, SIZE)
    np.testing.assert_allclose(read.image_px[:40], image[:40], atol=0.01)


def test_places_in_pixels_are_taken_where_a_table_has_shares_too(tmp_path: Path) -> None:
    track = FRONT.track
    size = (track.source.width, track.source.height)
    named = [(mark, what) for mark in Landmark for what in ("x_px", "y_px", "x", "y")]
    header = ["time", *(f"{mark.name.lower()}_{what}" for mark, what in named)]
    rows = [
        [t, *np.concatenate([image, image / size], axis=1).round(5).ravel()]
        for t, image in zip(track.t_s, track.image_px, strict=True)
    ]
    read = read_landmarks(write_csv(tmp_path / "set.csv", header, rows), SIZE)
    np.testing.assert_allclose(read.image_px, track.image_px, atol=1e-4)


def test_shares_of_a_picture_need_its_size(tmp_path: Path) -> None:
    path = wide_csv(tmp_path / "set.csv", FRONT.track, lambda mark, what: f"{mark.name.lower()}_{what}", shares=True)
    with pytest.raises(PoseTrackError, match="whose size is not in it") as refused:
        read_landmarks(path)
    assert "--picture" in refused.value.remedy
    tall = read_landmarks(path, FileFacts((720, 1280)))
    assert (tall.source.width, tall.source.height) == (720, 1280)


def test_world_landmarks_of_a_table_tell_the_view(tmp_path: Path) -> None:
    track = FRONT.track
    header = [
        "time",
        *(f"{mark.name.lower()}_{what}" for mark in Landmark for what in ("x", "y", "world_x", "world_y", "world_z")),
    ]
    rows = [
        [t, *np.concatenate([image, world], axis=1).round(5).ravel()]
        for t, image, world in zip(track.t_s, track.image_px, track.world_m, strict=True)
    ]
    read = read_landmarks(write_csv(tmp_path / "set.csv", header, rows), SIZE)
    np.testing.assert_allclose(read.world_m, track.world_m, atol=1e-5)
    assert assess(read, SetRequest("squat")).view.kind is ViewKind.FRONT


def test_a_source_that_is_not_measured_says_so_and_has_no_correction(tmp_path: Path) -> None:
    foreign = written(WRITERS["px, y down"], FRONT, tmp_path)
    request = SetRequest("squat", view=ViewKind.FRONT)
    found = assess(foreign, request)
    assert found.provenance.poses_by == found.provenance.pose_model == "markers from a TRC file"
    assert found.provenance.mediapipe == found.provenance.model_sha256 == ""
    assert "errors of this pose source are not known" in found.provenance.filter
    known = assess(replace(foreign, source=replace(foreign.source, pose_model="pose_landmarker_full")), request)
    assert "errors of this pose source" not in known.provenance.filter
    taken_off = of_legs(known, "fppa_deg")["left"] - of_legs(found, "fppa_deg")["left"]
    assert abs(taken_off) > 0.2, "what is known of the full model is taken off landmarks under its name alone"


def test_flat_landmarks_need_the_view_and_say_how_unsure_it_is(tmp_path: Path) -> None:
    track = written(WRITERS["px, y down"], FRONT, tmp_path)
    with pytest.raises(NotAssessableError, match="without depth") as refused:
        assess(track, SetRequest("squat"))
    assert "--view front|side" in refused.value.remedy
    found = assess(track, SetRequest("squat", view=ViewKind.FRONT))
    assert (found.view.kind, found.view.verdict) == (ViewKind.FRONT, ViewQuality.LOW)
    assert np.isnan(found.view.yaw_deg)
    deep = assess(FRONT.track, SetRequest("squat"))
    flat_error, deep_error = (each.complete_reps[0].measures["fppa_deg"]["left"] for each in (found, deep))
    assert flat_error is not None
    assert deep_error is not None
    assert flat_error.error > 1.5 * deep_error.error
    wrong = assess(track, SetRequest("squat", view=ViewKind.SIDE))
    assert wrong.view.verdict is ViewQuality.REFUSED
    assert "seen from the front" in wrong.view.reason
    assert of_legs(wrong, "knee_flexion_max_deg") == {}


def test_somebody_seen_from_behind_keeps_the_sides(tmp_path: Path) -> None:
    behind = film(Person(moves=(Move(fppa_deg=(VALGUS_DEG, 0.0)),) * 3, yaw_deg=180.0))
    found = assess(written(WRITERS["m, y up"], behind, tmp_path), SetRequest("squat", view=ViewKind.FRONT))
    assert not found.view.facing_camera
    fppa = of_legs(found, "fppa_deg")
    assert fppa["left"] == pytest.approx(VALGUS_DEG, abs=3.0)
    assert fppa["right"] == pytest.approx(0.0, abs=3.0)


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        *((mark.name, mark) for mark in Landmark),
        *((marker_name(mark), mark) for mark in Landmark),
        ("PoseLandmark.LEFT_KNEE", Landmark.LEFT_KNEE),
        ("left knee", Landmark.LEFT_KNEE),
        ("LFootIndex", Landmark.LEFT_FOOT_INDEX),
        ("Hip", None),
        ("Neck", None),
        ("LSmallToe", None),
    ],
)
def test_landmarks_are_known_by_their_names(name: str, mark: Landmark | None) -> None:
    assert landmark_named(name) is mark


GOOD = "PathFileType\t4\t(X/Y/Z)\tx\nDataRate\tUnits\n30\tpx\nFrame#\tTime\tLHip\n\t\tX1\tY1\tZ1\n"


@pytest.mark.parametrize(
    ("ending", "text", "said"),
    [
        (".trc", "", "is no TRC file"),
        (".trc", "frame,x\n1,2\n" * 9, "is no TRC file"),
        (".trc", GOOD.replace("\tpx", "\tfurlong"), "furlong"),
        (".trc", GOOD.replace("LHip", "Ball"), "names no marker"),
        (".trc", GOOD, "holds no frames"),
        (".trc", GOOD + "1\t0.0\tabc\t1\t0\n", "Line 6 of set.trc holds something that is no number"),
        (".trc", GOOD + "1\t0.0\t1e300\t1\t0\n", "numbers that no landmark has"),
        (".trc", GOOD + "1\t0.0\tinf\t1\t0\n", "numbers that no landmark has"),
        (".trc", GOOD + "1\t0.5\t1\t1\t0\n2\t0.4\t1\t1\t0\n", "do not increase"),
        (".trc", GOOD + "1\t\t1\t1\t0\n", "do not increase"),
        (".trc", GOOD + "1\t0\t1\t1\t0\n2\t90000\t1\t1\t0\n", "which no recording of a set does"),
        (".trc", GOOD + "1\t0.0\t1\t1\t0\n", "no landmarks of LShoulder, RShoulder, RHip"),
        (".trc", GOOD.replace("LHip", "\t\t\t".join(["Ball"] * 1000 + ["LHip"])), "more than 1000 markers"),
        (".csv", "", "no columns of landmarks"),
        (".csv", "_" * 120_000 + "x,y\n1,2\n", "no columns of landmarks"),
        (".csv", "a,b\n1,2\n", "no columns of landmarks"),
        (".csv", "measure,t_s,left_fppa_deg\nx,0,1\n", "no columns of landmarks"),
        (".csv", "landmark,x,y\nnose,1,2\n", "which of its rows belong to one frame"),
        (".csv", "frame,landmark,x,y\n0,,1,2\n", "does not say which landmark"),
        (".csv", "frame,landmark,x,y\n0,33,1,2\n", "numbers them from 0 to 32"),
        (".csv", "time,nose_x,nose_y\n0,one,2\n", "Row 2 of set.csv holds something that is no number"),
        (".csv", "time,nose_x,nose_y\n", "holds no frames"),
        (".csv", "time,person_id,nose_x,nose_y\n0,1,5,6\n0,2,5,6\n", "several people"),
        (".csv", "time,person,nose_x,nose_y\n0,Ann,5,6\n1,Bea,5,6\n", "several people"),
        (".csv", "frame,track_id,landmark,x,y\n0,1,nose,5,6\n0,2,nose,7,6\n", "several people"),
        (".csv", "frame,landmark,x,y\n0,nose,5,6\n0,0,7,6\n", "Row 3 of set.csv has a landmark that its frame has"),
        (".csv", "time,nose_x,nose_y,NOSE_x\n0,5,6,\n", "two columns of the same: nose_x and NOSE_x"),
        (".csv", "frame,landmark,x,y,visibility,score\n0,nose,5,6,1,1\n", "visibility and score"),
        (".csv", "time,nose_x,nose_y\n0,inf,2\n", "numbers that no landmark has"),
        (".csv", 'time,nose_x,nose_y\n0,"' + "5" * 200_000 + '",6\n', "is no table"),
        (".csv", "time,width,height,nose_x,nose_y\n0,0,720,0.1,0.2\n", "one size of picture"),
    ],
)
def test_a_bad_file_gets_a_sentence(ending: str, text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / f"set{ending}"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PoseTrackError) as refused:
        read_landmarks(path)
    assert said in refused.value.reason
    assert refused.value.remedy


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    for name in ("set.trc", "set.csv"):
        with (tmp_path / name).open("wb") as large:
            large.truncate(LARGEST_BYTES + 1)
        with pytest.raises(PoseTrackError, match="is larger than 128 MB"):
            read_landmarks(tmp_path / name)


def test_what_is_said_of_a_file_has_to_fit_it(tmp_path: Path) -> None:
    room = write_trc(tmp_path / "m.trc", FRONT.track.t_s, metres(FRONT.track), "m")
    pixels = write_trc(tmp_path / "px.trc", FRONT.track.t_s, flat(FRONT.track.image_px), "px")
    for path, facts, said in (
        (room, SIZE, "holds metres"),
        (pixels, FileFacts(fps=30.0), "says itself when"),
        (pixels, FileFacts((10**9, 1)), "A picture cannot be"),
        (tmp_path / "track.npz", SIZE, "says itself how large"),
        (tmp_path / "missing.trc", FileFacts(), "cannot be read"),
    ):
        with pytest.raises(PoseTrackError, match=said):
            read_landmarks(path, facts)


@pytest.mark.parametrize("ending", [".trc", ".csv"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, 20_000), junk=st.binary(max_size=40))
def test_a_file_that_is_cut_or_altered_is_read_or_refused(ending: str, cut: int, junk: bytes, tmp_path: Path) -> None:
    track = FRONT.track.part(slice(0, 8))
    whole = tmp_path / f"whole{ending}"
    if not whole.exists():
        if ending == ".trc":
            write_trc(whole, track.t_s, flat(track.image_px), "px")
        else:
            long_csv(whole, track)
    data = whole.read_bytes()
    path = tmp_path / f"altered{ending}"
    path.write_bytes(data[:cut] + junk + data[cut + len(junk) :])
    said = ("read", "whole")
    try:
        read_landmarks(path, FileFacts(fps=30.0 if ending == ".csv" else None))
    except PoseTrackError as error:
        said = (error.reason, error.remedy)
    assert all(said)
