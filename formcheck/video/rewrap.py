"""A video that a browser recorded piece by piece, made whole: with its length, and so that it can be sought in.

Browsers write such a file from the front on, without an index and without a length. The pictures and the sound are
taken over as they are; nothing else of the file is.
"""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Final

import av
from av.error import FFmpegError

from formcheck.errors import VideoError

_EBML: Final = b"\x1aE\xdf\xa3"
_WEBM: Final = ("matroska", "webm", ".webm")
_MP4: Final = ("mp4", "mp4", ".mp4")
"""Which form is read and which written, and the ending of a file of it. FFmpeg is not asked what a file is: it would
also read lists of other files."""


def rewrap(source: str | PathLike[str], target: str | PathLike[str]) -> tuple[float, str]:
    """Write a recording anew.

    Parameters
    ----------
    source
        What a browser recorded; it may break off anywhere.
    target
        The file to write.

    Returns
    -------
    tuple of float and str
        Its length (s), and the ending of a file of its kind.

    Raises
    ------
    VideoError
        If there is nothing in it that can be shown or heard.
    """
    last_s = 0.0
    suffix = ""
    try:
        with Path(source).open("rb") as stream:
            read_as, form, suffix = _WEBM if stream.read(len(_EBML)) == _EBML else _MP4
        only = {"protocol_whitelist": "file"}
        with (
            av.open(_address(source), "r", format=read_as, container_options=only) as given,
            av.open(_address(target), "w", format=form) as made,
        ):
            kept = [each for each in given.streams if each.type in {"audio", "video"}]
            streams = {each.index: made.add_stream_from_template(each) for each in kept}
            for packet in given.demux(*kept):
                if packet.dts is None:
                    continue
                if packet.pts is not None and packet.time_base is not None:
                    last_s = max(last_s, float((packet.pts + (packet.duration or 0)) * packet.time_base))
                packet.stream = streams[packet.stream.index]
                made.mux(packet)
    except (FFmpegError, ValueError, OSError) as error:
        # The end may be torn off; what came before it is written by now.
        if last_s <= 0.0:
            raise _nothing() from error
    if last_s <= 0.0:
        raise _nothing()
    return last_s, suffix


def _address(path: str | PathLike[str]) -> str:
    return f"file:{Path(path).absolute()}"


def _nothing() -> VideoError:
    return VideoError("There is nothing in the recording that can be shown.", "Record it again.")
