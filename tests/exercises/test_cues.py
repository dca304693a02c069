"""Layer: pure functions. From findings, rep by rep, to the one thing that is said."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.exercises.cues import LEAST_PAUSE_S, Cue, CueChooser, CueKind, better, praise_for, said_one_in
from formcheck.exercises.finding import Band, Finding
from formcheck.exercises.rubric import Precedence
from formcheck.exercises.rubric_file import builtin_rubric

KNEE, DEPTH, TRUNK, TEMPO, SAFETY = (
    Precedence.KNEE_ALIGNMENT,
    Precedence.DEPTH,
    Precedence.TRUNK_PELVIS,
    Precedence.TEMPO,
    Precedence.SAFETY,
)
CUES = {
    SAFETY: "Too deep: stay higher on the wall",
    KNEE: "Point your kneecap over your second toe",
    DEPTH: "Slide only to your mark",
    TRUNK: "Keep your belt line level",
    TEMPO: "Slide down slowly, like honey",
}
NAMES = {SAFETY: "depth limit", KNEE: "knee over toe", DEPTH: "depth", TRUNK: "pelvis level", TEMPO: "time down"}
REP_S = 6.0


def finding(
    of: Precedence, band: Band = Band.FAULT, *, leg: str = "both", cue: str | None = None, measure: str = "made_up_deg"
) -> Finding:
    said = "" if band is Band.GOOD else CUES[of]
    return Finding(
        f"T-{of.name}", NAMES[of], 1, leg, measure, 9.0, 1.0, band, said if cue is None else cue, 1.0, int(of)
    )  # fmt: skip


def set_of(chooser: CueChooser, reps: Sequence[Sequence[Finding]]) -> list[Cue | None]:
    """Return what is said after each rep of a set with one rep every six seconds."""
    return [chooser.after_rep(REP_S * i, i, findings) for i, findings in enumerate(reps, start=1)]


def texts(said: Sequence[Cue | None]) -> list[str]:
    return ["" if cue is None else cue.text for cue in said]


def test_the_most_urgent_fault_is_spoken_of() -> None:
    every = [finding(of) for of in (TEMPO, TRUNK, KNEE, DEPTH)]
    assert CueChooser().after_rep(5.0, 1, every) == Cue(CUES[KNEE], CueKind.FIX)


@pytest.mark.parametrize(("more", "less"), [(SAFETY, KNEE), (KNEE, DEPTH), (DEPTH, TRUNK), (TRUNK, TEMPO)])
def test_precedence_goes_from_safety_to_tempo(more: Precedence, less: Precedence) -> None:
    assert texts([CueChooser().after_rep(5.0, 1, [finding(less), finding(more)])]) == [CUES[more]]


@pytest.mark.parametrize(
    ("legs", "said"), [(["left"], "left"), (["right"], "right"), (["left", "right"], "both"), (["both"], "both")]
)
def test_a_cue_names_the_leg_it_is_about(legs: list[str], said: str) -> None:
    cue = CueChooser().during_rep(1.0, 1, [finding(KNEE, leg=leg) for leg in legs])
    assert cue is not None
    assert cue.leg == said


def test_a_caution_or_a_good_value_is_not_spoken_of_during_a_rep() -> None:
    assert CueChooser().during_rep(1.0, 1, [finding(KNEE, Band.CAUTION), finding(DEPTH, Band.GOOD)]) is None


def test_what_is_for_the_report_only_is_never_spoken_of_nor_praised() -> None:
    assert CueChooser().after_rep(5.0, 1, [finding(KNEE, cue=""), finding(DEPTH, Band.GOOD)]) is None


def test_nothing_follows_another_cue_within_three_seconds() -> None:
    chooser = CueChooser()
    assert chooser.during_rep(1.0, 1, [finding(TRUNK)]) is not None
    assert chooser.during_rep(3.9, 1, [finding(KNEE)]) is None
    assert chooser.after_rep(3.95, 1, [finding(KNEE)]) is None
    assert chooser.after_rep(4.0, 2, [finding(KNEE)]) is not None


def test_a_cue_said_during_a_rep_is_not_repeated_after_it() -> None:
    chooser = CueChooser()
    assert chooser.during_rep(1.0, 1, [finding(KNEE)]) is not None
    assert chooser.after_rep(6.0, 1, [finding(KNEE), finding(TRUNK)]) is None


def test_a_second_fix_that_is_only_as_urgent_waits_for_the_next_rep() -> None:
    chooser, other = CueChooser(), finding(KNEE, cue="Stack your knees above your shoelaces")
    assert chooser.during_rep(1.0, 1, [finding(KNEE)]) is not None
    assert chooser.after_rep(6.0, 1, [finding(KNEE), other]) is None
    assert texts([chooser.after_rep(12.0, 2, [other])]) == [other.cue]


def test_after_a_rep_something_more_urgent_than_what_was_said_in_it_is_said() -> None:
    chooser = CueChooser()
    assert chooser.during_rep(1.0, 1, [finding(TRUNK)]) is not None
    assert texts([chooser.after_rep(6.0, 1, [finding(TRUNK), finding(KNEE)])]) == [CUES[KNEE]]


def test_the_same_fault_in_every_frame_of_a_rep_is_spoken_of_once() -> None:
    chooser = CueChooser()
    said = [chooser.during_rep(i / 30, 1, [finding(KNEE)]) for i in range(300)]
    assert [cue is not None for cue in said] == [True] + [False] * 299


def test_the_same_cue_rests_after_two_reps_in_a_row() -> None:
    assert texts(set_of(CueChooser(), [[finding(KNEE)]] * 7)) == [
        CUES[KNEE], CUES[KNEE], "", CUES[KNEE], CUES[KNEE], "", CUES[KNEE],
    ]  # fmt: skip


def test_while_a_cue_rests_the_next_most_urgent_is_given() -> None:
    assert texts(set_of(CueChooser(), [[finding(TRUNK), finding(KNEE)]] * 4)) == [
        CUES[KNEE], CUES[KNEE], CUES[TRUNK], CUES[KNEE],
    ]  # fmt: skip


def test_safety_is_said_at_once_whatever_was_said_before() -> None:
    chooser = CueChooser()
    assert chooser.during_rep(1.0, 1, [finding(KNEE)]) is not None
    assert chooser.during_rep(1.1, 1, [finding(SAFETY)]) == Cue(CUES[SAFETY], CueKind.SAFETY)


def test_safety_is_said_again_while_it_lasts_but_not_over_itself() -> None:
    chooser = CueChooser()
    said = [i / 30 for i in range(300) if chooser.during_rep(i / 30, 1, [finding(SAFETY)]) is not None]
    assert said == pytest.approx([0.0, 3.0, 6.0, 9.0])


def test_safety_is_said_in_every_rep_of_every_session() -> None:
    assert texts(set_of(CueChooser(session_number=40), [[finding(SAFETY), finding(KNEE)]] * 6)) == [CUES[SAFETY]] * 6


def test_after_safety_nothing_else_is_asked_of_that_rep() -> None:
    chooser = CueChooser()
    assert chooser.during_rep(1.0, 1, [finding(SAFETY)]) is not None
    assert chooser.after_rep(8.0, 1, [finding(SAFETY), finding(KNEE)]) is None


def test_a_caution_is_mentioned_in_every_third_rep_that_has_it() -> None:
    said = set_of(CueChooser(), [[finding(KNEE, Band.CAUTION)]] * 6)
    assert texts(said) == ["", "", CUES[KNEE], "", "", CUES[KNEE]]


def test_reps_between_cautions_do_not_count() -> None:
    caution, good = [finding(KNEE, Band.CAUTION)], [finding(KNEE, Band.GOOD)]
    assert texts(set_of(CueChooser(), [caution, good, caution, good, caution]))[4] == CUES[KNEE]


def test_a_rep_with_a_caution_is_not_praised() -> None:
    said = set_of(CueChooser(), [[finding(KNEE, Band.CAUTION), finding(DEPTH, Band.GOOD)]] * 2)
    assert said == [None, None]


def test_good_reps_are_praised_in_changing_words() -> None:
    said = set_of(CueChooser(), [[finding(KNEE, Band.GOOD), finding(DEPTH, Band.GOOD)]] * 5)
    assert all(cue is not None and cue.kind is CueKind.PRAISE for cue in said)
    assert len(set(texts(said))) == 5


def test_only_what_was_judged_good_is_praised() -> None:
    said = texts(set_of(CueChooser(), [[finding(TEMPO, Band.GOOD, measure="hold_s")]] * 12))
    assert "Well held" in said
    assert not any(word in " ".join(said).lower() for word in ("knee", "depth", "posture", "slow"))


def test_praise_of_the_knees_needs_every_check_of_them_to_be_good() -> None:
    one = [finding(KNEE, Band.GOOD, leg="left"), finding(KNEE, Band.CAUTION, leg="right", cue="")]
    assert not any("knee" in text for text in texts(set_of(CueChooser(), [one] * 6)))
    assert any("knee" in text for text in texts(set_of(CueChooser(), [one[:1]] * 6)))


def test_nothing_judged_is_nothing_praised() -> None:
    assert set_of(CueChooser(), [[], [finding(KNEE, Band.CAUTION, cue="")]]) == [None, None]


def test_what_was_spoken_of_and_is_good_now_is_said_to_be_better() -> None:
    said = set_of(CueChooser(), [[finding(KNEE, leg="left")], [finding(KNEE, Band.GOOD, leg="left")]])
    assert said[1] == Cue("Better: knee over toe", CueKind.PRAISE, "left")


@pytest.mark.parametrize(
    "then",
    [
        [finding(KNEE, Band.CAUTION)],
        [finding(KNEE, Band.CAUTION, cue="")],
        [finding(DEPTH, Band.GOOD)],
        [finding(KNEE, Band.GOOD), finding(DEPTH)],
    ],
)
def test_it_is_not_said_to_be_better_if_it_is_not_good_or_not_seen_or_something_else_is_a_fault(
    then: list[Finding],
) -> None:
    assert not any(text.startswith("Better") for text in texts(set_of(CueChooser(), [[finding(KNEE)], then])))


def test_praise_counts_down_the_last_reps_that_were_prescribed() -> None:
    said = texts(set_of(CueChooser(target_reps=3), [[finding(KNEE, Band.GOOD)]] * 4))
    assert said[1:3] == ["Good, one more to go", "Good, that was the last one"]
    assert "one" not in said[3]


@pytest.mark.parametrize(
    ("session", "reps"),
    [(1, [1, 2, 4, 5, 7, 8, 10, 11]), (2, [1, 2, 4, 5, 7, 8, 10, 11]), (3, [1, 4, 7, 10]), (5, [1, 4, 7, 10]),
     (6, [1, 8]), (60, [1, 8])],
)  # fmt: skip
def test_fixes_fade_to_a_half_and_to_a_fifth(session: int, reps: list[int]) -> None:
    said = set_of(CueChooser(session_number=session), [[finding(KNEE)]] * 12)
    assert [i for i, cue in enumerate(said, start=1) if cue is not None] == reps


@pytest.mark.parametrize(("session", "count"), [(1, 20), (2, 20), (3, 10), (5, 10), (6, 4), (9, 4)])
def test_praise_fades_the_same_way(session: int, count: int) -> None:
    said = set_of(CueChooser(session_number=session), [[finding(KNEE, Band.GOOD)]] * 20)
    assert sum(cue is not None for cue in said) == count


def test_what_fell_silent_is_not_praised_as_better() -> None:
    chooser = CueChooser(session_number=3)
    fault, good = [finding(KNEE)], [finding(KNEE, Band.GOOD)]
    assert texts(set_of(chooser, [fault, fault, good]))[1:] == ["", "Good: knee well in line"]


def test_a_session_before_the_first_is_refused() -> None:
    with pytest.raises(ValueError, match="counted from 1"):
        said_one_in(0)


@pytest.mark.parametrize("kind", [CueKind.SAFETY, CueKind.SETUP, CueKind.COUNT])
def test_safety_setup_and_numbers_always_pass(kind: CueKind) -> None:
    chooser = CueChooser(session_number=9)
    assert [chooser.say(0.1 * i, "Three", kind) for i in range(5)] == [Cue("Three", kind)] * 5


@pytest.mark.parametrize("kind", [CueKind.FIX, CueKind.PRAISE])
def test_fixes_and_praise_cannot_be_said_past_the_choice(kind: CueKind) -> None:
    with pytest.raises(ValueError, match="chosen from findings"):
        CueChooser().say(1.0, "Good rep", kind)


def test_numbers_delay_no_fix_and_safety_does() -> None:
    chooser = CueChooser()
    chooser.say(1.0, "Two", CueKind.COUNT)
    assert chooser.during_rep(1.1, 1, [finding(KNEE)]) is not None
    chooser.say(5.0, "Stop if it hurts", CueKind.SAFETY)
    assert chooser.during_rep(5.1, 2, [finding(KNEE)]) is None


@pytest.mark.parametrize("exercise", ["wall-squat", "step-down", "squat"])
def test_every_check_of_the_builtin_rubrics_can_be_said_to_be_better_in_eight_words(exercise: str) -> None:
    for check in builtin_rubric(exercise).checks:
        text = better(check.name)
        assert text.startswith("Better: ")
        assert len(text.split()) <= 8


def test_all_praise_has_at_most_eight_words() -> None:
    good = [finding(of, Band.GOOD) for of in (KNEE, DEPTH, TRUNK)]
    good += [finding(TEMPO, Band.GOOD, measure=measure) for measure in ("hold_s", "descent_s")]
    said: list[str] = []
    for rep in range(1, 20):
        text = praise_for(good, rep, 15, said)
        assert text is not None
        said.append(text)
    assert len(set(said)) == 10
    assert max(len(text.split()) for text in said) <= 8


_ANY = st.builds(
    finding,
    st.sampled_from(list(CUES)),
    st.sampled_from(list(Band)),
    leg=st.sampled_from(["left", "right", "both"]),
)
_MOMENT = st.tuples(st.floats(0.03, 4.0), st.lists(_ANY, max_size=4), st.booleans())


@given(moments=st.lists(_MOMENT, max_size=60), session=st.integers(1, 9))
def test_never_two_cues_within_three_seconds_and_none_three_reps_in_a_row(
    moments: list[tuple[float, list[Finding], bool]], session: int
) -> None:
    chooser, t_s, rep = CueChooser(session_number=session, target_reps=5), 0.0, 1
    said: list[tuple[float, int, Cue]] = []
    for passed_s, findings, ends in moments:
        t_s += passed_s
        cue = (chooser.after_rep if ends else chooser.during_rep)(t_s, rep, findings)
        if cue is not None:
            said.append((t_s, rep, cue))
        rep += ends
    for (before_s, _, before), (now_s, _, now) in pairwise(said):
        if now.kind is not CueKind.SAFETY or now == before:
            assert now_s - before_s >= LEAST_PAUSE_S
    fixes = {(cue.text, rep) for _, rep, cue in said if cue.kind is CueKind.FIX}
    assert not any({(text, rep + 1), (text, rep + 2)} <= fixes for text, rep in fixes)
    assert all(cue.spoken and len(cue.text.split()) <= 8 for _, _, cue in said)


@given(moments=st.lists(_MOMENT, max_size=40))
def test_fading_leaves_out_cues_and_adds_none(moments: list[tuple[float, list[Finding], bool]]) -> None:
    def said_in(session: int) -> list[tuple[float, str]]:
        chooser, t_s, rep, said = CueChooser(session_number=session), 0.0, 1, list[tuple[float, str]]()
        for passed_s, findings, ends in moments:
            t_s += passed_s
            cue = (chooser.after_rep if ends else chooser.during_rep)(t_s, rep, findings)
            if cue is not None and cue.kind is not CueKind.PRAISE:
                said.append((t_s, cue.text))
            rep += ends
        return said

    everything, faded = said_in(1), said_in(7)
    assert set(faded) <= set(everything)
    assert [each for each in everything if each[1] == CUES[SAFETY]] == [
        each for each in faded if each[1] == CUES[SAFETY]
    ]
