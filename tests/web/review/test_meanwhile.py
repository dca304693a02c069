"""Layer: the page *Review* in Streamlit's simulated browser, on a set that another changes or removes meanwhile."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from formcheck.records.access import ConflictError
from formcheck.records.notes import edit_note, notes_of_set, write_note
from formcheck.records.records import Records
from formcheck.records.reviewing import correct, cut_apart, others_of_recording, place_set
from formcheck.records.sets import delete_set, get_set
from formcheck.session.corrections import ExcludeRep
from formcheck.session.drawings import Drawing, DrawingKind
from formcheck.session.within import Within
from formcheck.web.downloads.routes import player_data
from formcheck.web.player.events import (
    CutApart,
    Drew,
    MadeChange,
    PlayerEvent,
    PutBack,
    RemovedDrawing,
    RestoredDrawing,
    TookBack,
)
from formcheck.web.shared.opened_set import open_set
from tests.records.kept import CLINICIAN, add_somebody, keep_set
from tests.records.test_reviewing_anew import keep_both_legs

from .test_review_page import bottom_s, did, opened, part, seen
from .test_review_page import said as said_in_markdown

OTHER = replace(CLINICIAN, id="d" * 32, name="Dr. Other")


def reporting(monkeypatch: pytest.MonkeyPatch, *events: PlayerEvent) -> None:
    """Let the player report something in each of the next runs of the page."""
    waiting = list(events)
    monkeypatch.setattr(
        "formcheck.web.pages.review.page.show_player_of", lambda *_: waiting.pop(0) if waiting else None
    )


def said(test: AppTest) -> str:
    """Return everything that the page says, as it is read."""
    return said_in_markdown(test).replace("\\", "")


def test_what_was_not_seen_is_not_corrected_and_the_change_is_kept(
    monkeypatch: pytest.MonkeyPatch, kept: Records
) -> None:
    row = keep_set(kept, add_somebody(kept).id)
    test = opened(monkeypatch, kept, row.id)
    correct(kept, OTHER, row.id, ExcludeRep(bottom_s(1)), 1)
    reporting(monkeypatch, MadeChange(ExcludeRep(bottom_s())))
    test.run()
    assert not test.exception
    assert "This set was changed while you had it open" in said(test)
    assert "Dr. Other" in said(test)
    assert "is kept, and was not made yet" in said(test)
    assert seen(kept, row.id).version == 2
    test.button(key="review-held-yes").click().run()
    assert seen(kept, row.id).version == 3
    assert "while you had it open" not in said(test)
    assert "is kept, and was not made yet" not in said(test)


def test_what_was_held_back_can_be_dropped(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    row = keep_set(kept)
    test = opened(monkeypatch, kept, row.id)
    correct(kept, OTHER, row.id, ExcludeRep(bottom_s(1)), 1)
    reporting(monkeypatch, MadeChange(ExcludeRep(bottom_s())))
    test.run()
    test.button(key="review-held-no").click().run()
    assert "is kept, and was not made yet" not in said(test)
    assert seen(kept, row.id).version == 2


def test_one_s_own_changes_are_no_surprise(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    row = keep_set(kept)
    test = opened(monkeypatch, kept, row.id)
    reporting(monkeypatch, MadeChange(ExcludeRep(bottom_s())), MadeChange(ExcludeRep(bottom_s(1))))
    test.run()
    assert not test.exception
    assert seen(kept, row.id).version == 3
    assert "while you had it open" not in said(test)


def test_a_set_that_was_removed_says_so_and_gives_back_what_was_typed(
    monkeypatch: pytest.MonkeyPatch, kept: Records
) -> None:
    row = keep_set(kept)
    test = part(opened(monkeypatch, kept, row.id), "Notes and pain")
    test.text_area(key=f"note-text-set-{row.id}").input("Good depth, heel lifts at the end")
    with kept.writing(OTHER) as work:
        delete_set(work, row.id)
    test.button(key=f"FormSubmitter:note-new-set-{row.id}-Save the note").click().run()
    assert not test.exception
    assert "This set was removed while you had it open" in said(test)
    assert "Dr. Other" in said(test)
    (draft,) = test.text_area
    assert draft.value == "Good depth, heel lifts at the end"


def test_a_note_is_edited_and_its_history_is_there(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    row = keep_set(kept, add_somebody(kept).id)
    with kept.writing(CLINICIAN) as work:
        note = write_note(work, "Left knee hurts.", set_id=row.id, for_client=False)
    test = part(opened(monkeypatch, kept, row.id), "Notes and pain")
    key = f"note-edit-set-{row.id}-{note.id}"
    test.text_area(key=f"{key}-text-1").input("Right knee hurts.")
    test.button(key=f"FormSubmitter:{key}-Save the note").click().run()
    assert not test.exception
    with kept.reading(CLINICIAN) as work:
        assert [each.text for each in notes_of_set(work, row.id)] == ["Right knee hurts."]
    assert "Left knee hurts." in said(test)
    assert ", edited" in said(test)
    with kept.writing(OTHER) as work:
        edit_note(work, note.id, "Both knees hurt.", for_client=False, version=2)
    test.text_area(key=f"{key}-text-2").input("Neither knee hurts.")
    test.button(key=f"FormSubmitter:{key}-Save the note").click().run()
    with kept.reading(CLINICIAN) as work:
        assert [each.text for each in notes_of_set(work, row.id)] == ["Both knees hurt."]


def test_what_is_taken_back_in_the_player_is_put_back_there(kept: Records) -> None:
    row = keep_set(kept)
    did(kept, row.id, MadeChange(ExcludeRep(bottom_s())))
    did(kept, row.id, Drew(Drawing(DrawingKind.TEXT, 1.0, ((10.0, 20.0),), "look")))
    now = json.loads(player_data(kept, CLINICIAN, row.id))
    correction, drawn = now["corrections"][0]["id"], now["annotations"][0]["id"]
    did(kept, row.id, TookBack(id=correction))
    did(kept, row.id, RemovedDrawing(id=drawn))
    back = json.loads(player_data(kept, CLINICIAN, row.id))
    assert (back["corrections"], back["annotations"]) == ([], [])
    assert {(each["kind"], each["id"], each["taken_back_by"]) for each in back["taken_back"]} == {
        ("put-back", correction, CLINICIAN.name),
        ("restore-annotation", drawn, CLINICIAN.name),
    }
    did(kept, row.id, PutBack(id=correction))
    did(kept, row.id, RestoredDrawing(id=drawn))
    again = json.loads(player_data(kept, CLINICIAN, row.id))
    assert [each["id"] for each in again["corrections"] + again["annotations"]] == [correction, drawn]
    assert again["taken_back"] == []


def test_a_set_is_cut_in_the_player_and_both_name_each_other(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    row = keep_both_legs(kept, add_somebody(kept).id)
    did(kept, row.id, CutApart(at_s=16.5))
    test = opened(monkeypatch, kept, row.id)
    assert "This video holds 2 sets. This is left leg, front, until 0:16." in said(test)
    with kept.reading(CLINICIAN) as work:
        (other,) = others_of_recording(work, row.id)
    assert f"[Right leg, front, from 0:16](/review?set={other.id})" in said(test)
    place_set(kept, CLINICIAN, other.id, person_id=add_somebody(kept, "Beth").id)
    test = opened(monkeypatch, kept, row.id)
    assert f"[Right leg, front, from 0:16 · Beth · born 1980](/review?set={other.id})" in said(test)


def test_the_player_shows_all_of_a_recording_whose_set_is_a_part(kept: Records) -> None:
    row = keep_both_legs(kept)
    whole = json.loads(player_data(kept, CLINICIAN, row.id))
    assert whole["within"] is None
    did(kept, row.id, MadeChange(Within(None, 16.5)))
    part_of_it = json.loads(player_data(kept, CLINICIAN, row.id))
    assert part_of_it["time"] == whole["time"]
    assert part_of_it["within"]["end_s"] == 16.5
    assert [rep["leg"] for rep in part_of_it["reps"]] == ["left"] * 3
    for plot in part_of_it["plots"]:
        assert all(len(line["values"]) == len(whole["time"]["values"]) for line in plot["lines"])
    assert len(part_of_it["automatic_reps"]) == 3  # the other leg's, which are there no more


def test_who_saw_it_before_another_cut_it_is_told(kept: Records) -> None:
    row = keep_both_legs(kept)
    cut_apart(kept, OTHER, row.id, 16.5, 1)
    with kept.reading(CLINICIAN) as work:
        assert get_set(work, row.id).version == 2
    with pytest.raises(ConflictError):
        cut_apart(kept, CLINICIAN, row.id, 16.5, 1)


def _watched(*what: object) -> None:
    from formcheck.web.pages.review.meanwhile import watch

    watch(*what)  # type: ignore[arg-type]


def test_a_tab_that_is_only_looked_at_notices_too(kept: Records) -> None:
    row = keep_set(kept)
    before = open_set(kept, CLINICIAN, row.id)
    test = AppTest.from_function(_watched, args=(kept, before)).run()
    test.run()
    assert list(test.warning) == []
    correct(kept, OTHER, row.id, ExcludeRep(bottom_s()), 1)
    test.run()
    (told,) = test.warning
    assert "was changed" in told.value
    assert "Dr\\. Other" in told.value
    assert [each.label for each in test.button] == ["Show it as it is now"]
    place_set(kept, OTHER, row.id, person_id=add_somebody(kept, "Beth").id)
    test.run()
    assert "It is now **Beth · born 1980**’s." in test.warning[0].value
    with kept.writing(OTHER) as work:
        delete_set(work, row.id)
    test.run()
    (gone,) = test.warning
    assert "was removed" in gone.value
