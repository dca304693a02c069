"""Layer: the queue on each kind of database: files announced, brought, complete, given up, tried again."""

from __future__ import annotations

import shutil
import threading
from datetime import UTC, datetime

import pytest

from formcheck.errors import FormcheckError, VideoError
from formcheck.intake.claims import claim_next, mark_failed
from formcheck.intake.correcting import put_right
from formcheck.intake.duplicates import duplicate_of
from formcheck.intake.ending import cancel, drop_file, refuse, remove_entry, try_again
from formcheck.intake.queue import Announced, WrongOffsetError, add_file, begin, complete, list_uploads, note_received
from formcheck.intake.states import UploadState, UploadStateError
from formcheck.intake.wishes import Wishes, wishes_of
from formcheck.records.access import SYSTEM, Actor, NotAllowedError, NotFoundError, RecordsError, Role
from formcheck.records.agreed import ConsentError
from formcheck.records.consents import answer_consent
from formcheck.records.tables import Upload
from tests.clips import SAMPLES

from .desk import FEW, NOON, ROBIN, Desk


@pytest.mark.parametrize(
    ("name", "size", "reason"),
    [
        ("notes.txt", 100, "name of a video"),
        ("set", 100, "name of a video"),
        ("set.mp4", 0, "empty"),
        ("set.mp4", FEW.upload_max_bytes + 1, "a video may have 10 MB"),
    ],
)
def test_what_can_be_no_video_is_refused_before_it_comes(desk: Desk, name: str, size: int, reason: str) -> None:
    with pytest.raises(VideoError, match=reason) as refused:
        desk.begin(name, size)
    assert refused.value.remedy
    with desk.records.reading(ROBIN) as work:
        assert list_uploads(work) == []


