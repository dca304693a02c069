"""The errors formcheck reports to people: one sentence on what is wrong, one on what to do about it."""

from __future__ import annotations

from formcheck.names import shown_name


class FormcheckError(Exception):
    """A problem that a person can act on.

    Parameters
    ----------
    reason
        One clear sentence: what is wrong. Names of files may stand in it as the system gave them.
    remedy
        One clear sentence: what to do about it. May be empty where nothing can be done.
    """

    def __init__(self, reason: str, remedy: str = "") -> None:
        self.reason = shown_name(reason)
        self.remedy = shown_name(remedy)
        super().__init__(f"{self.reason} {self.remedy}".strip())


class VideoError(FormcheckError):
    """A file that cannot be read as video, or a video that cannot be written."""


class PoseModelError(FormcheckError):
    """The pose model is absent, damaged or cannot be fetched."""


class PoseTrackError(FormcheckError):
    """A saved pose track that cannot be read."""


class RubricError(FormcheckError):
    """A rubric file that is not valid; the reason names the file and the line."""


class NotAssessableError(FormcheckError):
    """A readable video in which the exercise cannot be measured (no person, legs out of view, two people)."""


class OutputError(FormcheckError):
    """Results that cannot be written where they were asked for."""


class CorrectionError(FormcheckError):
    """A correction that does not fit the set it is made to, or that is not one."""
