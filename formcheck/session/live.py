"""One live set, frame by frame: set-up, quiet stance, countdown, reps, pause, result.

The pixels stay outside: whoever drives this finds the pose in each picture and hands it in, as for a recorded set. What
is shown now comes from causal filters; reps are counted and judged by the code of recorded sets (`live_reps`), and the
result is that of a recording of the same frames.
"""

from __future__ import annotations

import contextlib
from collections import deque
from dataclasses import replace

import numpy as np

from formcheck.errors import NotAssessableError
from formcheck.exercises.cues import Cue, CueChooser, CueKind
from formcheck.exercises.finding import Band
from formcheck.exercises.live_checks import LiveJudge
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.live_cleaning import LiveCleaner
from formcheck.kinematics.live_measures import LIVE_MEASURES, LiveCalibration
from formcheck.pose.builder import TrackBuilder
from formcheck.pose.estimator import MEDIAPIPE_VERSION
from formcheck.pose.models import PoseModel
from formcheck.pose.types import Pose, PoseTrack, TrackSource
from formcheck.session.assessment import Assessment, SetupCheck
from formcheck.session.coach import SetupCoach
from formcheck.session.live_bands import shown_bands
from formcheck.session.live_calibration import calibrate
from formcheck.session.live_motion import Motion, MotionNow
from formcheck.session.live_reasons import NOBODY, NOT_STARTED, SHOWN
from formcheck.session.live_reps import CountedRep, RepCounter
from formcheck.session.live_state import Instruction, LiveState, LiveValue, PictureFacts, Stage
from formcheck.session.recorded import SetRequest, assess
from formcheck.session.stillness import QUIET_S, Stillness

_COUNTDOWN_S = 3.0
_LOST_S = 1.0
"""Out of view, or away from the spot, for so long: the set pauses."""
_BACK_S = 0.5
"""Back in view for so long: it goes on."""
_LOOK_AFTER_S, _LOOK_UNTIL_S = 0.2, 2.0
"""A rep that seems to be over is looked at so long afterwards, and again and again for so long: its end may lie in what
comes."""
_SHORTEST_REP_S = 0.7
"""Two signals may say that the same rep is over, one a little after the other."""
_WALKED_OFF_S = 5.0
"""With the prescribed reps done, who is out of view for so long has finished."""
_STAND_STILL = Instruction(
    "SU-11",
    "Stand tall and still",
    "Feet where you will do the exercise, arms as in the exercise.",
    "stand-still",
    True,
)
_STEP_INTO_VIEW = Instruction(
    "SU-1", "Step back into view", "The set is paused and goes on by itself.", "step-into-view", True
)
_RETURN = Instruction(
    "SU-1",
    "Step back to your place",
    "Stand where you stood, or finish and start anew.",
    "return-to-place",
    True,
)
_NOT_STARTED_YET = {name: NOT_STARTED for names in SHOWN.values() for name in names}


