"""Pictures from the browser: decoded, searched for the person, and kept as a video if that was asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from formcheck.errors import OutputError, PoseModelError
from formcheck.pose.models import PoseModel
from formcheck.pose.people import box_of
from formcheck.pose.releases import DEFAULT_MODEL
from formcheck.pose.types import Pose
from formcheck.session.live_state import PictureFacts, Stage
from formcheck.video.motion import RepeatWatch
from formcheck.web.live.decode import decode_jpeg
from formcheck.web.live.kept_video import KeptVideo
from formcheck.web.live.messages import BrowserEstimator, parse_picture
from formcheck.web.live.pace import SlownessWatch
from formcheck.web.live.pipeline import FrameSource, Pipeline
from formcheck.web.live.replies import frame_message
from formcheck.web.live.set_recording import SetRecording

_LIGHTER: Final = "lite"
_LUMA_STRIDE: Final = 8
"""One pixel in 64 tells how light it is; recorded sets are looked at the same way."""
_BEFORE_THE_SET: Final = (Stage.SETUP, Stage.CALIBRATE)
_SHAPE_TOLERANCE: Final = 0.02
"""Of width over height: a smaller picture of the same camera is rounded to whole pixels."""
_LIGHTER_NOTICE: Final = "This computer is slow, so the lighter pose model is used from here on."
_TOO_SLOW: Final = "the computer was too slow for the model before"
_NO_MORE_PICTURES: Final = "The video is not kept: from some time on no pictures came, but landmarks."
_SLOW_NOTICE: Final = "This computer is slow, so the picture may lag: close other programs if you can."


class PictureSource(FrameSource):
    """Takes pictures: decodes them, finds the person, and keeps them as a video if that was asked for.

    Parameters
    ----------
    of
        The set. Poses of one that began with landmarks that nobody balanced are not balanced either.

    Raises
    ------
    PoseModelError
        If there is no such model here, or it cannot be used.
    """

    def __init__(self, of: Pipeline, _: BrowserEstimator | None = None) -> None:
        super().__init__(of)
        setup, limits = of.setup, of.limits
        self._looked_for_people_s: float | None = None
        self._repeats = RepeatWatch()
        self._slowness = SlownessWatch(limits.slow_ms, limits.slow_window_s)
        self._told_slow = False
        self._size = (setup.width_px, setup.height_px)
        self._recording = SetRecording(limits) if setup.keep_video else None
        self._notices: list[str] = []
        self._balanced = setup.estimator is None or setup.estimator.balanced
        self._model = of.parts.find_model(DEFAULT_MODEL if setup.model == "auto" else setup.model)
        self._estimator = of.parts.open_estimator(self._model, balanced=self._balanced)

    @property
    def finder(self) -> PoseModel:
        """What finds the poses."""
        return self._model

    @property
    def balanced(self) -> bool:
        """Whether the mirror image is looked at too."""
        return self._balanced

    def measure(self, data: bytes) -> str:
        """Take the next picture and return the answer to it.

        Raises
        ------
        LiveRefusalError
            If the picture is none.
        """
        clock, engine = self._set.parts.clock, self._set.engine
        began_s = clock()
        message = parse_picture(data)
        rgb = decode_jpeg(message.jpeg, self._set.limits)
        t_s = self._set.time_s(message.t_ms)
        width_px, height_px = size = self._size_of(rgb)
        pose = self._estimator.estimate(rgb, t_s, width_px=width_px, height_px=height_px)
        estimated_s = clock()
        people = self._people(rgb, pose)
        looked_s = clock() - estimated_s
        luma = float(rgb[::_LUMA_STRIDE, ::_LUMA_STRIDE].mean())
        before = engine.stage
        repeats = self._repeats(rgb)
        state = engine.add(pose, PictureFacts(width_px, height_px, luma, people, repeats))
        if before in _BEFORE_THE_SET:
            self._size = size
        self._record(t_s, message.jpeg, before, same_size=size == self._size)
        now_s = clock()
        self._watch_pace(now_s, 1000 * (now_s - began_s - looked_s))
        notice, self._notices = " ".join(self._notices), []
        server_ms = 1000 * (now_s - began_s)
        answer = frame_message(
            state, t_ms=message.t_ms, server_ms=server_ms, width_px=width_px, height_px=height_px, notice=notice
        )
        self._set.observed = answer if self._set.watched else ""
        return answer

    def close(self) -> None:
        """Free the model, and drop a video that nobody took."""
        try:
            self._estimator.close()
        finally:
            if self._recording is not None:
                self._set.remark(_NO_MORE_PICTURES)
            self._drop_video()

    def take_video(self) -> tuple[Path, KeptVideo] | tuple[None, None]:
        """Complete the video, if there is one, and hand it over."""
        path = self._finish_video()
        video = self._recording.video if self._recording is not None else None
        self._recording = None
        return (None, None) if path is None or video is None else (path, video)

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
        limits, looked_s = self._set.limits, self._looked_for_people_s
        every_s = {Stage.SETUP: limits.people_every_s, Stage.SET: limits.people_every_in_set_s}.get(
            self._set.engine.stage
        )
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
            lighter = self._set.parts.find_model(_LIGHTER)
            # `FORMCHECK_POSE_MODEL` goes before every name, so that another one may not be found.
            if lighter.short_name != _LIGHTER:
                return False
            estimator = self._set.parts.open_estimator(lighter, balanced=self._balanced)
        except PoseModelError:
            return False
        self._estimator.close()
        self._estimator, self._model = estimator, lighter
        self._set.engine.use_finder(lighter, balanced=self._balanced, why=_TOO_SLOW)
        return True

    def _record(self, t_s: float, jpeg: bytes, before: Stage, *, same_size: bool) -> None:
        """Keep a picture if that was asked for. One of a turned phone fits into no video and is left out."""
        recording, engine = self._recording, self._set.engine
        now = engine.stage
        if recording is None or before is Stage.DONE:
            return
        try:
            if before in _BEFORE_THE_SET:
                recording.hold(t_s, jpeg)
                if now not in _BEFORE_THE_SET:
                    recording.begin(len(engine.track()), *self._size)
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
        self._set.remark(sentence)

    def _drop_video(self) -> None:
        recording, self._recording = self._recording, None
        if recording is not None:
            recording.delete()
