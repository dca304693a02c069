"""Layer: records and files on the spot. A video that a browser had kept comes to the set of landmarks that it shows."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from formcheck.errors import FormcheckError
from formcheck.intake.analysis import analyse, write_beside
from formcheck.intake.claims import Claim, claim_next
from formcheck.intake.queue import Announced, begin, complete, note_received
from formcheck.intake.states import UploadState, get_upload, upload_path
from formcheck.intake.wishes import Wishes, wishes_of
from formcheck.pose.models import PoseModel
from formcheck.records.access import SYSTEM, Actor, NotFoundError, RecordsError
from formcheck.records.agreed import ConsentError
from formcheck.records.consents import answer_consent
from formcheck.records.sets import get_set, video_of
from formcheck.records.tables import ExerciseSet, Upload
from formcheck.video.frame import Frame, VideoInfo
from formcheck.video.reader import open_video
from formcheck.video.writer import VideoWriter
from tests.clips import SAMPLES
from tests.records.kept import keep_set

from .desk import FEW, ROBIN, Desk

CLIP = "wall_squat_front"
AHEAD_S = 1.5
"""The video begins so long before the landmarks."""


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write two and a half seconds as a browser may have kept them."""
    path = tmp_path_factory.mktemp("film") / "kept.mp4"
    with open_video(SAMPLES / f"{CLIP}.mp4") as video, VideoWriter(path, 1280, 720, fps=30.0) as copy:
        for frame in takewhile(lambda each: each.t_s < 2.5, video):
            copy.write(frame.rgb, frame.t_s)
    return path


def no_model(_: Any) -> PoseModel:
    raise AssertionError("nothing is measured, so no model is asked for")


def bring(desk: Desk, video: Path, set_id: str, actor: Actor = ROBIN) -> Upload:
    content = video.read_bytes()
    wishes = Wishes(for_set=set_id, begins_s=-AHEAD_S)
    with desk.records.writing(actor) as work:
        row = begin(work, Announced("kept.mp4", len(content)), wishes, FEW)
        upload_path(desk.records.files, row).write_bytes(content)
        note_received(work, row.id, 0, len(content))
    return complete(desk.records, actor, row.id)


def claim(desk: Desk) -> Claim:
    with desk.records.writing(SYSTEM) as work:
        found = claim_next(work, "one")
    assert found is not None
    return found


@pytest.fixture
def set_of_landmarks(desk: Desk) -> ExerciseSet:
    """Give a set without a video."""
    return keep_set(desk.records, desk.person("Ada"), CLIP, actor=ROBIN, origin="live")


def times_and_first(path: Path) -> tuple[list[float], np.ndarray[Any, Any]]:
    with open_video(path) as video:
        frames = list(video)
    return [frame.t_s for frame in frames], frames[0].rgb


def test_it_becomes_the_video_of_the_set_in_its_time_and_size(
    desk: Desk, set_of_landmarks: ExerciseSet, film: Path
) -> None:
    row = bring(desk, film, set_of_landmarks.id)
    shares: list[float] = []
    assert (
        analyse(desk.records, claim(desk), no_model, lambda _, share: shares.append(share or 0.0))
        == set_of_landmarks.id
    )
    with desk.records.reading(ROBIN) as work:
        kept, copy = (video_of(work, set_of_landmarks.id, for_browser=each) for each in (False, True))
        assert get_upload(work, row.id).set_id == set_of_landmarks.id
        assert get_set(work, set_of_landmarks.id).summary == set_of_landmarks.summary
        assert not upload_path(work.files, row).exists()
    assert kept is not None
    assert copy is not None
    assert shares == sorted(shares)
    times, first = times_and_first(kept)
    with open_video(film) as original:
        expected = next(frame for frame in original if frame.t_s >= AHEAD_S)
    assert np.abs(first.astype(int) - expected.rgb.astype(int)).mean() < 6, (
        "the first picture is that of the first landmarks"
    )
    assert times[-1] == pytest.approx(times_and_first(film)[0][-1] - AHEAD_S, abs=0.04)
    assert len(times_and_first(copy)[0]) == len(times)
    with pytest.raises(RecordsError, match="has a video already"):
        bring(desk, film, set_of_landmarks.id)


def test_nobody_gives_a_video_to_a_set_of_somebody_else(desk: Desk, set_of_landmarks: ExerciseSet, film: Path) -> None:
    with pytest.raises(NotFoundError):
        bring(desk, film, set_of_landmarks.id, desk.client(desk.person("Ben")))


def test_of_who_refuses_videos_none_is_taken(desk: Desk, set_of_landmarks: ExerciseSet, film: Path) -> None:
    assert set_of_landmarks.person_id is not None
    with desk.records.writing(ROBIN) as work:
        answer_consent(work, set_of_landmarks.person_id, "video", "no")
    with pytest.raises(ConsentError, match="the video cannot be kept"):
        bring(desk, film, set_of_landmarks.id)


