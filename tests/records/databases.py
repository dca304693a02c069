"""A place for records that no other test uses, on each kind of database: SQLite in a folder, and PostgreSQL.

PostgreSQL is a cluster of our own on loopback, one for all test processes, made when the first test asks for it and
gone after the last, or the server at `FORMCHECK_TEST_POSTGRESQL_URL`, whose role may make databases. Where there is
neither, its tests are skipped; with `FORMCHECK_TEST_TOOLS=required` they fail.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final
from uuid import uuid4

import psutil
import pytest
from filelock import FileLock
from sqlalchemy import URL, Engine, create_engine, make_url, text

from formcheck.records import database
from formcheck.records.database import open_database
from formcheck.records.records import Records
from formcheck.records.settings import DATABASE_FILE, RecordsSettings

from ..shared import shared_folder

Command = list[str | Path]
KINDS: Final = ("sqlite", "postgresql")
_ATTEMPTS: Final = 5
"""Another process may take the free port between our look and PostgreSQL's."""
_GONE_WITHIN_S: Final = 10.0
_CLUSTER_FILE: Final = "postgresql.json"
"""In the folder that test processes share: where the cluster is."""
_SMALL: Final = {
    "fsync": "off",  # processes are killed, never the machine under the server
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "200",
}
TO_BE_FAST: Final = {**_SMALL, "synchronous_commit": "off"}
"""For tests that kill our processes, and not the server's."""
TO_BE_KILLED: Final = {**_SMALL, "synchronous_commit": "on"}
"""What is committed is with the system, and outlives the server's processes."""


@dataclass
class PostgresqlServer:
    """A server whose role may make databases."""

    url: URL
    """Of the database that is there from the start."""
    _made: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._engine: Engine = create_engine(self.url, isolation_level="AUTOCOMMIT")

    def new_database(self, *, template: str | None = None, name: str | None = None) -> str:
        """Make a database, empty or as another one is that nobody is connected to; return its name."""
        name = name or f"formcheck_test_{uuid4().hex}"
        self._run(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else " TEMPLATE template0"))
        self._made.add(name)
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is connected to it."""
        self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self._made.discard(name)

    def leave(self, *, drop_all: bool) -> None:
        """Let go of it, maybe without the databases that were made here."""
        for name in tuple(self._made) if drop_all else ():
            self.drop(name)
        self._engine.dispose()

    def url_of(self, name: str) -> str:
        """Return the address of a database, as people would set it."""
        return self.url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)

    def _run(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.execute(text(statement))


def postgresql_programs() -> Path | None:
    """Return the folder of PostgreSQL's programs; Debian keeps them out of the path."""
    on_path = shutil.which("initdb")
    if on_path is not None:
        return Path(on_path).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return versions[-1].parent if versions else None


@dataclass(frozen=True)
class Cluster:
    """A PostgreSQL of our own that is running."""

    folder: str
    address: str

    @classmethod
    def start(cls, binaries: Path, settings: Mapping[str, str] = TO_BE_FAST) -> Cluster:
        """Make a cluster in a folder of its own and serve it on loopback."""
        # As root PostgreSQL refuses to run, and pytest's own folders are closed to others.
        user = None if os.geteuid() != 0 else _unprivileged()
        folder = Path(tempfile.mkdtemp(prefix="formcheck-postgresql-"))
        password = uuid4().hex
        try:
            (folder / "password").write_text(password)
            if user is not None:
                shutil.chown(folder, user)
                shutil.chown(folder / "password", user)
            with (folder / "initdb.log").open("wb") as log:
                make: Command = [binaries / "initdb", "--pgdata", folder / "data", "--username", "formcheck"]
                make += ["--no-sync", "--auth", "scram-sha-256", "--pwfile", folder / "password"]
                _do([*make, "--encoding", "UTF8", "--no-locale"], user, log.fileno())
            port = _started(binaries, folder, user, settings)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        url = URL.create("postgresql+psycopg", "formcheck", password, "127.0.0.1", port, "postgres")
        return cls(str(folder), url.render_as_string(hide_password=False))

    def kill(self) -> None:
        """Take the lives of all its processes at once; returns when they are gone."""
        first = int((Path(self.folder) / "data" / "postmaster.pid").read_text().split()[0])
        server = psutil.Process(first)
        processes = [server, *server.children(recursive=True)]
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(processes, timeout=_GONE_WITHIN_S)

    def go_on(self, binaries: Path) -> None:
        """Start it again after `kill`, at the same address."""
        _start_server(binaries, Path(self.folder), None if os.geteuid() != 0 else _unprivileged())

    def stop(self, binaries: Path) -> None:
        """End it and take its folder away."""
        user = None if os.geteuid() != 0 else _unprivileged()
        stop: Command = [binaries / "pg_ctl", "--pgdata", Path(self.folder) / "data", "--mode", "immediate", "stop"]
        try:
            _do(stop, user, subprocess.DEVNULL)
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)


