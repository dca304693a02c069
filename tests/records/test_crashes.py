"""Layer: the records after a process at work on them was killed, at each of its steps; on each kind of database.

Whatever the step: the records open, are whole, hold the whole change or nothing of it, and the next clean-up leaves
nothing over.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import text

from formcheck.records import database
from formcheck.records.archive import back_up
from formcheck.records.archive_file import ArchiveReader
from formcheck.records.database import connect, migrate
from formcheck.records.exchange import export_people
from formcheck.records.integrity import check
from formcheck.records.records import Records
from formcheck.records.retention import RetentionSettings, keep_house
from formcheck.records.sets import drop_video
from formcheck.records.settings import RecordsSettings
from formcheck.records.sweep import remove_unused
from formcheck.records.tables import Upload

from .databases import KINDS, PostgresqlServer
from .examples import ROBIN, add_example, all_files, all_rows, measured

pytestmark = pytest.mark.usefixtures("really_migrated")

_ROOT: Final = Path(__file__).resolve().parents[2]
_MOST_STEPS: Final = 400
_KEEP_ALL: Final = RetentionSettings(keep_videos_days=None, keep_sets_days=None)


class Killer:
    """Runs operations in children of `killed.py`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.records.killed"],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, settings: RecordsSettings, operation: str, kill_at: int, **told: Any) -> str:
        """Run an operation and say what became of it: `killed` or `done`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        where = {"home": str(settings.home), "url": settings.database_url}
        self._process.stdin.write(json.dumps({**where, "operation": operation, "kill_at": kill_at, **told}) + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()

    def end(self) -> None:
        """Let it go."""
        self._process.communicate()


@pytest.fixture(autouse=True)
def _statements_are_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a place that is looked into again and again keep what SQLAlchemy makes of our statements."""
    monkeypatch.setattr(database, "connect", functools.cache(database.connect))


@pytest.fixture(scope="module")
def killer() -> Iterator[Killer]:
    """Give what runs operations and kills them."""
    started = Killer()
    yield started
    started.end()


@dataclass(frozen=True)
class Start:
    """Records as they are before each attempt, and archives of them."""

    home: Path
    database: str | None
    """Name of the PostgreSQL database to copy; None for SQLite."""
    told: dict[str, Any]
    backup: Path
    people: Path


def _prepare(settings: RecordsSettings, folder: Path) -> tuple[dict[str, Any], Path, Path]:
    records = Records(settings)
    example = add_example(records, remote=False)
    back_up(records, ROBIN, folder / "backup.zip")
    export_people(records, ROBIN, folder / "people.zip")
    waiting = add_example(records, "Waits", remote=False)
    with records.writing(ROBIN) as work:
        upload = work.session.get(Upload, waiting.upload_id)
        assert upload is not None
        upload.state, upload.set_id, upload.person_id = "running", None, example.person_id
        drop_video(work, waiting.set_id)  # so that there is one video that gets too old
    remove_unused(records)
    (records.files.incoming / f"{waiting.upload_id}.mp4").write_bytes(b"arrived")
    [row] = [row for row in all_rows(records)["exercise_set"] if row["id"] == example.set_id]
    records.close()
    _, assessment = measured("wall_squat_side", "wall-squat", "Zoë Quixx.mp4")
    told = {
        "person_id": example.person_id,
        "set_id": example.set_id,
        "version": row["version"],
        "at_s": assessment.reps[1].bottom_start_s,
        "upload_id": waiting.upload_id,
    }
    return told, folder / "backup.zip", folder / "people.zip"


@pytest.fixture(scope="module")
def sqlite_start(tmp_path_factory: pytest.TempPathFactory) -> Start:
    """Give the records to begin with, on SQLite."""
    folder = tmp_path_factory.mktemp("start")
    home = folder / "home"
    told, backup, people = _prepare(RecordsSettings(home=home, database_url=None), folder)
    return Start(home, None, told, backup, people)


@pytest.fixture(scope="module")
def postgresql_start(tmp_path_factory: pytest.TempPathFactory, postgresql_server: PostgresqlServer) -> Start:
    """Give the records to begin with, on PostgreSQL."""
    folder = tmp_path_factory.mktemp("start")
    home, name = folder / "home", postgresql_server.new_database()
    settings = RecordsSettings(home=home, database_url=postgresql_server.url_of(name))
    told, backup, people = _prepare(settings, folder)
    return Start(home, name, told, backup, people)


