"""The work on one upload: from its file to a set in the records.

It is measured as what was said of it, and for the rest as what is guessed, each guess with its reason.
"""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from formcheck.errors import FormcheckError, OutputError
from formcheck.intake.claims import Claim, LeaseLostError, claimed, mark_done
from formcheck.intake.guesses import guess_date, guess_person_by_plan
from formcheck.intake.states import UploadState, file_suffix, older_work_folders, upload_path, work_folder
from formcheck.intake.wishes import Guess, Wishes, guess_of, wishes_of
from formcheck.moments import day_text, read_moment
from formcheck.pose.landmarks import Side
from formcheck.pose.models import PoseModel
from formcheck.pose.people import Region, SeveralPeopleError
from formcheck.pose.store import load_track
from formcheck.pose.types import PoseTrack, TrackSource
from formcheck.records.access import SYSTEM, Actor, Role
from formcheck.records.files import PRIVATE_FOLDER, FileStore, KeptFile
from formcheck.records.plans import in_force
from formcheck.records.records import Records, Work
from formcheck.records.sets import NewSet, add_set, give_video, keep_track, keep_video, need_videoless
from formcheck.records.tables import Json, Upload
from formcheck.session.assessment import Assessment
from formcheck.session.guess import guess_exercise
from formcheck.session.reading import read_track
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest
from formcheck.session.several_sets import SetOfRecording, assess_every_set
from formcheck.video.proxy import write_proxy
from formcheck.video.reader import open_video
from formcheck.video.source import open_source
from formcheck.video.unreadable import RECORD_AGAIN
from formcheck.video.writer import VideoWriter


@dataclass(frozen=True)
class Decision:
    """What a set is measured as, whose it is and when it was done."""

    measured_as: SetRequest
    person_id: str | None
    """Whose it was said to be; who is guessed stands among the guesses alone."""
    done_at: datetime
    guesses: Mapping[str, Guess] = field(default_factory=dict)
    """What of it was not said, by name."""
    recorded: datetime | None = None
    """When it was recorded, as the video says."""

    def with_view(self, assessment: Assessment) -> Json:
        """Return the guesses as they are kept, with leg and view as the measurement found them."""
        guesses: dict[str, Any] = {name: guess.document() for name, guess in self.guesses.items()}
        if self.measured_as.leg is None and assessment.leg is not None:
            guesses["leg"] = Guess(assessment.leg.value, "found in the movement").document()
        if self.measured_as.view is None:
            guesses["view"] = Guess(assessment.view.kind.value, "found in the pictures").document()
        return guesses


def decide(work: Work, row: Upload, track: PoseTrack, recorded: datetime | None) -> Decision:
    """Decide what a set is measured as.

    Parameters
    ----------
    work
        The records, with everybody in sight.
    row
        The upload.
    track
        Its landmarks.
    recorded
        When it was recorded, as the video says.

    Raises
    ------
    NotAssessableError
        If the landmarks show nobody, or no leg, and the exercise was not said.
    """
    said = wishes_of(row)
    exercise, guess = _exercise(row, said, track)
    return _decided(work, row, replace(said.request, exercise=exercise), guess, said.request.leg, recorded)


def decided_for_leg(work: Work, row: Upload, before: Decision, leg: Side) -> Decision:
    """Return what was decided, with person and plan by the leg that the measurement found.

    Parameters
    ----------
    work, row
        As for `decide`.
    before
        What was decided while the leg was not known.
    leg
        That the set was done on.
    """
    exercise = before.guesses.get("exercise")
    request = replace(before.measured_as, plan=wishes_of(row).request.plan)
    return _decided(work, row, request, exercise, leg, before.recorded)


