"""What a session keeps of its review between reruns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.web.review.choices import ReviewChoices
from formcheck.web.review.job import ReviewJob
from formcheck.web.review.task import ReviewResult
from formcheck.web.review.workfolder import WorkFolder

_KEY: Final = "review_state"


@dataclass
class ReviewState:
    """At most one of `job`, `result` and `error` is there."""

    job: ReviewJob | None = None
    result: ReviewResult | None = None
    folder: WorkFolder | None = None
    """Of the result's files."""
    error: FormcheckError | None = None
    choices: ReviewChoices = field(default_factory=ReviewChoices)
    """What was last chosen about a video."""
    from_sample: bool = False
    """Whether a sample clip was chosen last."""
    uploads: int = 0
    """How many videos were taken from the uploader: a new number makes it forget the last one, and its memory."""

    def start(self, job: ReviewJob) -> None:
        """Begin an analysis; what was there before is let go."""
        self.clear()
        self.job = job
        self.uploads += 1

    def refuse(self, error: FormcheckError) -> None:
        """Keep a reason to show."""
        self.clear()
        self.error = error

    def settle(self) -> None:
        """Take over the outcome of an analysis that has ended."""
        if self.job is None or not self.job.state.done:
            return
        job, ended = self.job, self.job.state
        self.clear()
        self.result, self.error = ended.result, ended.error
        self.folder = job.folder if ended.result is not None else None

    def clear(self) -> None:
        """Let go of everything: a running analysis ends, files are removed."""
        if self.job is not None:
            self.job.cancel()
        self.job = self.result = self.folder = self.error = None


def review_state() -> ReviewState:
    """Return this session's state."""
    state = st.session_state.get(_KEY)
    if not isinstance(state, ReviewState):
        state = st.session_state[_KEY] = ReviewState()
    return state
