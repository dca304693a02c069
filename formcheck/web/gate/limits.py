"""Every bound of what strangers may take from the server, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class GateLimits:
    """What one address, and all of them together, may take."""

    header_s: float = 10.0
    """For the header of a request to come in whole, which browsers send at once."""
    rest_s: float = 600.0
    """For the rest of a body whose answer is given already, as that to a link that is too old: browsers send it all
    before they read. It is thrown away, and its connection gives way to others."""
    rest_bytes: int = 16_000_000
    """Of it: twice what an upload sends at a time."""
    stall_s: float = 30.0
    """For the next piece of a body, and for the other end to take what was sent: it is gone, or only holds a place."""
    ahead_bytes: int = 65_536
    """Of requests that come before the answer to the one before them; browsers send none."""
    connections: int = 400
    """At a time. Systems give a process 1024 files, of which records, models and videos need some."""
    connections_per_address: int = 100
    """Of those. A browser has six and one for each window; this leaves room for a clinic behind one address."""
    requests_per_address: int = 64
    """In progress at a time, by the address that a known proxy tells."""
    sockets: int = 200
    """Open at a time: each window of the app has one, and up to some MB of memory on the server."""
    sockets_per_address: int = 40
    """Of those."""
    few_sockets: int = 4
    """An address with fewer gets one more even when three quarters of all are taken: room for others is kept."""
    sockets_burst: int = 120
    """Opened by one address at once: a page that is closed is kept for two minutes, in case it comes back."""
    sockets_per_s: float = 2.0
    """Opened by one address from then on."""
    message_bytes: int = 1_000_000
    """Of one message of a socket. A picture of the camera has at most 600 kB, what a page has entered a few kB."""
    messages_burst: int = 60
    """From all pages of one address at once; more are left waiting, not dropped."""
    messages_per_s: float = 8.0
    """From all pages of one address from then on: each has a page's script run, for about 50 ms, and others need the
    processor too. A clinic of twenty clicks less."""
    message_unit_bytes: int = 32_768
    """A larger message counts as several."""
    read_bytes: int = 16_384
    """Of a socket at a time. Filled with the smallest messages it takes some 50 ms to read, in which nobody else is
    served; the 256 kB that Python reads otherwise take a second."""
    unsent_bytes: int = 4_000_000
    """Waiting to be sent on one socket, before the other end is taken for one that does not listen."""
