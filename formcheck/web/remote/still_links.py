"""Addresses of stills and of recordings in the making: each for one person in the room, who may have no account."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from itsdangerous import BadData, URLSafeTimedSerializer

from formcheck.web.shared.addresses import STILLS_PATH
from formcheck.web.shared.signing import signer

_SALT: Final = "formcheck-room-still"
_LASTS_S: Final = 2 * 3600
_RECORDING_LASTS_S: Final = 4 * 3600
"""A session lasts three hours at most."""
_LONGEST: Final = 512
_SIGNED: Final = 4
Use = Literal["put", "get", "record"]
"""`record`: parts of a recording of the call, whose id stands for the still's."""


@dataclass(frozen=True)
class StillLink:
    """What a token is for."""

    session_id: str
    still: str
    person_id: str


@cache
def _signer() -> URLSafeTimedSerializer:
    return signer(_SALT, time.time)


def still_token(session_id: str, still: str, person_id: str, use: Use) -> str:
    """Return a token for one still and one person."""
    return str(_signer().dumps([session_id, still, person_id, use]))


def still_url(session_id: str, still: str, person_id: str) -> str:
    """Return the address of a still for one person."""
    return f"{STILLS_PATH}/{still}?token={still_token(session_id, still, person_id, 'get')}"


def read_still_token(token: str, still: str, use: Use) -> StillLink | None:
    """Return what a token is for; None where it is none of ours, too old, or for something else."""
    try:
        if len(token) > _LONGEST:
            return None
        content = _signer().loads(token, max_age=_RECORDING_LASTS_S if use == "record" else _LASTS_S)
    except BadData:
        return None
    if not isinstance(content, list) or len(content) != _SIGNED or (content[1], content[3]) != (still, use):
        return None
    return StillLink(str(content[0]), str(content[1]), str(content[2]))
