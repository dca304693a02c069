"""Keeps the video of a set from where its pose track begins.

That is the quiet stance, which is known for one only when it is over.
"""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import Final

from formcheck.session.live_motion import QUIET_S
from formcheck.web.live.decode import decode_jpeg
from formcheck.web.live.kept_video import KeptVideo
from formcheck.web.live.limits import LiveLimits

_HELD_S: Final = QUIET_S + 1.0
"""Of pictures held back while the person gets ready, until it turns out whether they are part of the set."""
_HELD_BYTES: Final = 24_000_000
"""At most, whatever the client sends: 3 s at 60 frames/s have 14 MB at 80 kB each."""
_WRITTEN_AT_ONCE: Final = 3
"""Pictures written for each that comes, so that the held ones (some 60) hold nobody up."""


class SetRecording:
    """Takes every picture of a set and makes a video whose time is that of the set's pose track.

    Parameters
    ----------
    limits
        Of pictures.
    """

    def __init__(self, limits: LiveLimits) -> None:
        self._limits = limits
        self._times_s: deque[float] = deque()
        self._held: deque[tuple[float, bytes]] = deque()
        self._held_bytes = 0
        self._begin_s = 0.0
        self.video: KeptVideo | None = None
        """There from the beginning of the set on."""

    def hold(self, t_s: float, jpeg: bytes) -> None:
        """Keep a picture that was taken before the set began, for a while."""
        self._times_s.append(t_s)
        while t_s - self._times_s[0] > _HELD_S:
            self._times_s.popleft()
        self._append(t_s, jpeg)
        while self._held_bytes > _HELD_BYTES or t_s - self._held[0][0] > _HELD_S:
            self._take()

    def begin(self, frames: int, width_px: int, height_px: int) -> None:
        """Begin the video, with as many of the held pictures as the track has poses already.

        Raises
        ------
        OutputError
            If there is no room, or no encoder.
        """
        frames = min(frames, len(self._times_s))
        self._begin_s = self._times_s[-frames] if frames else self._times_s[-1]
        while self._held and self._held[0][0] < self._begin_s:
            self._take()
        if self._held:
            # Where the oldest had to be let go the next one stands in for them: time is counted from the first picture.
            self._held[0] = (self._begin_s, self._held[0][1])
        self.video = KeptVideo(width_px, height_px)

    def add(self, t_s: float, jpeg: bytes) -> None:
        """Append a picture of the set.

        Raises
        ------
        OutputError
            If the disk is full or fails.
        """
        self._append(t_s, jpeg)
        self._write(_WRITTEN_AT_ONCE)

    def finish(self) -> Path | None:
        """Complete the video and return where it is; None when the set never began.

        Raises
        ------
        OutputError
            If the disk is full or fails.
        """
        if self.video is None:
            return None
        self._write(len(self._held))
        return self.video.finish()

    def delete(self) -> None:
        """Let go of all pictures."""
        self._held.clear()
        self._held_bytes = 0
        if self.video is not None:
            self.video.delete()

    def _append(self, t_s: float, jpeg: bytes) -> None:
        self._held.append((t_s, jpeg))
        self._held_bytes += len(jpeg)

    def _take(self) -> tuple[float, bytes]:
        t_s, jpeg = self._held.popleft()
        self._held_bytes -= len(jpeg)
        return t_s, jpeg

    def _write(self, pictures: int) -> None:
        for _ in range(min(pictures, len(self._held))):
            t_s, jpeg = self._take()
            if self.video is not None:
                self.video.add(decode_jpeg(jpeg, self._limits), t_s - self._begin_s)
