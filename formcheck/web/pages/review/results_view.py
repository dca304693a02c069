"""What came of a set: what to change first, every number, key frames, and whether the numbers can be trusted."""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import Final

import streamlit as st

from formcheck.design.components import verdict
from formcheck.errors import FormcheckError, VideoError
from formcheck.exercises.words import estimate_text, label_of, sentence_case
from formcheck.kinematics.view import ViewKind, ViewQuality, ViewVerdict, turn_off_view_deg
from formcheck.records.access import Actor
from formcheck.records.agreed import VIDEO, refusal
from formcheck.records.records import Records
from formcheck.records.sets import video_of
from formcheck.report import summary
from formcheck.report.keyframes import KeyFrame, key_frames
from formcheck.report.review_words import rep_pairs
from formcheck.session.assessment import Assessment, Rep
from formcheck.session.corrections import ReviewedSet
from formcheck.web.shared.design import show
from formcheck.web.shared.opened_set import OpenedSet
from formcheck.web.shared.plain_text import as_typed
from formcheck.web.shared.report_parts import show_details


def show_verdict(assessment: Assessment) -> None:
    """Say in one line what the view can carry."""
    view = assessment.view
    badge = {
        ViewQuality.OK: ":green-badge[:material/check: view ok]",
        ViewQuality.LOW: ":orange-badge[:material/error: low confidence]",
        ViewQuality.REFUSED: ":red-badge[:material/block: view cannot carry the angles]",
    }[view.verdict]
    st.markdown(f"{badge} {view.reason}")


_SETUP_SIGNS: Final = {True: ":green[:material/check:]", False: ":orange[:material/error:]", None: ":material/remove:"}
"""By whether a check passed; None where no recording can show it."""


def show_setup(opened: OpenedSet) -> None:
    """Show view, set-up checks, what could not be measured, and provenance."""
    assessment = opened.reviewed.current
    show_verdict(assessment)
    if turn := _turn_in_words(assessment.view):
        st.caption(turn)
    st.markdown("**Set-up**")
    st.markdown(
        "\n".join(
            f"- {_SETUP_SIGNS[each.passed]} **{sentence_case(each.name)}**: {each.message}" for each in assessment.setup
        )
        or "No set-up check applies."
    )
    st.markdown("**What could not be measured**")
    gaps = summary.gaps(assessment.not_measured)
    st.markdown("\n".join(f"- **{gap.labels}**: {gap.reason}. {gap.remedy}" for gap in gaps) or "Nothing was missed.")
    if opened.row.remarks:
        st.markdown("**While it was recorded**")
        st.markdown("\n".join(f"- {as_typed(remark)}" for remark in opened.row.remarks))
    st.markdown("**Where the numbers come from**")
    source, made = assessment.track.source, assessment.provenance
    st.markdown(
        f"- {as_typed(source.name)}, {source.width} × {source.height} px, {source.fps:.1f} frames/s, "
        f"{source.duration_s:.1f} s, SHA-256 {as_typed(source.sha256[:16])}…\n"
        f"- formcheck {made.formcheck}, {as_typed(made.poses_by)}, SHA-256 "
        f"{as_typed(made.model_sha256[:12])}…\n"
        f"- rubric {made.rubric} `{made.rubric_sha256[:12]}…`; {made.filter}\n"
        "- ± is half a 95 % interval. Knee flexion: 0° is straight. FPPA and KMF: positive is towards the midline "
        "(valgus). Left and right are the person's own."
    )


def _turn_in_words(view: ViewVerdict) -> str:
    """Say how square the camera is; empty where nobody knows."""
    if not math.isfinite(view.yaw_deg):
        return ""
    error = f"± {view.yaw_error_deg:.0f}°"
    if view.kind in {ViewKind.FRONT, ViewKind.SIDE}:
        return f"The camera is {turn_off_view_deg(view):.0f} {error} off a true {view.kind} view."
    return f"The body is turned {abs(view.yaw_deg):.0f} {error} away from the camera."


_FRAMES: Final = "key_frames_of_sets"
_FRAMES_KEPT: Final = 4
_NOT_COMPARED: Final = ("start_s", "bottom_start_s", "bottom_end_s", "end_s")