def test_a_full_disk_is_said_before_it_comes(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(desk.records.files.incoming)
    monkeypatch.setattr("shutil.disk_usage", lambda _path: usage._replace(free=512 * 1024 * 1024 + 99))
    desk.begin(size=99)
    with pytest.raises(RecordsError, match="no room for a video") as refused:
        desk.begin("other.mp4", size=1)
    assert "Free some space" in refused.value.remedy


def test_a_name_leads_nowhere_else(desk: Desk) -> None:
    row = desk.begin("../../etc/passwd.mp4")
    assert row.name == "passwd.mp4"
    assert desk.file_of(row).parent == desk.records.files.incoming


def test_a_file_that_has_come_whole_waits(desk: Desk) -> None:
    row = desk.bring(b"pictures")
    assert row.state == UploadState.WAITING
    assert row.sha256 is not None
    assert desk.file_of(row).read_bytes() == b"pictures"


def test_a_file_that_has_not_come_whole_is_not_complete(desk: Desk) -> None:
    row = desk.begin(size=8)
    desk.send(row, b"pict")
    with pytest.raises(WrongOffsetError) as refused:
        complete(desk.records, ROBIN, row.id)
    assert refused.value.received == 4
    assert desk.look(row.id).state == UploadState.RECEIVING


def test_bytes_count_once(desk: Desk) -> None:
    row = desk.begin(size=8)
    desk.send(row, b"pict")
    with desk.records.writing(ROBIN) as work, pytest.raises(WrongOffsetError):
        note_received(work, row.id, 0, 4)
    assert desk.look(row.id).received == 4


def test_the_same_file_goes_on_where_it_was_interrupted(desk: Desk) -> None:
    row = desk.begin(size=8)
    desk.send(row, b"pict")
    again = desk.begin(size=8)
    assert (again.id, again.received) == (row.id, 4)
    assert desk.begin(size=9).id != row.id
    assert desk.begin("other.mp4", size=8).id != row.id


def test_what_is_said_with_a_file_that_is_gone_on_with_counts(desk: Desk) -> None:
    anna, ben = desk.person("Anna"), desk.person("Ben")

    def announce(person_id: str | None, *, keep_video: bool) -> Upload:
        with desk.records.writing(ROBIN) as work:
            return begin(work, Announced("set.mp4", 8), Wishes(keep_video=keep_video), FEW, person_id=person_id)

    first = announce(anna, keep_video=True)
    again = announce(ben, keep_video=False)
    assert again.id == first.id
    assert (again.person_id, wishes_of(again).keep_video) == (ben, False)
    open_now = announce(None, keep_video=True)
    assert (open_now.person_id, wishes_of(open_now).keep_video) == (ben, False)


def test_no_file_is_taken_of_who_refuses_that_anything_is_kept(desk: Desk) -> None:
    anna = desk.person("Anna")
    row = desk.begin("before.mp4")
    with desk.records.writing(ROBIN) as work:
        answer_consent(work, anna, "records", "no")
    with pytest.raises(ConsentError, match="no new set can be kept"):
        desk.begin(person_id=anna)
    with desk.records.writing(ROBIN) as work, pytest.raises(ConsentError, match="no new set can be kept"):
        put_right(work, row.id, Wishes(person_said=True), anna)
    with desk.records.reading(ROBIN) as work:
        assert [each.person_id for each in list_uploads(work)] == [None]


def test_another_s_interrupted_file_is_not_gone_on_with(desk: Desk) -> None:
    client = desk.client(desk.person("Anna"))
    assert desk.begin(actor=client).id != desk.begin().id


def test_a_file_that_the_disk_lost_is_asked_for_again(desk: Desk) -> None:
    row = desk.begin(size=8)
    desk.send(row, b"pictures")
    desk.file_of(row).write_bytes(b"pict")
    with pytest.raises(WrongOffsetError) as refused:
        complete(desk.records, ROBIN, row.id)
    assert refused.value.received == 0
    assert desk.look(row.id).received == 0


def test_completing_twice_is_completing_once(desk: Desk) -> None:
    row = desk.bring(b"pictures")
    assert complete(desk.records, ROBIN, row.id).state == UploadState.WAITING
    assert desk.claim() is not None
    assert complete(desk.records, ROBIN, row.id).state == UploadState.RUNNING


def test_a_sample_clip_can_be_taken_in_and_stays_where_it_was(desk: Desk) -> None:
    clip = SAMPLES / "wall_squat_side.mp4"
    row = add_file(desk.records, ROBIN, clip, Wishes(origin="sample"), FEW)
    assert row.state == UploadState.WAITING
    assert desk.file_of(row).read_bytes() == clip.read_bytes()


# The same file twice --------------------------------------------------------------------------------------------------


def test_the_same_file_twice_is_recognised_and_kept_once(desk: Desk) -> None:
    first = desk.bring(b"pictures")
    second = desk.bring(b"pictures", "copy.mp4")
    assert second.state == UploadState.DUPLICATE
    assert duplicate_of(second) == first.id
    assert not desk.file_of(second).exists()


def test_a_duplicate_takes_the_place_of_what_is_cancelled(desk: Desk) -> None:
    first = desk.bring(b"pictures", "one.mp4")
    second = desk.bring(b"pictures", "two.mp4")
    desk.clock.forward(seconds=1)
    third = desk.bring(b"pictures", "three.mp4")
    with desk.records.writing(ROBIN) as work:
        gone = cancel(work, first.id)
    with desk.records.reading(ROBIN) as work:
        drop_file(work, gone)
    assert desk.look(second.id).state == UploadState.WAITING
    assert desk.file_of(second).read_bytes() == b"pictures"
    assert not desk.file_of(first).exists()
    assert duplicate_of(desk.look(third.id)) == second.id


def test_a_client_does_not_learn_that_another_brought_the_same_file(desk: Desk) -> None:
    desk.bring(b"pictures")
    anna, berta = desk.client(desk.person("Anna")), desk.client(desk.person("Berta"))
    assert desk.bring(b"pictures", actor=anna).state == UploadState.WAITING
    assert desk.bring(b"pictures", actor=berta).state == UploadState.WAITING
    assert desk.bring(b"pictures", actor=anna).state == UploadState.DUPLICATE


def test_who_completes_a_client_s_upload_does_not_matter_for_what_is_found(desk: Desk) -> None:
    desk.bring(b"pictures")
    anna = desk.client(desk.person("Anna"))
    row = desk.begin(size=8, actor=anna)
    desk.send(row, b"pictures", anna)
    assert complete(desk.records, SYSTEM, row.id).state == UploadState.WAITING


def test_of_two_that_bring_the_same_file_at_once_one_waits(desk: Desk) -> None:
    rows = [desk.begin(f"{name}.mp4", size=8) for name in ("one", "two", "three", "four")]
    for row in rows:
        desk.send(row, b"pictures")
    together = threading.Barrier(len(rows))

    def finish(upload_id: str) -> None:
        together.wait()
        complete(desk.records, ROBIN, upload_id)

    threads = [threading.Thread(target=finish, args=(row.id,)) for row in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    states = sorted(desk.look(row.id).state for row in rows)
    assert states == ["duplicate", "duplicate", "duplicate", "waiting"]


# Given up, tried again ------------------------------------------------------------------------------------------------


def test_a_cancelled_upload_is_measured_no_more_and_its_file_goes(desk: Desk) -> None:
    row = desk.bring(b"pictures")
    with desk.records.writing(ROBIN) as work:
        gone = cancel(work, row.id)
    with desk.records.reading(ROBIN) as work:
        drop_file(work, gone)
    assert desk.claim() is None
    assert not desk.file_of(row).exists()
    with desk.records.writing(ROBIN) as work, pytest.raises(UploadStateError):
        cancel(work, row.id)


def test_what_failed_can_be_tried_again_while_its_file_is_here(desk: Desk) -> None:
    row = desk.bring(b"pictures")
    claim = desk.claim()
    assert claim is not None
    with desk.records.writing(SYSTEM) as work:
        mark_failed(work, claim, FormcheckError("Nobody is in view.", "Film again."))
    failed = desk.look(row.id)
    assert (failed.state, failed.reason, failed.remedy) == ("failed", "Nobody is in view.", "Film again.")
    with desk.records.writing(ROBIN) as work:
        again = try_again(work, row.id)
    assert (again.state, again.attempts, again.reason) == ("waiting", 0, "")
    assert desk.claim() is not None


def test_what_failed_without_its_file_is_to_be_uploaded_again(desk: Desk) -> None:
    row = desk.begin()
    with desk.records.writing(ROBIN) as work:
        refuse(work, row.id, VideoError("This is a picture.", "Give a video."))
    with desk.records.writing(ROBIN) as work, pytest.raises(UploadStateError) as refused:
        try_again(work, row.id)
    assert refused.value.remedy == "Upload it again."


def test_an_entry_that_has_ended_can_be_taken_off_the_list(desk: Desk) -> None:
    row = desk.bring(b"pictures")
    with desk.records.writing(ROBIN) as work, pytest.raises(UploadStateError):
        remove_entry(work, row.id)
    with desk.records.writing(ROBIN) as work:
        cancel(work, row.id)
    with desk.records.writing(ROBIN) as work:
        remove_entry(work, row.id)
    with desk.records.reading(ROBIN) as work:
        assert list_uploads(work) == []


# Whose they are -------------------------------------------------------------------------------------------------------


def test_a_client_s_uploads_are_their_own_and_nobody_else_s_business(desk: Desk) -> None:
    anna_id, berta_id = desk.person("Anna"), desk.person("Berta")
    anna, berta = desk.client(anna_id), desk.client(berta_id)
    row = desk.bring(b"pictures", actor=anna)
    assert row.person_id == anna_id
    acts = (cancel, try_again, remove_entry)
    for act in acts:
        with desk.records.writing(berta) as work, pytest.raises(NotFoundError):
            act(work, row.id)
    with desk.records.reading(berta) as work:
        assert list_uploads(work) == []
    with desk.records.reading(anna) as work:
        assert [each.id for each in list_uploads(work)] == [row.id]
    with pytest.raises(NotFoundError):
        desk.begin("other.mp4", actor=anna, person_id=berta_id)


def test_a_client_of_whom_nobody_knows_who_they_are_uploads_nothing(desk: Desk) -> None:
    stranger = Actor("0" * 32, "Stranger", Role.CLIENT)
    with pytest.raises(NotAllowedError):
        desk.begin(actor=stranger)


def test_what_is_said_goes_before_what_is_guessed(desk: Desk) -> None:
    anna, berta = desk.person("Anna Berg"), desk.person("Berta Tal")
    said = desk.bring(b"one", "anna_step-down.mp4", person_id=berta)
    guessed = desk.bring(b"two", "anna_step-down.mp4")
    assert (said.person_id, guessed.person_id) == (berta, None)
    assert guessed.guesses["person_id"]["value"] == anna
    assert guessed.guesses["exercise"]["value"] == "step-down"
    assert "person_id" not in said.guesses


def test_the_date_of_the_file_is_the_first_guess_at_the_day(desk: Desk) -> None:
    recorded = datetime(2026, 2, 1, 8, 30, tzinfo=UTC)
    with desk.records.writing(ROBIN) as work:
        row = begin(work, Announced("set.mp4", 8, recorded), Wishes(), FEW)
    desk.send(row, b"pictures")
    row = complete(desk.records, ROBIN, row.id)
    assert row.guesses["done_at"] == {"value": recorded.isoformat(), "reason": "the date of the file"}
    assert desk.look(row.id).created_at == NOON


def test_each_upload_is_claimed_by_one(desk: Desk) -> None:
    for i in range(6):
        desk.bring(b"pictures %d" % i, f"{i}.mp4")
    taken: list[str] = []
    together = threading.Barrier(3)

    def take(worker: str) -> None:
        together.wait()
        while True:
            with desk.records.writing(SYSTEM) as work:
                claim = claim_next(work, worker)
            if claim is None:
                return
            taken.append(claim.upload_id)

    threads = [threading.Thread(target=take, args=(f"worker {i}",)) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with desk.records.reading(ROBIN) as work:
        rows = work.session.query(Upload).all()
    assert sorted(taken) == sorted(row.id for row in rows)
    assert {row.attempts for row in rows} == {1}
