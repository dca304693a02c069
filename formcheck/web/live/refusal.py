"""What is said to a browser before its socket is closed: a cause, one next step and a code to go by."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from formcheck.errors import FormcheckError

NORMAL_CLOSE: Final = 1000
"""RFC 6455: the purpose is fulfilled."""
GOING_AWAY: Final = 1001
"""RFC 6455: the server stops."""


class CloseCode(IntEnum):
    """Why the server closes a socket of ours; after the HTTP statuses of like meaning."""

    MALFORMED = 4400
    TOKEN = 4401
    ORIGIN = 4403
    IDLE = 4408
    IN_USE = 4409
    """The set is being done over another socket."""
    GONE = 4410
    """The set is over, was dropped, or never was this person's."""
    TOO_LARGE = 4413
    NOT_ADMITTED = 4423
    """Of rooms: the clinician did not let this person in."""
    VERSION = 4426
    """The page speaks another version of the protocol."""
    TOO_FAST = 4429
    REMOVED = 4430
    """Of rooms: the clinician took this person out."""
    FAULT = 4500
    """Ours, not the client's."""
    BUSY = 4503


class LiveRefusalError(FormcheckError):
    """A message or a socket that is refused.

    Parameters
    ----------
    close_code
        What the socket is closed with.
    code
        For programs: a few words with hyphens, such as `frame-too-large`.
    reason
        One sentence: what is wrong.
    remedy
        One sentence: what to do about it.
    """

    def __init__(self, close_code: CloseCode, code: str, reason: str, remedy: str) -> None:
        super().__init__(reason, remedy)
        self.close_code = close_code
        self.code = code


def malformed(reason: str, remedy: str = "Reload the page.", *, code: str = "malformed") -> LiveRefusalError:
    """Return the refusal of a message that does not keep to the protocol."""
    return LiveRefusalError(CloseCode.MALFORMED, code, reason, remedy)


def too_fast(reason: str) -> LiveRefusalError:
    """Return the refusal of who sends faster than is taken."""
    return LiveRefusalError(CloseCode.TOO_FAST, "too-fast", reason, "Reload the page.")


def token_invalid() -> LiveRefusalError:
    """Return the refusal of a token that is not ours, or of somebody whom it was not made for."""
    return LiveRefusalError(
        CloseCode.TOKEN, "token-invalid", "This page does not belong to the running app.", "Reload the page."
    )


def set_gone() -> LiveRefusalError:
    """Return the refusal to resume a set; it does not tell a set of somebody else from none."""
    return LiveRefusalError(CloseCode.GONE, "set-gone", "This set is no longer open.", "Start a new set.")


def set_in_use() -> LiveRefusalError:
    """Return what is said when one set is wanted over two sockets."""
    return LiveRefusalError(
        CloseCode.IN_USE,
        "set-in-use",
        "This set is being done in another window.",
        "Go on there, or close it and try again.",
    )


def no_pictures(why: str) -> LiveRefusalError:
    """Return the refusal to go on with pictures, with the sentence why; the set stays open for a while."""
    return LiveRefusalError(
        CloseCode.BUSY, "no-pictures", f"{why} So pictures are not taken.", "Landmarks can still be sent."
    )


def worker_gone() -> LiveRefusalError:
    """Return what is said when the process that worked on a set is gone, and what it had measured with it."""
    return LiveRefusalError(
        CloseCode.FAULT,
        "worker-gone",
        "The part of the server that measured this set has stopped, and what was done of it is lost.",
        "Start the set again.",
    )


def our_fault() -> LiveRefusalError:
    """Return what is said when the server failed; the cause is in its log."""
    return LiveRefusalError(
        CloseCode.FAULT, "fault", "Something went wrong on the server.", "Start the set again, or use a recorded video."
    )
