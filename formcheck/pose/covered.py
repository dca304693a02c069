"""Which joints are covered by something, told from the picture around them.

MediaPipe goes on drawing a knee behind a chair: with something in front of one joint alone its visibility stays at
0.99, while the landmark slides by 3 to 6 % of a leg, 5 deg of FPPA. But the picture changes: what was trouser or skin
is something else within a tenth of a second, and does not come back with the limb. So the looks of each joint are kept
for a moment and sought in the newest picture, a little way around the landmark. Where they are far more different than
this joint ever was from one moment to the next it has been covered, until it looks again as it did before.

Light that is switched on, a cut, a person who walks or is found anew are no covers: then everything is learnt afresh.
What is covered from the first frame on, or by something that looks like the clothes, cannot be told this way.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from formcheck.pose.landmarks import BODY, N_LANDMARKS, SIDES, Landmark

FloatArray = NDArray[np.float64]
Looks = NDArray[np.int16]

WATCHED: Final[tuple[Landmark, ...]] = tuple(
    getattr(BODY[side], joint) for joint in ("hip", "knee", "ankle", "heel", "toe") for side in SIDES
)
"""The landmarks that measures of the legs are made from."""

_SIDE: Final = 8
"""Cells along each side of the region around a landmark."""
_CORE: Final = 4
"""Cells along each side of its middle, which is what is kept, and sought all over the region: landmarks tremble."""
_FINE: Final = 2
"""Samples along each side of a cell, of which the mean is taken."""
_REACH_LEG: Final = 0.1
"""From the landmark to the edge of its region, in leg lengths. The core is 8 cm wide on an adult: a knee."""
_TRUNKS_TO_LEG: Final = 1.4
"""A leg has at least so many trunks, shoulder to hip, however much it is bent or turned (Winter: 0.491 H, 0.288 H)."""
_LOOK_BACK_S: Final = 0.12
"""Somebody who walks by, or a hand that reaches in, comes in front of 8 cm within this time."""
_LEARN_S: Final = 0.5
"""How long a joint is watched before it is judged."""
_MORE: Final = 12.0
"""Covered: different by this (of 255) more than the joint lately was from one moment to the next."""
_FIRST_USUAL: Final = 20.0
_FORGET_S: Final = 4.0
"""Within this time the usual difference falls to a third: a rep shows knees standing and bent."""
_KEEP_EVERY_S: Final = 0.3
_KEPT: Final = 24
"""Looks kept of a joint while it is seen: those of a rep."""
_NEW_SHARE: Final = 0.75
_NEW_SHARE_OF_CHANGE: Final = 0.5
"""A change is no cover if the joint once looked as it does now, but for these shares of the limit and of the change."""
_BACK_SHARE: Final = 0.6
"""Seen again: different from how it looked by less than this share of what the cover was."""
_LIKE_TIMES: Final = 1.5
"""And by no more than this times the limit, whatever the cover was."""
_BACK_S: Final = 0.06
"""For so long: a pattern on the cover may look like the joint for a frame."""
_BELIEVED: Final = 2.0
"""A cover is believed for this many times as long as the joint was watched before it: a hand that is taken off the knee
just after the start looks like a cover that came, and must not cost the set."""
_AT_MOST_S: Final = 10.0
"""Whatever lasts for longer is taken for how the joint looks from now on: a cover that was there before the person
left, rather than one that came."""
_LEAST_VISIBILITY: Final = 0.5
"""A landmark that the estimator itself takes for hidden shows nothing to learn from."""
_SAID_BACK_S: Final = 0.2
"""Taken for hidden by the estimator for so long and then for seen: it saw the cover come, and has seen it go."""
_WALKS_LEG: Final = 0.12
_WALKS_SHARE: Final = 0.6
"""More of the joints than this further away after `_LOOK_BACK_S` than `_WALKS_LEG`: 0.8 m/s, the person walks."""
_HOP_LEG: Final = 0.2
"""Further than this from one frame to the next no joint walks: 5 m/s at 30 frames a second."""
_GRID: Final = 24
_OTHER_LIGHT: Final = 14.0
_OTHER_PICTURE: Final = 0.7
"""More of the picture than this changed by `_OTHER_LIGHT` (of 255) at once: light, exposure or another scene."""


_CELLS_OF_PLACE: Final = sliding_window_view(np.arange(_SIDE**2).reshape(_SIDE, _SIDE), (_CORE, _CORE)).reshape(
    -1, _CORE**2
)
"""For each place of a core in a region, the numbers of the region's cells that it lies on; shape (25, 16)."""


