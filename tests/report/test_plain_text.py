"""Layer: pure functions. Texts that people typed, before they are printed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from formcheck.report.plain_text import breakable, one_line, paragraphs, plain, shortened


def test_control_characters_are_gone_and_line_ends_are_one_kind() -> None:
    assert plain("a\x00b\x07c\r\nd\re\u2028f\tg") == "abc\nd\ne\nf\tg"


def test_marks_that_turn_the_reading_direction_are_gone() -> None:
    assert plain("Anna\u202e .K\u2066!") == "Anna .K!"


def test_half_a_character_is_replaced_and_the_rest_can_be_saved() -> None:
    assert plain("a\udc80b") == "a\ufffdb"


def test_a_cut_is_marked_and_falls_between_words() -> None:
    assert shortened("one two three", 9) == "one two…"
    assert shortened("one two three", 13) == "one two three"


def test_a_word_longer_than_the_room_is_cut_within() -> None:
    assert shortened("abcdefghij", 5) == "abcd…"


def test_one_line_has_single_spaces() -> None:
    assert one_line("  a \n\n b\tc ", 20) == "a b c"


def test_empty_lines_part_no_paragraphs() -> None:
    assert paragraphs("one\n\n \n two  words \n") == ("one", "two words")


def test_only_long_words_are_made_breakable() -> None:
    assert breakable("short words stay as they are") == "short words stay as they are"
    assert breakable("x" * 40).replace("\N{ZERO WIDTH SPACE}", "") == "x" * 40
    assert "\N{ZERO WIDTH SPACE}" in breakable("x" * 40)


@given(st.text(), st.integers(min_value=1, max_value=50))
def test_no_text_gets_longer_than_its_room_and_all_can_be_saved(text: str, most: int) -> None:
    line = one_line(text, most)
    assert len(line) <= most
    line.encode("utf-8")
    assert "\n" not in line
