"""After a live set: what happened, in plain words first and in full below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.exercises.finding import Band
from formcheck.report import summary as report_summary
from formcheck.report.csv_file import CsvDialect
from formcheck.report.words import sentence_case
from formcheck.session.assessment import Assessment
from formcheck.session.pain import Load, PainAction, advice_after
from formcheck.web.live.finished_set import FinishedSet
from formcheck.web.pages.check.downloads import Download, downloads_of
from formcheck.web.pages.check.form import ask_pain
from formcheck.web.pages.check.summary import best_rep, fatigue
from formcheck.web.shared.csv_choice import ask_csv_dialect
from formcheck.web.shared.report_parts import show_details

_DOWNLOADS: Final = "downloads"
_BAND_WORDS: Final = {
    Band.GOOD: ":green-badge[:material/check: good]",
    Band.CAUTION: ":orange-badge[:material/error: caution]",
    Band.FAULT: ":red-badge[:material/warning: change this]",
}


@dataclass(frozen=True)
class PainAfter:
    """What was answered about pain after a set."""

    pain: int | None
    """0 to 10, None for no answer."""
    too_much: bool
    """Whether it is too much for another set."""


def tell_result(finished: FinishedSet, pain_before: int | None) -> PainAfter:
    """Say what came of a set, and ask for pain."""
    assessment = finished.assessment
    if assessment.complete_reps:
        _show_words(assessment)
    else:
        _say_that_nothing_counted(assessment)
    for remark in finished.remarks:
        st.info(remark, icon=":material/info:")
    return _ask_pain_after(assessment, pain_before, finished.set_id)


def show_numbers(finished: FinishedSet) -> None:
    """Show what was measured in full, and offer it for download; nothing of a set without a whole rep."""
    assessment = finished.assessment
    if assessment.complete_reps:
        show_details(assessment, key=f"details-{finished.set_id}")
    _show_gaps(assessment)
    if assessment.complete_reps:
        _show_downloads(finished)


def _say_that_nothing_counted(assessment: Assessment) -> None:
    st.header("No whole rep was counted", anchor=False)
    cut = " One that is cut off by the end of the set does not count." if assessment.reps else ""
    st.markdown(
        "A rep counts when you have gone down and are standing tall again, with your whole body in view. "
        f"Press *Finish* only after the last one.{cut} Nothing is wrong: try again when you are ready."
    )


def _show_words(assessment: Assessment) -> None:
    told = report_summary.headline(assessment)
    st.markdown(report_summary.what_was_done(assessment, live=True))
    with st.container(border=True):
        st.caption("What to change first")
        st.header(told.title, anchor=False)
        badge = "" if told.band is None else f"{_BAND_WORDS[told.band]} "
        if badge or told.detail:
            st.markdown(f"{badge}{told.detail}")
        for change in told.more:
            st.markdown(f"After that: **{change.cue}** {_BAND_WORDS[change.band]} {change.seen}")
    good = [each for each in (told.praise, best_rep(assessment)) if each]
    lines = [*good, *(fatigue(assessment) if assessment.complete_reps else ())]
    st.markdown("\n".join(f"- {line}" for line in lines))


def _ask_pain_after(assessment: Assessment, before: int | None, set_id: str) -> PainAfter:
    after = ask_pain("The worst pain in your knee during or after this set? You may skip this.", f"pain-after-{set_id}")
    plan = assessment.plan
    advice = advice_after(before, after, Load(plan.reps, plan.target_depth_deg, plan.step_height_cm))
    text = " ".join(advice.sentences)
    if advice.action is PainAction.STOP:
        st.error(text, icon=":material/do_not_disturb_on:")
    elif advice.action is PainAction.EASE:
        st.warning(text, icon=":material/info:")
    else:
        st.markdown(f":small[{text}]")
    return PainAfter(after, advice.action is PainAction.STOP)


def _show_gaps(assessment: Assessment) -> None:
    lines = [f"- **{sentence_case(each.name)}**: {each.message}" for each in assessment.setup if not each.passed]
    gaps = report_summary.gaps(assessment.not_measured)
    lines += [f"- **{gap.labels}**: {gap.reason}. {gap.remedy}" for gap in gaps]
    if lines:
        with st.expander("Set-up, and what could not be measured"):
            st.markdown("\n".join(lines))


def _show_downloads(finished: FinishedSet) -> None:
    st.subheader("Take it with you", anchor=False)
    st.caption("What you do not keep is deleted after two hours.")
    try:
        files = _downloads(finished, ask_csv_dialect())
    except FormcheckError as error:
        st.error(f"{error.reason} {error.remedy}")
        return
    with st.container(horizontal=True):
        for file in files:
            st.download_button(
                file.label,
                file.data,
                file.name,
                file.mime,
                icon=":material/download:",
                key=file.name,
                on_click="ignore",
            )


def _downloads(finished: FinishedSet, dialect: CsvDialect) -> tuple[Download, ...]:
    kept: tuple[tuple[str, CsvDialect], tuple[Download, ...]] | None = st.session_state.get(_DOWNLOADS)
    wanted = (finished.set_id, dialect)
    if kept is None or kept[0] != wanted:
        files = downloads_of(
            finished.assessment, finished.pose_track, finished.video_path, finished.finished_at, dialect
        )
        kept = (wanted, files)
        st.session_state[_DOWNLOADS] = kept
    return kept[1]
