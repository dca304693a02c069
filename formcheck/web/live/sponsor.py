"""Sets that are done for somebody else, such as a room: what is done and who sees it is not their page's to say."""

from __future__ import annotations

from typing import Protocol

from formcheck.web.live.messages import SetupMessage
from formcheck.web.live.pipeline import PipelineResult


class Sponsor(Protocol):
    """For whom one set is done. Its methods may be called from any thread and do not wait, but for `ended`."""

    def admits(self) -> bool:
        """Say whether a socket may have the set now, whoever opens it with the set's token."""
        ...

    def arranged(self, setup: SetupMessage) -> SetupMessage:
        """Return what is done, of what the page wishes: its own are only what it sends and how.

        Raises
        ------
        LiveRefusalError
            If no set is to be begun now.
        """
        ...

    def begun(self, set_id: str) -> None:
        """Take note that it has begun."""
        ...

    def answered(self, set_id: str, answer: str) -> None:
        """Take what its page was answered, with the pose."""
        ...

    def ended(self, set_id: str, result: PipelineResult | None) -> None:
        """Take what came of it, which is kept nowhere else; the video, if any, is deleted afterwards.

        In a thread of its own, which may take its time.
        """
        ...
