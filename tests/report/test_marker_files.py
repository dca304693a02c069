"""Layer: files. The pose as TRC and C3D, read back by readers that are not ours."""

from __future__ import annotations

import dataclasses
import warnings
from pathlib import Path
from typing import Any

import c3d
import numpy as np
import pytest
import trc
from numpy.typing import NDArray

from formcheck.errors import OutputError
from formcheck.pose.landmark_names import marker_name
from formcheck.pose.landmarks import Landmark
from formcheck.pose.types import PoseTrack
from formcheck.report.marker_track import marker_track, write_c3d, write_trc
from formcheck.session.assessment import Assessment

from .synthetic import HEIGHT

Floats = NDArray[np.float64]
KNEE = "LKnee"


def trc_of(assessment: Assessment, path: Path, height_cm: float | None = None) -> Any:
    write_trc(assessment, path, height_cm=height_cm)
    data = trc.TRCData()
    data.load(str(path))
    return data


def c3d_of(assessment: Assessment, path: Path, height_cm: float | None = None) -> tuple[Any, Floats]:
    """Return the header of a C3D file and its points, shape (frames, markers, 5)."""
    write_c3d(assessment, path, height_cm=height_cm)
    with path.open("rb") as file, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="No analog data")
        reader = c3d.Reader(file)
        points = np.array([points for _, points, _ in reader.read_frames()])
    return reader, points


def labels(reader: Any) -> list[str]:
    return [label.strip() for label in reader.point_labels]


def with_times(assessment: Assessment, t_s: Floats) -> Assessment:
    track = assessment.track
    moved = PoseTrack(t_s, track.image_px, track.visibility, track.world_m, track.source)
    return dataclasses.replace(assessment, track=moved)


def up_px(assessment: Assessment, mark: Landmark) -> Floats:
    """Return a landmark of the track itself, x right and y up, px."""
    x, y = assessment.track.image_px[:, mark].T
    return np.stack([x, HEIGHT - y], axis=1)


def test_trc_holds_the_landmarks_with_y_up(front_set: Assessment, tmp_path: Path) -> None:
    read = np.array(trc_of(front_set, tmp_path / "pose.trc")[KNEE])
    expected = up_px(front_set, Landmark.LEFT_KNEE)
    np.testing.assert_allclose(read[:, :2], expected, atol=0.0006)
    np.testing.assert_array_equal(np.isnan(read[:, 0]), np.isnan(expected[:, 0]))
    assert set(read[np.isfinite(read[:, 0]), 2]) == {0.0}


def test_c3d_holds_the_landmarks_with_y_up(front_set: Assessment, tmp_path: Path) -> None:
    reader, points = c3d_of(front_set, tmp_path / "pose.c3d")
    knee = points[:, labels(reader).index(KNEE)]
    expected = up_px(front_set, Landmark.LEFT_KNEE)
    seen = np.isfinite(expected[:, 0])
    np.testing.assert_allclose(knee[seen, :2], expected[seen], atol=0.001)
    assert set(knee[seen, 2]) == {0.0}


def test_gaps_have_a_negative_residual(front_set: Assessment, tmp_path: Path) -> None:
    reader, points = c3d_of(front_set, tmp_path / "pose.c3d")
    knee = points[:, labels(reader).index(KNEE)]
    lost = np.isnan(front_set.track.image_px[:, Landmark.LEFT_KNEE, 0])
    assert lost.any()
    np.testing.assert_array_equal(knee[:, 3] < 0, lost)


def test_what_is_hardly_seen_is_a_gap(front_set: Assessment, tmp_path: Path) -> None:
    track = front_set.track
    visibility = track.visibility.copy()
    visibility[:, Landmark.LEFT_KNEE] = 0.3
    hidden = dataclasses.replace(front_set, track=dataclasses.replace(track, visibility=visibility))
    assert np.isnan(np.array(trc_of(hidden, tmp_path / "pose.trc")[KNEE])).all()


def test_rate_time_and_unit_are_said(front_set: Assessment, tmp_path: Path) -> None:
    data = trc_of(front_set, tmp_path / "pose.trc")
    assert (data["DataRate"], data["Units"], data["NumMarkers"]) == (30.0, "px", 33)
    assert data["NumFrames"] == len(front_set.track) == len(data["Time"])
    np.testing.assert_allclose(data["Time"], front_set.track.t_s, atol=0.001)
    reader, points = c3d_of(front_set, tmp_path / "pose.c3d")
    assert (reader.point_rate, reader.get("POINT:UNITS").string_value.strip()) == (30.0, "px")
    assert len(points) == len(front_set.track)


def test_files_say_where_they_come_from_and_that_they_are_flat(front_set: Assessment, tmp_path: Path) -> None:
    header = trc_of(front_set, tmp_path / "pose.trc")["FileName"]
    reader, _ = c3d_of(front_set, tmp_path / "pose.c3d")
    axes = reader.get("FORMCHECK:AXES").string_value
    assert "y up in the plane of the picture" in axes
    assert axes in header
    assert reader.get("FORMCHECK:SOURCE_SHA256").string_value == "a" * 64
    assert "a" * 64 in header
    assert front_set.provenance.pose_model in header


def test_trc_header_has_exactly_the_fields_that_opensim_takes(front_set: Assessment, tmp_path: Path) -> None:
    write_trc(front_set, tmp_path / "pose.trc")
    lines = (tmp_path / "pose.trc").read_text(encoding="utf-8").split("\n")
    assert lines[1].split("\t") == [
        *("DataRate", "CameraRate", "NumFrames", "NumMarkers", "Units"),
        *("OrigDataRate", "OrigDataStartFrame", "OrigNumFrames"),
    ]
    assert len(lines[2].split("\t")) == 8
    assert {len(line.split("\t")) for line in lines[6:-1]} == {2 + 3 * 33}