def _decided(
    work: Work,
    row: Upload,
    request: SetRequest,
    exercise: Guess | None,
    leg: Side | None,
    recorded: datetime | None,
) -> Decision:
    said, name = wishes_of(row), request.rubric.exercise
    guesses = {} if exercise is None else {"exercise": exercise}
    person_id, guess = _person(work, row, said, name, leg)
    if guess is not None:
        guesses["person_id"] = guess
    done_at = said.done_at
    if done_at is None:
        date = guess_date(recorded, said.last_modified, row.created_at)
        guesses["done_at"] = date
        done_at = datetime.fromisoformat(date.value)
    then = in_force(work, person_id, done_at)
    stored = then.stored(name, leg)
    if said.plan_said:
        request = replace(request, plan=replace(request.plan, sex=request.plan.sex or then.sex))
    else:
        request = replace(request, plan=then.plan(name, leg))
        if stored is not None:
            guesses["plan"] = Guess(stored.id, f"prescribed since {day_text(stored.from_at)}")
    return Decision(request, person_id, done_at, guesses, recorded)


def _person(work: Work, row: Upload, said: Wishes, exercise: str, leg: Side | None) -> tuple[str | None, Guess | None]:
    """Return whose it was said to be, or else nobody with who is proposed: nothing is filed to somebody unasked."""
    if said.person_said:
        return row.person_id, None
    return None, guess_of(row, "person_id") or guess_person_by_plan(work, exercise, leg)


def _exercise(row: Upload, said: Wishes, track: PoseTrack) -> tuple[str, Guess | None]:
    """Return the exercise, and the guess that it rests on; None where it was said.

    The name of the file goes before the movement, see `formcheck.exercises.catalogue.exercise`.
    """
    if said.request.exercise is not None:
        return said.request.exercise, None
    named = guess_of(row, "exercise")
    if named is not None:
        return str(named.value), named
    shown = guess_exercise(track)
    return shown.exercise, Guess(shown.exercise, shown.why.rstrip("."))


_TAGS: Final = ("com.apple.quicktime.creationdate", "creation_time", "date")
"""The first knows the time zone of the place, and stays when a telephone makes a copy of a recording."""


def recorded_at(path: Path) -> datetime | None:
    """Return when a video was recorded; None where it does not say.

    Raises
    ------
    VideoError
        If it cannot be read as a video.
    """
    with open_source(path) as source:
        return recorded_in(dict(source.container.metadata), dict(source.stream.metadata))


def recorded_in(*tags: Mapping[str, str]) -> datetime | None:
    """Return the moment that the first usable tag gives; without a time zone it is UTC, as the formats ask for."""
    for name in _TAGS:
        for known in tags:
            moment = _moment(known.get(name, ""))
            if moment is not None:
                return moment
    return None


def _moment(text: str) -> datetime | None:
    try:
        return read_moment(text.strip())
    except ValueError:
        return None


Progress = Callable[[str, float | None], None]
"""Told what is being done, and its share from 0 to 1, None where that is not known. May raise to end the work."""
ModelSource = Callable[[Progress], PoseModel]

READING: Final = "Finding the joints in every picture"
COPYING: Final = "Making the copy for browsers"
MEASURING: Final = "Measuring"
_READING_SHARE: Final = 0.7
_COPYING_SHARE: Final = 0.28
"""Of the time; measured on the sample clips, a copy takes about 0.4 of what the joints take."""
_NO_ROOM: Final = FormcheckError(
    "The results could not be stored on the computer that runs formcheck.",
    "Free some space on its disk and try again.",
)
_FILE_GONE: Final = FormcheckError("The file of this video is not there any more.", "Upload it again.")


@dataclass(frozen=True, eq=False)
class _Tracked:
    """What of a video takes longest, and does not depend on what the set is measured as."""

    read_as: tuple[bool, float | None, int | Region | None]
    """What its reading depends on."""
    track: PoseTrack
    recorded: datetime | None
    kept: KeptFile


@dataclass(frozen=True)
class _Copies:
    """The video, ready for the store, as it came and as browsers play it; None each where it is not to be kept."""

    video: KeptFile | None = None
    proxy: KeptFile | None = None


