"""What a validation report says, as sections of text and tables, before it is Markdown or HTML."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from formcheck.exercises.words import NOT_MEASURED, counted, label_of
from formcheck.validation.agreement import Interval
from formcheck.validation.comparison import PHASE_TIMES
from formcheck.validation.study import ClipResult, Group, PairLevel, Study
from formcheck.validation.words import DEFINITIONS, number, percent, texts_of, with_unit


@dataclass(frozen=True)
class TextTable:
    """A table whose cells are written out."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Section:
    """A heading with what stands under it."""

    id: str
    title: str
    texts: tuple[str, ...] = ()
    tables: tuple[TextTable, ...] = ()
    terms: tuple[tuple[str, str], ...] = ()
    """Words and what they mean."""


def sections_of(study: Study) -> tuple[Section, ...]:
    """Return everything the report says, in order."""
    return tuple(_sections(study))


def summary_of(study: Study) -> str:
    """Say in one sentence what was compared."""
    reps = sum(clip.comparison.reps_counted for clip in study.compared if clip.comparison is not None)
    people = "" if study.people is None else f" of {'1 person' if study.people == 1 else f'{study.people} people'}"
    kind = "rendered " if study.rendered else ""
    return f"{counted(len(study.compared), f'{kind}clip')}{people} with {counted(reps, 'rep')} were compared."


def _sections(study: Study) -> Iterator[Section]:
    yield Section("proves", "What this proves, and what it does not", texts_of(study))
    of_reps = [group for group in study.overall if group.level is PairLevel.REP]
    if of_reps:
        yield Section(
            "reps",
            "One value a rep: the truth beside what is reported",
            ("Every measure that could be compared, over all views and exercises. n counts reps and legs.",),
            (_error_table(of_reps), _agreement_table(of_reps)),
        )
    of_frames = [group for group in study.overall if group.level is PairLevel.FRAME]
    if of_frames:
        yield Section(
            "frames",
            "Frame by frame",
            ("Over the frames in reps; FPPA up to 75° of knee flexion. No intervals: frames are not independent.",),
            (_error_table(of_frames),),
        )
    timed = [clip for clip in study.compared if _has_times(clip)]
    yield Section(
        "clips",
        "Clip by clip: reps, times, views",
        tuple(_counts(study)),
        (_clip_table(study.compared), *([_times_table(timed)] if timed else [])),
    )
    refused = [clip for clip in study.clips if clip.error is not None]
    if refused:
        table = TextTable("Clips without a result", ("Clip", "Why", "What to do"), tuple(_why(c) for c in refused))
        yield Section("refused", "Clips that could not be compared", (), (table,))
    if study.groups:
        yield Section(
            "groups",
            "By view and exercise",
            ("The same figures for each view and exercise by itself.",),
            tuple(
                _group_table(level, [group for group in study.groups if group.level is level])
                for level in PairLevel
                if any(group.level is level for group in study.groups)
            ),
        )
    notes = [f"{clip.name}: {note}" for clip in study.clips for note in clip.notes]
    if notes:
        yield Section("remarks", "Remarks", tuple(notes))
    yield Section("words", "What the words mean", terms=DEFINITIONS)
    yield Section("origin", "What made these figures", tuple(_made_by(study)), (_hash_table(study.clips),))


def _who(group: Group) -> str:
    people = "?" if group.people is None else str(group.people)
    return f"{len(group.clips)} / {people}"


def _worst(group: Group) -> str:
    worst = group.worst_clip
    return f"{with_unit(group.measure, worst.mae)} ({worst.clip})"


def _error_table(groups: Sequence[Group]) -> TextTable:
    heads = ("Measure", "n", "Clips / people", "MAE", "Bias", "RMSE", "Worst", "MAE, mean of clips", "Worst clip")
    rows = tuple(
        (
            label_of(g.measure),
            str(g.agreement.n),
            _who(g),
            with_unit(g.measure, g.agreement.mae),
            with_unit(g.measure, g.agreement.limits.bias, signed=True),
            with_unit(g.measure, g.agreement.rmse),
            with_unit(g.measure, g.agreement.worst),
            with_unit(g.measure, g.mae_of_clips),
            _worst(g),
        )
        for g in groups
    )
    return TextTable("Errors", heads, rows)


