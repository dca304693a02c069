"""From a video file to the pose track of one person: everything about a recording that depends on its pictures."""

from __future__ import annotations

import reprlib
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import ParamSpec, Self

import numpy as np
from numpy.typing import NDArray

from formcheck.errors import NotAssessableError, PoseTrackError
from formcheck.kinematics.camera import focal_px
from formcheck.kinematics.find import find_set
from formcheck.kinematics.holes import repeated_stretches
from formcheck.kinematics.phase_rule import ANY_BEND
from formcheck.kinematics.view import view_parts
from formcheck.pose.balance import BalanceShift, LookSchedule, correction
from formcheck.pose.builder import TrackBuilder
from formcheck.pose.estimator import open_pose_source
from formcheck.pose.models import PoseModel
from formcheck.pose.origin import PoseOrigin
from formcheck.pose.people import PersonBox, Region, SeveralPeopleError, box_of, only, window_around
from formcheck.pose.source import LooksAround, OpenPoseSource
from formcheck.pose.types import Pose, PoseTrack, TrackSource
from formcheck.video.digest import file_sha256
from formcheck.video.frame import Frame, VideoInfo
from formcheck.video.motion import CameraWatch, RepeatWatch
from formcheck.video.reader import open_video

Picture = NDArray[np.uint8]
_Given = ParamSpec("_Given")
Progress = Callable[[float], None]
"""Told the share that is done, from 0 to 1."""

_FIRST_SAMPLE_S, _FIRST_SAMPLES_EVERY_S, _SAMPLE_EVERY_S = 0.4, 1.25, 4.0
_FIRST_SAMPLES = 4
"""When a frame is looked at for other people and for light: the first ones sooner, so that short clips have some."""
_FEWEST_SAMPLES_TO_REFUSE = 3
_CROWDED_SHARE = 0.5
"""With a second person of like size in more than this share of the samples nobody knows whose knees these are."""
_FOUND_SHARE = 0.3
"""With somebody found in less than this share of the frames it is looked closer for people who are small."""
_MOST_CLOSER_LOOKS = 2
_FOLLOWED_MARGIN = 0.35
"""So much around a person, in their height, is looked at in the next picture: arms and a step fit in."""
_MOST_WAITING = 4
"""Pictures that wait to be looked at beside the reading; more would cost memory and gain nothing."""


def no_progress(_share: float) -> None:
    """Do nothing with the share that is done."""


def read_track(
    path: Path,
    model: PoseModel | OpenPoseSource,
    progress: Progress = no_progress,
    *,
    mirrored: bool = False,
    capture_fps: float | None = None,
    person: int | Region | None = None,
) -> PoseTrack:
    """Find a person in every frame of a video.

    Frames are streamed: memory does not grow with the pictures, only by about 2 kB of landmarks a frame. With several
    people of like size in view everybody is followed, which takes as long again for each of them, and who alone is
    seen to bend the knees and come up again is taken.

    Parameters
    ----------
    path
        The video.
    model
        The pose model, or what opens another pose source. Of a source that cannot look around (`LooksAround`) whoever
        it finds is taken.
    progress
        Told the share that is done.
    mirrored
        Whether the recording is a mirror image, as selfie cameras make them.
    capture_fps
        At how many frames/s it was filmed, where somebody said so; see `formcheck.video.source.open_source`.
    person
        Who is to be followed where several people are in view: their number from the left, from 1, or where they are.

    Raises
    ------
    VideoError
        If the file cannot be read as a video.
    SeveralPeopleError
        If several people of like size are in view most of the time, and all or none of them exercise.
    NotAssessableError
        If there is no person of that number.
    """

    def reading(region: Region | None = None) -> _Reading:
        return _Reading(path, model, mirrored, capture_fps, region)

    if isinstance(person, Region):
        return _named(reading(person).run(progress), "asked")
    first = reading()
    track = first.run(progress if person is None else _part_of(progress, 0, 2))
    if person is None and not first.crowded and not first.nearly_nobody:
        return track
    people, at_s = first.most_people()
    if person is not None:
        if not 1 <= person <= len(people):
            raise NotAssessableError(
                f"There is no person {person} in this video: {len(people)} found.",
                "Count people from the left, from 1.",
            )
        if len(people) == 1 and not first.nearly_nobody:
            return track
        chosen = reading(people[person - 1]).run(_part_of(progress, 1, 2))
        return _named(replace(chosen, source=replace(chosen.source, people_seen=track.source.people_seen)), "asked")
    tracks = [reading(region).run(_part_of(progress, i, len(people))) for i, region in enumerate(people)]
    if len(tracks) == 1:
        return tracks[0]
    exercising = [each for each in tracks if _exercises(each)]
    if len(exercising) != 1:
        raise SeveralPeopleError(people, at_s)
    source = replace(exercising[0].source, people_seen=track.source.people_seen)
    return _named(replace(exercising[0], source=source), "exercising")


