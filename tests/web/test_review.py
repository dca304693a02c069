"""Layers: pure functions, then the background job with stub work, then the page (AppTest) with the real pose model."""

from __future__ import annotations

import gc
import io
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from formcheck.errors import FormcheckError, NotAssessableError, OutputError, VideoError
from formcheck.exercises.rubric_file import builtin_rubric
from formcheck.report.page import report_page, report_style
from formcheck.session.recorded import SetRequest, assess
from formcheck.web.review.choices import ReviewChoices
from formcheck.web.review.inline import inline_style, report_body
from formcheck.web.review.job import WAITING, CancelledError, JobState, ReviewJob
from formcheck.web.review.state import ReviewState
from formcheck.web.review.task import Progress, ReviewResult
from formcheck.web.review.upload import keep_upload, safe_name
from formcheck.web.review.views import time_in_words
from formcheck.web.review.workfolder import WorkFolder
from tests.clips import SAMPLES
from tests.sample_tracks import sample_track

SCRIPT = "from formcheck.web.screens.review import page\npage()"
LONG_S = 30.0
ANALYSIS_S = 240.0


def result() -> ReviewResult:
    request = SetRequest(builtin_rubric("wall-squat"))
    return ReviewResult(assess(sample_track("wall_squat_front"), request), ())


def finished(work: Callable[[Progress], ReviewResult]) -> JobState:
    job = ReviewJob(work, WorkFolder(), threading.Semaphore(1))
    assert job.wait(LONG_S)
    return job.state


# Uploads ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("set.mp4", "set.mp4"),
        ("../../etc/passwd.mp4", "passwd.mp4"),
        ("C:\\Users\\a\\knee (2).MOV", "knee (2).MOV"),
        ("<b>x</b>.mp4", "b_.mp4"),
        ("...", "video"),
        ("", "video"),
        ("x" * 300 + ".webm", "x" * 80 + ".webm"),
        ("Übung Küche.mp4", "Übung Küche.mp4"),
    ],
)
def test_a_name_leads_nowhere_else(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_an_upload_is_kept_as_it_is_from_its_beginning(tmp_path: Path) -> None:
    content = bytes(range(256)) * 8192
    stream = io.BytesIO(content)
    stream.read(10)
    path = keep_upload(stream, "set.mp4", len(content), tmp_path)
    assert path.read_bytes() == content


@pytest.mark.parametrize(("name", "content"), [("notes.txt", b"words"), ("set.mp4", b""), ("mp4", b"x")])
def test_what_is_no_video_by_name_or_size_is_refused_and_not_kept(name: str, content: bytes, tmp_path: Path) -> None:
    with pytest.raises(VideoError) as refused:
        keep_upload(io.BytesIO(content), name, len(content), tmp_path)
    assert refused.value.remedy
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        keep_upload(io.BytesIO(b"x"), "set.mp4", 1, tmp_path / "absent")


def test_a_work_folder_goes_when_nobody_holds_it() -> None:
    folder = WorkFolder()
    path = folder.uploads
    (path / "set.mp4").write_bytes(b"x")
    del folder
    gc.collect()
    assert not path.parent.exists()


# The job ------------------------------------------------------------------------------------------------------------


def test_a_job_ends_with_its_result() -> None:
    expected = result()
    state = finished(lambda _progress: expected)
    assert state.done
    assert state.result is expected
    assert state.error is None


def test_a_job_that_cannot_be_done_ends_with_the_reason() -> None:
    def work(_progress: Progress) -> ReviewResult:
        raise NotAssessableError("Nobody is in view.", "Film again.")

    state = finished(work)
    assert state.result is None
    assert state.error is not None
    assert state.error.reason == "Nobody is in view."


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_of_our_own_ends_the_job_in_words() -> None:
    def work(_progress: Progress) -> ReviewResult:
        raise ZeroDivisionError

    state = finished(work)
    assert state.done
    assert state.error is not None
    assert "fault in formcheck itself" in state.error.reason


def test_a_cancelled_job_ends_without_result_or_error() -> None:
    began = threading.Event()

    def work(progress: Progress) -> ReviewResult:
        while True:
            began.set()
            progress("Working", 0.5)
            time.sleep(0.001)

    job = ReviewJob(work, WorkFolder(), threading.Semaphore(1))
    assert began.wait(LONG_S)
    job.cancel()
    assert job.wait(LONG_S)
    assert job.state == JobState("", 1.0, 0.0, done=True)


def test_a_job_that_nobody_holds_ends_and_takes_its_folder_with_it() -> None:
    began, ended = threading.Event(), threading.Event()

    def work(progress: Progress) -> ReviewResult:
        began.set()
        try:
            while True:
                progress("Working", 0.5)
                time.sleep(0.001)
        except CancelledError:
            ended.set()
            raise

    folder = WorkFolder()
    path = folder.uploads
    job = ReviewJob(work, folder, threading.Semaphore(1))
    assert began.wait(LONG_S)
    del job, folder
    gc.collect()
    assert ended.wait(LONG_S)
    assert gone(path)


def gone(path: Path) -> bool:
    until = time.monotonic() + LONG_S
    while path.exists() and time.monotonic() < until:
        gc.collect()
        time.sleep(0.01)
    return not path.exists()


def test_a_second_job_waits_for_the_first_and_can_be_cancelled_while_it_waits() -> None:
    slots, leave = threading.Semaphore(1), threading.Event()

    def first(_progress: Progress) -> ReviewResult:
        leave.wait(LONG_S)
        raise FormcheckError("Ended.")

    def second(_progress: Progress) -> ReviewResult:
        raise AssertionError("ran although it was cancelled")

    one = ReviewJob(first, WorkFolder(), slots)
    until = time.monotonic() + LONG_S
    while one.state.stage == WAITING and time.monotonic() < until:
        time.sleep(0.001)
    two = ReviewJob(second, WorkFolder(), slots)
    assert two.state.stage == WAITING
    two.cancel()
    assert two.wait(LONG_S)
    assert two.state.error is None
    leave.set()
    assert one.wait(LONG_S)


def test_the_place_of_a_failed_job_is_free_again() -> None:
    slots = threading.Semaphore(1)

    def fails(_progress: Progress) -> ReviewResult:
        raise FormcheckError("No.")

    for _ in range(3):
        assert ReviewJob(fails, WorkFolder(), slots).wait(LONG_S)


@pytest.mark.parametrize(
    ("share", "elapsed_s", "left_s"), [(0.25, 10.0, 30.0), (0.25, 1.0, None), (None, 10.0, None), (1.0, 10.0, 0.0)]
)
def test_time_left_goes_by_the_pace_so_far(share: float | None, elapsed_s: float, left_s: float | None) -> None:
    assert JobState("Working", share, elapsed_s).left_s == left_s


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.1, "1 s"), (42.4, "42 s"), (61, "about 1 min"), (300, "about 5 min")]
)
def test_time_is_written_as_people_say_it(seconds: float, words: str) -> None:
    assert time_in_words(seconds) == words


