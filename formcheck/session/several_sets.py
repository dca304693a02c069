"""Several sets in one recording: left and then right, from the front and then from the side.

A set is done on one leg and seen from one side. Where a recording goes on with the other leg, or from another side, it
holds two, and each is measured in its own part. Legs that take turns from rep to rep are one set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from formcheck.errors import NotAssessableError
from formcheck.kinematics.view import ViewKind
from formcheck.pose.types import PoseTrack
from formcheck.session.assessment import Assessment, Rep
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest
from formcheck.session.within import Within

_FEWEST_REPS = 2
"""A single rep on the other leg is no set: legs take turns, or the leg was mistaken."""
_SQUARE = (ViewKind.FRONT, ViewKind.SIDE)


@dataclass(frozen=True, eq=False)
class SetOfRecording:
    """One of the sets of a recording."""

    request: SetRequest
    """As which it was measured; says which part of the recording it is, where there are several."""
    assessment: Assessment
    number: int = 1
    """From 1, in order of time."""
    of: int = 1
    """How many the recording holds."""

    @property
    def is_only_one(self) -> bool:
        """Whether the recording holds no other."""
        return self.of == 1

    @property
    def name(self) -> str:
        """What tells it from the others of the recording, such as `set 2 of 2, right leg`; empty for the only one."""
        if self.is_only_one:
            return ""
        leg, view = self.assessment.leg, self.assessment.view.kind
        within = self.request.within or Within()
        when = f"from {within.start_s:.1f} s" if within.start_s is not None else f"until {within.end_s or 0:.1f} s"
        parts = [f"set {self.number} of {self.of}", "" if leg is None else f"{leg} leg"]
        parts += [f"from the {view}" if view in _SQUARE else "", when]
        return ", ".join(part for part in parts if part)


def assess_every_set(track: PoseTrack, request: SetRequest) -> tuple[SetOfRecording, ...]:
    """Measure every set of a recording.

    Parameters
    ----------
    track
        The person's landmarks in the whole recording.
    request
        As for `assess`. With a part named there is one set, that part.

    Returns
    -------
    tuple of SetOfRecording
        In order of time; one at least.

    Raises
    ------
    NotAssessableError
        As for `assess`.
    """
    whole = assess(track, request)
    parts = () if request.within is not None else parts_of(whole)
    found = list[tuple[SetRequest, Assessment]]()
    for part in parts:
        asked = replace(request, within=part)
        try:
            found.append((asked, assess(track, asked)))
        except NotAssessableError:  # what is left of a set is too little: the recording stays one
            return (SetOfRecording(request, whole),)
    if len(found) < 2 or not all(each.complete_reps for _, each in found):
        return (SetOfRecording(request, whole),)
    return tuple(SetOfRecording(*each, number, len(found)) for number, each in enumerate(found, start=1))


def parts_of(whole: Assessment) -> tuple[Within, ...]:
    """Return the parts of a recording that are sets of their own, in order of time; none where it holds one set.

    Parameters
    ----------
    whole
        The recording as one set.
    """
    runs = _runs(whole)
    if len(runs) < 2:
        return ()
    cuts_s = [_between(whole, one[-1], other[0]) for one, other in pairwise(runs)]
    edges_s = [None, *cuts_s, None]
    return tuple(Within(start_s, end_s) for start_s, end_s in pairwise(edges_s))


def _runs(whole: Assessment) -> list[list[Rep]]:
    """Return the reps that count, by set: those of one view, and in it of one leg."""
    return [run for seen in _by_view(whole.complete_reps) for run in _by_leg(seen)]


def _by_view(reps: Sequence[Rep]) -> list[list[Rep]]:
    """Cut where reps go on from another side. What is seen at an angle belongs to the reps around it."""
    runs = list[list[Rep]]()
    kind = None
    for rep in reps:
        if runs and (rep.view not in _SQUARE or kind in (None, rep.view)):
            runs[-1].append(rep)
        else:
            runs.append([rep])
        kind = rep.view if rep.view in _SQUARE else kind
    return runs


def _by_leg(reps: list[Rep]) -> list[list[Rep]]:
    """Cut where reps go on with the other leg, if that is done on purpose."""
    runs = [list(run) for _, run in groupby(reps, key=lambda rep: rep.leg)]
    return runs if all(len(run) >= _FEWEST_REPS for run in runs) else [reps]


def _between(whole: Assessment, last: Rep, first: Rep) -> float:
    """Return where to cut between two reps (s): at the turn to another view, else midway."""
    turns = [(one.end_s + other.start_s) / 2 for one, other in pairwise(whole.views)]
    inside = [at_s for at_s in turns if last.end_s <= at_s <= first.start_s]
    return round(inside[0] if inside else (last.end_s + first.start_s) / 2, 3)
