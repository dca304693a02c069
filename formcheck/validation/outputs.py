"""Everything that is written for a validation: HTML, JSON, CSV and Markdown, all of it or nothing.

A validation for programs: the JSON document `formcheck.validation/1`, and a CSV of every pair of values.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final

from formcheck.report.csv_file import Cell, CsvDialect, csv_text, number
from formcheck.report.files import output_error, publish, staging_folder
from formcheck.validation.agreement import Interval
from formcheck.validation.comparison import PHASE_TIMES, TruthComparison
from formcheck.validation.markdown import markdown_of
from formcheck.validation.page import validation_page
from formcheck.validation.study import ClipResult, Group, Study

SCHEMA: Final = "formcheck.validation/1"
_DECIMALS: Final = 4
_COLUMNS: Final = (
    *("level", "clip", "exercise", "view", "person", "measure", "leg", "rep", "t_s"),
    *("formcheck", "truth", "difference", "error", "held"),
)

Document = dict[str, Any]


def json_text(study: Study) -> str:
    """Return a validation as JSON: what is not known is null, there is no NaN."""
    document = {
        "schema": SCHEMA,
        "clips": [_clip(clip) for clip in study.clips],
        "people": study.people,
        "overall": [_group(group) for group in study.overall],
        "groups": [_group(group) for group in study.groups],
    }
    return json.dumps(document, allow_nan=False, ensure_ascii=False, indent=1) + "\n"


def pairs_csv(study: Study, dialect: CsvDialect = CsvDialect.COMMA) -> str:
    """Return every pair of values as CSV: one line for each value of a rep, then one for each frame.

    `error` is the half-width of the interval that was stated, `held` 1 where it held the truth, else 0; both are empty
    for frames.
    """
    return csv_text(_COLUMNS, chain(_rep_rows(study), _frame_rows(study)), dialect)


def _rep_rows(study: Study) -> Iterator[list[Cell]]:
    for clip in study.clips:
        for p in () if clip.comparison is None else clip.comparison.reps:
            off = p.ours - p.truth
            numbers = [number(value, 3) for value in (p.t_s, p.ours, p.truth, off, p.error)]
            yield ["rep", *_who(clip), p.measure, p.leg, p.rep, *numbers, int(abs(off) <= p.error)]


def _frame_rows(study: Study) -> Iterator[list[Cell]]:
    for clip in study.clips:
        for each in () if clip.comparison is None else clip.comparison.frames:
            for t, ours, truth in zip(each.t_s, each.ours, each.truth, strict=True):
                numbers = [number(value, 3) for value in (t, ours, truth, ours - truth)]
                yield ["frame", *_who(clip), each.measure, each.leg, "", *numbers, "", ""]


def _who(clip: ClipResult) -> list[str]:
    return [clip.name, clip.exercise, clip.view, clip.person or ""]


def _clip(clip: ClipResult) -> Document:
    p = clip.provenance
    return {
        "name": clip.name,
        "file": clip.file,
        "sha256": clip.sha256 or None,
        "truth": {"file": clip.truth_file, "sha256": clip.truth_sha256, "kind": clip.kind} if clip.kind else None,
        "exercise": clip.exercise or None,
        "person": clip.person,
        "provenance": None
        if p is None
        else {
            "formcheck": p.formcheck,
            "mediapipe": p.mediapipe,
            "pose_model": p.pose_model,
            "model_sha256": p.model_sha256,
            "rubric": p.rubric,
            "rubric_sha256": p.rubric_sha256,
            "filter": p.filter,
        },
        "result": None if clip.comparison is None else _comparison(clip.comparison),
        "error": None if clip.error is None else {"reason": clip.error.reason, "remedy": clip.error.remedy},
        "notes": list(clip.notes),
    }


def _comparison(c: TruthComparison) -> Document:
    return {
        "reps_true": c.reps_true,
        "reps_counted": c.reps_counted,
        "view_true": None if c.view_true is None else c.view_true.value,
        "view_found": c.view_found.value,
        "angles_refused": c.angles_refused,
        "yaw_off_deg": _number(c.yaw_off_deg),
        "standing_leg_right": c.leg_right,
        "phase_off_s": [
            dict(zip((name.replace(" ", "_") for name in PHASE_TIMES), map(_number, row), strict=True))
            for row in c.phase_off_s.tolist()
        ],
        "bottoms_off_s": [_number(off) for off in c.bottoms_off_s.tolist()],
        "cover": {measure: _number(share) for measure, share in c.cover.items()},
    }


def _group(group: Group) -> Document:
    a, limits = group.agreement, group.agreement.limits
    return {
        "level": group.level.value,
        "measure": group.measure,
        "view": group.view,
        "exercise": group.exercise,
        "n": a.n,
        "people": group.people,
        "clips": [{"clip": c.clip, "n": c.n, "mae": _number(c.mae)} for c in group.clips],
        "mae_mean_of_clips": _number(group.mae_of_clips),
        "mae": _number(a.mae),
        "bias": _number(limits.bias),
        "bias_95": _interval(limits.bias_interval),
        "sd": _number(limits.sd),
        "rmse": _number(a.rmse),
        "worst": _number(a.worst),
        "limits_of_agreement": _interval(Interval(limits.low, limits.high)),
        "lower_limit_95": _interval(limits.low_interval),
        "upper_limit_95": _interval(limits.high_interval),
        "icc_2_1": _number(a.icc.value),
        "icc_2_1_95": _interval(a.icc.interval),
        "sem": _number(a.sem),
        "mdc95": _number(a.mdc95),
        "interval_held": group.coverage.hits,
        "interval_stated": group.coverage.n,
        "interval_share_95": _interval(group.coverage.interval),
    }


def _interval(interval: Interval) -> list[float | None]:
    return [_number(interval.low), _number(interval.high)]


def _number(value: float) -> float | None:
    return round(float(value), _DECIMALS) + 0.0 if math.isfinite(value) else None


@dataclass(frozen=True)
class StudyOutputs:
    """Where a validation goes and what stands in it beside the figures."""

    out_dir: Path
    folder: str
    """Name of the folder with the clips."""
    command: str
    """What was typed."""
    generated_on: str
    """Date for the page."""
    notes: str | None = None
    """Markdown for the end of the Markdown."""
    markdown: Path | None = None
    """A second place for the Markdown."""
    csv: CsvDialect = CsvDialect.COMMA
    """How the CSV is written."""


def write_validation(study: Study, wanted: StudyOutputs) -> list[Path]:
    """Write `validation.html`, `.json`, `.csv` and `.md` into a folder, and the Markdown where else it is wanted.

    Returns
    -------
    list of Path
        The files, in this order.

    Raises
    ------
    OutputError
        If something cannot be written; then nothing is.
    """
    markdown = markdown_of(study, wanted.command, wanted.notes)
    texts = {
        "html": validation_page(study, wanted.folder, wanted.generated_on),
        "json": json_text(study),
        "csv": pairs_csv(study, wanted.csv),
        "md": markdown,
    }
    with ExitStack() as folders:
        staging = folders.enter_context(staging_folder(wanted.out_dir))
        staged = [
            (staging / f"validation.{end}", wanted.out_dir / f"validation.{end}", text) for end, text in texts.items()
        ]
        if wanted.markdown is not None and wanted.markdown.resolve() != staged[-1][1].resolve():
            beside = folders.enter_context(staging_folder(wanted.markdown.parent))
            staged.append((beside / "copy.md", wanted.markdown, markdown))
        for path, target, text in staged:
            try:
                path.write_text(text, encoding="utf-8", newline="")
            except OSError as error:
                raise output_error(error, target.parent) from error
        return publish([(path, target) for path, target, _ in staged])
