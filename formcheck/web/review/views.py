"""How an analysis looks on the page: its progress, what went wrong, its result."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

import streamlit as st

from formcheck.errors import FormcheckError, OutputError
from formcheck.report.safety import STOP_RULE
from formcheck.report.summary import what_was_done
from formcheck.web.review.inline import show_inline
from formcheck.web.review.job import JobState
from formcheck.web.review.task import ReviewResult

_MINUTE_S: Final = 60
_NO_ROOM: Final = FormcheckError(
    "The results could not be stored on the computer that runs formcheck.",
    "Free some space on its disk and try again.",
)


class _Offer(NamedTuple):
    ending: str
    label: str
    mime: str


_OFFERS: Final = (
    _Offer(".html", "Report", "text/html"),
    _Offer(".mp4", "Overlay video", "video/mp4"),
    _Offer(".json", "Results (JSON)", "application/json"),
    _Offer(".csv", "Every frame (CSV)", "text/csv"),
    _Offer(".track.parquet", "Pose track", "application/vnd.apache.parquet"),
)


def show_progress(state: JobState) -> None:
    """Show how far an analysis is."""
    text = f"{state.stage} …"
    if state.left_s is not None:
        text += f" {time_in_words(state.left_s)} left"
    st.progress(min(1.0, state.share or 0.0), text=text)
    st.caption("It goes on while you look at the other pages.")


def time_in_words(seconds: float) -> str:
    """Write a time as people say it: `5 s`, `about 3 min`."""
    if seconds < _MINUTE_S:
        return f"{max(1, round(seconds))} s"
    return f"about {round(seconds / _MINUTE_S)} min"


def show_error(error: FormcheckError) -> None:
    """Say what is wrong and what to do about it."""
    if isinstance(error, OutputError):
        # Its remedies name options of the command line and folders that a visitor cannot reach.
        error = _NO_ROOM
    # Names of files come from outside, and are not to be read as Markdown.
    st.error(f"{_plain(error.reason)}\n\n{_plain(error.remedy)}".strip(), icon=":material/error:")


def show_result(result: ReviewResult) -> None:
    """Show the overlay, the files to download and the report."""
    st.markdown(_plain(what_was_done(result.assessment)))
    overlay = result.file(".mp4")
    if overlay is not None:
        st.video(overlay.read_bytes(), format="video/mp4")
    with st.container(horizontal=True):
        for offer in _OFFERS:
            path = result.file(offer.ending)
            if path is not None:
                _offer(offer, path)
    report = result.file(".html")
    if report is not None:
        show_inline(report.read_text(encoding="utf-8"), key="review-report")
    st.caption(STOP_RULE)


def _offer(offer: _Offer, path: Path) -> None:
    st.download_button(
        offer.label,
        data=path.read_bytes,
        file_name=path.name,
        mime=offer.mime,
        on_click="ignore",
        icon=":material/download:",
        key=f"review-download{offer.ending}",
    )


def _plain(text: str) -> str:
    """Keep Markdown's signs in a text from being taken for Markdown."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]<>()#+-!|~$:" else sign for sign in text)
