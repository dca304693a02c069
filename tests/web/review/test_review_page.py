"""Layer: the page *Review* in Streamlit's simulated browser, on records of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from formcheck.design.components import level_class
from formcheck.exercises.plan import Plan
from formcheck.intake.queue import Announced, begin
from formcheck.intake.settings import IntakeSettings
from formcheck.intake.states import UploadState
from formcheck.intake.wishes import Guess, Wishes
from formcheck.kinematics.analysis import SetMeasurement, measure_found
from formcheck.kinematics.find import FoundSet
from formcheck.kinematics.reps import RepTimes
from formcheck.moments import day_text
from formcheck.records.access import Actor
from formcheck.records.consents import answer_consent
from formcheck.records.notes import delete_note, notes_of_set, write_note
from formcheck.records.people import list_people
from formcheck.records.plans import prescribe
from formcheck.records.records import Records
from formcheck.records.reviewing import annotations_of, correct, corrections_of, reviewed_set
from formcheck.records.sets import get_set, give_to, say_pain
from formcheck.records.tables import ExerciseSet
from formcheck.report.document import assessment_document
from formcheck.report.document_kinds import DocumentKind
from formcheck.session.corrections import ExcludeRep
from formcheck.session.drawings import Drawing, DrawingKind
from formcheck.session.request import SetRequest
from formcheck.web.downloads.documents import make_document
from formcheck.web.downloads.routes import player_data
from formcheck.web.pages.review.page import apply_event
from formcheck.web.player.events import Drew, IncludedRep, MadeChange, PlayerEvent, RemovedDrawing, TookBack
from formcheck.web.shared.opened_set import open_set
from tests.records.kept import CLINICIAN, add_somebody, client_of, keep_set, measured

_TIMEOUT_S = 240.0
_PARTS = ("Results", "Corrections", "Notes and pain", "Documents", "Set-up and gaps", "History")


def _page() -> None:
    from formcheck.web.pages.review import page as review

    review.page()


def opened(monkeypatch: pytest.MonkeyPatch, records: Records, set_id: str | None, actor: Actor = CLINICIAN) -> AppTest:
    """Open the page as somebody."""
    monkeypatch.setattr("formcheck.web.pages.review.page.require_actor", lambda: actor)
    monkeypatch.setattr("formcheck.web.pages.review.meanwhile.require_actor", lambda: actor)
    monkeypatch.setattr("formcheck.web.pages.review.page.records_service", lambda: records)
    test = AppTest.from_function(_page, default_timeout=_TIMEOUT_S)
    if set_id is not None:
        test.query_params["set"] = set_id
    return test.run()


def said(test: AppTest) -> str:
    """Return everything that the page says in words."""
    parts = [*test.title, *test.header, *test.markdown, *test.caption, *test.info, *test.error, *test.warning]
    return "\n".join(part.value for part in parts)


def part(test: AppTest, name: str) -> AppTest:
    """Go to a part of the review."""
    (choice,) = [each for each in test.button_group if str(each.key).startswith("part-")]
    choice.set_value(name).run()
    assert not test.exception
    return test


def seen(records: Records, set_id: str) -> ExerciseSet:
    """Return a set as it is now."""
    with records.reading(CLINICIAN) as work:
        return get_set(work, set_id)


def bottom_s(rep: int = 0) -> float:
    """Return a time at the bottom of a rep."""
    return measured("wall_squat_side").complete_reps[rep].bottom_start_s


def did(records: Records, set_id: str, event: PlayerEvent) -> None:
    """Do what a reviewer does in the player."""
    apply_event(records, CLINICIAN, open_set(records, CLINICIAN, set_id), event)


def test_every_part_of_the_review_opens(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    row = keep_set(kept, add_somebody(kept).id)
    test = opened(monkeypatch, kept, row.id)
    assert not test.exception
    assert any(level_class("caution") in each.value for each in test.markdown)  # the level of the headline
    for name in _PARTS:
        part(test, name)


def test_csv_documents_are_offered_as_they_were_chosen(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    row = keep_set(kept, add_somebody(kept).id)
    test = part(opened(monkeypatch, kept, row.id), "Documents")

    def kinds() -> set[str]:
        return {urlsplit(each.proto.url).path.rsplit("/", 1)[-1] for each in test.get("link_button")}

    assert {"reps-csv", "frames-csv"} <= kinds()
    test.button_group(key="csv-dialect").set_value("excel-semicolon").run()
    assert not test.exception
    assert {"reps-csv-excel", "frames-csv-excel"} <= kinds()
    assert not {"reps-csv", "frames-csv"} & kinds()
    part(part(test, "Results"), "Documents")
    assert {"reps-csv-excel", "frames-csv-excel"} <= kinds()


def test_without_a_set_the_page_says_where_to_find_one(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    assert "No set is chosen" in said(opened(monkeypatch, kept, None))


@pytest.mark.parametrize("set_id", ["0" * 32, "../../etc/passwd", "", "' OR 1=1 --"])
def test_a_set_that_is_not_there_is_said_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, kept: Records, set_id: str
) -> None:
    test = opened(monkeypatch, kept, set_id)
    assert not test.exception
    assert [error.value for error in test.error] == ["There is no such set. Go back to the list and choose again."]


def test_a_client_cannot_open_somebody_elses_set(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    ann, beth = add_somebody(kept), add_somebody(kept, "Beth")
    row = keep_set(kept, beth.id)
    test = opened(monkeypatch, kept, row.id, client_of(ann))
    assert [error.value for error in test.error] == ["There is no such set. Go back to the list and choose again."]
    assert "Beth" not in said(test)


def test_a_client_sees_no_history_and_corrects_nothing(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    ann = add_somebody(kept)
    row = keep_set(kept, ann.id)
    test = opened(monkeypatch, kept, row.id, client_of(ann))
    (choice,) = [each for each in test.button_group if str(each.key).startswith("part-")]
    assert list(choice.options) == list(_PARTS[:-1])
    assert "Measure it as something else" not in said(part(test, "Corrections"))


def test_whose_set_it_is_is_said_with_a_new_name(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    row = keep_set(kept)
    test = opened(monkeypatch, kept, row.id)
    assert next(box.label for box in test.selectbox) == "Whose set is it?"
    with kept.writing(CLINICIAN) as work:
        from formcheck.web.shared.choose_person import person_chosen

        person_id = person_chosen(work, "Carl")
        assert person_chosen(work, person_id) == person_id
    with kept.reading(CLINICIAN) as work:
        assert [person.name for person in list_people(work)] == ["Carl"]


def test_whose_set_it_is_stands_there_to_be_changed(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    ann, beth = add_somebody(kept), add_somebody(kept, "Beth")
    row = keep_set(kept, ann.id)
    test = opened(monkeypatch, kept, row.id)
    whose = next(box for box in test.selectbox if box.label == "Whose set is it?")
    assert whose.value == ann.id
    whose.select(beth.id)
    test.button(key=f"place-{row.id}-save").click().run()
    assert seen(kept, row.id).person_id == beth.id


def test_that_a_person_was_guessed_is_said_until_somebody_says_whose_set_it_is(
    monkeypatch: pytest.MonkeyPatch, kept: Records
) -> None:
    ann, beth = add_somebody(kept), add_somebody(kept, "Beth")
    row = keep_set(kept, ann.id)
    guess = Guess(ann.id, "the name is in the file's name")
    with kept.writing(CLINICIAN) as work:
        upload = begin(work, Announced("ann.mp4", 8), Wishes(), IntakeSettings())
        upload.state, upload.set_id, upload.person_id = UploadState.DONE, row.id, ann.id
        upload.guesses = {"person_id": guess.document()}
    assert "was guessed: the name is in" in said(opened(monkeypatch, kept, row.id))
    assert "guessed" not in said(opened(monkeypatch, kept, row.id, client_of(ann)))
    with kept.writing(CLINICIAN) as work:
        give_to(work, row.id, beth.id)
    assert "guessed" not in said(opened(monkeypatch, kept, row.id))


@pytest.mark.parametrize(("clip", "view"), [("wall_squat_side", "side"), ("wall_squat_front", "front")])
def test_how_square_the_camera_is_is_told_from_the_view_it_has(
    monkeypatch: pytest.MonkeyPatch, kept: Records, clip: str, view: str
) -> None:
    row = keep_set(kept, add_somebody(kept).id, clip)
    words = said(part(opened(monkeypatch, kept, row.id), "Set-up and gaps"))
    found = re.search(rf"The camera is (\d+) ± \d+° off a true {view} view", words)
    assert found is not None
    assert int(found[1]) < 15


def test_the_history_has_the_notes_too(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    row = keep_set(kept, add_somebody(kept).id)
    other = keep_set(kept, add_somebody(kept, "Beth").id)
    with kept.writing(CLINICIAN) as work:
        delete_note(work, write_note(work, "Good depth", set_id=row.id, for_client=True).id)
        write_note(work, "Of another set", set_id=other.id, for_client=True)
    words = said(part(opened(monkeypatch, kept, row.id), "History"))
    assert "note deleted" in words
    assert words.count("note written") == 1


def test_both_values_stand_beside_each_other_after_a_correction(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    row = keep_set(kept, add_somebody(kept).id)
    correct(kept, CLINICIAN, row.id, ExcludeRep(bottom_s(), "stumbled"), row.version)
    test = opened(monkeypatch, kept, row.id)
    assert "Automatic and corrected" in [each.value for each in test.subheader]
    (table,) = test.table
    assert next(iter(table.value["Corrected"])) == "left out"
    assert "stumbled" in said(part(test, "Corrections"))


def test_taking_back_on_the_page_restores_the_automatic_result(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    row = keep_set(kept, add_somebody(kept).id)
    correct(kept, CLINICIAN, row.id, ExcludeRep(bottom_s()), row.version)
    with kept.reading(CLINICIAN) as work:
        (stored,) = corrections_of(work, row.id)
    test = part(opened(monkeypatch, kept, row.id), "Corrections")
    test.button(key=f"undo-{stored.id}").click().run()
    assert not test.exception
    assert seen(kept, row.id).corrected is None


def test_a_set_is_measured_as_another_exercise_on_the_page(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    row = keep_set(kept, add_somebody(kept).id)
    test = part(opened(monkeypatch, kept, row.id), "Corrections")
    test.selectbox(key=f"as-exercise-{row.id}").select("squat")
    test.button(key=f"FormSubmitter:measure-as-{row.id}-Measure again").click().run()
    assert not test.exception
    assert seen(kept, row.id).exercise == "squat"


def test_notes_and_pain_are_kept(monkeypatch: pytest.MonkeyPatch, kept: Records) -> None:
    row = keep_set(kept, add_somebody(kept).id)
    test = part(opened(monkeypatch, kept, row.id), "Notes and pain")
    test.number_input(key=f"pain_after-{row.id}").set_value(3)
    test.button(key=f"FormSubmitter:pain-{row.id}-Save").click().run()
    test.text_area(key=f"note-text-set-{row.id}").input("Good depth")
    test.button(key=f"FormSubmitter:note-new-set-{row.id}-Save the note").click().run()
    assert seen(kept, row.id).pain_after == 3
    with kept.reading(CLINICIAN) as work:
        assert [note.text for note in notes_of_set(work, row.id)] == ["Good depth"]


def test_documents_tell_what_was_answered_later_and_who_wrote_which_note(kept: Records) -> None:
    row = keep_set(kept, add_somebody(kept, "Cora").id)
    with kept.writing(CLINICIAN) as work:
        say_pain(work, row.id, {"pain_before": 1, "pain_after": 1, "pain_next_morning": 6}, swelling=True)
        write_note(work, "Heels down.", set_id=row.id, for_client=True)
    with kept.writing(replace(CLINICIAN, name="Dr. Other")) as work:
        write_note(work, "Slower.", set_id=row.id, for_client=True)
    made = make_document(kept, CLINICIAN, row.id, DocumentKind.REVIEW_JSON)
    client = json.loads(made.path.read_text(encoding="utf-8"))["client"]
    assert (client["pain_next_morning"], client["pain_after_hour"], client["swelling"]) == (6, None, True)
    assert set(client["note"].split("\n\n")) == {"Dr. Example: Heels down.", "Dr. Other: Slower."}
    assert client["clinician"] is None


def test_a_set_without_its_video_says_that_consent_to_it_was_refused(
    monkeypatch: pytest.MonkeyPatch, kept: Records
) -> None:
    person = add_somebody(kept, "Cora").id
    row = keep_set(kept, person)
    with kept.writing(CLINICIAN) as work:
        answer_consent(work, person, "video", "no")
    text = said(opened(monkeypatch, kept, row.id))
    assert "The video was not kept: consent to keeping videos was refused, so there are no pictures." in text


def test_documents_of_a_set_that_hurt_say_that_the_plan_was_made_since(kept: Records) -> None:
    person = add_somebody(kept, "Cora").id
    row = keep_set(kept, person)
    with kept.writing(CLINICIAN) as work:
        say_pain(work, row.id, {"pain_during": 7, "pain_next_morning": 6})
        assert kept.now() - row.done_at > timedelta(days=1)
    text = make_document(kept, CLINICIAN, row.id, DocumentKind.CLIENT_HTML).path.read_text(encoding="utf-8")
    assert "do less next time" in text
    with kept.writing(CLINICIAN) as work:
        plan = prescribe(work, person, SetRequest("wall-squat", plan=Plan(reps=4)), 1.0)
        day = day_text(plan.from_at.astimezone().date())
    text = make_document(kept, CLINICIAN, row.id, DocumentKind.CLIENT_HTML).path.read_text(encoding="utf-8")
    assert "do less next time" not in text
    assert f"Your clinician planned this after that set ({day})." in text


def test_documents_say_what_changed_since_the_set_before(kept: Records) -> None:
    person = add_somebody(kept, "Cora").id
    first = keep_set(kept, person)
    other = keep_set(kept, person, "wall_squat_front", done_at=first.done_at + timedelta(days=3))
    second = keep_set(kept, person, done_at=first.done_at + timedelta(days=9))
    day = day_text(first.done_at.astimezone().date())
    for kind in (DocumentKind.CLIENT_HTML, DocumentKind.CLINICAL_HTML):
        text = make_document(kept, CLINICIAN, second.id, kind).path.read_text(encoding="utf-8")
        assert f"No change since {day} that a camera can tell." in text
    for without in (first, other):
        text = make_document(kept, CLINICIAN, without.id, DocumentKind.CLIENT_HTML).path.read_text(encoding="utf-8")
        assert "Compared with last time" not in text


def test_what_is_done_in_the_player_is_done_to_the_records(kept: Records) -> None:
    row = keep_set(kept, add_somebody(kept).id)
    did(kept, row.id, MadeChange(ExcludeRep(bottom_s())))
    assert seen(kept, row.id).corrected is not None
    rep = measured("wall_squat_side").complete_reps[0]
    did(kept, row.id, IncludedRep(at_s=(rep.start_s + rep.bottom_start_s) / 2))
    assert seen(kept, row.id).corrected is None
    did(kept, row.id, Drew(Drawing(DrawingKind.TEXT, 1.0, ((10.0, 20.0),), "look")))
    with kept.reading(CLINICIAN) as work:
        (drawn,) = annotations_of(work, row.id)
    did(kept, row.id, RemovedDrawing(id=drawn.id))
    did(kept, row.id, MadeChange(ExcludeRep(bottom_s(1))))
    with kept.reading(CLINICIAN) as work:
        assert annotations_of(work, row.id) == []
        (stored,) = corrections_of(work, row.id)
    did(kept, row.id, TookBack(id=stored.id))
    assert seen(kept, row.id).corrected is None


def test_a_correction_is_measured_once(kept: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    row = keep_set(kept, add_somebody(kept).id)
    open_set(kept, CLINICIAN, row.id)
    measured_sets: list[FoundSet] = []

    def counted(found: FoundSet, reps: Sequence[RepTimes] | None = None) -> SetMeasurement:
        measured_sets.append(found)
        return measure_found(found, reps)

    for module in ("recorded", "corrected"):
        monkeypatch.setattr(f"formcheck.session.{module}.measure_found", counted)
    did(kept, row.id, MadeChange(ExcludeRep(bottom_s())))
    after = open_set(kept, CLINICIAN, row.id)
    assert len(measured_sets) == 1
    assert after.row.version == 2
    assert after.reviewed.corrected is not None
    with kept.reading(CLINICIAN) as work:
        again = reviewed_set(work, row.id)
    assert again.corrected is not None
    assert assessment_document(after.reviewed.corrected) == assessment_document(again.corrected)
    assert assessment_document(after.reviewed.automatic) == assessment_document(again.automatic)
    measured_sets.clear()
    (stored,) = after.corrections
    did(kept, row.id, TookBack(id=stored.id))
    assert open_set(kept, CLINICIAN, row.id).reviewed.corrected is None
    assert measured_sets == []


def test_what_cannot_be_read_of_a_drawing_does_not_hide_the_set(kept: Records) -> None:
    from formcheck.records.reviewing import annotate

    row = keep_set(kept)
    with kept.writing(CLINICIAN) as work:
        annotate(work, row.id, 1.0, {"kind": "spiral"})
        annotate(work, row.id, 1.0, {"kind": "text", "points_px": [[1, 2]], "text": "fine"})
    content = player_data(kept, CLINICIAN, row.id)
    assert b"fine" in content
    assert b"spiral" not in content
