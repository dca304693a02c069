"""What pain means for a set: before it, after it, and for the next one.

Pain is a number from 0, none, to 10, the worst there is (NRS). The rules are those of the measurement specification's
pain monitoring (§3.6): published models agree on stopping above 5 and on going on unchanged up to 2; the steps down the
ladder are its defaults, for a clinician to sign. Nobody has to answer: None is no answer, and leads to no rule but the
general one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LOWEST: Final = 0
HIGHEST: Final = 10
COMFORT_LIMIT: Final = 2
"""Up to here a set goes on and the next one may be as hard."""
NO_SESSION_FROM: Final = 5
"""With this much pain before a set there is none."""
STOP_ABOVE: Final = 5
"""Above this a set is to stop, and the next one is to be easier in every way."""
BACK_TO_USUAL: Final = "Pain should be back to its usual level within one hour and not be worse tomorrow morning."

_EASIER_DEPTH_DEG: Final = 15.0
_SHALLOWEST_DEG: Final = 15.0
"""Less flexion than this cannot be told from standing, so no target lies below it."""
_EASIER_STEP_CM: Final = 5.0
_LOWEST_STEP_CM: Final = 5.0
_REPS_SHARE: Final = 0.5


class PainAction(StrEnum):
    """What follows from an answer."""

    GO_ON = "go on"
    EASE = "ease"
    """Allowed, but nothing gets harder, and an easier set is offered."""
    STOP = "stop"
    """No set now."""


@dataclass(frozen=True)
class Load:
    """What makes a set hard. None where it is not part of the exercise or was not prescribed."""

    reps: int | None = None
    target_depth_deg: float | None = None
    step_height_cm: float | None = None


@dataclass(frozen=True)
class PainAdvice:
    """What to do about an answer."""

    action: PainAction
    sentences: tuple[str, ...]
    easier: Load | None = None
    """The set to do instead or next time; None where none is asked for."""


def advice_before(pain: int | None, load: Load) -> PainAdvice:
    """Return what pain before a set means for it.

    Parameters
    ----------
    pain
        0 to 10, None for no answer.
    load
        The set that is planned.

    Raises
    ------
    ValueError
        If `pain` is not from 0 to 10.
    """
    _check(pain)
    if pain is None or pain <= COMFORT_LIMIT:
        return PainAdvice(PainAction.GO_ON, ())
    if pain < NO_SESSION_FROM:
        easier = _easier(load, halve_reps=False)
        offer = _offer(load, easier, "Consider an easier set today:")
        return PainAdvice(
            PainAction.EASE,
            (f"With pain at {pain} you may exercise, but do not make it harder than last time.", *offer),
            easier,
        )
    return PainAdvice(
        PainAction.STOP,
        (
            f"With pain at {pain} there is no session today.",
            "Rest, and try again when it is below 5. If it stays like this, talk to your clinician.",
        ),
    )


def advice_after(before: int | None, after: int | None, load: Load) -> PainAdvice:
    """Return what pain during or after a set means for the next one.

    Parameters
    ----------
    before
        Pain before the set, 0 to 10, None for no answer.
    after
        The worst pain in the set or just after it, 0 to 10, None for no answer.
    load
        The set that was done.

    Raises
    ------
    ValueError
        If an answer is not from 0 to 10.
    """
    _check(before)
    _check(after)
    if after is None:
        return PainAdvice(PainAction.GO_ON, (BACK_TO_USUAL,))
    later = _later(before)
    if after <= COMFORT_LIMIT:
        return PainAdvice(PainAction.GO_ON, (f"Pain at {after} is fine: you may go on like this.", later))
    if after < NO_SESSION_FROM:
        easier = _easier(load, halve_reps=False)
        offer = _offer(load, easier, "If you want it easier:")
        allowed = f"Pain at {after} is allowed, but stay at this level: not deeper, not higher, not more reps."
        return PainAdvice(PainAction.EASE, (allowed, *offer, later), easier)
    over = after > STOP_ABOVE
    easier = _easier(load, halve_reps=over)
    why = f"Pain at {after} is {'too much' if over else 'the limit'}: stop for today."
    return PainAdvice(PainAction.STOP, (why, *_offer(load, easier, "Next time:"), later), easier)


def _check(pain: int | None) -> None:
    if pain is not None and not LOWEST <= pain <= HIGHEST:
        raise ValueError(f"pain must be from {LOWEST} to {HIGHEST}, but is {pain}")


def _later(before: int | None) -> str:
    if before is None:
        return f"{BACK_TO_USUAL} If not, do less next time."
    return (
        f"If it is still above {min(HIGHEST, before + 1)} in an hour or tomorrow morning, or the knee swells, do less "
        "next time; if that happens twice in a row, talk to your clinician."
    )


def _easier(load: Load, *, halve_reps: bool) -> Load:
    """Take a step down the ladder: 15° less deep or 5 cm less high, after too much pain half the reps too."""
    depth, step, reps = load.target_depth_deg, load.step_height_cm, load.reps
    return Load(
        reps=max(1, int(reps * _REPS_SHARE)) if reps is not None and halve_reps else reps,
        # On a step the height sets the depth, so it alone is lowered: one thing at a time.
        target_depth_deg=depth
        if depth is None or step is not None
        else _lowered(depth, _EASIER_DEPTH_DEG, _SHALLOWEST_DEG),
        step_height_cm=None if step is None else _lowered(step, _EASIER_STEP_CM, _LOWEST_STEP_CM),
    )


def _lowered(value: float, by: float, lowest: float) -> float:
    return min(value, max(lowest, value - by))


def _offer(load: Load, easier: Load, lead: str) -> tuple[str, ...]:
    """Say what is easier, in one sentence; nothing where nothing can be."""
    parts = []
    if easier.step_height_cm is not None and easier.step_height_cm != load.step_height_cm:
        parts.append(f"a {easier.step_height_cm:g} cm step instead of {load.step_height_cm:g} cm")
    if easier.target_depth_deg is not None and easier.target_depth_deg != load.target_depth_deg:
        parts.append(f"{easier.target_depth_deg:g}° deep instead of {load.target_depth_deg:g}°")
    if easier.reps is not None and easier.reps != load.reps:
        parts.append(f"{easier.reps} reps instead of {load.reps}")
    return (f"{lead} {' and '.join(parts)}.",) if parts else ()
