"""A set as it was measured beside the same set with what a reviewer corrected.

Nothing is kept from one call to the next: the corrected set follows from the pose track, the request and the list of
corrections. So an undone correction is one that is not in the list any more, and gives the numbers from before.

What is changed in the landmarks and in what the set is measured as comes first, whenever it was made: the reps are
found in what that gives. Then reps are changed, in the order in which that was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from formcheck.errors import CorrectionError, NotAssessableError, RubricError
from formcheck.exercises.rubric_file import builtin_rubric
from formcheck.kinematics.analysis import measure_found
from formcheck.kinematics.hand_reps import KnownRep, RepSignal, as_found, with_rep_excluded, with_rep_times
from formcheck.kinematics.placed import PlacedPoint, frame_at
from formcheck.kinematics.view import view_parts
from formcheck.pose.types import PoseTrack
from formcheck.session.assessment import Assessment
from formcheck.session.corrections import (
    Change,
    Correction,
    ExcludeRep,
    MoveLandmark,
    NotApplied,
    ReviewedSet,
    SetRepTimes,
    need_sound,
)
from formcheck.session.recorded import assess, found_set, judged
from formcheck.session.request import SetRequest
from formcheck.session.views import joined
from formcheck.session.within import Within, narrowed


def review(
    track: PoseTrack,
    request: SetRequest,
    corrections: Sequence[Correction],
    *,
    automatic: Assessment | None = None,
) -> ReviewedSet:
    """Return a set as it was measured, and as it is with the corrections in force.

    Parameters
    ----------
    track
        As the pose estimator gave it.
    request
        What the set was measured as before anybody corrected it.
    corrections
        Those in force, in the order in which they were made. One that does not fit any more, such as one of a rep that
        is gone since a landmark was moved, stays in the list and is named in `not_applied`.
    automatic
        `assess(track, request)`, where it is known already.

    Raises
    ------
    NotAssessableError
        If the recording shows no person, or not the legs.
    """
    automatic = assess(track, request) if automatic is None else automatic
    if not corrections:
        return ReviewedSet(automatic, None, (), ())
    track, within, narrowings = _narrowed(track, request.within, corrections)
    others = [each for each in corrections if not isinstance(each.change, Within)]
    parts = view_parts(track)
    replays = [
        _Replay(part, request, [each for each in others if _is_of(each.change, parts, i)])
        for i, part in enumerate(parts)
    ]
    done, refused = [], list[NotAssessableError]()
    for replay in replays:
        try:
            done.append(replay.assessment())
        except NotAssessableError as error:
            refused.append(error)
    if not done:
        raise refused[0]
    corrected = None
    if within != request.within or any(replay.applied for replay in replays):
        corrected = done[0] if len(parts) == 1 else joined(track, done, replays[0].request.rubric)
        corrected = replace(corrected, within=within)
    idle = {each.correction.id: each for each in narrowings}
    idle |= {each.correction.id: each for replay in replays for each in replay.not_applied}
    not_applied = sorted(idle.values(), key=lambda each: corrections.index(each.correction))
    return ReviewedSet(automatic, corrected, tuple(corrections), tuple(not_applied))


def _narrowed(
    track: PoseTrack, within: Within | None, corrections: Sequence[Correction]
) -> tuple[PoseTrack, Within | None, list[NotApplied]]:
    """Return the part of a track that the last fitting correction chose, which part that is, and what does not fit."""
    chosen, part, not_applied = within, narrowed(track, within), list[NotApplied]()
    for each in corrections:
        if not isinstance(each.change, Within):
            continue
        try:
            each.change.need_sound()
            part, chosen = narrowed(track, each.change), None if each.change.is_whole else each.change
        except (CorrectionError, NotAssessableError) as error:
            not_applied.append(NotApplied(each, error.reason, error.remedy))
    return part, chosen, not_applied


def _is_of(change: Change, parts: Sequence[PoseTrack], i: int) -> bool:
    """Return whether a change belongs to stretch `i` of a recording: the one it lies in, or the nearest one."""
    if isinstance(change, SetRequest | Within):
        return True
    away = [max(part.t_s[0] - change.at_s, change.at_s - part.t_s[-1], 0.0) for part in parts]
    return int(np.argmin(away)) == i


def check_correction(
    track: PoseTrack,
    request: SetRequest,
    earlier: Sequence[Correction],
    correction: Correction,
    *,
    automatic: Assessment | None = None,
) -> ReviewedSet:
    """Return a set as it is with one more correction, if that correction fits.

    Parameters
    ----------
    track, request, automatic
        As for `review`.
    earlier
        The corrections that are in force already.
    correction
        The new one.

    Raises
    ------
    CorrectionError
        If the new correction does not fit: no such frame, rep or exercise, a place outside of the picture, times that
        no rep can have. Earlier ones that do not fit beside it are named in `not_applied`, as always.
    NotAssessableError
        As for `review`.
    """
    return need_applied(review(track, request, [*earlier, correction], automatic=automatic), correction)


def need_applied(reviewed: ReviewedSet, correction: Correction) -> ReviewedSet:
    """Return a reviewed set in which a correction has its effect.

    Raises
    ------
    CorrectionError
        If it does not fit.
    """
    for each in reviewed.not_applied:
        if each.correction is correction:
            raise CorrectionError(each.reason, each.remedy)
    return reviewed


class _Replay:
    """Corrections of one stretch with one view, on their way into a measurement."""

    def __init__(self, track: PoseTrack, request: SetRequest, corrections: Sequence[Correction]) -> None:
        self._corrections = corrections
        self._track = track
        self._asked = request
        self._said: list[SetRequest] = []
        self.request = request
        self.placed: list[PlacedPoint] = []
        self.signal: RepSignal | None = None
        self.reps: tuple[KnownRep, ...] = ()
        self.applied = 0
        self.not_applied: list[NotApplied] = []

    def assessment(self) -> Assessment:
        """Return the stretch with the corrections in force.

        Raises
        ------
        NotAssessableError
            If the stretch shows no person, or not the legs.
        """
        of_reps = [each for each in self._corrections if isinstance(each.change, SetRepTimes | ExcludeRep)]
        self.apply([each for each in self._corrections if each not in of_reps], self.before_measuring)
        found = found_set(self._track, self.request, self.placed)
        self.signal = RepSignal(found.body.track.t_s, found.q_deg, found.rule)
        self.reps = as_found(found.reps)
        self.apply(of_reps, self.of_a_rep)
        return judged(measure_found(found, [rep.times for rep in self.reps]), self.request)

    def apply(self, corrections: Sequence[Correction], step: Callable[[Change], None]) -> None:
        """Apply corrections in order, and take note of those that cannot be."""
        for correction in corrections:
            try:
                need_sound(correction.change)
                step(correction.change)
            except (CorrectionError, RubricError) as error:
                self.not_applied.append(NotApplied(correction, error.reason, error.remedy))
            else:
                self.applied += 1

    def before_measuring(self, change: Change) -> None:
        """Take in what the set is measured as, or a landmark that was placed."""
        if isinstance(change, SetRequest):
            if change.exercise is not None:
                builtin_rubric(change.exercise)  # refuses a name that nothing can be judged by
            self._said.append(change)
            self.request = self._asked.corrected(self._said)
        elif isinstance(change, MoveLandmark):
            self.placed.append(self._point(change))

    def of_a_rep(self, change: Change) -> None:
        """Change one of the reps that were found."""
        if isinstance(change, SetRepTimes) and self.signal is not None:
            self.reps = with_rep_times(self.signal, self.reps, change.at_s, change.times)
        elif isinstance(change, ExcludeRep):
            self.reps = with_rep_excluded(self.reps, change.at_s)

    def _point(self, change: MoveLandmark) -> PlacedPoint:
        track = self._track
        if frame_at(track.t_s, change.at_s) is None:
            raise CorrectionError(f"The video shows no frame at {change.at_s:.2f} s.", "Choose a frame of the video.")
        if not (0 <= change.x_px <= track.source.width and 0 <= change.y_px <= track.source.height):
            raise CorrectionError(
                "The landmark would lie outside of the picture.", "Put it where it is seen, or leave it as not seen."
            )
        return PlacedPoint(change.landmark, change.at_s, change.x_px, change.y_px, change.from_s, change.to_s)