def analyse(records: Records, claim: Claim, model_source: ModelSource, progress: Progress) -> str:
    """Measure an upload and put the set into the records, all of it or nothing.

    What is said about the upload meanwhile counts: it is measured as what was last said.

    Parameters
    ----------
    records
        The records.
    claim
        The upload that this worker has.
    model_source
        Gives the pose model, fetching it where it is not there yet.
    progress
        Told how far the work is.

    Returns
    -------
    str
        Id of the set.

    Raises
    ------
    FormcheckError
        If the video cannot be read or the set not be measured.
    LeaseLostError
        If the upload is another's by now.
    """
    if wishes_of(_look(records, claim)).for_set is not None:
        with _workplace(records, claim) as folder:
            return _lay_beside(records, claim, progress, folder)
    model = model_source(progress)
    with _workplace(records, claim) as folder:
        return _analyse(records, claim, model, progress, folder)


@contextmanager
def _workplace(records: Records, claim: Claim) -> Iterator[Path]:
    """Give the folder of this attempt: what is made of an upload is the upload's from the first byte on, and goes."""
    with records.writing(SYSTEM) as work:  # whoever erases the upload sees the folder, or it is not made
        row = claimed(work, claim)
        folder = work_folder(work.files, row)
        for older in older_work_folders(work.files, row):
            shutil.rmtree(older, ignore_errors=True)
        folder.mkdir(mode=PRIVATE_FOLDER)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


_OTHER_SHAPE: Final = FormcheckError(
    "The pictures of this video have another shape than those that the landmarks were found in.",
    "It was turned, or belongs to another set, and is not kept.",
)
_NOT_BESIDE: Final = FormcheckError(
    "Nothing of this video was taken while the set was done.", "It belongs to another set, and is not kept."
)
_SAME_SHAPE: Final = 0.02
"""Shapes that differ by less are the same: sides of pictures are whole numbers."""


def _lay_beside(records: Records, claim: Claim, progress: Progress, folder: Path) -> str:
    """Keep a video that a browser had kept as that of a set of landmarks, encoded anew in the set's size and time."""
    row = _look(records, claim)
    said, path = wishes_of(row), upload_path(records.files, row)
    if not path.is_file():
        raise _FILE_GONE
    with records.reading(SYSTEM) as work:
        source = need_videoless(work, said.for_set or "")
        track = load_track(work.file_path(source.track_sha256))

    def copying(share: float) -> None:
        progress(COPYING, share)

    copying(0.0)
    video, proxy = (records.files.passing_name(".mp4", folder=folder) for _ in range(2))
    try:
        write_beside(path, video, track.source.width, track.source.height, said.begins_s, float(track.t_s[-1]), copying)
        write_proxy(video, proxy)
    except FormcheckError as error:
        raise _in_words(error, path.name, row.name) from error
    kept = [keep_video(records.files, each, ".mp4", folder=folder) for each in (video, proxy)]
    with records.writing(Actor(row.created_by_id, row.created_by, Role.SYSTEM)) as work:
        set_row = give_video(work, said.for_set or "", *kept)
        claimed(work, claim).person_id = set_row.person_id
        mark_done(work, claim, set_row.id)
    path.unlink(missing_ok=True)
    return set_row.id


