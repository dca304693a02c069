"""The set-up coach: one instruction at a time, until camera, room and person are right.

What the pictures ask for comes from `formcheck.session.framing`; here it is decided what lasts long enough to be said,
what comes first, and what is done without. What blocks comes before what is advice, both in the order: alone and in
view, whole body, distance, light, camera height, camera level, view, camera still.

Not looked at here: clothing, shoes, floor and step are asked of the person (SU-7, SU-10, SU-12); no picture shows
whether it is mirrored (SU-13); a camera that drifts slowly (SU-9) cannot be told from a person who walks.

Whether the camera itself shakes, told from a person who stands in front of it.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from formcheck.kinematics.view import ViewKind, ViewVerdict, judge_view
from formcheck.pose.landmarks import BODY, SIDES, Side
from formcheck.pose.types import Pose, PoseTrack, TrackSource
from formcheck.session.assessment import SetupCheck
from formcheck.session.framing import (
    LEAST_FPS,
    Facing,
    PersonInPicture,
    asks_of_picture,
    facing_of,
    too_few_frames,
    wanted_view,
    wrong_light,
    wrong_view,
)
from formcheck.session.instructions import CAMERA_STILL, LOOKING, ONE_PERSON, STEP_INTO_VIEW, Ask
from formcheck.session.live_state import CameraFacts, Instruction, PictureFacts

_EVERY_S: Final = 0.1
_WINDOW_S: Final = 2.0
_LEAST_SHARE: Final = 0.005
"""Of the stature in one step. Shoulders and ankles of a person who stands before a camera on a tripod move together by
half of that at most, which is the estimator's own unrest."""
_ALIKE: Final = 0.4
"""Shoulders and ankles moved alike if their ways differ by less than this share of the longer one."""
_TURNS: Final = 3
"""Ways back within the window. In 26 sample clips filmed from tripods there is none, two in one of them; nobody walks
to and fro with both feet at that pace."""


@dataclass(frozen=True)
class _Step:
    at_s: float
    shoulders: tuple[float, float]
    ankles: tuple[float, float]


class ShakeWatch:
    """Watches for a picture that moves to and fro under the person.

    A camera in a hand moves shoulders and ankles alike, again and again there and back. A camera that drifts slowly
    cannot be told in this way from a person who walks; the background, which would show it, is not looked at.
    """

    def __init__(self) -> None:
        self._last: _Step | None = None
        self._way: tuple[float, float] | None = None
        self._turns_at_s: deque[float] = deque()

    def forget(self) -> None:
        """Start afresh: nobody is in view."""
        self._last = self._way = None
        self._turns_at_s.clear()

    def add(self, t_s: float, shoulders: tuple[float, float], ankles: tuple[float, float], stature_px: float) -> None:
        """Take the middle of the shoulders and of the ankles in the next picture (px)."""
        last = self._last
        if last is not None and t_s - last.at_s < _EVERY_S:
            return
        self._last = _Step(t_s, shoulders, ankles)
        while self._turns_at_s and t_s - self._turns_at_s[0] > _WINDOW_S:
            self._turns_at_s.popleft()
        if last is None or t_s - last.at_s > 2 * _EVERY_S:
            self._way = None
            return
        upper = (shoulders[0] - last.shoulders[0], shoulders[1] - last.shoulders[1])
        lower = (ankles[0] - last.ankles[0], ankles[1] - last.ankles[1])
        lengths = math.hypot(*upper), math.hypot(*lower)
        apart = math.hypot(upper[0] - lower[0], upper[1] - lower[1])
        if min(lengths) < _LEAST_SHARE * stature_px or apart > _ALIKE * max(lengths):
            return
        way = ((upper[0] + lower[0]) / 2, (upper[1] + lower[1]) / 2)
        if self._way is not None and way[0] * self._way[0] + way[1] * self._way[1] < 0:
            self._turns_at_s.append(t_s)
        self._way = way

    @property
    def shakes(self) -> bool:
        """Whether the picture went to and fro within the last two seconds."""
        return len(self._turns_at_s) >= _TURNS


_ORDER: Final = ("SU-8", "SU-1", "SU-2", "SU-6", "SU-4", "SU-3", "SU-5", "SU-9")
_LASTS_S: Final = 0.4
"""What is wrong for so long is said, and what is right for so long is no longer wrong [E]."""
_SHOWN_S: Final = 1.5
"""An instruction stays for so long once it is given: time to hear it [E]."""
_RIGHT_S: Final = 0.5
"""Everything is right when nothing has been wrong for so long [E]."""
_WRONG_WEIGHS: Final = 2.0
"""A picture with something wrong undoes two that are right: one bad picture in four does not hold anybody up."""
_ADVICE_S: Final = 6.0
"""Advice that is not followed for so long is done without [E]."""
_LONGEST_STEP_S: Final = 0.1
"""No picture counts for longer than this, however late the next one comes."""
_VIEW_S, _VIEW_EVERY_S = 1.0, 0.2
"""The view is the middle of the last second (specification section 5); judging it is the dearest part."""
_FPS_S: Final = 2.0


