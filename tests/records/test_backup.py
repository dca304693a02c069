"""Layer: the records, backed up and restored, on each kind of database and from one to the other."""

from __future__ import annotations

import errno
import io
import json
import os
import shutil
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from formcheck.records.access import Actor, NotAllowedError, RecordsError, Role
from formcheck.records.archive import back_up
from formcheck.records.archive_file import ArchiveReader
from formcheck.records.integrity import check
from formcheck.records.records import Records
from formcheck.records.restore import restore
from formcheck.records.sets import keep_video
from formcheck.records.settings import DATABASE_FILE, RecordsSettings
from formcheck.records.tables import ExerciseSet, Person, StoredFile, Upload

from .examples import ROBIN, add_example, add_sample_set, all_files, all_rows

_LARGE = 64 * 1024 * 1024
"""Bytes of a video."""


def _without_log_of(rows: dict[str, list[dict[str, object]]], *actions: str) -> dict[str, list[dict[str, object]]]:
    log = [row for row in rows["audit_entry"] if row["action"] not in actions]
    return {**rows, "audit_entry": log}


def test_a_restored_backup_is_all_that_was_there(
    records: Records, other_settings: RecordsSettings, tmp_path: Path
) -> None:
    add_example(records)
    add_sample_set(records, None, "nobody's.mp4")
    rows, files = all_rows(records), all_files(records)
    back_up(records, ROBIN, tmp_path / "backup.zip")
    restore(other_settings, tmp_path / "backup.zip")
    restored = Records(other_settings)
    assert _without_log_of(all_rows(restored), "records.restored") == rows
    assert all_files(restored) == files
    assert check(restored).problems == ()
    restored.close()


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_backup_carries_over_to_another_kind_of_database(records: Records, tmp_path: Path) -> None:
    add_example(records)
    rows = all_rows(records)
    back_up(records, ROBIN, tmp_path / "backup.zip")
    on_sqlite = RecordsSettings(home=tmp_path / "on-sqlite", database_url=None)
    restore(on_sqlite, tmp_path / "backup.zip")
    restored = Records(on_sqlite)
    assert _without_log_of(all_rows(restored), "records.restored") == rows
    back_up(restored, ROBIN, tmp_path / "back-again.zip")
    restored.close()
    restore(records.settings, tmp_path / "back-again.zip", replace=True)
    assert _without_log_of(all_rows(records), "records.restored") == _without_log_of(rows, "records.restored")


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_what_sqlite_alone_keeps_does_not_stop_a_move_to_postgresql(records: Records, tmp_path: Path) -> None:
    on_sqlite = Records(RecordsSettings(home=tmp_path / "on-sqlite", database_url=None))
    with on_sqlite.writing(ROBIN) as work:
        person = Person(name="zero\0" + "x" * 300, created_at=work.now, created_by="Robin")
        work.session.add(person)
        work.session.flush()
        work.log("tested", subject=person.id, person=None, details={"half a character": "\ud83d"})
    back_up(on_sqlite, ROBIN, tmp_path / "backup.zip")
    on_sqlite.close()
    restore(records.settings, tmp_path / "backup.zip")
    assert [row["name"] for row in all_rows(records)["person"]] == ["zero\ufffd" + "x" * 195]


def test_new_entries_go_on_after_restored_ones(
    records: Records, other_settings: RecordsSettings, tmp_path: Path
) -> None:
    add_example(records)
    back_up(records, ROBIN, tmp_path / "backup.zip")
    restore(other_settings, tmp_path / "backup.zip")
    restored = Records(other_settings)
    add_example(restored, "Another")
    restored.close()


def test_the_backup_is_for_its_owner_alone(records: Records, tmp_path: Path) -> None:
    add_example(records)
    back_up(records, ROBIN, tmp_path / "backup.zip")
    assert (tmp_path / "backup.zip").stat().st_mode & 0o077 == 0


def test_a_backup_takes_the_place_of_an_older_one(records: Records, tmp_path: Path) -> None:
    target = tmp_path / "backup.zip"
    target.write_text("an older backup")
    back_up(records, ROBIN, target)
    with zipfile.ZipFile(target) as packed:
        assert packed.testzip() is None
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["backup.zip"]