def _part_of(progress: Progress, part: int, parts: int) -> Progress:
    return lambda share: progress((part + share) / parts)


def _named(track: PoseTrack, person: str) -> PoseTrack:
    return replace(track, source=replace(track.source, person=person))


def _exercises(track: PoseTrack) -> bool:
    """Return whether somebody bends the knees and comes up again at least once."""
    for part in view_parts(track):
        try:
            if any(rep.complete for rep in find_set(part, ANY_BEND).reps):
                return True
        except NotAssessableError:
            continue
    return False


class _Reading:
    """One pass over a video.

    Parameters
    ----------
    path, model, mirrored, capture_fps
        As for `read_track`.
    region
        Where the person is who is followed and nobody else; None for whoever the model finds.
    """

    def __init__(
        self,
        path: Path,
        model: PoseModel | OpenPoseSource,
        mirrored: bool,
        capture_fps: float | None,
        region: Region | None,
    ) -> None:
        self._path = path
        self._model = model
        self._mirrored = mirrored
        self._capture_fps = capture_fps
        self._region = region
        self._people: list[int] = []
        self._lumas: list[float] = []
        self._most: tuple[tuple[Region, ...], float] = ((), 0.0)
        self._closer_looks = 0
        self._found_share = 0.0

    @property
    def crowded(self) -> bool:
        """Whether several people of like size are in view most of the time."""
        many = np.array(self._people) > 1
        return len(many) >= _FEWEST_SAMPLES_TO_REFUSE and bool(many.mean() > _CROWDED_SHARE)

    def most_people(self) -> tuple[tuple[Region, ...], float]:
        """Return where people are in the picture with most of them, from left to right, and when that is (s)."""
        return self._most

    @property
    def nearly_nobody(self) -> bool:
        """Whether the model found somebody in few frames, though people were found by a closer look."""
        return self._found_share < _FOUND_SHARE and len(self._most[0]) > 0

    def run(self, progress: Progress) -> PoseTrack:
        """Return the track."""
        with (
            open_video(self._path, mirrored=self._mirrored, capture_fps=self._capture_fps) as video,
            closing(open_pose_source(self._model)) as poser,
            _Beside() as beside,
        ):
            info, origin = video.info, poser.origin
            looker = poser if isinstance(poser, LooksAround) else None
            window, area = self._window(info)
            poses, looks = TrackBuilder(info.frames), LookSchedule()
            repeats, camera = RepeatWatch(), CameraWatch(info.width)
            repeated: list[bool] = []
            seen_in_the_mirror: list[BalanceShift | None] = []
            last_index, found = 0, 0
            sample_s = _FIRST_SAMPLE_S
            for frame in video:
                view = _View(frame.rgb, frame.t_s, info.width, info.height, window, area)
                pose = view.in_source(poser.estimate(view.rgb, frame.t_s, **view.size))
                poses.add(pose)
                person = box_of(pose.image_px) if pose.found else None
                if person is not None:
                    found += 1
                    area = None if area is None else person.widened(_FOLLOWED_MARGIN)
                    if looker is not None and looks.is_due(frame.t_s):
                        beside.do(_look_in_the_mirror, looker, view, pose, seen_in_the_mirror)
                repeated.append(repeats(frame.rgb))
                poses.add_camera(
                    camera(frame.rgb, None if person is None else _shares(person, info.width, info.height))
                )
                if frame.t_s >= sample_s:
                    sample_s += _FIRST_SAMPLES_EVERY_S if len(self._lumas) < _FIRST_SAMPLES else _SAMPLE_EVERY_S
                    self._lumas.append(float(frame.rgb[::8, ::8].mean()))
                    if looker is not None and self._region is None:
                        beside.do(self._look_for_people, looker, frame, person, view.scale)
                last_index = frame.index
                if info.duration_s > 0:
                    progress(min(1.0, frame.t_s / info.duration_s))
            beside.finish()
            for look in seen_in_the_mirror:
                poses.add_look(look)
            damaged = video.damaged or ""
        self._found_share = found / max(1, len(poses))
        source = self._source(info, origin, last_index + 1, damaged)
        track = poses.build(source)
        same = repeated_stretches(track.t_s, np.array(repeated, dtype=np.bool_))
        track = replace(track, source=replace(track.source, repeated=same))
        progress(1.0)
        return track if np.isfinite(info.duration_s) else _with_duration(track)

    def _window(self, info: VideoInfo) -> tuple[PersonBox, PersonBox | None]:
        """Return the part of the picture that is looked at, and what of it is not grey; see `_View`."""
        if self._region is None:
            return PersonBox(0.0, 0.0, info.width, info.height), None
        chosen = _box(self._region).scaled(info.width, info.height)
        return window_around(chosen, info.width, info.height), chosen.widened(_FOLLOWED_MARGIN / 2)

    def _source(self, info: VideoInfo, origin: PoseOrigin, frames: int, damaged: str) -> TrackSource:
        return TrackSource(
            name=info.name,
            sha256=file_sha256(self._path),
            width=info.width,
            height=info.height,
            fps=info.fps,
            duration_s=info.duration_s,
            frames=frames,
            pose_model=origin.name,
            model_sha256=origin.sha256,
            mediapipe=origin.mediapipe,
            balanced=origin.balanced,
            people_seen=tuple(self._people),
            mean_luma=float(np.mean(self._lumas)) if self._lumas else float("nan"),
            damaged=damaged,
            mirrored=self._mirrored,
            slowed=info.slowed,
            focal_px=focal_px(info.focal_35mm_mm, info.width, info.height),
            where=origin.where,
            runtime=origin.runtime,
            runtime_sha256=origin.runtime_sha256,
            delegate=origin.delegate,
        )

    def _look_for_people(
        self, looker: LooksAround, frame: Frame, person: PersonBox | None, scale: tuple[float, float]
    ) -> None:
        if person is not None:
            found = looker.people_in_view(frame.rgb, person.scaled(*scale))
        elif self._closer_looks < _MOST_CLOSER_LOOKS:
            self._closer_looks += 1
            found = looker.small_people_in_view(frame.rgb)
        else:
            return
        self._people.append(len(found))
        if len(found) > len(self._most[0]):
            height, width = frame.rgb.shape[:2]
            boxes = sorted(found, key=lambda box: box.left + box.right)
            self._most = (tuple(Region(*_shares(box, width, height)) for box in boxes), frame.t_s)


