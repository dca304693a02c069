"""What makes a comparison prove less than it seems to, a sentence each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from formcheck.kinematics.measures.record import ErrorRule
from formcheck.kinematics.measures.registry import measure_of
from formcheck.pose.landmarks import SIDES
from formcheck.session.assessment import Assessment
from formcheck.validation.comparison import TruthComparison
from formcheck.validation.truth import Truth, TruthKind

_SAME: Final = 0.006
"""Two decimals are kept in our CSV: rounding alone makes up to half of the last one."""
_MOSTLY: Final = 0.5
_ENDS_EARLY_S: Final = 0.5


def doubts_of(truth: Truth, truth_file: str, assessment: Assessment, comparison: TruthComparison) -> tuple[str, ...]:
    """Return what to bear in mind about the comparison of a clip, a sentence each; empty where nothing is odd.

    Parameters
    ----------
    truth, truth_file
        The truth and the name of its file.
    assessment
        Ours, of the same clip.
    comparison
        Both beside each other.
    """
    return (
        *_compared_with_ourselves(truth, truth_file, comparison),
        *_ends_early(truth, truth_file, assessment),
        *_no_standing_leg_marked(truth, assessment, comparison),
    )


def _compared_with_ourselves(truth: Truth, file: str, comparison: TruthComparison) -> Iterator[str]:
    if truth.kind is not TruthKind.ANALYSIS or not comparison.frames:
        return
    same = np.concatenate([np.abs(each.ours - each.truth) <= _SAME for each in comparison.frames])
    if same.all():
        yield f"It was compared with formcheck's own numbers, which {file} holds unchanged: this proves nothing."
    elif same.mean() >= _MOSTLY:
        yield (
            f"{100 * same.mean():.0f} % of the frame values in {file} are formcheck's own numbers: these agree with "
            "themselves, and the errors look smaller than they are."
        )


def _ends_early(truth: Truth, file: str, assessment: Assessment) -> Iterator[str]:
    t_s = assessment.track.t_s
    if not truth.covers_every_frame or not len(t_s):
        return
    early_s = float(t_s[-1]) - truth.last_s
    if early_s > _ENDS_EARLY_S:
        yield f"{file} ends {early_s:.1f} s before the clip: see that it is the truth of this clip."


def _no_standing_leg_marked(truth: Truth, assessment: Assessment, comparison: TruthComparison) -> Iterator[str]:
    """Tell where a measure is in percent of a leg that was only marked bent, and so seen too short."""
    spans = [(rep.start_s, rep.end_s) for rep in assessment.reps]
    for side in SIDES:
        of_leg_length = [
            each.measure for each in comparison.frames if each.leg == side.value and _is_of_leg_length(each.measure)
        ]
        if truth.kind is not TruthKind.POINTS or not of_leg_length:
            continue
        names = {f"{side.value}_{joint}" for joint in ("hip", "knee", "ankle")}
        marked = [t for t, points in truth.points if names <= points.keys()]
        if all(any(start <= t <= end for start, end in spans) for t in marked):
            yield (
                f"The {side.value} leg is marked in reps only: mark a frame of standing too, or "
                f"{' and '.join(of_leg_length)} of the truth is in percent of a bent leg and too large."
            )


def _is_of_leg_length(name: str) -> bool:
    measure = measure_of(name)
    return measure is not None and isinstance(measure.error, ErrorRule) and measure.error.of_leg_length
