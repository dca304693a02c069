"""Layer: the database of the records, opened on each kind of database."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import inspect, select

from formcheck.records.access import RecordsError, owner
from formcheck.records.audit import audit_log
from formcheck.records.database import connect, newest_revision, open_database
from formcheck.records.records import Records
from formcheck.records.settings import RecordsSettings
from formcheck.records.tables import Person, Table

from .databases import PostgresqlServer

pytestmark = pytest.mark.usefixtures("really_migrated")

ROBIN = owner("Robin")


def test_an_empty_place_gets_all_tables(empty_settings: RecordsSettings) -> None:
    records = Records(empty_settings)
    assert set(inspect(records.engine).get_table_names()) == {*Table.metadata.tables, "alembic_version"}
    records.close()


def test_what_is_written_is_there_when_opened_again(records_settings: RecordsSettings) -> None:
    records = Records(records_settings)
    with records.writing(ROBIN) as work:
        work.session.add(Person(name="Zoë", created_at=work.now, created_by="Robin"))
    records.close()
    again = Records(records_settings)
    with again.reading(ROBIN) as work:
        assert work.session.scalars(select(Person.name)).all() == ["Zoë"]
    again.close()


def test_a_failing_block_leaves_nothing(records: Records) -> None:
    def half_way() -> None:
        with records.writing(ROBIN) as work:
            work.session.add(Person(name="Zoë", created_at=work.now, created_by="Robin"))
            work.session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half_way()
    with records.reading(ROBIN) as work:
        assert work.session.scalars(select(Person)).all() == []


def test_a_new_place_is_at_the_newest_revision(records: Records) -> None:
    with records.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == newest_revision()


@pytest.mark.parametrize("database_kind", ["postgresql"])
@pytest.mark.parametrize("name", ["x" * 201, "zero\0character"])
def test_what_cannot_be_kept_is_said_in_a_sentence(records: Records, name: str) -> None:
    def add() -> None:
        with records.writing(ROBIN) as work:
            work.session.add(Person(name=name, created_at=work.now, created_by="Robin"))

    with pytest.raises(RecordsError, match="cannot be kept"):
        add()


def test_the_database_is_its_owners_alone_even_in_a_folder_that_others_may_open(tmp_path: Path) -> None:
    home = tmp_path / "shared"
    home.mkdir(mode=0o755)
    records = Records(RecordsSettings(home=home, database_url=None))
    with records.writing(ROBIN) as work:
        work.session.add(Person(name="Zoë", created_at=work.now, created_by="Robin"))
    files = list(home.iterdir())
    assert {"records.sqlite3", "records.sqlite3-wal"} <= {each.name for each in files}
    assert [each.name for each in files if each.stat().st_mode & 0o077] == []
    records.close()


@pytest.mark.parametrize(
    "url",
    [
        "mysql://host/database",
        "no address",
        "postgresql+asyncpg://user@host/database",  # a driver that formcheck does not bring along
        "postgresql://user:password@host:port/database",
    ],
)
def test_an_address_that_means_nothing_is_said_in_a_sentence(url: str) -> None:
    with pytest.raises(RecordsError, match="not one that formcheck can use"):
        connect(RecordsSettings(database_url=url).url())


def test_the_log_of_a_set_is_found_beside_an_entry_with_any_text(records: Records) -> None:
    with records.writing(ROBIN) as work:
        work.log("note.written", subject="n", person=None, details={"set": "s" * 32, "for_client": False})
        work.log("set.corrected", subject="t", person=None, details={"what": "zero\0 and half a \ud800"})
    with records.reading(ROBIN) as work:
        assert [each.subject_id for each in audit_log(work, subject_id="s" * 32)] == ["n"]


def test_no_restore_is_advised_where_the_role_may_not_make_tables(postgresql_server: PostgresqlServer) -> None:
    name = postgresql_server.new_database()
    url = f"{RecordsSettings(database_url=postgresql_server.url_of(name)).url()}?options=-csearch_path%3Dpg_catalog"
    with pytest.raises(RecordsError, match="cannot be used: permission denied") as refused:
        open_database(url)
    assert "restore" not in refused.value.remedy
    postgresql_server.drop(name)
