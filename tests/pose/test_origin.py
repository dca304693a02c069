"""Pure: who found the poses, and what is written of it."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from formcheck.pose.origin import PoseOrigin
from formcheck.pose.source import RecordedPoses, browser_origin
from formcheck.pose.store import load_track, save_track
from formcheck.pose.types import PoseTrack

WHERE: dict[str, Any] = {
    "where": "in the browser (as it says)",
    "runtime": "a runtime 1.0",
    "runtime_sha256": "a",
    "delegate": "GPU",
}


@pytest.mark.parametrize("suffix", [".npz", ".parquet"])
def test_where_poses_were_found_comes_back_from_a_file(track: PoseTrack, tmp_path: Path, suffix: str) -> None:
    known = replace(track, source=replace(track.source, **WHERE))
    save_track(known, tmp_path / f"track{suffix}")
    loaded = load_track(tmp_path / f"track{suffix}")
    assert repr(loaded.source) == repr(known.source)
    origin = asdict(RecordedPoses(loaded).origin)
    assert {name: origin[name] for name in WHERE} == WHERE


def test_a_file_of_before_says_nothing_of_where(track: PoseTrack, tmp_path: Path) -> None:
    path = tmp_path / "track.npz"
    save_track(track, path)
    with np.load(path) as archive:
        arrays = dict(archive)
    arrays["source"] = np.array(str(arrays["source"]).replace(', "where": "", "runtime": ""', ""))
    assert "runtime_sha256" in str(arrays["source"])
    assert '"where"' not in str(arrays["source"])
    np.savez(path, **arrays)
    assert load_track(path).source.where == ""


def test_a_browser_is_named_with_what_ran_there() -> None:
    origin = browser_origin("full", "f" * 64, runtime="a runtime 1.0", runtime_sha256="a", delegate="GPU")
    assert origin == PoseOrigin("full pose model of a browser", "f" * 64, "", **WHERE)
