"""Layer: the server's self-test, with the pose model that is installed and without one."""

from __future__ import annotations

from pathlib import Path

import pytest

from formcheck.errors import FormcheckError, PoseModelError
from formcheck.pose.models import PoseModel
from formcheck.web.live.limits import LiveLimits
from formcheck.web.live.registry import LiveRegistry
from formcheck.web.pages.selftest.page import LinkResult, ServerChain, State

_LINKS = ["Pose model", "Finding a person", "Measuring", "Places for live sets", "Disk and video"]


def _missing(_name: str) -> PoseModel:
    raise PoseModelError("The pose model “full” is not installed.", "Run `formcheck models install full`.")


def run(chain: ServerChain) -> dict[str, LinkResult]:
    return {result.name: result for result in chain.run()}


def test_every_link_works_on_a_sound_installation(pose_model: PoseModel) -> None:
    results = run(ServerChain(LiveRegistry(), lambda _name: pose_model))
    assert list(results) == _LINKS
    assert {name: result.words for name, result in results.items() if result.state is State.FAIL} == {}


def test_the_broken_link_is_named_and_what_needs_it_is_not_tried() -> None:
    results = run(ServerChain(LiveRegistry(), _missing))
    assert results["Pose model"].state is State.FAIL
    assert results["Pose model"].next_step == "Run `formcheck models install full`."
    for name in ("Finding a person", "Measuring"):
        assert results[name].state is State.NOT_TRIED
        assert "“Pose model”" in results[name].words
    assert results["Disk and video"].state is not State.NOT_TRIED


def test_a_server_without_a_free_place_says_so() -> None:
    full = LiveRegistry(limits=LiveLimits(max_sets=0))
    result = run(ServerChain(full, _missing))["Places for live sets"]
    assert result.state is State.NOTE
    assert result.next_step


def test_a_disk_that_takes_nothing_fails_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(path: Path, *_: object) -> None:
        raise FormcheckError(f"The disk that holds {path.name} is full.", "Free some space.")

    monkeypatch.setattr("formcheck.web.pages.selftest.page.VideoWriter", no_room)
    results = run(ServerChain(LiveRegistry(), _missing))
    assert (results["Disk and video"].state, results["Disk and video"].next_step) == (State.FAIL, "Free some space.")
