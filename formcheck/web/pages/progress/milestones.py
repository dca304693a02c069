"""Milestones in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from markupsafe import Markup

from formcheck.exercises.catalogue.exercise import exercise_title
from formcheck.history.ladder import ladder
from formcheck.history.milestones import Mark, Milestone
from formcheck.report.words import label_of, value_text


def milestones_html(found: Sequence[Milestone], zone: tzinfo) -> Markup:
    """Return milestones as a list, the newest first."""
    rows = Markup("").join(
        Markup('<li><time datetime="{}">{}</time><span>{}</span></li>').format(
            each.at.isoformat(), f"{each.at.astimezone(zone):%d %B %Y}".lstrip("0"), in_words(each)
        )
        for each in reversed(found)
    )
    return Markup('<ul class="fc-milestones">{}</ul>').format(rows)


def in_words(milestone: Milestone) -> str:
    """Say a milestone in one sentence."""
    name = exercise_title(milestone.exercise)
    match milestone.mark:
        case Mark.FIRST_SET:
            return f"{name}: the first set."
        case Mark.PAIN_FREE:
            return f"{name}: the first set without any pain."
        case Mark.ALL_REPS:
            return f"{name}: all planned reps done for the first time."
        case Mark.CALM_SESSIONS:
            return f"{name}: three sessions in a row with pain of 2 or less."
        case Mark.TARGET_DEPTH:
            depth = value_text(milestone.measure, milestone.amount)
            return f"{name}: the planned depth reached, {depth} on the {milestone.leg}."
        case Mark.LEVEL:
            title = next(level.title for level in ladder() if level.id == milestone.level)
            return f"Level {milestone.level}: {title}."
        case Mark.BETTER:
            by = value_text(milestone.measure, abs(milestone.amount or 0.0))
            leg = f", {milestone.leg}" if milestone.leg in {"left", "right"} else ""
            what = label_of(milestone.measure)
            return f"{name}: {what}{leg} better by {by}, more than measuring again would give."
