"""Layer: pure functions. What browser and server say to each other is written once, in the models."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from formcheck.exercises.plan import LIMITS, Plan
from formcheck.exercises.rubric_file import builtin_names, builtin_rubric
from formcheck.web.live.limits import LiveLimits
from formcheck.web.live.refusal import set_gone
from formcheck.web.live.replies import OpenSet, error_message, finished_message, ready_message
from tools.contracts import ROOT, made

SCHEMAS = {path: json.loads(text) for path, text in made().items() if path.endswith(".json")}
REPLIES = SCHEMAS["docs/schemas/live-replies.json"]


@pytest.mark.parametrize("path", made())
def test_the_files_are_those_that_the_models_make(path: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == made()[path], "make it anew: python -m tools.contracts"


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=list(SCHEMAS))
def test_a_schema_is_one(schema: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("exercise", builtin_names())
@pytest.mark.parametrize("plan", [Plan(), Plan(60.0, 10, 3.0, 15.0)])
def test_who_is_ready_is_told_what_the_schema_says(exercise: str, plan: Plan) -> None:
    opened = OpenSet("a" * 24, builtin_rubric(exercise), plan, "pose_landmarker_full", "picture")
    told = ready_message(opened, LiveLimits(), resumed=False, last_t_ms=None)
    jsonschema.validate(json.loads(told), REPLIES)


@pytest.mark.parametrize("told", [lambda: finished_message("a" * 24, 3), lambda: error_message(set_gone())])
def test_the_last_words_are_what_the_schema_says(told: Callable[[], str]) -> None:
    jsonschema.validate(json.loads(told()), REPLIES)


@pytest.mark.parametrize("name", LIMITS)
def test_the_published_bounds_are_those_of_a_plan(name: str) -> None:
    setup = SCHEMAS["docs/schemas/live-messages.json"]["$defs"]["SetupMessage"]["properties"]
    bounds = setup[name]["anyOf"][0]
    assert (bounds["minimum"], bounds["maximum"]) == (LIMITS[name].least, LIMITS[name].most_to_do)


@pytest.mark.parametrize("client", ["live", "player"])
def test_every_type_that_a_client_takes_from_the_contract_is_in_it(client: str) -> None:
    folder = ROOT / "formcheck" / "web" / client / "client"
    types = set(re.findall(r"@typedef {.*} (\w+)", (folder / "contract.js").read_text(encoding="utf-8")))
    used = {
        name
        for path in folder.glob("*.js")
        for name in re.findall(r'import\("\./contract\.js"\)\.(\w+)', path.read_text(encoding="utf-8"))
    }
    assert used
    assert used <= types