@dataclass(frozen=True, eq=False)
class _Moment:
    """What is kept of one frame."""

    t_s: float
    cores: Looks
    """Shape (joints, 3, 4, 4): of each joint, colour, row and column."""
    at_px: FloatArray
    picture: Looks
    """Shape (rows, columns): a coarse sample of the whole."""


class CoverWatch:
    """Follows the looks of one person's leg joints from frame to frame, causally; serves one video or stream."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Start afresh: nobody was found, or nothing can be compared with what was before."""
        n = len(WATCHED)
        self._recent: deque[_Moment] = deque()
        self._kept: list[deque[Looks]] = [deque(maxlen=_KEPT) for _ in range(n)]
        self._kept_at_s = np.full(n, -np.inf)
        self._usual = np.full(n, _FIRST_USUAL)
        self._shown_at_s = np.full(n, np.inf)
        self._seen_from_s = np.full(n, np.inf)
        self._learnt_at_s = np.full(n, np.inf)
        self._covered = np.zeros(n, dtype=np.bool_)
        self._covered_from_s = np.zeros(n)
        self._differs = np.zeros(n)
        self._like_before_from_s = np.full(n, np.inf)

    def covered(
        self, t_s: float, rgb: NDArray[np.uint8], image_px: FloatArray, visibility: FloatArray
    ) -> NDArray[np.bool_]:
        """Return which landmarks are covered in the next frame, shape (33,); False for those that are not watched.

        Parameters
        ----------
        t_s
            Time of the frame, after that of the frame before.
        rgb
            The picture, shape (height, width, 3).
        image_px
            Landmarks in pixels of `rgb`, shape (33, 2); finite.
        visibility
            The estimator's own belief in them, without lag, shape (33,).
        """
        marks = list(WATCHED)
        at, leg_px = image_px[marks], _leg_px(image_px)
        regions = _regions(rgb, at, leg_px)
        middle = slice((_SIDE - _CORE) // 2, (_SIDE + _CORE) // 2)
        now = _Moment(t_s, regions[:, :, middle, middle], at, _coarse(rgb))
        if self._recent and self._is_another_scene(now, leg_px):
            self.forget()
        in_picture = ((at >= 0) & (at < (rgb.shape[1], rgb.shape[0]))).all(axis=1)
        shown = (visibility[marks] >= _LEAST_VISIBILITY) & in_picture
        self._covered &= ~(shown & (t_s - self._shown_at_s > _SAID_BACK_S))
        self._shown_at_s = np.where(shown, t_s, self._shown_at_s)
        self._seen_from_s = np.where(shown, np.minimum(self._seen_from_s, t_s), np.inf)
        self._learnt_at_s = np.where(shown, np.minimum(self._learnt_at_s, t_s + _LEARN_S), np.inf)
        places = _places(regions)
        change = self._change(places)
        for j in np.flatnonzero(shown):
            self._judge(int(j), now, places[j : j + 1], float(change[j]))
        self._recent.append(now)
        while t_s - self._recent[0].t_s > _LOOK_BACK_S:
            self._recent.popleft()
        result = np.zeros(N_LANDMARKS, dtype=np.bool_)
        result[marks] = self._covered & shown
        return result

    def _is_another_scene(self, now: _Moment, leg_px: float) -> bool:
        before = self._recent[0]
        if before.picture.shape != now.picture.shape:
            return True
        if (np.abs(now.picture - before.picture) > _OTHER_LIGHT).mean() > _OTHER_PICTURE:
            return True
        if self._covered.mean() > _WALKS_SHARE:
            return False
        # All at once is no walk: the estimator went over to somebody else, and those joints are not this person's.
        path = [*self._recent, now]
        steps = [np.hypot(*(b.at_px - a.at_px).T) for a, b in pairwise(path)]
        walks = np.hypot(*(now.at_px - before.at_px).T) > _WALKS_LEG * leg_px
        return bool((walks & (np.max(steps, axis=0) < _HOP_LEG * leg_px)).mean() > _WALKS_SHARE)

    def _change(self, places: Looks) -> FloatArray:
        """Return by how much each joint differs from a moment before and from the last frame; the larger."""
        change = np.zeros(len(WATCHED))
        if self._recent:
            moments = {id(moment): moment for moment in (self._recent[0], self._recent[-1])}.values()
            for moment in moments:
                comparable = self._seen_from_s <= moment.t_s
                change = np.maximum(change, np.where(comparable, _difference(places, moment.cores), 0.0))
        return change

    def _judge(self, j: int, now: _Moment, places: Looks, change: float) -> None:
        """Say whether joint `j` is covered, from its looks in this frame (`_places`) and its change since just now."""
        limit = self._usual[j] + _MORE
        watched_s = self._covered_from_s[j] - self._learnt_at_s[j] + _LEARN_S
        if self._covered[j] and now.t_s - self._covered_from_s[j] > min(_AT_MOST_S, _BELIEVED * watched_s):
            self._kept[j].clear()
            self._covered[j], self._learnt_at_s[j], self._kept_at_s[j] = False, now.t_s + _LEARN_S, -np.inf
        if self._covered[j]:
            differs = self._differs_from_kept(j, places)
            if differs >= min(_BACK_SHARE * self._differs[j], _LIKE_TIMES * limit):
                self._differs[j] = max(differs, self._differs[j])
                self._like_before_from_s[j] = np.inf
                return
            self._like_before_from_s[j] = min(self._like_before_from_s[j], now.t_s)
            if now.t_s - self._like_before_from_s[j] >= _BACK_S:
                self._covered[j] = False
                self._seen_from_s[j] = now.t_s
            return
        if now.t_s >= self._learnt_at_s[j] and change > limit:
            differs = self._differs_from_kept(j, places)
            if differs > max(_NEW_SHARE_OF_CHANGE * change, _NEW_SHARE * limit):
                self._covered[j], self._covered_from_s[j] = True, now.t_s
                self._differs[j], self._like_before_from_s[j] = differs, np.inf
                return
        passed = now.t_s - self._recent[-1].t_s if self._recent else 0.0
        self._usual[j] = max(change, self._usual[j] * np.exp(-passed / _FORGET_S))
        if now.t_s - self._kept_at_s[j] >= _KEEP_EVERY_S:
            self._kept[j].append(now.cores[j])
            self._kept_at_s[j] = now.t_s

    def _differs_from_kept(self, j: int, places: Looks) -> float:
        return float(_difference(places, np.array(self._kept[j])).min())


def _leg_px(image_px: FloatArray) -> float:
    """Return the length of a leg, from whichever of legs and trunk shows it longest."""
    lengths = []
    for body in BODY.values():
        hip, knee, ankle, shoulder = (image_px[mark] for mark in (body.hip, body.knee, body.ankle, body.shoulder))
        lengths.append(np.hypot(*(hip - knee)) + np.hypot(*(knee - ankle)))
        lengths.append(_TRUNKS_TO_LEG * np.hypot(*(shoulder - hip)))
    return float(max(lengths))


def _regions(rgb: NDArray[np.uint8], at_px: FloatArray, leg_px: float) -> Looks:
    """Return the picture around each point in cells, shape (points, 3, 8, 8)."""
    height, width = rgb.shape[:2]
    n = _SIDE * _FINE
    steps = (np.arange(n) - (n - 1) / 2) / (n / 2) * _REACH_LEG * leg_px
    columns = np.clip(at_px[:, 0, None] + steps, 0, width - 1).astype(np.intp)
    rows = np.clip(at_px[:, 1, None] + steps, 0, height - 1).astype(np.intp)
    places = (rows * width)[:, :, None] + columns[:, None, :]
    samples = np.take(rgb.reshape(-1, 3), places, axis=0).astype(np.int16)
    sums = samples[:, ::2, ::2] + samples[:, ::2, 1::2] + samples[:, 1::2, ::2] + samples[:, 1::2, 1::2]
    return np.ascontiguousarray(np.moveaxis(sums >> 2, -1, 1))


def _coarse(rgb: NDArray[np.uint8]) -> Looks:
    """Return the green of a coarse grid over the picture."""
    return rgb[:: max(1, rgb.shape[0] // _GRID), :: max(1, rgb.shape[1] // _GRID), 1].astype(np.int16)


def _places(regions: Looks) -> Looks:
    """Return every place of a core in each region, shape (n, 3, 25, 16)."""
    return np.asarray(np.take(regions.reshape(len(regions), 3, -1), _CELLS_OF_PLACE, axis=2))


def _difference(places: Looks, cores: Looks) -> FloatArray:
    """Return how far each core is from the likest place in its region: mean absolute difference in the worst colour.

    Parameters
    ----------
    places
        Of n regions, or of one against many cores; see `_places`.
    cores
        Shape (n, 3, 4, 4).
    """
    apart = places - cores.reshape(len(cores), 3, 1, -1)
    np.abs(apart, out=apart)
    of_place = apart.sum(axis=-1, dtype=np.int16).max(axis=1)
    return np.asarray(of_place.min(axis=-1) / _CORE**2, dtype=np.float64)
