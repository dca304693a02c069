"""Signed, short-lived tokens: whoever opens a live socket has a page of this server open."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from itsdangerous import BadData, SignatureExpired

from formcheck.web.live.refusal import CloseCode, LiveRefusalError, token_invalid
from formcheck.web.shared.signing import signer

_SALT: Final = "formcheck-live-socket"
_LONGEST: Final = 512
"""Characters; a token of ours has about 200."""
_REMEDY: Final = "Reload the page."


@dataclass(frozen=True)
class Holder:
    """Whom a token was made for."""

    owner: str
    """The Streamlit session, as `formcheck.web.live.camera_view.session_id` names it: the sets are this owner's."""
    actor_id: str
    """Of the account that had the page open; whoever opens a socket with the token must be logged in as it."""


class TokenMaker:
    """Makes and checks tokens. The secret is made anew with each process and never leaves it.

    Parameters
    ----------
    clock
        Seconds since the epoch.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._serializer = signer(_SALT, clock)

    def issue(self, holder: Holder) -> str:
        """Return a token, fit for an address."""
        return str(self._serializer.dumps([holder.owner, holder.actor_id]))

    def holder_of(self, token: str, max_age_s: float) -> Holder:
        """Return whom a token was made for.

        Parameters
        ----------
        token
            As the client gave it.
        max_age_s
            Older ones are refused.

        Raises
        ------
        LiveRefusalError
            If it is not ours, was altered, or is too old.
        """
        try:
            if len(token) > _LONGEST:
                raise BadData("too long")
            owner, actor_id = self._serializer.loads(token, max_age=int(max_age_s))
        except SignatureExpired as error:
            raise LiveRefusalError(
                CloseCode.TOKEN, "token-expired", "This page was opened too long ago.", _REMEDY
            ) from error
        except BadData as error:
            raise token_invalid() from error
        return Holder(str(owner), str(actor_id))
