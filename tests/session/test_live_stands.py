"""Layer: a live set on made-up landmarks. Stands are counted as somebody stands, tries at the wall as they are back."""

from __future__ import annotations

import pytest

from formcheck.exercises.plan import Plan
from formcheck.pose.types import PoseTrack
from formcheck.session.live import LiveSet
from formcheck.session.request import SetRequest
from tests.chair_figure import Lunger, Sitter, Stand, film_lunger, film_sitter
from tests.session.live_sets import FRAME_S, MODEL, Played, at_frame, facts

HALF, QUICK = Stand(share=0.6), Stand(0.15, 0.6, 0.15, 0.6)


def played(track: PoseTrack, exercise: str) -> Played:
    source = track.source
    request = SetRequest(exercise, plan=Plan(reps=5))
    live = Played(LiveSet(request, width_px=source.width, height_px=source.height, model=MODEL))
    for k in range(len(track)):
        live.states.append(live.live.add(at_frame(track[k], k), facts(track, k)))
    return live


@pytest.mark.parametrize("yaw", [0.0, 90.0])
@pytest.mark.parametrize(
    ("stands", "count"),
    [((Stand(), Stand(stands_s=3.0), Stand(sits_s=2.5, fidgets_deg=30.0), QUICK), 4), ((Stand(), HALF, Stand()), 2)],
    ids=["all whole", "one half"],
)
def test_each_stand_counts_once_and_while_somebody_stands(yaw: float, stands: tuple[Stand, ...], count: int) -> None:
    live = played(film_sitter(Sitter(stands, yaw_deg=yaw, stands_first_s=7.5)).track, "sit-to-stand")
    assert live.states[-1].reps == count
    first = next(k for k, state in enumerate(live.states) if state.reps == 1)
    assert first * FRAME_S < 7.5 + 1.5 + 0.8 + 1.0 + 1.0
    phases = {state.phase for state in live.states}
    assert "sit" in phases
    assert "hold" not in phases
    assert not [state for state in live.states if state.hold_s is not None]
    assert len(live.live.finish().complete_reps) == count


def test_who_gets_ready_is_told_where_to_stand() -> None:
    live = played(film_sitter(Sitter((Stand(),), stands_first_s=4.0)).track, "sit-to-stand")
    told = {state.setup.detail for state in live.states if state.setup is not None}
    assert any("In front of the chair" in detail for detail in told)


def test_three_tries_at_the_wall_count() -> None:
    live = played(film_lunger(Lunger(rests_s=4.5)).track, "knee-to-wall")
    assert live.states[-1].reps == 3
    assert len(live.live.finish().complete_reps) == 3
