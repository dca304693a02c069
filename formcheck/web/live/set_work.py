"""What the thread of a live set is asked to do, in order."""

from __future__ import annotations

from dataclasses import dataclass

from formcheck.web.live.messages import FrameMessage
from formcheck.web.live.outgoing import Listener, Outgoing


@dataclass(frozen=True)
class GreetSocket:
    """Tell a socket where the set is."""

    listener: Listener
    resumed: bool
    """Whether another socket had the set before."""


@dataclass(frozen=True)
class MeasurePicture:
    """Measure a picture and answer to the socket that it came over."""

    listener: Listener
    frame: FrameMessage


@dataclass(frozen=True)
class FinishSet:
    """Measure the whole set and end it."""

    remark: str = ""
    """Why it ends, if not because the person said so: one sentence for the result."""


@dataclass(frozen=True)
class DropSet:
    """End the set and keep nothing of it."""

    last_words: Outgoing
