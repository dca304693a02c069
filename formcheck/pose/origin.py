"""Who found the poses of a recording or a live set; it goes into every result."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SelfTest:
    """How a browser's pose model did on pictures whose landmarks are known, as the browser says."""

    runs: int
    ms_p50: float
    """Median time of a run (ms)."""
    ms_p90: float
    worst_px: float
    """Furthest of all landmarks from where they are known to be."""

    @property
    def described(self) -> str:
        """In words."""
        return (
            f"self-test: {self.runs} runs, {self.ms_p50:.0f} ms each, {self.ms_p90:.0f} ms in the slowest tenth, "
            f"{self.worst_px:.1f} px off at most"
        )


@dataclass(frozen=True)
class PoseOrigin:
    """Who finds the poses."""

    name: str
    """Such as `pose_landmarker_full`. What is known of a model's errors is taken off landmarks that come under its
    name, so another source has a name of its own."""
    sha256: str = ""
    """Of the model's file, hexadecimal; empty where there is none."""
    mediapipe: str = ""
    """Version of MediaPipe that ran it; empty where another program did."""
    where: str = ""
    """Where it ran, such as `in the browser (as it says)`; empty where formcheck ran it itself."""
    runtime: str = ""
    """What ran it there, with its version, such as `@mediapipe/tasks-vision 0.10.35`."""
    runtime_sha256: str = ""
    """Of its WebAssembly file, hexadecimal."""
    delegate: str = ""
    """What it computed on there, `CPU` or `GPU`."""
    balanced: bool = False
    """Whether the poses come as the mean of what is found in the picture and in its mirror image."""
    user_agent: str = ""
    """What the browser calls itself."""
    self_test: SelfTest | None = None
    """Of the browser; None where there was none."""

    @property
    def described(self) -> str:
        """Such as `pose_landmarker_full by MediaPipe 0.10.31`, or the name alone of another source."""
        by = self.runtime or (f"MediaPipe {self.mediapipe}" if self.mediapipe else "")
        words = [self.name, f"by {by}" if by else "", f"on {self.delegate}" if self.delegate else "", self.where]
        return " ".join(word for word in words if word)


@dataclass(frozen=True)
class Finder:
    """Who found the poses of a live set from some time on."""

    from_s: float
    """By the time of the set's pose track."""
    origin: PoseOrigin
    why: str = ""
    """Why it took over: a clause such as `the one before was too slow`; empty of the first."""

    @property
    def since(self) -> str:
        """From when on, in words: `from 0:12 on`, or `from the start on`."""
        at = round(self.from_s)
        return f"from {at // 60}:{at % 60:02d} on" if self.from_s > 0 else "from the start on"
