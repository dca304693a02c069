"""One set from JPEG to answer: decode, estimate, measure, and keep the video if that was asked for.

Recording a set from where its pose track begins: the quiet stance, which is known for one only when it is over.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from formcheck.errors import OutputError, PoseModelError
from formcheck.pose.models import PoseModel
from formcheck.pose.people import box_of
from formcheck.pose.releases import DEFAULT_MODEL
from formcheck.pose.types import Pose, PoseTrack
from formcheck.session.assessment import Assessment
from formcheck.session.live_motion import QUIET_S
from formcheck.session.live_state import PictureFacts, Stage
from formcheck.session.request import SetRequest
from formcheck.video.motion import RepeatWatch
from formcheck.web.live.decode import decode_jpeg
from formcheck.web.live.kept_video import KeptVideo
from formcheck.web.live.limits import LiveLimits
from formcheck.web.live.messages import FrameMessage, SetupMessage
from formcheck.web.live.pace import SlownessWatch
from formcheck.web.live.parts import Engine, Estimator, LiveParts
from formcheck.web.live.replies import OpenSet, frame_message

_HELD_S: Final = QUIET_S + 1.0
"""Of pictures held back while the person gets ready, until it turns out whether they are part of the set."""
_HELD_BYTES: Final = 24_000_000
"""At most, whatever the client sends: 3 s at 60 frames/s have 14 MB at 80 kB each."""
_WRITTEN_AT_ONCE: Final = 3
"""Pictures written for each that comes, so that the held ones (some 60) hold nobody up."""


class SetRecording:
    """Takes every picture of a set and makes a video whose time is that of the set's pose track.

    Parameters
    ----------
    limits
        Of pictures.
    """

    def __init__(self, limits: LiveLimits) -> None:
        self._limits = limits
        self._times_s: deque[float] = deque()
        self._held: deque[tuple[float, bytes]] = deque()
        self._held_bytes = 0
        self._begin_s = 0.0
        self.video: KeptVideo | None = None
        """There from the beginning of the set on."""

    def hold(self, t_s: float, jpeg: bytes) -> None:
        """Keep a picture that was taken before the set began, for a while."""
        self._times_s.append(t_s)
        while t_s - self._times_s[0] > _HELD_S:
            self._times_s.popleft()
        self._append(t_s, jpeg)
        while self._held_bytes > _HELD_BYTES or t_s - self._held[0][0] > _HELD_S:
            self._take()

    def begin(self, frames: int, width_px: int, height_px: int) -> None:
        """Begin the video, with as many of the held pictures as the track has poses already.

        Raises
        ------
        OutputError
            If there is no room, or no encoder.
        """
        frames = min(frames, len(self._times_s))
        self._begin_s = self._times_s[-frames] if frames else self._times_s[-1]
        while self._held and self._held[0][0] < self._begin_s:
            self._take()
        if self._held:
            # Where the oldest had to be let go the next one stands in for them: time is counted from the first picture.
            self._held[0] = (self._begin_s, self._held[0][1])
        self.video = KeptVideo(width_px, height_px)

    def add(self, t_s: float, jpeg: bytes) -> None:
        """Append a picture of the set.

        Raises
        ------
        OutputError
            If the disk is full or fails.
        """
        self._append(t_s, jpeg)
        self._write(_WRITTEN_AT_ONCE)

    def finish(self) -> Path | None:
        """Complete the video and return where it is; None when the set never began.

        Raises
        ------
        OutputError
            If the disk is full or fails.
        """
        if self.video is None:
            return None
        self._write(len(self._held))
        return self.video.finish()

    def delete(self) -> None:
        """Let go of all pictures."""
        self._held.clear()
        self._held_bytes = 0
        if self.video is not None:
            self.video.delete()

    def _append(self, t_s: float, jpeg: bytes) -> None:
        self._held.append((t_s, jpeg))
        self._held_bytes += len(jpeg)

    def _take(self) -> tuple[float, bytes]:
        t_s, jpeg = self._held.popleft()
        self._held_bytes -= len(jpeg)
        return t_s, jpeg

    def _write(self, pictures: int) -> None:
        for _ in range(min(pictures, len(self._held))):
            t_s, jpeg = self._take()
            if self.video is not None:
                self.video.add(decode_jpeg(jpeg, self._limits), t_s - self._begin_s)


_LIGHTER: Final = "lite"
_LUMA_STRIDE: Final = 8
"""One pixel in 64 tells how light it is; recorded sets are looked at the same way."""
_BEFORE_THE_SET: Final = (Stage.SETUP, Stage.CALIBRATE)
_SHAPE_TOLERANCE: Final = 0.02
"""Of width over height: a smaller picture of the same camera is rounded to whole pixels."""
_LIGHTER_NOTICE: Final = "This computer is slow, so the lighter pose model is used from here on."
_SLOW_NOTICE: Final = "This computer is slow, so the picture may lag: close other programs if you can."


@dataclass(frozen=True, eq=False)
class FinishedSet:
    """One set, measured."""

    set_id: str
    assessment: Assessment = field(repr=False)
    request: SetRequest = field(repr=False)
    pose_track: PoseTrack = field(repr=False)
    """As the estimator saw it, unfiltered, from the quiet stance on; time begins there."""
    video_path: Path | None
    """The recording, if it was asked for, with the time of the pose track; deleted with the set."""
    finished_at: datetime
    """With time zone (UTC)."""
    remarks: tuple[str, ...]
    """Sentences on what was not as usual while it was done."""


@dataclass(frozen=True)
class PipelineResult:
    """A finished set and the recording that belongs to it."""

    finished: FinishedSet
    video: KeptVideo | None


class Pipeline:
    """Works on one set, in one thread. Use it in a `with` block: it frees the model and drops an unfinished video.

    Parameters
    ----------
    set_id
        Of the set.
    setup
        What the client asked for.
    parts
        Model, estimator, engine and clock.
    limits
        Of pictures and pace.

    Raises
    ------
    PoseModelError
        On entering: there is no such model, or it cannot be used.
    """

    _estimator: Estimator
    _engine: Engine
    _model: PoseModel

    def __init__(self, set_id: str, setup: SetupMessage, parts: LiveParts, limits: LiveLimits) -> None:
        self._setup, self._parts, self._limits = setup, parts, limits
        self._set_id = set_id
        self._request = setup.request
        self._first_t_ms: float | None = None
        self._last_t_ms: float | None = None
        self._looked_for_people_s: float | None = None
        self._repeats = RepeatWatch()
        self._slowness = SlownessWatch(limits.slow_ms, limits.slow_window_s)
        self._told_slow = False
        self._size = (setup.width_px, setup.height_px)
        self._recording = SetRecording(limits) if setup.keep_video else None
        self._remarks: list[str] = []
        self._notices: list[str] = []

    def __enter__(self) -> Self:
        setup = self._setup
        self._model = self._parts.find_model(DEFAULT_MODEL if setup.model == "auto" else setup.model)
        self._engine = self._parts.make_engine(
            self._request,
            width_px=setup.width_px,
            height_px=setup.height_px,
            model=self._model,
            session_number=setup.session_number,
        )
        self._estimator = self._parts.open_estimator(self._model)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            self._estimator.close()
        finally:
            self._drop_video()

    @property
    def last_t_ms(self) -> float | None:
        """Capture time of the newest picture that was dealt with, unreadable ones included; None before the first."""
        return self._last_t_ms

    @property
    def opened(self) -> OpenSet:
        """What the page is told of the set."""
        return OpenSet(self._set_id, self._request.rubric, self._request.plan, self._model.name)

    def measure(self, frame: FrameMessage) -> str:
        """Take the next picture and return the answer to it.

        Raises
        ------
        LiveRefusalError
            If the picture is none.
        """
        began_s = self._parts.clock()
        # Also a picture that is refused is dealt with: sent again after a resume it would be refused again.
        self._last_t_ms = frame.t_ms
        rgb = decode_jpeg(frame.jpeg, self._limits)
        if self._first_t_ms is None:
            self._first_t_ms = frame.t_ms
        t_s = (frame.t_ms - self._first_t_ms) / 1000
        width_px, height_px = size = self._size_of(rgb)
        pose = self._estimator.estimate(rgb, t_s, width_px=width_px, height_px=height_px)
        estimated_s = self._parts.clock()
        people = self._people(rgb, pose)
        looked_s = self._parts.clock() - estimated_s
        luma = float(rgb[::_LUMA_STRIDE, ::_LUMA_STRIDE].mean())
        before = self._engine.stage
        repeats = self._repeats(rgb)
        state = self._engine.add(pose, PictureFacts(width_px, height_px, luma, people, repeats))
        if before in _BEFORE_THE_SET:
            self._size = size
        self._record(t_s, frame.jpeg, before, same_size=size == self._size)
        now_s = self._parts.clock()
        self._watch_pace(now_s, 1000 * (now_s - began_s - looked_s))
        notice, self._notices = " ".join(self._notices), []
        server_ms = 1000 * (now_s - began_s)
        return frame_message(
            state, t_ms=frame.t_ms, server_ms=server_ms, width_px=width_px, height_px=height_px, notice=notice
        )

    def remark(self, sentence: str) -> None:
        """Add a sentence to what the result says of how the set was done."""
        self._remarks.append(sentence)

    def finish(self) -> PipelineResult:
        """Measure and judge the set; the video, if any, is the caller's from here on.

        Raises
        ------
        NotAssessableError
            If there is nothing to assess.
        """
        assessment = self._engine.finish()
        track = self._engine.track()
        path = self._finish_video()
        video = self._recording.video if self._recording is not None and path is not None else None
        self._recording = None
        finished = FinishedSet(
            set_id=self._set_id,
            assessment=assessment,
            request=self._request,
            pose_track=track,
            video_path=path,
            finished_at=datetime.now(UTC),
            remarks=tuple(self._remarks),
        )
        return PipelineResult(finished, video)

    def _size_of(self, rgb: NDArray[np.uint8]) -> tuple[int, int]:
        """Return the size in the pixels of which to speak of a picture (px).

        A smaller picture of the same shape is of the same set, since the page makes them smaller where it is slow; one
        of another shape speaks for itself: the phone was turned.
        """
        height, width = rgb.shape[:2]
        usual = self._size[0] / self._size[1]
        return self._size if abs(width / height - usual) <= _SHAPE_TOLERANCE * usual else (width, height)

    def _people(self, rgb: NDArray[np.uint8], pose: Pose) -> int | None:
        """Count the people now and then: often in the set-up, where it can be put right, seldom in the set."""
        limits, looked_s = self._limits, self._looked_for_people_s
        every_s = {Stage.SETUP: limits.people_every_s, Stage.SET: limits.people_every_in_set_s}.get(self._engine.stage)
        if every_s is None or (looked_s is not None and pose.t_s - looked_s < every_s):
            return None
        self._looked_for_people_s = pose.t_s
        width_px, height_px = self._size_of(rgb)
        known = box_of(pose.image_px).scaled(rgb.shape[1] / width_px, rgb.shape[0] / height_px) if pose.found else None
        return len(self._estimator.people_in_view(rgb, known))

    def _watch_pace(self, now_s: float, took_ms: float) -> None:
        if not self._slowness.add(now_s, took_ms):
            return
        if self._take_lighter_model():
            self._notices.append(_LIGHTER_NOTICE)
        elif not self._told_slow:
            self._told_slow = True
            self._notices.append(_SLOW_NOTICE)

    def _take_lighter_model(self) -> bool:
        if self._model.short_name == _LIGHTER:
            return False
        try:
            lighter = self._parts.find_model(_LIGHTER)
            # `FORMCHECK_POSE_MODEL` goes before every name, so that another one may not be found.
            if lighter.short_name != _LIGHTER:
                return False
            estimator = self._parts.open_estimator(lighter)
        except PoseModelError:
            return False
        self._estimator.close()
        self._estimator, self._model = estimator, lighter
        self._engine.use_model(lighter)
        return True

    def _record(self, t_s: float, jpeg: bytes, before: Stage, *, same_size: bool) -> None:
        """Keep a picture if that was asked for. One of a turned phone fits into no video and is left out."""
        recording, now = self._recording, self._engine.stage
        if recording is None or before is Stage.DONE:
            return
        try:
            if before in _BEFORE_THE_SET:
                recording.hold(t_s, jpeg)
                if now not in _BEFORE_THE_SET:
                    recording.begin(len(self._engine.track()), *self._size)
            elif same_size:
                recording.add(t_s, jpeg)
        except OutputError as error:
            self._give_video_up(error)

    def _finish_video(self) -> Path | None:
        try:
            return self._recording.finish() if self._recording is not None else None
        except OutputError as error:
            self._give_video_up(error)
            return None

    def _give_video_up(self, error: OutputError) -> None:
        self._drop_video()
        sentence = f"The video is not kept: {error.reason}"
        self._notices.append(sentence)
        self.remark(sentence)

    def _drop_video(self) -> None:
        recording, self._recording = self._recording, None
        if recording is not None:
            recording.delete()
