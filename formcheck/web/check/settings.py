"""The settings of a live set: their defaults, what is allowed, and the link that carries them. No user interface.

A link is what a clinician prescribes with, so nothing in it is guessed: a value that is not allowed is refused in
words that name the value and what is allowed, and then no set is started from it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from formcheck.exercises.catalogue.exercise import AUTO_LEG, ExerciseChoice, exercises
from formcheck.session.pain import Load

REPS_RANGE: Final = (1, 30)
"""The guidance asks for 10 to 20; fewer is what is left after a painful set, more is for a clinician to ask for."""
HOLD_RANGE_S: Final = (0.0, 60.0)
"""0 is no hold."""
DEPTH_RANGE_DEG: Final = (15.0, 90.0)
"""Less cannot be told from standing; deeper than 90° is blocked (measurement specification §3.5)."""
STEP_RANGE_CM: Final = (5.0, 30.0)
_QUERY_OF_STREAMLIT: Final = ("embed", "embed_options")
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


@dataclass(frozen=True)
class SetSettings:
    """One set as it is to be done."""

    exercise: str
    leg: str
    """`both`, `left`, `right` or `auto`."""
    reps: int
    hold_s: float
    """0 for none."""
    target_depth_deg: float
    step_height_cm: float | None
    ball: bool = False

    @property
    def choice(self) -> ExerciseChoice:
        """The exercise and what it allows."""
        return EXERCISES[self.exercise]

    @property
    def load(self) -> Load:
        """What makes this set hard, for the rules about pain."""
        return Load(self.reps, self.target_depth_deg, self.step_height_cm)

    def in_words(self) -> str:
        """Say the set in one line: `Wall squat · 10 reps · hold 3 s · 45° deep`."""
        parts = [self.choice.title]
        if len(self.choice.legs) > 1:
            parts.append("camera finds the leg" if self.leg == AUTO_LEG else f"standing on the {self.leg} leg")
        parts.append(f"{self.reps} rep" if self.reps == 1 else f"{self.reps} reps")
        if self.hold_s > 0:
            parts.append(f"hold {self.hold_s:g} s")
        if self.step_height_cm is not None:
            parts.append(f"{self.step_height_cm:g} cm step")
        parts.append(f"{self.target_depth_deg:g}° deep")
        if self.ball:
            parts.append("ball between the knees")
        return " · ".join(parts)

    def query(self) -> str:
        """Return the query of a link that opens *Check my form* with this set."""
        pairs = {"exercise": self.exercise, "leg": self.leg, "reps": f"{self.reps}"}
        if self.choice.takes_hold:
            pairs["hold"] = f"{self.hold_s:g}"
        pairs["depth"] = f"{self.target_depth_deg:g}"
        if self.step_height_cm is not None:
            pairs["step"] = f"{self.step_height_cm:g}"
        if self.ball:
            pairs["ball"] = "yes"
        return urlencode(pairs)

    def setup_message(self, *, model: str, session_number: int, keep_video: bool) -> dict[str, object]:
        """Return the set-up message of the live socket, without type, version and picture size."""
        return {
            "exercise": self.exercise,
            "leg": self.leg,
            "reps": self.reps,
            "hold_s": self.hold_s or None,
            "target_depth_deg": self.target_depth_deg,
            "step_height_cm": self.step_height_cm,
            "ball": self.ball,
            "model": model,
            "session_number": session_number,
            "keep_video": keep_video,
        }


@dataclass(frozen=True)
class LinkReading:
    """What a link asks for."""

    settings: SetSettings | None = None
    """None where the link prescribes nothing, or something of it is refused."""
    refusals: tuple[str, ...] = ()
    """A sentence each: what was asked for and what is allowed."""
    left_open: tuple[str, ...] = ()
    """What the link does not say, so that the guidance's default stands: `hold`, `depth` and so on."""

    @property
    def prescribes(self) -> bool:
        """Whether the link asks for a set, rightly or not."""
        return self.settings is not None or bool(self.refusals)


def default_settings(exercise: str | None = None) -> SetSettings:
    """Return the guidance's defaults for an exercise, the first of the catalogue where none is named."""
    choice = EXERCISES[exercise or default_exercise()]
    return SetSettings(
        choice.name, choice.legs[0], choice.reps, choice.hold_s, choice.target_depth_deg, choice.step_height_cm
    )


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
    given = {name: values for name, values in query.items() if name not in _QUERY_OF_STREAMLIT}
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
    settings = reader.settings()
    return LinkReading(refusals=tuple(refusals)) if refusals else LinkReading(settings, (), tuple(reader.left_open))


class _Reader:
    """Reads the values of a link for one exercise; what is wrong goes into `refusals`."""

    def __init__(self, choice: ExerciseChoice, given: Mapping[str, str], refusals: list[str]) -> None:
        self._choice = choice
        self._given = given
        self._refusals = refusals
        self.left_open: list[str] = []

    def settings(self) -> SetSettings:
        choice, default = self._choice, default_settings(self._choice.name)
        takes = {"exercise", "leg", "reps", "depth"}
        takes |= {"hold"} if choice.takes_hold else set()
        takes |= {"step"} if choice.step_height_cm is not None else set()
        takes |= {"ball"} if choice.takes_ball else set()
        self._refuse_others(takes)
        return SetSettings(
            exercise=choice.name,
            leg=self._leg(),
            reps=int(self._number("reps", "reps", default.reps, REPS_RANGE, "", whole=True)),
            hold_s=self._number("hold", "a hold", default.hold_s, HOLD_RANGE_S, " seconds") if "hold" in takes else 0.0,
            target_depth_deg=self._number("depth", "a depth", default.target_depth_deg, DEPTH_RANGE_DEG, " degrees"),
            step_height_cm=None
            if default.step_height_cm is None
            else self._number("step", "a step", default.step_height_cm, STEP_RANGE_CM, " cm"),
            ball=self._ball() if "ball" in takes else False,
        )

    def _refuse_others(self, takes: set[str]) -> None:
        for name in self._given:
            if name not in takes:
                known = _listed(sorted(takes))
                self._refusals.append(
                    f"A {self._choice.title.lower()} has no “{_shown(name)}”; a link may hold {known}."
                )

    def _leg(self) -> str:
        legs = self._choice.legs
        leg = self._given.get("leg")
        if leg is None:
            if len(legs) > 1:
                self.left_open.append("leg")
            return legs[0]
        if leg not in legs:
            why = f"“{_shown(leg)}” is not a leg for a {self._choice.title.lower()}"
            self._refusals.append(f"{why}; {_one_of(legs)} is possible.")
            return legs[0]
        return leg

    def _ball(self) -> bool:
        words = {"yes": True, "1": True, "true": True, "no": False, "0": False, "false": False}
        ball = self._given.get("ball", "no")
        if ball not in words:
            self._refusals.append(f"“{_shown(ball)}” does not say whether there is a ball; yes or no is possible.")
        return words.get(ball, False)

    def _number(
        self, name: str, what: str, default: float, allowed: tuple[float, float], unit: str, *, whole: bool = False
    ) -> float:
        text = self._given.get(name)
        if text is None:
            self.left_open.append(name)
            return default
        value = _number(text, int if whole else float)
        if value is not None and allowed[0] <= value <= allowed[1]:
            return value
        kind = "a whole number" if whole else "a number"
        needed = f"{kind} from {allowed[0]:g} to {allowed[1]:g}{unit}"
        self._refusals.append(f"“{_shown(text)}” is not possible for {what}; it must be {needed}.")
        return default


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
