"""A finished live set on its way into the records."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from formcheck.records.access import Actor
from formcheck.records.files import FileStore, KeptFile
from formcheck.records.people import get_person
from formcheck.records.records import Records
from formcheck.records.sets import LIVE, NewSet, keep_track, keep_video
from formcheck.session.recorded import assess
from formcheck.session.request import SetRequest
from formcheck.video.proxy import write_proxy
from formcheck.web.live.pipeline import FinishedSet


def by_bands_of(records: Records, actor: Actor, request: SetRequest, person_id: str | None) -> SetRequest:
    """Return a set as it is judged when a person does it: by the bands that studies give for their sex.

    Raises
    ------
    NotFoundError
        If there is no such person for the actor.
    """
    sex = None
    if person_id is not None:
        with records.reading(actor) as work:
            sex = get_person(work, person_id).sex
    return replace(request, plan=replace(request.plan, sex=sex))


def judged_for(records: Records, actor: Actor, finished: FinishedSet, person_id: str | None) -> FinishedSet:
    """Return a finished set as it is judged once it is known whose it is; None for somebody of whom nothing is known.

    Raises
    ------
    NotFoundError
        If there is no such person for the actor.
    """
    request = by_bands_of(records, actor, finished.request, person_id)
    if request == finished.request:
        return finished
    # What was noted of the set while it was done stays: the recording alone does not tell it.
    judged = replace(assess(finished.pose_track, request), setup=finished.assessment.setup)
    return replace(finished, request=request, assessment=judged)


def new_set_of(
    files: FileStore, finished: FinishedSet, folder: Path, *, name: str, person_id: str | None, with_video: bool = True
) -> NewSet:
    """Return what the records take of a live set, its files made ready for the store.

    Parameters
    ----------
    files
        The store.
    finished
        The set.
    folder
        Where the files lie until they are kept.
    name
        What the set is called.
    person_id
        Whose it is, as far as it is known.
    with_video
        Whether its recording, if there is one, is kept too.
    """
    track = keep_track(files, finished.pose_track, folder=folder)
    video, proxy = _videos(files, finished, folder) if with_video else (None, None)
    return NewSet(
        measured_as=finished.request,
        assessment=finished.assessment,
        track=track,
        origin=LIVE,
        name=name,
        done_at=finished.finished_at,
        person_id=person_id,
        video=video,
        proxy=proxy,
        remarks=finished.remarks,
    )


def _videos(files: FileStore, finished: FinishedSet, folder: Path) -> tuple[KeptFile | None, KeptFile | None]:
    if finished.video_path is None or not finished.video_path.is_file():
        return None, None
    copy = files.passing_name(".mp4", folder=folder)
    write_proxy(finished.video_path, copy)
    proxy = keep_video(files, copy, ".mp4", folder=folder)
    return keep_video(files, finished.video_path, ".mp4", leave=True, folder=folder), proxy
