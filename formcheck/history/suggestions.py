"""What the pain and progression rules (measurement specification §3.6 and §7.6) suggest, for a clinician to confirm.

Nothing here changes a plan. At most one suggestion comes out at a time, the most careful one: too much pain before
unsettled pain before pain that is allowed, and a harder level only where none of these holds and everything that the
rule asks about was answered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from types import MappingProxyType
from typing import Final

from formcheck.exercises.catalogue.exercise import Rung, exercise_title
from formcheck.history.ladder import (
    PlanChange,
    Variable,
    change_to,
    depth_changed,
    next_rung,
    previous_rung,
    step_height_changed,
    with_half_the_reps,
)
from formcheck.history.sessions import Session, sessions_of
from formcheck.history.suggestion import Evidence, PlanInForce, Rule, Suggested, Suggestion
from formcheck.history.summary import SetSummary
from formcheck.moments import day_text
from formcheck.session.pain import COMFORT_LIMIT, NO_SESSION_FROM, STOP_ABOVE, Load, advice_after

SESSIONS_IN_A_ROW: Final = 3
SAFE_SHARE: Final = 0.8
_SETTLES_WITHIN: Final = timedelta(days=1)
"""So long after a session it is asked about: an hour later, and the next morning."""
_PAIN_RULES: Final = "By the rules about pain"
_LADDER_RULES: Final = "By the ladder of levels"


def suggest(
    sets: Sequence[SetSummary],
    now: PlanInForce,
    answered_at: Mapping[Rule, datetime] = MappingProxyType({}),
    zone: tzinfo | None = None,
) -> Suggested:
    """Apply the rules to the sessions of one exercise.

    Parameters
    ----------
    sets
        Of one person; those of other exercises, or of the leg that the plan is not about, are left out. But no harder
        level comes out while another exercise was too much for the same knee.
    now
        The plan in force. Sessions from before it count only to tell whether something happened twice in a row, and
        where it could not be known yet how they settled.
    answered_at
        When a clinician last answered a suggestion of each rule, whatever the answer: it is not made again from the
        same sessions, and a harder level only after three new ones.
    zone
        For the days in the sentences; None for the zones of the times themselves.
    """
    about = [each for each in sets if each.result.exercise == now.exercise and _same_leg(each, now)]
    sessions = sessions_of(about)
    if not sessions or was_known(sessions[-1], now.from_at):
        return Suggested(None, ("There is no session yet with the plan as it is now.",))
    last, before = sessions[-1], sessions[-2] if len(sessions) > 1 else None
    worst = last.pain_worst
    if too_much(last):
        again = before is not None and too_much(before)
        return _unless_answered(_easier(last, before if again else None, about, now), answered_at)
    if worst is not None and worst > COMFORT_LIMIT:
        why = f"Pain was {worst} in the last session: allowed, but nothing gets harder."
        return _unless_answered(_offer(last, worst, now), answered_at, why)
    since = max(now.from_at, answered_at.get(Rule.PROGRESS, now.from_at))
    found = _progress([each for each in sessions if each.began_at >= since], now, zone)
    if found.suggestion is not None and (elsewhere := _too_much_elsewhere(sets, now, found.suggestion.evidence, zone)):
        return Suggested(None, elsewhere)
    return found


def was_known(session: Session, planned_at: datetime) -> bool:
    """Say whether it was known how a session went when a plan was made: that one had not settled, a day later."""
    return session.began_at + (_SETTLES_WITHIN if session.unsettled else timedelta(0)) < planned_at


def _too_much_elsewhere(
    sets: Sequence[SetSummary], now: PlanInForce, evidence: Sequence[Evidence], zone: tzinfo | None
) -> tuple[str, ...]:
    """Say which sessions of other exercises hurt too much, from the day of the first session of the evidence on.

    It is the same knee: what the step-down does to it speaks against a deeper wall squat too.
    """
    first_day = _day(evidence[0].began_at, zone)
    found = []
    for exercise in dict.fromkeys(each.result.exercise for each in sets if each.result.exercise != now.exercise):
        other = [each for each in sets if each.result.exercise == exercise and _same_leg(each, now)]
        found += [
            f"{day_text(session.day(zone))}: another exercise ({exercise}) was too much, so nothing gets harder."
            for session in sessions_of(other)
            if session.day(zone) >= first_day and too_much(session)
        ]
    return tuple(found)


def _same_leg(each: SetSummary, now: PlanInForce) -> bool:
    return now.leg is None or each.result.leg in (now.leg, "both")


def _day(moment: datetime, zone: tzinfo | None) -> date:
    return (moment if zone is None else moment.astimezone(zone)).date()


def _unless_answered(found: Suggestion | None, answered_at: Mapping[Rule, datetime], why: str = "") -> Suggested:
    sentences = (why,) if why else ()
    if found is None:
        return Suggested(None, sentences)
    answer = answered_at.get(found.rule)
    if answer is not None and found.evidence[-1].began_at <= answer:
        return Suggested(None, (*sentences, "What the last session suggests was answered."))
    return Suggested(found, sentences)


def too_much(session: Session) -> bool:
    """Say whether a session asks for less: pain of 5 or more before it, above 5 in it, or not settled after it."""
    before, worst = session.pain_before, session.pain_worst
    return (
        (before is not None and before >= NO_SESSION_FROM)
        or (worst is not None and worst > STOP_ABOVE)
        or bool(session.unsettled)
    )


def _easier(last: Session, before: Session | None, sets: Sequence[SetSummary], now: PlanInForce) -> Suggestion:
    """Return what follows from a session that was too much, `before` being the one before it if that was too."""
    rule, change, title, sentence = _after_too_much(last, sets, now)
    evidence = tuple(_evidence(each) for each in (before, last) if each is not None)
    if before is not None:
        rule, title = Rule.CONTACT, "Talk to the client: too much twice in a row"
        sentence = f"Two sessions in a row were too much. {sentence}"
    return Suggestion(rule, title, sentence, evidence, change, _PAIN_RULES)


def _after_too_much(
    last: Session, sets: Sequence[SetSummary], now: PlanInForce
) -> tuple[Rule, PlanChange | None, str, str]:
    before, worst = last.pain_before, last.pain_worst
    if before is not None and before >= NO_SESSION_FROM:
        sentence = f"Pain was {before} before the session: no session with {NO_SESSION_FROM} or more."
        return Rule.NO_SESSION, None, "No session until pain is lower", f"{sentence} Ask how the knee is."
    if worst is not None and worst > STOP_ABOVE:
        change = with_half_the_reps(_cut(last, sets, now), now.exercise, now.plan)
        sentence = f"Pain went to {worst} in the session, above {STOP_ABOVE}."
        if now.plan.reps is None:
            sentence += " Half of the reps as well: the plan does not say how many."
        return Rule.CUT, change, f"Make it easier: {_in_words(change)}", sentence
    level = previous_rung(now.exercise, now.plan)
    change = _lowered(now) if level is None else change_to(level, now.exercise, now.plan)
    if change is None:
        change = with_half_the_reps(None, now.exercise, now.plan)
    what = " and ".join(last.unsettled)
    title = f"One level down: {_in_words(change) if level is None else level.title}"
    return Rule.DEMOTE, change, title, f"After the session there was {what}: it had not settled as it should."


def _cut(last: Session, sets: Sequence[SetSummary], now: PlanInForce) -> PlanChange | None:
    """Return the plan after too much pain: 15° above the depth of the last set without it, or a step 5 cm lower."""
    free = [
        each.result.plan.target_depth_deg
        for each in sorted(sets, key=lambda each: each.done_at)
        if each.done_at < last.began_at and each.pain.worst is not None and each.pain.worst <= COMFORT_LIMIT
    ]
    known = [depth for depth in (now.plan.target_depth_deg, free[-1] if free else None) if depth is not None]
    return _lowered(now, from_depth_deg=min(known) if known else None)


def _lowered(now: PlanInForce, from_depth_deg: float | None = None) -> PlanChange | None:
    """Return the plan made easier as the rules for one set do it; None where there is nothing to lower."""
    plan = now.plan
    load = Load(None, plan.target_depth_deg if from_depth_deg is None else from_depth_deg, plan.step_height_cm)
    easier = advice_after(None, STOP_ABOVE, load).easier
    if easier is None:
        return None
    if plan.step_height_cm is not None and easier.step_height_cm not in (None, plan.step_height_cm):
        return step_height_changed(now.exercise, plan, easier.step_height_cm)
    if plan.step_height_cm is None and easier.target_depth_deg not in (None, plan.target_depth_deg):
        return depth_changed(now.exercise, plan, easier.target_depth_deg)
    return None


def _offer(last: Session, worst: int, now: PlanInForce) -> Suggestion | None:
    change = _lowered(now)
    if change is None:
        return None
    sentence = f"Pain went to {worst} in the session: allowed, but stay at this level, or offer an easier one."
    return Suggestion(
        Rule.OFFER_EASIER, f"Offer it easier: {_in_words(change)}", sentence, (_evidence(last),), change, _PAIN_RULES
    )


def _progress(sessions: Sequence[Session], now: PlanInForce, zone: tzinfo | None) -> Suggested:
    """Return the next level where the last three sessions allow it, else why not."""
    recent = sessions[-SESSIONS_IN_A_ROW:]
    level = next_rung(now.exercise, now.plan)
    if level is None:
        return Suggested(
            None, ("There is no harder level to suggest: the plan does not say where on the ladder it is.",)
        )
    if len(recent) < SESSIONS_IN_A_ROW:
        return Suggested(None, (f"{len(recent)} of {SESSIONS_IN_A_ROW} sessions since the last decision are done.",))
    against = [reason for session in recent for reason in _against(session, level, zone)]
    if against:
        return Suggested(None, tuple(against))
    sentence = (
        f"In {SESSIONS_IN_A_ROW} sessions in a row pain was {COMFORT_LIMIT} or less and settled, all reps were done, "
        f"and at least {100 * SAFE_SHARE:.0f} % of them were without a fault that concerns safety."
    )
    change = change_to(level, now.exercise, now.plan)
    evidence = tuple(_evidence(each) for each in recent)
    return Suggested(
        Suggestion(Rule.PROGRESS, f"One level up: {level.title}", sentence, evidence, change, _LADDER_RULES)
    )


def _against(session: Session, level: Rung, zone: tzinfo | None) -> list[str]:
    """Return what of a session speaks against a harder level, or is not known."""
    day = day_text(session.day(zone))
    found = []
    if session.unanswered:
        found.append(f"{day}: not answered: {', '.join(session.unanswered)}.")
    for answer, when in (
        (session.pain_before, "before the session"),
        (session.pain_worst, "in the session"),
        (session.pain_plus_60min, "an hour later"),
        (session.pain_next_morning, "the next morning"),
    ):
        if answer is not None and answer > COMFORT_LIMIT:
            found.append(f"{day}: pain was {answer} {when}, above {COMFORT_LIMIT}.")
    if session.unsettled:
        found.append(f"{day}: {' and '.join(session.unsettled)}.")
    if session.reps_done_as_planned is None:
        found.append(f"{day}: no number of reps was planned.")
    elif not session.reps_done_as_planned:
        found.append(f"{day}: not all planned reps were done.")
    shares = [each.result.safe_share for each in session.sets if each.result.safe_share is not None]
    if not shares:
        found.append(f"{day}: form could not be judged.")
    elif min(shares) < SAFE_SHARE:
        found.append(f"{day}: only {100 * min(shares):.0f} % of the reps were without a fault that concerns safety.")
    if level.heels_down:
        heels = [each.result.heels_down for each in session.sets if each.result.heels_down is not None]
        if not heels:
            found.append(f"{day}: the heels were not seen; film a set from the side.")
        elif not all(heels):
            found.append(f"{day}: the heels came up.")
    return found


def _evidence(session: Session) -> Evidence:
    parts = []
    for answer, words in (
        (session.pain_before, "before"),
        (session.pain_worst, "at worst"),
        (session.pain_plus_60min, "an hour later"),
        (session.pain_next_morning, "the next morning"),
    ):
        if answer is not None:
            parts.append(f"{answer} {words}")
    sentence = f"pain {', '.join(parts)}" if parts else "pain not answered"
    if session.swelling:
        sentence += "; swelling"
    done = sum(each.result.reps_complete for each in session.sets)
    left_out = sum(each.result.reps_left_out for each in session.sets)
    planned = [each.result.plan.without(each.result.reps_left_out).reps for each in session.sets]
    of = f" of {sum(each for each in planned if each is not None)}" if None not in planned else ""
    ids = tuple(each.set_id for each in session.sets)
    out = f", {left_out} left out in review" if left_out else ""
    return Evidence(session.began_at, ids, f"{sentence}; {done}{of} reps{out}")


def _in_words(change: PlanChange | None) -> str:
    if change is None:
        return "less in a session"
    reps = "" if change.reps is None else f" and {_reps(change.reps[1])}"
    match change.variable:
        case Variable.TARGET_DEPTH:
            return f"{change.after:g}° deep{reps}"
        case Variable.STEP_HEIGHT:
            return f"{change.after:g} cm step{reps}"
        case Variable.REPS:
            return _reps(round(float(change.after or 0)))
    return f"{exercise_title(change.exercise)}{reps}"


def _reps(n: int) -> str:
    return f"{n} rep" if n == 1 else f"{n} reps"


ASKS_FOR_LESS: Final = frozenset({Rule.NO_SESSION, Rule.CUT, Rule.DEMOTE, Rule.CONTACT})
"""Rules that speak against the plan as it is."""


def until_decided(suggestion: Suggestion) -> str:
    """Say what somebody is to do while their clinician has not decided on a suggestion that asks for less.

    It goes with the plan as it is, which it speaks against.
    """
    change = suggestion.change
    if suggestion.rule is Rule.NO_SESSION or (suggestion.rule is Rule.CONTACT and change is None):
        less = f"no session while pain is {NO_SESSION_FROM} or more"
    elif change is None or change.variable is Variable.EXERCISE:
        less = "do less than planned, and stop where it hurts more"
    else:
        less = f"at most {_in_words(change)}"
    first = "Talk to your clinician before the next session. " if suggestion.rule is Rule.CONTACT else ""
    why = f"{suggestion.sentence.split('. ')[0].rstrip('.')}."
    return f"{first}{why} Your clinician has not decided yet how to go on; until then: {less}."
