"""Layer: `formcheck records`, from its arguments to its words and exit status."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from formcheck import cli
from formcheck.records.records import Records
from formcheck.records.settings import RecordsSettings

from ..report.reviews import text_of
from ..report.test_letterhead import picture, sizes_of
from .examples import add_example, all_rows


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have the commands work on a folder of this test."""
    for name in list(os.environ):
        if name.startswith("FORMCHECK_") and not name.startswith("FORMCHECK_TEST"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("FORMCHECK_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def kept(home: Path) -> Iterator[Records]:
    """Give the records that the commands work on, with one person."""
    records = Records(RecordsSettings(home=home, database_url=None))
    add_example(records, "Zoë Quixx")
    yield records
    records.close()


def _run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli.app, ["records", *map(str, arguments)])


def test_a_backup_is_restored_elsewhere(kept: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = _run("backup", tmp_path / "backup.zip")
    assert (made.exit_code, made.stderr) == (0, "")
    assert "1 person, 1 set, 5 files" in made.stdout
    monkeypatch.setenv("FORMCHECK_HOME", str(tmp_path / "other"))
    restored = _run("restore", tmp_path / "backup.zip")
    assert restored.exit_code == 0
    assert "1 person, 1 set, 5 files" in restored.stdout
    assert _run("check").stdout.endswith("all is whole.\n")
    again = _run("restore", tmp_path / "backup.zip")
    assert again.exit_code == 1
    assert "--replace" in again.stderr
    assert _run("restore", "--replace", tmp_path / "backup.zip").exit_code == 0
    assert kept.settings.home != tmp_path / "other"


@pytest.mark.usefixtures("kept")
def test_everything_about_a_person_is_printed(tmp_path: Path) -> None:
    assert _run("clinic", "--name", "Knee Clinic", "--paper", "letter").exit_code == 0
    made = _run("print", "zoë quixx", tmp_path / "zoe.pdf", "--a4")
    assert (made.exit_code, made.stderr) == (0, "")
    pdf = (tmp_path / "zoe.pdf").read_bytes()
    assert sizes_of(pdf) == {(595, 842)}
    assert "Knee Clinic" in text_of(pdf)
    assert _run("print", "Zoë Quixx", tmp_path / "zoe.html").exit_code == 0
    page = (tmp_path / "zoe.html").read_text(encoding="utf-8")
    assert "record printed" in page
    assert "size: letter" in page


@pytest.mark.usefixtures("kept")
def test_a_person_is_written_for_other_programs(tmp_path: Path) -> None:
    made = _run("fhir", "zoë quixx", tmp_path / "zoe.json")
    assert (made.exit_code, made.stderr) == (0, "")
    assert json.loads((tmp_path / "zoe.json").read_text(encoding="utf-8"))["resourceType"] == "Bundle"
    assert _run("fhir", "zoë quixx", tmp_path / "zoe.csv").exit_code == 0
    assert (tmp_path / "zoe.csv").read_text(encoding="utf-8").startswith("when,what,leg,value,unit")
    for file, words in (("zoe.xml", ".json or .csv"), ("nowhere/zoe.json", "cannot be written")):
        refused = _run("fhir", "zoë quixx", tmp_path / file)
        assert refused.exit_code == 1
        assert words in " ".join(refused.stderr.split())


@pytest.mark.usefixtures("kept")
def test_a_form_that_is_none_and_a_folder_that_is_not_there_are_said_in_words(tmp_path: Path) -> None:
    for file, words in (("zoe.docx", ".pdf or .html"), ("nowhere/zoe.pdf", "cannot be written")):
        made = _run("print", "Zoë Quixx", tmp_path / file)
        assert made.exit_code == 1
        assert words in " ".join(made.stderr.split())
        assert "Traceback" not in made.stderr


def test_the_clinic_is_said_and_shown(kept: Records, tmp_path: Path) -> None:
    assert "No name is set." in _run("clinic").stdout
    logo = tmp_path / "logo.png"
    logo.write_bytes(picture())
    told = _run("clinic", "--name", "Knee Clinic", "--address", "1 High Street\\nTown", "--logo", logo)
    assert told.stdout.splitlines() == ["Knee Clinic", "1 High Street", "Town", "Paper: A4. Logo: yes."]
    assert _run("clinic").stdout == told.stdout
    assert "Logo: none." in _run("clinic", "--no-logo").stdout
    assert not [suffix for _, suffix, _ in kept.files if suffix == ".png"]
    for wrong, words in ((kept.settings.home, "cannot be read"), (Path(__file__), "neither a PNG nor a JPEG")):
        refused = _run("clinic", "--logo", wrong)
        assert refused.exit_code == 1
        assert words in " ".join(refused.stderr.split())


def test_what_nobody_needs_is_named_and_goes_with_the_clean_up(kept: Records) -> None:
    left_over = kept.files.path("0" * 64, ".mp4")
    left_over.parent.mkdir(exist_ok=True)
    left_over.write_bytes(b"a video that no row names")
    (kept.files.incoming / f"{'1' * 32}.mp4").write_bytes(b"of an upload that is not there")
    (kept.settings.home / "notes.txt").write_text("somebody's own")
    found = _run("check")
    assert found.exit_code == 1
    assert "3 things that nothing needs" in found.stdout
    said = " ".join(found.stderr.split())
    assert f"No row names the file {left_over.name}" in said
    assert f"No upload needs incoming/{'1' * 32}.mp4" in said
    assert "notes.txt is none of the files that formcheck needs" in said
    assert "Left-over files: 2." in _run("retention").stdout
    (kept.settings.home / "notes.txt").unlink()
    assert _run("check").exit_code == 0


@pytest.mark.usefixtures("kept")
def test_a_folder_gets_an_archive_named_after_the_day(tmp_path: Path) -> None:
    (tmp_path / "archives").mkdir()
    assert _run("backup", tmp_path / "archives").exit_code == 0
    [archive] = (tmp_path / "archives").iterdir()
    assert archive.name.startswith("formcheck-backup-20")


def test_a_backup_with_something_missing_ends_with_one(kept: Records, tmp_path: Path) -> None:
    [path, *_] = [path for _, _, path in kept.files]
    path.unlink()
    made = _run("backup", tmp_path / "backup.zip")
    assert made.exit_code == 1
    assert path.name in made.stderr
    assert (tmp_path / "backup.zip").exists()


@pytest.mark.usefixtures("kept")
def test_a_person_is_exported_by_name_and_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _run("export", tmp_path / "people.zip", "--person", "zoë  quixx").exit_code == 0
    monkeypatch.setenv("FORMCHECK_HOME", str(tmp_path / "other"))
    first, second = _run("import", tmp_path / "people.zip"), _run("import", tmp_path / "people.zip")
    assert first.exit_code == second.exit_code == 0
    assert first.stdout.startswith("New: 1 person, 1 set, 2 notes.")
    assert second.stdout.startswith("New: 0 people, 0 sets, 0 notes. Here already: 1 person, 1 set.")


@pytest.mark.usefixtures("kept")
def test_nobody_is_exported_by_a_name_that_is_nobodys(tmp_path: Path) -> None:
    refused = _run("export", tmp_path / "people.zip", "--person", "Nobody")
    assert refused.exit_code == 1
    assert refused.stderr.startswith("There is no person Nobody.")
    assert not (tmp_path / "people.zip").exists()


def test_erasing_wants_a_yes(kept: Records) -> None:
    assert _run("erase", "Zoë Quixx").exit_code == 2
    assert len(all_rows(kept)["person"]) == 1
    erased = _run("erase", "Zoë Quixx", "--yes")
    assert erased.exit_code == 0
    assert "Backups" in erased.stdout
    assert all_rows(kept)["person"] == []
    assert _run("erase", "Zoë Quixx", "--yes").exit_code == 1


@pytest.mark.usefixtures("kept")
def test_retention_says_what_it_did(monkeypatch: pytest.MonkeyPatch) -> None:
    told = _run("retention")
    assert told.exit_code == 0
    assert "Videos are kept until they are deleted." in told.stdout
    monkeypatch.setenv("FORMCHECK_KEEP_VIDEOS_DAYS", "30")
    assert "Videos are kept 30 days." in _run("retention").stdout
    monkeypatch.setenv("FORMCHECK_KEEP_VIDEOS_DAYS", "a while")
    refused = _run("retention")
    assert refused.exit_code == 1
    assert "FORMCHECK_KEEP_VIDEOS_DAYS" in refused.stderr


def test_what_is_not_whole_ends_with_one(kept: Records) -> None:
    assert _run("check").exit_code == 0
    [path, *_] = [path for _, _, path in kept.files]
    path.write_bytes(b"")
    found = _run("check")
    assert found.exit_code == 1
    assert "1 problem." in found.stdout
    assert f"{path.name} is damaged" in found.stderr


@pytest.mark.usefixtures("home")
def test_what_is_no_archive_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "no.zip").write_text("no")
    for command in ("restore", "import"):
        refused = _run(command, tmp_path / "no.zip")
        assert refused.exit_code == 1
        assert len(refused.stderr.splitlines()) == 1