class _View:
    """The part of a picture that is looked at: a window that stays, and in it what lies around one person.

    Parameters
    ----------
    rgb
        The picture.
    t_s
        When it happened.
    width, height
        Of the source, in the pixels of which `window` and `area` are.
    window
        What is cut out of it.
    area
        Outside of it all is grey; None where nothing is.
    """

    def __init__(
        self, rgb: Picture, t_s: float, width: int, height: int, window: PersonBox, area: PersonBox | None
    ) -> None:
        self.t_s = t_s
        self.scale = rgb.shape[1] / width, rgb.shape[0] / height
        shown = rgb if area is None else only(rgb, area.scaled(*self.scale))
        rows, columns = window.scaled(*self.scale).frames(rgb)
        self.rgb = shown[rows, columns]
        self._at = np.array([columns.start / self.scale[0], rows.start / self.scale[1]])

    @property
    def size(self) -> dict[str, int]:
        """Size of the part in pixels of the source, as the estimator asks for it."""
        return {
            "width_px": round(self.rgb.shape[1] / self.scale[0]),
            "height_px": round(self.rgb.shape[0] / self.scale[1]),
        }

    def in_source(self, pose: Pose) -> Pose:
        """Return a pose that was found in the part in pixels of the source."""
        if not isinstance(pose, Pose):
            raise PoseTrackError(
                f"The pose source gave {reprlib.repr(pose)} and no pose.", "Let `estimate` return a `Pose` in any case."
            )
        return replace(pose, image_px=pose.image_px + self._at)


class _Beside:
    """A thread beside the reading, for what is looked at in single pictures, in order, and asked for at the end only.

    Most computers have a second core for it. Use it in a `with` block: at its end no look is under way, and looks that
    have not begun are dropped.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="looks")
        self._waiting: deque[Future[None]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._thread.shutdown(cancel_futures=True)

    def do(self, look: Callable[_Given, None], *args: _Given.args, **kwargs: _Given.kwargs) -> None:
        """Have something done; what an earlier one raised is raised here or by `finish`."""
        self._waiting.append(self._thread.submit(look, *args, **kwargs))
        while len(self._waiting) > _MOST_WAITING:
            self._waiting.popleft().result()

    def finish(self) -> None:
        """Wait until all is done."""
        while self._waiting:
            self._waiting.popleft().result()


def _look_in_the_mirror(looker: LooksAround, view: _View, pose: Pose, seen: list[BalanceShift | None]) -> None:
    """Note what a pose lacks to the mean of picture and mirror image."""
    mirror = view.in_source(looker.in_the_mirror(view.rgb, view.t_s, **view.size))
    seen.append(correction(pose, mirror))


def _with_duration(track: PoseTrack) -> PoseTrack:
    last = float(track.t_s[-1]) if len(track) else 0.0
    return replace(track, source=replace(track.source, duration_s=last))


def _box(region: Region) -> PersonBox:
    return PersonBox(region.left, region.top, region.right, region.bottom)


def _shares(box: PersonBox, width: float, height: float) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom as shares of a picture."""
    return box.left / width, box.top / height, box.right / width, box.bottom / height
