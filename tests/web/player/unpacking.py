"""Reads what the player is sent, as the browser does."""

from __future__ import annotations

import math
from collections.abc import Sequence


def unpacked(counts: Sequence[int | None], step: float) -> list[float]:
    """Return the values of a packed array, NaN where there is none."""
    result: list[float] = []
    total = 0
    for count in counts:
        if count is None:
            result.append(math.nan)
            continue
        total += count
        result.append(total * step)
    return result