@pytest.fixture
def start(database_kind: str, request: pytest.FixtureRequest) -> Start:
    """Give the records to begin with, on each kind of database."""
    prepared: Start = request.getfixturevalue(f"{database_kind}_start")
    return prepared


Place = Callable[[], RecordsSettings]


def _linked_if_stored(source: str, target: str) -> None:
    """Link a file of the store, which is never changed and would show in its hash if it was; copy any other."""
    if "files" in Path(source).parts[-3:-1]:
        os.link(source, target)
    else:
        shutil.copy2(source, target)


@pytest.fixture
def place(start: Start, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Place]:
    """Give the records as they are before each attempt, anew each time."""
    server = None if start.database is None else request.getfixturevalue("postgresql_server")
    with _copies((start.home, start.database), server, tmp_path / "home") as anew:
        yield anew


@contextmanager
def _copies(of: tuple[Path, str | None], server: PostgresqlServer | None, home: Path) -> Iterator[Place]:
    """Give what makes a copy of records at the same place and, on PostgreSQL, under the same name, anew each time."""
    source, database_name = of
    made: list[str] = []

    def anew() -> RecordsSettings:
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(source, home, copy_function=_linked_if_stored)
        if server is None:
            return RecordsSettings(home=home, database_url=None)
        name = made.pop() if made else None
        if name is not None:
            server.drop(name)
        made.append(server.new_database(template=database_name, name=name))
        return RecordsSettings(home=home, database_url=server.url_of(made[0]))

    yield anew
    while made and server is not None:
        server.drop(made.pop())


def _counted(records: Records) -> dict[str, Any]:
    """Return what tells whether a change was made: how many rows of each kind, and what of them matters."""
    rows = all_rows(records)
    return {
        **{table: len(of_table) for table, of_table in rows.items()},
        "versions": sorted((row["id"], row["version"]) for row in rows["exercise_set"] if row["origin"] != "new"),
        "videos": sorted(row["video_sha256"] or "" for row in rows["exercise_set"]),
        "uploads": sorted((row["state"], row["set_id"] is None) for row in rows["upload"]),
        "people": sorted(row["name"] for row in rows["person"]),
    }


def _after_a_clean_up(settings: RecordsSettings) -> dict[str, Any]:
    """Open the records as the next process does, clean up as it does, hold them to be whole, and count them."""
    records = Records(settings)
    keep_house(records, _KEEP_ALL)
    found = check(records)
    assert (found.problems, found.needless) == ((), ())
    rows = all_rows(records)
    assert set(all_files(records)) == {f"{row['sha256']}{row['suffix']}" for row in rows["file"]}
    needed = {f"{row['id']}.mp4" for row in rows["upload"] if row["state"] == "running"}
    assert {path.name for path in records.files.incoming.iterdir()} <= needed
    assert not list((settings.home / "erasing").glob("*"))
    counted = _counted(records)
    records.close()
    return counted


