"""Layer: records. Backups are made, let go of in turn, and tried out; what was missing keeps the older ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from formcheck.records.archive import archive_name
from formcheck.records.records import Records
from formcheck.records.settings import RecordsSettings
from formcheck.serve.backups import backups_in, make_backup, newest_drill, past_keeping, restore_drill

from ..records.examples import add_example

NOW = datetime(2026, 3, 1, 2, 30).astimezone()


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    with closing(Records(RecordsSettings(home=tmp_path / "home", database_url=None))) as opened:
        add_example(opened, "Zoë Quixx")
        yield opened


def nightly(folder: Path, days: int) -> list[Path]:
    """Return backups of so many nights before NOW, the oldest first."""
    return [folder / archive_name("backup", NOW - timedelta(days=back)) for back in range(days, 0, -1)]


def test_the_last_days_and_the_first_of_the_last_months_are_kept(tmp_path: Path) -> None:
    nights = nightly(tmp_path, 200)
    gone = past_keeping(nights, keep_days=14, keep_months=3)
    kept = [path for path in nights if path not in gone]
    assert kept[-14:] == nights[-14:]
    assert [path.name[17:27] for path in kept[:-14]] == ["2025-12-01", "2026-01-01", "2026-02-01"]


def test_of_a_day_with_several_the_newest_is_kept(tmp_path: Path) -> None:
    both = [tmp_path / archive_name("backup", NOW - timedelta(days=40, hours=hours)) for hours in (2, 1)]
    first_of_all = tmp_path / archive_name("backup", NOW - timedelta(days=41))
    assert past_keeping([first_of_all, *both], keep_days=2, keep_months=0) == (both[0],)


def test_a_computer_that_was_off_loses_no_backup_by_it(tmp_path: Path) -> None:
    assert past_keeping(nightly(tmp_path, 400)[:5], keep_days=14, keep_months=1) == ()


def test_a_backup_lets_go_of_older_ones_and_of_nothing_else(records: Records, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    for path in [*nightly(folder, 5), folder / "formcheck-people-2020-01-01-0000.zip", folder / "mine.txt"]:
        path.touch()
    made = make_backup(records, folder, NOW, keep_days=2, keep_months=0)
    assert [path.name for path in backups_in(folder)] == [nightly(folder, 1)[0].name, made.path.name]
    assert (folder / "mine.txt").exists()
    assert (folder / "formcheck-people-2020-01-01-0000.zip").exists()
    assert len(made.let_go) == 4


def test_nothing_is_let_go_of_where_the_new_one_is_not_whole(records: Records, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    for path in nightly(folder, 5):
        path.touch()
    for path in (tmp_path / "home" / "files").rglob("*.parquet"):
        path.unlink()
    made = make_backup(records, folder, NOW, keep_days=1, keep_months=0)
    assert made.manifest.missing
    assert len(backups_in(folder)) == 6


def test_a_drill_restores_the_newest_and_leaves_nothing(records: Records, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    make_backup(records, folder, NOW, keep_days=1, keep_months=0)
    before = {path.name for path in folder.iterdir()}
    drill = restore_drill(folder, NOW)
    assert drill.ok, drill.says
    assert "people 1, sets 1" in drill.says
    assert newest_drill(folder) == drill
    assert {path.name for path in folder.iterdir()} == before | {"drill.json"}


def test_a_drill_of_a_damaged_backup_fails_in_words(records: Records, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    path = make_backup(records, folder, NOW, keep_days=1, keep_months=0).path
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    drill = restore_drill(folder, NOW)
    assert not drill.ok
    assert drill.says.endswith(".")
    assert [each.name for each in folder.glob(".drill-*")] == []


def test_without_a_backup_a_drill_says_so(tmp_path: Path) -> None:
    assert restore_drill(tmp_path, NOW).says == "There is no backup to restore."