def _agreement_table(groups: Sequence[Group]) -> TextTable:
    heads = ("Measure", "SD", "Limits of agreement", "ICC(2,1)", "SEM", "MDC95", "Interval holds")
    rows = tuple(
        (
            label_of(g.measure),
            with_unit(g.measure, g.agreement.limits.sd),
            _limits(g),
            _icc(g),
            with_unit(g.measure, g.agreement.sem),
            with_unit(g.measure, g.agreement.mdc95),
            _coverage(g),
        )
        for g in groups
    )
    return TextTable("Agreement", heads, rows)


def _limits(group: Group) -> str:
    limits = group.agreement.limits
    if not math.isfinite(limits.sd):
        return NOT_MEASURED
    half = (limits.low_interval.high - limits.low_interval.low) / 2
    m = group.measure
    return f"{with_unit(m, limits.low, signed=True)} to {with_unit(m, limits.high, signed=True)} (± {number(m, half)})"


def _icc(group: Group) -> str:
    icc = group.agreement.icc
    return NOT_MEASURED if not math.isfinite(icc.value) else f"{_two(icc.value)}{_in_brackets(icc.interval)}"


def _in_brackets(interval: Interval) -> str:
    return f" ({_two(interval.low)} to {_two(interval.high)})" if math.isfinite(interval.low) else ""


def _two(value: float) -> str:
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "−")


def _coverage(group: Group) -> str:
    coverage = group.coverage
    if coverage.n == 0:
        return NOT_MEASURED
    ends = coverage.interval
    return f"{percent(coverage.share)} ({100 * ends.low:.0f} to {100 * ends.high:.0f})"


def _group_table(level: PairLevel, groups: Sequence[Group]) -> TextTable:
    heads = ("Measure", "View", "Exercise", "n", "Clips / people", "MAE", "Bias", "Worst clip", "Limits of agreement")
    of_reps = level is PairLevel.REP
    rows = tuple(
        (
            label_of(g.measure),
            g.view,
            g.exercise,
            str(g.agreement.n),
            _who(g),
            with_unit(g.measure, g.agreement.mae),
            with_unit(g.measure, g.agreement.limits.bias, signed=True),
            _worst(g),
            *((_limits(g), _coverage(g)) if of_reps else (_plain_limits(g),)),
        )
        for g in groups
    )
    caption = "One value a rep, by view and exercise" if of_reps else "Frames, by view and exercise"
    return TextTable(caption, (*heads, "Interval holds") if of_reps else heads, rows)


def _plain_limits(group: Group) -> str:
    limits, m = group.agreement.limits, group.measure
    return f"{with_unit(m, limits.low, signed=True)} to {with_unit(m, limits.high, signed=True)}"


def _counts(study: Study) -> Iterator[str]:
    compared = [clip.comparison for clip in study.compared if clip.comparison is not None]
    counts = [c for c in compared if c.reps_true is not None]
    if counts:
        right = sum(c.reps_true == c.reps_counted for c in counts)
        yield f"Reps: the count is right in {right} of {counted(len(counts), 'clip')}."
    off = np.abs(np.concatenate([c.phase_off_s for c in compared])) if compared else np.zeros((0, 4))
    if off.size:
        each = ", ".join(f"{name} {off[:, i].mean():.3f} s" for i, name in enumerate(PHASE_TIMES))
        yield (
            f"Phase times of {counted(len(off), 'rep')}: {off.mean():.3f} s off on average ({each}), "
            f"{off.max():.2f} s at worst."
        )
    views = [c for c in compared if c.view_true is not None]
    if views:
        right = sum(c.view_true is c.view_found for c in views)
        yield f"View: right in {right} of {counted(len(views), 'clip')}."
    yaws = np.array([abs(c.yaw_off_deg) for c in compared if math.isfinite(c.yaw_off_deg)])
    if len(yaws):
        yield f"Turn of the body: {yaws.mean():.1f}° off on average, {yaws.max():.1f}° at worst."
    legs = [c for c in compared if c.leg_right is not None]
    if legs:
        yield f"Standing leg: right in {sum(bool(c.leg_right) for c in legs)} of {counted(len(legs), 'clip')}."
    refused = sum(c.angles_refused for c in compared)
    if refused:
        yield f"Angles refused because of the view: {counted(refused, 'clip')}, which give reps and times only."


