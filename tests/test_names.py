"""Layer: pure functions, and files made on the spot. Whatever a file is called, its name can be shown and written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.cluster.folder import folder_content
from formcheck.cluster.video_job import jobs_for
from formcheck.errors import VideoError
from formcheck.intake.queue import safe_name
from formcheck.names import results_stem, shown_name
from formcheck.report.outputs import spare_source
from formcheck.video.reader import open_video

from .video.clips import steady, write_clip

NOT_UTF8 = os.fsdecode(b"squat \xff\xfe bad")
TURNED = "squat \u202egpm.evil"
ODD = (NOT_UTF8, "two\nlines", "bell\x07\x1b[31m", TURNED, "sep\u2028arated", "Kniebeuge Übung 1 👍🏽", "...")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (NOT_UTF8, "squat \ufffd\ufffd bad"),
        ("two\nlines\r.mp4", "two\ufffdlines\ufffd.mp4"),
        (TURNED, "squat \ufffdgpm.evil"),
        ("Kniebeuge Übung 1 👨‍👩‍👧.mp4", "Kniebeuge Übung 1 👨‍👩‍👧.mp4"),
        ("深蹲.mp4", "深蹲.mp4"),
    ],
)
def test_a_name_is_shown_on_one_line_that_can_be_saved(name: str, shown: str) -> None:
    assert shown_name(name) == shown
    assert shown_name(Path("videos") / name) == f"videos{os.sep}{shown}"


@given(st.text(st.characters(codec=None, exclude_characters="\0/"), min_size=1))
def test_whatever_a_disk_calls_a_file(name: str) -> None:
    stem = results_stem(name)
    assert 0 < len(stem.encode()) <= 200
    assert stem.splitlines() == [stem]
    assert stem == results_stem(stem)
    assert stem not in {".", ".."}


@pytest.mark.parametrize("name", ["...", ".", " . ", "\u200b"])
def test_results_have_a_name_where_the_video_has_only_dots(name: str) -> None:
    assert results_stem(name).strip(". ")


def test_results_of_long_names_fit_and_stay_apart(tmp_path: Path) -> None:
    sources = [tmp_path / f"{'ü' * 120}{number}.mp4" for number in (1, 2)]
    for source in sources:
        source.touch()
    jobs = jobs_for(sources)
    assert len({job.stem for job in jobs}) == 2
    for job in jobs:
        (tmp_path / f"{job.stem}.track.parquet").touch()
        spare_source(job.source, [tmp_path / f"{job.stem}.mp4"])


@pytest.mark.parametrize("stem", ODD)
def test_a_video_is_read_and_named_whatever_it_is_called(tmp_path: Path, stem: str) -> None:
    path = write_clip(tmp_path / "plain.mp4", steady(30, 30)).rename(tmp_path / f"{stem}.mp4")
    with open_video(path) as video:
        assert len(list(video)) == 30
        assert video.info.name == f"{shown_name(stem)}.mp4"


@pytest.mark.parametrize("stem", ODD)
def test_a_refusal_is_one_sentence_whatever_the_file_is_called(tmp_path: Path, stem: str) -> None:
    path = tmp_path / f"{stem}.mp4"
    path.write_text("no video")
    with pytest.raises(VideoError) as caught:
        open_video(path)
    assert str(caught.value).encode().decode().isprintable() or "👍" in stem
    assert f'"{shown_name(stem)}.mp4"' in caught.value.reason


def test_files_of_a_folder_are_listed_as_they_can_be_written(tmp_path: Path) -> None:
    for stem in ODD[:-1]:
        (tmp_path / f"{stem}.mp4").touch()
    content = folder_content(tmp_path, recursive=False, out_dir=tmp_path / "out")
    assert {each.name for each in content.videos} == {f"{shown_name(stem)}.mp4" for stem in ODD[:-1]}
    assert all(each.path.exists() for each in content.videos)


@pytest.mark.parametrize("stem", [*ODD, "..", "x" * 5000, "nul\0", "..\\..\\up", "../../up"])
def test_an_uploads_name_is_safe(stem: str) -> None:
    name = safe_name(f"{stem}.mp4")
    assert name.encode().decode().isprintable() or "👍" in stem
    assert name.endswith(".mp4") or set(stem) <= {"."}
    assert len(name) <= 88
    assert "/" not in name
    assert "\\" not in name
    assert name.strip(". ")
