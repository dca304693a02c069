"""Layer: files made on the spot. What is found in a folder, and what there is to do."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from formcheck.cluster.folder import Content, folder_content, same_content
from formcheck.cluster.planning import Outcome, Preparation, prepare
from formcheck.cluster.summary import Row
from formcheck.errors import FormcheckError
from formcheck.session.request import SetRequest


def names(content: Content) -> list[str]:
    return [each.name for each in content.videos]


def fill(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def fingerprint(request: SetRequest) -> str:
    return f"settings for {request.exercise or 'what is seen'}"


def plan(folder: Path, out: Path, exercise: str | None = None, earlier: list[Row] | None = None) -> Preparation:
    content = folder_content(folder, recursive=True, out_dir=out)
    copies = same_content(content.videos, lambda _share: None)
    return prepare(
        content,
        copies,
        folder,
        request=SetRequest(exercise),
        fingerprint=fingerprint,
        earlier=earlier or [],
        endings=("json", "csv"),
        out_dir=out,
    )


def test_videos_are_told_from_other_files_by_name(tmp_path: Path) -> None:
    fill(tmp_path, b_dot_MOV="1", a_dot_mp4="2", notes_dot_txt="3")
    content = folder_content(tmp_path, recursive=False, out_dir=tmp_path / "out")
    assert names(content) == ["a.mp4", "b.MOV"]
    assert [each.name for each in content.others] == ["notes.txt"]


def test_hidden_files_are_not_looked_at(tmp_path: Path) -> None:
    fill(tmp_path, a_dot_mp4="1")
    (tmp_path / "._a.mp4").write_text("of a Mac")
    (tmp_path / ".trash").mkdir()
    (tmp_path / ".trash" / "b.mp4").write_text("1")
    assert names(folder_content(tmp_path, recursive=True, out_dir=tmp_path / "out")) == ["a.mp4"]


def test_folders_are_looked_into_only_when_asked_for(tmp_path: Path) -> None:
    fill(tmp_path, a_dot_mp4="1", anna__b_dot_mp4="2")
    assert names(folder_content(tmp_path, recursive=False, out_dir=tmp_path / "out")) == ["a.mp4"]
    assert names(folder_content(tmp_path, recursive=True, out_dir=tmp_path / "out")) == ["a.mp4", "anna/b.mp4"]


def test_results_inside_of_the_folder_are_no_videos(tmp_path: Path) -> None:
    fill(tmp_path, a_dot_mp4="1", out__a_dot_mp4="overlay")
    assert names(folder_content(tmp_path, recursive=True, out_dir=tmp_path / "out")) == ["a.mp4"]


def test_results_are_not_written_among_the_videos(tmp_path: Path) -> None:
    fill(tmp_path, a_dot_mp4="1")
    with pytest.raises(FormcheckError, match="mixed with the videos"):
        folder_content(tmp_path, recursive=False, out_dir=tmp_path)


def test_a_folder_without_videos_says_so(tmp_path: Path) -> None:
    fill(tmp_path, notes_dot_txt="1", anna__a_dot_mp4="2")
    with pytest.raises(FormcheckError, match="--recursive"):
        folder_content(tmp_path, recursive=False, out_dir=tmp_path / "out")


def test_no_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(FormcheckError, match="There is no folder"):
        folder_content(tmp_path / "nowhere", recursive=False, out_dir=tmp_path / "out")


def test_the_same_content_is_measured_once(tmp_path: Path) -> None:
    fill(tmp_path, a_dot_mp4="same", b_dot_mp4="same", c_dot_mp4="diff", d_dot_mp4="longer")
    done = plan(tmp_path, tmp_path / "out", "squat")
    assert sorted(each.found.name for each in done.assignments) == ["a.mp4", "c.mp4", "d.mp4"]
    (copy,) = done.settled
    assert copy.outcome is Outcome.COPY
    assert (copy.found.name, copy.row["same_as"]) == ("b.mp4", "a.mp4")


def test_empty_files_are_no_copies_of_one_another(tmp_path: Path) -> None:
    fill(tmp_path, a_dot_mp4="", b_dot_mp4="")
    assert len(plan(tmp_path, tmp_path / "out", "squat").assignments) == 2


def test_the_largest_video_is_begun_first(tmp_path: Path) -> None:
    fill(tmp_path, a_dot_mp4="1", b_dot_mp4="333", c_dot_mp4="22")
    done = plan(tmp_path, tmp_path / "out", "squat")
    assert [each.found.name for each in done.assignments] == ["b.mp4", "c.mp4", "a.mp4"]


def test_each_video_is_measured_as_its_name_says_else_as_its_movement(tmp_path: Path) -> None:
    fill(tmp_path, wall_squat_dot_mp4="1", step_down__IMG_1_dot_mp4="22", IMG_2_dot_mp4="333")
    done = {each.found.name: each for each in plan(tmp_path, tmp_path / "out").assignments}
    exercises = {name: each.request.exercise for name, each in done.items()}
    assert exercises == {"wall_squat.mp4": "wall-squat", "step_down/IMG_1.mp4": "step-down", "IMG_2.mp4": None}
    assert done["wall_squat.mp4"].exercise_from == "file name"
    assert done["IMG_2.mp4"].exercise_from == "movement"


def test_results_lie_in_folders_like_those_of_the_videos(tmp_path: Path) -> None:
    fill(tmp_path, a_dot_mp4="1", anna__a_dot_mp4="22", anna__a_dot_mov="333")
    done = plan(tmp_path, tmp_path / "out", "squat")
    assert {each.found.name: each.results for each in done.assignments} == {
        "a.mp4": "a",
        "anna/a.mov": "anna/a",
        "anna/a.mp4": "anna/a-2",
    }


def test_a_video_named_summary_spares_the_summary(tmp_path: Path) -> None:
    fill(tmp_path, Summary_dot_mp4="1")
    (only,) = plan(tmp_path, tmp_path / "out", "squat").assignments
    assert only.results == "Summary-2"


class TestEarlierResults:
    """Kept where measuring again would give the same."""

    def row(self, folder: Path, out: Path) -> Row:
        fill(folder, a_dot_mp4="film")
        fill(out, a_dot_json="{}", a_dot_csv="")
        (planned,) = plan(folder, out, "squat").assignments
        assert planned.settings_sha256 == "settings for squat"
        return {
            "video": "a.mp4",
            "outcome": "assessed",
            "results": "a",
            "size_bytes": 4,
            "settings_sha256": planned.settings_sha256,
            "sha256": hashlib.sha256(b"film").hexdigest(),
        }

    @pytest.fixture
    def folders(self, tmp_path: Path) -> tuple[Path, Path, Row]:
        folder, out = tmp_path / "videos", tmp_path / "out"
        folder.mkdir()
        return folder, out, self.row(folder, out)

    def kept(self, folders: tuple[Path, Path, Row]) -> bool:
        folder, out, row = folders
        done = plan(folder, out, "squat", [row])
        return bool(done.settled) and done.settled[0].kept

    def test_they_are_kept(self, folders: tuple[Path, Path, Row]) -> None:
        assert self.kept(folders)

    def test_another_content_is_measured(self, folders: tuple[Path, Path, Row]) -> None:
        folders[0].joinpath("a.mp4").write_text("else")
        assert not self.kept(folders)

    def test_another_setting_is_measured(self, folders: tuple[Path, Path, Row]) -> None:
        folders[2]["settings_sha256"] = "other"
        assert not self.kept(folders)

    def test_a_result_that_is_gone_is_made_again(self, folders: tuple[Path, Path, Row]) -> None:
        (folders[1] / "a.csv").unlink()
        assert not self.kept(folders)

    def test_a_new_video_gets_another_name_than_kept_results(self, folders: tuple[Path, Path, Row]) -> None:
        folder, out, row = folders
        fill(folder, a_dot_avi="new one")
        (new,) = plan(folder, out, "squat", [row]).assignments
        assert (new.found.name, new.results) == ("a.avi", "a-2")
