"""Layer: leases on each kind of database, with a clock that is set by hand: nothing is lost, and nothing done twice."""

from __future__ import annotations

import pytest

from formcheck.errors import FormcheckError
from formcheck.intake.claims import (
    Claim,
    LeaseLostError,
    give_back,
    mark_failed,
    renew,
    something_to_do,
    take_back,
)
from formcheck.intake.ending import cancel
from formcheck.intake.settings import LEASE_S, MOST_ATTEMPTS
from formcheck.intake.states import UploadState
from formcheck.intake.worker import complete_arrived, give_up_old
from formcheck.records.access import SYSTEM

from .desk import ROBIN, Desk


def claimed(desk: Desk, worker: str = "one") -> Claim:
    claim = desk.claim(worker)
    assert claim is not None
    return claim


def renewed(desk: Desk, claim: Claim, share: float = 0.5) -> bool:
    with desk.records.writing(SYSTEM) as work:
        return renew(work, claim, "Measuring", share)


def test_the_upload_that_waits_longest_comes_first(desk: Desk) -> None:
    first = desk.bring(b"one", "one.mp4")
    desk.clock.forward(seconds=1)
    second = desk.bring(b"two", "two.mp4")
    assert [claimed(desk).upload_id, claimed(desk).upload_id] == [first.id, second.id]
    assert desk.claim() is None


def test_a_look_says_whether_there_is_something_to_do(desk: Desk) -> None:
    def there_is() -> bool:
        with desk.records.reading(SYSTEM) as work:
            return something_to_do(work)

    assert not there_is()
    desk.bring(b"pictures")
    assert there_is()
    claimed(desk)
    assert not there_is()
    desk.clock.forward(seconds=LEASE_S + 1)
    assert there_is()


def test_who_renews_keeps_it(desk: Desk) -> None:
    row, claim = desk.bring(b"pictures"), claimed(desk)
    for _ in range(5):
        desk.clock.forward(seconds=LEASE_S - 1)
        assert renewed(desk, claim)
        assert desk.claim("two") is None
    seen = desk.look(row.id)
    assert (seen.stage, seen.share) == ("Measuring", 0.5)


def test_a_lease_that_ran_out_is_another_s(desk: Desk) -> None:
    row, dead = desk.bring(b"pictures"), claimed(desk)
    desk.clock.forward(seconds=LEASE_S + 1)
    alive = claimed(desk, "two")
    assert alive.upload_id == row.id
    assert not renewed(desk, dead)
    with desk.records.writing(SYSTEM) as work, pytest.raises(LeaseLostError):
        mark_failed(work, dead, FormcheckError("Too late."))
    assert renewed(desk, alive)


def test_a_video_that_ends_its_worker_each_time_fails_in_words(desk: Desk) -> None:
    row = desk.bring(b"pictures")
    for _ in range(MOST_ATTEMPTS):
        claimed(desk)
        desk.clock.forward(seconds=LEASE_S + 1)
    assert desk.claim() is None
    failed = desk.look(row.id)
    assert failed.state == UploadState.FAILED
    assert "broke off 3 times" in failed.reason
    assert failed.remedy
    assert desk.file_of(row).exists()


def test_being_told_to_stop_is_no_attempt(desk: Desk) -> None:
    row = desk.bring(b"pictures")
    for _ in range(MOST_ATTEMPTS + 2):
        claim = claimed(desk)
        with desk.records.writing(SYSTEM) as work:
            give_back(work, claim)
    seen = desk.look(row.id)
    assert (seen.state, seen.attempts, seen.share) == (UploadState.WAITING, 0, None)


def test_a_successor_takes_back_at_once_what_a_dead_worker_had(desk: Desk) -> None:
    mine = desk.bring(b"one", "one.mp4")
    desk.clock.forward(seconds=1)
    others = desk.bring(b"two", "two.mp4")
    claimed(desk, "place 1")
    claimed(desk, "place 2")
    with desk.records.writing(SYSTEM) as work:
        assert take_back(work, "place 1") == 1
    assert desk.look(mine.id).state == UploadState.WAITING
    assert desk.look(mine.id).attempts == 1
    assert desk.look(others.id).state == UploadState.RUNNING


def test_a_cancelled_upload_is_its_worker_s_no_more(desk: Desk) -> None:
    row, claim = desk.bring(b"pictures"), claimed(desk)
    with desk.records.writing(ROBIN) as work:
        cancel(work, row.id)
    assert not renewed(desk, claim)
    with desk.records.writing(SYSTEM) as work, pytest.raises(LeaseLostError):
        give_back(work, claim)
    assert desk.look(row.id).state == UploadState.CANCELLED


def test_an_upload_that_came_whole_just_before_the_server_was_killed_is_completed(desk: Desk) -> None:
    row, half = desk.begin(size=8), desk.begin("half.mp4", size=8)
    desk.send(row, b"pictures")
    desk.send(half, b"pict")
    assert complete_arrived(desk.records) == 0
    desk.clock.forward(minutes=2)
    assert complete_arrived(desk.records) == 1
    assert desk.look(row.id).state == UploadState.WAITING
    assert desk.look(half.id).state == UploadState.RECEIVING


def test_what_nobody_goes_on_with_is_given_up_after_a_week(desk: Desk) -> None:
    left, waits = desk.begin(), desk.bring(b"pictures", "waits.mp4")
    desk.send(left, b"pict")
    desk.clock.forward(days=6)
    assert give_up_old(desk.records) == 0
    desk.clock.forward(days=2)
    assert give_up_old(desk.records) == 1
    assert desk.look(left.id).state == UploadState.CANCELLED
    assert not desk.file_of(left).exists()
    assert desk.look(waits.id).state == UploadState.WAITING
    assert desk.file_of(waits).exists()
