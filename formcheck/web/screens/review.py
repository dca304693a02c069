"""Review a video: one recorded set, analysed here, with its report on the page."""

from __future__ import annotations

import datetime
import threading
from functools import partial
from pathlib import Path
from typing import Final

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from formcheck.commands.samples import SAMPLES, Sample, sample_path
from formcheck.errors import FormcheckError
from formcheck.pose.models import AUTO_MODEL, PoseModel, ensure_model
from formcheck.web.review.choices import ReviewChoices, ask_choices
from formcheck.web.review.job import ReviewJob
from formcheck.web.review.state import ReviewState, review_state
from formcheck.web.review.task import Progress, ReviewTask, analyse
from formcheck.web.review.upload import VIDEO_SUFFIXES, keep_upload
from formcheck.web.review.views import show_error, show_progress, show_result
from formcheck.web.review.workfolder import WorkFolder

_AT_ONCE: Final = 1
"""Analyses in one process: each keeps a processor busy."""
_LOOK_EVERY_S: Final = 0.5
_OWN, _SAMPLE = "A video of my own", "A sample clip"


def page() -> None:
    """Show what the review is at: choosing, analysing, or done."""
    st.title("Review a video")
    state = review_state()
    state.settle()
    if state.job is not None:
        _watch()
    elif state.result is not None:
        if st.button("Review another video", icon=":material/arrow_back:"):
            state.clear()
            st.rerun()
        show_result(state.result)
    else:
        _choose(state)


def _choose(state: ReviewState) -> None:
    st.markdown(
        "One set of one exercise, filmed from the front or the side. The video is analysed where formcheck runs, goes "
        "nowhere else, and is deleted when you choose another, or after you have closed this window."
    )
    if state.error is not None:
        show_error(state.error)
    source = st.segmented_control(
        "Which video?",
        [_OWN, _SAMPLE],
        default=_SAMPLE if state.from_sample else _OWN,
        key="review-source",
        label_visibility="collapsed",
        required=True,
    )
    state.from_sample = source == _SAMPLE
    if state.from_sample:
        _choose_sample(state)
    else:
        _choose_upload(state)


def _choose_upload(state: ReviewState) -> None:
    upload = st.file_uploader("Video of one set", type=list(VIDEO_SUFFIXES), key=f"review-upload-{state.uploads}")
    state.choices = ask_choices(state.choices)
    if st.button("Analyse", type="primary", disabled=upload is None, key="review-analyse") and upload is not None:
        folder = WorkFolder()
        try:
            video = keep_upload(upload, upload.name, upload.size, folder.uploads)
            _forget(upload)
        except FormcheckError as error:
            state.refuse(error)
        else:
            _start(state, folder, video, state.choices)
        st.rerun()


def _forget(upload: UploadedFile) -> None:
    """Take an upload out of the server's memory, where Streamlit would keep it as long as the session lasts."""
    context = get_script_run_ctx()
    if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(context.session_id, upload.file_id)


def _choose_sample(state: ReviewState) -> None:
    sample = st.radio("Clip", SAMPLES, format_func=_described, key="review-sample", label_visibility="collapsed")
    choices = ask_choices(state.choices, sample.exercise)
    if st.button("Analyse", type="primary", key="review-analyse"):
        try:
            _start(state, WorkFolder(), sample_path(sample), choices)
        except FormcheckError as error:
            state.refuse(error)
        st.rerun()


def _described(sample: Sample) -> str:
    return f"{sample.shows[:1].upper()}{sample.shows[1:]}"


def _start(state: ReviewState, folder: WorkFolder, video: Path, choices: ReviewChoices) -> None:
    task = ReviewTask(
        video=video,
        request=choices.request(),
        mirrored=choices.mirrored,
        out_dir=folder.results,
        generated_on=datetime.datetime.now().astimezone().date().isoformat(),
    )
    state.start(ReviewJob(partial(analyse, task, _model), folder, _slots()))


def _model(progress: Progress) -> PoseModel:
    return ensure_model(AUTO_MODEL, progress)


@st.cache_resource
def _slots() -> threading.Semaphore:
    """Return the places for analyses, the same for all sessions of this process."""
    return threading.Semaphore(_AT_ONCE)


@st.fragment(run_every=_LOOK_EVERY_S)
def _watch() -> None:
    """Look at the running analysis again and again, without running the rest of the page."""
    state = review_state()
    if state.job is None or state.job.state.done:
        st.rerun()
        return
    show_progress(state.job.state)
    if st.button("Cancel", key="review-cancel"):
        state.clear()
        st.rerun()