def test_what_a_killed_attempt_left_goes_with_the_next(records: Records, tmp_path: Path) -> None:
    old, young = (tmp_path / f".backup.{digit * 32}.zip" for digit in "ab")
    for path in (old, young, tmp_path / ".other.zip"):
        path.write_text("half")
        os.utime(path, (0, 0))
    os.utime(young)
    back_up(records, ROBIN, tmp_path / "backup.zip")
    assert not old.exists()
    assert young.exists()
    assert (tmp_path / ".other.zip").exists()


def test_a_row_that_names_an_impossible_file_is_told_and_nothing_is_written(records: Records, tmp_path: Path) -> None:
    with records.writing(ROBIN) as work:
        work.session.add(StoredFile(sha256="g" * 64, suffix=".mp4", size=3, created_at=records.now()))
    with pytest.raises(RecordsError, match="name a file by what is no name") as caught:
        back_up(records, ROBIN, tmp_path / "backup.zip")
    assert caught.value.remedy
    assert list(tmp_path.glob("*.zip*")) == []


def test_records_are_not_replaced_unasked(records: Records, tmp_path: Path) -> None:
    add_example(records)
    back_up(records, ROBIN, tmp_path / "backup.zip")
    before = all_rows(records)
    with pytest.raises(RecordsError, match="records here already"):
        restore(records.settings, tmp_path / "backup.zip")
    assert all_rows(records) == before


def test_replacing_takes_back_what_came_later(records: Records, tmp_path: Path) -> None:
    add_example(records)
    rows = all_rows(records)
    back_up(records, ROBIN, tmp_path / "backup.zip")
    add_example(records, "Came later")
    restore(records.settings, tmp_path / "backup.zip", replace=True)
    assert _without_log_of(all_rows(records), "records.restored", "records.backup") == rows


def test_a_file_that_is_gone_does_not_keep_the_rest_from_being_backed_up(
    records: Records, other_settings: RecordsSettings, tmp_path: Path
) -> None:
    add_example(records)
    add_example(records, "Another")
    [gone, damaged, *_] = sorted(path for _, _, path in records.files if path.suffix == ".mp4")
    gone.unlink()
    damaged.write_bytes(b"rotten")
    manifest = back_up(records, ROBIN, tmp_path / "backup.zip")
    assert {each.member for each in manifest.missing} == {f"files/{gone.name}", f"files/{damaged.name}"}
    restore(other_settings, tmp_path / "backup.zip")
    restored = Records(other_settings)
    assert sorted(check(restored).problems) == sorted(f"The file {path.name} is missing." for path in (gone, damaged))
    restored.close()


def test_an_upload_on_its_way_is_said_to_have_been_lost(
    records: Records, other_settings: RecordsSettings, tmp_path: Path
) -> None:
    example = add_example(records)
    with records.writing(ROBIN) as work:
        upload = work.session.get(Upload, example.upload_id)
        assert upload is not None
        upload.state, upload.set_id = "waiting", None
    back_up(records, ROBIN, tmp_path / "backup.zip")
    restore(other_settings, tmp_path / "backup.zip")
    restored = Records(other_settings)
    [row] = all_rows(restored)["upload"]
    assert (row["state"], row["remedy"]) == ("failed", "Upload it again.")
    restored.close()


def test_a_client_may_not_back_up(records: Records, tmp_path: Path) -> None:
    client = Actor("c", "Client", Role.CLIENT, "p")
    with pytest.raises(NotAllowedError):
        back_up(records, client, tmp_path / "backup.zip")
    assert not (tmp_path / "backup.zip").exists()


def test_a_backup_among_the_records_is_refused(records: Records) -> None:
    with pytest.raises(RecordsError, match="among the records"):
        back_up(records, ROBIN, records.settings.home / "files" / "backup.zip")


def test_a_folder_that_is_not_there_is_said_so(records: Records, tmp_path: Path) -> None:
    with pytest.raises(RecordsError, match="cannot be written"):
        back_up(records, ROBIN, tmp_path / "nowhere" / "backup.zip")


