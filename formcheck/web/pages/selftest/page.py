"""*Self-test*: every link of the chain is tried, and what fails is named with one next step."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from formcheck.commands.samples import SAMPLES, sample_path
from formcheck.errors import FormcheckError
from formcheck.pose.estimator import open_pose_source
from formcheck.pose.models import ModelState, PoseModel, find_model, verify_model
from formcheck.pose.releases import DEFAULT_MODEL
from formcheck.pose.types import Pose
from formcheck.session.live import LiveSet
from formcheck.session.live_state import PictureFacts
from formcheck.session.request import SetRequest
from formcheck.video.reader import open_video
from formcheck.video.writer import VideoWriter
from formcheck.web.live.browser_pose import browser_pose
from formcheck.web.live.camera_view import installed_models, live_token
from formcheck.web.live.registry import LiveRegistry, live_service
from formcheck.web.shared.addresses import LIVE_CLIENT_PATH, SOCKET_PATH
from formcheck.web.shared.browser_parts import text_beside
from formcheck.web.shared.set_settings import setup_message, usual_set

_FRAMES: Final = 12
"""Of the sample clip: enough to tell the usual time of a picture from that of the first."""
_LUMA: Final = 120.0
"""Brightness that is told to the engine: that of an ordinary room."""
_TEST_VIDEO_FRAMES: Final = 20
_TEST_VIDEO_FPS: Final = 10
"""Two seconds: shorter videos are refused as damaged."""
_LEAST_FREE_BYTES: Final = 500_000_000
"""A kept video of an hour takes about as much."""


class State(StrEnum):
    """How a link is."""

    OK = "ok"
    NOTE = "note"
    """It works, with something to know."""
    FAIL = "fail"
    NOT_TRIED = "not tried"
    """What it needs has failed."""


@dataclass(frozen=True)
class LinkResult:
    """What came of trying one link."""

    name: str
    state: State
    words: str
    next_step: str = ""


@dataclass(frozen=True)
class _Found:
    """What a link says when it does not fail."""

    words: str
    next_step: str = ""

    @property
    def state(self) -> State:
        return State.NOTE if self.next_step else State.OK


class ServerChain:
    """The server's links, in the order in which a picture passes them.

    Parameters
    ----------
    registry
        Of the live sets.
    look_up
        Finds the pose model of a name.
    """

    def __init__(self, registry: LiveRegistry, look_up: Callable[[str], PoseModel] = find_model) -> None:
        self._registry = registry
        self._look_up = look_up
        self._model: PoseModel | None = None
        self._size = (0, 0)
        self._poses: list[Pose] = []

    def run(self) -> Iterator[LinkResult]:
        """Try the links one after the other; one that needs a broken one is not tried."""
        links = (
            ("Pose model", self._check_model, True),
            ("Finding a person", self._check_pose, True),
            ("Measuring", self._check_engine, True),
            ("Places for live sets", self._check_places, False),
            ("Disk and video", self._check_storage, False),
        )
        broken = ""
        for name, check, needs_others in links:
            if broken and needs_others:
                yield LinkResult(name, State.NOT_TRIED, f"It needs “{broken}”.")
                continue
            try:
                found = check()
            except FormcheckError as error:
                broken = name if needs_others else broken
                yield LinkResult(name, State.FAIL, error.reason, error.remedy)
            else:
                yield LinkResult(name, found.state, found.words, found.next_step)

    def _check_model(self) -> _Found:
        model = self._model = self._look_up(DEFAULT_MODEL)
        report = verify_model(model.path)
        unknown = "Trust its results only if you know the file." if report.state is ModelState.UNKNOWN else ""
        return _Found(f"{model.name}: {report.detail}", unknown)

    def _check_pose(self) -> _Found:
        assert self._model is not None  # the link before has found it
        times_ms: list[float] = []
        with open_video(sample_path(SAMPLES[0])) as video, closing(open_pose_source(self._model)) as estimator:
            width, height = self._size = (video.info.width, video.info.height)
            for frame in islice(video, _FRAMES):
                began = time.perf_counter()
                pose = estimator.estimate(frame.rgb, frame.t_s, width_px=width, height_px=height)
                times_ms.append(1000 * (time.perf_counter() - began))
                self._poses.append(pose)
        if not any(pose.found for pose in self._poses):
            raise FormcheckError(
                "Nobody was found in a picture that shows a person.",
                "Install the pose model again: formcheck models install full.",
            )
        usual_ms = median(times_ms)
        slow = usual_ms > self._registry.limits.slow_ms
        lighter = "Choose the lite model, or close" if "lite" in installed_models() else "Close"
        next_step = f"{lighter} other programs." if slow else ""
        return _Found(f"A person is found in a sample picture, in {usual_ms:.0f} ms a picture.", next_step)

    def _check_engine(self) -> _Found:
        assert self._model is not None  # the links before have needed it
        width, height = self._size
        engine = LiveSet(SetRequest(SAMPLES[0].exercise), width_px=width, height_px=height, model=self._model)
        times_ms: list[float] = []
        for pose in self._poses:
            began = time.perf_counter()
            state = engine.add(pose, PictureFacts(width, height, _LUMA))
            times_ms.append(1000 * (time.perf_counter() - began))
        if state.pose is None:
            raise FormcheckError("The engine lost the person of the sample clip.", "Install formcheck again.")
        return _Found(f"Each picture is measured in {median(times_ms):.1f} ms.")

    def _check_places(self) -> _Found:
        active, most = self._registry.active_count, self._registry.limits.max_sets
        wait = "Wait until one is over." if active >= most else ""
        return _Found(f"{active} of {most} are taken.", wait)

    def _check_storage(self) -> _Found:
        with tempfile.TemporaryDirectory(prefix="formcheck-") as name:
            path = Path(name) / "test.mp4"
            picture: NDArray[np.uint8] = np.zeros((64, 64, 3), dtype=np.uint8)
            with VideoWriter(path, 64, 64) as writer:
                for i in range(_TEST_VIDEO_FRAMES):
                    writer.write(picture, i / _TEST_VIDEO_FPS)
            with open_video(path) as video:
                read = sum(1 for _ in video)
            free = shutil.disk_usage(name).free
        if read == 0:
            raise FormcheckError("A video that was just written cannot be read.", "Install formcheck again.")
        room = "Free some space before you keep videos." if free < _LEAST_FREE_BYTES else ""
        return _Found(f"Videos can be written and read; {free / 1e9:.0f} GB are free.", room)


_RESULTS: Final = "selftest_results"
_WORDS: Final = {
    State.OK: ":material/check: **works**",
    State.NOTE: ":material/info: **note**",
    State.FAIL: ":material/error: **fails**",
    State.NOT_TRIED: ":material/remove: **not tried**",
}
_HTML: Final = (
    '<div class="formcheck-selftest"><button type="button" data-testid="selftest-browser"></button>'
    '<ul aria-live="polite" data-testid="selftest-list"></ul></div>'
)

_browser_test = st.components.v2.component(
    "formcheck_selftest",
    html=_HTML,
    css=text_beside(__file__, "selftest.css"),
    js=text_beside(__file__, "selftest.js"),
    isolate_styles=False,
)


def page() -> None:
    """Show the page."""
    st.title("Self-test", anchor=False)
    st.markdown("When something does not work, this finds the link that is broken and says what to do next.")
    st.subheader("This browser and its camera", anchor=False)
    st.caption("Your browser may ask for the camera. Nothing is recorded.")
    _browser_test(
        key="selftest-browser",
        data={
            "label": "Test browser and camera",
            "label_again": "Test again",
            "pose": browser_pose(),
            "static_base": LIVE_CLIENT_PATH,
            "socket_path": SOCKET_PATH,
            "token": live_token(renew=True),
            "camera": "user",
            "setup": setup_message(usual_set(), model="auto", session_number=1, keep_video=False),
        },
    )
    st.subheader("The computer that measures", anchor=False)
    if st.button("Test the server", type="primary"):
        with st.spinner("Trying each link…"):
            st.session_state[_RESULTS] = tuple(ServerChain(live_service()).run())
    results: tuple[LinkResult, ...] = st.session_state.get(_RESULTS, ())
    for result in results:
        st.markdown(f"{_WORDS[result.state]} · {result.name}: {_plain(result.words)}")
        if result.next_step:
            st.markdown(f"Next step: {_plain(result.next_step)}")
    if results:
        _show_verdict(results)


def _show_verdict(results: tuple[LinkResult, ...]) -> None:
    broken = next((result for result in results if result.state is State.FAIL), None)
    if broken is None:
        st.success("Every link of the server works.", icon=":material/check_circle:")
    else:
        st.error(f"“{broken.name}” is broken. {_plain(broken.next_step)}", icon=":material/error:")


def _plain(text: str) -> str:
    """Take the meaning of Markdown out of a text that may hold names of files."""
    return "".join(f"\\{sign}" if sign in "\\*_[]<>#$~" else sign for sign in text)
