"""Phase and hold as a set goes on, from one flexion-like signal (specification section 2.4).

What is shown while somebody moves. Reps are not counted here: a rep that seems to be over is looked at again with the
code of recorded sets, and counts when that finds it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from formcheck.kinematics.reps import ASCENT, DESCENT, HOLD, STAND

_MOVES_DEG_PER_S = 10.0
"""Faster is movement, slower is stillness."""
_LASTS_S = 0.06
"""A change of direction must last for so long: three frames at 30 frames a second."""
_FEWEST_FRAMES = 3
_SLOPE_S = 0.17
"""Speed is the slope over this time: 5 frames at 30 frames a second."""
_HOLD_S = 0.3
"""Stillness of this length is a hold."""
_HOLD_FROM_DEG = 20.0
"""Nearer to standing there is no hold, only a pause."""
_UP_SHARE = 0.6
"""Who comes up by this share of the way and goes down again has done a rep, without quite standing between."""
_HOLD_DEPTH_DEG = 5.0
"""Within this of the middle of the hold so far it goes on, trembling included."""


@dataclass(frozen=True)
class PhaseRange:
    """How far from rest a movement begins and ends."""

    leaves_deg: float
    returns_deg: float


OF_FLEXION = PhaseRange(15.0, 10.0)
"""For knee flexion itself (specification section 2.4)."""
OF_DROP = PhaseRange(25.0, 20.0)
"""For the stand-in from the drop of the trunk: 1 % of the leg, the sway of a standing person, reads 15 deg there."""


@dataclass(frozen=True)
class PhaseNow:
    """Phase and hold after a frame."""

    phase: str
    """`stand`, `descent`, `hold` or `ascent`."""
    hold_s: float
    """Time in this rep's hold so far (s), 0 before it."""
    in_hold: bool
    """Whether the hold goes on now."""
    returned: bool
    """True once, in the frame in which the person is back up, or goes down again from nearly there."""


class PhaseMachine:
    """Follows the phases of one person.

    Parameters
    ----------
    rest_deg
        The signal in quiet stance.
    limits
        `OF_FLEXION` or `OF_DROP`.
    """

    def __init__(self, rest_deg: float, limits: PhaseRange) -> None:
        self._rest_deg = rest_deg
        self._limits = limits
        self._recent: deque[tuple[float, float]] = deque()
        self._phase = STAND
        self._down_since_s: float | None = None
        self._up_since_s: float | None = None
        self._still_since_s: float | None = None
        self._held: list[float] = []
        self._hold_s = 0.0
        self._deepest_deg = rest_deg

    @property
    def phase(self) -> str:
        """The phase after the newest frame."""
        return self._phase

    def __call__(self, t_s: float, q_deg: float) -> PhaseNow:
        """Take the signal of one frame; with NaN everything stays as it is and no hold is counted."""
        if not np.isfinite(q_deg):
            self._recent.clear()
            self._still_since_s = None
            return PhaseNow(self._phase, self._hold_s, False, False)
        passed = t_s - self._recent[-1][0] if self._recent else 0.0
        speed = self._speed(t_s, q_deg)
        still = abs(speed) < _MOVES_DEG_PER_S
        self._down_since_s = _since(self._down_since_s, t_s, speed > _MOVES_DEG_PER_S)
        self._up_since_s = _since(self._up_since_s, t_s, speed < -_MOVES_DEG_PER_S)
        self._still_since_s = _since(self._still_since_s, t_s, still)
        goes_down = _lasts(self._down_since_s, t_s, _LASTS_S)
        risen = q_deg - self._rest_deg
        returned = False
        if self._phase != STAND and risen < self._limits.returns_deg:
            returned = True
            self._phase = STAND
        elif self._phase == STAND and risen > self._limits.leaves_deg and goes_down:
            self._go_down(q_deg)
        elif self._phase == ASCENT and goes_down and self._is_nearly_up(risen):
            returned = True
            self._go_down(q_deg)
        elif self._phase in (DESCENT, ASCENT):
            self._between(t_s, q_deg, risen)
        elif self._phase == HOLD and not self._near_hold(q_deg) and not still:
            self._phase = ASCENT if speed < 0 else DESCENT
        self._deepest_deg = max(self._deepest_deg, q_deg)
        in_hold = self._phase == HOLD
        if in_hold and still and self._near_hold(q_deg):
            self._hold_s += passed
            self._held.append(q_deg)
        return PhaseNow(self._phase, self._hold_s, in_hold, returned)

    def _go_down(self, q_deg: float) -> None:
        """Begin the descent of a rep."""
        self._phase, self._hold_s, self._held, self._deepest_deg = DESCENT, 0.0, [], q_deg

    def _is_nearly_up(self, risen_deg: float) -> bool:
        return risen_deg <= (1 - _UP_SHARE) * (self._deepest_deg - self._rest_deg)

    def _between(self, t_s: float, q_deg: float, risen: float) -> None:
        """Leave descent or ascent: for the hold when still for long enough, or turning round."""
        if risen >= _HOLD_FROM_DEG and _lasts(self._still_since_s, t_s, _HOLD_S):
            self._phase = HOLD
            self._hold_s += _HOLD_S
            self._held.append(q_deg)
        elif self._phase == DESCENT and _lasts(self._up_since_s, t_s, _LASTS_S):
            self._phase = ASCENT
        elif self._phase == ASCENT and _lasts(self._down_since_s, t_s, _LASTS_S):
            self._phase = DESCENT

    def _near_hold(self, q_deg: float) -> bool:
        return not self._held or abs(q_deg - float(np.median(self._held[-90:]))) <= _HOLD_DEPTH_DEG

    def _speed(self, t_s: float, q_deg: float) -> float:
        """Return the slope over the last moments (deg/s); 0 with too few frames."""
        self._recent.append((t_s, q_deg))
        while len(self._recent) > 2 and t_s - self._recent[0][0] > _SLOPE_S:
            self._recent.popleft()
        if len(self._recent) < _FEWEST_FRAMES:
            return 0.0
        t, q = np.array(self._recent).T
        t = t - t.mean()
        return float((t * q).sum() / (t * t).sum())


def _since(since_s: float | None, t_s: float, holds: bool) -> float | None:
    """Return since when something holds without a break; None where it does not."""
    if not holds:
        return None
    return t_s if since_s is None else since_s


def _lasts(since_s: float | None, t_s: float, least_s: float) -> bool:
    return since_s is not None and t_s - since_s >= least_s
