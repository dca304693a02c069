"""What is said about a file that was assessed, or could not be: for people in a few lines, for programs in one."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from formcheck.commands.batch import FileOutcome, address_of
from formcheck.commands.terminal import one_sentence
from formcheck.errors import FormcheckError
from formcheck.names import shown_name
from formcheck.report.document import assessment_document
from formcheck.report.summary import headline, what_was_done
from formcheck.session.assessment import Assessment
from formcheck.session.verdict import LEVEL_WORDS

JSON_KEYS: Final = ("exercise", "reps_counted", "view", "advice", "praise", "not_measured")
"""What a program is told at once; the rest is in the JSON file."""
_FOR_PEOPLE: Final = ((".html", "Report"), (".mp4", "Video"), (".json", "Results"))
"""By ending: which file to name to people, the first that was written."""


def sentences(outcome: FileOutcome) -> list[str]:
    """Say what was seen, what to change first and where the report is, a line each."""
    assert outcome.assessment is not None  # a failure is said by `refusal`
    told = headline(outcome.assessment)
    which = f", {outcome.set_name}" if outcome.set_name else ""
    lines = [f"{shown_name(outcome.job.source.name)}{which}: {what_was_done(outcome.assessment)}"]
    if outcome.taken_for is not None:
        name, why = outcome.assessment.exercise_name, outcome.taken_for.why
        lines.append(f"  Taken for: {name}. {why} If it is another, say so: --exercise NAME")
    off = f" ({LEVEL_WORDS[told.band]})" if told.measured else ""
    lines.append(f"  {'Change first: ' if told.measured else ''}{told.title}{off}. {told.detail}".rstrip())
    if told.praise:
        lines.append(f"  {told.praise}")
    for ending, word in _FOR_PEOPLE:
        if path := next((path for path in outcome.files if path.suffix == ending), None):
            lines.append(f"  {word}: {shown_name(path)}")
            break
    return lines


def refusal(source: Path, error: FormcheckError) -> str:
    """Name the file, why it could not be assessed and what to do, in one line."""
    return f"{address_of(source) or shown_name(source)}: {one_sentence(error)}"


def json_line(outcome: FileOutcome) -> str:
    """Return the outcome as one line of JSON, in ASCII.

    Keys: `video` (as it was named, as far as that can be shown), `assessed`; then for an assessment `exercise`,
    `reps_counted`, `view`, `advice`, `praise`, `not_measured` as in `formcheck.assessment/1`, `files` (paths by
    ending), where a video has several sets, `set` (its name) and, where nobody said the exercise, `guess` (`exercise`,
    `why`); else `error` with `kind`, `reason` and `remedy`.
    """
    told: dict[str, object] = {"video": shown_name(outcome.job.source), "assessed": outcome.assessment is not None}
    if outcome.assessment is not None:
        told |= _measured(outcome.assessment)
        told["files"] = files_by_ending(outcome.files)
    if outcome.set_name:
        told["set"] = outcome.set_name
    if outcome.taken_for is not None:
        told["guess"] = {"exercise": outcome.taken_for.exercise, "why": outcome.taken_for.why}
    if outcome.error is not None:
        told["error"] = error_document(outcome.error)
    return json.dumps(told, allow_nan=False)


def files_by_ending(files: Iterable[Path]) -> dict[str, str]:
    """Return paths by the last part of their endings: `json`, `csv`, `mp4`, `html`, `parquet`."""
    return {path.suffix.removeprefix("."): shown_name(path) for path in files}


def error_document(error: FormcheckError) -> dict[str, str]:
    """Return what went wrong for a program: `kind`, `reason` and `remedy`."""
    return {"kind": type(error).__name__, "reason": error.reason, "remedy": error.remedy}


def _measured(assessment: Assessment) -> dict[str, object]:
    document = assessment_document(assessment)
    return {key: document[key] for key in JSON_KEYS}
