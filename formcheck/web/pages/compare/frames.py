"""One key frame of each set: the middle rep at its deepest, with what was measured drawn in."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import Final

import numpy as np
import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.records.access import Actor
from formcheck.records.records import Records
from formcheck.records.sets import video_of
from formcheck.report.keyframes import KeyFrame, as_key_frame, key_moments
from formcheck.report.overlay import Overlay
from formcheck.report.words import sentence_case
from formcheck.session.assessment import Assessment
from formcheck.video.keyframes import frames_at
from formcheck.web.shared.opened_set import OpenedSet

_KEPT_AS: Final = "compared_key_frames"
_KEPT: Final = 8


def show_frames(records: Records, actor: Actor, sets: tuple[OpenedSet, OpenedSet], names: tuple[str, str]) -> None:
    """Show the key frames side by side; says where there is none."""
    # The legs of one set are in one picture.
    shown = {opened.row.id: (opened, sentence_case(name)) for opened, name in zip(sets, names, strict=True)}
    if len(shown) == 1:
        shown = {sets[0].row.id: (sets[0], "The set")}
    for column, (opened, name) in zip(st.columns(2), shown.values(), strict=False):
        with column:
            try:
                frame = _frame(records, actor, opened)
            except FormcheckError as error:
                st.caption(f"{name}: {error.reason} {error.remedy}")
                continue
            if frame is None:
                st.caption(f"{name}: the video was not kept, or no rep was counted, so there is no picture.")
            else:
                st.image(frame.jpeg, caption=f"{name}: rep {frame.rep} at its deepest, {frame.t_s:.1f} s")


def _frame(records: Records, actor: Actor, opened: OpenedSet) -> KeyFrame | None:
    kept: OrderedDict[tuple[str, int], KeyFrame | None] = st.session_state.setdefault(_KEPT_AS, OrderedDict())
    key = (opened.row.id, opened.row.version)
    if key not in kept:
        with records.reading(actor) as work:
            video = video_of(work, opened.row.id, for_browser=False)
        kept[key] = None if video is None else middle_frame(video, opened.reviewed.current)
        while len(kept) > _KEPT:
            kept.popitem(last=False)
    return kept[key]


def middle_frame(video: Path, assessment: Assessment) -> KeyFrame | None:
    """Read the key frame of the middle counted rep; None without one.

    Raises
    ------
    VideoError
        If the video cannot be read.
    """
    moments = key_moments(assessment)
    if not moments:
        return None
    moment = moments[len(moments) // 2]
    overlay = Overlay(assessment)
    source = assessment.track.source
    (frame,) = frames_at(video, [moment.t_s], mirrored=source.mirrored, slowed=source.slowed)
    return as_key_frame(moment, frame.t_s, np.asarray(overlay.draw(frame)), overlay)