def _clip_table(clips: Sequence[ClipResult]) -> TextTable:
    heads = ("Clip", "Exercise", "View, true and found", "Turn off by", "Reps, counted of true", "Cover")
    return TextTable("Clips: counts and views", heads, tuple(_clip_row(clip) for clip in clips))


def _clip_row(clip: ClipResult) -> tuple[str, ...]:
    c = clip.comparison
    assert c is not None  # only compared clips have a row
    true = "?" if c.view_true is None else c.view_true.value
    refused = ", angles refused" if c.angles_refused else ""
    reps = "?" if c.reps_true is None else str(c.reps_true)
    cover = ", ".join(f"{label_of(measure)} {percent(share)}" for measure, share in c.cover.items())
    return (
        clip.name,
        clip.exercise,
        f"{true}, {c.view_found.value}{refused}",
        with_unit("yaw_deg", c.yaw_off_deg, signed=True),
        f"{c.reps_counted} of {reps}",
        cover or NOT_MEASURED,
    )


def _has_times(clip: ClipResult) -> bool:
    c = clip.comparison
    return c is not None and bool(len(c.phase_off_s) or len(c.bottoms_off_s))


def _times_table(clips: Sequence[ClipResult]) -> TextTable:
    heads = ("Clip", *(f"{name[:1].upper()}{name[1:]}" for name in PHASE_TIMES), "Worst", "Told bottoms missed by")
    return TextTable("Phase times, mean of formcheck minus truth", heads, tuple(_times_row(clip) for clip in clips))


def _times_row(clip: ClipResult) -> tuple[str, ...]:
    c = clip.comparison
    assert c is not None  # only compared clips have a row
    off = c.phase_off_s
    means = [with_unit("x_s", float(v), signed=True) for v in off.mean(axis=0)] if len(off) else [NOT_MEASURED] * 4
    worst = with_unit("x_s", float(np.abs(off).max())) if len(off) else NOT_MEASURED
    bottoms = with_unit("x_s", float(np.max(c.bottoms_off_s))) if len(c.bottoms_off_s) else NOT_MEASURED
    return (clip.name, *means, worst, bottoms)


def _why(clip: ClipResult) -> tuple[str, ...]:
    assert clip.error is not None  # only failed clips have a row
    return (clip.name, clip.error.reason, clip.error.remedy)


def _made_by(study: Study) -> Iterator[str]:
    yield from dict.fromkeys(made_by(clip) for clip in study.compared)


def made_by(clip: ClipResult) -> str:
    """Name what measured a clip: versions, pose model with its SHA-256, filter."""
    p = clip.provenance
    assert p is not None  # only compared clips have been measured
    return (
        f"formcheck {p.formcheck}, MediaPipe {p.mediapipe}, {p.pose_model} (SHA-256 {p.model_sha256}), "
        f"{p.filter.partition(';')[0]}."
    )


def _hash_table(clips: Sequence[ClipResult]) -> TextTable:
    rows = tuple((clip.name, clip.kind.value if clip.kind else NOT_MEASURED, clip.sha256) for clip in clips)
    return TextTable("Clips and their SHA-256", ("Clip", "Truth", "SHA-256 of the video"), rows)
