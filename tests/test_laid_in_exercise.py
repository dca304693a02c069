"""A made-up exercise that is laid into the catalogue works everywhere: commands, upload, live, review, documents."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from formcheck.errors import RubricError
from formcheck.exercises.catalogue.exercise import exercise_title, exercises
from formcheck.exercises.catalogue.folders import EXERCISES_VARIABLE, exercise_folders
from formcheck.exercises.catalogue.guide import guide_of
from formcheck.exercises.plan import Plan
from formcheck.exercises.toml_model import InvalidRubricError
from formcheck.history.ladder import next_rung, previous_rung, rung_of
from formcheck.intake.analysis import decide
from formcheck.intake.guesses import guess_by_name
from formcheck.intake.queue import Announced, begin
from formcheck.intake.settings import IntakeSettings
from formcheck.intake.wishes import Wishes
from formcheck.pose.store import save_track
from formcheck.records.access import SYSTEM
from formcheck.records.plans import current_plan, prescribe
from formcheck.records.records import Records
from formcheck.records.reviewing import correct
from formcheck.records.sets import NewSet, add_set, get_set, keep_track
from formcheck.records.settings import RecordsSettings
from formcheck.records.tables import ExerciseSet
from formcheck.report.document_kinds import DocumentKind
from formcheck.report.safety import safety_texts
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest
from formcheck.web.downloads.documents import make_document
from formcheck.web.pages.videos.listing import facts
from formcheck.web.shared.opened_set import open_set
from formcheck.web.shared.set_settings import link_query, read_link, usual_set
from formcheck.web.shared.stored_words import stored_plan_in_words
from tests.records.kept import CLINICIAN, DONE_AT, add_somebody
from tests.sample_tracks import sample_track
from tests.web.live.test_real_engine import BEGAN_MS, real_server
from tests.web.live.world import HERE, World, frame, jpeg
from tests.web.live.world import begin as begin_set

NAME, TITLE, NOTE = "heel-squat", "Squat on raised heels", "For squats on raised heels, use a board that does not slip."
CLIP = "wall_squat_front"
_TIMEOUT_S = 240.0


@pytest.fixture
def laid_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lay a folder of exercises in, with one that nothing else of the program has ever heard of."""
    folder = tmp_path / "exercises" / NAME
    shutil.copytree(str(exercise_folders()["squat"]), folder)
    rubric, exercise = folder / "rubric.toml", folder / "exercise.toml"
    text = rubric.read_text(encoding="utf-8").replace('exercise = "squat"', f'exercise = "{NAME}"')
    rubric.write_text(text.replace('name = "Squat"', f'name = "{TITLE}"').replace("SQ-", "HS-"), encoding="utf-8")
    exercise.write_text(
        'schema = "formcheck.exercise/1"\nplace = 90\nsaid_as = ["heel squat"]\nalso_called = ["wedge-squat"]\n'
        f'safety = ["{NOTE}"]\n[set]\nreps = 4\nhold_s = 0.0\ntarget_depth_deg = 50.0\n'
        '[ladder]\neasier = "wall-squat"\n[[ladder.level]]\nid = "H1"\ntitle = "raised heels to 50°"\n'
        "target_depth_deg = 50.0\n",
        encoding="utf-8",
    )
    monkeypatch.setenv(EXERCISES_VARIABLE, str(folder.parent))
    return folder


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    records = Records(RecordsSettings(home=tmp_path / "home"))
    yield records
    records.close()


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.close()


def keep(records: Records, person_id: str) -> ExerciseSet:
    track = sample_track(CLIP)
    new = NewSet(
        measured_as=SetRequest(NAME),
        assessment=assess(track, SetRequest(NAME)),
        track=keep_track(records.files, track),
        origin="upload",
        name=f"{CLIP}.mp4",
        done_at=DONE_AT,
        person_id=person_id,
    )
    with records.writing(CLINICIAN) as work:
        return add_set(work, new)


