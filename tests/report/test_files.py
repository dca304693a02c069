"""Layer: files. Results appear whole or not at all, whatever goes wrong."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from formcheck.errors import OutputError
from formcheck.report.files import output_error, publish, staging_folder, writing_whole


@pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt])
def test_interrupted_file_leaves_the_older_one(tmp_path: Path, fault: type[BaseException]) -> None:
    path = tmp_path / "a.txt"
    path.write_text("older")

    def write() -> None:
        with writing_whole(path) as staged:
            staged.write_text("half")
            raise fault

    with pytest.raises(fault):
        write()
    assert path.read_text() == "older"
    assert list(tmp_path.iterdir()) == [path]


def test_missing_folder_is_said_in_one_sentence(tmp_path: Path) -> None:
    def write() -> None:
        with writing_whole(tmp_path / "none" / "a.txt") as staged:
            staged.write_text("x")

    with pytest.raises(OutputError) as caught:
        write()
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("code", "word"),
    [(errno.ENOSPC, "full"), (errno.EROFS, "Nothing can be written"), (errno.EACCES, "Nothing can be written")],
)
def test_reason_names_the_trouble(code: int, word: str) -> None:
    error = output_error(OSError(code, "x"), Path("out"))
    assert word in error.reason
    assert "--out" in error.remedy


def test_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(OutputError, match="not a folder"), staging_folder(file):
        pass


def test_staging_folder_is_gone_afterwards(tmp_path: Path) -> None:
    with staging_folder(tmp_path) as folder:
        (folder / "x").write_text("x")
    assert list(tmp_path.iterdir()) == []


def test_new_folder_is_taken_away_after_a_failure(tmp_path: Path) -> None:
    def write() -> None:
        with staging_folder(tmp_path / "new"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write()
    assert list(tmp_path.iterdir()) == []


def test_all_files_are_published(tmp_path: Path) -> None:
    with staging_folder(tmp_path) as folder:
        pairs = [(folder / name, tmp_path / f"set.{name}") for name in ("json", "csv")]
        for staged, _ in pairs:
            staged.write_text(staged.name)
        assert publish(pairs) == [tmp_path / "set.json", tmp_path / "set.csv"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["set.csv", "set.json"]


def test_failed_move_takes_back_those_before_it(tmp_path: Path) -> None:
    (tmp_path / "set.json").write_text("older")
    (tmp_path / "set.csv").mkdir()

    def write() -> None:
        with staging_folder(tmp_path) as folder:
            pairs = [(folder / name, tmp_path / f"set.{name}") for name in ("html", "json", "csv")]
            for staged, _ in pairs:
                staged.write_text("newer")
            publish(pairs)

    with pytest.raises(OutputError, match="is a folder"):
        write()
    assert (tmp_path / "set.json").read_text() == "older"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["set.csv", "set.json"]
