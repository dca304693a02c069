"""Layer: what is kept of somebody who refused it or took their consent back, at each way by which it would come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from formcheck.records.agreed import RECORDS, VIDEO, ConsentError, refusal, refusals
from formcheck.records.consents import answer_consent, consents_of_person, withdraw
from formcheck.records.files import KeptFile
from formcheck.records.records import Records
from formcheck.records.sets import LIVE, give_to, give_video, keep_video
from formcheck.records.settings import RecordsSettings

from .kept import CLINICIAN, add_somebody, keep_set


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    made = Records(RecordsSettings(home=tmp_path / "home"))
    yield made
    made.close()


def _take_back(records: Records, person_id: str, item: str) -> None:
    with records.writing(CLINICIAN) as work:
        answer_consent(work, person_id, item, "yes")
    with records.writing(CLINICIAN) as work:
        withdraw(work, person_id, consents_of_person(work, person_id)[0].id)


def _answer(records: Records, person_id: str, item: str, answer: str) -> None:
    with records.writing(CLINICIAN) as work:
        answer_consent(work, person_id, item, answer)  # type: ignore[arg-type]


def _video(records: Records, tmp_path: Path) -> KeptFile:
    path = tmp_path / "set.mp4"
    path.write_bytes(b"pictures")
    return keep_video(records.files, path, ".mp4", leave=True)


def test_who_was_not_asked_or_agreed_refuses_nothing(records: Records, tmp_path: Path) -> None:
    ann = add_somebody(records)
    assert keep_set(records, ann.id, video=_video(records, tmp_path)).video_sha256 is not None
    _answer(records, ann.id, VIDEO, "no")
    _answer(records, ann.id, VIDEO, "yes")
    kept = keep_set(records, ann.id, video=_video(records, tmp_path))
    assert kept.video_sha256 is not None
    assert kept.remarks == []


@pytest.mark.parametrize("refuses", ["took it back", "said no"])
def test_no_new_video_is_kept_and_the_set_says_why(records: Records, tmp_path: Path, refuses: str) -> None:
    ann, beth = add_somebody(records), add_somebody(records, "Beth")
    if refuses == "took it back":
        _take_back(records, ann.id, VIDEO)
    else:
        _answer(records, ann.id, VIDEO, "no")
    kept = keep_set(records, ann.id, video=_video(records, tmp_path))
    assert (kept.video_sha256, kept.proxy_sha256) == (None, None)
    word = "taken back" if refuses == "took it back" else "refused"
    assert kept.remarks == [f"The video was not kept: consent to keeping videos was {word}."]
    assert keep_set(records, beth.id, video=_video(records, tmp_path)).video_sha256 is not None


def test_a_set_with_a_video_is_not_given_to_who_refuses_videos(records: Records, tmp_path: Path) -> None:
    ann = add_somebody(records)
    row = keep_set(records, video=_video(records, tmp_path))
    bare = keep_set(records)
    _take_back(records, ann.id, VIDEO)
    with pytest.raises(ConsentError, match="was taken back") as refused, records.writing(CLINICIAN) as work:
        give_to(work, row.id, ann.id)
    assert "Delete the video" in refused.value.remedy
    with records.writing(CLINICIAN) as work:
        assert give_to(work, bare.id, ann.id).person_id == ann.id


def test_a_video_that_a_browser_kept_is_refused(records: Records, tmp_path: Path) -> None:
    ann = add_somebody(records)
    row = keep_set(records, ann.id, origin=LIVE)
    _take_back(records, ann.id, VIDEO)
    file = _video(records, tmp_path)
    with pytest.raises(ConsentError, match="the video cannot be kept"), records.writing(CLINICIAN) as work:
        give_video(work, row.id, file, replace(file))


def test_no_new_set_is_kept_of_who_takes_everything_back(records: Records) -> None:
    ann = add_somebody(records)
    nobodys = keep_set(records)
    _take_back(records, ann.id, RECORDS)
    with pytest.raises(ConsentError, match="no new set can be kept"):
        keep_set(records, ann.id)
    with pytest.raises(ConsentError, match="no new set can be kept"), records.writing(CLINICIAN) as work:
        give_to(work, nobodys.id, ann.id)


def test_refusals_are_each_persons_last_answers(records: Records) -> None:
    ann, beth, cleo = (add_somebody(records, name) for name in ("Ann", "Beth", "Cleo"))
    _take_back(records, ann.id, VIDEO)
    _answer(records, beth.id, VIDEO, "yes")
    with records.reading(CLINICIAN) as work:
        assert set(refusals(work, VIDEO)) == {ann.id}
        assert refusal(work, cleo.id, VIDEO) is None
        assert refusal(work, None, VIDEO) is None
        assert refusal(work, ann.id, RECORDS) is None
