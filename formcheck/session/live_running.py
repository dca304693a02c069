"""A live set that runs: countdown, reps, cues, pause and return.

Counting and judging reps as they are done, with the code that measures recorded sets.

Whenever somebody seems to be back up, the last few reps are measured together with the quiet stance as if they were a
recording. So a live set counts what its recording would count, and its findings are the recording's.
"""

from __future__ import annotations

import contextlib
import math
from collections import deque
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from formcheck.errors import NotAssessableError
from formcheck.exercises.cues import Cue, CueChooser
from formcheck.exercises.finding import Finding
from formcheck.exercises.judge import judge_rep
from formcheck.exercises.live_checks import LiveJudge
from formcheck.kinematics.analysis import SetMeasurement, measuring_set
from formcheck.kinematics.live_frame import LiveFrame
from formcheck.kinematics.live_measures import LIVE_MEASURES, LiveCalibration
from formcheck.kinematics.reps import ASCENT, DESCENT, HOLD, SIT, STAND, RepTimes
from formcheck.kinematics.steps import Steps
from formcheck.kinematics.view import is_another_view, is_turned, middle_deg, usual_turn_deg, yaw_series_deg
from formcheck.pose.builder import TrackBuilder
from formcheck.pose.landmarks import BODY, SIDES
from formcheck.pose.types import Pose, PoseTrack, TrackSource
from formcheck.session.assessment import Rep
from formcheck.session.live_end import EndWatch
from formcheck.session.live_motion import QUIET_S, Motion, MotionNow, Stillness
from formcheck.session.live_ready import Stance, calibrate
from formcheck.session.live_state import Ending, Instruction, ShownMeasures, Stage
from formcheck.session.recorded import measured_rep
from formcheck.session.request import SetRequest

_REPS_AGAIN = 2
"""So many of the counted reps are measured again with a new one: a rep is judged beside others, not alone."""
_MARGIN_S = 1.5
_LOOK_AFTER_S, _LOOK_UNTIL_S = 0.2, 2.0
"""A rep that seems to be over is looked at so long afterwards, and again and again for so long: its end may lie in what
comes."""
_SHORTEST_REP_S = 0.7
"""Two signals may say that the same rep is over, one a little after the other."""
_LOOK_TAKES_S = 0.12
"""What a look finds counts from so long after it on, by the time of the frames: it costs as much as twenty to fifty
frames, so it is done bit by bit between the frames of this and other sets. When that was decides nothing."""
_AT_MOST_S = 60.0
"""No more than this is looked at, however long somebody rests."""


@dataclass(frozen=True)
class CountedRep:
    """A rep that has been counted."""

    rep: Rep
    findings: tuple[Finding, ...]
    """As the recording's."""


@dataclass(frozen=True, eq=False)
class Looked:
    """What a look for reps came to."""

    measured: SetMeasurement
    """The newest reps and the stance."""
    new: tuple[CountedRep, ...]
    """The reps that were not counted before, in order."""