def show_results(records: Records, actor: Actor, opened: OpenedSet) -> None:
    """Show what came of a set."""
    current = opened.reviewed.current
    told = summary.headline(current)
    with st.container(border=True):
        st.markdown(summary.what_was_done(current, live=not current.track.source.sha256))
        measured = f"{sentence_case(told.measured)}." if told.measured else ""
        show(verdict(told.band, told.title, " ".join(filter(None, (told.detail, measured)))))
        if told.praise:
            st.markdown(told.praise)
    if opened.reviewed.corrected is not None:
        _show_changed(opened.reviewed)
    show_details(current, key=f"details-{opened.row.id}-{opened.row.version}")
    _show_key_frames(records, actor, opened)


def _show_changed(reviewed: ReviewedSet) -> None:
    st.subheader("Automatic and corrected", anchor=False)
    rows = [row for pair in rep_pairs(reviewed) for row in changed_values(pair.automatic, pair.current)]
    if not rows:
        st.caption("The corrections changed no value by as much as is shown.")
        return
    st.table(rows, hide_index=True)


def changed_values(automatic: Rep | None, current: Rep | None) -> list[dict[str, str]]:
    """Return a row for each value of a rep that a review changed, as texts with their uncertainty.

    Parameters
    ----------
    automatic
        As it was measured; None for a rep that only the review found.
    current
        As it is now; None for a rep that the review took out.
    """
    either = current or automatic
    if either is None:
        return []
    name = f"Rep {either.index}"
    if current is None or automatic is None:
        return [{"Rep": name, "Value": "whole rep", "Automatic": _there(automatic), "Corrected": _there(current)}]
    rows = []
    if current.excluded != automatic.excluded:
        rows.append({"Rep": name, "Value": "counts", "Automatic": "yes", "Corrected": "left out"})
    for measure in sorted(set(automatic.measures) | set(current.measures) - set(_NOT_COMPARED)):
        legs = {**automatic.measures.get(measure, {}), **current.measures.get(measure, {})}
        for leg in legs:
            before = estimate_text(measure, automatic.measures.get(measure, {}).get(leg))
            after = estimate_text(measure, current.measures.get(measure, {}).get(leg))
            if before != after:
                label = sentence_case(label_of(measure)) + ("" if leg == "both" else f", {leg}")
                rows.append({"Rep": name, "Value": label, "Automatic": before, "Corrected": after})
    return rows


def _there(rep: Rep | None) -> str:
    return "not there" if rep is None else f"{rep.start_s:.2f} to {rep.end_s:.2f} s"


def _show_key_frames(records: Records, actor: Actor, opened: OpenedSet) -> None:
    if opened.row.video_sha256 is None:
        with records.reading(actor) as work:
            refused = refusal(work, opened.row.person_id, VIDEO)
        why = "The video was not kept" if refused is None else refused.remark.rstrip(".")
        st.caption(f"{why}, so there are no pictures.")
        return
    try:
        frames = _frames(records, actor, opened)
    except VideoError:  # what it says names a file of the records, which nobody can open
        st.caption("The video that was kept cannot be read, so there are no pictures.")
        return
    except FormcheckError as error:
        st.caption(f"{error.reason} {error.remedy}")
        return
    if frames:
        st.subheader("Key frames", anchor=False)
        with st.container(horizontal=True, key=f"key-frames-{opened.row.id}"):
            for frame in frames:
                st.image(frame.jpeg, caption=f"Rep {frame.rep}, {frame.t_s:.1f} s", width=300)


def _frames(records: Records, actor: Actor, opened: OpenedSet) -> list[KeyFrame]:
    kept: OrderedDict[tuple[str, int], list[KeyFrame]] = st.session_state.setdefault(_FRAMES, OrderedDict())
    key = (opened.row.id, opened.row.version)
    if key not in kept:
        with records.reading(actor) as work:
            video = video_of(work, opened.row.id, for_browser=False)
        kept[key] = [] if video is None else key_frames(video, opened.reviewed.current)
        while len(kept) > _FRAMES_KEPT:
            kept.popitem(last=False)
    return kept[key]
