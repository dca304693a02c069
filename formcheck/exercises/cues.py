"""What to say live: one cue at a time, by precedence, not too often, less from session to session.

Praise that is true: only what was judged, and found good, is praised.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from formcheck.exercises.finding import Band, Finding
from formcheck.exercises.judge import BOTH
from formcheck.exercises.rubric import Precedence
from formcheck.kinematics.measures.registry import in_order

MOST_WORDS: Final = 8
_PLAIN: Final = ("Good rep", "Well done", "That was a good one")
_OF_CLASS: Final = (
    (Precedence.KNEE_ALIGNMENT, "Good: knee well in line"),
    (Precedence.DEPTH, "Good depth"),
    (Precedence.TRUNK_PELVIS, "Good posture"),
)
"""Said if everything that was judged of a class of checks is good."""
_BEFORE_LAST, _LAST = "Good, one more to go", "Good, that was the last one"


def praise_for(findings: Sequence[Finding], rep: int, target_reps: int | None, before: Sequence[str]) -> str | None:
    """Return praise for a rep, None if it has not earned any: something was not good, or nothing was judged.

    A caution of which nothing is to be said may as well be good, so it does not stand in the way; nor is it praised.

    Parameters
    ----------
    findings
        Everything the rubric says about the rep.
    rep
        Its number, from 1.
    target_reps
        Reps that were prescribed, None if they were not.
    before
        Praise given so far: what was said longest ago comes first.
    """
    judged_good = any(finding.band is Band.GOOD for finding in findings)
    if not judged_good or any(finding.band is Band.FAULT or finding.cue for finding in findings):
        return None
    if target_reps is not None and target_reps > 1 and rep in (target_reps - 1, target_reps):
        return _LAST if rep == target_reps else _BEFORE_LAST
    earned = [text for of, text in _OF_CLASS if _all_good([each for each in findings if each.precedence == of])]
    earned += [
        measure.wording.praise
        for measure in reversed(in_order(lambda each: each.wording.praise))  # what came last in the rep is said first
        if _all_good([each for each in findings if each.measure == measure.name])
    ]
    return min((*earned, *_PLAIN), key=lambda text: _last_place(text, before))


def better(name: str) -> str:
    """Return praise for something that was a fault and is good now, from the name of its check."""
    words = name.split(",")[0].split()
    return f"Better: {' '.join(words)}" if len(words) < MOST_WORDS else "Better"


def _all_good(findings: Sequence[Finding]) -> bool:
    return bool(findings) and all(finding.band is Band.GOOD for finding in findings)


def _last_place(text: str, before: Sequence[str]) -> int:
    return max((i for i, said in enumerate(before) if said == text), default=-1)


LEAST_PAUSE_S: Final = 3.0
"""Between two cues (specification section 6, row 17: at most one in 3 s)."""
MOST_IN_A_ROW: Final = 2
"""Reps one after the other with the same cue; then it rests for a rep (specification section 6, row 17)."""
CAUTION_EVERY: Final = 3
"""A caution is mentioned in one rep of so many that have it (specification section 7)."""
ALWAYS_SESSIONS: Final = 2
"""In so many first sessions everything is said (specification section 7.4)."""
HALF_SESSIONS: Final = 5
"""Up to this session every second cue is said, later every fifth. That it goes down to a half and then to a fifth is
the specification's (section 7.4); in which session the fifth begins it does not say: engineering default [E]."""
HALF_EVERY, FIFTH_EVERY = 2, 5


class CueKind(StrEnum):
    """What a cue is for."""

    FIX = "fix"
    PRAISE = "praise"
    SETUP = "setup"
    SAFETY = "safety"
    COUNT = "count"
    """Numbers: the rep's, the hold's seconds, the countdown's."""


@dataclass(frozen=True)
class Cue:
    """Something to say and show."""

    text: str
    """At most eight words."""
    kind: CueKind
    leg: str = "both"
    """`left`, `right` or `both`."""
    spoken: bool = True
    """False for what is shown only, as feedback fades."""


