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

from formcheck.design.components import rep, reps, verdict
from formcheck.errors import FormcheckError
from formcheck.exercises.words import estimate_text, listed, sentence_case
from formcheck.kinematics.estimate import Estimate
from formcheck.kinematics.measures.registry import in_order
from formcheck.kinematics.rep_measures import drift_over_set
from formcheck.kinematics.reps import Cut
from formcheck.moments import day_text
from formcheck.pose.store import save_track
from formcheck.pose.types import PoseTrack
from formcheck.report import summary as report_summary
from formcheck.report.csv_file import CsvDialect
from formcheck.report.document_kinds import DocumentKind
from formcheck.report.keyframes import write_rep_clip
from formcheck.report.opening import rep_to_share
from formcheck.report.outputs import write_outputs
from formcheck.session.assessment import Assessment, Rep
from formcheck.session.pain import Load, PainAction, advice_after
from formcheck.session.verdict import Level, RepVerdict, level_of, verdict_of_set
from formcheck.web.live.pipeline import FinishedSet
from formcheck.web.pages.check.form import ask_pain
from formcheck.web.shared.design import show
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
    *,
    last_time: str = "",
) -> tuple[Download, ...]:
    """Make report, JSON, CSV and pose track of a set, and where its video was kept that and one rep of it.

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
    last_time
        What changed since the person's last set, in a sentence, for the report.

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
            generated_on=day_text(finished_at.date()),
            csv=dialect,
            last_time=last_time,
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
            gif, shared = folder / f"{stem}.gif", rep_to_share(assessment)
            if shared is not None and write_rep_clip(video_path, assessment, shared, gif):
                found.append(Download(DocumentKind.REP_GIF.label, gif.name, "image/gif", gif.read_bytes()))
            found.append(Download("Video", f"{stem}.mp4", "video/mp4", video_path.read_bytes()))
    return tuple(found)


_REPS_TO_COMPARE: Final = 6
"""The first three against the last three."""
_NAMED_AT_MOST: Final = 2
_HOLD: Final = "hold_s"
_LONG_HOLD_S: Final = 5.0
"""Nobody stays so long at the bottom without meaning to."""
_WHOLE_FROM_S: Final = 10.0
"""From so many seconds on tenths say nothing."""


def best_rep(assessment: Assessment) -> str:
    """Say which rep was the best and why; empty where no rep was judged."""
    told = verdict_of_set(assessment)
    judged = [each for each in told.reps if each.level in (Level.GOOD, Level.CAUTION, Level.FAULT)]
    if not judged:
        return ""
    least = min(map(_badness, judged))
    best = [each for each in judged if _badness(each) == least]
    names = _reps([each.rep for each in best])
    if least == (0, 0):
        if len(best) == len(judged) > 1:
            return "Every rep was good." if len(judged) == len(told.reps) else "Every rep that was judged was good."
        return f"{names} {_was(best)} the best: nothing was off."
    if len(best) == len(judged):
        return "No rep stood out: they were all alike." if len(best) > 1 else ""
    # Of several equally good reps the first one's findings stand for all only if all have the same.
    what = {tuple(sorted({finding.name for finding in each.findings})) for each in best}
    found = next(iter(what))
    if len(what) > 1 or len(found) > _NAMED_AT_MOST:
        return f"{names} {_was(best)} the best: the least was off."
    verb = "was" if len(found) == 1 else "were"
    return f"{names} {_was(best)} the best: only {listed(f'“{sentence_case(name)}”' for name in found)} {verb} off."


def holds(assessment: Assessment) -> str:
    """Say how long the bottom was held, where a hold was prescribed or somebody sat for long; else empty."""
    prescribed = assessment.plan.hold_s
    held = sorted(seconds for each in assessment.complete_reps if (seconds := _hold_s(each)) is not None)
    if not held or (not prescribed and held[-1] < _LONG_HOLD_S):
        return ""
    text = _seconds(held[-1]) if _seconds(held[0]) == _seconds(held[-1]) else f"{held[0]:.1f} to {_seconds(held[-1])}"
    return f"Held at the bottom for {text}{f', prescribed {prescribed:g} s' if prescribed else ''}."


def why_nothing_counted(assessment: Assessment) -> str:
    """Say of a set without a whole rep what there was instead; empty where there was nothing."""
    sentences = []
    cut = {each.cut_by for each in assessment.reps}
    held = max((seconds for each in assessment.reps if (seconds := _hold_s(each)) is not None), default=0.0)
    if held >= _LONG_HOLD_S:
        sentences.append(f"You held at the bottom for {_seconds(held)}.")
    if Cut.CLIP.value in cut:
        sentences.append("The set ended before you were standing again.")
    if Cut.SIGHT.value in cut:
        sentences.append("You, or the leg, went out of sight before you were standing again.")
    if Cut.HOLE.value in cut:
        sentences.append("Pictures were missing before you were standing again.")
    return " ".join(sentences)


def _hold_s(each: Rep) -> float | None:
    hold = each.measures.get(_HOLD, {}).get("both")
    return None if hold is None else hold.value


def _seconds(value: float) -> str:
    return f"{value:.1f} s" if value < _WHOLE_FROM_S else f"{value:.0f} s"


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


def _badness(told: RepVerdict) -> tuple[int, int]:
    faults = sum(level_of(each) is Level.FAULT for each in told.findings)
    return faults, len(told.findings) - faults


def _reps(numbers: Sequence[int]) -> str:
    return f"{'Rep' if len(numbers) == 1 else 'Reps'} {listed(str(number) for number in numbers)}"


def _was(best: Sequence[object]) -> str:
    return "was" if len(best) == 1 else "were"


_DOWNLOADS: Final = "downloads"
_FOR_PEOPLE: Final = ("text/html", "image/gif", "video/mp4")
"""Of the files of a set: what somebody opens."""


@dataclass(frozen=True)
class PainAfter:
    """What was answered about pain after a set."""

    pain: int | None
    """0 to 10, None for no answer."""
    too_much: bool
    """Whether it is too much for another set."""


def tell_result(finished: FinishedSet, pain_before: int | None, last_time: str = "") -> PainAfter:
    """Say what came of a set and what changed since the last one, and ask for pain."""
    assessment = finished.assessment
    if assessment.complete_reps:
        _show_words(assessment, last_time)
    else:
        _say_that_nothing_counted(assessment)
    for remark in finished.remarks:
        st.info(remark, icon=":material/info:")
    return _ask_pain_after(assessment, pain_before, finished.set_id)


def show_numbers(finished: FinishedSet, last_time: str = "") -> None:
    """Offer a set for download, and show what was measured in full; nothing of a set without a whole rep."""
    assessment = finished.assessment
    if assessment.complete_reps:
        _show_downloads(finished, last_time)
        with st.expander("Every rep and every number"):
            show_details(assessment, key=f"details-{finished.set_id}")
    _show_gaps(assessment)


def _say_that_nothing_counted(assessment: Assessment) -> None:
    st.header("No whole rep was counted", anchor=False)
    why = why_nothing_counted(assessment)
    if why:
        st.markdown(why)
    st.markdown(
        "A rep counts when you have gone down and are standing tall again, with your whole body in view. "
        "Press *Finish* only after the last one. Nothing is wrong: try again when you are ready."
    )


def _show_words(assessment: Assessment, last_time: str) -> None:
    told, first = verdict_of_set(assessment), report_summary.headline(assessment)
    st.markdown(report_summary.what_was_done(assessment, live=True))
    if first.measured:
        st.caption("What to change first")
    measured = f"{sentence_case(first.measured)}." if first.measured else ""
    show(verdict(told.level, told.title, " ".join(filter(None, (told.detail, measured)))))
    for change in first.more:
        seen = f"{change.seen} {sentence_case(change.measured)}." if change.measured else change.seen
        st.markdown(f"After that: **{change.cue}.** {seen}")
    lines = [each for each in (told.praise, best_rep(assessment), holds(assessment)) if each]
    lines += fatigue(assessment) if assessment.complete_reps else ()
    lines += [last_time] if last_time else []
    st.markdown("\n".join(f"- {line}" for line in lines))
    show(reps(rep(each.rep, each.level, each.words) for each in told.reps))


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
    lines = [f"- **{sentence_case(each.name)}**: {each.message}" for each in assessment.setup if each.failed]
    gaps = report_summary.gaps(assessment.not_measured)
    lines += [f"- **{gap.labels}**: {gap.reason}. {gap.remedy}" for gap in gaps]
    if lines:
        with st.expander("Set-up, and what could not be measured"):
            st.markdown("\n".join(lines))


def _show_downloads(finished: FinishedSet, last_time: str) -> None:
    """Show what people take along first; files for programs are folded."""
    st.subheader("Take it with you", anchor=False)
    st.caption("What you do not keep is deleted after two hours.")
    people, programs = st.container(horizontal=True), st.expander("Files for programs")
    with programs:
        dialect = ask_csv_dialect()
        folded = st.container(horizontal=True)
    try:
        files = _downloads(finished, dialect, last_time)
    except FormcheckError as error:
        st.error(f"{error.reason} {error.remedy}")
        return
    for file in files:
        (people if file.mime in _FOR_PEOPLE else folded).download_button(
            file.label,
            file.data,
            file.name,
            file.mime,
            icon=":material/download:",
            key=file.name,
            on_click="ignore",
        )


def _downloads(finished: FinishedSet, dialect: CsvDialect, last_time: str) -> tuple[Download, ...]:
    kept: tuple[tuple[object, ...], tuple[Download, ...]] | None = st.session_state.get(_DOWNLOADS)
    wanted = (finished.set_id, dialect, finished.request.plan.sex, last_time)
    if kept is None or kept[0] != wanted:
        files = downloads_of(
            finished.assessment,
            finished.pose_track,
            finished.video_path,
            finished.finished_at,
            dialect,
            last_time=last_time,
        )
        kept = (wanted, files)
        st.session_state[_DOWNLOADS] = kept
    return kept[1]
