"""A live set that is over: what the pages show, and what can be downloaded."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from formcheck.pose.types import PoseTrack
from formcheck.session.assessment import Assessment
from formcheck.session.request import SetRequest


@dataclass(frozen=True, eq=False)
class FinishedSet:
    """One set, measured."""

    set_id: str
    assessment: Assessment = field(repr=False)
    request: SetRequest = field(repr=False)
    pose_track: PoseTrack = field(repr=False)
    """As the estimator saw it, unfiltered, from the quiet stance on; time begins there."""
    video_path: Path | None
    """The recording, if it was asked for, with the time of the pose track; deleted with the set."""
    finished_at: datetime
    """With time zone (UTC)."""
    remarks: tuple[str, ...]
    """Sentences on what was not as usual while it was done."""