def _shared_cluster(binaries: Path, shared: Path) -> Cluster:
    """Return the cluster of all test processes; whoever asks first starts it."""
    told = shared / _CLUSTER_FILE
    with FileLock(shared / "postgresql.lock"):
        if not told.exists():
            told.write_text(json.dumps(asdict(Cluster.start(binaries))))
        return Cluster(**json.loads(told.read_text()))


def stop_shared_cluster(shared: Path) -> None:
    """End the cluster that test processes shared, if any of them asked for it."""
    told, binaries = shared / _CLUSTER_FILE, postgresql_programs()
    if told.exists() and binaries is not None:
        Cluster(**json.loads(told.read_text())).stop(binaries)


def _unprivileged() -> str:
    import pwd

    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)


def _started(binaries: Path, folder: Path, user: str | None, settings: Mapping[str, str]) -> int:
    """Start the server and return its port, which was free a moment ago; tried again if it no longer is."""
    settings = {**settings, "listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
    log = folder / "server.log"
    for attempt in range(1, _ATTEMPTS + 1):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        options = "".join(f"{name} = '{value}'\n" for name, value in {**settings, "port": str(port)}.items())
        (folder / "data" / "postgresql.auto.conf").write_text(options)
        try:
            _start_server(binaries, folder, user)
            return port
        except subprocess.CalledProcessError as error:
            if attempt == _ATTEMPTS:
                raise AssertionError(f"PostgreSQL did not start:\n{log.read_text()}") from error
    raise AssertionError("not reached")


def _start_server(binaries: Path, folder: Path, user: str | None) -> None:
    start: Command = [binaries / "pg_ctl", "--pgdata", folder / "data", "--log", folder / "server.log"]
    # Its output is no pipe: the server would keep that open, and we would wait for its end.
    _do([*start, "--wait", "start"], user, subprocess.DEVNULL)


def _do(command: Command, user: str | None, out: int) -> None:
    groups: list[str | int] | None = None if user is None else []
    subprocess.run(
        command, check=True, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd="/", user=user, extra_groups=groups
    )


@pytest.fixture(scope="session")
def postgresql_server(request: pytest.FixtureRequest) -> Iterator[PostgresqlServer]:
    """Give a PostgreSQL server for this run of the tests."""
    given = os.environ.get("FORMCHECK_TEST_POSTGRESQL_URL")
    if given:
        server = PostgresqlServer(make_url(given).set(drivername="postgresql+psycopg"))
        yield server
        server.leave(drop_all=True)
        return
    binaries = postgresql_programs()
    if binaries is None:
        reason = "no PostgreSQL: install it or set FORMCHECK_TEST_POSTGRESQL_URL"
        if os.environ.get("FORMCHECK_TEST_TOOLS") == "required":
            pytest.fail(reason)
        pytest.skip(reason)
    shared = shared_folder(request.config)
    cluster = Cluster.start(binaries) if shared is None else _shared_cluster(binaries, shared)
    server = PostgresqlServer(make_url(cluster.address))
    yield server
    server.leave(drop_all=shared is not None)
    if shared is None:
        cluster.stop(binaries)


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: PostgresqlServer) -> str:
    """Give the name of a database with all tables and nothing in them, for others to be made from."""
    name = postgresql_server.new_database()
    settings = RecordsSettings(database_url=postgresql_server.url_of(name))
    open_database(settings.url()).dispose()
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a database file with all tables and nothing in them, for others to be copied from."""
    file = tmp_path_factory.mktemp("template") / DATABASE_FILE
    open_database(f"sqlite:///{file}").dispose()
    return file


@pytest.fixture(scope="session", autouse=True)
def tables_of_a_template() -> Iterator[None]:
    """Have an empty SQLite file that is opened in this process get the tables that migrations made in another, once.

    Files about migrations, opening and crashes undo it with `really_migrated`.
    """
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory(prefix="formcheck-template-") as folder:
        patch.setattr(database, "migrate", Template(Path(folder) / DATABASE_FILE))
        yield


@pytest.fixture(scope="module")
def really_migrated() -> Iterator[None]:
    """Have each empty place get its tables by all migrations."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "migrate", _migrate)
        yield


