"""A programme as typed objects, which are also its form as JSON and as TOML: `formcheck.programme/1`.

A programme has phases, a phase has exercises and the gate that leads out of it. All numbers are a clinician's to
change; where those of a template come from is said beside it (`formcheck.programme.templates`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from formcheck.doors import Door, Listed, Strict, Text, at_once
from formcheck.errors import FormcheckError
from formcheck.exercises.catalogue.exercise import exercise_title, exercises
from formcheck.exercises.catalogue.guided import guided_exercises
from formcheck.exercises.plan import LIMITS, Plan
from formcheck.pose.landmarks import Side
from formcheck.session.request import SetRequest

SCHEMA: Final = "formcheck.programme/1"
EXERCISE_NAME: Final = r"^[a-z][a-z0-9-]{0,39}$"
"""What names of exercises are made of; an old programme may have one that the catalogue has no longer."""
MOST_ITEMS: Final = 20
MOST_PHASES: Final = 8
_LONGEST_TITLE: Final = 100
_LONGEST_NOTE: Final = 500


class Weekday(StrEnum):
    """A day of the week."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"

    @property
    def short(self) -> str:
        """`Mon`."""
        return self.value.title()


WEEK: Final = tuple(Weekday)
"""In the order of `datetime.date.weekday`."""
EACH: Final = "each"
"""Of an item: first one leg, then the other."""


class ProgrammeError(FormcheckError):
    """A programme that cannot be."""


_Title = Annotated[Text, Field(min_length=1, max_length=_LONGEST_TITLE)]
_Note = Annotated[Text, Field(max_length=_LONGEST_NOTE)]
_Seconds = Annotated[float, Field(ge=0, le=LIMITS["hold_s"].most)]


def _of_plan(name: str) -> object:
    return Field(default=None, ge=LIMITS[name].least, le=LIMITS[name].most_to_do)


class Item(Strict):
    """One exercise of a phase."""

    exercise: Annotated[str, Field(pattern=EXERCISE_NAME, title="the name of an exercise")]
    """As the catalogue has it."""
    leg: Literal["left", "right", "each"] | None = None
    """None for both at once, or either."""
    sets: Annotated[int, Field(ge=1, le=20)] = 1
    """On each leg where they take turns."""
    reps: Annotated[int, Field(ge=1, le=100)] = 10
    hold_s: _Seconds = 0.0
    """0 for none."""
    rest_s: Annotated[float, Field(ge=0, le=600)] = 60.0
    """Between sets."""
    times_a_day: Annotated[int, Field(ge=1, le=6)] = 1
    days: Annotated[tuple[Annotated[Weekday, Listed], ...], Listed, Field(min_length=1, max_length=7)] = WEEK
    target_depth_deg: Annotated[float | None, _of_plan("target_depth_deg")] = None
    step_height_cm: Annotated[float | None, _of_plan("step_height_cm")] = None
    ball: bool = False
    note: _Note = ""
    """From whoever prescribes it."""

    @model_validator(mode="after")
    def _days_once(self) -> Item:
        if len(set(self.days)) != len(self.days):
            at_once([(("days",), "a day stands in `days` twice")])
        return self

    @property
    def title(self) -> str:
        """What people call the exercise."""
        return title_of(self.exercise)

    @property
    def is_measured(self) -> bool:
        """Whether a camera judges it; the others are guided by the clock."""
        return is_measured(self.exercise)

    @property
    def is_judged(self) -> bool:
        """Whether a camera can tell a rep with a fault that concerns safety from one without; some it only reports."""
        return self.is_measured and exercises()[self.exercise].rubric.judges_safety

    @property
    def legs(self) -> tuple[str | None, ...]:
        """The legs of one set, in turn."""
        return tuple(side.value for side in Side) if self.leg == EACH else (self.leg,)

    @property
    def sessions_a_day(self) -> float:
        """On an average day, as plans of measured exercises say it."""
        return round(self.times_a_day * len(self.days) / len(WEEK), 3)

    @property
    def request(self) -> SetRequest:
        """What a measured set of it is judged by."""
        leg = None if self.leg in (None, EACH) else Side(self.leg)
        plan = Plan(self.target_depth_deg, self.reps, self.hold_s or None, self.step_height_cm, self.ball)
        return SetRequest(self.exercise, leg, plan=plan)

    def with_targets_of(self, plan: Plan) -> Item:
        """Return the same with the numbers of the plan that its sets are judged by."""
        return self.model_copy(
            update={
                "reps": plan.reps or self.reps,
                "hold_s": plan.hold_s or 0.0,
                "target_depth_deg": plan.target_depth_deg,
                "step_height_cm": plan.step_height_cm,
                "ball": plan.ball,
            }
        )


