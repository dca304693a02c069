"""Whether the numbers of a set can be trusted: view, set-up, what could not be measured, where it all comes from."""

from __future__ import annotations

import math

import streamlit as st

from formcheck.kinematics.view import ViewKind, ViewQuality, ViewVerdict, turn_off_view_deg
from formcheck.report import summary
from formcheck.report.words import sentence_case
from formcheck.session.assessment import Assessment
from formcheck.web.shared.opened_set import OpenedSet
from formcheck.web.shared.plain_text import as_typed


def show_verdict(assessment: Assessment) -> None:
    """Say in one line what the view can carry."""
    view = assessment.view
    badge = {
        ViewQuality.OK: ":green-badge[:material/check: view ok]",
        ViewQuality.LOW: ":orange-badge[:material/error: low confidence]",
        ViewQuality.REFUSED: ":red-badge[:material/block: view cannot carry the angles]",
    }[view.verdict]
    st.markdown(f"{badge} {view.reason}")


def show_setup(opened: OpenedSet) -> None:
    """Show view, set-up checks, what could not be measured, and provenance."""
    assessment = opened.reviewed.current
    show_verdict(assessment)
    if turn := _turn_in_words(assessment.view):
        st.caption(turn)
    st.markdown("**Set-up**")
    st.markdown(
        "\n".join(
            f"- {':green[:material/check:]' if each.passed else ':orange[:material/error:]'} "
            f"**{sentence_case(each.name)}**: {each.message}"
            for each in assessment.setup
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
        f"- formcheck {made.formcheck}, MediaPipe {as_typed(made.mediapipe)}, {as_typed(made.pose_model)}, SHA-256 "
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
