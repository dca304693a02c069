"""A set to be done before the camera: the usual one, its words, and the link that carries it. No user interface.

A link is what a clinician prescribes with, so nothing in it is guessed: a value that is not allowed is refused in
words that name the value and what is allowed, and then no set is started from it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from formcheck.exercises.catalogue.exercise import ExerciseChoice, exercises
from formcheck.exercises.plan import LIMITS, Plan
from formcheck.pose.landmarks import Side
from formcheck.session.pain import Load
from formcheck.session.request import SetRequest
from formcheck.web.shared.addresses import FROM_QUERY, SAME_QUERY, TEST_QUERY

_OF_OTHERS: Final = ("embed", "embed_options", TEST_QUERY, SAME_QUERY, FROM_QUERY)
"""What else stands in the address: of Streamlit, and of what the set is done for."""
PAIN_BEFORE: Final = "pain-before"
"""In the session, key of the question for pain before a set; who answered it already is not asked anew."""
_SHOWN_AT_MOST: Final = 40
"""Characters of a value that are repeated in a refusal."""


class _Choices(Mapping[str, ExerciseChoice]):
    """The exercises of the catalogue as they can be chosen, read when they are first asked for."""

    def __getitem__(self, name: str) -> ExerciseChoice:
        return exercises()[name].choice

    def __iter__(self) -> Iterator[str]:
        return iter(exercises())

    def __len__(self) -> int:
        return len(exercises())


EXERCISES: Final[Mapping[str, ExerciseChoice]] = _Choices()


def default_exercise() -> str:
    """Return the exercise that is chosen where nobody says another: the first of the catalogue."""
    return next(iter(EXERCISES))


def choice_of(request: SetRequest) -> ExerciseChoice:
    """Return the exercise of a set and what it allows.

    Raises
    ------
    KeyError
        If it is of none that can be chosen.
    """
    return EXERCISES[request.exercise or ""]


def leg_word(request: SetRequest) -> str:
    """Return the leg of a set as links and messages say it: `both`, `left`, `right` or `auto`."""
    return choice_of(request).legs[0] if request.leg is None else request.leg.value


def load_of(request: SetRequest) -> Load:
    """Return what makes a set hard, for the rules about pain."""
    return Load(request.plan.reps, request.plan.target_depth_deg, request.plan.step_height_cm)


def in_words(request: SetRequest) -> str:
    """Say a set in one line: `Wall squat · 10 reps · hold 3 s · 45° deep`. What is not prescribed is not said."""
    choice, plan = choice_of(request), request.plan
    parts = [choice.title]
    if len(choice.legs) > 1:
        parts.append("camera finds the leg" if request.leg is None else f"standing on the {request.leg} leg")
    return " · ".join([*parts, *plan_in_words(plan)])


def plan_in_words(plan: Plan) -> list[str]:
    """Say what is prescribed, a few words each: `10 reps`, `hold 3 s`, `45° deep`."""
    parts = []
    if plan.reps is not None:
        parts.append(f"{plan.reps} rep" if plan.reps == 1 else f"{plan.reps} reps")
    if plan.hold_s:
        parts.append(f"hold {plan.hold_s:g} s")
    if plan.step_height_cm is not None:
        parts.append(f"{plan.step_height_cm:g} cm step")
    if plan.target_depth_deg is not None:
        parts.append(f"{plan.target_depth_deg:g}° deep")
    if plan.ball:
        parts.append("ball between the knees")
    return parts


def link_query(request: SetRequest) -> str:
    """Return the query of a link that opens *Check my form* with a set."""
    choice, plan = choice_of(request), request.plan
    pairs = {"exercise": choice.name, "leg": leg_word(request)}
    if plan.reps is not None:
        pairs["reps"] = f"{plan.reps}"
    if choice.takes_hold:
        pairs["hold"] = f"{plan.hold_s or 0:g}"
    if plan.target_depth_deg is not None:
        pairs["depth"] = f"{plan.target_depth_deg:g}"
    if plan.step_height_cm is not None:
        pairs["step"] = f"{plan.step_height_cm:g}"
    if plan.ball:
        pairs["ball"] = "yes"
    return urlencode(pairs)


def setup_message(request: SetRequest, *, model: str, session_number: int, keep_video: bool) -> dict[str, object]:
    """Return the set-up message of the live socket, without type, version and picture size."""
    plan = request.plan
    return {
        "exercise": request.exercise,
        "leg": leg_word(request),
        "reps": plan.reps,
        "hold_s": plan.hold_s,
        "target_depth_deg": plan.target_depth_deg,
        "step_height_cm": plan.step_height_cm,
        "ball": plan.ball,
        "sex": plan.sex,
        "model": model,
        "session_number": session_number,
        "keep_video": keep_video,
    }


@dataclass(frozen=True)
class LinkReading:
    """What a link asks for."""

    request: SetRequest | None = None
    """None where the link prescribes nothing, or something of it is refused."""
    refusals: tuple[str, ...] = ()
    """A sentence each: what was asked for and what is allowed."""
    left_open: tuple[str, ...] = ()
    """What the link does not say, so that the guidance's default stands: `hold`, `depth` and so on."""

    @property
    def prescribes(self) -> bool:
        """Whether the link asks for a set, rightly or not."""
        return self.request is not None or bool(self.refusals)


