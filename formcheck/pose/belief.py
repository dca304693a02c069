"""How far a landmark is believed, from what MediaPipe says of it: the same for every program that runs its graph.

Its estimator runs here (`formcheck.pose.estimator`) and in browsers, which send what it says as it is.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from formcheck.pose.types import FloatArray

_VISIBILITY_SHARE: Final = 0.1
"""In VIDEO mode MediaPipe low-passes visibility too, with this share of the new frame in what it gives, whatever the
clock says: a joint that is hidden at once stays above 0.5 for 7 frames, and one that returns below it as long. Found by
hiding joints: the values undone are flat to 0.01 on both sides of the step, and presence, not filtered, steps with
them."""


class LandmarkBelief:
    """Takes the lag out of one person's visibility, frame by frame; serves one video or stream.

    A landmark is as visible as the model takes it for unhidden, in this frame alone, and for inside of the picture
    (presence).
    """

    def __init__(self) -> None:
        self._smoothed: FloatArray | None = None

    def forget(self) -> None:
        """Start anew with the next frame, as MediaPipe's filter does with each person it finds."""
        self._smoothed = None

    def __call__(self, visibility: FloatArray, presence: FloatArray) -> FloatArray:
        """Return the model's belief in each landmark of the next frame.

        Parameters
        ----------
        visibility, presence
            As MediaPipe gives them in VIDEO mode, shape (33,), 0 to 1.

        Returns
        -------
        array
            Shape (33,), 0 to 1; the caller's own.
        """
        last, self._smoothed = self._smoothed, visibility
        # MediaPipe's numbers are 32 bits wide: undone they are good to 1e-6; of browsers, which send 16, to 1.5e-4.
        now = visibility if last is None else last + (visibility - last) / _VISIBILITY_SHARE
        return np.asarray(np.minimum(np.maximum(np.minimum(now, presence), 0.0), 1.0), dtype=np.float64)