class Gate(Strict):
    """What leads out of a phase. What is not said is not asked."""

    sessions: Annotated[int, Field(ge=1, le=200)] | None = None
    """On so many days of this phase at least something was done."""
    pain: Annotated[int, Field(ge=0, le=10)] | None = None
    """The worst that may have been said lately."""
    quality: Annotated[float, Field(ge=0, le=1)] | None = None
    """Share of the reps of each of the last measured sets that has to be without a fault that concerns safety."""


class Phase(Strict):
    """Exercises that are done together for some weeks."""

    title: _Title
    items: Annotated[tuple[Item, ...], Listed, Field(min_length=1, max_length=MOST_ITEMS)]
    gate: Gate | None = None
    """None for the last, or where nothing but the clinician's word leads on."""
    advice: Annotated[tuple[_Note, ...], Listed, Field(max_length=10)] = ()
    """Sentences for the person, such as how far to walk."""

    @model_validator(mode="after")
    def _each_once(self) -> Phase:
        met: set[tuple[str, str | None]] = set()
        for i, item in enumerate(self.items):
            key = (item.exercise, item.leg)
            if (
                key in met
                or (item.exercise, None) in met
                or (item.leg is None and any(item.exercise == x for x, _ in met))
            ):
                at_once([(("items", i), f"{item.exercise} stands in a phase twice for the same leg")])
            met.add(key)
        return self


class Programme(Strict):
    """Phases, one after the other."""

    title: _Title
    phases: Annotated[tuple[Phase, ...], Listed, Field(min_length=1, max_length=MOST_PHASES)]
    template: Annotated[str, Field(pattern=r"^[a-z0-9-]{0,40}$")] = ""
    """Key of the template that it was made from; empty for none."""

    def document(self) -> dict[str, object]:
        """Return what JSON can hold of it; see `programme_from_document`."""
        return {"schema": SCHEMA, **self.model_dump(mode="json")}


def title_of(exercise: str) -> str:
    """Return what people call an exercise; its name where the catalogue has it no longer, as of an old record."""
    guided = guided_exercises().get(exercise)
    return exercise_title(exercise) if guided is None else guided.title


def is_measured(exercise: str) -> bool:
    """Say whether a camera judges an exercise."""
    return exercise in exercises()


def known_exercises() -> tuple[str, ...]:
    """Return the names of all exercises that a programme may have, measured and guided, in the order of lists."""
    places = {each.name: each.place for each in exercises().values()}
    places |= {each.name: each.place for each in guided_exercises().values()}
    return tuple(sorted(places, key=lambda name: (places[name], name)))


class _Document(Programme):
    form: Annotated[Literal["formcheck.programme/1"], Field(alias="schema")]


def _refused(wrong: tuple[object, ...]) -> ProgrammeError:
    clause = getattr(wrong[0], "clause", "it is none")
    return ProgrammeError(f"This programme cannot be: {clause}.", "Change it, and save again.")


_DOOR: Final[Door[_Document]] = Door(_Document, _refused)
_CHECKED: Final[Door[Programme]] = Door(Programme, _refused)


def programme_from_document(document: object) -> Programme:
    """Read a programme from what `Programme.document` returned.

    Raises
    ------
    ProgrammeError
        If it is none.
    """
    read = _DOOR.read(document)
    return Programme(title=read.title, phases=read.phases, template=read.template)


def checked(title: str, phases: object, template: str = "") -> Programme:
    """Make a programme of what somebody composed.

    Raises
    ------
    ProgrammeError
        If it cannot be.
    """
    return _CHECKED.read({"title": title, "phases": phases, "template": template})


def days_in_words(item: Item) -> str:
    """Say the days of an item: `every day`, `Mon, Wed, Fri`."""
    if len(item.days) == len(WEEK):
        return "every day"
    return ", ".join(day.short for day in WEEK if day in item.days)


_OFTEN: Final = {1: "once", 2: "twice"}


def often_in_words(item: Item) -> str:
    """Say how often: `twice a day, every day`, `once a day, Mon, Wed, Fri`."""
    times = _OFTEN.get(item.times_a_day, f"{item.times_a_day} times")
    return f"{times} a day, {days_in_words(item)}"


def dose_in_words(item: Item) -> str:
    """Say what one session of an item is: `3 sets of 10 · hold 5 s · each leg · rest 60 s`."""
    sets = f"{item.sets} set{'' if item.sets == 1 else 's'} of {item.reps}"
    parts = [sets, f"hold {item.hold_s:g} s" if item.hold_s else ""]
    parts.append("each leg" if item.leg == EACH else f"{item.leg} leg" if item.leg else "")
    parts.append(f"{item.step_height_cm:g} cm step" if item.step_height_cm is not None else "")
    parts.append(f"{item.target_depth_deg:g}° deep" if item.target_depth_deg is not None else "")
    parts.append("ball between the knees" if item.ball else "")
    parts.append(f"rest {item.rest_s:g} s" if item.rest_s and item.sets > 1 else "")
    return " · ".join(part for part in parts if part)
