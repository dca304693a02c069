"""Layer: the tables of the records brought up to date from each past revision, on each kind of database."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, select, text

from formcheck.records import database
from formcheck.records.access import RecordsError
from formcheck.records.archive import back_up
from formcheck.records.archive_file import ArchiveWriter
from formcheck.records.archive_manifest import BACKUP
from formcheck.records.archive_rows import decoded, encoded, write_rows
from formcheck.records.database import connect, known_revisions, migrate, migration_config, newest_revision
from formcheck.records.records import Records
from formcheck.records.restore import restore
from formcheck.records.settings import RecordsSettings
from formcheck.records.tables import Table

from .databases import Template
from .examples import ROBIN, add_example, all_rows

pytestmark = pytest.mark.usefixtures("really_migrated")

REVISIONS = [script.revision for script in ScriptDirectory.from_config(migration_config()).walk_revisions()][::-1]
"""From the first to the newest."""


def test_the_tables_are_those_of_the_models(records: Records) -> None:
    with records.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Table.metadata) == []


def test_the_tables_that_tests_copy_are_those_that_migrations_make(tmp_path: Path) -> None:
    def made(name: str) -> list[tuple[str, ...]]:
        records = Records(RecordsSettings(home=tmp_path / name, database_url=None))
        with records.engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT type, name, tbl_name, sql FROM sqlite_master").all()
            revisions = connection.exec_driver_sql("SELECT version_num FROM alembic_version").all()
        records.close()
        return [tuple(row) for row in (*rows, *revisions)]

    migrated = made("migrated")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "migrate", Template(tmp_path / "template.sqlite3"))
        assert made("copied") == migrated


def test_there_is_one_way_from_the_first_revision_to_the_newest() -> None:
    scripts = ScriptDirectory.from_config(migration_config())
    assert len(scripts.get_heads()) == 1
    assert REVISIONS[-1] == newest_revision()
    assert set(REVISIONS) == known_revisions()


Kept = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Kept, Path]:
    """Give the rows, in the form of an archive, and the folder of records with everything in them."""
    settings = RecordsSettings(home=tmp_path_factory.mktemp("kept"), database_url=None)
    records = Records(settings)
    add_example(records)
    rows = {table: [encoded(row) for row in of_table] for table, of_table in all_rows(records).items()}
    records.close()
    return rows, settings.home


@contextmanager
def _at_revision(settings: RecordsSettings, revision: str) -> Iterator[tuple[Engine, MetaData]]:
    engine = connect(settings.url())
    migrate(engine, revision)
    shape = MetaData()
    shape.reflect(engine)
    yield engine, shape
    engine.dispose()


def _as_then(shape: MetaData, rows: Kept) -> Kept:
    """Leave out of today's rows the tables and columns that were not there then."""
    tables = {name: shape.tables[name].columns.keys() for name in rows if name in shape.tables}
    if "remote_still" not in tables:  # then nothing needs the picture of one
        rows = {**rows, "file": [row for row in rows["file"] if row["suffix"] != ".jpg"]}
    if "remote_recording" not in tables:
        rows = {**rows, "file": [row for row in rows["file"] if row["suffix"] != ".webm"]}
    return {
        name: [{column: row[column] for column in columns if column in row} for row in rows[name]]
        for name, columns in tables.items()
    }


@pytest.mark.parametrize("revision", REVISIONS)
def test_rows_of_a_past_revision_are_whole_today(
    empty_settings: RecordsSettings, kept: tuple[Kept, Path], revision: str
) -> None:
    with _at_revision(empty_settings, revision) as (engine, shape):
        then = _as_then(shape, kept[0])
        with engine.begin() as connection:
            for table in shape.sorted_tables:
                if table.name in then:
                    write_rows(connection, table, (_row_for(engine, table, row) for row in then[table.name]))
    records = Records(empty_settings)
    now = {table: [encoded(row) for row in of_table] for table, of_table in all_rows(records).items()}
    records.close()
    for name, of_table in then.items():
        assert len(of_table) == len(now[name])
        for before, after in zip(of_table, now[name], strict=True):
            assert {column: after[column] for column in before if column in after} == before


def _row_for(engine: Engine, table: Any, row: dict[str, Any]) -> dict[str, Any]:
    values = decoded(table, row)
    if engine.dialect.name == "postgresql":  # which keeps the time zone; what was decoded is UTC
        return {name: _in_utc(value) for name, value in values.items()}
    return values


