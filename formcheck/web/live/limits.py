"""Every bound of the live socket, each with its reason."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from formcheck.errors import FormcheckError

Source = Literal["picture", "landmarks"]
"""What a page sends of each frame of a set."""

SESSIONS_VARIABLE: Final = "FORMCHECK_LIVE_SESSIONS"
_SETS_PER_CPU: Final = 2
"""A set at 30 frames/s takes about 0.6 of a core; two a core still count at half rate, more would stutter."""
_PLACES: Final[Mapping[Source, float]] = {"picture": 1.0, "landmarks": 1 / 8}
"""What a set takes of the places. Without finding the person a frame costs a thirtieth; the rest is for reps, which are
measured in bursts of 10 to 40 ms, and for sockets."""
WORKERS_VARIABLE: Final = "FORMCHECK_LIVE_WORKERS"
_MOST_WORKERS: Final = 64
_MOST_SESSIONS: Final = 1024
"""Nobody means more: it is a slip of the keyboard."""


class LiveSettingError(FormcheckError):
    """An environment variable of the live server that means nothing."""


def _default_sets() -> int:
    return max(1, os.cpu_count() or 1) * _SETS_PER_CPU


def _default_workers() -> int:
    """Return one for each core that this process may use; none on one, where it would take turns with the server."""
    allowed = getattr(os, "sched_getaffinity", None)
    cores = len(allowed(0)) if allowed is not None else os.cpu_count() or 1
    return cores if cores > 1 else 0


@dataclass(frozen=True)
class LiveLimits:
    """What one client, and all of them together, may ask of the server."""

    max_frame_bytes: int = 600_000
    """Of one JPEG. 640 x 480 has 30 to 80 kB, 1280 x 1280 of a leafy garden about 500 kB."""
    min_side_px: int = 64
    """No joint can be found in less."""
    max_side_px: int = 1280
    """The pose model looks at 256 x 256 around the person: more pixels cost time and show it nothing."""
    max_text_chars: int = 16_384
    """A set-up message has 300."""
    frames_per_s: float = 60.0
    """Averaged over a second; cameras give 30, some 60."""
    landmarks_per_s: float = 66.0
    """The same of landmarks by their own times, whenever they come: cameras that give 60 are not exact."""
    kept_per_s: float = 240.0
    """Of landmarks that a page kept while there was no network: a set of five minutes is here within one, and takes no
    more of a core meanwhile than eight sets do."""
    backlog_frames: int = 300
    """At once after a resume, on top of that: 10 s at the half rate at which a page goes on taking pictures. Landmarks
    are small, so a page keeps all of them while its socket is lost: of them, as many as fit into that time."""
    in_flight: int = 2
    """What clients are told to keep to: one being measured, one on its way."""
    max_in_flight: int = 4
    """Accepted and not yet answered; whoever sends more does not listen."""
    landmarks_in_flight: int = 15
    """The same two of landmarks: 12 kB, half a second of a network that stumbles."""
    max_landmarks_in_flight: int = 30
    max_sets: int = field(default_factory=_default_sets)
    """Places for sets that are open at a time, those included whose socket is lost. A set of pictures takes one, a set
    of landmarks an eighth."""
    workers: int = field(default_factory=_default_workers)
    """Processes that work on sets of landmarks; 0 for a thread of the server's own."""
    done_again_frames: int = 18_000
    """Ten minutes at 30 frames a second: a set of no more goes on in another process when its own dies. All that its
    page sent is kept for that, 0.8 kB a frame."""
    max_done_again: int = 2
    """So many times: it may be the set that its processes die of."""
    max_sets_per_owner: int = 2
    """Of those, by one Streamlit session, so that one page cannot hold all places. It does one set at a time; the other
    is one that was begun anew before its old socket was found to be dead."""
    max_sets_per_account: int = 2
    """Of those, by one login, however many windows it has open: a clinician with two patients, or one anew as above."""
    max_sets_per_address: int | None = None
    """Of those, by one address; None for three quarters of all, so that a place is left for others, yet a clinic behind
    one address has more than one."""
    first_message_s: float = 10.0
    """From opening the socket to the first message, which a page has ready."""
    idle_s: float = 30.0
    """Without any message: the other end is gone without a word."""
    frameless_s: float = 120.0
    """Without a picture, however many pings and sockets: a camera that gives none must not hold a place."""
    send_s: float = 10.0
    """For one answer to leave: the other end has stopped reading."""
    resume_keep_s: float = 120.0
    """A set whose socket is lost waits so long for its return; then what was done of it is measured."""
    expiring_wait_s: float = 30.0
    """For that measuring, by a socket that came a little too late; a rep takes some 30 ms."""
    takeover_idle_s: float = 2.0
    """A socket that was silent so long loses its set to one that resumes it: a lost network closes nothing."""
    takeover_wait_s: float = 5.0
    """For that silence to come: what was sent over a dead network still trickles in."""
    max_set_s: float = 3600.0
    """Then the set is ended and measured, by the pictures' time and by the server's. 20
    reps with holds take 4 minutes."""
    max_set_frames: int = 54_000
    """Half an hour at 30 frames a second; then the same. Landmarks are cheap to send and 1.6 kB each to keep: 86 MB."""
    finished_keep_s: float = 7200.0
    """For the page to show and to offer as download."""
    max_finished: int = 24
    """So many of two minutes hold 230 MB."""
    max_finished_per_owner: int = 6
    """Of those, by one Streamlit session, so that nobody's results go because of another's: three sets of each leg."""
    finished_frame_bytes: int = 2700
    """That a result holds for each frame of its set: landmarks as found and as measured, series and findings."""
    max_finished_bytes: int = 400_000_000
    """Of all finished sets together; then the oldest go."""
    max_finished_bytes_per_owner: int = 150_000_000
    """Of those, by one Streamlit session: one of the longest set."""
    token_s: float = 300.0
    """From a page's making to the opening of a socket."""
    resume_token_s: float = 3900.0
    """The same token opens a socket again in mid-set, as long as a set may last."""
    people_every_s: float = 1.0
    """Between looks for other people during the set-up; each costs as much as two frames."""
    people_every_in_set_s: float = 10.0
    """The same during the set, by the pictures' own time: 1 % of the work, and a set of a minute has six looks."""
    slow_ms: float = 60.0
    """A frame that takes longer on average makes the overlay trail and movements ragged (17 frames/s)."""
    slow_window_s: float = 3.0
    """To average over, so that one hitch changes nothing."""

    @property
    def most_per_address(self) -> int:
        """Sets of one address at a time."""
        if self.max_sets_per_address is not None:
            return self.max_sets_per_address
        return max(1, self.max_sets - max(1, self.max_sets // 4))

    def places(self, source: Source) -> float:
        """Return how many of the places a set takes."""
        return _PLACES[source]

    def rate(self, *, kept: bool) -> float:
        """Return how many frames a second a set may bring: those of now, or those that its page kept."""
        return self.kept_per_s if kept else self.frames_per_s

    def told_in_flight(self, source: Source) -> int:
        """Return how many unanswered frames of a source a page is told to keep to."""
        return self.in_flight if source == "picture" else self.landmarks_in_flight

    def most_in_flight(self, source: Source) -> int:
        """Return how many unanswered frames of a source are accepted."""
        return self.max_in_flight if source == "picture" else self.max_landmarks_in_flight

    def backlog(self, source: Source, missing_s: float) -> int:
        """Return how many frames may come at once on top of the rate, after so long without any (s)."""
        if source == "picture":
            return self.backlog_frames
        return math.ceil(self.frames_per_s * min(missing_s, self.resume_keep_s)) + self.max_landmarks_in_flight

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> LiveLimits:
        """Return the limits with what `FORMCHECK_LIVE_SESSIONS` and `FORMCHECK_LIVE_WORKERS` say, where they are set.

        Raises
        ------
        LiveSettingError
            If they are no whole numbers from 1 to 1024 and from 0 to 64.
        """
        sets = _whole_number(environ, SESSIONS_VARIABLE, 1, _MOST_SESSIONS)
        workers = _whole_number(environ, WORKERS_VARIABLE, 0, _MOST_WORKERS)
        return cls(
            max_sets=_default_sets() if sets is None else sets,
            workers=_default_workers() if workers is None else workers,
        )


def _whole_number(environ: Mapping[str, str], name: str, least: int, most: int) -> int | None:
    """Return what a variable says; None where it is not set."""
    text = environ.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and least <= int(text) <= most):
        raise LiveSettingError(f"{name} must be a whole number from {least} to {most}.", "Correct it, or unset it.")
    return int(text)