def test_on_its_way_it_is_already_that_persons(desk: Desk, set_of_landmarks: ExerciseSet, film: Path) -> None:
    assert bring(desk, film, set_of_landmarks.id).person_id == set_of_landmarks.person_id


def test_what_it_was_given_to_is_kept_with_it(desk: Desk, set_of_landmarks: ExerciseSet, film: Path) -> None:
    said = wishes_of(bring(desk, film, set_of_landmarks.id))
    assert (said.for_set, said.begins_s) == (set_of_landmarks.id, -AHEAD_S)


def test_one_that_was_interrupted_does_not_go_to_another_set(desk: Desk, set_of_landmarks: ExerciseSet) -> None:
    other = keep_set(desk.records, desk.person("Ben"), CLIP, actor=ROBIN, origin="live")
    file = Announced("kept.mp4", 100)

    def announce(wishes: Wishes) -> Upload:
        with desk.records.writing(ROBIN) as work:
            return begin(work, file, wishes, FEW)

    first = announce(Wishes(for_set=set_of_landmarks.id, begins_s=-1.0))
    assert announce(Wishes(for_set=set_of_landmarks.id, begins_s=-1.0)).id == first.id
    others = [Wishes(for_set=other.id, begins_s=-1.0), Wishes(for_set=set_of_landmarks.id, begins_s=-2.0), Wishes()]
    for wishes in others:
        row = announce(wishes)
        assert row.id != first.id
        assert (wishes_of(row).for_set, wishes_of(row).begins_s) == (wishes.for_set, wishes.begins_s)


@pytest.mark.parametrize("given_first", [False, True])
def test_it_is_no_duplicate_and_has_none(
    desk: Desk, set_of_landmarks: ExerciseSet, tmp_path: Path, given_first: bool
) -> None:
    film = tmp_path / "kept.mp4"
    film.write_bytes(b"pictures")

    def give() -> UploadState:
        return UploadState(bring(desk, film, set_of_landmarks.id).state)

    def upload() -> UploadState:
        return UploadState(desk.bring(b"pictures").state)

    states = [each() for each in ((give, upload) if given_first else (upload, give))]
    assert states == [UploadState.WAITING] * 2
    assert upload() == UploadState.DUPLICATE


def test_a_set_that_came_from_a_file_is_given_no_video(desk: Desk, film: Path) -> None:
    uploaded = keep_set(desk.records, desk.person("Ada"), CLIP, actor=ROBIN)
    with pytest.raises(RecordsError, match="not done in front of a camera"):
        bring(desk, film, uploaded.id)


class Watched:
    """A video that counts its pictures that are read."""

    def __init__(self, video: Iterable[Frame], info: VideoInfo) -> None:
        self._video, self.info, self.read = video, info, 0

    def __iter__(self) -> Iterator[Frame]:
        for frame in self._video:
            self.read += 1
            yield frame


def test_pictures_after_the_set_are_not_read_and_those_before_it_count_as_progress(
    tmp_path: Path, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Watched] = []

    @contextmanager
    def watched(path: Path) -> Iterator[Watched]:
        with open_video(path) as video:
            opened.append(Watched(video, video.info))
            yield opened[-1]

    monkeypatch.setattr("formcheck.intake.analysis.open_video", watched)
    shares: list[float] = []
    written = write_beside(film, tmp_path / "video.mp4", 1280, 720, -0.5, 0.5, shares.append)
    read = opened[0].read
    assert read == pytest.approx(34, abs=2), "of 75: one second, a little after it, and the picture that ends it"
    assert len(shares) == read - 1 > written + 10
    assert shares[10] == pytest.approx(10 / 30, abs=0.05)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


@pytest.mark.parametrize(
    ("size", "begins_s", "why"), [((720, 1280), 0.0, "another shape"), ((1280, 720), -600.0, "Nothing of this video")]
)
def test_a_video_of_something_else_is_refused(tmp_path: Path, size: tuple[int, int], begins_s: float, why: str) -> None:
    target = tmp_path / "video.mp4"
    with pytest.raises(FormcheckError, match=why):
        write_beside(SAMPLES / f"{CLIP}.mp4", target, *size, begins_s, 3.0, lambda _: None)
    assert not target.exists()


def test_pictures_of_another_size_are_made_to_fit(tmp_path: Path) -> None:
    target = tmp_path / "video.mp4"
    shutil.copy(SAMPLES / f"{CLIP}.mp4", tmp_path / "kept.mp4")
    count = write_beside(tmp_path / "kept.mp4", target, 640, 360, 0.0, 1.0, lambda _: None)
    times, first = times_and_first(target)
    assert first.shape[:2] == (360, 640)
    assert len(times) == count == pytest.approx(34, abs=2)