def write_beside(
    source: Path,
    target: Path,
    width_px: int,
    height_px: int,
    begins_s: float,
    end_s: float,
    progress: Callable[[float], None],
) -> int:
    """Write what of a video was taken during a set, in the size and by the time of its pose track.

    Parameters
    ----------
    source
        The video.
    target
        The MP4 to write.
    width_px, height_px
        Of the pictures that the landmarks were found in.
    begins_s
        When the video's first picture was taken, by the time of the track (s).
    end_s
        When the track ends (s). Pictures before its time begins, and after that, are left out.
    progress
        Told the share that is done, with every picture that is read: those before the set too, none after it.

    Returns
    -------
    int
        Pictures written.

    Raises
    ------
    FormcheckError
        If its pictures have another shape, or none was taken during the set.
    OutputError
        If it cannot be written.
    """
    written, last_s = 0, -math.inf
    with open_video(source) as video:
        if abs(video.info.width / video.info.height / (width_px / height_px) - 1) > _SAME_SHAPE:
            raise _OTHER_SHAPE
        with VideoWriter(target, width_px, height_px, fps=30.0) as copy:
            for frame in video:
                t_s = frame.t_s + begins_s
                if t_s > end_s + _LINGERS_S:
                    break
                if end_s > begins_s:
                    progress(min(1.0, frame.t_s / (end_s - begins_s)))
                if t_s < max(0.0, last_s + _CLOSEST_S):
                    continue
                rgb = frame.rgb
                if rgb.shape[:2] != (height_px, width_px):
                    rgb = np.asarray(cv2.resize(rgb, (width_px, height_px), interpolation=cv2.INTER_AREA), np.uint8)
                # A file's time begins with its first picture; that of the set is when its landmarks begin.
                copy.write(rgb, t_s if written else 0.0)
                written, last_s = written + 1, t_s
            if not written:
                raise _NOT_BESIDE
    return written


_CLOSEST_S: Final = 0.001
_LINGERS_S: Final = 0.1
"""The last picture of a set may have been taken a little after its last landmarks."""


def _analyse(records: Records, claim: Claim, model: PoseModel, progress: Progress, folder: Path) -> str:
    tracked: _Tracked | None = None
    copies: _Copies | None = None
    while True:
        row = _look(records, claim)
        said = wishes_of(row)
        path = upload_path(records.files, row)
        if not path.is_file():
            raise _FILE_GONE
        try:
            if tracked is None or tracked.read_as != _read_as(said):
                tracked, copies = _track(records.files, path, row, said, model, progress, folder), None
            if said.keep_video and copies is None:
                copies = _copy(records.files, path, row, tracked.track, progress, folder)
            progress(MEASURING, _READING_SHARE + _COPYING_SHARE)
            found = _measured(records, row, tracked)
        except FormcheckError as error:
            raise _in_words(error, path.name, row.name) from error
        kept_copies = copies if copies is not None and said.keep_video else _Copies()
        set_id = _keep(records, claim, row, tracked.kept, kept_copies, found)
        if set_id is not None:
            path.unlink(missing_ok=True)
            return set_id


def _measured(records: Records, row: Upload, tracked: _Tracked) -> list[tuple[Decision, Assessment]]:
    """Decide what each set of the video is and measure it."""
    with records.reading(SYSTEM) as work:
        decision = decide(work, row, tracked.track, tracked.recorded)
    found = assess_every_set(tracked.track, decision.measured_as)
    return [_by_plan_of_leg(records, row, tracked, decision, each) for each in found]


def _by_plan_of_leg(
    records: Records, row: Upload, tracked: _Tracked, decision: Decision, found: SetOfRecording
) -> tuple[Decision, Assessment]:
    """Return a set that was found, judged by the plan of the leg that it is done on, where that was not said."""
    assessment = found.assessment
    # Of several sets at most one is done on the leg that was said.
    leg = decision.measured_as.leg if found.is_only_one or assessment.leg is None else None
    decision = replace(decision, measured_as=replace(found.request, leg=leg))
    if leg is not None or assessment.leg is None:
        return decision, assessment
    with records.reading(SYSTEM) as work:
        again = decided_for_leg(work, row, decision, assessment.leg)
    same = again.measured_as == found.request
    return again, assessment if same else assess(tracked.track, again.measured_as)


def _look(records: Records, claim: Claim) -> Upload:
    with records.reading(SYSTEM) as work:
        row = work.session.get(Upload, claim.upload_id)
        if row is None or row.state != UploadState.RUNNING or row.worker != claim.worker:
            raise LeaseLostError
        return row


