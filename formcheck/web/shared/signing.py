"""Signed texts for addresses, with a secret that is made anew with each process and never leaves it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from typing import Any, Final

from itsdangerous import TimestampSigner, URLSafeTimedSerializer

_SECRET_BYTES: Final = 32


def signer(salt: str, clock: Callable[[], float]) -> URLSafeTimedSerializer:
    """Return what signs lists of texts and reads them back.

    Parameters
    ----------
    salt
        What it signs for: what was signed for something else is not read.
    clock
        Seconds since the epoch.
    """
    return URLSafeTimedSerializer(
        secrets.token_bytes(_SECRET_BYTES),
        salt=salt,
        signer=_Signer,
        signer_kwargs={"clock": clock, "digest_method": hashlib.sha256},
    )


class _Signer(TimestampSigner):
    """Signs with SHA-256 and a clock that can be set in tests."""

    def __init__(self, *args: Any, clock: Callable[[], float], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._clock = clock

    def get_timestamp(self) -> int:
        """Return the time in whole seconds."""
        return int(self._clock())