class RepCounter:
    """Counts the reps of one live set.

    Parameters
    ----------
    request
        What the set is measured as.
    stance_until_s
        End of the quiet stance that the set begins with.
    """

    def __init__(self, request: SetRequest, stance_until_s: float) -> None:
        self._request = request
        self._view_from_s, self._stance_until_s = -np.inf, stance_until_s
        self.counted: list[CountedRep] = []
        self.measured: SetMeasurement | None = None
        """The newest reps and the stance, as they were measured last."""

    def begin_view(self, from_s: float, stance_until_s: float) -> None:
        """Measure what follows by itself: from another side, after a quiet stance from `from_s` to `stance_until_s`."""
        self._view_from_s, self._stance_until_s = from_s, stance_until_s
        self.measured = None

    def looking(self, track: PoseTrack, began_s: float = np.inf) -> Steps[Looked]:
        """Look in steps for the reps that are new in a set so far; nothing counts before it is taken.

        Parameters
        ----------
        track
            Everything since the quiet stance began, as the estimator gave it.
        began_s
            When the rep that is looked for began: nothing from then on is left out, however long it was held.

        Raises
        ------
        NotAssessableError
            If the set cannot be measured at all, such as in a mirrored picture.
        """
        part = self._part(track, began_s)
        m = yield from measuring_set(part, self._request.rubric.phases, self._request.leg, self._request.view)
        new = [i for i, rep in enumerate(m.reps) if rep.complete and self._is_new(rep)]
        found = list[CountedRep]()
        for number, i in enumerate(new, start=len(self.counted) + 1):
            yield
            found.append(self._counted(m, i, number))
        return Looked(m, tuple(found))

    def _is_new(self, rep: RepTimes) -> bool:
        """Return whether a rep that was found comes after those that are counted."""
        if not self.counted:
            return True
        last = self.counted[-1].rep
        if self._request.rubric.phases.seated:  # counted while somebody stands: where the last one ends was not known
            return rep.start_s > last.bottom_start_s
        # Measured again, the deepest moment of a rep may lie anywhere in its hold, but never after its end.
        return rep.deepest_s > last.end_s

    def take(self, looked: Looked) -> None:
        """Count what a look has found."""
        if looked.new:
            self.measured = looked.measured
            self.counted += looked.new

    def _part(self, track: PoseTrack, began_s: float) -> PoseTrack:
        """Return the stance and the newest reps."""
        t = track.t_s
        again = self.counted[-_REPS_AGAIN:]
        since = again[0].rep.start_s - _MARGIN_S if again else -np.inf
        since = max(since, min(float(t[-1]) - _AT_MOST_S, began_s - _MARGIN_S))
        keep = (t >= self._view_from_s) & ((t <= self._stance_until_s) | (t >= since))
        if keep.all():
            return track
        return track.part(keep)

    def _counted(self, m: SetMeasurement, i: int, number: int) -> CountedRep:
        rep = replace(measured_rep(m, i, self._request.rubric), index=number)
        findings = judge_rep(
            self._request.rubric,
            number,
            rep.leg,
            rep.measures,
            view_kind=m.view.kind,
            view_quality=m.view.verdict,
            plan=self._request.plan,
            at_s=m.reps[i].deepest_s,
        )
        return CountedRep(rep, tuple(findings))


