"""Layer: pure functions: a code works once, for minutes, for whom it was made, and of it the hash alone is kept."""

from __future__ import annotations

import pytest

from formcheck.intake.wishes import Wishes
from formcheck.records.access import owner
from formcheck.web.phone.handovers import (
    CODE_LASTS_S,
    KEY_LASTS_S,
    MOST_PER_ACCOUNT,
    CodeRefusedError,
    Errand,
    Handovers,
    KeyRefusedError,
)
from formcheck.web.phone.panel import qr_code
from formcheck.web.phone.place import address_for_phones, listening

KEY, OTHER_KEY = "k" * 43, "o" * 43
ERRAND = Errand(owner("Robin"), None, Wishes(), "One set")


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def codes(clock: Clock) -> Handovers:
    return Handovers(clock)


def test_a_code_works_once(codes: Handovers) -> None:
    made, code = codes.make(ERRAND)
    assert codes.claim(code, KEY) is made
    assert codes.by_key(KEY) is made
    with pytest.raises(CodeRefusedError):
        codes.claim(code, OTHER_KEY)
    for key in (code, OTHER_KEY):
        with pytest.raises(KeyRefusedError):
            codes.by_key(key)


def test_a_phone_whose_answer_was_lost_asks_again_as_long_as_the_code_holds(codes: Handovers, clock: Clock) -> None:
    made, code = codes.make(ERRAND)
    codes.claim(code, KEY)
    clock.now_s = CODE_LASTS_S - 1
    assert codes.claim(code, KEY) is made
    clock.now_s = KEY_LASTS_S - 1
    assert codes.by_key(KEY) is made
    with pytest.raises(CodeRefusedError):
        codes.claim(code, KEY)
    clock.now_s = KEY_LASTS_S + 1
    with pytest.raises(KeyRefusedError):
        codes.by_key(KEY)


def test_a_code_works_for_minutes(codes: Handovers, clock: Clock) -> None:
    made, code = codes.make(ERRAND)
    clock.now_s = CODE_LASTS_S + 1
    with pytest.raises(CodeRefusedError):
        codes.claim(code, KEY)
    assert codes.find(made.id) is None


def test_a_phone_goes_on_after_the_code_is_too_old_but_not_for_ever(codes: Handovers, clock: Clock) -> None:
    made, code = codes.make(ERRAND)
    clock.now_s = CODE_LASTS_S - 1
    codes.claim(code, KEY)
    clock.now_s += KEY_LASTS_S - 1
    assert codes.by_key(KEY) is made
    clock.now_s += 2
    with pytest.raises(KeyRefusedError):
        codes.by_key(KEY)


@pytest.mark.parametrize("guess", ["", "a", "A" * 22, "A" * 10_000, "\x00", "\udcff"])
def test_what_is_no_code_of_ours_is_refused(codes: Handovers, guess: str) -> None:
    _, code = codes.make(ERRAND)
    for tried in (guess, code + guess if guess else code[:-1], code.swapcase()):
        with pytest.raises(CodeRefusedError):
            codes.claim(tried, KEY)
        with pytest.raises(KeyRefusedError):
            codes.by_key(tried)


def test_neither_code_nor_key_is_kept(codes: Handovers) -> None:
    made, code = codes.make(ERRAND)
    assert code not in repr(vars(codes)) + repr(made)
    codes.claim(code, KEY)
    assert KEY not in repr(vars(codes)) + repr(made)


def test_what_is_ended_at_the_computer_is_over_on_the_phone(codes: Handovers) -> None:
    made, code = codes.make(ERRAND)
    codes.claim(code, KEY)
    codes.end(made.id)
    with pytest.raises(KeyRefusedError):
        codes.by_key(KEY)


def test_the_oldest_code_of_an_account_gives_way(codes: Handovers) -> None:
    made = [codes.make(ERRAND)[0] for _ in range(MOST_PER_ACCOUNT + 1)]
    assert codes.find(made[0].id) is None
    assert all(codes.find(each.id) is each for each in made[1:])


def test_a_public_address_comes_before_the_listener(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORMCHECK_PUBLIC_URL", raising=False)
    assert address_for_phones("http://127.0.0.1:8501/check") is None
    monkeypatch.setattr(listening(), "address", "http://192.168.1.20:8510")
    assert address_for_phones("http://127.0.0.1:8501/check") == "http://192.168.1.20:8510"
    monkeypatch.setenv("FORMCHECK_PUBLIC_URL", "https://knee.example.org/")
    assert address_for_phones("http://127.0.0.1:8501/check") == "https://knee.example.org"


def test_a_code_is_made_of_squares_alone() -> None:
    drawn = str(qr_code("http://192.168.1.20:8510/phone#<script>"))
    assert drawn.startswith("<svg")
    assert "script" not in drawn
