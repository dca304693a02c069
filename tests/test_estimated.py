"""Layer: files made on the spot. Landmarks that are kept for the tests: estimated once, and anew when they must be."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from formcheck.pose.models import PoseModel
from formcheck.pose.store import load_track
from formcheck.pose.types import PoseTrack

from . import estimated
from .estimated import kept_file
from .sample_tracks import sample_track

_SAVED = sample_track("step_down_side")
TRACK = replace(_SAVED, source=replace(_SAVED.source, mean_luma=101.5))


class Estimates:
    """Stands for the estimator and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> PoseTrack:
        self.asked += 1
        return TRACK


def test_the_same_is_estimated_once_and_given_back_to_the_last_bit(tmp_path: Path) -> None:
    estimate = Estimates()
    first, again = (load_track(kept_file(["clip"], estimate, tmp_path)) for _ in range(2))
    assert estimate.asked == 1
    for track in (first, again):
        np.testing.assert_array_equal(track.image_px, TRACK.image_px)
        np.testing.assert_array_equal(track.world_m, TRACK.world_m)
        assert repr(track.source) == repr(TRACK.source)  # what is not known of a lens is NaN, and no NaN equals another


def test_another_clip_is_another_file(tmp_path: Path) -> None:
    estimate = Estimates()
    assert kept_file(["one"], estimate, tmp_path) != kept_file(["two"], estimate, tmp_path)
    assert kept_file(["a", "b"], estimate, tmp_path) != kept_file(["ab"], estimate, tmp_path)
    assert estimate.asked == 4


def test_other_code_or_another_library_estimates_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    estimate = Estimates()
    before = kept_file(["clip"], estimate, tmp_path)
    monkeypatch.setattr(estimated, "made_by", lambda: ("another", "mediapipe 9"))
    assert kept_file(["clip"], estimate, tmp_path) != before
    assert estimate.asked == 2


def test_a_damaged_file_is_estimated_anew(tmp_path: Path) -> None:
    estimate = Estimates()
    kept = kept_file(["clip"], estimate, tmp_path)
    kept.write_bytes(kept.read_bytes()[:1000])
    assert len(load_track(kept_file(["clip"], estimate, tmp_path))) == len(TRACK)
    assert estimate.asked == 2


def test_who_wants_what_is_being_estimated_waits_for_it(tmp_path: Path) -> None:
    begun, go_on, estimate = threading.Event(), threading.Event(), Estimates()

    def slowly() -> PoseTrack:
        begun.set()
        assert go_on.wait(60)
        return estimate()

    both = [threading.Thread(target=kept_file, args=(["clip"], slowly, tmp_path)) for _ in range(2)]
    for each in both:
        each.start()
    assert begun.wait(60)
    assert list(tmp_path.glob("*.npz")) == []
    go_on.set()
    for each in both:
        each.join(60)
    assert estimate.asked == 1
    assert len(list(tmp_path.glob("*.npz"))) == 1


def test_an_estimate_that_fails_keeps_nothing(tmp_path: Path) -> None:
    def fails() -> PoseTrack:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        kept_file(["clip"], fails, tmp_path)
    assert list(tmp_path.glob("*.npz")) == []


def test_the_code_that_counts_is_that_of_pose_and_pictures() -> None:
    code, *libraries = estimated.made_by()
    assert len(code) == 64
    assert [each.split()[0] for each in libraries] == ["av", "mediapipe", "numpy", "opencv-python-headless"]


def test_a_clip_that_was_read_is_known_under_any_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Path] = []

    def read(path: Path, *_: object, **__: object) -> PoseTrack:
        asked.append(path)
        return TRACK

    monkeypatch.setattr(estimated, "read_track", read)
    monkeypatch.setattr(estimated.kept_file, "__defaults__", (tmp_path / "kept",))
    model = PoseModel("full", Path("none"), "0" * 64)
    one, other = tmp_path / "one.mp4", tmp_path / "other.mp4"
    for path in (one, other):
        path.write_bytes(b"the same")
    assert [estimated.read_track_or_kept(path, model).source.name for path in (one, other)] == ["one.mp4", "other.mp4"]
    assert asked == [one]
    estimated.read_track_or_kept(one, model, mirrored=True)
    estimated.read_track_or_kept(one, model, person=1)
    estimated.read_track_or_kept(one, model, capture_fps=1.0)
    assert asked == [one] * 4
    other.write_bytes(b"another")
    estimated.read_track_or_kept(other, model)
    assert asked[-1] == other
    assert len(asked) == 5


def test_who_was_chosen_by_movement_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    estimate, chosen = Estimates(), replace(TRACK, source=replace(TRACK.source, person="exercising"))
    monkeypatch.setattr(estimated, "read_track", lambda *_, **__: replace(estimate(), source=chosen.source))
    monkeypatch.setattr(estimated.kept_file, "__defaults__", (tmp_path / "kept",))
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"two people")
    for _ in range(2):
        found = estimated.read_track_or_kept(clip, PoseModel("full", Path("none"), "0" * 64))
        assert found.source.person == "exercising"
    assert estimate.asked == 2
