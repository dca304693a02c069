"""Layer: files. One set handed out in every form, whole or not at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from formcheck.errors import OutputError, VideoError
from formcheck.report import documents
from formcheck.report.client_details import ClientDetails
from formcheck.report.document_kinds import DocumentKind
from formcheck.report.documents import write_document
from formcheck.session.assessment import Assessment

from .reviews import DETAILS, as_measured, corrected_set, text_of

Filmed = tuple[Assessment, Path]
STARTS = {
    DocumentKind.CLIENT_PDF: b"%PDF-",
    DocumentKind.CLINICAL_PDF: b"%PDF-",
    DocumentKind.CLIENT_HTML: b"<!DOCTYPE html>",
    DocumentKind.CLINICAL_HTML: b"<!DOCTYPE html>",
    DocumentKind.REVIEW_JSON: b'{\n "schema": "formcheck.review/1"',
    DocumentKind.REPS_CSV: b"rep,rep_automatic,",
    DocumentKind.FRAMES_CSV: b"t_s,phase,rep,",
    DocumentKind.REPS_CSV_EXCEL: b"\xef\xbb\xbfrep;rep_automatic;",
    DocumentKind.FRAMES_CSV_EXCEL: b"\xef\xbb\xbft_s;phase;rep;",
    DocumentKind.REP_GIF: b"GIF89a",
    DocumentKind.TRC: b"PathFileType\t4\t(X/Y/Z)\t",
}


def write(kind: DocumentKind, filmed: Filmed, path: Path, details: ClientDetails = DETAILS) -> None:
    assessment, video = filmed
    write_document(kind, as_measured(assessment), details, path, generated_on="today", video_path=video)


@pytest.mark.parametrize("kind", list(DocumentKind))
def test_every_kind_is_one_whole_file(kind: DocumentKind, filmed_set: Filmed, tmp_path: Path) -> None:
    path = tmp_path / f"set{kind.suffix}"
    write(kind, filmed_set, path)
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes().startswith(STARTS.get(kind, b""))


def test_every_kind_has_a_name_for_people_and_a_file_name_of_its_own() -> None:
    kinds = list(DocumentKind)
    assert len({kind.suffix for kind in kinds}) == len({kind.label for kind in kinds}) == len(kinds)
    assert all("/" in kind.media_type and kind.suffix.startswith(".") for kind in kinds)


@pytest.mark.parametrize("kind", [kind for kind in DocumentKind if not kind.needs_video])
def test_only_pictures_that_move_need_the_video(kind: DocumentKind, tmp_path: Path) -> None:
    write_document(kind, corrected_set(), DETAILS, tmp_path / "document", generated_on="today")
    assert (tmp_path / "document").stat().st_size > 0


def test_overlay_without_a_video_says_so(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="was not kept"):
        write_document(DocumentKind.OVERLAY_VIDEO, as_measured(), DETAILS, tmp_path / "set.mp4", generated_on="today")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("whole", [True, False])
def test_no_rep_is_shared_where_there_is_none_or_no_video(whole: bool, filmed_set: Filmed, tmp_path: Path) -> None:
    assessment, video = filmed_set
    of = as_measured(assessment if whole else replace(assessment, reps=()))
    with pytest.raises(OutputError, match="no picture of a whole rep"):
        write_document(
            DocumentKind.REP_GIF,
            of,
            DETAILS,
            tmp_path / "rep.gif",
            generated_on="today",
            video_path=None if whole else video,
        )
    assert list(tmp_path.iterdir()) == []


def test_pictures_come_from_the_video(filmed_set: Filmed, tmp_path: Path) -> None:
    write(DocumentKind.CLIENT_HTML, filmed_set, tmp_path / "set.html")
    assert (tmp_path / "set.html").read_text(encoding="utf-8").count("data:image/jpeg;base64,/9j/") == 1


def test_documents_show_the_corrected_set(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    write_document(DocumentKind.CLINICAL_PDF, corrected_set(), DETAILS, path, generated_on="today")
    assert "7 ± 3° [auto 14 ± 3°]" in text_of(path.read_bytes())


@pytest.mark.parametrize("kind", list(DocumentKind))
def test_the_video_itself_is_never_written_over(kind: DocumentKind, filmed_set: Filmed) -> None:
    before = filmed_set[1].read_bytes()
    with pytest.raises(OutputError, match="over the video"):
        write(kind, filmed_set, filmed_set[1])
    assert filmed_set[1].read_bytes() == before


def test_a_video_that_is_gone_is_named_and_the_older_document_stays(filmed_set: Filmed, tmp_path: Path) -> None:
    path = tmp_path / "set.html"
    path.write_text("older")
    with pytest.raises(VideoError):
        write(DocumentKind.CLIENT_HTML, (filmed_set[0], tmp_path / "gone.mp4"), path)
    assert path.read_text() == "older"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("kind", [kind for kind in DocumentKind if not kind.needs_video])
def test_a_folder_that_is_not_there_is_named(kind: DocumentKind, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="nowhere"):
        write_document(kind, as_measured(), DETAILS, tmp_path / "nowhere" / "set", generated_on="today")


def test_a_failure_on_the_way_leaves_the_older_document(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(*_args: object, **_kwargs: object) -> bytes:
        raise OutputError("The PDF could not be made.", "")

    path = tmp_path / "set.pdf"
    path.write_bytes(b"older")
    monkeypatch.setattr(documents, "client_pdf", broken)
    with pytest.raises(OutputError):
        write_document(DocumentKind.CLIENT_PDF, as_measured(), DETAILS, path, generated_on="today")
    assert path.read_bytes() == b"older"
    assert list(tmp_path.iterdir()) == [path]


def test_progress_ends_at_the_whole(filmed_set: Filmed, tmp_path: Path) -> None:
    told: list[float] = []
    assessment, video = filmed_set
    write_document(
        DocumentKind.OVERLAY_VIDEO,
        as_measured(assessment),
        DETAILS,
        tmp_path / "set.mp4",
        generated_on="today",
        video_path=video,
        progress=told.append,
    )
    assert told[-1] == 1.0
    assert told == sorted(told)
