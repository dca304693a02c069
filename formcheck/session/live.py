"""One live set, frame by frame: set-up, quiet stance, countdown, reps, pause, result.

The pixels stay outside: whoever drives this finds the pose in each picture and hands it in, as for a recorded set. What
is shown now comes from causal filters; reps are counted and judged by the code of recorded sets (`live_reps`), and the
result is that of a recording of the same frames.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from formcheck.errors import NotAssessableError
from formcheck.exercises.cues import CueChooser
from formcheck.kinematics.holes import repeated_stretches
from formcheck.kinematics.live_frame import LiveCleaner, LiveFrame
from formcheck.kinematics.steps import Steps, completed
from formcheck.pose.estimator import origin_of
from formcheck.pose.models import PoseModel
from formcheck.pose.origin import Finder, PoseOrigin
from formcheck.pose.types import FloatArray, Pose, PoseTrack, TrackSource
from formcheck.session.assessment import Assessment, SetupCheck
from formcheck.session.live_ready import GettingReady
from formcheck.session.live_running import COUNTDOWN_S, CountedRep, RunningSet, Step
from formcheck.session.live_state import CameraFacts, Instruction, LiveState, PictureFacts, ShownMeasures, Stage
from formcheck.session.recorded import assessing
from formcheck.session.request import SetRequest

_TURN_BACK = "Turn the camera back as it was."


class LiveSet:
    """One set of one person.

    Parameters
    ----------
    request
        What the set is measured as.
    width_px, height_px
        Of the upright, un-mirrored pictures.
    model
        The pose model that finds the landmarks, or who else does.
    session_number
        Of this person, from 1: feedback fades from session to session.
    balanced
        Whether the poses come balanced between picture and mirror image (`pose.balance`).
    ends_by_itself
        Whether a raised hand, or nobody in the picture, ends it; of a set that is measured afterwards nobody could take
        that back.
    """

    def __init__(
        self,
        request: SetRequest,
        *,
        width_px: int,
        height_px: int,
        model: PoseModel | PoseOrigin,
        session_number: int = 1,
        balanced: bool = False,
        ends_by_itself: bool = True,
    ) -> None:
        self._ends_by_itself = ends_by_itself
        self._request, origin = request, replace(origin_of(model), balanced=balanced)
        self._source = TrackSource(
            name="live set",
            sha256="",
            width=width_px,
            height=height_px,
            fps=float("nan"),
            duration_s=float("nan"),
            frames=0,
            pose_model="",
            model_sha256="",
            mediapipe="",
        ).found_by(origin)
        self._finders = [Finder(-np.inf, origin)]
        self._cues = CueChooser(session_number=session_number, target_reps=request.plan.reps)
        self._shown = ShownMeasures(request.rubric, request.plan)
        self._last_t_s = -np.inf
        self._stage = Stage.SETUP
        self._running: RunningSet | None = None
        self._begin_setup()

    def _begin_setup(self) -> None:
        self._stage = Stage.SETUP
        self._ready = GettingReady(self._request, self._source)
        self._cleaner = LiveCleaner(self._source)
        self._lumas: list[float] = []
        self._repeats: list[tuple[float, bool]] = []
        self._people: list[int] = []

    @property
    def stage(self) -> Stage:
        """Where the set is."""
        return self._stage

    @property
    def reps(self) -> int:
        """Complete reps so far."""
        return len(self.counted)

    @property
    def counted(self) -> tuple[CountedRep, ...]:
        """The reps so far with what was found in them."""
        return self._running.counted if self._running is not None else ()

    def use_finder(self, finder: PoseModel | PoseOrigin, *, balanced: bool = False, why: str) -> None:
        """Take note that the poses are found otherwise from now on; the result says from when on, and why.

        Parameters
        ----------
        finder
            The pose model, or who else finds them.
        balanced
            Whether they come balanced.
        why
            A clause for the result, such as `the one before was too slow`.
        """
        origin = replace(origin_of(finder), balanced=balanced)
        self._finders.append(Finder(self._last_t_s, origin, why))
        self._source = self._source.found_by(origin)
        if self._running is not None:
            self._running.source = self._source

    def go_on(self) -> None:
        """Take back the end that is offered."""
        if self._running is not None and self._stage is not Stage.DONE:
            self._running.go_on()

    def hear_of_camera(self, camera: CameraFacts) -> None:
        """Take note of how the camera does, which tells poor light from a slow computer."""
        self._ready.hear_of_camera(camera)

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
        if turned and self._running is None:
            self._source = replace(self._source, width=facts.width_px, height=facts.height_px)
            self._begin_setup()
            turned = False
        self._lumas.append(facts.mean_luma)
        self._repeats.append((pose.t_s, facts.repeats))
        if facts.people is not None:
            self._people.append(facts.people)
        if turned:  # in mid-set: nothing in this picture is where it was
            pose = Pose(pose.t_s, pose.image_px * np.nan, pose.visibility * 0.0, pose.world_m * np.nan)
        clean = self._cleaner(pose)
        if self._running is None:
            return self._set_up(pose, clean, facts)
        if self._stage is Stage.DONE:
            return self._state(clean)
        step = self._running.add(pose, clean)
        self._stage = self._running.stage
        return self._state(clean, step, notice=_TURN_BACK if turned else step.notice)

    @property
    def unfinished(self) -> bool:
        """Whether something is put off that `do_part` would do."""
        return self._running is not None and self._running.unfinished

    def do_part(self) -> None:
        """Do a part of what is put off: looks for reps, which cost as much as many frames.

        Whoever has a moment between frames calls it. What is left when its result is due is done with that frame, so
        what is shown is the same to the bit however often it is called.
        """
        if self._running is not None:
            self._running.do_part()

    def finish(self) -> Assessment:
        """End the set and return what a recording of it gives.

        Raises
        ------
        NotAssessableError
            If the set never started, or nothing in it can be measured.
        """
        return completed(self.finishing())

    def finishing(self) -> Steps[Assessment]:
        """End the set in steps; see `finish`."""
        self._stage = Stage.DONE
        if self._running is None:
            raise NotAssessableError(
                "The set was ended before it had started, so there is nothing to assess.",
                "Follow the set-up until the countdown has run, do the set, then finish.",
            )
        yield from self._running.finishing()
        assessment = yield from assessing(self.track(), self._request)
        remarks = (
            *self._told_finders(assessment.track.source.finders),
            *self._ready.remarks(),
            *self._other_count(len(assessment.complete_reps)),
        )
        return replace(assessment, setup=assessment.setup + remarks)

    def _told_finders(self, finders: tuple[Finder, ...]) -> Iterator[SetupCheck]:
        """Say from when on poses of the set were found otherwise than when it was opened."""
        for finder in finders:
            if finder.why:
                by = finder.origin.described
                message = f"{finder.since.capitalize()} the pose was found with {by}, because {finder.why}."
                yield SetupCheck("SU-6c", "Pose model", False, round(finder.from_s, 1), message)

    def _other_count(self, whole: int) -> Iterator[SetupCheck]:
        """Say so where the set as a whole has another number of reps than was counted while it went on."""
        if whole != self.reps:
            message = f"{self.reps} reps were counted while the set went on; measured as a whole it has {whole}."
            yield SetupCheck("SU-18", "Count", False, float(whole), message)

    @property
    def begins_s(self) -> float:
        """When the track's time begins, by the time of the frames that were added (s); NaN before the set began."""
        return float("nan") if self._running is None else float(self._running.track().t_s[0])

    def track(self) -> PoseTrack:
        """Return the landmarks since the quiet stance, as the estimator gave them; time begins with it.

        Raises
        ------
        NotAssessableError
            If the set never started.
        """
        if self._running is None:
            raise NotAssessableError("The set has not started.", "Follow the set-up first.")
        track = self._running.track()
        t_s = track.t_s - track.t_s[0]
        seen_s, same = (np.array(column) for column in zip(*self._repeats, strict=True))
        repeated = repeated_stretches(seen_s - track.t_s[0], same)
        duration = float(t_s[-1]) if len(t_s) else 0.0
        finders, longest = _finders_of(track.t_s, self._finders)
        source = replace(
            self._source.found_by(longest),
            finders=finders,
            fps=(len(t_s) - 1) / duration if duration > 0 else 0.0,
            duration_s=duration,
            frames=len(t_s),
            mean_luma=float(np.mean(self._lumas)) if self._lumas else float("nan"),
            people_seen=tuple(self._people),
            repeated=repeated,
        )
        return replace(track, t_s=t_s, source=source)

    def _set_up(self, pose: Pose, clean: LiveFrame, facts: PictureFacts) -> LiveState:
        ready = self._ready.add(pose, clean, facts)
        if ready.stance is not None:
            self._running = RunningSet(
                self._request,
                ready.stance,
                self._source,
                self._cues,
                pose.t_s,
                ends_by_itself=self._ends_by_itself,
            )
            self._stage = self._running.stage
            self._lumas, self._people = [], self._people[-1:]
            return self._state(clean, progress=1.0, countdown=round(COUNTDOWN_S))
        self._stage = Stage.CALIBRATE if ready.right else Stage.SETUP
        return self._state(clean, setup=ready.instruction, progress=ready.progress)

    def _state(
        self,
        clean: LiveFrame,
        step: Step | None = None,
        *,
        setup: Instruction | None = None,
        progress: float = 0.0,
        countdown: int | None = None,
        notice: str = "",
    ) -> LiveState:
        """Return what to show after a frame: before the set, or in it after a step."""
        now = step.now if step is not None else None
        measures, missing = self._shown(clean, now)
        return LiveState(
            t_s=clean.t_s,
            stage=self._stage,
            pose=clean.pose if clean.found else None,
            measures=measures,
            not_measured=missing,
            phase=now.phase if now is not None else "stand",
            depth_share=now.depth_share if now is not None else None,
            reps=self.reps,
            hold_s=now.hold_s if now is not None else None,
            in_position=now.in_position if now is not None else False,
            cue=step.cue if step is not None else None,
            setup=step.instruction if step is not None else setup,
            progress=progress,
            countdown=step.countdown if step is not None else countdown,
            view=self._running.calibration.view if self._running is not None else None,
            notice=notice,
            ending=step.ending if step is not None else None,
        )


def _finders_of(t_s: FloatArray, noted: list[Finder]) -> tuple[tuple[Finder, ...], PoseOrigin]:
    """Return who found the poses of a track, and who found most of them.

    Parameters
    ----------
    t_s
        Of the track, by the time of the set.
    noted
        In order of time, each from the frame after its time on.

    Returns
    -------
    tuple
        Those that found a pose of the track, by its own time; the origin of most of them.
    """
    firsts = [int(np.searchsorted(t_s, finder.from_s, side="right")) for finder in noted]
    frames = np.diff([*firsts, len(t_s)])
    found = tuple(
        replace(finder, from_s=float(t_s[first] - t_s[0]))
        for finder, first, count in zip(noted, firsts, frames, strict=True)
        if count
    )
    return found, noted[int(frames.argmax())].origin
