"""Layer: pure. How much each address has open, with room kept for others."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from formcheck.web.gate.crowd import Bucket, Crowd, GateLimits
from formcheck.web.shared.senders import group_of

LIMITS = GateLimits(
    sockets=8, sockets_per_address=6, few_sockets=2, requests_per_address=2, sockets_burst=100, sockets_per_s=1.0
)


@pytest.mark.parametrize(
    ("address", "group"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        (None, ""),
    ],
)
def test_a_household_is_one_address(address: str | None, group: str) -> None:
    assert group_of(address) == group


def opened(crowd: Crowd, stack: ExitStack, address: str, tries: int) -> int:
    return sum(stack.enter_context(crowd.socket(address)) for _ in range(tries))


def test_one_address_does_not_take_the_places_of_others() -> None:
    crowd = Crowd(LIMITS, lambda: 0.0)
    with ExitStack() as stack:
        assert opened(crowd, stack, "192.0.2.1", 20) == 6
        assert opened(crowd, stack, "192.0.2.2", 20) == 2
        assert opened(crowd, stack, "192.0.2.3", 20) == 0
    with ExitStack() as stack:
        assert opened(crowd, stack, "192.0.2.3", 20) == 6


def test_windows_may_be_opened_so_fast_and_no_faster() -> None:
    now = [0.0]
    crowd = Crowd(GateLimits(sockets_burst=3, sockets_per_s=1.0), lambda: now[0])

    def opens() -> bool:
        with crowd.socket("192.0.2.1") as is_in:
            return is_in

    assert [opens() for _ in range(5)] == [True] * 3 + [False] * 2
    now[0] = 1.0
    assert [opens() for _ in range(2)] == [True, False]


def test_requests_are_counted_while_they_last() -> None:
    crowd = Crowd(LIMITS)
    with crowd.request("192.0.2.1") as first, crowd.request("192.0.2.1") as second, crowd.request("192.0.2.1") as third:
        assert (first, second, third) == (True, True, False)
        with crowd.request("192.0.2.2") as other:
            assert other
    with crowd.request("192.0.2.1") as again:
        assert again


def test_all_pages_of_an_address_have_one_pace() -> None:
    crowd = Crowd(GateLimits(messages_burst=2, messages_per_s=1.0), lambda: 0.0)
    assert [crowd.messages_of("2001:db8::1").wait_s(0.0), crowd.messages_of("2001:db8::2").wait_s(0.0)] == [0, 0]
    assert crowd.messages_of("2001:db8::3").wait_s(0.0) == 1.0
    assert crowd.messages_of("192.0.2.1").wait_s(0.0) == 0


def test_a_bucket_says_how_long_to_wait() -> None:
    bucket = Bucket(2, 4.0, 0.0)
    assert [bucket.wait_s(0.0) for _ in range(4)] == [0, 0, 0.25, 0.5]
    assert bucket.wait_s(10.0) == 0
