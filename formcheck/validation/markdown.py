"""A validation as Markdown, for a repository or a clinic's own documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from formcheck.errors import OutputError
from formcheck.validation.content import Section, TextTable, made_by, sections_of, summary_of
from formcheck.validation.study import Study

_MARKUP: Final = re.compile(r"[\\`*<\[]|(?<!\w)_|_(?!\w)")
"""Characters that Markdown takes for markup; an underscore inside a word is none."""


def markdown_of(study: Study, command: str, notes: str | None) -> str:
    """Write a validation as Markdown.

    Parameters
    ----------
    study
        The validation.
    command
        What was typed to make it, for whoever wants to make it again.
    notes
        Markdown with headings of its own, put at the end as it is; None for none.

    Returns
    -------
    str
        It begins with a comment that names the command, the versions and the SHA-256 of each clip. The same clips
        measured by the same versions give the same text: it holds no date.
    """
    parts = ["\n".join(_comment(study, command)), "# How good the numbers are", summary_of(study)]
    for section in sections_of(study):
        parts += _section(section)
    if notes is not None:
        parts.append(notes.strip())
    return "\n\n".join(parts) + "\n"


def read_notes(path: Path) -> str:
    """Return the text of a file of notes.

    Raises
    ------
    OutputError
        If it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise OutputError(f"The notes {path} cannot be read.", "Name a UTF-8 text file with --notes.") from error


def _comment(study: Study, command: str) -> Iterator[str]:
    yield "<!--"
    yield "Made by the command below, never by hand: run it again after a change."
    yield f"    {_in_comment(command)}"
    for line in dict.fromkeys(made_by(clip) for clip in study.compared):
        yield _in_comment(line)
    yield "SHA-256 of each clip, and of its truth:"
    for clip in study.clips:
        yield _in_comment(f"    {clip.sha256 or '-'} {clip.truth_sha256 or '-'} {clip.name}")
    yield "-->"


def _in_comment(text: str) -> str:
    """Keep a text from ending the comment it stands in; `--` may stand in one (CommonMark), `-->` may not."""
    return text.replace("-->", "- ->").replace("\n", " ")


def _section(section: Section) -> Iterator[str]:
    yield f"## {section.title}"
    yield from (_escaped(text) for text in section.texts)
    for table in section.tables:
        if len(section.tables) > 1:
            yield f"**{table.caption}**"
        yield "\n".join(_table(table))
    if section.terms:
        yield "\n".join(f"* **{word}**: {_escaped(meaning)}" for word, meaning in section.terms)


def _table(table: TextTable) -> Iterator[str]:
    yield _line(table.heads)
    yield "|" + "---|" * len(table.heads)
    yield from (_line(row) for row in table.rows)


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(_escaped(cell).replace("|", "\\|") for cell in cells) + " |"


def _escaped(text: str) -> str:
    """Keep what looks like markup in names of files from being taken for it."""
    return " ".join(_MARKUP.sub(r"\\\g<0>", text).split())
