"""Landmarks that the browser found in its pictures, which never come here."""

from __future__ import annotations

from functools import partial

from formcheck.pose.balance import LiveBalance, correction, mirrored_back
from formcheck.pose.belief import LandmarkBelief
from formcheck.pose.origin import PoseOrigin, SelfTest
from formcheck.pose.source import browser_origin
from formcheck.pose.types import Pose, nobody
from formcheck.session.live_state import LiveState, PictureFacts
from formcheck.web.live.landmarks import LandmarkFrame, parse_landmarks
from formcheck.web.live.messages import BrowserEstimator
from formcheck.web.live.pipeline import FrameSource, Pipeline
from formcheck.web.live.replies import frame_message


class LandmarkSource(FrameSource):
    """Takes landmarks; it needs no pose model and decodes nothing.

    Parameters
    ----------
    of
        The set.
    estimator
        What finds them, as the page says.
    """

    def __init__(self, of: Pipeline, estimator: BrowserEstimator | None) -> None:
        super().__init__(of)
        if estimator is None:
            raise ValueError("who sends landmarks names what finds them")
        self._origin = origin_of(estimator)
        self._belief = LandmarkBelief()
        self._balance = LiveBalance() if estimator.balanced else None

    @property
    def finder(self) -> PoseOrigin:
        """What finds the poses."""
        return self._origin

    @property
    def balanced(self) -> bool:
        """Whether its page looks into the mirror too."""
        return self._balance is not None

    def measure(self, data: bytes) -> str:
        """Take the next frames and return one answer to all of them: what to show after the newest."""
        setup, clock = self._set.setup, self._set.parts.clock
        began_s = clock()
        message = parse_landmarks(data, setup.width_px, setup.height_px)
        shown: LiveState | None = None
        for frame in message.frames:
            state = self._add(frame)
            shown = state if shown is None else _both(shown, state)
        if shown is None:
            raise ValueError("a message of landmarks has a frame")
        said = partial(
            frame_message,
            shown,
            t_ms=message.t_ms,
            server_ms=1000 * (clock() - began_s),
            width_px=setup.width_px,
            height_px=setup.height_px,
        )
        self._set.observed = said() if self._set.watched else ""
        # The page draws what it found itself, at once.
        return said(with_pose=False)

    def close(self) -> None:
        """Do nothing: it holds arrays only."""

    def _add(self, frame: LandmarkFrame) -> LiveState:
        width_px, height_px = self._set.setup.width_px, self._set.setup.height_px
        facts = PictureFacts(width_px, height_px, frame.luma, frame.people, frame.repeats)
        return self._set.engine.add(self._pose(frame), facts)

    def _pose(self, frame: LandmarkFrame) -> Pose:
        t_s, found = self._set.time_s(frame.t_ms), frame.found
        if found is None:
            self._belief.forget()
            if self._balance is not None:
                self._balance.forget()
            return nobody(t_s)
        visibility = self._belief(found.visibility, found.presence)
        visibility[found.covered] = 0.0
        pose = Pose(t_s, found.image_px, visibility, found.world_m)
        if self._balance is None:
            return pose
        if frame.mirror is not None:
            there = Pose(t_s, frame.mirror.image_px, visibility, frame.mirror.world_m)
            self._balance.look(correction(pose, mirrored_back(there, self._set.setup.width_px)))
        return self._balance.balanced(pose)


def origin_of(estimator: BrowserEstimator) -> PoseOrigin:
    """Return who finds the landmarks that a page sends, as it says."""
    tested = estimator.self_test
    return browser_origin(
        estimator.model,
        estimator.model_sha256,
        runtime=f"{estimator.package} {estimator.version}",
        runtime_sha256=estimator.wasm_sha256,
        delegate=estimator.delegate,
        user_agent=estimator.user_agent,
        self_test=SelfTest(tested.runs, tested.ms_p50, tested.ms_p90, tested.worst_px),
    )


def _both(earlier: LiveState, later: LiveState) -> LiveState:
    """Return what to show after two frames: the newer, with what is said only once of the older."""
    notice = " ".join(each for each in (earlier.notice, later.notice) if each)
    return later._replace(cue=later.cue or earlier.cue, notice=notice)