def command(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "formcheck", *arguments], capture_output=True, text=True, env=os.environ, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.usefixtures("laid_in")
def test_the_command_line_lists_shows_and_measures_it(tmp_path: Path) -> None:
    assert f"{NAME} " in command("exercises", "list")
    assert "HS-F1" in command("exercises", "show", NAME)
    track = tmp_path / "set.npz"
    save_track(sample_track(CLIP), track)
    command("analyze", str(track), "--exercise", NAME, "--out", str(tmp_path / "out"), "--no-video")
    document = json.loads((tmp_path / "out" / "set.json").read_text(encoding="utf-8"))
    assert (document["exercise"], document["exercise_name"], len(document["reps"])) == (NAME, TITLE, 3)
    assert NOTE in (tmp_path / "out" / "set.html").read_text(encoding="utf-8")


@pytest.mark.usefixtures("laid_in")
def test_an_upload_is_known_by_its_name_and_decided(records: Records) -> None:
    settings = IntakeSettings()
    with records.writing(CLINICIAN) as work:
        row = begin(work, Announced("Ann heel squats.mp4", 1000), Wishes(), settings)
        guess_by_name(work, row)
    with records.writing(SYSTEM) as work:
        row = work.session.merge(row)
        assert decide(work, row, sample_track(CLIP), None).measured_as.exercise == NAME
        assert TITLE in [fact.said for fact in facts(row, {}, lambda moment: f"{moment:%Y}")]
        assert Wishes.from_document(Wishes(SetRequest(NAME)).document()).request.exercise == NAME


@pytest.mark.usefixtures("laid_in")
def test_a_live_set_of_it_is_chosen_by_a_link_and_counted(world: World) -> None:
    link = read_link(parse_qs(link_query(usual_set(NAME)))).request
    assert link == usual_set(NAME)
    assert (link.plan.reps, link.plan.target_depth_deg) == (4, 50.0)
    track, picture = sample_track(CLIP), jpeg(128, 72)
    registry, client, address = real_server(world, track)
    with client.websocket_connect(address, headers=HERE) as socket:
        ready = begin_set(socket, exercise=NAME, hold_s=None, width=1280, height=720)
        assert ready["exercise_name"] == TITLE
        for t_s in track.t_s:
            socket.send_bytes(frame(BEGAN_MS + 1000 * float(t_s), picture))
            socket.receive_json()
        socket.send_json({"type": "finish"})
        assert socket.receive_json()["reps"] == 3
    finished = registry.finished_set(ready["set_id"], "somebody")
    assert finished is not None
    assert finished.assessment.exercise == NAME


def _review() -> None:
    from formcheck.web.pages.review import page as review

    review.page()


def _guidance() -> None:
    from formcheck.web.pages.guidance.page import page

    page()


@pytest.mark.usefixtures("laid_in")
def test_a_set_of_it_is_reviewed_and_one_is_made_one(monkeypatch: pytest.MonkeyPatch, records: Records) -> None:
    row = keep(records, add_somebody(records).id)
    monkeypatch.setattr("formcheck.web.pages.review.page.require_actor", lambda: CLINICIAN)
    monkeypatch.setattr("formcheck.web.pages.review.meanwhile.require_actor", lambda: CLINICIAN)
    monkeypatch.setattr("formcheck.web.pages.review.page.records_service", lambda: records)
    page = AppTest.from_function(_review, default_timeout=_TIMEOUT_S)
    page.query_params["set"] = row.id
    page.run()
    assert not page.exception
    (parts,) = [each for each in page.button_group if str(each.key).startswith("part-")]
    parts.set_value("Corrections").run()
    assert not page.exception
    (choice,) = [each for each in page.selectbox if each.label == "Exercise"]
    assert TITLE in choice.options
    correct(records, CLINICIAN, row.id, SetRequest("squat"), version=row.version)
    with records.reading(CLINICIAN) as work:
        version = get_set(work, row.id).version
    correct(records, CLINICIAN, row.id, SetRequest(NAME), version=version)
    assert open_set(records, CLINICIAN, row.id).reviewed.current.exercise == NAME


