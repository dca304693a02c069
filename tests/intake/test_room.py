"""Layer: the queue on a disk with little room: nobody keeps it from others by words alone; on each kind of database."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest

from formcheck.intake.queue import expect
from formcheck.intake.settings import FREE_BYTES
from formcheck.intake.states import UploadState, get_upload
from formcheck.intake.worker import give_up_old
from formcheck.records.access import Actor, RecordsError
from formcheck.records.tables import Upload

from .desk import ROBIN, Desk

_MB = 1_000_000
SetFree = Callable[[int], None]


@pytest.fixture
def set_free(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> SetFree:
    """Give a way to say how much room there is beside what is always left free (bytes)."""
    usage = shutil.disk_usage(desk.records.files.incoming)

    def free(size: int) -> None:
        monkeypatch.setattr("shutil.disk_usage", lambda _path: usage._replace(free=FREE_BYTES + size))

    return free


def _announce_all(desk: Desk, actor: Actor) -> list[Upload]:
    """Announce as much as is let in."""
    begun: list[Upload] = []
    while True:
        try:
            begun.append(desk.begin(f"{len(begun)}.mp4", 5 * _MB, actor))
        except RecordsError as error:
            if "room is kept for others" not in error.reason or not error.remedy:
                raise
            return begun


def test_one_client_leaves_half_of_the_room_to_others(desk: Desk, set_free: SetFree) -> None:
    greedy, other = desk.client(desk.person("Greedy")), desk.client(desk.person("Other"))
    set_free(100 * _MB)
    assert len(_announce_all(desk, greedy)) == 10
    assert desk.begin("mine.mp4", 9 * _MB, other).state == UploadState.RECEIVING


def test_a_single_video_may_take_more_than_a_share(desk: Desk, set_free: SetFree) -> None:
    set_free(10 * _MB)
    client = desk.client(desk.person("Ann"))
    assert desk.begin("only.mp4", 9 * _MB, client).state == UploadState.RECEIVING


def test_words_without_bytes_keep_no_room_after_a_minute(desk: Desk, set_free: SetFree) -> None:
    set_free(10 * _MB)
    desk.begin("announced.mp4", 10 * _MB)
    with pytest.raises(RecordsError, match="no room"):
        desk.begin("real.mp4", 10 * _MB)
    desk.clock.forward(minutes=1, seconds=1)
    assert desk.begin("real.mp4", 10 * _MB).state == UploadState.RECEIVING


def test_room_is_kept_while_bytes_come_and_asked_for_anew_after_a_pause(desk: Desk, set_free: SetFree) -> None:
    set_free(10 * _MB)
    slow = desk.begin("slow.mp4", 9 * _MB)
    desk.send(slow, b"x")
    desk.clock.forward(minutes=4)
    with pytest.raises(RecordsError, match="no room"):
        desk.begin("other.mp4", 9 * _MB)
    desk.clock.forward(minutes=2)
    other = desk.begin("other.mp4", 9 * _MB)
    desk.send(other, b"x")
    with desk.records.writing(ROBIN) as work:
        row = get_upload(work, slow.id, to_change=True)
        with pytest.raises(RecordsError, match="no room"):
            expect(work, row)


def test_what_lies_on_the_disk_counts_as_the_senders(desk: Desk, set_free: SetFree) -> None:
    client = desk.client(desk.person("Ann"))
    set_free(40 * _MB)
    desk.bring(bytes(9 * _MB), "first.mp4", client)
    desk.bring(bytes(8 * _MB), "second.mp4", client)
    set_free(23 * _MB)
    with pytest.raises(RecordsError, match="17 MB of your videos"):
        desk.begin("third.mp4", 4 * _MB, client)


def test_what_never_came_is_given_up_after_an_hour(desk: Desk) -> None:
    silent, begun = desk.begin("silent.mp4"), desk.begin("begun.mp4")
    desk.send(begun, b"x")
    desk.clock.forward(hours=1, seconds=1)
    assert give_up_old(desk.records) == 1
    assert desk.look(silent.id).state == UploadState.CANCELLED
    assert desk.look(begun.id).state == UploadState.RECEIVING
