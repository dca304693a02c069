"""Layer: the database of the records, opened on each kind of database."""

from __future__ import annotations

import pytest
from sqlalchemy import inspect, select

from formcheck.records.access import RecordsError, owner
from formcheck.records.database import newest_revision
from formcheck.records.records import Records
from formcheck.records.settings import RecordsSettings
from formcheck.records.tables import Person, Table

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