# The rest is about archives, not about databases.


@pytest.fixture(scope="module")
def one_person(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with records of one person and their backup, to be copied."""
    folder = tmp_path_factory.mktemp("one-person")
    records = Records(RecordsSettings(home=folder / "from", database_url=None))
    add_example(records)
    back_up(records, ROBIN, folder / "backup.zip")
    records.close()
    return folder


@pytest.fixture
def backup(one_person: Path, tmp_path: Path) -> Path:
    """Give a backup of records with one person, beside those."""
    shutil.copytree(one_person, tmp_path, dirs_exist_ok=True)
    return tmp_path / "backup.zip"


@pytest.fixture
def empty(tmp_path: Path) -> RecordsSettings:
    """Give a place with nothing in it."""
    return RecordsSettings(home=tmp_path / "to", database_url=None)


def _refused(backup: Path, empty: RecordsSettings, match: str) -> None:
    with pytest.raises(RecordsError, match=match) as refused:
        restore(empty, backup)
    assert refused.value.remedy
    assert "\n" not in str(refused.value)
    if (empty.home / DATABASE_FILE).exists():
        records = Records(empty)
        assert all(rows == [] for rows in all_rows(records).values())
        records.close()


def test_memory_does_not_grow_with_the_files(tmp_path: Path, empty: RecordsSettings) -> None:
    records = Records(RecordsSettings(home=tmp_path / "from", database_url=None))
    add_sample_set(records, None, "small.mp4", b"small")
    large = records.files.passing_name(".mp4")
    with large.open("wb") as file:
        file.truncate(_LARGE)
    video = keep_video(records.files, large, ".mp4")
    with records.writing(ROBIN) as work:
        [row] = work.session.scalars(select(ExerciseSet))
        row.video_sha256 = work.keep_file(video)
    tracemalloc.start()
    try:
        back_up(records, ROBIN, tmp_path / "backup.zip")
        restore(empty, tmp_path / "backup.zip")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    records.close()
    assert (tmp_path / "backup.zip").stat().st_size > _LARGE
    assert peak < _LARGE / 4


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_backup_that_is_cut_short_is_refused(backup: Path, empty: RecordsSettings, share: float) -> None:
    os.truncate(backup, int(backup.stat().st_size * share))
    _refused(backup, empty, "damaged")


@pytest.mark.parametrize("share", [0.02, 0.2, 0.4, 0.6, 0.8])
def test_a_backup_with_an_altered_byte_is_refused(backup: Path, empty: RecordsSettings, share: float) -> None:
    content = bytearray(backup.read_bytes())
    content[int(len(content) * share)] ^= 0xFF
    backup.write_bytes(content)
    _refused(backup, empty, "damaged")


def _rewritten(backup: Path, **changed: bytes | None) -> None:
    """Replace members of a backup, by name with `__` for what an argument's name cannot hold."""
    with zipfile.ZipFile(backup) as packed:
        members = {info: packed.read(info) for info in packed.infolist()}
    with zipfile.ZipFile(backup, "w") as packed:
        for info, content in members.items():
            packed.writestr(info, changed.get(info.filename.partition(".")[0].replace("/", "__"), content) or b"")


def _with_manifest(backup: Path, change: dict[str, object]) -> None:
    with ArchiveReader(backup) as archive:
        document = archive.manifest.document()
    _rewritten(backup, manifest=json.dumps({**document, **change}).encode())


def test_altered_rows_are_refused(backup: Path, empty: RecordsSettings) -> None:
    with ArchiveReader(backup) as archive:
        [table] = [each for each in archive.manifest.tables if each.name == "person"]
    _rewritten(backup, tables__person=b"x" * table.size)
    _refused(backup, empty, "is not what was written")


def test_an_archive_of_a_newer_format_asks_for_an_update(backup: Path, empty: RecordsSettings) -> None:
    _with_manifest(backup, {"format": "formcheck.records/2"})
    _refused(backup, empty, "newer version")


def test_tables_of_a_newer_formcheck_ask_for_an_update(backup: Path, empty: RecordsSettings) -> None:
    _with_manifest(backup, {"revision": "9999"})
    _refused(backup, empty, "newer version")


@pytest.mark.parametrize("name", ["../../escaped", "/tmp/escaped", "..\\escaped", "files/../../escaped"])
def test_a_manifest_cannot_name_a_place_outside(backup: Path, empty: RecordsSettings, name: str) -> None:
    _with_manifest(backup, {"files": [{"sha256": name, "suffix": "", "size": 1}]})
    _refused(backup, empty, "names what cannot be")


def test_a_member_outside_of_the_folder_is_never_unpacked(backup: Path, empty: RecordsSettings) -> None:
    with zipfile.ZipFile(backup, "a") as packed:
        packed.writestr("../escaped.txt", "no")
    restore(empty, backup)
    assert not list(empty.home.parent.rglob("escaped.txt"))


def test_rows_that_would_fill_the_disk_are_refused(tmp_path: Path, backup: Path, empty: RecordsSettings) -> None:
    size = 300_000_000
    with ArchiveReader(backup) as archive:
        document = archive.manifest.document()
    for table in document["tables"]:
        if table["name"] == "person":
            table["size"] = size
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(backup) as packed, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as out:
        for info in packed.infolist():
            if info.filename == "tables/person.jsonl":
                with out.open(info.filename, "w") as member:
                    for _ in range(size // 1_000_000):
                        member.write(b"0" * 1_000_000)
            else:
                out.writestr(info, json.dumps(document) if info.filename == "manifest.json" else packed.read(info))
    _refused(bomb, empty, "swell")


@pytest.mark.parametrize("content", [b"", b"PK", b"no archive at all", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_archive_is_refused(tmp_path: Path, empty: RecordsSettings, content: bytes) -> None:
    other = tmp_path / "other.zip"
    other.write_bytes(content)
    _refused(other, empty, "no archive of records")


def test_an_archive_that_is_not_there_is_said_so(tmp_path: Path, empty: RecordsSettings) -> None:
    _refused(tmp_path / "nowhere.zip", empty, "cannot be read")


def test_a_database_that_cannot_be_read_is_put_aside_and_replaced(backup: Path, tmp_path: Path) -> None:
    settings = RecordsSettings(home=tmp_path / "from", database_url=None)
    broken = tmp_path / "from" / DATABASE_FILE
    broken.write_bytes(b"not a database" * 1000)
    with pytest.raises(RecordsError, match="cannot be read"):
        Records(settings)
    restored = restore(settings, backup, replace=True)
    assert restored.set_aside is not None
    assert (restored.set_aside / DATABASE_FILE).read_bytes() == b"not a database" * 1000
    records = Records(settings)
    assert [row["name"] for row in all_rows(records)["person"]] == ["Zoë Quixx"]
    assert check(records).problems == ()
    records.close()


def test_a_file_that_the_disk_does_not_give_back_is_named_and_the_rest_is_backed_up(
    records: Records, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    add_example(records)
    unreadable, broken = sorted(path for _, _, path in records.files)[:2]
    opened = Path.open

    class BadSector(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, _buffer: Any, /) -> int:
            raise OSError(errno.EIO, "Input/output error")

    def open_file(path: Path, *arguments: Any, **named: Any) -> Any:
        if path == unreadable:
            raise PermissionError(errno.EACCES, "Permission denied")
        return BadSector() if path == broken else opened(path, *arguments, **named)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", open_file)
        manifest = back_up(records, ROBIN, tmp_path / "backup.zip")
        problems = check(records).problems
    assert sorted(problems) == sorted(
        [
            f'"{unreadable.name}" cannot be read (Permission denied).',
            f'"{broken.name}" cannot be read (Input/output error).',
        ]
    )
    assert {each.member for each in manifest.missing} == {f"files/{unreadable.name}", f"files/{broken.name}"}
    with ArchiveReader(tmp_path / "backup.zip") as archive:
        archive.verify()
        assert len(archive.manifest.files) == len(all_files(records)) - 2