class _Look:
    """A look for reps that is under way.

    Parameters
    ----------
    at_s
        Of the frame up to which it looks.
    steps
        From `RepCounter.looking`.
    """

    def __init__(self, at_s: float, steps: Steps[Looked]) -> None:
        self.at_s = at_s
        self._steps = steps
        self._looked: Looked | NotAssessableError | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing of it is left to do."""
        return self._looked is not None

    def do_part(self) -> None:
        """Do a part of it."""
        try:
            next(self._steps)
        except StopIteration as end:
            self._looked = end.value
        except NotAssessableError as error:
            self._looked = error

    def result(self) -> Looked:
        """Do what is left of it, and return what it came to.

        Raises
        ------
        NotAssessableError
            If the set cannot be measured at all.
        """
        while self._looked is None:
            self.do_part()
        if isinstance(self._looked, NotAssessableError):
            raise self._looked
        return self._looked


class RepWatch:
    """Knows when it is worth looking for a new rep, which costs as much as several frames."""

    def __init__(self) -> None:
        self._look_at_s: float | None = None
        self._look_until_s = self._counted_s = float("-inf")

    def is_due(self, t_s: float, *, returned: bool) -> bool:
        """Say whether to look now, after a frame in which somebody may have come back up (`returned`)."""
        if returned and t_s - self._counted_s > _SHORTEST_REP_S:
            self._look_at_s, self._look_until_s = t_s + _LOOK_AFTER_S, t_s + _LOOK_UNTIL_S
        if self._look_at_s is None or t_s < self._look_at_s:
            return False
        self._look_at_s = t_s + _LOOK_AFTER_S if t_s < self._look_until_s else None
        return True

    def counted(self, t_s: float) -> None:
        """Take note that the rep that was looked for has been found, or that there is no use in looking."""
        self._look_at_s, self._counted_s = None, t_s


COUNTDOWN_S = 3.0
_LOST_S = 1.0
"""Out of view, or away from the spot, for so long: the set pauses."""
_BACK_S = 0.5
"""Back in view for so long: it goes on."""
_LOOK_AT_VIEW_EVERY_S, _VIEW_S = 0.3, 1.5
"""How often it is looked from which side the person is seen, and over how long: a turn on the way is no view."""
_SHOW_FEET = Instruction(
    "SU-1", "Show your feet", "The set is paused and goes on when they are seen again.", "show-feet", True
)
_STEP_INTO_VIEW = Instruction(
    "SU-1", "Step back into view", "The set is paused and goes on by itself.", "step-into-view", True
)
_TURNED = Instruction(
    "SU-19",
    "Stand tall and still",
    "You have turned: after two seconds of standing still the set goes on from this side.",
    "stand-still",
    True,
)
_RETURN = Instruction(
    "SU-1", "Step back to your place", "Stand where you stood, or finish and start anew.", "return-to-place", True
)


class Step(NamedTuple):
    """What one frame of a running set came to."""

    now: MotionNow
    cue: Cue | None = None
    instruction: Instruction | None = None
    """What to do where the set is paused."""
    countdown: int | None = None
    notice: str = ""
    """One sentence on why nothing is counted."""
    ending: Ending | None = None
    """The end that is offered, if one is."""


class ViewWatch:
    """Notices that the person turns another way in mid-set, and waits for a quiet stance there.

    Parameters
    ----------
    request
        What the set is measured as.
    poses
        Of the set, as the estimator gave them: by now those of the quiet stance that it begins with.
    source
        Of the stream.
    """

    def __init__(self, request: SetRequest, poses: TrackBuilder, source: TrackSource) -> None:
        self.turned = False
        """Whether the person is turned another way than in the stance that the set goes by."""
        self._request = request
        self._quiet = poses.build(source)
        self._quiet_turn_deg = usual_turn_deg(self._quiet)
        self._still = Stillness()
        self._poses, self._first, self._looked_at = poses, len(poses), len(poses)
        """The poses of the set; which is the first after the stance, and which the first that was not looked at."""
        self._turns_deg: deque[tuple[float, float]] = deque()
        """Of the frames of the last moments up to the newest look: time and turn of the body."""
        self._looked_s = -np.inf

    def add(self, clean: LiveFrame, source: TrackSource) -> Stance | None:
        """Take the frame whose pose was added last; return the new stance once it is complete."""
        still_s, t_s = self._still(clean), clean.t_s
        if t_s - self._looked_s >= _LOOK_AT_VIEW_EVERY_S:
            was, self.turned = self.turned, self._is_another_view(t_s, source)
            self._looked_s = t_s
            if self.turned and not was:  # legs look longer beside the trunk from one side than from another
                self._still.forget()
        if not self.turned or still_s < QUIET_S:
            return None
        poses = TrackBuilder()
        since = self._poses.part(self._first, source)
        for each in since.part(t_s - since.t_s <= QUIET_S):
            poses.add(each)
        quiet = poses.build(source)
        calibration = calibrate(quiet, self._request)
        if calibration is None:
            self._still.forget()
            return None
        self._quiet, self._quiet_turn_deg, self.turned = quiet, usual_turn_deg(quiet), False
        return Stance(calibration, poses)

    def _is_another_view(self, t_s: float, source: TrackSource) -> bool:
        """Return whether the person is seen from another side in the last moments than in the stance."""
        first_s = t_s - _VIEW_S
        new, self._looked_at = self._poses.part(self._looked_at, source), len(self._poses)
        self._turns_deg.extend(zip(new.t_s.tolist(), yaw_series_deg(new).tolist(), strict=True))
        while self._turns_deg[0][0] < first_s:
            self._turns_deg.popleft()
        turn = middle_deg(np.array([turn for _, turn in self._turns_deg]))
        if not is_turned(self._quiet_turn_deg, turn):
            return False
        since = self._poses.part(self._first, source)
        return is_another_view(self._quiet, since.part(since.t_s >= first_s))


class RunningSet:
    """One set from its quiet stance on.

    Parameters
    ----------
    request
        What the set is measured as.
    stance
        The quiet stance.
    source
        Of the stream; may be replaced when another pose model takes over.
    cues
        Chooses what is said.
    started_s
        When the quiet stance was complete.
    ends_by_itself
        Whether a raised hand, or nobody in the picture, ends it.
    """

    def __init__(
        self,
        request: SetRequest,
        stance: Stance,
        source: TrackSource,
        cues: CueChooser,
        started_s: float,
        *,
        ends_by_itself: bool = True,
    ) -> None:
        self.source = source
        self.stage = Stage.COUNTDOWN
        self._request = request
        self._views = ViewWatch(request, stance.poses, source)
        self._poses = stance.poses
        self._motion = self._motion_from(stance)
        self._counter = RepCounter(request, stance_until_s=started_s)
        self._watch = RepWatch()
        self._ends = EndWatch(request.plan.reps) if ends_by_itself else None
        self._judge = LiveJudge(request.rubric, request.plan)
        # Only what is shown or judged: errors are worked out for each value.
        shown = ShownMeasures(request.rubric, request.plan).needed
        phases = (STAND, DESCENT, HOLD, ASCENT, SIT)
        self._names = {phase: (shown | self._judge.measures_in(phase)) & LIVE_MEASURES for phase in phases}
        self._phase = STAND
        self._cues = cues
        self._started_s = started_s
        self._last_in_place_s, self._last_away_s = started_s, -np.inf
        self._what_to_do = _STEP_INTO_VIEW
        self._cannot_count = ""
        self._look: _Look | None = None

    @property
    def counted(self) -> tuple[CountedRep, ...]:
        """The reps so far with what was found in them."""
        return tuple(self._counter.counted)

    @property
    def calibration(self) -> LiveCalibration:
        """What is known of person and camera by now."""
        return self._motion.calibration

    def _motion_from(self, stance: Stance) -> Motion:
        return Motion(stance.calibration, self._request.plan.target_depth_deg, self._request.rubric.phases)

    def track(self) -> PoseTrack:
        """Return the landmarks since the quiet stance, as the estimator gave them, on the stream's clock."""
        return self._poses.build(self.source)

    def add(self, pose: Pose, clean: LiveFrame) -> Step:
        """Take a frame, as the estimator gave it and cleaned."""
        self._poses.add(pose)
        stance = self._views.add(clean, self.source)
        is_new = self._take_look(pose.t_s if stance is None else np.inf)
        if stance is not None:
            self._motion = self._motion_from(stance)
            self._counter.begin_view(float(stance.poses.build(self.source).t_s[0]), pose.t_s)
        now = self._motion(clean, self._names[self._phase], turned=self._views.turned)
        self._phase = now.phase
        ending = self._ending(clean, now)
        instruction = self._pause(pose.t_s, clean, now)
        if ending is not None and ending.left_s == 0:
            self.stage = Stage.DONE
        if instruction is not None or self.stage is Stage.DONE:
            return Step(now, instruction=instruction, ending=ending)
        countdown = None
        if self.stage is Stage.COUNTDOWN:
            left_s = COUNTDOWN_S - (pose.t_s - self._started_s)
            if left_s <= 0 or now.phase != "stand":
                self.stage = Stage.SET
            else:
                countdown = int(np.ceil(left_s))
        if self._watch.is_due(pose.t_s, returned=now.returned):
            self._look = _Look(pose.t_s, self._counter.looking(self.track(), now.left_stance_s))
        cue = (self._of_newest(pose.t_s) if is_new else None) or self._judge_now(pose.t_s, now)
        return Step(now, cue=cue, countdown=countdown, notice=self._cannot_count, ending=ending)

    def go_on(self) -> None:
        """Take back the end that is offered."""
        if self._ends is not None:
            self._ends.go_on()

    def _ending(self, clean: LiveFrame, now: MotionNow) -> Ending | None:
        if self._ends is None:
            return None
        return self._ends(clean, phase=now.phase, in_place=now.in_place, reps=len(self.counted))

    @property
    def unfinished(self) -> bool:
        """Whether something is put off that `do_part` would do."""
        return self._look is not None and not self._look.is_over

    def do_part(self) -> None:
        """Do a part of what is put off; what is shown depends on the frames alone, not on how much was done when."""
        if self._look is not None and not self._look.is_over:
            self._look.do_part()

    def finishing(self) -> Steps[None]:
        """End the set, with a last look for a rep that was just done."""
        self.stage = Stage.DONE
        self._take_look(np.inf)
        yield
        with contextlib.suppress(NotAssessableError):  # what assesses the whole says so for the whole
            self._counter.take((yield from self._counter.looking(self.track())))

    def _pause(self, t_s: float, clean: LiveFrame, now: MotionNow) -> Instruction | None:
        """Return what to do where the set is paused, else None."""
        if now.in_place:
            self._last_in_place_s = t_s
        else:
            self._last_away_s = t_s
        away_s = t_s - self._last_in_place_s
        if not now.in_place:
            self._what_to_do = _TURNED if self._views.turned else _way_back(clean)
        if self.stage is not Stage.PAUSED:
            if away_s < _LOST_S:
                return None
            self.stage = Stage.PAUSED
            return self._what_to_do
        if t_s - self._last_away_s >= _BACK_S:
            self.stage = Stage.SET
            return None
        return self._what_to_do

    def _take_look(self, t_s: float) -> bool:
        """Take what the look that is under way found, if it has had its time by now, and say whether reps are new."""
        look = self._look
        if look is None or t_s < look.at_s + _LOOK_TAKES_S:
            return False
        self._look, self._cannot_count = None, ""
        try:
            looked = look.result()
        except NotAssessableError as error:
            self._watch.counted(look.at_s)
            self._cannot_count = error.reason
            return False
        if not looked.new:
            return False
        self._watch.counted(look.at_s)
        self._counter.take(looked)
        self._learn()
        return True

    def _of_newest(self, t_s: float) -> Cue | None:
        """Return what to say of the rep that was counted last."""
        counted = self._counter.counted
        return self._cues.after_rep(t_s, len(counted), counted[-1].findings)

    def _learn(self) -> None:
        """Take over what the newest reps show of view, stance leg and lengths; the stance itself stays."""
        m = self._counter.measured
        if m is None:
            return
        leg = next((each for each in reversed(m.legs) if each is not None), self.calibration.stance_leg)
        shown = LiveCalibration.of_set(m, leg)
        self._motion.calibration = replace(self.calibration, view=shown.view, stance_leg=leg, planted=shown.planted)

    def _judge_now(self, t_s: float, now: MotionNow) -> Cue | None:
        """Return what to say of faults that last, while a rep goes on."""
        if now.values is None:
            return None
        view, stands = self.calibration.view, self.calibration.stance_leg
        leg = stands.value if stands is not None else "both"
        findings = self._judge.judge(t_s, now.phase, leg, now.values, view.kind, view.verdict)
        return self._cues.during_rep(t_s, len(self.counted) + 1, findings) if findings else None


def _way_back(clean: LiveFrame) -> Instruction:
    """Return what brings a person back who is not seen where the set began."""
    if not clean.found:
        return _STEP_INTO_VIEW
    return _RETURN if any(math.isfinite(clean.x[BODY[side].ankle]) for side in SIDES) else _SHOW_FEET
