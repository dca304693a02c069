"""Kills at any moment: processes at the records, the server, its workers, PostgreSQL; and what is found afterwards.

    python benchmarks/attack_kills.py --processes 24 --server 24 --workers 8 --databases 12 --seed 1

`SIGKILL` comes at a moment drawn by the seed while something is under way: an upload, a measurement, an erasure, an
import. Then whatever was killed is started again, and held to what people were told before: bytes that were confirmed
are there, a person who was erased is in no byte, a change is there whole or not at all, nobody else's records have
changed, and `records check` finds nothing damaged and nothing that nobody needs. On SQLite, and on a PostgreSQL of its
own where that is installed. The exit status is 1 if anything is otherwise.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from attacked_clinic import (
    NAME,
    Clinic,
    Databases,
    Deed,
    Erasing,
    Importing,
    LiveSet,
    Measuring,
    Uploading,
    export_stranger,
)
from websockets.exceptions import WebSocketException

from formcheck.errors import FormcheckError
from formcheck.records.erasure import erase_person, finish_erasures
from formcheck.records.exchange import import_people
from formcheck.records.integrity import check
from formcheck.records.records import Records
from formcheck.records.retention import RetentionSettings, keep_house
from formcheck.records.settings import RecordsSettings
from tests.records.databases import TO_BE_KILLED, Cluster, postgresql_programs
from tests.records.examples import ROBIN, add_example, add_sample_set, all_rows, files_holding

_KEEP_ALL: Final = RetentionSettings(keep_videos_days=None, keep_sets_days=None)
_OVER: Final = 1.05
"""Moments are drawn from so many times the length of what is killed."""
_CUT_OFF: Final = (OSError, http.client.HTTPException, WebSocketException, EOFError, LookupError, ValueError)
"""What somebody sees whose server is killed."""


@dataclass
class Told:
    """What became of kills of one kind."""

    name: str
    counted: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def line(self) -> str:
        """Say it as a row of a table."""
        told = ", ".join(f"{what}: {number}" for what, number in sorted(self.counted.items()))
        return f"| {self.name} | {self.counted.total()} | {told} | {len(self.faults)} |"


# Databases ------------------------------------------------------------------------------------------------------------


@contextmanager
def _databases() -> Iterator[list[Databases]]:
    programs = postgresql_programs()
    if programs is None:
        print("PostgreSQL is not installed: SQLite alone.", flush=True)
        yield [Databases("SQLite")]
        return
    cluster = Cluster.start(programs, TO_BE_KILLED)
    try:
        yield [Databases("SQLite"), Databases("PostgreSQL", cluster, programs)]
    finally:
        cluster.stop(programs)


# Processes ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Scene:
    settings: RecordsSettings
    person_id: str
    other_id: str
    archive: Path


def _erase(scene: _Scene) -> None:
    records = Records(scene.settings)
    finish_erasures(records)
    erase_person(records, ROBIN, scene.person_id)


def _import(scene: _Scene) -> None:
    import_people(Records(scene.settings), ROBIN, scene.archive)


def _keep(scene: _Scene) -> None:
    add_sample_set(Records(scene.settings), scene.other_id, "later.mp4", os.urandom(3_000_000))


_OPERATIONS: Final[dict[str, Callable[[_Scene], None]]] = {"erase": _erase, "import": _import, "keep": _keep}


def _child(operation: Callable[[_Scene], None], scene: _Scene) -> int:
    child = os.fork()
    if child == 0:
        ended = 1
        try:
            operation(scene)
            ended = 0
        finally:
            os._exit(ended)
    return child


def kill_processes(told: Told, databases: Databases, dice: random.Random, folder: Path, wanted: int) -> None:
    """Kill processes at work on the records, clean up as the next start does, and look around."""
    start = databases.place(folder / "start")
    records = Records(start)
    person, other = add_example(records, NAME), add_example(records, "Somebody else")
    export_stranger(folder, folder / "people.zip", "Comes Later")
    add_sample_set(records, other.person_id, "warm.mp4", b"warm")
    records.close()

    def scene() -> _Scene:
        return _Scene(databases.place(folder / "home", start), person.person_id, other.person_id, folder / "people.zip")

    whole_s = {}
    for name, operation in _OPERATIONS.items():
        alone, began_s = scene(), time.monotonic()
        if os.waitpid(_child(operation, alone), 0)[1]:
            raise RuntimeError(f"{name} fails by itself")
        whole_s[name] = time.monotonic() - began_s
        databases.forget(alone.settings)
    for number in range(wanted):
        name = sorted(_OPERATIONS)[number % len(_OPERATIONS)]
        at = scene()
        child = _child(_OPERATIONS[name], at)
        time.sleep(dice.uniform(0, _OVER * whole_s[name]))
        os.kill(child, signal.SIGKILL)
        in_the_middle = os.WIFSIGNALED(os.waitpid(child, 0)[1])
        told.counted[f"{name} {'in the middle' if in_the_middle else 'done before'}"] += 1
        told.faults += [f"{number} ({name}): {fault}" for fault in _after_process(at, name)]
        databases.forget(at.settings)


def _after_process(scene: _Scene, name: str) -> Iterator[str]:
    with contextlib.closing(Records(scene.settings)) as records:
        keep_house(records, _KEEP_ALL)
        found = check(records)
        yield from (*found.problems, *found.needless)
        rows = all_rows(records)
        sets = Counter(row["person_id"] for row in rows["exercise_set"])
        people = {row["id"] for row in rows["person"]}
        if scene.other_id not in people or sets[scene.other_id] < 2:
            yield "something of somebody else is lost"
        if any(sets[each] == 0 for each in people):
            yield "half of a change is there: a person without their sets"
        if name == "erase":
            if scene.person_id in people:
                erase_person(records, ROBIN, scene.person_id)
            yield from _traces(records, NAME, scene.person_id)


def _traces(records: Records, *words: str) -> Iterator[str]:
    records.close()  # its write-ahead log goes with the last who has it open
    for word in words:
        for path in files_holding(records.settings.home, word):
            yield f"of an erased person {word!r} is left in {path.name}"


# Kills of the app -----------------------------------------------------------------------------------------------------

_DEEDS: Final[tuple[type[Deed], ...]] = (Uploading, Measuring, Erasing, Importing)
_SERVER_DEEDS: Final[tuple[type[Deed], ...]] = (*_DEEDS, LiveSet)
Victim = Callable[[Clinic, Deed], None]
"""Kills something, and starts it again."""


def _server(clinic: Clinic, deed: Deed) -> None:
    clinic.app.kill()
    if isinstance(deed, Importing):
        deed.kill()
    clinic.app.start()


def _worker(clinic: Clinic, _: Deed) -> None:
    workers = clinic.app.workers()
    if not workers:
        raise RuntimeError("there is no worker")
    for worker in workers:
        worker.kill()


def _database(clinic: Clinic, _: Deed) -> None:
    clinic.databases.restart()


def _all_of_it(clinic: Clinic, deed: Deed) -> None:
    clinic.app.kill()
    _database(clinic, deed)
    _server(clinic, deed)


@dataclass(frozen=True)
class _Plan:
    name: str
    victim: Victim
    deeds: tuple[type[Deed], ...]
    wanted: int


def kill_app(told: Told, plan: _Plan, clinic: Clinic, dice: random.Random, lengths_s: dict[str, float]) -> None:
    """Kill parts of a running app while something is under way, and look around."""
    for number in range(plan.wanted):
        deed = plan.deeds[number % len(plan.deeds)](clinic, dice.randrange(10**9))
        deed.get_ready()
        thread = threading.Thread(target=_cut_off, args=(deed,))
        thread.start()
        time.sleep(dice.uniform(0, _OVER * lengths_s[deed.name]))
        in_the_middle = not deed.done
        plan.victim(clinic, deed)
        thread.join()
        told.counted[f"{deed.name} {'in the middle' if in_the_middle else 'done before'}"] += 1
        try:
            found = [*deed.look(), *clinic.faults()]
        except (RuntimeError, *_CUT_OFF, FormcheckError) as error:
            found = [f"{type(error).__name__}: {error}"]
        told.faults += [f"{number} ({deed.name}): {each}" for each in found]
        print(f"  {told.name}, {deed.name}: {'; '.join(found) or 'nothing lost, nothing left'}", flush=True)


def _cut_off(deed: Deed) -> None:
    with contextlib.suppress(*_CUT_OFF, FormcheckError):
        deed.do()


def _lengths_s(clinic: Clinic) -> dict[str, float]:
    """Return how long each deed takes when nobody is killed; fail where one fails by itself."""
    lengths = {}
    for number, kind in enumerate(_SERVER_DEEDS):
        deed = kind(clinic, number)
        deed.get_ready()
        begin_s = time.monotonic()
        deed.do()
        lengths[deed.name] = time.monotonic() - begin_s
        found = [*deed.look(), *clinic.faults()]
        if not deed.done or found:
            raise RuntimeError(f"{deed.name} fails by itself: {found}")
    return lengths


def _kill_at(databases: Databases, seed: int, asked: argparse.Namespace, folder: Path) -> Iterator[Told]:
    """Kill all kinds of processes of one kind of database."""
    dice = random.Random(f"{seed} {databases.kind}")
    told = Told(f"{databases.kind}: a process at the records")
    kill_processes(told, databases, dice, folder, asked.processes)
    yield told
    plans = [
        _Plan("the server", _server, _SERVER_DEEDS, asked.server),
        _Plan("a worker", _worker, (Measuring,), asked.workers),
    ]
    if databases.cluster is not None:
        plans += [
            _Plan("PostgreSQL", _database, _DEEDS, asked.databases),
            _Plan("server and PostgreSQL", _all_of_it, _SERVER_DEEDS, asked.both),
        ]
    clinic = Clinic(databases, folder)
    clinic.app.start()
    try:
        lengths_s = _lengths_s(clinic)
        for plan in plans:
            told = Told(f"{databases.kind}: {plan.name}")
            clinic.app.log.write_text("")
            kill_app(told, plan, clinic, dice, lengths_s)
            if plan.victim not in (_database, _all_of_it):  # the driver tells the log of connections that it lost
                told.faults += [f"in the log: {each}" for each in _faults_in_log(clinic.app.log)]
            yield told
    finally:
        clinic.app.end()


def _faults_in_log(log: Path) -> list[str]:
    lines = log.read_text(errors="replace").splitlines()
    return sorted({lines[number + 1] for number, line in enumerate(lines[:-1]) if line.startswith("Traceback")})


def main() -> int:
    """Kill, and say what became of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", type=int, default=24, help="on each kind of database")
    parser.add_argument("--server", type=int, default=15, help="on each kind of database")
    parser.add_argument("--workers", type=int, default=4, help="on each kind of database")
    parser.add_argument("--databases", type=int, default=12)
    parser.add_argument("--both", type=int, default=4)
    parser.add_argument("--kind", choices=("SQLite", "PostgreSQL"))
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    done: list[Told] = []
    with _databases() as kinds, tempfile.TemporaryDirectory(prefix="formcheck-attack-") as folder:
        for databases in kinds:
            if asked.kind in {None, databases.kind}:
                done += _kill_at(databases, asked.seed, asked, Path(folder) / databases.kind)
    print("\n| killed | kills | while | faults |\n|---|---|---|---|")
    for told in done:
        print(told.line())
    for fault in (fault for told in done for fault in told.faults):
        print(f"  {fault}")
    return 1 if any(told.faults for told in done) else 0


if __name__ == "__main__":
    sys.exit(main())