def _track(
    files: FileStore, path: Path, row: Upload, said: Wishes, model: PoseModel, progress: Progress, folder: Path
) -> _Tracked:
    def reading(share: float) -> None:
        progress(READING, share * _READING_SHARE)

    reading(0.0)
    recorded = recorded_at(path)
    mirrored, capture_fps, person = _read_as(said)
    track = read_track(path, model, reading, mirrored=mirrored, capture_fps=capture_fps, person=person)
    track = replace(track, source=replace(track.source, name=row.name))
    if row.sha256 is not None and track.source.sha256 != row.sha256:
        raise FormcheckError(f'"{row.name}" is not what was uploaded: it changed on the disk.', RECORD_AGAIN)
    return _Tracked(_read_as(said), track, recorded, keep_track(files, track, folder=folder))


def _copy(files: FileStore, path: Path, row: Upload, track: PoseTrack, progress: Progress, folder: Path) -> _Copies:
    def copying(share: float) -> None:
        progress(COPYING, _READING_SHARE + share * _COPYING_SHARE)

    copying(0.0)
    source = track.source
    proxy = files.write(
        ".mp4", lambda target: _copy_for_browsers(path, target, source, progress=copying), folder=folder
    )
    return _Copies(_keep_linked(files, path, file_suffix(row.name), folder), proxy)


def _copy_for_browsers(video: Path, target: Path, source: TrackSource, *, progress: Callable[[float], None]) -> None:
    write_proxy(video, target, mirrored=source.mirrored, slowed=source.slowed, progress=progress)


def _keep_linked(files: FileStore, path: Path, suffix: str, folder: Path) -> KeptFile:
    """Make a file ready and leave it where it is: until the row is written, who starts anew needs it there."""
    second = files.passing_name(suffix, folder=folder)
    try:
        os.link(path, second)
    except OSError:  # a disk without second names
        return keep_video(files, path, suffix, leave=True, folder=folder)
    return keep_video(files, second, suffix, folder=folder)


def _keep(
    records: Records,
    claim: Claim,
    seen: Upload,
    track: KeptFile,
    copies: _Copies,
    found: Sequence[tuple[Decision, Assessment]],
) -> str | None:
    """Write the sets and the end of the upload in one transaction; None where something else was said meanwhile.

    All sets of a video share its files; the upload leads to the first of them.
    """
    uploader = Actor(seen.created_by_id, seen.created_by, Role.SYSTEM)
    with records.writing(uploader) as work:
        row = claimed(work, claim)
        if (row.wishes, row.person_id) != (seen.wishes, seen.person_id):
            return None
        added = [
            add_set(
                work,
                NewSet(
                    measured_as=decision.measured_as,
                    assessment=assessment,
                    track=track,
                    origin=wishes_of(row).origin,
                    name=row.name,
                    done_at=min(decision.done_at, work.now),
                    person_id=decision.person_id,
                    video=copies.video,
                    proxy=copies.proxy,
                ),
            )
            for decision, assessment in found
        ]
        decision, assessment = found[0]
        row.person_id = decision.person_id
        row.guesses = decision.with_view(assessment)
        mark_done(work, claim, added[0].id)
        return added[0].id


def _read_as(said: Wishes) -> tuple[bool, float | None, int | Region | None]:
    return said.request.mirrored, said.request.capture_fps, said.request.person


def _in_words(error: FormcheckError, path_name: str, name: str) -> FormcheckError:
    """Name a file as it was called where it came from, and no option of the command line."""
    if isinstance(error, OutputError):
        return _NO_ROOM
    if isinstance(error, SeveralPeopleError):
        asked = SeveralPeopleError(error.people, error.at_s)
        asked.remedy = "Choose who of them is to be measured, or film one person alone."
        return asked
    return FormcheckError(error.reason.replace(path_name, name), error.remedy.replace(path_name, name))
