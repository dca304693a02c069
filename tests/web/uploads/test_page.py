"""Layer: words as pure functions, then the page in Streamlit's simulated browser, without workers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from formcheck.errors import FormcheckError
from formcheck.intake.claims import claim_next, mark_done, mark_failed, renew
from formcheck.intake.queue import Announced, begin, complete, list_uploads, note_received
from formcheck.intake.settings import IntakeSettings
from formcheck.intake.states import UploadState, get_upload, upload_path
from formcheck.intake.wishes import Guess, Wishes, wishes_of
from formcheck.pose.landmarks import Side
from formcheck.pose.people import Region, SeveralPeopleError
from formcheck.records.access import SYSTEM, Actor
from formcheck.records.consents import answer_consent
from formcheck.records.people import PersonDetails, add_person, get_person
from formcheck.records.records import Records
from formcheck.records.reviewing import cut_apart
from formcheck.records.sets import get_set
from formcheck.records.tables import Upload
from formcheck.session.request import SetRequest
from formcheck.web.access.service import records_service
from formcheck.web.pages.videos.editing import numbered
from formcheck.web.pages.videos.listing import facts, progress_in_words, time_in_words, time_left_s
from tests.clips import SAMPLES
from tests.records.kept import OWNER, client_of, keep_set
from tests.records.test_reviewing_anew import keep_both_legs

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
_TIMEOUT_S = 240.0


def _videos() -> None:
    from formcheck.web.pages.videos import page as videos

    videos.page()


# Words ----------------------------------------------------------------------------------------------------------------


def an_upload(**more: object) -> Upload:
    row = Upload(id="0" * 32, name="set.mp4", state="waiting", wishes=Wishes().document(), guesses={}, stage="")
    for name, value in more.items():
        setattr(row, name, value)
    return row


def said_in(row: Upload) -> list[tuple[str, str]]:
    return [(fact.said, fact.why) for fact in facts(row, {"a": "Anna"}, lambda moment: f"{moment:%Y-%m-%d}")]


def test_a_guess_is_shown_with_its_reason_and_what_was_said_without() -> None:
    guesses = {
        "person_id": Guess("a", "nobody else is in the records").document(),
        "exercise": Guess("step-down", "the file's name says so").document(),
        "leg": Guess("left", "found in the movement").document(),
        "done_at": Guess(NOW.isoformat(), "the date of the file").document(),
    }
    guessed = an_upload(guesses=guesses)
    assert said_in(guessed) == [
        ("Nobody’s yet. Anna?", "nobody else is in the records"),
        ("Step-down", "the file's name says so"),
        ("left leg", "found in the movement"),
        ("2026-03-02", "the date of the file"),
    ]
    wishes = Wishes(SetRequest("squat", leg=Side.RIGHT), person_said=True, done_at=NOW - timedelta(days=1))
    told = an_upload(person_id="a", guesses=guesses, wishes=wishes.document())
    assert said_in(told) == [("Anna", ""), ("Squat", ""), ("right leg", ""), ("2026-03-01", "")]


def test_what_is_nobody_s_is_to_be_said_unless_it_was() -> None:
    (open_, *_) = facts(an_upload(), {}, str)
    (said, *_) = facts(an_upload(wishes=Wishes(person_said=True).document()), {}, str)
    assert (open_.open, said.open) == (True, False)


@pytest.mark.parametrize(
    ("share", "elapsed_s", "left_s"), [(0.25, 10.0, 30.0), (0.25, 1.0, None), (None, 10.0, None), (0.01, 10.0, None)]
)
def test_time_left_goes_by_the_pace_so_far(share: float | None, elapsed_s: float, left_s: float | None) -> None:
    row = an_upload(state="running", share=share, started_at=NOW - timedelta(seconds=elapsed_s), stage="Measuring")
    assert time_left_s(row, NOW) == left_s
    assert progress_in_words(row, NOW) == ("Measuring … 30 s left" if left_s else "Measuring …")


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.1, "1 s"), (42.4, "42 s"), (61, "about 1 min"), (300, "about 5 min"), (7300, "about 2 h")]
)
def test_time_is_written_as_people_say_it(seconds: float, words: str) -> None:
    assert time_in_words(seconds) == words


# The page -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def records() -> Iterator[Records]:
    records = records_service()
    yield records
    records.close()


def opened() -> AppTest:
    return AppTest.from_function(_videos, default_timeout=_TIMEOUT_S).run()


def words(test: AppTest) -> str:
    elements = [*test.title, *test.markdown, *test.caption, *test.error]
    return "\n".join(str(each.value) for each in elements).replace("\\", "")


def labels(test: AppTest) -> list[str]:
    return [button.label for button in test.button]


def press(test: AppTest, label: str) -> AppTest:
    (button,) = (each for each in test.button if each.label == label)
    return button.click().run()


def bring(records: Records, content: bytes = b"pictures", name: str = "set.mp4", actor: Actor = OWNER) -> Upload:
    with records.writing(actor) as work:
        row = begin(work, Announced(name, len(content)), Wishes(), IntakeSettings())
        upload_path(records.files, row).write_bytes(content)
        note_received(work, row.id, 0, len(content))
    return complete(records, actor, row.id)


def fail(records: Records, reason: str = "Nobody is in view.") -> None:
    with records.writing(SYSTEM) as work:
        claim = claim_next(work, "one")
        assert claim is not None
        mark_failed(work, claim, FormcheckError(reason, "Film again."))


def done(records: Records, person_id: str | None = None) -> None:
    kept = keep_set(records, person_id, "step_down_side", actor=OWNER)
    with records.writing(SYSTEM) as work:
        claim = claim_next(work, "one")
        assert claim is not None
        mark_done(work, claim, kept.id)


def look(records: Records, row: Upload) -> Upload:
    with records.reading(OWNER) as work:
        return get_upload(work, row.id)


@pytest.mark.usefixtures("records")
def test_the_page_opens_with_nothing_in_it() -> None:
    test = opened()
    assert not test.exception
    assert test.title[0].value == "Videos"
    assert "No videos yet" in words(test)
    assert "Whose videos are these?" not in [box.label for box in test.selectbox]


def test_whose_videos_are_sent_is_asked_where_there_are_people(records: Records) -> None:
    with records.writing(OWNER) as work:
        add_person(work, PersonDetails("Anna"))
    test = opened()
    (whose,) = (box for box in test.selectbox if box.label == "Whose videos are these?")
    assert whose.options == ["Not said: propose for each", "Anna"]


def test_who_comes_from_a_person_s_page_sends_that_person_s_videos(records: Records) -> None:
    with records.writing(OWNER) as work:
        anna, _ = add_person(work, PersonDetails("Anna")), add_person(work, PersonDetails("Berta"))
    test = AppTest.from_function(_videos, default_timeout=_TIMEOUT_S)
    test.query_params["person"] = anna.id
    (whose,) = (box for box in test.run().selectbox if box.label == "Whose videos are these?")
    assert whose.value == anna.id


def test_who_refuses_videos_is_told_before_one_is_sent(records: Records) -> None:
    with records.writing(OWNER) as work:
        anna = add_person(work, PersonDetails("Anna"))
    bring(records)
    with records.writing(OWNER) as work:
        (row,) = list_uploads(work)
        row.person_id = anna.id
        answer_consent(work, anna.id, "video", "no")
    test = AppTest.from_function(_videos, default_timeout=_TIMEOUT_S)
    test.query_params["person"] = anna.id
    test.run()
    assert [each.value for each in test.info] == [
        "Consent to keeping videos was refused: landmarks and numbers alone are kept."
    ]
    assert "landmarks only :small[(consent to keeping videos was refused)]" in words(test)
    with records.writing(OWNER) as work:
        answer_consent(work, anna.id, "records", "no")
    test.run()
    assert "no new video is taken for them" in words(test)


def test_a_video_being_measured_shows_how_far_it_is(records: Records) -> None:
    bring(records)
    with records.writing(SYSTEM) as work:
        claim = claim_next(work, "one")
        assert claim is not None
        renew(work, claim, "Finding the joints in every picture", 0.5)
    test = opened()
    assert "being measured" in words(test)
    assert "Cancel" in labels(test)
    assert "Remove" not in labels(test)


def test_a_failure_is_told_with_its_reason_and_can_be_tried_again(records: Records) -> None:
    row = bring(records)
    fail(records, "*Nobody* is in [view](x).")
    test = opened()
    assert not test.exception
    assert "*Nobody* is in [view](x)." in words(test)
    assert "\\*Nobody\\*" in "".join(str(each.value) for each in test.markdown)
    assert "Film again." in words(test)
    press(test, "Try again")
    assert look(records, row).state == UploadState.WAITING


def test_who_of_several_people_is_measured_is_chosen_in_a_picture(records: Records) -> None:
    row = bring(records, (SAMPLES / "step_down_side.mp4").read_bytes())
    people = (Region(0.1, 0.2, 0.3, 0.9), Region(0.6, 0.2, 0.8, 0.9))
    with records.writing(SYSTEM) as work:
        claim = claim_next(work, "one")
        assert claim is not None
        mark_failed(work, claim, SeveralPeopleError(people, 2.0))
    test = press(opened(), "Choose who is measured")
    assert not test.exception
    assert "Image()" in str(test)
    test.button_group(key=f"edit-{row.id}-person-number").set_value(2).run()
    test = press(test, "Save")
    assert not test.exception
    seen = look(records, row)
    assert seen.state == UploadState.WAITING
    assert wishes_of(seen).request.person == people[1]


def test_people_are_numbered_in_the_picture() -> None:
    bare = np.full((360, 640, 3), 120, dtype=np.uint8)
    picture = numbered(bare, (Region(0.1, 0.2, 0.3, 0.9), Region(0.6, -0.1, 1.2, 1.3)))
    assert picture.shape == bare.shape
    assert (bare == 120).all()
    changed = (picture != 120).any(axis=2)
    assert changed[72:80, 64:80].any()
    assert changed[:, 384].any()
    assert not changed[:, 250:380].any()
    upper = changed[80:200]
    assert not upper[:, 70:186].any(), "a face is covered"
    assert not changed[10:250, 392:630].any(), "a face is covered"


def test_a_video_can_be_cancelled_and_taken_off_the_list(records: Records) -> None:
    row = bring(records)
    test = press(opened(), "Cancel")
    assert look(records, row).state == UploadState.CANCELLED
    assert not upload_path(records.files, row).exists()
    test = press(test, "Remove")
    assert not test.exception
    with records.reading(OWNER) as work:
        assert list_uploads(work) == []


def test_what_is_finished_can_be_cleared_and_its_sets_stay(records: Records) -> None:
    row = bring(records)
    done(records)
    waiting = bring(records, b"other", "other.mp4")
    set_id = look(records, row).set_id
    assert set_id is not None
    press(opened(), "Clear what is finished")
    with records.reading(OWNER) as work:
        assert [each.id for each in list_uploads(work)] == [waiting.id]
        assert get_set(work, set_id).id == set_id


def test_a_measured_video_leads_to_its_review_and_its_duplicate_too(records: Records) -> None:
    first = bring(records)
    copy = bring(records, name="copy.mp4")
    assert copy.state == UploadState.DUPLICATE
    assert "The same file is in this list already." in words(opened())
    done(records)
    shown = words(opened())
    assert shown.count(f"/review?set={look(records, first).set_id}") == 2
    assert "The same file was measured before." in shown


def test_a_video_with_two_sets_leads_to_both(records: Records) -> None:
    bring(records)
    kept = keep_both_legs(records)
    with records.writing(SYSTEM) as work:
        claim = claim_next(work, "one")
        assert claim is not None
        mark_done(work, claim, kept.id)
    assert "Same video" not in words(opened())
    other = cut_apart(records, OWNER, kept.id, 16.5, 1)
    assert f"[Same video: right leg, front, from 0:16](/review?set={other.id})" in words(opened())


def test_an_interrupted_video_asks_for_its_file(records: Records) -> None:
    with records.writing(OWNER) as work:
        row = begin(work, Announced("set.mp4", 8), Wishes(), IntakeSettings())
        upload_path(records.files, row).write_bytes(b"pict")
        note_received(work, row.id, 0, 4)
    assert "set.mp4" not in words(opened())
    with records.writing(OWNER) as work:
        get_upload(work, row.id).updated_at = work.now - timedelta(minutes=5)
    assert "50 % of it is here. Choose the same file again" in words(opened())


def test_a_sample_clip_goes_into_the_queue(records: Records) -> None:
    press(opened(), "Three wall squats, down too fast, from the left side")
    with records.reading(OWNER) as work:
        (row,) = list_uploads(work)
    assert (row.name, row.state, row.person_id) == ("wall_squat_side.mp4", "waiting", None)
    assert (row.wishes["origin"], row.wishes["exercise"]) == ("sample", "wall-squat")


def test_what_was_guessed_is_put_right_in_a_dialog(records: Records) -> None:
    with records.writing(OWNER) as work:
        anna = add_person(work, PersonDetails("Anna")).id
        add_person(work, PersonDetails("Berta"))
    row = bring(records, name="squat.mp4")
    test = press(opened(), "Say whose it is")
    test.selectbox(key=f"edit-{row.id}-person").set_value(anna).run()
    test.button_group(key=f"edit-{row.id}-exercise").set_value("step-down").run()
    test.button_group(key=f"edit-{row.id}-leg").set_value("left").run()
    test.checkbox(key=f"edit-{row.id}-own-plan").uncheck().run()
    test.number_input(key=f"edit-{row.id}-reps").set_value(8).run()
    assert test.number_input(key=f"edit-{row.id}-capture-fps").value is None
    test.number_input(key=f"edit-{row.id}-capture-fps").set_value(240).run()
    test = press(test, "Save")
    assert not test.exception
    seen = look(records, row)
    said = wishes_of(seen)
    assert (seen.person_id, said.person_said) == (anna, True)
    assert (said.request.exercise, said.request.leg) == ("step-down", Side.LEFT)
    assert said.plan_said
    assert said.request.plan.reps == 8
    assert said.request.capture_fps == 240.0
    assert "Save" not in labels(test)


def test_a_video_is_nobodys_until_somebody_accepts_who_is_proposed(records: Records) -> None:
    with records.writing(OWNER) as work:
        anna = add_person(work, PersonDetails("Anna", number="17")).id
        add_person(work, PersonDetails("Berta"))
    row = bring(records, name="anna_squat.mp4")
    assert look(records, row).person_id is None
    test = opened()
    assert "Nobody’s yet. Anna · no. 17?" in words(test)
    test = press(test, "Yes, it is theirs")
    assert not test.exception
    assert look(records, row).person_id == anna


def test_nothing_is_asked_of_the_video_of_a_set(records: Records) -> None:
    with records.writing(OWNER) as work:
        person = add_person(work, PersonDetails("Anna")).id
    set_id = keep_set(records, person, "wall_squat_front", origin="live").id
    with records.writing(OWNER) as work:
        row = begin(work, Announced("kept.mp4", 8), Wishes(for_set=set_id), IntakeSettings())
        upload_path(work.files, row).write_bytes(b"pictures")
        note_received(work, row.id, 0, 8)
    complete(records, OWNER, row.id)
    assert "Change" not in labels(opened())
    fail(records)
    assert "Change" not in labels(opened())
    assert "Try again" in labels(opened())


def test_a_measured_set_is_put_right_as_a_correction(records: Records) -> None:
    with records.writing(OWNER) as work:
        anna = add_person(work, PersonDetails("Anna")).id
        add_person(work, PersonDetails("Berta"))
    row = bring(records)
    done(records)
    test = press(opened(), "Say whose it is")
    key = f"edit-{row.id}-set"
    test.selectbox(key=f"{key}-person").set_value(anna).run()
    test.button_group(key=f"{key}-exercise").set_value("squat").run()
    test = press(test, "Save")
    assert not test.exception
    set_id = look(records, row).set_id
    assert set_id is not None
    with records.reading(OWNER) as work:
        kept = get_set(work, set_id)
    assert (kept.person_id, kept.exercise) == (anna, "squat")
    assert kept.automatic["exercise"] == "step-down"


def test_a_client_sees_their_own_videos_and_no_choice_of_people(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    with records.writing(OWNER) as work:
        anna = add_person(work, PersonDetails("Anna")).id
        add_person(work, PersonDetails("Berta"))
    with records.reading(OWNER) as work:
        client = client_of(get_person(work, anna))
    mine = bring(records, b"mine", "mine.mp4", client)
    bring(records, b"others", "others.mp4")
    monkeypatch.setattr("formcheck.web.access.guard.who_sees_page", lambda: client)
    test = opened()
    assert "mine.mp4" in words(test)
    assert "others.mp4" not in words(test)
    assert "Berta" not in words(test)
    assert not test.selectbox
    test = press(test, "Change")
    assert not test.selectbox
    assert "Whose is it?" not in [box.label for box in test.selectbox]
    assert look(records, mine).person_id == anna


@pytest.mark.usefixtures("records")
def test_a_setting_that_means_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMCHECK_UPLOAD_MAX_BYTES", "lots")
    test = opened()
    assert not test.exception
    assert "FORMCHECK_UPLOAD_MAX_BYTES has a value that is not possible" in test.error[0].value.replace("\\", "")
