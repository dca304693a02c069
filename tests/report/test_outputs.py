"""Layer: files. All results of one filmed set, through a real encoder and decoder."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import av
import pytest

from formcheck.errors import OutputError, VideoError
from formcheck.report import page
from formcheck.report.letterhead import Paper
from formcheck.report.outputs import write_outputs
from formcheck.session.assessment import Assessment

Filmed = tuple[Assessment, Path]


def times_of(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        return [float(frame.time or 0) for frame in container.decode(video=0)]


def write(filmed: Filmed, out_dir: Path, *, video: bool = True, report: bool = True, stem: str = "set") -> list[Path]:
    assessment, path = filmed
    return write_outputs(assessment, path, out_dir, stem, video=video, report=report, generated_on="3 March 2025")


def test_five_files_and_nothing_else(filmed_set: Filmed, out_dir: Path) -> None:
    written = write(filmed_set, out_dir)
    assert [path.name for path in written] == ["set.json", "set.csv", "set.mp4", "set.gif", "set.html"]
    assert sorted(out_dir.iterdir()) == sorted(written)


def test_overlay_shows_every_frame_at_its_time(filmed_set: Filmed, out_dir: Path) -> None:
    write(filmed_set, out_dir, report=False)
    assert times_of(out_dir / "set.mp4") == pytest.approx(times_of(filmed_set[1]), abs=0.001)


def test_overlay_plays_in_browsers(filmed_set: Filmed, out_dir: Path) -> None:
    write(filmed_set, out_dir, report=False)
    with av.open(str(out_dir / "set.mp4")) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.pix_fmt) == ("h264", "yuv420p")


@pytest.mark.parametrize("video", [True, False])
def test_report_has_a_picture_of_each_whole_rep_with_or_without_overlay(
    filmed_set: Filmed, out_dir: Path, video: bool
) -> None:
    write(filmed_set, out_dir, video=video)
    html = (out_dir / "set.html").read_text(encoding="utf-8")
    assert len(set(re.findall(r"data:image/jpeg;base64,/9j/[^\"]+", html))) == 1
    assert ('href="set.mp4"' in html) is video
    assert ('href="set.gif"' in html) is video


def test_one_rep_to_share_is_that_rep_as_it_happened(filmed_set: Filmed, out_dir: Path) -> None:
    write(filmed_set, out_dir)
    (rep,) = filmed_set[0].complete_reps
    shown = times_of(out_dir / "set.gif")
    assert shown[-1] == pytest.approx(rep.end_s - rep.start_s, abs=0.8)
    assert (out_dir / "set.gif").stat().st_size < 2_000_000


def test_a_set_without_a_whole_rep_has_none_to_share(filmed_set: Filmed, out_dir: Path) -> None:
    assessment = dataclasses.replace(filmed_set[0], reps=tuple(r for r in filmed_set[0].reps if not r.complete))
    written = write((assessment, filmed_set[1]), out_dir)
    assert [path.suffix for path in written] == [".json", ".csv", ".mp4", ".html"]
    assert "set.gif" not in (out_dir / "set.html").read_text(encoding="utf-8")


def test_saved_landmarks_give_no_overlay(filmed_set: Filmed, out_dir: Path) -> None:
    assessment, _ = filmed_set
    written = write_outputs(assessment, None, out_dir, "set", video=True, report=True, generated_on="today")
    assert [path.suffix for path in written] == [".json", ".csv", ".html"]
    assert "without its video" in (out_dir / "set.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("paper", list(Paper))
def test_the_report_is_for_the_paper_that_is_asked_for(filmed_set: Filmed, out_dir: Path, paper: Paper) -> None:
    write_outputs(filmed_set[0], None, out_dir, "set", video=False, report=True, generated_on="today", paper=paper)
    assert ("size: letter" in (out_dir / "set.html").read_text(encoding="utf-8")) is (paper is Paper.LETTER)


def test_only_what_is_asked_for_is_written(filmed_set: Filmed, out_dir: Path) -> None:
    assert [path.suffix for path in write(filmed_set, out_dir, video=False, report=False)] == [".json", ".csv"]


def test_older_results_are_replaced(filmed_set: Filmed, out_dir: Path) -> None:
    out_dir.mkdir()
    (out_dir / "set.json").write_text("older")
    write(filmed_set, out_dir, video=False)
    assert json.loads((out_dir / "set.json").read_text(encoding="utf-8"))["schema"] == "formcheck.assessment/1"


def test_progress_rises_to_one(filmed_set: Filmed, out_dir: Path) -> None:
    assessment, path = filmed_set
    told: list[float] = []
    write_outputs(
        assessment, path, out_dir, "set", video=True, report=False, generated_on="today", progress=told.append
    )
    assert told == sorted(told)
    assert told[-1] == 1
    assert len(told) > 50


def test_interruption_half_way_leaves_the_folder_as_it_was(filmed_set: Filmed, out_dir: Path) -> None:
    assessment, path = filmed_set
    out_dir.mkdir()
    (out_dir / "set.json").write_text("older")

    def interrupt(share: float) -> None:
        if share > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_outputs(
            assessment, path, out_dir, "set", video=True, report=True, generated_on="today", progress=interrupt
        )
    assert [p.name for p in out_dir.iterdir()] == ["set.json"]
    assert (out_dir / "set.json").read_text() == "older"


def test_full_disk_leaves_nothing_and_says_so(
    filmed_set: Filmed, out_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object, **_kwargs: object) -> None:
        raise OutputError("The disk is full.", "Free some space.")

    monkeypatch.setattr(page, "write_page", full)
    with pytest.raises(OutputError, match="full"):
        write(filmed_set, out_dir)
    assert not out_dir.exists()


def test_folder_that_is_a_file_is_said(filmed_set: Filmed, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("x")
    with pytest.raises(OutputError, match="not a folder"):
        write(filmed_set, blocked)


def test_assessed_video_is_never_written_over(filmed_set: Filmed, tmp_path: Path) -> None:
    assessment, path = filmed_set
    own = tmp_path / "mine.mp4"
    own.write_bytes(path.read_bytes())
    with pytest.raises(OutputError, match="over the video"):
        write((assessment, own), tmp_path, stem="mine")
    assert own.read_bytes() == path.read_bytes()
    assert list(tmp_path.iterdir()) == [own]


def test_vanished_video_leaves_nothing(filmed_set: Filmed, out_dir: Path) -> None:
    with pytest.raises(VideoError):
        write((filmed_set[0], out_dir / "gone.mp4"), out_dir)
    assert not out_dir.exists()


def test_name_of_the_video_may_hold_anything_a_disk_takes(filmed_set: Filmed, out_dir: Path) -> None:
    written = write(filmed_set, out_dir, stem='50% "ü" #1 ?')
    assert all(path.exists() for path in written)
    assert 'href="50%25%20%22%C3%BC%22%20%231%20%3F.mp4"' in written[-1].read_text(encoding="utf-8")
