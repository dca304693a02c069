"""Layer: pure functions. Lines of keys in TOML text."""

from __future__ import annotations

import tomllib

import pytest

from formcheck.exercises.toml_lines import KeyLines

TRICKY = '''\
# [[check]] in a comment is no header
title = """first
[[check]]
id = "not a key"
""" # after it "a quote
"quoted.key" = 'a = b' # c = d
array = [ # opened
    "]", # not closed by text
    { x = 1 },
]
dotted.inner = 1

[[check]] # the first
id = "a"
  [check.alternatives.female]
  good = [1, 2]
[[ check ]]
id = "b"
[check.alternatives]
[ check . "alternatives" . male ]
good = [
  3,
  4]
[[check.note]]
text = 'x'
[[check.note]]
text = 'y'
[last]
literal = \'\'\'
it's [[check]]
\'\'\'
end = """a quote at the end""""
after = 1
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2),
        (("quoted.key",), 6),
        (("array",), 7),
        (("dotted", "inner"), 11),
        (("check", 0), 13),
        (("check", 0, "id"), 14),
        (("check", 0, "alternatives", "female", "good"), 16),
        (("check", 1), 17),
        (("check", 1, "id"), 18),
        (("check", 1, "alternatives", "male"), 20),
        (("check", 1, "alternatives", "male", "good"), 21),
        (("check", 1, "note", 0, "text"), 25),
        (("check", 1, "note", 1, "text"), 27),
        (("last", "literal"), 29),
        (("last", "end"), 32),
        (("last", "after"), 33),
    ],
)
def test_a_key_is_found_on_its_line(path: tuple[str | int, ...], line: int) -> None:
    tomllib.loads(TRICKY)  # the lines are promised for valid TOML only
    assert KeyLines(TRICKY).line_of(*path) == line


def test_what_has_no_line_of_its_own_is_found_at_the_table_around_it() -> None:
    lines = KeyLines(TRICKY)
    assert lines.line_of("check", 1, "absent") == 17
    assert lines.line_of("array", 1, "x") == 7
    assert lines.line_of("absent") == 1


def test_text_without_keys_has_one_line_to_name() -> None:
    assert KeyLines("").line_of("anything") == 1
    assert KeyLines("# nothing\n\n").line_of("anything") == 1
