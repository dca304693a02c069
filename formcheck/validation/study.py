"""All clips of a validation together: agreement by measure, view and exercise, and what each clip gave."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from formcheck.errors import FormcheckError
from formcheck.kinematics.measures.registry import DEPTH, MEASURES
from formcheck.session.assessment import Provenance
from formcheck.validation.agreement import Agreement, Coverage, agreement_of, coverage_of
from formcheck.validation.comparison import FRAME_MEASURES, TruthComparison
from formcheck.validation.truth import FloatArray, TruthKind

ANY: Final = "any"


class PairLevel(StrEnum):
    """What one pair is."""

    REP = "rep"
    FRAME = "frame"


@dataclass(frozen=True, eq=False)
class ClipResult:
    """What became of one clip: a comparison, or the reason why there is none."""

    name: str
    file: str
    """Name of the file that was measured."""
    exercise: str = ""
    person: str | None = None
    kind: TruthKind | None = None
    sha256: str = ""
    """Of the video."""
    truth_file: str = ""
    truth_sha256: str = ""
    comparison: TruthComparison | None = None
    provenance: Provenance | None = None
    error: FormcheckError | None = None
    notes: tuple[str, ...] = ()

    @property
    def view(self) -> str:
        """The view it was filmed from: as told, else as found."""
        if self.comparison is None:
            return ""
        return (self.comparison.view_true or self.comparison.view_found).value


@dataclass(frozen=True)
class ClipError:
    """The mean absolute error of one clip."""

    clip: str
    mae: float
    n: int


@dataclass(frozen=True, eq=False)
class Group:
    """Pairs of one measure, and how well they agree."""

    level: PairLevel
    measure: str
    view: str
    """`any` where clips of all views are together."""
    exercise: str
    """`any` where all exercises are together."""
    ours: FloatArray
    truth: FloatArray
    agreement: Agreement
    coverage: Coverage
    """Of the stated intervals; of nothing for frames, which state none."""
    clips: tuple[ClipError, ...]
    people: int | None
    """How many people these clips are of; None where somebody did not say."""

    @property
    def mae_of_clips(self) -> float:
        """Mean of the clips' mean absolute errors: every clip counts the same, however many reps it has."""
        return float(np.mean([clip.mae for clip in self.clips]))

    @property
    def worst_clip(self) -> ClipError:
        """The clip with the largest mean absolute error."""
        return max(self.clips, key=lambda clip: clip.mae)


@dataclass(frozen=True, eq=False)
class Study:
    """A validation."""

    clips: tuple[ClipResult, ...]
    overall: tuple[Group, ...]
    """By measure, reps before frames."""
    groups: tuple[Group, ...]
    """By measure, view and exercise, reps before frames."""

    @property
    def compared(self) -> tuple[ClipResult, ...]:
        """The clips that could be compared."""
        return tuple(clip for clip in self.clips if clip.comparison is not None)

    @property
    def rendered(self) -> bool:
        """Whether all of it are rendered people."""
        return bool(self.compared) and all(clip.kind is TruthKind.RENDERED for clip in self.compared)

    @property
    def people(self) -> int | None:
        """How many people there are; None where somebody did not say."""
        return _people(self.compared)

    def group(self, measure: str, level: PairLevel) -> Group | None:
        """Return all pairs of a measure; None where there are none."""
        return next((each for each in self.overall if (each.measure, each.level) == (measure, level)), None)


def study_of(clips: Sequence[ClipResult]) -> Study:
    """Gather the results of clips, in the order they are given."""
    return Study(
        tuple(clips),
        tuple(_grouped(clips, lambda _clip: (ANY, ANY))),
        tuple(_grouped(clips, lambda clip: (clip.view, clip.exercise))),
    )


def _people(clips: Iterable[ClipResult]) -> int | None:
    people = [clip.person for clip in clips]
    return None if None in people else len(set(people))


@dataclass(frozen=True, eq=False)
class _Part:
    """The pairs of one measure that one clip gives."""

    clip: ClipResult
    ours: FloatArray
    truth: FloatArray
    errors: FloatArray


def _grouped(clips: Sequence[ClipResult], key_of: Callable[[ClipResult], tuple[str, str]]) -> list[Group]:
    parts: dict[tuple[PairLevel, str, str, str], list[_Part]] = {}
    for clip in clips:
        for level, measure, part in _parts(clip):
            parts.setdefault((level, measure, *key_of(clip)), []).append(part)
    in_order = sorted(parts, key=lambda key: (key[0] is PairLevel.FRAME, _place(key[1]), key[2:]))
    return [_group(key, parts[key]) for key in in_order]


def _place(measure: str) -> int:
    """Return where a measure stands among others: depth, knee alignment, then as they are registered."""
    first = (DEPTH, *FRAME_MEASURES)
    return first.index(measure) if measure in first else len(first) + list(MEASURES).index(measure)


def _parts(clip: ClipResult) -> list[tuple[PairLevel, str, _Part]]:
    if clip.comparison is None:
        return []
    found = []
    pairs = clip.comparison.reps
    for measure in dict.fromkeys(pair.measure for pair in pairs):
        rows = np.array([(p.ours, p.truth, p.error) for p in pairs if p.measure == measure])
        found.append((PairLevel.REP, measure, _Part(clip, rows[:, 0], rows[:, 1], rows[:, 2])))
    frames = clip.comparison.frames
    for measure in dict.fromkeys(each.measure for each in frames):
        of = [each for each in frames if each.measure == measure]
        ours, truth = np.concatenate([each.ours for each in of]), np.concatenate([each.truth for each in of])
        found.append((PairLevel.FRAME, measure, _Part(clip, ours, truth, np.full(len(ours), np.nan))))
    return found


def _group(key: tuple[PairLevel, str, str, str], parts: list[_Part]) -> Group:
    ours, truth, errors = (np.concatenate([getattr(p, name) for p in parts]) for name in ("ours", "truth", "errors"))
    level, measure, view, exercise = key
    return Group(
        level=level,
        measure=measure,
        view=view,
        exercise=exercise,
        ours=ours,
        truth=truth,
        agreement=agreement_of(ours, truth),
        coverage=coverage_of(ours, truth, errors),
        clips=tuple(ClipError(p.clip.name, float(np.abs(p.ours - p.truth).mean()), len(p.ours)) for p in parts),
        people=_people(p.clip for p in parts),
    )
