"""Which exercise a pose track shows, for whoever uploads a video without saying so. A guess, with its reason.

The limits are engineering choices between what clips with a known exercise show, see
`formcheck.kinematics.exercise_signs`. What stands on one leg is told from the rest by its feet. Squat and wall squat
differ in the trunk alone, and a shallow one of either kind leaves nothing to go by: that is said, and it is taken for a
wall squat. Which exercise looks how the catalogue says; of several that look alike it is the first, and never clear.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from formcheck.errors import NotAssessableError
from formcheck.exercises.catalogue.exercise import Looks, exercises
from formcheck.kinematics.exercise_signs import SEATED_TRUNKS, ExerciseSigns, exercise_signs
from formcheck.kinematics.find import find_set
from formcheck.kinematics.phase_rule import ANY_BEND
from formcheck.kinematics.view import ViewKind, view_parts
from formcheck.pose.landmarks import SIDES, Side
from formcheck.pose.types import PoseTrack

_HANGS, _SURELY_HANGS = 0.6, 0.75
"""A foot that goes down with the body by this share of its way hangs beside a step."""
_STAYS, _SURELY_STAYS = 0.45, 0.2
"""A foot that goes down by less than this share stands."""
_ABOVE_LEG = -0.12
"""A foot that is seen higher than the one that stands by this, in leg lengths, when the body is down has no step beside
it: a far one that hung there was drawn higher by 0.06 at most."""
_PASSES, _PAST_LEG = 0.45, 0.07
"""A foot that goes down by this share of the body's way, and past the one that stands by so many leg lengths, hangs
beside a step, too."""
_MOSTLY = 0.5
"""Who stands on one leg in more than this share of the reps does so on purpose."""
_AT_WALL_LEG = 0.15
"""Feet further in front of the hips than this, in leg lengths, while standing: only with a wall behind."""
_HELD_S = 5.0
"""Nobody stays so long at the bottom of a squat without a wall."""
_LEANS_DEG, _SURELY_DEG = 24.0, 8.0
"""A trunk that leans forward by this at the bottom, as its height in the picture tells, is that of a squat; by so many
degrees more it surely is."""
_UPRIGHT_DEG = 22.0
"""A trunk that leans less is upright: 21 degrees is what perspective makes of a trunk along a wall."""
_DEEP_SQUAT_DEG, _LEAN_PER_DEG = 95.0, 0.4
"""Who squats deeper than this leans further, or falls over: with a ball between back and wall one does not have to."""
_DEEP_DEG = 45.0
"""A knee bent by less leaves the trunk upright in any squat."""
_SITS_DEG, _SURELY_SITS_DEG = 12.0, 20.0
"""A trunk that leans further half-way than at the bottom by so much comes down on a seat; in squats it leans less."""
_PASSING_DEG, _MAY_SIT_DEG = 22.0, -5.0
"""A trunk that leans by so much on the way, and hardly further at the bottom of one rep at least, may have come down
on a seat: who is quick does not come upright, and from the front a seated trunk is seen shorter. In squats it leans by
7 to 20 degrees further at the bottom."""
_SEAT_DEG = 60.0
"""Who comes down on a seat bends the knees by more, as the drop of the trunk tells."""
_AHEAD_LEG = 0.3
"""One foot further in front of the other than this, in leg lengths, is no squat on both legs."""
_UNEVEN_LEG = 0.09
"""One foot seen higher than the other by this, in leg lengths, while both stand: it is behind it, or on a step."""
_LUNGES_DEG = 75.0
"""Who brings a knee to a wall comes down by less than this, as the drop of the trunk tells; a lunge goes deeper."""


class Certainty(StrEnum):
    """How sure a guess is."""

    CLEAR = "clear"
    LIKELY = "likely"
    UNSURE = "unsure"
    """As good as not known: ask."""


@dataclass(frozen=True)
class ExerciseGuess:
    """What a set seems to be."""

    exercise: str
    """Its name in the catalogue."""
    certainty: Certainty
    why: str
    """One sentence for people."""
    leg: Side | None
    """The leg that stands alone; None where both do, and where they take turns."""
    view: ViewKind
    """How the camera sees the person."""


def guess_exercise(track: PoseTrack) -> ExerciseGuess:
    """Guess the exercise, the leg and the view of a recorded set.

    Parameters
    ----------
    track
        As the pose estimator gave it.

    Raises
    ------
    NotAssessableError
        If there is no person or no leg to measure, or no exercise is told by what is seen.
    """
    found, refused = list[tuple[int, ExerciseGuess]](), list[NotAssessableError]()
    for part in view_parts(track):
        try:
            found.append(_of_one_view(part))
        except NotAssessableError as error:
            refused.append(error)
    if not found:
        raise refused[0]
    # Of several views the one that tells most surely, and of those the one with most reps.
    _, guess = max(found, key=lambda each: (each[0] > 0, -list(Certainty).index(each[1].certainty), each[0]))
    legs = {each.leg for reps, each in found if reps and each.exercise == guess.exercise}
    return guess if len(legs) < 2 else replace(guess, leg=None)


def sure_guess(track: PoseTrack, remedy: str) -> ExerciseGuess:
    """Guess the exercise where it is more than unsure.

    Parameters
    ----------
    track
        As for `guess_exercise`.
    remedy
        How somebody may say which it is.

    Raises
    ------
    NotAssessableError
        If it is as good as not known.
    """
    if not track.has_depth:
        raise NotAssessableError(
            f"{track.source.name} holds landmarks without depth, which do not tell the exercise.", remedy
        )
    guess = guess_exercise(track)
    if guess.certainty is Certainty.UNSURE:
        raise NotAssessableError(f"Which exercise this video shows is not clear. {guess.why}", remedy)
    return guess


def _of_one_view(track: PoseTrack) -> tuple[int, ExerciseGuess]:
    """Return the reps of a recording with one view, and what they seem to be of."""
    found = find_set(track, ANY_BEND)
    signs = exercise_signs(found)
    looks, certainty, why, leg = _guess(signs)
    exercise, certainty = _that_looks(looks, certainty)
    return signs.reps, ExerciseGuess(exercise, certainty, why, leg, found.view.kind)


def _that_looks(looks: Looks, certainty: Certainty) -> tuple[str, Certainty]:
    """Return the exercise that looks so, and how sure it is: with others like it no more than likely."""
    alike = [each.name for each in exercises().values() if each.looks is looks]
    if not alike:
        raise NotAssessableError(f"No exercise of the catalogue is done {looks}.", "Say which exercise it is.")
    only_likely = len(alike) > 1 and certainty is Certainty.CLEAR
    return alike[0], Certainty.LIKELY if only_likely else certainty


def _guess(signs: ExerciseSigns) -> tuple[Looks, Certainty, str, Side | None]:
    if (one_leg := _on_one_leg(signs)) is not None:
        return one_leg
    looks, certainty, why = _on_both_legs(signs)
    return looks, certainty, why, None


def _on_one_leg(signs: ExerciseSigns) -> tuple[Looks, Certainty, str, Side | None] | None:
    """Return what is seen of who stands on one leg; None for who stands on both."""
    stands = _standing(signs)
    if stands is not None:
        hanging, standing = signs.foot_follows[stands.other.leg_index], signs.foot_follows[stands.leg_index]
        sure = hanging >= _SURELY_HANGS and standing < _SURELY_STAYS
        certainty = Certainty.CLEAR if sure else Certainty.LIKELY
        if signs.foot_below[stands.other.leg_index] <= _ABOVE_LEG:
            return Looks.ON_ONE_LEG, certainty, f"The {stands} foot stays and the other is held up behind.", stands
        why = f"The {stands} foot stays and the {stands.other} foot goes down with the body."
        return Looks.BESIDE_STEP, certainty, why, stands
    on_one = [side for side in signs.stands if side is not None]
    if signs.feet_ahead >= _AT_WALL_LEG or len(on_one) <= _MOSTLY * len(signs.stands):
        return None
    # In one rep alone it may be a step, or a foot that is drawn where it is not.
    certainty = Certainty.CLEAR if len(on_one) == len(signs.stands) > 1 else Certainty.LIKELY
    leg = on_one[0] if len(set(on_one)) == 1 else None
    if signs.view is ViewKind.OBLIQUE and signs.feet_still:
        # A foot that is held still in the air looks like one that stands behind.
        certainty = Certainty.UNSURE
    which = f"The {leg} foot stays and the {leg.other} foot" if leg is not None else "One foot stays and the other"
    return Looks.ON_ONE_LEG, certainty, f"{which} is held off the floor.", leg


def _on_both_legs(signs: ExerciseSigns) -> tuple[Looks, Certainty, str]:
    if signs.view is ViewKind.FRONT and signs.feet_uneven >= _UNEVEN_LEG:
        return Looks.FOOT_AHEAD, Certainty.UNSURE, "One foot stands in front of the other, or higher."
    if signs.feet_apart >= _AHEAD_LEG:
        shallow = signs.bend_deg < _LUNGES_DEG
        which = " and the hips hardly come down." if shallow else ", as in a lunge."
        certainty = Certainty.LIKELY if shallow and signs.reps else Certainty.UNSURE
        return Looks.FOOT_AHEAD, certainty, f"One foot stands in front of the other{which}"
    if signs.reps and (seat := _by_seat(signs)) is not None:
        return seat
    if signs.feet_ahead >= _AT_WALL_LEG:
        return Looks.ALONG_WALL, Certainty.CLEAR, "The feet stand in front of the hips, as with a wall behind the back."
    if signs.hold_s >= _HELD_S:
        return Looks.ALONG_WALL, Certainty.LIKELY, f"The bottom is held for {signs.hold_s:.0f} s, as at a wall."
    if signs.reps == 0:
        return _without_reps(signs)
    return _by_trunk(signs)


def _by_seat(signs: ExerciseSigns) -> tuple[Looks, Certainty, str] | None:
    """Return what is seen of who sits down between stands; None where nobody seems to."""
    passing, least = (np.degrees(np.arccos(np.clip(x, -1.0, 1.0))) for x in (signs.trunk_passing, signs.trunk_upright))
    further = float(passing - least)
    if signs.bend_deg >= _SEAT_DEG and further >= _SITS_DEG:
        sure = signs.begins_low and further >= _SURELY_SITS_DEG
        why = f"The trunk leans forward on the way by {further:.0f}° more than at the bottom, as on and off a seat."
        return Looks.FROM_SEAT, Certainty.CLEAR if sure else Certainty.LIKELY, why
    may_sit = passing >= _PASSING_DEG and signs.upright_once_deg >= _MAY_SIT_DEG
    if signs.bend_deg >= _SEAT_DEG and (signs.begins_low or may_sit):
        return Looks.FROM_SEAT, Certainty.UNSURE, "Somebody may sit down on a seat, or squat: the trunk does not tell."
    return None


def _standing(signs: ExerciseSigns) -> Side | None:
    """Return the leg that stands while the other foot goes down; None where that is not seen."""
    for side in SIDES:
        stays, hangs = signs.foot_follows[side.leg_index], signs.foot_follows[side.other.leg_index]
        past = signs.foot_below[side.other.leg_index] >= _PAST_LEG and hangs >= _PASSES
        if (hangs >= _HANGS or past) and not stays >= _STAYS:
            return side
    return None


def _without_reps(signs: ExerciseSigns) -> tuple[Looks, Certainty, str]:
    if signs.hips_over_feet < SEATED_TRUNKS:
        return (
            Looks.ALONG_WALL,
            Certainty.LIKELY,
            "The knees are bent throughout and nobody stands up, as in a wall sit.",
        )
    return Looks.ALONG_WALL, Certainty.UNSURE, "No rep was seen, so nothing tells the exercise; taken as a wall squat."


def _by_trunk(signs: ExerciseSigns) -> tuple[Looks, Certainty, str]:
    if not np.isfinite(signs.trunk_seen):
        return Looks.ALONG_WALL, Certainty.UNSURE, "Both feet stay, but the trunk is not seen; taken as a wall squat."
    lean_deg = float(np.degrees(np.arccos(np.clip(signs.trunk_seen, -1.0, 1.0))))
    beyond_deg = lean_deg - _LEANS_DEG - _LEAN_PER_DEG * max(0.0, signs.bend_deg - _DEEP_SQUAT_DEG)
    if beyond_deg >= 0:
        why = f"Both feet stay and the trunk leans forward by about {lean_deg:.0f}°, which a wall would not allow."
        return Looks.FREE, Certainty.CLEAR if beyond_deg >= _SURELY_DEG else Certainty.LIKELY, why
    if lean_deg < _UPRIGHT_DEG and signs.bend_deg >= _DEEP_DEG:
        return Looks.ALONG_WALL, Certainty.LIKELY, "Both feet stay and the trunk stays upright, as along a wall."
    return (
        Looks.ALONG_WALL,
        Certainty.UNSURE,
        "Both feet stay, but nothing tells a squat from a wall squat; taken as a wall squat.",
    )
