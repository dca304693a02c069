"""Which H.264 encoder to use, out of those this machine's PyAV was built with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from av.codec import Codec
from av.codec.codec import UnknownCodecError

from formcheck.errors import OutputError

_BITS_PER_PIXEL = 0.1
"""For encoders without a quality setting: clean for a person in a room at 30 frames/s."""


@dataclass(frozen=True)
class Encoder:
    """An H.264 encoder of FFmpeg and how to ask it for a picture good enough to read small figures on."""

    name: str
    options: dict[str, str]
    sets_quality: bool
    """Whether the options fix the quality; if not, a bit rate must be given."""

    def bit_rate(self, width: int, height: int, fps: float) -> int | None:
        """Give the bit rate to ask for (bits/s), None when the options fix the quality."""
        return None if self.sets_quality else round(_BITS_PER_PIXEL * width * height * fps)


# Reordered frames (bf) are off: some browsers show the first picture of such a file late.
ENCODERS = (
    Encoder("libx264", {"preset": "veryfast", "crf": "23", "bf": "0"}, sets_quality=True),
    Encoder("libopenh264", {}, sets_quality=False),
    Encoder("h264_videotoolbox", {"bf": "0", "allow_sw": "1"}, sets_quality=False),
    Encoder("h264_mf", {}, sets_quality=False),
)
"""In order of preference: the usual one, then Cisco's, then those of macOS and Windows."""


def choose_encoder(is_available: Callable[[str], bool] | None = None) -> Encoder:
    """Choose the first H.264 encoder that is there.

    Parameters
    ----------
    is_available
        Says whether FFmpeg has the encoder of a name; by default FFmpeg is asked.

    Returns
    -------
    Encoder

    Raises
    ------
    OutputError
        There is none.
    """
    available = is_available or _ffmpeg_has
    for encoder in ENCODERS:
        if available(encoder.name):
            return encoder
    raise OutputError(
        "This installation of PyAV cannot write H.264 video.",
        "Install PyAV from its published wheels (pip install --force-reinstall av), or go without the overlay video.",
    )


def _ffmpeg_has(name: str) -> bool:
    try:
        return Codec(name, "w").is_encoder
    except UnknownCodecError:
        return False
