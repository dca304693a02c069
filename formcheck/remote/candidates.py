"""Session descriptions and candidates on their way from one browser to another: bounded, and only such as may pass.

A candidate is an address that the other browser then sends packets to. So loopback addresses pass only where both are
on this computer, names of `.local` never, and by the relay only the relay's own.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Final

MOST_MEDIA: Final = 20
"""Media sections of a session description; a call has two."""
MOST_CANDIDATES: Final = 40
"""Of one side of a connection, those in its description included."""
_CANDIDATE: Final = re.compile(
    r"(?:a=)?candidate:(?P<foundation>[A-Za-z0-9+/]{1,32}) (?P<component>[12]) (?P<protocol>udp|tcp) "
    r"(?P<priority>\d{1,10}) (?P<address>[0-9A-Za-z.:\-]{1,255}) (?P<port>\d{1,5}) typ (?P<kind>host|srflx|prflx|relay)"
    r"(?: [!-~]+)*",
    re.IGNORECASE,
)
_RELATED: Final = re.compile(r" raddr [^ ]+ rport \d+")


class NoDescriptionError(ValueError):
    """What is no session description of a call."""


@dataclass(frozen=True)
class Passing:
    """Which candidates may pass."""

    loopback: bool = False
    """Whether those of this computer itself do: both people are at it."""
    relay_only: bool = False

    def candidate(self, line: str) -> str | None:
        """Return a candidate as it may pass; None where it may not.

        The address behind a relay, which a candidate names for those who look for faults, does not pass with one that
        is to hide it.
        """
        found = _CANDIDATE.fullmatch(line)
        if found is None:
            return None
        if self.relay_only:
            return _RELATED.sub(" raddr 0.0.0.0 rport 0", line) if found["kind"].lower() == "relay" else None
        try:
            address = ipaddress.ip_address(found["address"])
        except ValueError:
            return None  # a name: `.local`, or one that the other browser would look up
        if address.is_multicast or address.is_unspecified or (address.is_loopback and not self.loopback):
            return None
        return line

    def description(self, sdp: str) -> tuple[str, int]:
        """Return a session description with such candidates only, and how many these are.

        Raises
        ------
        NoDescriptionError
            If it is none, or has too many media sections.
        """
        lines = sdp.splitlines()
        if not lines or lines[0] != "v=0":
            raise NoDescriptionError("it does not begin like one")
        if sum(line.startswith("m=") for line in lines) > MOST_MEDIA:
            raise NoDescriptionError("it has too many media sections")
        kept, candidates = [], 0
        for line in lines:
            if line.lower().startswith("a=candidate:"):
                passed = self.candidate(line)
                if passed is None:
                    continue
                candidates, line = candidates + 1, passed
            elif self.relay_only and line.startswith("c="):
                line = "c=IN IP4 0.0.0.0"
            elif self.relay_only and line.startswith("a=rtcp:"):
                line = "a=rtcp:9 IN IP4 0.0.0.0"
            kept.append(line)
        return "\r\n".join(kept) + "\r\n", candidates
