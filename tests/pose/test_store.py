"""Layer: files. Pose tracks written and read again."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from formcheck.errors import OutputError, PoseTrackError
from formcheck.pose.landmarks import Landmark
from formcheck.pose.store import load_track, save_track
from formcheck.pose.types import PoseTrack, TrackSource

SUFFIXES = (".parquet", ".npz")
each_format = pytest.mark.parametrize("suffix", SUFFIXES)


def assert_equal(loaded: PoseTrack, saved: PoseTrack) -> None:
    for name in ("t_s", "image_px", "visibility", "world_m"):
        got, wanted = getattr(loaded, name), getattr(saved, name)
        assert got.dtype == np.float64
        np.testing.assert_array_equal(got, wanted, strict=True)
    assert repr(loaded.source) == repr(saved.source)


@each_format
def test_every_number_comes_back(track: PoseTrack, tmp_path: Path, suffix: str) -> None:
    save_track(track, tmp_path / f"track{suffix}")
    assert_equal(load_track(tmp_path / f"track{suffix}"), track)


@each_format
def test_empty_track_comes_back(track: PoseTrack, tmp_path: Path, suffix: str) -> None:
    empty = PoseTrack(track.t_s[:0], track.image_px[:0], track.visibility[:0], track.world_m[:0], track.source)
    save_track(empty, tmp_path / f"track{suffix}")
    assert_equal(load_track(tmp_path / f"track{suffix}"), empty)


@each_format
def test_unknown_brightness_stays_unknown(track: PoseTrack, tmp_path: Path, suffix: str) -> None:
    unknown = replace(track, source=replace(track.source, mean_luma=math.nan, people_seen=()))
    save_track(unknown, tmp_path / f"track{suffix}")
    loaded = load_track(tmp_path / f"track{suffix}")
    assert math.isnan(loaded.source.mean_luma)
    assert loaded.source.people_seen == ()


numbers = st.floats(allow_infinity=False, width=64)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    suffix=st.sampled_from(SUFFIXES),
    t_s=st.lists(st.floats(0, 1e6), min_size=1, max_size=4, unique=True).map(sorted),
    data=st.data(),
    name=st.text(st.characters(exclude_categories=["Cs"])),
    fps=st.floats(min_value=0.1, max_value=1e4),
)
def test_any_track_comes_back(
    tmp_path: Path, source: TrackSource, suffix: str, t_s: list[float], data: st.DataObject, name: str, fps: float
) -> None:
    n = len(t_s)
    saved = PoseTrack(
        np.array(t_s),
        data.draw(npst.arrays(np.float64, (n, 33, 2), elements=numbers)),
        data.draw(npst.arrays(np.float64, (n, 33), elements=st.floats(0, 1))),
        data.draw(npst.arrays(np.float64, (n, 33, 3), elements=numbers)),
        replace(source, name=name, fps=fps),
    )
    save_track(saved, tmp_path / f"any{suffix}")
    assert_equal(load_track(tmp_path / f"any{suffix}"), saved)


def test_parquet_columns_say_what_they_hold(track: PoseTrack, tmp_path: Path) -> None:
    save_track(track, tmp_path / "track.parquet")
    table = pyarrow.parquet.ParquetFile(tmp_path / "track.parquet").read()
    assert table.num_rows == len(track)
    assert table.num_columns == 1 + 33 * 6
    np.testing.assert_array_equal(table["left_knee_x_px"].to_numpy(), track.image_px[:, Landmark.LEFT_KNEE, 0])
    np.testing.assert_array_equal(table["right_heel_visibility"].to_numpy(), track.visibility[:, Landmark.RIGHT_HEEL])
    np.testing.assert_array_equal(table["nose_world_z_m"].to_numpy(), track.world_m[:, Landmark.NOSE, 2])
    assert table.schema.metadata[b"formcheck.format"] == b"formcheck.pose-track/1"
    assert json.loads(table.schema.metadata[b"formcheck.source"])["name"] == "set one.mp4"


def test_a_folder_named_like_a_partition_adds_nothing(track: PoseTrack, tmp_path: Path) -> None:
    folder = tmp_path / "leg=left"
    folder.mkdir()
    save_track(track, folder / "track.parquet")
    assert_equal(load_track(folder / "track.parquet"), track)


def test_saving_replaces_the_older_track(track: PoseTrack, tmp_path: Path) -> None:
    path = tmp_path / "track.npz"
    save_track(track, path)
    later = replace(track, source=replace(track.source, name="later.mp4"))
    save_track(later, path)
    assert load_track(path).source.name == "later.mp4"
    assert list(tmp_path.iterdir()) == [path]


@each_format
def test_saving_into_a_folder_that_is_not_there_is_refused(track: PoseTrack, tmp_path: Path, suffix: str) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        save_track(track, tmp_path / "absent" / f"track{suffix}")
    assert list(tmp_path.iterdir()) == []


def test_other_suffixes_are_refused(track: PoseTrack, tmp_path: Path) -> None:
    with pytest.raises(PoseTrackError, match="no name for a pose track"):
        save_track(track, tmp_path / "track.csv")
    with pytest.raises(PoseTrackError, match="no name for a pose track"):
        load_track(tmp_path / "track.csv")


@each_format
def test_absent_file_is_named(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(PoseTrackError, match="absent"):
        load_track(tmp_path / f"absent{suffix}")


@each_format
@pytest.mark.parametrize("junk", [b"", b"junk", b"PK\x03\x04", b"PAR1" * 20, b"\x93NUMPY\x01\x00", b"\x80\x04N."])
def test_foreign_file_is_refused(tmp_path: Path, suffix: str, junk: bytes) -> None:
    path = tmp_path / f"junk{suffix}"
    path.write_bytes(junk)
    with pytest.raises(PoseTrackError, match="damaged or not a pose track"):
        load_track(path)


@each_format
@pytest.mark.parametrize("kept", [0.02, 0.3, 0.9, 0.999])
def test_truncated_file_is_damaged(track: PoseTrack, tmp_path: Path, suffix: str, kept: float) -> None:
    path = tmp_path / f"track{suffix}"
    save_track(track, path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(kept * len(whole))])
    with pytest.raises(PoseTrackError, match="damaged"):
        load_track(path)


def test_altered_npz_is_damaged(track: PoseTrack, tmp_path: Path) -> None:
    path = tmp_path / "track.npz"
    save_track(track, path)
    altered = bytearray(path.read_bytes())
    altered[len(altered) // 2] ^= 0xFF
    path.write_bytes(altered)
    with pytest.raises(PoseTrackError, match="damaged"):
        load_track(path)


def test_somebody_elses_parquet_is_refused(tmp_path: Path) -> None:
    pyarrow.parquet.write_table(pyarrow.table({"t_s": [0.0, 1.0]}), tmp_path / "other.parquet")
    with pytest.raises(PoseTrackError, match="not a pose track of formcheck"):
        load_track(tmp_path / "other.parquet")


def test_somebody_elses_npz_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", t_s=np.arange(3.0))
    with pytest.raises(PoseTrackError, match="not a pose track of formcheck"):
        load_track(tmp_path / "other.npz")


def test_pickled_objects_are_not_loaded(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", format=np.array([object()], dtype=object))
    with pytest.raises(PoseTrackError):
        load_track(tmp_path / "other.npz")


def rewrite_parquet(path: Path, metadata: dict[bytes, bytes], without: str | None = None) -> None:
    table = pyarrow.parquet.ParquetFile(path).read()
    if without is not None:
        table = table.drop_columns([without])
    pyarrow.parquet.write_table(table.replace_schema_metadata({**table.schema.metadata, **metadata}), path)


def test_newer_format_asks_for_a_newer_formcheck(track: PoseTrack, tmp_path: Path) -> None:
    path = tmp_path / "track.parquet"
    save_track(track, path)
    rewrite_parquet(path, {b"formcheck.format": b"formcheck.pose-track/2"})
    with pytest.raises(PoseTrackError, match=r"pose-track/2") as caught:
        load_track(path)
    assert caught.value.remedy == "Update formcheck."


def test_track_without_a_landmark_is_damaged(track: PoseTrack, tmp_path: Path) -> None:
    path = tmp_path / "track.parquet"
    save_track(track, path)
    rewrite_parquet(path, {}, without="left_knee_x_px")
    with pytest.raises(PoseTrackError, match="damaged"):
        load_track(path)


@pytest.mark.parametrize("slowed", [0, -1, None, "NaN"])
def test_track_slowed_by_no_factor_is_damaged(track: PoseTrack, tmp_path: Path, slowed: object) -> None:
    path = tmp_path / "track.parquet"
    save_track(track, path)
    table = pyarrow.parquet.ParquetFile(path).read()
    metadata = dict(table.schema.metadata)
    metadata[b"formcheck.source"] = json.dumps(json.loads(metadata[b"formcheck.source"]) | {"slowed": slowed}).encode()
    pyarrow.parquet.write_table(table.replace_schema_metadata(metadata), path)
    with pytest.raises(PoseTrackError, match="damaged"):
        load_track(path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"name": 5}', "null"])
def test_track_without_a_source_is_damaged(track: PoseTrack, tmp_path: Path, text: str) -> None:
    path = tmp_path / "track.parquet"
    save_track(track, path)
    rewrite_parquet(path, {b"formcheck.source": text.encode()})
    with pytest.raises(PoseTrackError, match="damaged"):
        load_track(path)


def test_what_a_later_formcheck_adds_to_the_source_is_passed_over(track: PoseTrack, tmp_path: Path) -> None:
    path = tmp_path / "track.parquet"
    save_track(track, path)
    metadata = pyarrow.parquet.ParquetFile(path).schema_arrow.metadata
    more = {**json.loads(metadata[b"formcheck.source"]), "camera": "front"}
    rewrite_parquet(path, {b"formcheck.source": json.dumps(more).encode()})
    assert_equal(load_track(path), track)


def test_time_that_goes_back_is_damage(track: PoseTrack, tmp_path: Path) -> None:
    path = tmp_path / "track.npz"
    save_track(track, path)
    with np.load(path) as archive:
        arrays = {name: archive[name] for name in archive}
    arrays["t_s"] = arrays["t_s"][::-1]
    np.savez(path, **arrays)
    with pytest.raises(PoseTrackError, match="damaged"):
        load_track(path)