# State, choices, report ---------------------------------------------------------------------------------------------


def test_a_new_job_lets_the_last_result_and_its_folder_go() -> None:
    state = ReviewState()
    state.start(ReviewJob(lambda _progress: result(), WorkFolder(), threading.Semaphore(1)))
    assert state.job is not None
    assert state.job.wait(LONG_S)
    state.settle()
    assert state.result is not None
    assert state.folder is not None
    path = state.folder.uploads
    state.refuse(FormcheckError("No."))
    assert state.result is None
    assert gone(path)


def test_what_is_left_open_is_found_or_not_judged() -> None:
    request = ReviewChoices("step-down").request()
    assert request.leg is None
    assert request.view is None
    assert request.plan.target_depth_deg is None
    assert request.plan.hold_s is None


def test_what_is_chosen_is_asked_for() -> None:
    request = ReviewChoices("step-down", "left", "side", False, 45.0, 2.0, 8, 15.0).request()
    assert (request.leg, request.view) == ("left", "side")
    assert (request.plan.target_depth_deg, request.plan.reps, request.plan.step_height_cm) == (45.0, 8, 15.0)


def test_the_report_inside_the_page_goes_by_the_theme_of_the_app() -> None:
    style = inline_style()
    assert "prefers-color-scheme" in report_style()
    assert "prefers-color-scheme" not in style
    assert ":host(.dark) {\n    --page" in style
    assert ":root" not in style
    assert "\nbody {" not in style


def test_the_report_inside_the_page_is_its_body_alone() -> None:
    body = report_body(report_page(result().assessment, [], generated_on="2025-01-01"))
    assert "What to change first" in body
    for word in ("<html", "<head>", "<style", "<script", "<body"):
        assert word not in body