class LiveSet:
    """One set of one person.

    Parameters
    ----------
    request
        What the set is measured as.
    width_px, height_px
        Of the upright, un-mirrored pictures.
    model
        The pose model that finds the landmarks.
    session_number
        Of this person, from 1: feedback fades from session to session.
    """

    def __init__(
        self,
        request: SetRequest,
        *,
        width_px: int,
        height_px: int,
        model: PoseModel,
        session_number: int = 1,
    ) -> None:
        self._request = request
        self._source = TrackSource(
            name="live set",
            sha256="",
            width=width_px,
            height=height_px,
            fps=float("nan"),
            duration_s=float("nan"),
            frames=0,
            pose_model=model.name,
            model_sha256=model.sha256,
            mediapipe=MEDIAPIPE_VERSION,
        )
        rubric = request.rubric
        self._judge = LiveJudge(rubric, request.plan)
        self._cues = CueChooser(session_number=session_number, target_reps=request.plan.reps)
        judged = {check.measure for check in rubric.checks} | {each for c in rubric.checks for each in c.confirm}
        shown = {name for names in SHOWN.values() for name in names}
        self._bands = {name: shown_bands(rubric, request.plan, name) for name in shown}
        self._names = frozenset((judged & LIVE_MEASURES) | shown)
        self._lumas: list[float] = []
        self._people: list[int] = []
        self._remarks: list[SetupCheck] = []
        self._last_t_s = -np.inf
        self._begin_setup()

    def _begin_setup(self) -> None:
        self._stage = Stage.SETUP
        self._coach = SetupCoach(
            pose_model=self._source.pose_model,
            bilateral=self._request.rubric.phases.bilateral,
            leg=self._request.leg,
            view=self._request.view,
        )
        self._cleaner = LiveCleaner(self._source)
        self._still = Stillness()
        self._waiting: deque[Pose] = deque()
        self._poses: TrackBuilder | None = None
        self._motion: Motion | None = None
        self._counter: RepCounter | None = None
        self._started_s = float("nan")
        self._last_in_place_s = self._last_away_s = -np.inf
        self._look_at_s: float | None = None
        self._look_until_s = self._counted_s = -np.inf

    @property
    def stage(self) -> Stage:
        """Where the set is."""
        return self._stage

    @property
    def reps(self) -> int:
        """Complete reps so far."""
        return len(self._counter.counted) if self._counter is not None else 0

    @property
    def counted(self) -> tuple[CountedRep, ...]:
        """The reps so far with what was found in them."""
        return tuple(self._counter.counted) if self._counter is not None else ()

    def use_model(self, model: PoseModel) -> None:
        """Take note that another pose model finds the landmarks from now on, and say so in the result."""
        if model.name == self._source.pose_model:
            return
        self._remarks.append(
            SetupCheck(
                "SU-6c",
                "Pose model",
                False,
                None,
                f"The computer was too slow for {self._source.pose_model}: it went on with {model.name}, which is less "
                "exact.",
            )
        )
        self._source = replace(self._source, pose_model=model.name, model_sha256=model.sha256)

    def add(self, pose: Pose, facts: PictureFacts) -> LiveState:
        """Take the pose of the next frame and say what to show.

        Parameters
        ----------
        pose
            As the estimator gave it, in pixels of the picture; its time is later than that of the frame before.
        facts
            What else is known of the picture.

        Raises
        ------
        ValueError
            If time does not increase.
        """
        if not pose.t_s > self._last_t_s:
            raise ValueError(f"time must increase but went from {self._last_t_s} to {pose.t_s} s")
        self._last_t_s = pose.t_s
        turned = (facts.width_px, facts.height_px) != (self._source.width, self._source.height)
        if turned and self._poses is None:
            self._source = replace(self._source, width=facts.width_px, height=facts.height_px)
            self._begin_setup()
            turned = False
        self._lumas.append(facts.mean_luma)
        if facts.people is not None:
            self._people.append(facts.people)
        if turned:  # in mid-set: nothing in this picture is where it was
            pose = Pose(pose.t_s, pose.image_px * np.nan, pose.visibility * 0.0, pose.world_m * np.nan)
        clean = self._cleaner(pose)
        if self._stage in (Stage.SETUP, Stage.CALIBRATE):
            return self._set_up(pose, clean, facts)
        return self._go_on(pose, clean, "Turn the camera back as it was." if turned else "")

    def finish(self) -> Assessment:
        """End the set and return what a recording of it gives.

        Raises
        ------
        NotAssessableError
            If the set never started, or nothing in it can be measured.
        """
        self._stage = Stage.DONE
        if self._poses is None:
            raise NotAssessableError(
                "The set was ended before it had started, so there is nothing to assess.",
                "Follow the set-up until the countdown has run, do the set, then finish.",
            )
        if self._counter is not None:
            with contextlib.suppress(NotAssessableError):  # what assesses the whole says so for the whole
                self._counter.look(self._poses.build(self._source))
        assessment = assess(self.track(), self._request)
        return replace(assessment, setup=assessment.setup + tuple(self._remarks) + self._coach.remarks())

    def track(self) -> PoseTrack:
        """Return the landmarks since the quiet stance, as the estimator gave them.

        Raises
        ------
        NotAssessableError
            If the set never started.
        """
        if self._poses is None:
            raise NotAssessableError("The set has not started.", "Follow the set-up first.")
        track = self._poses.build(self._source)
        t_s = track.t_s - track.t_s[0]
        duration = float(t_s[-1]) if len(t_s) else 0.0
        source = replace(
            self._source,
            fps=(len(t_s) - 1) / duration if duration > 0 else 0.0,
            duration_s=duration,
            frames=len(t_s),
            mean_luma=float(np.mean(self._lumas)) if self._lumas else float("nan"),
            people_seen=tuple(self._people),
        )
        return replace(track, t_s=t_s, source=source)

    # Set-up -----------------------------------------------------------------------------------------------------------

    def _set_up(self, pose: Pose, clean: PoseTrack, facts: PictureFacts) -> LiveState:
        instruction = self._coach.look(pose.t_s, pose, facts)
        still_s = self._still(clean)
        self._waiting.append(pose)
        while pose.t_s - self._waiting[0].t_s > QUIET_S:
            self._waiting.popleft()
        progress = 0.0
        if instruction is None:
            self._stage = Stage.CALIBRATE
            instruction, progress = _STAND_STILL, min(1.0, still_s / QUIET_S)
            if progress >= 1.0:
                self._start(pose.t_s)
        else:
            self._stage = Stage.SETUP
        if self._stage is Stage.COUNTDOWN:
            return self._state(clean, countdown=round(_COUNTDOWN_S), progress=1.0)
        return self._state(clean, setup=instruction, progress=progress)

    def _start(self, t_s: float) -> None:
        """Calibrate on the quiet stance; where that is not possible yet, wait on."""
        poses = TrackBuilder()
        for pose in self._waiting:
            poses.add(pose)
        calibration = calibrate(poses.build(self._source), self._request)
        if calibration is None:
            self._still.forget()
            return
        self._poses = poses
        self._motion = Motion(calibration, self._request.plan.target_depth_deg)
        self._counter = RepCounter(self._request, stance_until_s=t_s)
        self._stage, self._started_s = Stage.COUNTDOWN, t_s
        self._last_in_place_s = t_s

    # The set ----------------------------------------------------------------------------------------------------------

    def _go_on(self, pose: Pose, clean: PoseTrack, notice: str) -> LiveState:
        if self._poses is None or self._motion is None or self._counter is None:
            raise AssertionError("a set that has started has a calibration")
        if self._stage is Stage.DONE:
            return self._state(clean)
        self._poses.add(pose)
        now = self._motion(clean, self._names)
        paused = self._pause(pose.t_s, clean, now)
        if paused is not None:
            return self._state(clean, now, setup=paused, notice=notice)
        countdown = None
        if self._stage is Stage.COUNTDOWN:
            left = _COUNTDOWN_S - (pose.t_s - self._started_s)
            if left <= 0 or now.phase != "stand":
                self._stage = Stage.SET
            else:
                countdown = int(np.ceil(left))
        cue = self._count(pose.t_s, now) or self._judge_now(pose.t_s, now)
        return self._state(clean, now, cue=cue, countdown=countdown, notice=notice)

    def _pause(self, t_s: float, clean: PoseTrack, now: MotionNow) -> Instruction | None:
        """Return what to do where the set is paused, else None."""
        if now.in_place:
            self._last_in_place_s = t_s
        else:
            self._last_away_s = t_s
        if self._stage is Stage.PAUSED:
            if t_s - self._last_away_s < _BACK_S:
                walked_off = not clean.found[0] and t_s - self._last_in_place_s > _WALKED_OFF_S
                target = self._request.plan.reps
                if walked_off and target is not None and self.reps >= target:
                    self._stage = Stage.DONE
                return _RETURN if clean.found[0] else _STEP_INTO_VIEW
            self._stage = Stage.SET
        elif t_s - self._last_in_place_s >= _LOST_S:
            self._stage = Stage.PAUSED
            return _RETURN if clean.found[0] else _STEP_INTO_VIEW
        return None

    def _count(self, t_s: float, now: MotionNow) -> Cue | None:
        """Count the reps that are over and return what to say of the newest."""
        if self._poses is None or self._counter is None or self._motion is None:
            return None
        if now.returned and t_s - self._counted_s > _SHORTEST_REP_S:
            self._look_at_s, self._look_until_s = t_s + _LOOK_AFTER_S, t_s + _LOOK_UNTIL_S
        if self._look_at_s is None or t_s < self._look_at_s:
            return None
        self._look_at_s = t_s + _LOOK_AFTER_S if t_s < self._look_until_s else None
        try:
            new = self._counter.look(self._poses.build(self._source))
        except NotAssessableError as error:
            self._look_at_s = None
            return self._cues.say(t_s, error.remedy, CueKind.SETUP)
        if not new:
            return None
        self._look_at_s, self._counted_s = None, t_s
        self._motion.calibration = self._better_calibration(self._motion.calibration)
        return self._cues.after_rep(t_s, len(self._counter.counted), new[-1].to_say)

    def _better_calibration(self, calibration: LiveCalibration) -> LiveCalibration:
        """Return what the newest reps show of view, stance leg and lengths; the stance itself stays."""
        m = self._counter.measured if self._counter is not None else None
        if m is None:
            return calibration
        leg = next((each for each in reversed(m.legs) if each is not None), calibration.stance_leg)
        shown = LiveCalibration.of_set(m, leg)
        return replace(calibration, view=shown.view, stance_leg=leg, planted=shown.planted)

    def _judge_now(self, t_s: float, now: MotionNow) -> Cue | None:
        if self._motion is None or now.values is None:
            return None
        calibration = self._motion.calibration
        leg = calibration.stance_leg.value if calibration.stance_leg is not None else "both"
        findings = self._judge.judge(t_s, now.phase, leg, now.values, calibration.view.kind, calibration.view.verdict)
        return self._cues.during_rep(t_s, self.reps + 1, findings) if findings else None

    # What is shown ----------------------------------------------------------------------------------------------------

    def _state(
        self,
        clean: PoseTrack,
        now: MotionNow | None = None,
        *,
        cue: Cue | None = None,
        setup: Instruction | None = None,
        progress: float = 0.0,
        countdown: int | None = None,
        notice: str = "",
    ) -> LiveState:
        found = bool(clean.found[0])
        measures: dict[str, dict[str, LiveValue | None]] = {}
        missing: dict[str, str] = dict(_NOT_STARTED_YET) if found else dict.fromkeys(_NOT_STARTED_YET, NOBODY)
        if now is not None and found:
            measures, missing = self._shown(now)
        return LiveState(
            t_s=float(clean.t_s[0]),
            stage=self._stage,
            pose=clean[0] if found else None,
            measures=measures,
            not_measured=missing,
            phase=now.phase if now is not None else "stand",
            depth_share=now.depth_share if now is not None else None,
            reps=self.reps,
            hold_s=now.hold_s if now is not None else None,
            in_position=now.in_position if now is not None else False,
            cue=cue,
            setup=setup,
            progress=progress,
            countdown=countdown,
            view=self._motion.calibration.view if self._motion is not None else None,
            notice=notice,
        )

    def _shown(self, now: MotionNow) -> tuple[dict[str, dict[str, LiveValue | None]], dict[str, str]]:
        """Return the values to show with their bands, and the reasons for those that are missing."""
        shown: dict[str, dict[str, LiveValue | None]] = {}
        for name in _NOT_STARTED_YET:
            legs = now.newest.get(name)
            if legs is not None:
                shown[name] = {
                    leg: None if value is None else LiveValue(value.value, value.error, self._band(name, value))
                    for leg, value in legs.items()
                }
        return shown, dict(now.reasons)

    def _band(self, name: str, value: Estimate) -> Band | None:
        bands = self._bands[name]
        if bands is None:
            return None
        band = bands.band_of(value.value)
        sure = band is not Band.FAULT or bands.is_surely_fault(value.value, value.error)
        return band if sure else Band.CAUTION
