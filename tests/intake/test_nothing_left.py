"""Layer: a person erased whose video is at each step of its way; then no byte below the data directory is theirs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from formcheck.intake.claims import Claim, mark_failed
from formcheck.intake.ending import cancel
from formcheck.intake.states import get_upload, work_folder
from formcheck.pose.store import save_track
from formcheck.records import erasure
from formcheck.records.access import SYSTEM, NotFoundError, RecordsError
from formcheck.records.erasure import erase_person, finish_erasures
from formcheck.records.exchange import export_people, import_people
from formcheck.records.files import FileStore
from formcheck.records.integrity import check
from formcheck.records.records import Records
from formcheck.records.settings import RecordsSettings
from formcheck.report.document_kinds import DocumentKind
from formcheck.web.downloads.documents import make_document
from formcheck.web.downloads.routes import make_export
from tests.records.examples import Example, add_example, add_sample_set, all_rows
from tests.sample_tracks import sample_track

from .desk import ROBIN, Desk

NAME = "Zoë Quixx"
FILE = f"{NAME} knee.mp4"
VIDEO = os.urandom(60_000)
_PIECE = 40


def needles(content: bytes) -> list[bytes]:
    """Return pieces of a content, from all of it: none may be found afterwards."""
    return [content[first : first + _PIECE] for first in range(0, len(content) - _PIECE, 1000)]


def traces(home: Path, words: list[bytes]) -> list[str]:
    """Return what below a folder holds any of these, in its bytes or in its name."""
    found = []
    for path in sorted(home.rglob("*")):
        held = os.fsencode(path.relative_to(home)) + (path.read_bytes() if path.is_file() else b"")
        found += [f"{path.relative_to(home)}: {word[:20]!r}" for word in words if word in held]
    return found


def of_person(person_id: str) -> list[bytes]:
    """Return the ways in which a name and an id may be written."""
    ways = [NAME.encode(), NAME.encode("unicode_escape"), NAME.encode("utf-16-le"), NAME.encode("latin-1")]
    return [*ways, "Quixx".encode("utf-16-le"), b"Quixx", person_id.encode()]


# Steps of an upload: each returns pieces of what it has put on the disk beside the video.


def announced(desk: Desk, person_id: str) -> list[bytes]:
    desk.begin(FILE, len(VIDEO), person_id=person_id)
    return []


def incomplete(desk: Desk, person_id: str) -> list[bytes]:
    desk.send(desk.begin(FILE, len(VIDEO), person_id=person_id), VIDEO[:30_000])
    return []


def incomplete_of_nobody_by_its_name(desk: Desk, _: str) -> list[bytes]:
    desk.send(desk.begin(FILE, len(VIDEO)), VIDEO[:30_000])
    return []


def incomplete_of_nobody_by_a_part_of_the_name(desk: Desk, _: str) -> list[bytes]:
    desk.send(desk.begin("quixx_01.mp4", len(VIDEO)), VIDEO[:30_000])
    return []


def incomplete_of_nobody_that_begins_like_a_kept_video(desk: Desk, person_id: str) -> list[bytes]:
    add_sample_set(desk.records, person_id, FILE, VIDEO)
    desk.send(desk.begin("IMG_0001.mp4", len(VIDEO)), VIDEO[:30_000])
    return []


def incomplete_of_nobody_that_begins_like_one_that_waits(desk: Desk, person_id: str) -> list[bytes]:
    desk.bring(VIDEO, FILE, person_id=person_id)
    desk.send(desk.begin("IMG_0001.mp4", len(VIDEO)), VIDEO[:30_000])
    return []


def announced_again_by_its_own_name(desk: Desk, person_id: str) -> list[bytes]:
    row = desk.bring(VIDEO, "IMG_0001.mp4", person_id=person_id)
    with desk.records.writing(ROBIN) as work:
        cancel(work, row.id)
    desk.send(desk.begin("IMG_0001.mp4", len(VIDEO)), VIDEO[:5])
    return []


def incomplete_from_their_own_account(desk: Desk, person_id: str) -> list[bytes]:
    client = desk.client(person_id)
    desk.send(desk.begin("IMG_0001.mp4", len(VIDEO), client, person_id=person_id), VIDEO[:30_000], client)
    return []


def waiting(desk: Desk, person_id: str) -> list[bytes]:
    desk.bring(VIDEO, FILE, person_id=person_id)
    return []


def waiting_since_before_they_were_known(desk: Desk, _: str) -> list[bytes]:
    row = desk.bring(VIDEO, FILE)
    with desk.records.writing(ROBIN) as work:
        get_upload(work, row.id, to_change=True).person_id = None
    return []


def running(desk: Desk, person_id: str) -> list[bytes]:
    made, _ = _at_work(desk, person_id)
    return made


def failed(desk: Desk, person_id: str) -> list[bytes]:
    made, claim = _at_work(desk, person_id)
    with desk.records.writing(SYSTEM) as work:
        mark_failed(work, claim, RecordsError(f"{FILE} shows nobody."))
    return made


def running_of_nobody_while_a_set_of_the_same_video_is_theirs(desk: Desk, person_id: str) -> list[bytes]:
    desk.bring(VIDEO, "IMG_0001.mp4")
    made, claim = _at_work(desk, None)
    with desk.records.writing(SYSTEM) as work:
        sha256 = get_upload(work, claim.upload_id).sha256
    again = desk.begin("IMG_0002.mp4", len(VIDEO), person_id=person_id)
    with desk.records.writing(SYSTEM) as work:
        get_upload(work, again.id, to_change=True).sha256 = sha256
    return made


def _at_work(desk: Desk, person_id: str | None) -> tuple[list[bytes], Claim]:
    """Have a worker be at an upload, with what it makes on the disk."""
    if person_id is not None:
        desk.bring(VIDEO, FILE, person_id=person_id)
    claim = desk.claim()
    assert claim is not None
    folder = work_folder(desk.records.files, desk.look(claim.upload_id))
    folder.mkdir()
    track = folder / "track.parquet"
    save_track(sample_track("wall_squat_side"), track)
    copy = os.urandom(20_000)
    (folder / "copy.mp4").write_bytes(copy)
    return [*needles(track.read_bytes()), *needles(copy)], claim


def cancelled(desk: Desk, person_id: str) -> list[bytes]:
    row = desk.bring(VIDEO, FILE, person_id=person_id)
    with desk.records.writing(ROBIN) as work:
        cancel(work, row.id)
    return []


def duplicate(desk: Desk, person_id: str) -> list[bytes]:
    desk.bring(VIDEO, FILE, person_id=person_id)
    desk.bring(VIDEO, f"copy of {FILE}")
    return []


def done_and_corrected(_: Desk, __: str) -> list[bytes]:
    """Add nothing: everybody in these tests has a set that was corrected, drawn on and noted."""
    return []


def done_before_they_were_known(desk: Desk, _: str) -> list[bytes]:
    add_sample_set(desk.records, None, FILE, VIDEO)
    return []


def exported_and_not_sent(desk: Desk, person_id: str) -> list[bytes]:
    made = make_export(desk.records, ROBIN, person_id)
    return needles(made.path.read_bytes())


def documents_made_and_not_sent(desk: Desk, person_id: str) -> list[bytes]:
    set_id = add_sample_set(desk.records, person_id, FILE)
    paths = [
        make_document(desk.records, ROBIN, set_id, kind).path
        for kind in (DocumentKind.REVIEW_JSON, DocumentKind.CLIENT_HTML)
    ]
    return [piece for path in paths for piece in needles(path.read_bytes())]


def _stored(files: FileStore) -> list[bytes]:
    return [piece for _, _, path in files for piece in needles(path.read_bytes())]


Step = Callable[[Desk, str], list[bytes]]
STEPS: tuple[Step, ...] = (
    announced,
    incomplete,
    incomplete_of_nobody_by_its_name,
    incomplete_of_nobody_by_a_part_of_the_name,
    incomplete_of_nobody_that_begins_like_a_kept_video,
    incomplete_of_nobody_that_begins_like_one_that_waits,
    announced_again_by_its_own_name,
    incomplete_from_their_own_account,
    waiting,
    waiting_since_before_they_were_known,
    running,
    running_of_nobody_while_a_set_of_the_same_video_is_theirs,
    failed,
    cancelled,
    duplicate,
    done_and_corrected,
    done_before_they_were_known,
    exported_and_not_sent,
    documents_made_and_not_sent,
)


@pytest.fixture
def _others(desk: Desk) -> Iterator[None]:
    """Have other people in the records, who keep all that is theirs, and see to it that nothing is left over."""
    desk.person("Somebody Else")
    kept = desk.bring(b"x" * 500, "another one.mp4")
    assert desk.claim("another worker") is not None
    half = desk.begin("IMG_0009.mp4", len(VIDEO))
    desk.send(half, b"\0\0\0\x18ftypmp42" * 10)
    yield
    assert desk.look(kept.id).name == "another one.mp4"
    assert desk.file_of(desk.look(half.id)).stat().st_size == 120
    found = check(desk.records)
    assert found.problems == found.needless == ()


def erased_without_a_trace(desk: Desk, example: Example, made: list[bytes]) -> list[str]:
    """Erase a person, and return what is left of them."""
    mine = [
        *of_person(example.person_id),
        *needles(VIDEO),
        *needles(example.video),
        *_stored(desk.records.files),
        *made,
    ]
    home = desk.settings.home
    assert traces(home, mine)
    erase_person(desk.records, ROBIN, example.person_id)
    return traces(home, mine)


ON_EACH_DATABASE = [
    *(("sqlite", step) for step in STEPS),
    *(("postgresql", step) for step in (incomplete_of_nobody_by_its_name, running, exported_and_not_sent)),
]


@pytest.mark.usefixtures("_others")
@pytest.mark.parametrize(
    ("database_kind", "step"), ON_EACH_DATABASE, ids=[f"{kind}-{step.__name__}" for kind, step in ON_EACH_DATABASE]
)
def test_no_byte_of_an_erased_person_is_left(desk: Desk, step: Step) -> None:
    example = add_example(desk.records, NAME, video=os.urandom(5000))
    assert erased_without_a_trace(desk, example, step(desk, example.person_id)) == []


@pytest.mark.usefixtures("_others")
def test_no_byte_of_who_was_imported_is_left(desk: Desk, tmp_path: Path) -> None:
    elsewhere = Records(RecordsSettings(home=tmp_path / "elsewhere", database_url=None), desk.clock)
    example = add_example(elsewhere, NAME, video=os.urandom(5000))
    export_people(elsewhere, ROBIN, tmp_path / "people.zip", [example.person_id])
    elsewhere.close()
    import_people(desk.records, ROBIN, tmp_path / "people.zip")
    assert erased_without_a_trace(desk, example, []) == []


def _document(desk: Desk, example: Example) -> None:
    make_document(desk.records, ROBIN, example.set_id, DocumentKind.REVIEW_JSON)


def _export(desk: Desk, example: Example) -> None:
    make_export(desk.records, ROBIN, example.person_id)


@pytest.mark.usefixtures("_others")
@pytest.mark.parametrize(
    ("make", "writer"),
    [(_document, "downloads.documents.write_document"), (_export, "downloads.routes.export_people")],
    ids=["document", "export"],
)
def test_what_is_being_made_while_they_are_erased_is_not_handed_out(
    desk: Desk, make: Callable[[Desk, Example], None], writer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = add_example(desk.records, NAME)

    def write_and_erase(*given: object, **_: object) -> None:
        erase_person(desk.records, ROBIN, example.person_id)
        next(each for each in given if isinstance(each, Path)).write_text(NAME)

    monkeypatch.setattr(f"formcheck.web.{writer}", write_and_erase)
    with pytest.raises(NotFoundError):
        make(desk, example)
    assert traces(desk.settings.home, [*of_person(example.person_id), example.set_id.encode()]) == []


@pytest.mark.usefixtures("_others")
def test_an_erasure_that_was_cut_short_takes_what_was_made_to_be_sent(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = add_example(desk.records, NAME)
    _document(desk, example)

    def end(*_: object) -> None:
        raise RecordsError("The disk is away.")

    with monkeypatch.context() as patched:
        patched.setattr(erasure, "remove_passing", end)
        with pytest.raises(RecordsError):
            erase_person(desk.records, ROBIN, example.person_id)
    assert finish_erasures(desk.records) == 1
    assert traces(desk.settings.home, of_person(example.person_id)) == []


def test_who_has_the_same_name_or_a_like_one_keeps_their_uploads(desk: Desk) -> None:
    person_id, _ = desk.person("Ann Quixx"), desk.person("Bea Quixx")
    names = ("quixx.mp4", "someone.mp4", "patient 8.mp4")
    halves = [desk.begin(name, 1000 + number) for number, name in enumerate(names)]
    erase_person(desk.records, ROBIN, person_id)
    assert [desk.look(each.id).name for each in halves] == list(names)


def test_a_set_of_nobody_goes_by_a_full_name_alone(desk: Desk) -> None:
    person_id = desk.person("Patient 7")
    kept = [add_sample_set(desk.records, None, name) for name in ("patient 8.mp4", "patient.mp4", "patient 77.mp4")]
    gone = add_sample_set(desk.records, None, "2024-05-01 patient_7 left.mp4")
    erase_person(desk.records, ROBIN, person_id)
    left = {row["id"] for row in all_rows(desk.records)["exercise_set"]}
    assert left == {*kept} - {gone}


def test_who_shares_a_whole_name_keeps_nobodys_sets(desk: Desk) -> None:
    person_id, _ = desk.person(NAME), desk.person(NAME)
    kept = add_sample_set(desk.records, None, FILE)
    erase_person(desk.records, ROBIN, person_id)
    assert [row["id"] for row in all_rows(desk.records)["exercise_set"]] == [kept]
