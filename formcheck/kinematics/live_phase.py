"""Phase and hold as a set goes on, from one flexion-like signal (specification section 2.4).

What is shown while somebody moves. Reps are not counted here: a rep that seems to be over is looked at again with the
code of recorded sets, and counts when that finds it.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from formcheck.kinematics.plain import median
from formcheck.kinematics.reps import ASCENT, DESCENT, HOLD, STAND

_MOVES_DEG_PER_S = 10.0
"""Faster is movement, slower is stillness."""
_LASTS_S = 0.06
"""A change of direction must last for so long: three frames at 30 frames a second."""
_SLOPE_S = 0.17
"""Speed is the slope over this time, 5 frames at 30 frames a second, or over three frames where there are fewer."""
_FEWEST_FRAMES = 3
_HOLD_S = 0.3
"""Stillness of this length is a hold."""
_HOLD_FROM_DEG = 20.0
"""Nearer to standing there is no hold, only a pause."""
_UP_SHARE = 0.6
"""Who comes up by this share of the way and goes down again has done a rep, without quite standing between."""
_REST_SHARE = 0.45
"""Who comes up by this share and stays there may be back up, nearer to the camera or further from it than before."""
_FURTHER_UP_DEG = 8.0
"""Unless they come up further by this after all: then the rep is over only now."""
_REST_S, _REST_DEG = 0.4, 2.0
"""Within so many degrees for so long: standing, and not coming up slowly."""
_BOTTOM_SHARE = 0.8
"""Stillness on the way up is a hold only below this share of the way: otherwise it is a rest."""
_HOLD_DEPTH_DEG = 5.0
"""Within this of the middle of the hold so far it goes on, trembling included."""
_LONGEST_STEP_S = 0.25
"""No frame adds more to a hold than this, however long nothing was seen."""
_NEIGHBOURS_S = 0.5
"""Frames further apart than this say nothing of speed."""


@dataclass(frozen=True)
class PhaseRange:
    """How far from rest a movement begins and ends."""

    leaves_deg: float
    returns_deg: float


OF_FLEXION = PhaseRange(15.0, 10.0)
"""For knee flexion itself (specification section 2.4)."""
OF_DROP = PhaseRange(25.0, 20.0)
"""For the stand-in from the drop of the trunk: 1 % of the leg, the sway of a standing person, reads 15 deg there."""


class PhaseNow(NamedTuple):
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
        self._rest_deg = self._least_rest_deg = self._returned_deg = rest_deg
        self._limits = limits
        self._recent: deque[tuple[float, float]] = deque()
        self._phase = STAND
        self._down_since_s: float | None = None
        self._up_since_s: float | None = None
        self._still_since_s: float | None = None
        self._rests_at: tuple[float, float] | None = None
        self._held: list[float] = []
        self._hold_s = 0.0
        self._deepest_deg = rest_deg

    @property
    def phase(self) -> str:
        """The phase after the newest frame."""
        return self._phase

    def __call__(self, t_s: float, q_deg: float, *, in_position: bool = True) -> PhaseNow:
        """Take the signal of one frame.

        Parameters
        ----------
        t_s
            Time, after that of the frame before.
        q_deg
            With NaN everything stays as it is and no hold is counted.
        in_position
            Whether a hold counts here: one far above the prescribed depth does not.
        """
        if not math.isfinite(q_deg):
            self._recent.clear()
            self._still_since_s = self._rests_at = None
            return PhaseNow(self._phase, self._hold_s, False, False)
        passed = min(t_s - self._recent[-1][0], _LONGEST_STEP_S) if self._recent else 0.0
        speed = self._speed(t_s, q_deg)
        self._down_since_s = _since(self._down_since_s, t_s, speed > _MOVES_DEG_PER_S)
        self._up_since_s = _since(self._up_since_s, t_s, speed < -_MOVES_DEG_PER_S)
        still = abs(speed) < _MOVES_DEG_PER_S
        self._still_since_s = _since(self._still_since_s, t_s, still)
        returned = self._change(t_s, q_deg, speed, in_position=in_position)
        self._deepest_deg = max(self._deepest_deg, q_deg)
        in_hold = self._phase == HOLD
        if in_hold and still and self._near_hold(q_deg):
            self._hold_s += passed if in_position else 0.0
            self._held.append(q_deg)
        return PhaseNow(self._phase, self._hold_s, in_hold, returned)

    def _change(self, t_s: float, q_deg: float, speed: float, *, in_position: bool) -> bool:
        """Go over to another phase where the signal says so, and return whether a rep seems to be over."""
        risen = q_deg - self._rest_deg
        goes_down = _lasts(self._down_since_s, t_s, _LASTS_S)
        still = _lasts(self._still_since_s, t_s, _HOLD_S)
        rests = self._rests(t_s, q_deg)
        if self._phase == STAND:
            self._rest_deg = min(self._rest_deg, max(q_deg, self._least_rest_deg))
            risen = q_deg - self._rest_deg
            if rests and self._rest_deg < self._returned_deg - _FURTHER_UP_DEG:
                self._returned_deg = self._rest_deg
                return True
            if risen > self._limits.leaves_deg and goes_down:
                self._go_down(q_deg)
            return False
        if risen < self._limits.returns_deg:
            self._phase, self._returned_deg = STAND, self._rest_deg
            return True
        if self._phase == HOLD:
            if not self._near_hold(q_deg) and abs(speed) >= _MOVES_DEG_PER_S:
                self._leave_hold(q_deg, speed)
            return False
        if self._phase == ASCENT and goes_down and self._has_come_up(risen, _UP_SHARE):
            self._go_down(q_deg)
            return True
        if self._phase == ASCENT and rests and self._has_come_up(risen, _REST_SHARE):
            self._phase, self._rest_deg, self._returned_deg = STAND, q_deg, q_deg
            return True
        deep_enough = self._phase == DESCENT or risen >= _BOTTOM_SHARE * (self._deepest_deg - self._rest_deg)
        if still and risen >= _HOLD_FROM_DEG and deep_enough:
            self._phase = HOLD
            self._hold_s += _HOLD_S if in_position else 0.0
            self._held = [q_deg]
        elif self._phase == DESCENT and _lasts(self._up_since_s, t_s, _LASTS_S):
            self._phase = ASCENT
        elif self._phase == ASCENT and goes_down:
            self._phase = DESCENT
        return False

    def _rests(self, t_s: float, q_deg: float) -> bool:
        """Return whether the signal has stayed where it is for a while."""
        if self._rests_at is None or abs(q_deg - self._rests_at[1]) > _REST_DEG:
            self._rests_at = t_s, q_deg
        return t_s - self._rests_at[0] >= _REST_S

    def _go_down(self, q_deg: float) -> None:
        """Begin the descent of a rep."""
        self._phase, self._hold_s, self._held, self._deepest_deg = DESCENT, 0.0, [], q_deg

    def _leave_hold(self, q_deg: float, speed: float) -> None:
        """Go on down, where what was held was a pause and no hold, or come up."""
        if speed < 0:
            self._phase = ASCENT
        else:
            self._phase = DESCENT
            if q_deg > self._deepest_deg:
                self._hold_s = 0.0
        self._held = []

    def _has_come_up(self, risen_deg: float, share: float) -> bool:
        return risen_deg <= (1 - share) * (self._deepest_deg - self._rest_deg)

    def _near_hold(self, q_deg: float) -> bool:
        return not self._held or abs(q_deg - median(self._held[-90:])) <= _HOLD_DEPTH_DEG

    def _speed(self, t_s: float, q_deg: float) -> float:
        """Return the slope over the last moments (deg/s); 0 with too few frames."""
        if self._recent and t_s - self._recent[-1][0] > _NEIGHBOURS_S:
            self._recent.clear()
        self._recent.append((t_s, q_deg))
        while len(self._recent) > _FEWEST_FRAMES and t_s - self._recent[0][0] > _SLOPE_S:
            self._recent.popleft()
        if len(self._recent) < _FEWEST_FRAMES:
            return 0.0
        return _slope(self._recent)


def _slope(samples: Collection[tuple[float, float]]) -> float:
    """Return the slope of the straight line that fits samples of time and value best (least squares)."""
    middle = 0.0
    for t, _ in samples:
        middle += t
    middle /= len(samples)
    together = alone = 0.0
    for t, q in samples:
        together += (t - middle) * q
        alone += (t - middle) * (t - middle)
    return together / alone


def _since(since_s: float | None, t_s: float, holds: bool) -> float | None:
    """Return since when something holds without a break; None where it does not."""
    if not holds:
        return None
    return t_s if since_s is None else since_s


def _lasts(since_s: float | None, t_s: float, least_s: float) -> bool:
    return since_s is not None and t_s - since_s >= least_s
