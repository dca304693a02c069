"""Pure functions: limits, their setting, and keeping to them."""

from __future__ import annotations

import pytest

from formcheck.web.live.limits import LiveLimits, LiveSettingError
from formcheck.web.live.pace import RateLimit, SlownessWatch

from .world import Clock


def test_the_ceiling_is_two_sets_a_core_unless_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 3)
    assert LiveLimits.from_environment({}).max_sets == 6
    monkeypatch.setattr("os.cpu_count", lambda: None)
    assert LiveLimits.from_environment({}).max_sets == 2
    assert LiveLimits.from_environment({"FORMCHECK_LIVE_SESSIONS": " 12 "}).max_sets == 12


@pytest.mark.parametrize("text", ["0", "-1", "many", "2.5", "1025", "9" * 5000, "٣"])
def test_a_ceiling_that_means_nothing_is_refused(text: str) -> None:
    with pytest.raises(LiveSettingError, match="FORMCHECK_LIVE_SESSIONS must be a whole number"):
        LiveLimits.from_environment({"FORMCHECK_LIVE_SESSIONS": text})


def test_a_process_for_each_core_where_there_are_several(monkeypatch: pytest.MonkeyPatch) -> None:
    for cores, workers in ((1, 0), (2, 2), (8, 8)):
        monkeypatch.setattr("os.sched_getaffinity", lambda _, cores=cores: set(range(cores)), raising=False)
        assert LiveLimits.from_environment({}).workers == workers
    assert LiveLimits.from_environment({"FORMCHECK_LIVE_WORKERS": "0"}).workers == 0
    with pytest.raises(LiveSettingError, match="FORMCHECK_LIVE_WORKERS must be a whole number from 0 to 64"):
        LiveLimits.from_environment({"FORMCHECK_LIVE_WORKERS": "65"})


def test_a_second_of_messages_may_come_at_once_and_no_more() -> None:
    clock = Clock()
    rate = RateLimit(10, clock)
    assert [rate.allows_one_more() for _ in range(11)] == [True] * 10 + [False]
    clock.advance(0.5)
    assert [rate.allows_one_more() for _ in range(6)] == [True] * 5 + [False]
    clock.advance(100)
    assert [rate.allows_one_more() for _ in range(11)] == [True] * 10 + [False]


def test_a_grant_is_for_once() -> None:
    clock = Clock()
    rate = RateLimit(10, clock)
    rate.grant(5)
    clock.advance(100)
    assert [rate.allows_one_more() for _ in range(16)] == [True] * 15 + [False]
    clock.advance(100)
    assert [rate.allows_one_more() for _ in range(11)] == [True] * 10 + [False]


def test_a_hitch_is_not_slowness() -> None:
    watch = SlownessWatch(60, 3.0)
    assert not any(watch.add(0.1 * i, 1000 if i == 10 else 20) for i in range(60))


def test_slowness_is_told_once_a_window() -> None:
    watch = SlownessWatch(60, 3.0)
    assert [i for i in range(65) if watch.add(0.1 * i, 61)] == [30, 61]
