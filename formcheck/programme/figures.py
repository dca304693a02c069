"""The drawings of an exercise, of the steps of its guide; as they are shown while it is done, and on the home sheet."""

from __future__ import annotations

from functools import lru_cache

from formcheck.exercises.catalogue.exercise import exercises
from formcheck.exercises.catalogue.folders import laid_in
from formcheck.exercises.catalogue.guide import Pictures, Steps, read_guide
from formcheck.exercises.catalogue.guided import guided_exercises

_GUIDE = "guide.toml"


def figures_of(exercise: str) -> tuple[str, ...]:
    """Return the drawings of an exercise's steps in order, SVG on one line each; none for one without a guide."""
    return _figures_of(exercise, laid_in())


@lru_cache(maxsize=64)
def _figures_of(exercise: str, _more: str) -> tuple[str, ...]:
    known = exercises().get(exercise) or guided_exercises().get(exercise)
    if known is None or not known.folder.joinpath(_GUIDE).is_file():
        return ()
    blocks = read_guide(known.folder, known.title).blocks
    steps = next((each.steps for each in blocks if isinstance(each, Steps)), ())
    pictures = next((each.pictures for each in blocks if isinstance(each, Pictures)), ())
    return tuple(dict.fromkeys(each.figure for each in (steps or pictures)))
