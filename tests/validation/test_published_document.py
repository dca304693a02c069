"""Layer: files of the repository. The published validation is of the clips that are in the repository."""

from __future__ import annotations

import re
from pathlib import Path

from formcheck.validation.clips import find_clips
from formcheck.video.digest import file_sha256

from ..clips import SAMPLES

DOCUMENT = SAMPLES.parent / "docs" / "validation.md"
NOTES = SAMPLES.parent / "docs" / "validation-notes.md"
COMMAND = "formcheck validate sample_videos --notes docs/validation-notes.md --markdown docs/validation.md"


def hashes_in(document: Path) -> dict[str, tuple[str, str]]:
    """Return video and truth hash of each clip, by its name, from the comment the document begins with."""
    comment = document.read_text(encoding="utf-8").partition("-->")[0]
    return {name: (a, b) for a, b, name in re.findall(r"^ +([0-9a-f]{64}) ([0-9a-f]{64}) (\S+)$", comment, re.M)}


def test_the_published_validation_was_made_by_the_tool_from_every_sample_clip() -> None:
    header = [line.strip() for line in DOCUMENT.read_text(encoding="utf-8").partition("-->")[0].splitlines()]
    assert COMMAND in header
    there = {clip.name: (file_sha256(clip.source), file_sha256(clip.truth)) for clip in find_clips(SAMPLES)}
    assert hashes_in(DOCUMENT) == there


def test_every_sample_clip_has_a_truth() -> None:
    assert {path.stem for path in SAMPLES.glob("*.mp4")} == {clip.name for clip in find_clips(SAMPLES)}


def test_every_sample_clip_has_its_line_in_the_published_tables() -> None:
    text = DOCUMENT.read_text(encoding="utf-8").partition("-->")[2]
    for clip in find_clips(SAMPLES):
        assert f"| {clip.name} |" in text


def test_the_notes_stand_in_the_published_document_as_they_are_now() -> None:
    assert NOTES.read_text(encoding="utf-8").strip() in DOCUMENT.read_text(encoding="utf-8")