@dataclass
class _Persistence:
    """For how much of the last moments something was wrong: rises while it is, falls while it is not, 0 to 1."""

    level: float = 0.0
    on: bool = False
    asks: dict[Ask, float] = field(default_factory=dict)

    def take(self, ask: Ask | None, passed_s: float) -> None:
        by = passed_s / _LASTS_S
        self.level = min(1.0, self.level + by) if ask is not None else max(0.0, self.level - by)
        self.on = self.level >= 1.0 or (self.on and self.level > 0.0)
        if ask is not None:
            self.asks.setdefault(_plain(ask), 0.0)
        for each, level in self.asks.items():
            now = ask is not None and each == _plain(ask)
            self.asks[each] = min(1.0, level + by) if now else max(0.0, level - by)

    @property
    def ask(self) -> Ask:
        """The thing to do that was asked for most of the time."""
        return max(self.asks, key=lambda each: self.asks[each])


def _plain(ask: Ask) -> Ask:
    return ask if ask.value is None else ask.measured(None)


class SetupCoach:
    """Watches the set-up, picture by picture, and says what to do next.

    Parameters
    ----------
    pose_model
        Name of the pose model, such as `pose_landmarker_full`: each reads the turn of a person a little differently.
    balanced
        Whether its poses come balanced between picture and mirror image (`pose.balance`).
    bilateral
        Whether the exercise works both legs at once. Otherwise, from the side, the standing leg must be the near one.
    leg
        The standing leg, None if it was not told.
    view
        The view that was asked for, None for whichever of front and side is nearer.
    """

    def __init__(
        self, *, pose_model: str, bilateral: bool, leg: Side | None, view: ViewKind | None, balanced: bool = False
    ) -> None:
        self._pose_model, self._balanced = pose_model, balanced
        self.camera: CameraFacts | None = None
        """How the camera does; None while its page does not say."""
        self._stands = None if bilateral else leg
        self._told = view
        self._times: deque[float] = deque()
        self._poses: deque[Pose] = deque()
        self._view: ViewVerdict | None = None
        self._view_ask: Ask | None = None
        self._wanted_view: ViewKind | None = None
        self._viewed_at_s = -np.inf
        self._shake = ShakeWatch()
        self._people = 1
        self._lasting: dict[tuple[str, bool], _Persistence] = {}
        self._values: dict[Ask, float | None] = {}
        self._without: dict[Ask, float] = {}
        self._right_s = 0.0
        self._current: Ask | None = LOOKING
        self._given_s = 0.0
        self._followed_s: dict[Ask, float] = {}

    def look(self, t_s: float, pose: Pose, facts: PictureFacts) -> Instruction | None:
        """Take the next picture and return what to do now.

        Parameters
        ----------
        t_s
            Its capture time, after that of the one before (s).
        pose
            As the estimator gave it, not smoothed, in pixels of the un-mirrored picture.
        facts
            What else is known of the picture. The number of people is kept until it is told anew.

        Returns
        -------
        Instruction or None
            None once everything has been right for half a second. Before anything can be said, `SU-0`: one moment.
        """
        passed_s = min(t_s - self._times[-1], _LONGEST_STEP_S) if self._times else 0.0
        self._times.append(t_s)
        if facts.people is not None:
            self._people = facts.people
        asks = list(self._asks(t_s, pose, facts))
        self._remember(asks, passed_s)
        wanted: dict[tuple[str, bool], Ask] = {}
        for ask in asks:
            if _plain(ask) not in self._without:
                key = (ask.instruction.id, ask.instruction.blocking)
                wanted.setdefault(key, ask)
                self._lasting.setdefault(key, _Persistence())
        for key, lasting in self._lasting.items():
            lasting.take(wanted.get(key), passed_s)
        by = -_WRONG_WEIGHS * passed_s if wanted else passed_s
        self._right_s = min(max(0.0, self._right_s + by), _RIGHT_S)
        self._choose(passed_s)
        return None if self._current is None else self._current.instruction

    def remarks(self) -> tuple[SetupCheck, ...]:
        """Return what was asked for, not followed and done without, as checks that did not pass."""
        lasting = [ask for ask, level in self._without.items() if level >= 0.5]
        return tuple(
            SetupCheck(ask.instruction.id, ask.name, False, self._values.get(ask), ask.instruction.detail)
            for ask in sorted(lasting, key=lambda ask: _ORDER.index(ask.instruction.id))
        )

    def _asks(self, t_s: float, pose: Pose, facts: PictureFacts) -> Iterator[Ask]:
        """Give everything that this picture, and the pictures just before it, ask for."""
        light = wrong_light(facts.mean_luma)
        if light is not None:
            yield light
        if self._slow():
            yield too_few_frames(self.camera, facts.mean_luma).measured(round(self._fps(), 1))
        if not pose.found:
            self._lose_person()
            if light is None or not light.instruction.blocking:  # in the dark nobody could be found
                yield STEP_INTO_VIEW
            return
        if self._people > 1:
            yield ONE_PERSON
        self._see(t_s, pose, facts)
        facing = Facing.CAMERA if self._view is None else facing_of(self._view.yaw_deg)
        person = PersonInPicture.of(pose, facts.width_px, facts.height_px, facing)
        from_front = self._view is not None and self._view.kind is ViewKind.FRONT
        yield from asks_of_picture(person, from_front=from_front)
        if self._view_ask is not None:
            yield self._view_ask
        self._shake.add(t_s, *_ends(person), person.stature_px)
        if self._shake.shakes:
            yield CAMERA_STILL

    def _lose_person(self) -> None:
        self._poses.clear()
        self._shake.forget()
        self._view = self._view_ask = self._wanted_view = None
        self._viewed_at_s = -np.inf

    def _see(self, t_s: float, pose: Pose, facts: PictureFacts) -> None:
        """Judge the view over the last second, now and then."""
        self._poses.append(pose)
        if t_s - self._viewed_at_s < _VIEW_EVERY_S:
            return
        while self._poses[0].t_s < pose.t_s - _VIEW_S:
            self._poses.popleft()
        track = _track(self._poses, self._pose_model, facts, balanced=self._balanced)
        self._view = judge_view(track, np.ones(len(track), dtype=np.bool_))
        self._view_ask = None
        if np.isfinite(self._view.yaw_deg):
            self._wanted_view = wanted_view(self._view, self._told, self._wanted_view)
            self._view_ask = wrong_view(self._view, self._wanted_view, self._stands)
        self._viewed_at_s = t_s

    def _slow(self) -> bool:
        return self._times[-1] - self._times[0] >= _FPS_S and self._fps() < LEAST_FPS

    def _fps(self) -> float:
        """Return the rate of the pictures of the last two seconds, by their capture times."""
        while len(self._times) > 2 and self._times[-1] - self._times[1] >= _FPS_S:
            self._times.popleft()
        return (len(self._times) - 1) / (self._times[-1] - self._times[0])

    def _remember(self, asks: list[Ask], passed_s: float) -> None:
        """Keep what was measured, and whether what was done without is still wrong."""
        now = {_plain(ask): ask.value for ask in asks}
        self._values.update(now)
        for ask, level in self._without.items():
            by = passed_s / _LASTS_S
            self._without[ask] = min(1.0, level + by) if ask in now else max(0.0, level - by)

    def _choose(self, passed_s: float) -> None:
        """Decide what to give now."""
        if self._right_s >= _RIGHT_S:
            self._current, self._given_s = None, 0.0
            return
        current = self._current
        if current is not None:
            self._given_s += passed_s
            if not current.instruction.blocking:
                self._follow(current, passed_s)
        if current not in (None, LOOKING) and self._given_s < _SHOWN_S:
            return
        first = self._most_urgent()
        if first is not None and first != current:
            self._current, self._given_s = first, 0.0

    def _follow(self, advice: Ask, passed_s: float) -> None:
        """Count for how long advice was given, and ask for it no more after that."""
        self._followed_s[advice] = self._followed_s.get(advice, 0.0) + passed_s
        if self._followed_s[advice] >= _ADVICE_S - _RIGHT_S and advice not in self._without:
            self._without[advice] = 1.0
            self._lasting.pop((advice.instruction.id, False), None)

    def _most_urgent(self) -> Ask | None:
        for blocking in (True, False):
            for id_ in _ORDER:
                lasting = self._lasting.get((id_, blocking))
                if lasting is not None and lasting.on:
                    return lasting.ask
        return None


def _ends(person: PersonInPicture) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the middle of the shoulders and of the ankles (px)."""

    def middle(joint: str) -> tuple[float, float]:
        left, right = (getattr(BODY[side], joint) for side in SIDES)
        return (person.x[left] + person.x[right]) / 2, (person.y[left] + person.y[right]) / 2

    return middle("shoulder"), middle("ankle")


def _track(poses: deque[Pose], pose_model: str, facts: PictureFacts, *, balanced: bool) -> PoseTrack:
    source = TrackSource(
        name="camera",
        sha256="",
        width=facts.width_px,
        height=facts.height_px,
        fps=float("nan"),
        duration_s=poses[-1].t_s - poses[0].t_s,
        frames=len(poses),
        pose_model=pose_model,
        model_sha256="",
        mediapipe="",
        balanced=balanced,
    )
    return PoseTrack(
        np.array([pose.t_s for pose in poses]),
        np.stack([pose.image_px for pose in poses]),
        np.stack([pose.visibility for pose in poses]),
        np.stack([pose.world_m for pose in poses]),
        source,
    )