def said_one_in(session_number: int) -> int:
    """Return of how many cues one is said in a person's session of that number, from 1.

    All of them in sessions 1 and 2, every second one in sessions 3 to 5, every fifth one from session 6 on. Where the
    fifth begins is an engineering default [E], see `HALF_SESSIONS`.

    Raises
    ------
    ValueError
        If the number is below 1.
    """
    if session_number < 1:
        raise ValueError(f"sessions are counted from 1, got {session_number}")
    if session_number <= ALWAYS_SESSIONS:
        return 1
    return HALF_EVERY if session_number <= HALF_SESSIONS else FIFTH_EVERY


@dataclass
class _Fade:
    """Lets one in so many through, the first one among them."""

    one_in: int
    come: int = 0

    def lets_through(self) -> bool:
        self.come += 1
        return (self.come - 1) % self.one_in == 0


class CueChooser:
    """Chooses what to say in one set.

    - Safety comes before everything, is never left out and waits for nothing but its own last words.
    - Otherwise at least `LEAST_PAUSE_S` lie between two cues. Numbers are no cues; they delay nothing.
    - One fix a rep, the most urgent one; a second one only if it is more urgent than the first.
    - The same fix in at most `MOST_IN_A_ROW` reps one after the other, then the next most urgent one or nothing.
    - After a rep without a fault: that the fault last spoken of is gone, else a caution whose turn it is, else praise.
    - Fixes and praise fade over sessions (`said_one_in`): the choice is made as if everything were said, and then one
      in so many is. What is left out is neither spoken nor shown; the summary has it.

    Parameters
    ----------
    session_number
        Which of the person's sessions this is, from 1.
    target_reps
        Reps that were prescribed; None if they were not. Only praise makes use of it.

    Raises
    ------
    ValueError
        If `session_number` is below 1.
    """

    def __init__(self, *, session_number: int = 1, target_reps: int | None = None) -> None:
        one_in = said_one_in(session_number)
        self._fixes, self._praises = _Fade(one_in), _Fade(one_in)
        self._target_reps = target_reps
        self._last_s = float("-inf")
        self._safety_at_s: dict[str, float] = {}
        self._chosen: dict[int, int] = {}
        """By rep: precedence of the newest fix, or of safety, that was chosen in it."""
        self._reps_of: dict[str, list[int]] = {}
        """By text of a fix or of safety: the reps it was chosen in."""
        self._cautions: dict[str, int] = {}
        """By text: how many reps had this caution and no fault."""
        self._spoken: tuple[int, tuple[Finding, ...]] | None = None
        """The rep in which a fix was last spoken, and the findings it was about."""
        self._praised: list[str] = []

    def during_rep(self, t_s: float, rep: int, findings: Sequence[Finding]) -> Cue | None:
        """Return what to say in the middle of a rep.

        Parameters
        ----------
        t_s
            Time now (s); never before that of an earlier call.
        rep
            The rep that is being done, counted from 1.
        findings
            The faults that have lasted, see `LiveJudge`. Others are passed over.
        """
        faults = _faults(findings)
        return self._safety(t_s, rep, faults) or self._fix(t_s, rep, faults)

    def after_rep(self, t_s: float, rep: int, findings: Sequence[Finding]) -> Cue | None:
        """Return what to say after a rep.

        Parameters
        ----------
        t_s
            Time now (s).
        rep
            The rep that was just done.
        findings
            Everything the rubric says about it, good ones too.
        """
        faults = _faults(findings)
        cautions = [finding for finding in findings if finding.band is Band.CAUTION and finding.cue]
        due = self._due(cautions, faults)
        cue = self._safety(t_s, rep, faults, once=True)
        if cue is not None or t_s - self._last_s < LEAST_PAUSE_S:
            return cue
        if faults:
            return self._fix(t_s, rep, faults)
        return self._better(t_s, rep, findings) or self._fix(t_s, rep, due) or self._praise(t_s, rep, findings)

    def say(self, t_s: float, text: str, kind: CueKind) -> Cue:
        """Return a text of safety, set-up or counting, which always passes.

        Safety and set-up are given time to be heard: for `LEAST_PAUSE_S` no fix and no praise follows.

        Raises
        ------
        ValueError
            If `kind` is `fix` or `praise`: those are chosen, not said.
        """
        if kind in (CueKind.FIX, CueKind.PRAISE):
            raise ValueError(f"a cue of kind {kind} is chosen from findings, it cannot be said as it is")
        if kind is not CueKind.COUNT:
            self._last_s = t_s
        return Cue(text, kind)

    def _safety(self, t_s: float, rep: int, faults: list[Finding], *, once: bool = False) -> Cue | None:
        """Return the safety cue there is, if any: the same one again only after a pause, or `once` in a rep."""
        for finding in faults:
            if finding.precedence != Precedence.SAFETY:
                break
            said_s = self._safety_at_s.get(finding.cue, float("-inf"))
            if t_s - said_s < LEAST_PAUSE_S or (once and rep in self._reps_of.get(finding.cue, ())):
                continue
            self._safety_at_s[finding.cue] = self._last_s = t_s
            self._chosen[rep] = finding.precedence
            self._reps_of.setdefault(finding.cue, []).append(rep)
            return Cue(finding.cue, CueKind.SAFETY, _leg([each for each in faults if each.cue == finding.cue]))
        return None

    def _fix(self, t_s: float, rep: int, faults: list[Finding]) -> Cue | None:
        """Return the most urgent fix that may be given, if its turn in the fading has come."""
        if t_s - self._last_s < LEAST_PAUSE_S:
            return None
        least_urgent = self._chosen.get(rep, max(Precedence) + 1)
        for finding in faults:
            if finding.precedence >= least_urgent:
                return None
            if finding.precedence == Precedence.SAFETY or self._has_been_said_enough(finding.cue, rep):
                continue
            about = tuple(each for each in faults if each.cue == finding.cue)
            self._last_s = t_s
            self._chosen[rep] = finding.precedence
            self._reps_of.setdefault(finding.cue, []).append(rep)
            if not self._fixes.lets_through():
                return None
            self._spoken = (rep, about)
            return Cue(finding.cue, CueKind.FIX, _leg(about))
        return None

    def _has_been_said_enough(self, text: str, rep: int) -> bool:
        reps = self._reps_of.get(text, ())
        return rep in reps or all(rep - back in reps for back in range(1, MOST_IN_A_ROW + 1))

    def _due(self, cautions: list[Finding], faults: list[Finding]) -> list[Finding]:
        """Return the cautions whose turn has come, the most urgent first."""
        due = set()
        for text in {finding.cue for finding in cautions} - {finding.cue for finding in faults}:
            self._cautions[text] = self._cautions.get(text, 0) + 1
            if self._cautions[text] % CAUTION_EVERY == 0:
                due.add(text)
        return sorted((finding for finding in cautions if finding.cue in due), key=_urgency)

    def _better(self, t_s: float, rep: int, findings: Sequence[Finding]) -> Cue | None:
        """Return praise if what was spoken of in the last rep is good now."""
        if self._spoken is None or self._spoken[0] != rep - 1:
            return None
        about = self._spoken[1]
        places = {(finding.check, finding.leg) for finding in about}
        now = [finding for finding in findings if (finding.check, finding.leg) in places]
        if len(now) < len(places) or any(finding.band is not Band.GOOD for finding in now):
            return None
        return self._praised_with(t_s, better(about[0].name), _leg(about))

    def _praise(self, t_s: float, rep: int, findings: Sequence[Finding]) -> Cue | None:
        text = praise_for(findings, rep, self._target_reps, self._praised)
        return None if text is None else self._praised_with(t_s, text, BOTH)

    def _praised_with(self, t_s: float, text: str, leg: str) -> Cue | None:
        self._last_s = t_s
        self._praised.append(text)
        return Cue(text, CueKind.PRAISE, leg) if self._praises.lets_through() else None


def _faults(findings: Iterable[Finding]) -> list[Finding]:
    """Return the faults that there is something to say about, the most urgent first."""
    return sorted((each for each in findings if each.band is Band.FAULT and each.cue), key=_urgency)


def _urgency(finding: Finding) -> int:
    return finding.precedence


def _leg(about: Sequence[Finding]) -> str:
    """Return the leg that all these findings are about, `both` if they are about more than one."""
    legs = {finding.leg for finding in about}
    return legs.pop() if len(legs) == 1 else BOTH
