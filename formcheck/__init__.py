"""formcheck: how straight and how deep a knee moves in wall squats and step-downs, measured from ordinary video.

As a library (docs/library.md):

>>> from formcheck import analyze
>>> found = analyze("sample_videos/wall_squat_front.mp4", exercise="wall-squat")

`import formcheck` loads nothing: each name is imported when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from formcheck.errors import FormcheckError
    from formcheck.exercises.plan import Plan
    from formcheck.pose.landmarks import Landmark
    from formcheck.pose.origin import PoseOrigin
    from formcheck.pose.source import PoseSource, RecordedPoses
    from formcheck.pose.store import load_track, save_track
    from formcheck.pose.types import Pose, PoseTrack
    from formcheck.session.analyze import analyze, find_poses
    from formcheck.session.assessment import Assessment

__version__ = "0.1.0"

__all__ = [
    "Assessment",
    "FormcheckError",
    "Landmark",
    "Plan",
    "Pose",
    "PoseOrigin",
    "PoseSource",
    "PoseTrack",
    "RecordedPoses",
    "analyze",
    "find_poses",
    "load_track",
    "save_track",
]

_HOMES = {
    "Assessment": "formcheck.session.assessment",
    "FormcheckError": "formcheck.errors",
    "Landmark": "formcheck.pose.landmarks",
    "Plan": "formcheck.exercises.plan",
    "Pose": "formcheck.pose.types",
    "PoseOrigin": "formcheck.pose.origin",
    "PoseSource": "formcheck.pose.source",
    "PoseTrack": "formcheck.pose.types",
    "RecordedPoses": "formcheck.pose.source",
    "analyze": "formcheck.session.analyze",
    "find_poses": "formcheck.session.analyze",
    "load_track": "formcheck.pose.store",
    "save_track": "formcheck.pose.store",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(_HOMES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
