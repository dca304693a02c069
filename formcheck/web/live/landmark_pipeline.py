"""A set of landmarks that the browser found in its pictures, which never come here."""

from __future__ import annotations

from dataclasses import replace
from typing import Self

from formcheck.pose.belief import LandmarkBelief
from formcheck.pose.source import PoseOrigin, browser_origin
from formcheck.pose.types import Pose, nobody
from formcheck.session.live_state import LiveState, PictureFacts
from formcheck.web.live.landmarks import LandmarkFrame, LandmarkMessage
from formcheck.web.live.limits import LiveLimits
from formcheck.web.live.messages import FrameMessage, SetupMessage
from formcheck.web.live.parts import LiveParts
from formcheck.web.live.pipeline import Pipeline
from formcheck.web.live.replies import frame_message


class LandmarkPipeline(Pipeline):
    """Works on a set whose page sends landmarks; see `Pipeline`. It needs no pose model and decodes nothing."""

    def __init__(self, set_id: str, setup: SetupMessage, parts: LiveParts, limits: LiveLimits) -> None:
        super().__init__(set_id, setup, parts, limits)
        self._origin = origin_of(setup)
        self._belief = LandmarkBelief()

    def __enter__(self) -> Self:
        self._engine = self._make_engine(self._origin, balanced=False)
        return self

    def measure(self, message: FrameMessage | LandmarkMessage) -> str:
        """Take the next frames and return one answer to all of them: what to show after the newest."""
        if not isinstance(message, LandmarkMessage):
            raise TypeError("a set of landmarks takes no pictures")
        began_s = self._parts.clock()
        shown: LiveState | None = None
        for frame in message.frames:
            self._last_t_ms = frame.t_ms
            state = self._add(frame)
            shown = state if shown is None else _both(shown, state)
        if shown is None:
            raise ValueError("a message of landmarks has a frame")
        server_ms = 1000 * (self._parts.clock() - began_s)
        # The page draws what it found itself, at once.
        return frame_message(
            shown,
            t_ms=message.t_ms,
            server_ms=server_ms,
            width_px=self._setup.width_px,
            height_px=self._setup.height_px,
            with_pose=False,
        )

    @property
    def _finder_name(self) -> str:
        return self._origin.name

    def _close(self) -> None:
        """Do nothing: it holds arrays only."""

    def _add(self, frame: LandmarkFrame) -> LiveState:
        width_px, height_px = self._setup.width_px, self._setup.height_px
        facts = PictureFacts(width_px, height_px, frame.luma, frame.people, frame.repeats)
        return self._engine.add(self._pose(frame), facts)

    def _pose(self, frame: LandmarkFrame) -> Pose:
        t_s, found = self._time_s(frame.t_ms), frame.found
        if found is None:
            self._belief.forget()
            return nobody(t_s)
        visibility = self._belief(found.visibility, found.presence)
        visibility[found.covered] = 0.0
        return Pose(t_s, found.image_px, visibility, found.world_m)


def origin_of(setup: SetupMessage) -> PoseOrigin:
    """Return who finds the poses of a set of landmarks, as its page says."""
    estimator = setup.estimator
    if estimator is None:
        raise ValueError("a set of landmarks names its estimator")
    return browser_origin(
        estimator.model,
        estimator.model_sha256,
        runtime=f"{estimator.package} {estimator.version}",
        runtime_sha256=estimator.wasm_sha256,
        delegate=estimator.delegate,
    )


def _both(earlier: LiveState, later: LiveState) -> LiveState:
    """Return what to show after two frames: the newer, with what is said only once of the older."""
    notice = " ".join(each for each in (earlier.notice, later.notice) if each)
    return replace(later, cue=later.cue or earlier.cue, notice=notice)
