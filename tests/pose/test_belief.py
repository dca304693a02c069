"""Pure: what MediaPipe says of a landmark's visibility, without its lag."""

from __future__ import annotations

import numpy as np
import pytest

from formcheck.pose.belief import LandmarkBelief
from formcheck.pose.landmarks import N_LANDMARKS
from formcheck.pose.types import FloatArray


def low_passed(true: FloatArray) -> FloatArray:
    """Return what MediaPipe makes of visibility over time: a tenth of the new frame in each."""
    given = [true[0]]
    for value in true[1:]:
        given.append(0.9 * given[-1] + 0.1 * value)
    return np.array(given)


def all_marks(value: float) -> FloatArray:
    return np.full(N_LANDMARKS, value)


def test_a_step_is_seen_in_its_own_frame() -> None:
    true = np.array([0.9] * 5 + [0.05] * 5 + [0.95] * 5)
    belief = LandmarkBelief()
    undone = [belief(all_marks(value), all_marks(1.0))[7] for value in low_passed(true)]
    assert undone == pytest.approx(true.tolist())


def test_what_lies_outside_of_the_picture_is_not_believed() -> None:
    belief = LandmarkBelief()
    presence = all_marks(1.0)
    presence[3] = 0.02
    assert belief(all_marks(0.9), presence)[3] == 0.02
    assert belief(all_marks(0.9), presence)[4] == pytest.approx(0.9)


def test_a_person_found_anew_has_nothing_of_the_one_before() -> None:
    belief = LandmarkBelief()
    belief(all_marks(1.0), all_marks(1.0))
    belief.forget()
    assert belief(all_marks(0.4), all_marks(1.0))[0] == 0.4


def test_what_is_handed_in_stays_as_it_is() -> None:
    belief, visibility, presence = LandmarkBelief(), all_marks(0.5), all_marks(0.5)
    belief(visibility, presence)[:] = 0.0
    assert visibility.tolist() == presence.tolist() == [0.5] * N_LANDMARKS