_migrate: Final = database.migrate


class Template:
    """Brings tables up to date as formcheck does, but copies them into an empty SQLite file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._one_at_a_time = threading.Lock()

    def __call__(self, engine: Engine, to: str = "head") -> None:
        place = engine.url.database
        with self._one_at_a_time:
            if to == "head" and engine.dialect.name == "sqlite" and _is_empty_file(place):
                self._fill(engine)
        _migrate(engine, to)

    def _fill(self, engine: Engine) -> None:
        if not self._file.exists():
            made = database.connect(f"sqlite:///{self._file}")
            _migrate(made)
            made.dispose()
        with closing(sqlite3.connect(self._file)) as template, closing(engine.raw_connection()) as into:
            target = into.driver_connection
            assert isinstance(target, sqlite3.Connection)
            template.backup(target)


def _is_empty_file(place: str | None) -> bool:
    return place is not None and place != ":memory:" and Path(place).is_file() and Path(place).stat().st_size == 0


@pytest.fixture(params=KINDS)
def database_kind(request: pytest.FixtureRequest) -> str:
    """Have a test run on each kind of database."""
    kind: str = request.param
    return kind


@pytest.fixture
def empty_settings(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RecordsSettings]:
    """Give a place for records in which there is nothing yet, not even tables."""
    with _a_place(database_kind, request, tmp_path / "home", with_tables=False) as settings:
        yield settings


@pytest.fixture
def records_settings(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RecordsSettings]:
    """Give a place for records with all tables and nothing in them."""
    with _a_place(database_kind, request, tmp_path / "home", with_tables=True) as settings:
        yield settings


@pytest.fixture
def other_settings(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RecordsSettings]:
    """Give a second place of the same kind."""
    with _a_place(database_kind, request, tmp_path / "other", with_tables=True) as settings:
        yield settings


@pytest.fixture
def records(records_settings: RecordsSettings) -> Iterator[Records]:
    """Give records with nothing in them."""
    opened = Records(records_settings)
    yield opened
    opened.close()


@contextmanager
def _a_place(kind: str, request: pytest.FixtureRequest, home: Path, *, with_tables: bool) -> Iterator[RecordsSettings]:
    home.mkdir(parents=True)
    if kind == "sqlite":
        if with_tables:
            shutil.copyfile(request.getfixturevalue("sqlite_template"), home / DATABASE_FILE)
        yield RecordsSettings(home=home, database_url=None, user_name="Robin")
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    template = request.getfixturevalue("postgresql_template") if with_tables else None
    name = server.new_database(template=template)
    yield RecordsSettings(home=home, database_url=server.url_of(name), user_name="Robin")
    server.drop(name)
