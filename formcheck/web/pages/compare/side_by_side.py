"""The videos of two sets beside each other, in step by the phases of their reps; drawn figures where none is kept."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import streamlit as st

from formcheck.history.alignment import phase_positions, sampled, times_of
from formcheck.history.set_values import counted_reps
from formcheck.pose.landmarks import SIDES, Landmark
from formcheck.records.access import Actor
from formcheck.report.overlay import BODY_BONES, LEG_BONES
from formcheck.session.assessment import Assessment, Rep
from formcheck.web.downloads.links import video_link
from formcheck.web.shared.browser_parts import text_beside
from formcheck.web.shared.opened_set import OpenedSet

Json = dict[str, Any]

_POINTS_PER_PHASE: Final = 16
"""Of drawn figures: as smooth as a video of a usual rep."""
_MARGIN: Final = 0.08
"""Of the figure's size, around it."""
_DRAWN: Final = (*BODY_BONES, *(bone for side in SIDES for bone in LEG_BONES[side]))
_JOINTS: Final = (Landmark.NOSE, *dict.fromkeys(joint for bone in _DRAWN for joint in bone))
_BONES: Final = tuple((_JOINTS.index(a), _JOINTS.index(b)) for a, b in _DRAWN)
_HEAD: Final = _JOINTS.index(Landmark.NOSE)
_WORDS: Final[Json] = {
    "play": "Play both",
    "pause": "Pause",
    "half": "Half speed",
    "place": "Place in the reps",
    "rep": "Rep",
    "phases": ["going down", "at the bottom", "coming up"],
}

_stage = st.components.v2.component(
    "formcheck_side_by_side",
    html='<div class="side-by-side"></div>',
    css=text_beside(__file__, "side_by_side.css"),
    js=text_beside(__file__, "side_by_side.js"),
    isolate_styles=False,
)


def show_side_by_side(actor: Actor, sets: Sequence[OpenedSet], names: Sequence[str]) -> None:
    """Show two sets in step; says so where one of them has no rep to go by."""
    sides = [side_of(actor, opened, name) for opened, name in zip(sets, names, strict=True)]
    if not all(side["reps"] for side in sides):
        st.caption("One of the sets has no whole rep, so they cannot be shown in step.")
        return
    key = "-".join(f"{opened.row.id}{opened.row.version}" for opened in sets)
    _stage(key="side-by-side", data={"key": key, "sides": sides, "bones": _BONES, "head": _HEAD, "words": _WORDS})


def side_of(actor: Actor, opened: OpenedSet, name: str) -> Json:
    """Return one side as the browser takes it: edges of the phases of each rep (s), and its video or its figures."""
    assessment = opened.reviewed.current
    reps = [rep for rep in counted_reps(assessment) if _has_phases(rep)]
    side: Json = {"name": name, "reps": [_edges(rep) for rep in reps], "video_url": None}
    if opened.row.proxy_sha256 is not None:
        return {**side, "video_url": video_link(actor, opened.row.id)}
    return {**side, **figures_of(assessment, reps)}


def figures_of(assessment: Assessment, reps: Sequence[Rep]) -> Json:
    """Return the joints of each rep at places even in its phases, in pixels, and the box around them all.

    Joints that were not seen are None.
    """
    track = assessment.track
    position = phase_positions(_POINTS_PER_PHASE)
    found = [
        np.stack(
            [
                [sampled(track.t_s, track.image_px[:, joint, axis], times_of(rep, position)) for axis in (0, 1)]
                for joint in _JOINTS
            ]
        ).transpose(2, 0, 1)
        for rep in reps
    ]
    if not found or not np.isfinite(np.concatenate(found)).any():
        return {"figures": [], "box": [0, 0, 1, 1], "reps": []}
    every = np.concatenate(found)
    low, high = np.nanmin(every, axis=(0, 1)), np.nanmax(every, axis=(0, 1))
    margin = _MARGIN * float((high - low).max())
    box = [*(low - margin), *(high - low + 2 * margin)]
    figures = [[[_point(joint) for joint in moment] for moment in rep] for rep in found]
    return {"figures": figures, "box": [round(float(each), 1) for each in box]}


def _point(xy: Any) -> list[float] | None:
    x, y = float(xy[0]), float(xy[1])
    return [round(x, 1), round(y, 1)] if math.isfinite(x) and math.isfinite(y) else None


def _edges(rep: Rep) -> list[float]:
    return [rep.start_s, rep.bottom_start_s, rep.bottom_end_s, rep.end_s]


def _has_phases(rep: Rep) -> bool:
    edges = _edges(rep)
    return all(math.isfinite(edge) for edge in edges) and edges == sorted(edges)
