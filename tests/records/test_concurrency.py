"""Layer: several people and processes at work on the records at once, on each kind of database."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from formcheck.exercises.plan import Plan
from formcheck.records import plans, reviewing
from formcheck.records.access import ConflictError, RecordsError, owner
from formcheck.records.erasure import erase_person
from formcheck.records.integrity import check
from formcheck.records.people import PersonDetails, add_person
from formcheck.records.plans import plans_in_force, prescribe
from formcheck.records.records import Records
from formcheck.records.reviewing import correct, corrections_of, reviewed_set
from formcheck.records.settings import RecordsSettings
from formcheck.records.sweep import sweep
from formcheck.records.tables import Person
from formcheck.session import corrected
from formcheck.session.corrections import ExcludeRep
from formcheck.session.request import SetRequest

from .examples import ROBIN, add_example, add_sample_set, all_rows, measured

SAM = owner("Sam")
TEN = 10


def _meeting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have two reviewers measure until both have looked at the set: both change what both saw."""
    both = threading.Barrier(2, timeout=240)
    check_correction: Callable[..., Any] = corrected.check_correction

    def after_both_looked(*arguments: Any, **named: Any) -> Any:
        reviewed = check_correction(*arguments, **named)
        both.wait()
        return reviewed

    monkeypatch.setattr(reviewing, "check_correction", after_both_looked)


def test_of_two_reviewers_one_is_told_and_nothing_is_lost(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    example = add_example(records)
    _, assessment = measured("wall_squat_side", "wall-squat", "Zoë Quixx.mp4")
    version = all_rows(records)["exercise_set"][0]["version"]
    _meeting(monkeypatch)

    def exclude(reviewer: Any, rep: int) -> str:
        change = ExcludeRep(at_s=assessment.reps[rep].bottom_start_s)
        try:
            correct(records, reviewer, example.set_id, change, version)
        except ConflictError:
            return "told"
        return "kept"

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(exclude, (ROBIN, SAM), (1, 2)))
    assert sorted(outcomes) == ["kept", "told"]
    with records.reading(ROBIN) as work:
        kept = corrections_of(work, example.set_id)
        assert [each.number for each in kept] == [1, 2]
        assert kept[1].made_by == ("Robin", "Sam")[outcomes.index("kept")]
        reviewed = reviewed_set(work, example.set_id)
    [row] = all_rows(records)["exercise_set"]
    assert row["version"] == version + 1
    assert reviewed.corrected is not None
    assert len(row["corrected"]["reps"]) == len(reviewed.corrected.reps)
    logged = [each["actor"] for each in all_rows(records)["audit_entry"] if each["action"] == "set.corrected"]
    assert len(logged) == 2


def test_records_are_opened_while_somebody_writes(records: Records) -> None:
    with records.writing(ROBIN) as work:
        person = add_person(work, PersonDetails("Not yet there"))
        opened = Records(records.settings)
        with opened.reading(ROBIN) as other:
            assert other.session.get(Person, person.id) is None
        opened.close()


def test_ten_threads_add_at_once(records: Records) -> None:
    def add(number: int) -> str:
        with records.writing(ROBIN) as work:
            return add_person(work, PersonDetails(f"Person {number}")).id

    with ThreadPoolExecutor(TEN) as pool:
        ids = set(pool.map(add, range(TEN)))
    rows = all_rows(records)
    assert {row["id"] for row in rows["person"]} == ids
    assert len(ids) == len(rows["audit_entry"]) == TEN


def test_ten_sets_of_one_video_come_at_once(records: Records) -> None:
    with records.writing(ROBIN) as work:
        person_id = add_person(work, PersonDetails("Zoë")).id
    measured("wall_squat_side", "wall-squat", "the same.mp4")

    def add(_: int) -> str:
        return add_sample_set(records, person_id, "the same.mp4", b"the same")

    with ThreadPoolExecutor(TEN) as pool:
        ids = set(pool.map(add, range(TEN)))
    rows = all_rows(records)
    assert {row["id"] for row in rows["exercise_set"]} == ids
    assert len(ids) == TEN
    assert len(rows["file"]) == 3
    assert check(records).problems == ()


def test_what_is_given_up_while_another_takes_it_up_is_not_lost(records: Records) -> None:
    """A set with the files of another comes in while that one's person is erased and all is swept."""
    measured("wall_squat_side", "wall-squat", "shared.mp4")
    with records.writing(ROBIN) as work:
        stays = add_person(work, PersonDetails("Stays")).id
    for _ in range(3):
        with records.writing(ROBIN) as work:
            goes = add_person(work, PersonDetails("Goes")).id
        add_sample_set(records, goes, "shared.mp4", b"shared")
        ready = threading.Barrier(2, timeout=240)

        def erase(person_id: str, ready: threading.Barrier) -> None:
            ready.wait()
            erase_person(records, ROBIN, person_id)
            sweep(records)

        def add(ready: threading.Barrier) -> bool:
            ready.wait()
            try:
                add_sample_set(records, stays, "shared.mp4", b"shared")
            except RecordsError:
                return False  # it was cleaned up in that moment, and that was said
            return True

        with ThreadPoolExecutor(2) as pool:
            erased, added = pool.submit(erase, goes, ready), pool.submit(add, ready)
            erased.result()
            added.result()
        assert check(records).problems == ()


_ADD = """
import json, sys
from pathlib import Path
from formcheck.records.access import owner
from formcheck.records.people import PersonDetails, add_person
from formcheck.records.records import Records
from formcheck.records.settings import RecordsSettings

told = json.loads(sys.argv[1])
records = Records(RecordsSettings(home=Path(told["home"]), database_url=told["url"]))
print("ready", flush=True)
sys.stdin.readline()
for number in range(5):
    with records.writing(owner(told["name"])) as work:
        add_person(work, PersonDetails(f"{told['name']} {number}"))
records.close()
"""


def test_processes_add_at_once(records_settings: RecordsSettings) -> None:
    names = ("a", "b", "c")
    told = {"home": str(records_settings.home), "url": records_settings.database_url}
    commands = [[sys.executable, "-c", _ADD, json.dumps({**told, "name": name})] for name in names]
    processes = [subprocess.Popen(each, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for each in commands]
    try:
        for each in processes:
            assert each.stdout is not None
            assert each.stdout.readline() == "ready\n"
        for each in processes:
            each.communicate("go\n", timeout=240)
    finally:
        for each in processes:
            each.kill()
            each.wait()
    assert [each.returncode for each in processes] == [0, 0, 0]
    records = Records(records_settings)
    assert {row["name"] for row in all_rows(records)["person"]} == {f"{a} {n}" for a in names for n in range(5)}
    records.close()


def test_of_two_plans_prescribed_at_once_one_is_in_force(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    with records.writing(ROBIN) as work:
        person_id = add_person(work, PersonDetails("Zoë")).id
        prescribe(work, person_id, SetRequest("wall-squat", plan=Plan(reps=5)))
    both = threading.Barrier(2)

    def after_both_looked(*arguments: Any) -> Any:
        before = plans_in_force(*arguments)
        with suppress(threading.BrokenBarrierError):
            both.wait(0.5)  # whoever is alone has the other waiting for it
        return before

    monkeypatch.setattr(plans, "plans_in_force", after_both_looked)

    def change(reps: int) -> None:
        with records.writing(ROBIN) as work:
            prescribe(work, person_id, SetRequest("wall-squat", plan=Plan(reps=reps)))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(change, (10, 12)))
    in_force = [row for row in all_rows(records)["plan"] if row["until_at"] is None]
    assert len(in_force) == 1