def _without_ids(counted: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is another in each attempt: the ids of what is new."""
    return {**counted, "versions": sorted(version for _, version in counted["versions"])}


def _survives(killer: Killer, place: Place, operation: str, told: dict[str, Any]) -> int:
    """Kill an operation at each of its steps; return how many there are."""
    untouched = _without_ids(_after_a_clean_up(place()))
    settings = place()
    assert killer.run(settings, operation, 0, **told) == "done"
    changed = _without_ids(_after_a_clean_up(settings))
    outcomes = []
    for kill_at in range(1, _MOST_STEPS):
        settings = place()
        outcome = killer.run(settings, operation, kill_at, **told)
        found = _without_ids(_after_a_clean_up(settings))
        if outcome == "done":
            assert found == changed
            break
        assert outcome == "killed"
        assert found in (untouched, changed), f"half of it after step {kill_at}"
        outcomes.append(found == changed)
    else:
        raise AssertionError("it did not come to its end")
    if changed != untouched:
        assert outcomes == sorted(outcomes), "a later step undid what an earlier one had done"
        assert outcomes[0] is False
    return len(outcomes)


@pytest.mark.parametrize(
    ("database_kind", "operation", "at_least"),
    [
        ("sqlite", "add a person", 2),
        ("sqlite", "write a note", 2),
        ("sqlite", "add a set", 12),
        ("sqlite", "correct", 2),
        ("sqlite", "finish an upload", 10),
        ("sqlite", "erase", 10),
        ("sqlite", "retention", 5),
        ("postgresql", "add a set", 12),
        ("postgresql", "correct", 2),
        ("postgresql", "erase", 10),
    ],
)
def test_a_change_is_made_whole_or_not_at_all(
    killer: Killer, start: Start, place: Place, operation: str, at_least: int
) -> None:
    name = {"add a set": "new.mp4", "finish an upload": "arrived.mp4"}.get(operation)
    told = {**start.told, "clip_name": name, "days_later": 31 if operation == "retention" else 0}
    steps = _survives(killer, place, operation, told)
    assert steps >= at_least, "the steps were not watched"


@pytest.mark.parametrize("database_kind", KINDS)
def test_records_are_replaced_by_a_backup_whole_or_not_at_all(killer: Killer, start: Start, place: Place) -> None:
    steps = _survives(killer, place, "restore", {"archive": str(start.backup), "replace": True})
    assert steps >= 10


def _nothing_yet(home: Path) -> Place:
    def anew() -> RecordsSettings:
        shutil.rmtree(home, ignore_errors=True)
        return RecordsSettings(home=home, database_url=None)

    return anew


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize("operation", ["restore", "import"])
def test_an_empty_place_is_filled_whole_or_not_at_all(
    killer: Killer, start: Start, tmp_path: Path, operation: str
) -> None:
    archive = {"restore": start.backup, "import": start.people}[operation]
    told = {"archive": str(archive), "replace": False}
    assert _survives(killer, _nothing_yet(tmp_path / "home"), operation, told) >= 10


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize("operation", ["back up", "export"])
def test_an_archive_is_whole_or_the_older_one(
    killer: Killer, start: Start, place: Place, tmp_path: Path, operation: str
) -> None:
    settings = place()
    folder = tmp_path / "archives"
    for kill_at in range(1, _MOST_STEPS):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        target = folder / "archive.zip"
        shutil.copyfile(start.backup, target)
        outcome = killer.run(settings, operation, kill_at, archive=str(target))
        with ArchiveReader(target) as archive:
            archive.verify()
            [people] = [each.rows for each in archive.manifest.tables if each.name == "person"]
        assert people in (1, 2)
        if outcome == "done":
            assert people == 2
            break
        assert outcome == "killed"
    assert 15 < kill_at < _MOST_STEPS - 1
    _after_a_clean_up(settings)


@pytest.mark.parametrize("database_kind", KINDS)
def test_tables_are_brought_up_to_date_whole_or_not_at_all(
    killer: Killer, request: pytest.FixtureRequest, tmp_path: Path, database_kind: str
) -> None:
    server: PostgresqlServer | None = None
    if database_kind == "postgresql":
        server = request.getfixturevalue("postgresql_server")
    old = _of_old(tmp_path / "old", server)
    with _copies(old, server, tmp_path / "home") as place:
        for kill_at in range(1, _MOST_STEPS):
            settings = place()
            outcome = killer.run(settings, "open", kill_at)
            counted = _after_a_clean_up(settings)
            assert counted["people"] == ["Zoë"]
            if outcome == "done":
                break
            assert outcome == "killed"
    assert 5 < kill_at < _MOST_STEPS - 1


def _of_old(home: Path, server: PostgresqlServer | None) -> tuple[Path, str | None]:
    """Make records as the first version of the tables had them; return where they are, and the database's name."""
    name = None if server is None else server.new_database()
    url = None if server is None or name is None else server.url_of(name)
    home.mkdir()
    engine = connect(RecordsSettings(home=home, database_url=url).url())
    migrate(engine, "0001")
    with engine.begin() as connection:
        connection.execute(text(_A_PERSON_OF_OLD))
    engine.dispose()
    return home, name


_A_PERSON_OF_OLD: Final = """
INSERT INTO person (id, name, about, created_at, created_by)
VALUES ('0123456789abcdef0123456789abcdef', 'Zoë', '', '2025-01-01 00:00:00', 'Robin')
"""