def _in_utc(value: Any) -> Any:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_backup_of_a_past_revision_is_restored_today(
    records_settings: RecordsSettings, kept: tuple[Kept, Path], tmp_path: Path, revision: str
) -> None:
    import zipfile

    from formcheck.records.archive_manifest import FileMember
    from formcheck.records.files import FileStore

    with _at_revision(RecordsSettings(home=tmp_path, database_url=None), revision) as (_, shape):
        then = _as_then(shape, kept[0])
    store = FileStore(kept[1])
    with zipfile.ZipFile(tmp_path / "old.zip", "w") as packed:
        archive = ArchiveWriter(packed)
        for name, rows in then.items():
            archive.rows(name, rows)
        for file in then["file"]:
            member = FileMember(sha256=file["sha256"], suffix=file["suffix"], size=file["size"])
            assert archive.file(member, store.path(member.sha256, member.suffix))
        archive.manifest(BACKUP, datetime.now(UTC), revision)
    restore(records_settings, tmp_path / "old.zip")
    records = Records(records_settings)
    restored = all_rows(records)
    assert {name: len(rows) for name, rows in then.items() if name != "audit_entry"} == {
        name: len(restored[name]) for name in then if name != "audit_entry"
    }
    back_up(records, ROBIN, tmp_path / "new.zip")
    records.close()


def test_of_plans_in_force_for_the_same_leg_the_newest_stays_in_force(empty_settings: RecordsSettings) -> None:
    """An import could put one beside another before there was one for each leg."""
    plans = [("a", "left", 1), ("b", "left", 3), ("c", "left", 2), ("d", "right", 1), ("e", None, 1), ("f", None, 2)]
    with _at_revision(empty_settings, "0003") as (engine, shape), engine.begin() as connection:
        person = {"id": "p", "name": "Zoë", "about": "", "created_at": _day(1), "created_by": "Robin"}
        connection.execute(shape.tables["person"].insert().values(**person))
        for plan_id, leg, day in plans:
            row = {"id": plan_id, "person_id": "p", "exercise": "step-down", "leg": leg, "from_at": _day(day)}
            connection.execute(shape.tables["plan"].insert().values(**row, ball=False, made_by="Robin"))
    records = Records(empty_settings)
    until = {row["id"]: row["until_at"] for row in all_rows(records)["plan"]}
    records.close()
    assert until == {"a": _day(3), "b": None, "c": _day(3), "d": None, "e": _day(2), "f": None}


def _day(day: int) -> datetime:
    return datetime(2026, 3, day, tzinfo=UTC)


def test_records_of_a_newer_formcheck_are_left_alone(records_settings: RecordsSettings) -> None:
    records = Records(records_settings)
    with records.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    records.close()
    with pytest.raises(RecordsError, match="newer version") as refused:
        Records(records_settings)
    assert refused.value.remedy == "Update formcheck."
    engine = connect(records_settings.url())
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"
    engine.dispose()


_OPEN = """
import json, sys
from pathlib import Path
from formcheck.records.records import Records
from formcheck.records.settings import RecordsSettings

print("ready", flush=True)
sys.stdin.readline()
told = json.loads(sys.argv[1])
Records(RecordsSettings(home=Path(told["home"]), database_url=told["url"])).close()
print("opened", flush=True)
"""


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def _say(process: subprocess.Popen[str], text: str) -> None:
    assert process.stdin is not None
    process.stdin.write(text)
    process.stdin.flush()


def test_two_processes_may_bring_the_tables_up_to_date_at_once(empty_settings: RecordsSettings) -> None:
    with _at_revision(empty_settings, REVISIONS[0]):
        pass
    told = json.dumps({"home": str(empty_settings.home), "url": empty_settings.database_url})
    command = [sys.executable, "-c", _OPEN, told]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, **pipes) for _ in range(2)]
    try:
        assert [_line(each) for each in processes] == ["ready\n", "ready\n"]
        for each in processes:
            _say(each, "go\n")
        assert [_line(each) for each in processes] == ["opened\n", "opened\n"]
        assert [each.wait(240) for each in processes] == [0, 0]
    finally:
        for each in processes:
            each.kill()
            each.communicate()
    records = Records(empty_settings)
    with records.engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).all() == [(newest_revision(),)]
        assert connection.execute(select(Table.metadata.tables["person"])).all() == []
    records.close()