@pytest.mark.usefixtures("laid_in")
@pytest.mark.parametrize("kind", [kind for kind in DocumentKind if not kind.needs_video])
def test_every_document_of_it_is_made(kind: DocumentKind, records: Records) -> None:
    row = keep(records, add_somebody(records).id)
    made = make_document(records, CLINICIAN, row.id, kind)
    assert made.path.stat().st_size > 0
    if kind in (DocumentKind.CLINICAL_HTML, DocumentKind.CLIENT_HTML):
        assert TITLE in made.path.read_text(encoding="utf-8")


@pytest.mark.usefixtures("laid_in")
def test_it_is_prescribed_told_of_and_on_the_ladder(records: Records) -> None:
    person = add_somebody(records)
    with records.writing(CLINICIAN) as work:
        prescribe(work, person.id, SetRequest(NAME, plan=Plan(target_depth_deg=50.0, reps=4)))
        stored = current_plan(work, person.id, NAME, None)
        assert stored is not None
        assert stored_plan_in_words(stored).startswith(TITLE)
    page = AppTest.from_function(_guidance, default_timeout=_TIMEOUT_S)
    page.query_params["topic"] = NAME
    page.run()
    assert not page.exception
    assert page.header[0].value == TITLE
    plan = Plan(target_depth_deg=50.0)
    level, easier = rung_of(NAME, plan), previous_rung(NAME, plan)
    assert level is not None
    assert easier is not None
    assert (level.id, easier.id, next_rung(NAME, plan)) == ("H1", "W4", None)
    assert NOTE in safety_texts(NAME)
    assert NOTE not in safety_texts("squat")


def test_a_set_of_an_exercise_that_was_taken_out_again_keeps_its_name(
    laid_in: Path, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert exercise_title(NAME) == TITLE
    row = keep(records, add_somebody(records).id)
    monkeypatch.delenv(EXERCISES_VARIABLE)
    assert laid_in.is_dir()
    assert NAME not in exercises()
    assert exercise_title(NAME) == NAME
    assert row.exercise == NAME


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("exercise.toml", "place = 90", 'place = "last"', "heel-squat/exercise.toml, line 2: `place` must be a number"),
        ("exercise.toml", '"heel squat"', '"Heel squat"', "line 3: “Heel squat” must be in small letters"),
        ("exercise.toml", "[set]", 'looks = "odd"\n[set]', "line 6: unknown looks `odd`"),
        ("exercise.toml", '"wall-squat"', '"wal-squat"', "`easier` names `wal-squat`, which is no exercise"),
        ("exercise.toml", '"H1"', '"W1"', "the level `W1` is one of wall-squat already"),
        ("rubric.toml", f'exercise = "{NAME}"', 'exercise = "other"', "is for `other`"),
    ],
)
def test_what_is_wrong_with_a_folder_is_said(laid_in: Path, file: str, old: str, new: str, problem: str) -> None:
    path = laid_in / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RubricError) as caught:
        exercises()
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("part", "problem"),
    [
        ("<script>alert(1)</script>", "holds more than shapes and words"),
        ('<path d="M0 0" onload="x()"/>', "holds more than shapes and words"),
        ('<path d="M0 0" fill="url(http://x)"/>', "holds more than shapes and words"),
        ("<path", "is no drawing"),
    ],
)
def test_a_drawing_that_is_more_than_one_is_refused(laid_in: Path, part: str, problem: str) -> None:
    path = laid_in / "figures" / "side.svg"
    path.write_text(path.read_text(encoding="utf-8").replace("</svg>", f"{part}</svg>"), encoding="utf-8")
    with pytest.raises(InvalidRubricError, match=problem):
        guide_of(NAME)


@pytest.mark.parametrize("name", ["Heel", "wall-squat", "a_b"])
def test_a_folder_with_a_name_that_is_taken_or_unfit_is_refused(laid_in: Path, name: str) -> None:
    laid_in.rename(laid_in.with_name(name))
    with pytest.raises(RubricError, match=name):
        exercises()


def test_a_folder_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(EXERCISES_VARIABLE, "/nowhere/exercises")
    with pytest.raises(RubricError, match="/nowhere/exercises is no folder"):
        exercises()