def test_a_tall_person_is_as_tall_in_the_file(front_set: Assessment, tmp_path: Path) -> None:
    data = trc_of(front_set, tmp_path / "pose.trc", height_cm=180)
    eyes = np.mean([data["LEye"][0][1], data["REye"][0][1]])
    assert data["Units"] == "m"
    assert eyes - data["LHeel"][0][1] == pytest.approx(0.936 * 1.80, abs=0.001)
    reader, points = c3d_of(front_set, tmp_path / "pose.c3d", height_cm=180)
    assert reader.get("POINT:UNITS").string_value.strip() == "mm"
    heel = points[0, labels(reader).index("LHeel"), 1]
    assert heel == pytest.approx(1000 * data["LHeel"][0][1], abs=0.01)


def test_without_standing_there_is_no_scale(front_set: Assessment) -> None:
    moving = dataclasses.replace(front_set, phase=np.full_like(front_set.phase, "descent"))
    assert marker_track(moving, 180).unit == "px"


def test_times_rounded_to_milliseconds_are_not_resampled(front_set: Assessment) -> None:
    rounded = with_times(front_set, np.round(front_set.track.t_s, 3))
    markers = marker_track(rounded)
    assert (markers.rate_hz, markers.resampled, len(markers.t_s)) == (30.0, False, len(front_set.track))
    np.testing.assert_array_equal(markers.xy[:, Landmark.LEFT_KNEE], up_px(front_set, Landmark.LEFT_KNEE))


def test_uneven_frames_are_put_on_a_constant_rate(front_set: Assessment, tmp_path: Path) -> None:
    t_s = front_set.track.t_s + 0.008 * np.sin(np.arange(len(front_set.track)))
    t_s[0] = 0.0
    uneven = with_times(front_set, t_s)
    markers = marker_track(uneven)
    assert markers.resampled
    np.testing.assert_allclose(np.diff(markers.t_s), 1 / markers.rate_hz)
    knee, expected = markers.xy[:, Landmark.LEFT_KNEE, 1], up_px(uneven, Landmark.LEFT_KNEE)[:, 1]
    known = np.isfinite(expected)
    both = np.isfinite(knee) & (markers.t_s > 6)
    np.testing.assert_allclose(knee[both], np.interp(markers.t_s[both], t_s[known], expected[known]), atol=0.05)
    assert "interpolated to a constant rate" in trc_of(uneven, tmp_path / "pose.trc")["FileName"]


def test_frames_that_begin_late_keep_their_time(front_set: Assessment) -> None:
    late = with_times(front_set, front_set.track.t_s + 1.0)
    markers = marker_track(late)
    assert np.isnan(markers.xy[:30]).all()
    assert markers.t_s[30] == pytest.approx(1.0)
    np.testing.assert_array_equal(markers.xy[30, Landmark.LEFT_KNEE], up_px(front_set, Landmark.LEFT_KNEE)[0])


def test_moments_of_counted_reps_are_events(front_set: Assessment, tmp_path: Path) -> None:
    reader, _ = c3d_of(front_set, tmp_path / "pose.c3d")
    times = reader.get("EVENT:TIMES").float_array
    seconds = 60 * times[:, 0] + times[:, 1]
    moments = [t for r in front_set.complete_reps for t in (r.start_s, r.bottom_start_s, r.bottom_end_s, r.end_s)]
    np.testing.assert_allclose(seconds, moments, atol=1e-4)
    names = [label.strip() for label in reader.get("EVENT:LABELS").string_array]
    assert names == ["Rep start", "Bottom start", "Bottom end", "Rep end"] * 3


def test_more_events_than_the_format_holds_are_left_out(front_set: Assessment, tmp_path: Path) -> None:
    many = dataclasses.replace(front_set, reps=front_set.complete_reps * 30)
    reader, _ = c3d_of(many, tmp_path / "pose.c3d")
    assert reader.get("EVENT:USED").int16_value == 255


def test_names_are_those_of_pose2sim() -> None:
    names = [marker_name(mark) for mark in Landmark]
    assert len(set(names)) == 33
    assert {"Nose", "LHip", "RKnee", "LAnkle", "RHeel", "LBigToe", "RShoulder", "LElbow", "RWrist"} <= set(names)


def test_any_file_name_is_written(front_set: Assessment, tmp_path: Path) -> None:
    name = "日本\t\udc80 " + "x" * 300
    track = dataclasses.replace(front_set.track, source=dataclasses.replace(front_set.track.source, name=name))
    odd = dataclasses.replace(front_set, track=track)
    assert trc_of(odd, tmp_path / "pose.trc")["FileName"].startswith("日本\ufffd")
    reader, _ = c3d_of(odd, tmp_path / "pose.c3d")
    assert reader.get("FORMCHECK:SOURCE").string_value.startswith("??")


def test_a_set_without_frames_is_refused(front_set: Assessment, tmp_path: Path) -> None:
    track = front_set.track
    empty = PoseTrack(track.t_s[:0], track.image_px[:0], track.visibility[:0], track.world_m[:0], track.source)
    with pytest.raises(OutputError, match="no frames"):
        write_trc(dataclasses.replace(front_set, track=empty), tmp_path / "pose.trc")
    assert list(tmp_path.iterdir()) == []
