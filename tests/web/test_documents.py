"""Layer: documents about people and sets as a browser asks for them, read back by a PDF reader that is not ours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader

from formcheck.exercises.plan import Plan
from formcheck.moments import day_text
from formcheck.records.access import NotFoundError
from formcheck.records.audit import audit_log
from formcheck.records.clinic import ClinicDetails, Signs, change_clinic, change_logo, change_signature, keep_logo
from formcheck.records.consents import answer_consent, consents_of_person, withdraw
from formcheck.records.people import get_person
from formcheck.records.plans import prescribe
from formcheck.records.records import Records
from formcheck.records.sets import get_set, say_pain
from formcheck.records.settings import RecordsSettings
from formcheck.records.soap import write_soap
from formcheck.report.document_kinds import DocumentKind
from formcheck.report.letterhead import Paper
from formcheck.report.soap import SoapText
from formcheck.session.request import SetRequest
from formcheck.web.downloads.documents import make_document
from formcheck.web.downloads.made_file import MadeFile
from formcheck.web.downloads.record_document import make_record
from formcheck.web.downloads.routes import Printing
from formcheck.web.pages.compare.document import make_comparison
from formcheck.web.pages.progress.document import make_progress
from tests.records.examples import ROBIN, Example, add_example
from tests.records.kept import CLINICIAN, DONE_AT, add_somebody, client_of, keep_set
from tests.report.reviews import text_of
from tests.report.test_letterhead import picture, sizes_of

BERLIN = ZoneInfo("Europe/Berlin")
HOSTILE = '<script>alert(1)</script> #panic("x") *b* مرحبا 😀 ' + "N" * 150
POINTS = {Paper.A4: (595, 842), Paper.LETTER: (612, 792)}


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Records]:
    """Give records of a clinic with a letterhead on Letter; on one kind of database, as documents are the same."""
    records = Records(RecordsSettings(home=tmp_path))
    with records.writing(CLINICIAN) as work:
        change_clinic(work, ClinicDetails("Knee & Hip Clinic", "1 High Street", Paper.LETTER))
        change_signature(work, Signs("Dr. E. Example", "PT 12"))
        change_logo(work, keep_logo(records.files, picture()))
    yield records
    records.close()


def taken(made: MadeFile) -> bytes:
    content = made.path.read_bytes()
    made.path.unlink()
    return content


def test_the_clinical_report_has_letterhead_note_and_signature(kept: Records) -> None:
    person = add_somebody(kept)
    row = keep_set(kept, person.id)
    with kept.writing(CLINICIAN) as work:
        write_soap(work, row.id, SoapText("Hurts less.", "80°", "Better.", "Go on."), 0)
    pdf = taken(make_document(kept, CLINICIAN, row.id, DocumentKind.CLINICAL_PDF))
    assert sizes_of(pdf) == {POINTS[Paper.LETTER]}
    told = text_of(pdf)
    for words in ("Knee & Hip Clinic", "Hurts less.", "Version 1, by Dr. Example", "Dr. E. Example, PT 12", "Date"):
        assert words in told
    with kept.writing(CLINICIAN) as work:
        write_soap(work, row.id, SoapText("Hurts less.", "80°", "Better.", "Go on."), 1, sign=True)
    signed = text_of(taken(make_document(kept, CLINICIAN, row.id, DocumentKind.CLINICAL_PDF, Paper.A4)))
    assert "Signed: Dr. E. Example, PT 12" in signed
    assert "changed after" not in signed
    with kept.writing(CLINICIAN) as work:
        say_pain(work, row.id, {"pain_after": 4}, swelling=None)
    later = text_of(taken(make_document(kept, CLINICIAN, row.id, DocumentKind.CLINICAL_PDF)))
    assert "The set was changed after this was written." in later


def test_a_client_gets_no_clinical_note_and_signs_nothing(kept: Records) -> None:
    person = add_somebody(kept)
    row = keep_set(kept, person.id)
    with kept.writing(CLINICIAN) as work:
        write_soap(work, row.id, SoapText("Between us."), 0)
    for kind in (DocumentKind.CLINICAL_PDF, DocumentKind.CLIENT_PDF):
        told = text_of(taken(make_document(kept, client_of(person), row.id, kind)))
        assert "Knee & Hip Clinic" in told
        assert "Between us." not in told
        assert "Date" not in told


@pytest.mark.parametrize("paper", list(Paper))
def test_a_comparison_is_printed_as_it_is_shown(kept: Records, paper: Paper) -> None:
    person = add_somebody(kept)
    first = keep_set(kept, person.id)
    second = keep_set(kept, person.id, done_at=DONE_AT + timedelta(days=30))
    made = make_comparison(kept, CLINICIAN, first.id, second.id, "BEFORE_AFTER", Printing(paper, BERLIN))
    pdf = taken(made)
    told = text_of(pdf)
    assert sizes_of(pdf) == {POINTS[paper]}
    for words in ("Comparison", "Ann", "No detectable change", "3 March 2026, 10:30", "2 April 2026", "Dr. E. Example"):
        assert words in told
    assert made.name.endswith(".comparison.pdf")
    with kept.reading(CLINICIAN) as work:
        assert audit_log(work, person_id=person.id)[0].action == "set.compared"


def test_sets_of_two_people_are_never_compared(kept: Records) -> None:
    one, other = (keep_set(kept, add_somebody(kept, name).id) for name in ("Ann", "Ben"))
    for pair in (
        (one.id, other.id, "BEFORE_AFTER"),
        (one.id, one.id, "ANYTHING"),
        (keep_set(kept).id,) * 2 + ("LEFT_RIGHT",),
    ):
        with pytest.raises(NotFoundError):
            make_comparison(kept, CLINICIAN, *pair, Printing(None, UTC))


@pytest.mark.parametrize("days", [0, 1, 5])
def test_progress_is_printed_with_one_day_and_with_many(kept: Records, days: int) -> None:
    person = add_somebody(kept)
    with kept.writing(CLINICIAN) as work:
        prescribe(work, person.id, SetRequest("wall-squat", plan=Plan(reps=10)), 1.0)
    for day in range(days + 1):
        row = keep_set(kept, person.id, done_at=DONE_AT + timedelta(days=7 * day))
        with kept.writing(CLINICIAN) as work:
            say_pain(work, row.id, {"pain_during": 3}, swelling=None)
    pdf = taken(make_progress(kept, CLINICIAN, person.id, "wall-squat", Printing(None, BERLIN)))
    told = text_of(pdf)
    assert sizes_of(pdf) == {POINTS[Paper.LETTER]}
    for words in ("Progress: Wall squat", "Ann", "10 reps", "Pain, 0 to 10", "the first set", "Dr. E. Example"):
        assert words in told
    assert ("One day so far" in told) is (days == 0)
    assert ("Over time" in told) is (days > 0)
    # What holds for every row is said once: the caveat under the table, the day in its head.
    assert told.count("measuring again") == (1 if days else 0)
    table = told.split("What became of each measure")[1].split("Over time")[0].split("Pain, 0 to 10")[0]
    assert table.count(day_text(DONE_AT.date())) == 1
    with pytest.raises(NotFoundError):
        make_progress(kept, CLINICIAN, person.id, "step-down", Printing(None, BERLIN))
    others = client_of(add_somebody(kept, "Ben"))
    with pytest.raises(NotFoundError):
        make_progress(kept, others, person.id, "wall-squat", Printing(None, BERLIN))


def whole_record(records: Records, example: Example, form: str, paper: Paper | None = None) -> bytes:
    return taken(make_record(records, ROBIN, example.person_id, form, paper, BERLIN))


@pytest.mark.parametrize("form", ["pdf", "html"])
def test_everything_about_a_person_can_be_read(kept: Records, form: str) -> None:
    example = add_example(kept)
    with kept.writing(ROBIN) as work:
        answer_consent(work, example.person_id, "video", "yes", "A parent")
    with kept.writing(ROBIN) as work:
        withdraw(work, example.person_id, consents_of_person(work, example.person_id)[0].id)
    content = whole_record(kept, example, form)
    told = text_of(content) if form == "pdf" else content.decode()
    for words in (
        "Zoë Quixx",
        "prefers mornings",  # clinicians' remarks
        "10 reps, down to 70° of knee bend",  # plans
        "Zoë Quixx called twice.",  # notes
        "Before: Zoë Quixx called.",
        "before 1, during 3",  # pain
        "± ",  # values
        "left out",  # corrections
        "look here",  # drawings
        "feels well.",  # the clinical note
        "Signed by Robin",
        "Cue: Zoë Quixx: slower",  # the remote session
        "Recording of the call",
        "Invited",
        "Let in",
        "Taken by Robin",  # stills
        "Keep videos of my sets",  # consents
        "withdrawn",
        "A parent",
        "deeper",  # suggestions
        "Zoë Quixx.mp4",  # uploads
        "@clinic.example",
        "consent answered",  # the access log
        "pain answered",
    ):
        assert words in told, words
    if form == "html":
        assert "data:image/jpeg;base64," in told
        assert "<script" not in told
    else:
        assert len(PdfReader(BytesIO(content)).pages) > 2


@pytest.mark.parametrize(("form", "begins"), [("fhir.json", b"{"), ("csv", b"when,what")])
def test_what_other_programs_take_is_handed_out_and_logged(kept: Records, form: str, begins: bytes) -> None:
    example = add_example(kept)
    assert whole_record(kept, example, form).startswith(begins)
    with kept.reading(ROBIN) as work:
        assert "person.exchanged" in {each.action for each in audit_log(work, person_id=example.person_id)}


def test_a_record_of_hostile_words_is_only_text(kept: Records) -> None:
    example = add_example(kept, HOSTILE)
    page = whole_record(kept, example, "html").decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    for paper in Paper:
        pdf = whole_record(kept, example, "pdf", paper)
        assert sizes_of(pdf) == {POINTS[paper]}
        assert "#panic" in text_of(pdf)


def test_a_record_without_anything_says_so(kept: Records) -> None:
    person = add_somebody(kept)
    told = taken(make_record(kept, CLINICIAN, person.id, "html", None, UTC)).decode()
    for words in ("Nothing was prescribed.", "No notes.", "0 in all.", "person added"):
        assert words in told


def test_what_is_the_clinicians_is_not_in_a_clients_record(kept: Records) -> None:
    example = add_example(kept)
    with kept.reading(ROBIN) as work:
        client = client_of(get_person(work, example.person_id))
    told = taken(make_record(kept, client, example.person_id, "html", None, UTC)).decode()
    for words in ("prefers mornings", "called twice.", "feels well.", "Access log", "Uploads and logins", "Taken by"):
        assert words not in told, words
    assert "does well." in told
    with pytest.raises(NotFoundError):
        make_record(kept, client, add_somebody(kept).id, "pdf", None, UTC)
    with pytest.raises(NotFoundError):
        make_record(kept, client, example.person_id, "docx", None, UTC)
    with kept.reading(client) as work:
        assert get_set(work, example.set_id).id == example.set_id
