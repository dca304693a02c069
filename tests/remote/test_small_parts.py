"""Layer: pure functions. Invitations, consents, credentials of the relay, and what candidates may pass."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from formcheck.remote.candidates import MOST_MEDIA, NoDescriptionError, Passing
from formcheck.remote.consent import ITEMS, TEXTS, Given, agreed
from formcheck.remote.invitation import Invitation, hash_of, new_code, window
from formcheck.remote.turn import TurnSettingError, credential, split_urls, turn_settings, usable_turn_settings

NOW = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)


def invitation(browser: str | None = None, *, revoked: bool = False) -> Invitation:
    return Invitation(*window(NOW, NOW), revoked, None if browser is None else hash_of(browser))


def test_a_code_has_128_bits_and_no_two_are_alike() -> None:
    codes = {new_code() for _ in range(100)}
    assert len(codes) == 100
    assert all(len(code) == 22 for code in codes)


@pytest.mark.parametrize(
    ("made", "minutes", "means"),
    [
        (invitation(), 0, "first"),
        (invitation("mine"), 0, "again"),
        (invitation("another"), 0, "other-browser"),
        (invitation(), -29, "first"),
        (invitation(), -31, None),
        (invitation(), 179, "first"),
        (invitation(), 181, None),
        (invitation("mine"), 181, "again"),
        (invitation("mine"), -31, None),
        (invitation("another"), 181, None),
        (invitation("mine", revoked=True), 0, None),
    ],
)
def test_an_invitation_is_for_one_browser_and_a_while(made: Invitation, minutes: int, means: str | None) -> None:
    assert made.use("mine", NOW + timedelta(minutes=minutes)) == means


def test_no_answer_is_no_and_the_newest_counts() -> None:
    words = TEXTS["still"].sha256
    given = [Given("a", "still", "yes", words)]
    assert not agreed([], "a", "still")
    assert agreed(given, "a", "still")
    assert not agreed(given, "b", "still")
    assert not agreed(given, "a", "keep_set")
    assert not agreed([*given, Given("a", "still", "withdrawn", words)], "a", "still")
    assert not agreed([Given("a", "still", "yes", "0" * 64)], "a", "still"), "of other words"


def test_every_item_has_words_of_its_own() -> None:
    assert len({TEXTS[item].sha256 for item in ITEMS}) == len(ITEMS)


@pytest.mark.parametrize(
    ("secret", "whose", "expires", "password"),
    [  # made by: printf 1433895918:foo | openssl dgst -sha1 -hmac north -binary | base64
        ("north", "foo", 1433895918, "0OlFg2/bHqbjlkzHi9Xi1YLEVmE="),
        ("logen", "seat", 1700000000, "iwopOPwMWz53Zaz01YMt7U71CTc="),
    ],
)
def test_credentials_are_those_that_others_make(secret: str, whose: str, expires: int, password: str) -> None:
    made = credential(secret, whose, expires)
    assert (made.username, made.password) == (f"{expires}:{whose}", password)


@pytest.mark.parametrize(
    "set_to",
    [
        {"URLS": "turn:turn.example.org"},
        {"SECRET": "0123456789abcdef"},
        {"URLS": "http://turn.example.org", "SECRET": "0123456789abcdef"},
        {"URLS": "turn:turn.example.org", "SECRET": "short"},
        {"RELAY_ONLY": "1"},
        {"SECONDS": "5"},
    ],
)
def test_settings_that_mean_nothing_are_refused(set_to: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in set_to.items():
        monkeypatch.setenv(f"FORMCHECK_TURN_{name}", value)
    with pytest.raises(TurnSettingError, match="FORMCHECK_TURN_"):
        turn_settings()


@pytest.mark.parametrize(("said", "hides"), [("1", True), ("true", True), ("0", False), ("", False)])
def test_settings_that_mean_nothing_leave_no_relay_and_hide_what_was_to_be(
    said: str, hides: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORMCHECK_TURN_URLS", "turn:turn.example.org")
    monkeypatch.setenv("FORMCHECK_TURN_RELAY_ONLY", said)
    found = usable_turn_settings()
    assert (found.has_relay, found.relay_only) == (False, hides)


def test_settings_of_a_relay(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not turn_settings().has_relay
    urls = "turn:t.example.org:3478?transport=udp, turns:t.example.org:443?transport=tcp"
    monkeypatch.setenv("FORMCHECK_TURN_URLS", urls)
    monkeypatch.setenv("FORMCHECK_TURN_SECRET", "0123456789abcdef")
    assert turn_settings().has_relay
    assert len(split_urls(turn_settings().urls)) == 2


def candidate(address: str, kind: str = "host", more: str = "") -> str:
    return f"candidate:842163049 1 udp 1677729535 {address} 46154 typ {kind}{more} generation 0 ufrag EsAw"


@pytest.mark.parametrize(
    ("line", "passes", "on_this_computer"),
    [
        (candidate("192.0.2.4"), True, True),
        (candidate("10.0.0.4"), True, True),
        (candidate("2001:db8::1"), True, True),
        (candidate("127.0.0.1"), False, True),
        (candidate("::1"), False, True),
        (candidate("224.0.0.1"), False, False),
        (candidate("0.0.0.0"), False, False),
        (candidate("0f4d3a3e-2c7a-4f0b-8f0e-0a1b2c3d4e5f.local"), False, False),
        (candidate("intranet.example.org"), False, False),
        ("candidate:1 1 udp 1 192.0.2.4 99 typ evil", False, False),
        ("candidate:1 1 udp 1 192.0.2.4 99 typ host\r\na=fingerprint:sha-256 00", False, False),
        ("", False, False),
    ],
)
def test_only_addresses_that_may_be_tried_pass(line: str, passes: bool, on_this_computer: bool) -> None:
    assert (Passing().candidate(line) == line) is passes
    assert (Passing(loopback=True).candidate(line) == line) is on_this_computer


def test_by_the_relay_only_no_address_of_anybody_passes() -> None:
    only = Passing(relay_only=True)
    relay = candidate("198.51.100.7", "relay", " raddr 192.168.1.20 rport 5000")
    assert only.candidate(candidate("192.0.2.4")) is None
    assert only.candidate(candidate("192.0.2.4", "srflx", " raddr 10.0.0.2 rport 9")) is None
    assert "192.168.1.20" not in (only.candidate(relay) or "192.168.1.20")
    sdp = "\r\n".join(
        [
            "v=0",
            "o=- 1 2 IN IP4 127.0.0.1",
            "m=audio 5000 UDP/TLS/RTP/SAVPF 111",
            "c=IN IP4 192.168.1.20",
            "a=rtcp:9 IN IP4 192.168.1.20",
            "a=" + candidate("192.168.1.20"),
            "a=" + relay,
            "a=fingerprint:sha-256 AB:CD",
        ]
    )
    passed, candidates = only.description(sdp)
    assert candidates == 1
    assert "192.168.1.20" not in passed
    assert "a=fingerprint:sha-256 AB:CD" in passed


@pytest.mark.parametrize("sdp", ["", "hello", "v=0\n" + "m=audio 9 X 1\n" * (MOST_MEDIA + 1)])
def test_what_is_no_session_description_is_refused(sdp: str) -> None:
    with pytest.raises(NoDescriptionError):
        Passing().description(sdp)