# The page -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def app() -> Iterator[AppTest]:
    app = AppTest.from_string(SCRIPT, default_timeout=60).run()
    yield app
    if "review_state" in app.session_state:
        app.session_state["review_state"].clear()


def settled(app: AppTest) -> AppTest:
    """Run the page until nothing is being analysed."""
    until = time.monotonic() + ANALYSIS_S
    while app.session_state["review_state"].job is not None and time.monotonic() < until:
        time.sleep(0.1)
        app.run()
    return app


def upload(app: AppTest, name: str, content: bytes) -> AppTest:
    app.file_uploader[0].set_value((name, content, "video/mp4")).run()
    return app.button(key="review-analyse").click().run()


def test_nothing_can_be_analysed_before_a_video_is_there(app: AppTest) -> None:
    assert not app.exception
    assert app.button(key="review-analyse").disabled


@pytest.mark.usefixtures("pose_model")
@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("holiday.mp4", b"these are words and not a video", "is not a video file"),
        ("photo.mp4", b"\x89PNG\r\n\x1a\n" + bytes(64), "is a picture"),
        ("cut.mp4", b"\x00\x00\x00\x18ftypmp42" + bytes(12) + b"\x00\x00\x10\x00mdat" + bytes(64), "cut off"),
    ],
)
def test_a_bad_file_is_told_in_one_sentence_and_leaves_nothing(
    app: AppTest, name: str, content: bytes, reason: str
) -> None:
    settled(upload(app, name, content))
    assert not app.exception
    assert len(app.error) == 1
    told = app.error[0].value
    assert reason in told
    assert "Traceback" not in told
    assert app.session_state["review_state"].folder is None
    assert app.file_uploader[0].value is None


@pytest.mark.usefixtures("pose_model")
def test_markdown_in_a_file_name_is_not_obeyed(app: AppTest) -> None:
    settled(upload(app, "_a_ (b).mp4", b"these are words and not a video"))
    assert "\\_a\\_ \\(b\\)" in app.error[0].value


@pytest.mark.usefixtures("pose_model")
def test_what_was_chosen_is_still_chosen_after_a_bad_file(app: AppTest) -> None:
    app.button_group(key="review-exercise").set_value("step-down").run()
    app.number_input(key="review-depth").set_value(45.0).run()
    settled(upload(app, "words.mp4", b"these are words and not a video"))
    assert app.error
    assert app.button_group(key="review-exercise").value == "step-down"
    assert app.number_input(key="review-depth").value == 45.0


def test_leg_and_step_are_asked_of_a_step_down_only(app: AppTest) -> None:
    def asked() -> set[str]:
        return {group.label for group in app.button_group} | {number.label for number in app.number_input}

    assert not {"Standing leg", "Step height (cm)"} & asked()
    app.button_group(key="review-exercise").set_value("step-down").run()
    assert {"Standing leg", "Step height (cm)"} < asked()
    assert "Hold (seconds)" not in asked()


@pytest.mark.usefixtures("pose_model")
def test_a_sample_clip_gives_a_report_with_three_reps_that_stays(app: AppTest) -> None:
    app.button_group(key="review-source").set_value("A sample clip").run()
    app.button(key="review-analyse").click().run()
    assert app.button(key="review-cancel") is not None
    settled(app)
    state = app.session_state["review_state"]
    assert not app.exception
    assert state.result is not None
    assert len(state.result.assessment.complete_reps) == 3
    assert "3 whole reps" in app.markdown[0].value.replace("\\", "")
    endings = {path.name.removeprefix("wall_squat_front") for path in state.result.files}
    assert endings == {".json", ".csv", ".mp4", ".html", ".track.parquet"}
    assert all(path.is_file() for path in state.result.files)
    app.run()
    assert app.session_state["review_state"].result is state.result
    folder = state.folder.results
    del state
    (again,) = (button for button in app.button if button.label == "Review another video")
    again.click().run()
    assert app.button(key="review-analyse") is not None
    assert gone(folder)


@pytest.mark.usefixtures("pose_model")
def test_cancelling_leads_back_to_the_choice(app: AppTest) -> None:
    upload(app, "mine.mp4", (SAMPLES / "wall_squat_side.mp4").read_bytes())
    folder = app.session_state["review_state"].job.folder.uploads
    assert (folder / "mine.mp4").is_file()
    app.button(key="review-cancel").click().run()
    assert app.session_state["review_state"].job is None
    assert not app.error
    assert app.button(key="review-analyse") is not None
    assert gone(folder)
