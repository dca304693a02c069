"""Asks a relay for an allocation as a browser would (RFC 8656), and says what is wrong with it in words.

It also asks whether the relay would send to addresses inside of its own network, which a relay in the open must not.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
import secrets
import socket
import ssl
import struct
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Final

from formcheck.remote.turn import Credential

_COOKIE: Final = 0x2112A442
_ALLOCATE, _REFRESH, _PERMIT = 0x0003, 0x0004, 0x0008
_ERROR: Final = 0x0110
"""Of the class of an answer: an error."""
_USERNAME, _INTEGRITY, _ERROR_CODE, _LIFETIME = 0x0006, 0x0008, 0x0009, 0x000D
_PEER, _REALM, _NONCE, _RELAYED, _TRANSPORT = 0x0012, 0x0014, 0x0015, 0x0016, 0x0019
_UDP: Final = bytes((17, 0, 0, 0))
_HEADER: Final = struct.Struct(">HHI12s")
_LONGEST: Final = 1500
_TRIES: Final = 3
_URL: Final = re.compile(
    r"(?P<scheme>turns?):(?P<host>\[[0-9A-Fa-f:.]+\]|[^:?\[\]]+)(?::(?P<port>\d+))?(?P<more>\?.*)?"
)
_PORTS: Final = {"turn": 3478, "turns": 5349}
PRIVATE_PEERS: Final = ("10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "127.0.0.1")
"""One of each kind of address that no peer of a call in the open network has."""


@dataclass(frozen=True)
class RelayAddress:
    """Where a relay listens."""

    host: str
    port: int
    transport: str
    """`udp`, `tcp` or `tls`."""


@dataclass(frozen=True)
class RelayCheck:
    """What came of asking one address."""

    url: str
    ok: bool
    says: str
    """A sentence."""
    lets_in: tuple[str, ...] = ()
    """Private addresses to which it would send."""


class RelayFailure(Exception):  # noqa: N818 - it is an answer, not a fault
    """The relay said no, or nothing; its text is a sentence."""


def relay_address(url: str) -> RelayAddress:
    """Return where an address such as `turns:turn.example.org:443?transport=tcp` leads.

    Raises
    ------
    ValueError
        If it is none.
    """
    found = _URL.fullmatch(url)
    if found is None:
        raise ValueError("it is no address of a relay")
    port = int(found["port"] or _PORTS[found["scheme"]])
    tcp = (found["more"] or "").endswith("=tcp")
    transport = "tls" if found["scheme"] == "turns" else "tcp" if tcp else "udp"
    return RelayAddress(found["host"].strip("[]"), port, transport)


def check_relay(url: str, made: Credential, *, timeout_s: float = 3.0, tls: ssl.SSLContext | None = None) -> RelayCheck:
    """Ask for an allocation, and give it back.

    Parameters
    ----------
    url
        As browsers are given it.
    made
        A credential, as they are given one.
    timeout_s
        For each answer.
    tls
        What certificates are believed; None for those that the system believes.
    """
    try:
        where = relay_address(url)
        with _connected(where, timeout_s, tls) as talk:
            session = _Session(talk, made)
            session.allocate()
            lets_in = tuple(peer for peer in PRIVATE_PEERS if session.permits(peer))
            session.give_back()
    except RelayFailure as failure:
        return RelayCheck(url, False, str(failure))
    except ssl.SSLError as error:
        why = "its certificate is not valid" if isinstance(error, ssl.SSLCertVerificationError) else "TLS failed"
        return RelayCheck(url, False, f"The relay cannot be used: {why}. Browsers refuse it too.")
    except TimeoutError:
        return RelayCheck(url, False, "The relay does not answer. Check its address, port and firewall.")
    except (OSError, ValueError) as error:
        return RelayCheck(url, False, f"The relay cannot be reached: {getattr(error, 'strerror', None) or error}.")
    if lets_in:
        says = "The relay works, but it sends into private networks: see docs/remote.md for what to refuse."
        return RelayCheck(url, True, says, lets_in)
    return RelayCheck(url, True, "The relay works, and refuses private networks.")


@dataclass
class _Talk:
    """A connection to a relay."""

    socket: socket.socket
    is_stream: bool

    def ask(self, request: bytes) -> bytes:
        if self.is_stream:
            self.socket.sendall(request)
            return self._whole()
        for tried in range(_TRIES):
            self.socket.send(request)
            try:
                return self.socket.recv(_LONGEST)
            except TimeoutError:
                if tried == _TRIES - 1:
                    raise
        raise TimeoutError

    def _whole(self) -> bytes:
        head = self._exactly(_HEADER.size)
        return head + self._exactly(_HEADER.unpack(head)[1])

    def _exactly(self, size: int) -> bytes:
        got = b""
        while len(got) < size:
            piece = self.socket.recv(size - len(got))
            if not piece:
                raise RelayFailure("The relay closed the connection. Check that this port is its.")
            got += piece
        return got


@contextmanager
def _connected(where: RelayAddress, timeout_s: float, tls: ssl.SSLContext | None) -> Iterator[_Talk]:
    if where.transport == "udp":
        family, *_, address = socket.getaddrinfo(where.host, where.port, type=socket.SOCK_DGRAM)[0]
        with closing(socket.socket(family, socket.SOCK_DGRAM)) as plain:
            plain.settimeout(timeout_s)
            plain.connect(address)
            yield _Talk(plain, is_stream=False)
        return
    with closing(socket.create_connection((where.host, where.port), timeout_s)) as stream:
        if where.transport == "tcp":
            yield _Talk(stream, is_stream=True)
            return
        context = tls or ssl.create_default_context()
        with closing(context.wrap_socket(stream, server_hostname=where.host)) as wrapped:
            yield _Talk(wrapped, is_stream=True)


class _Session:
    """One allocation."""

    def __init__(self, talk: _Talk, made: Credential) -> None:
        self._talk, self._made = talk, made
        self._known: dict[int, bytes] = {}
        """Realm and nonce, once the relay has said them."""

    def allocate(self) -> None:
        """Ask for it, first without a credential: the relay then says what it is to be for."""
        code, fields = self._ask(_ALLOCATE, {_TRANSPORT: _UDP})
        if code == 401 and _REALM in fields and _NONCE in fields:
            self._known = {_REALM: fields[_REALM], _NONCE: fields[_NONCE]}
            code, fields = self._ask(_ALLOCATE, {_TRANSPORT: _UDP})
        if code == 401:
            raise RelayFailure("The relay refuses the credential: secret, clock or realm differ from the relay's.")
        if code == 486:
            raise RelayFailure("The relay's quota is used up. Raise user-quota or total-quota.")
        if code or _RELAYED not in fields:
            raise RelayFailure(f"The relay refuses an allocation (error {code}).")

    def permits(self, peer: str) -> bool:
        """Say whether it would send to an address."""
        port, address = 9 ^ (_COOKIE >> 16), int(ipaddress.IPv4Address(peer)) ^ _COOKIE
        code, _ = self._ask(_PERMIT, {_PEER: struct.pack(">BBHI", 0, 1, port, address)})
        return not code

    def give_back(self) -> None:
        """End the allocation."""
        self._ask(_REFRESH, {_LIFETIME: struct.pack(">I", 0)})

    def _ask(self, kind: int, fields: Mapping[int, bytes]) -> tuple[int, dict[int, bytes]]:
        """Send a request, and return the code of an error (0 for none) and the fields of the answer."""
        identity = secrets.token_bytes(12)
        body = b"".join(_field(name, value) for name, value in fields.items())
        if self._known:
            body += _field(_USERNAME, self._made.username.encode())
            body += b"".join(_field(name, value) for name, value in self._known.items())
            signed = _HEADER.pack(kind, len(body) + 24, _COOKIE, identity) + body
            body += _field(_INTEGRITY, hmac.new(self._key(), signed, hashlib.sha1).digest())
        answer = self._talk.ask(_HEADER.pack(kind, len(body), _COOKIE, identity) + body)
        return _read(answer, kind, identity)

    def _key(self) -> bytes:
        said = b":".join((self._made.username.encode(), self._known[_REALM], self._made.password.encode()))
        return hashlib.md5(said, usedforsecurity=False).digest()


def _field(name: int, value: bytes) -> bytes:
    return struct.pack(">HH", name, len(value)) + value + bytes(-len(value) % 4)


def _read(answer: bytes, kind: int, identity: bytes) -> tuple[int, dict[int, bytes]]:
    if len(answer) < _HEADER.size:
        raise RelayFailure("What answers there is no relay.")
    got, size, cookie, same = _HEADER.unpack_from(answer)
    if cookie != _COOKIE or same != identity or got & 0x3EEF != kind or len(answer) < _HEADER.size + size:
        raise RelayFailure("What answers there is no relay.")
    fields: dict[int, bytes] = {}
    at = _HEADER.size
    while at + 4 <= _HEADER.size + size:
        name, length = struct.unpack_from(">HH", answer, at)
        fields.setdefault(name, answer[at + 4 : at + 4 + length])
        at += 4 + length + (-length % 4)
    if got & _ERROR != _ERROR:
        return 0, fields
    code = fields.get(_ERROR_CODE, b"\0\0\0\0")
    return (code[2] & 7) * 100 + code[3], fields
