"""After a live set: what happened, in plain words first and in full below, and its files to take away.

The files are made as bytes for the browser: nothing of them stays on the server's disk.
"""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import streamlit as st

from formcheck.errors import FormcheckError
from formcheck.exercises.finding import Finding
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.registry import in_order
from formcheck.kinematics.rep_measures import drift_over_set
from formcheck.pose.store import save_track
from formcheck.pose.types import PoseTrack
from formcheck.report import summary as report_summary
from formcheck.report.csv_file import CsvDialect
from formcheck.report.outputs import write_outputs
from formcheck.report.words import estimate_text, listed, sentence_case
from formcheck.session.assessment import Assessment
from formcheck.session.pain import Load, PainAction, advice_after
from formcheck.session.verdict import Level, level_of, verdict_of_set
from formcheck.web.live.pipeline import FinishedSet
from formcheck.web.pages.check.form import ask_pain
from formcheck.web.shared.report_parts import ask_csv_dialect, show_details


@dataclass(frozen=True)
class Download:
    """One file to offer."""

    label: str
    name: str
    """Of the file."""
    mime: str
    data: bytes


def downloads_of(
    assessment: Assessment,
    track: PoseTrack,
    video_path: Path | None,
    finished_at: datetime.datetime,
    dialect: CsvDialect = CsvDialect.COMMA,
) -> tuple[Download, ...]:
    """Make report, JSON, CSV and pose track of a set, and the video where it was kept.

    Parameters
    ----------
    assessment
        The set.
    track
        Its landmarks as they were found.
    video_path
        The kept video, None where none was kept.
    finished_at
        When the set ended: it names the files.
    dialect
        How the CSV is written.

    Raises
    ------
    FormcheckError
        If a file cannot be made.
    """
    stem = f"{assessment.exercise}-{finished_at:%Y-%m-%d-%H%M}"
    with tempfile.TemporaryDirectory(prefix="formcheck-") as name:
        folder = Path(name)
        write_outputs(
            assessment,
            video_path,
            folder,
            stem,
            video=False,
            report=True,
            generated_on=finished_at.date().isoformat(),
            csv=dialect,
        )
        save_track(track, folder / f"{stem}.track.parquet")
        wanted = (
            ("Report", "html", "text/html"),
            ("Results (JSON)", "json", "application/json"),
            ("Every frame (CSV)", "csv", "text/csv"),
            ("Pose track", "track.parquet", "application/vnd.apache.parquet"),
        )
        found = [
            Download(label, f"{stem}.{ending}", mime, (folder / f"{stem}.{ending}").read_bytes())
            for label, ending, mime in wanted
        ]
    if video_path is not None and video_path.is_file():
        found.append(Download("Video", f"{stem}.mp4", "video/mp4", video_path.read_bytes()))
    return tuple(found)


_REPS_TO_COMPARE: Final = 6
"""The first three against the last three."""
_NAMED_AT_MOST: Final = 2
_NO_VERDICT: Final = frozenset({Level.NOT_JUDGED, Level.NOT_MEASURED})


def best_rep(assessment: Assessment) -> str:
    """Say which rep was the best and why; empty where no rep was judged."""
    judged = [each for each in verdict_of_set(assessment).reps if each.level not in _NO_VERDICT]
    if not judged:
        return ""
    off = {each.rep: each.findings for each in judged}
    least = min(_badness(group) for group in off.values())
    best = [rep for rep, group in off.items() if _badness(group) == least]
    names = _reps(best)
    if least == (0, 0):
        if len(best) == len(off):
            return "Every rep was good." if len(best) > 1 else f"{names} was good."
        return f"{names} {_was(best)} the best: nothing was off."
    if len(best) == len(off):
        return "No rep stood out: they were all alike." if len(best) > 1 else ""
    # Of several equally good reps the first one's findings stand for all only if all have the same.
    what = {tuple(sorted({each.name for each in off[rep]})) for rep in best}
    found = next(iter(what))
    if len(what) > 1 or len(found) > _NAMED_AT_MOST:
        return f"{names} {_was(best)} the best: the least was off."
    verb = "was" if len(found) == 1 else "were"
    return f"{names} {_was(best)} the best: only {listed(f'“{sentence_case(name)}”' for name in found)} {verb} off."


def fatigue(assessment: Assessment) -> tuple[str, ...]:
    """Say what surely got worse from the first three reps to the last three, a sentence each."""
    reps = assessment.complete_reps
    if len(reps) < _REPS_TO_COMPARE:
        return ("Too few reps to see what tiredness changes: that takes six.",)
    drifts = drift_over_set([{name: dict(legs) for name, legs in rep.measures.items()} for rep in reps])
    worse: dict[tuple[str, str], str] = {}
    known = False
    for measure in in_order(lambda each: each.name in drifts):
        made = measure.derived_from
        for leg, change in drifts[measure.name].items():
            known = known or change is not None
            if made is None or change is None or made.worse * change.value <= 0 or abs(change.value) <= change.error:
                continue
            if (measure.said_by, leg) in worse:
                continue
            amount = estimate_text(measure.name, Estimate(abs(change.value), change.error))
            worse[measure.name, leg] = f"The {made.worse_words.format(leg=leg, amount=amount)}."
    if worse:
        return tuple(worse.values())
    return ("Nothing got worse from the first three reps to the last three.",) if known else ()


def _badness(off: Sequence[Finding]) -> tuple[int, int]:
    faults = sum(level_of(each) is Level.FAULT for each in off)
    return faults, len(off) - faults


def _reps(reps: Sequence[int]) -> str:
    return f"{'Rep' if len(reps) == 1 else 'Reps'} {listed(str(rep) for rep in reps)}"


def _was(reps: Sequence[int]) -> str:
    return "was" if len(reps) == 1 else "were"


_DOWNLOADS: Final = "downloads"
_BAND_WORDS: Final = {
    Level.GOOD: ":green-badge[:material/check: good]",
    Level.CAUTION: ":orange-badge[:material/error: caution]",
    Level.FAULT: ":red-badge[:material/warning: change this]",
    Level.NOT_JUDGED: ":gray-badge[not judged]",
    Level.NOT_MEASURED: ":gray-badge[not measured]",
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
        if told.measured:
            st.caption("What to change first")
        st.header(told.title, anchor=False)
        st.markdown(f"{_BAND_WORDS[told.band]} {told.detail}")
        if told.measured:
            st.markdown(f"{sentence_case(told.measured)}.")
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