def usual_set(exercise: str | None = None) -> SetRequest:
    """Return the guidance's defaults for an exercise, the first of the catalogue where none is named."""
    choice = EXERCISES[exercise or default_exercise()]
    plan = Plan(choice.target_depth_deg, choice.reps, choice.hold_s or None, choice.step_height_cm)
    return SetRequest(choice.name, plan=plan)


def read_link(query: Mapping[str, Sequence[str]]) -> LinkReading:
    """Read a prescribed set from a link's query.

    Parameters
    ----------
    query
        By name all values given, such as `{"exercise": ["wall-squat"], "reps": ["10"]}`.

    Returns
    -------
    LinkReading
        Nothing where the query is empty; else the set, or every reason why there is none.
    """
    given = {name: values for name, values in query.items() if name not in _OF_OTHERS}
    if not given:
        return LinkReading()
    refusals = [
        f"“{_shown(name)}” is given {len(values)} times; it may be given once."
        for name, values in given.items()
        if len(values) > 1
    ]
    exercise = given["exercise"][0] if given.get("exercise") else None
    if exercise is None:
        return LinkReading(refusals=(*refusals, f"It does not say which exercise; {_one_of(EXERCISES)} is needed."))
    if exercise not in EXERCISES:
        sentence = f"There is no exercise “{_shown(exercise)}”; {_one_of(EXERCISES)} is possible."
        return LinkReading(refusals=(*refusals, sentence))
    reader = _Reader(EXERCISES[exercise], {name: values[0] for name, values in given.items()}, refusals)
    request = reader.request()
    return LinkReading(refusals=tuple(refusals)) if refusals else LinkReading(request, (), tuple(reader.left_open))


class _Reader:
    """Reads the values of a link for one exercise; what is wrong goes into `refusals`."""

    def __init__(self, choice: ExerciseChoice, given: Mapping[str, str], refusals: list[str]) -> None:
        self._choice = choice
        self._given = given
        self._refusals = refusals
        self.left_open: list[str] = []

    def request(self) -> SetRequest:
        choice, usual = self._choice, usual_set(self._choice.name).plan
        takes = {"exercise", "leg", "reps", "depth"}
        takes |= {"hold"} if choice.takes_hold else set()
        takes |= {"step"} if choice.step_height_cm is not None else set()
        takes |= {"ball"} if choice.takes_ball else set()
        self._refuse_others(takes)
        reps = self._number("reps", "reps", usual, "reps")
        hold_s = self._number("hold", "a hold", usual, "hold_s") if "hold" in takes else None
        return SetRequest(
            exercise=choice.name,
            leg=self._leg(),
            plan=Plan(
                reps=None if reps is None else int(reps),
                hold_s=hold_s or None,
                target_depth_deg=self._number("depth", "a depth", usual, "target_depth_deg"),
                step_height_cm=self._number("step", "a step", usual, "step_height_cm") if "step" in takes else None,
                ball=self._ball() if "ball" in takes else False,
            ),
        )

    def _refuse_others(self, takes: set[str]) -> None:
        for name in self._given:
            if name not in takes:
                known = _listed(sorted(takes))
                self._refusals.append(
                    f"A {self._choice.title.lower()} has no “{_shown(name)}”; a link may hold {known}."
                )

    def _leg(self) -> Side | None:
        legs = self._choice.legs
        leg = self._given.get("leg")
        if leg is None and len(legs) > 1:
            self.left_open.append("leg")
        if leg is not None and leg not in legs:
            why = f"“{_shown(leg)}” is not a leg for a {self._choice.title.lower()}"
            self._refusals.append(f"{why}; {_one_of(legs)} is possible.")
        return Side(leg) if leg in set(Side) else None

    def _ball(self) -> bool:
        words = {"yes": True, "1": True, "true": True, "no": False, "0": False, "false": False}
        ball = self._given.get("ball", "no")
        if ball not in words:
            self._refusals.append(f"“{_shown(ball)}” does not say whether there is a ball; yes or no is possible.")
        return words.get(ball, False)

    def _number(self, name: str, what: str, usual: Plan, field: str) -> float | None:
        """Return a number of the plan; where the link leaves it open, the usual one."""
        text, limit = self._given.get(name), LIMITS[field]
        if text is None:
            if usual.prescribed(field) is not None:  # nobody prescribes how deep a seat is
                self.left_open.append(name)
            return usual.prescribed(field)
        value = _number(text, int if limit.whole else float)
        if value is not None and limit.allows_to_do(value):
            return value
        kind = "a whole number" if limit.whole else "a number"
        needed = f"{kind} from {limit.least:g} to {limit.most_to_do:g} {limit.unit}".rstrip()
        self._refusals.append(f"“{_shown(text)}” is not possible for {what}; it must be {needed}.")
        return None


def _number(text: str, kind: Callable[[str], float]) -> float | None:
    # Python's own numbers know “1_0”, “ 5 ” and “infinity”, which nobody means in a link.
    if not text.isascii() or any(sign not in "0123456789.-" for sign in text):
        return None
    try:
        value = kind(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _shown(text: str) -> str:
    clean = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
    return clean if len(clean) <= _SHOWN_AT_MOST else f"{clean[:_SHOWN_AT_MOST]}…"


def _one_of(names: Mapping[str, object] | Sequence[str]) -> str:
    *front, last = list(names)
    return f"{', '.join(front)} or {last}" if front else f"only {last}"


def _listed(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"
