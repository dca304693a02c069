"""What a browser's recorder gives: WebM without a length and an index, in pieces."""

from __future__ import annotations

import io

import av
import numpy as np


def live_webm(seconds: float = 1.0, *, shade: int = 90) -> bytes:
    """Return a recording with pictures and sound.

    Parameters
    ----------
    seconds
        Its length.
    shade
        Of its pictures: others make another file.
    """
    out = io.BytesIO()
    with av.open(out, "w", format="webm", options={"live": "1"}) as container:
        video = container.add_stream("libvpx", rate=15, options={"deadline": "realtime", "cpu-used": "8"})
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        audio = container.add_stream("libopus", rate=48_000)
        for number in range(round(15 * seconds)):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), shade + number, np.uint8), format="rgb24")
            container.mux(video.encode(frame))
        for number in range(round(50 * seconds)):
            sound = av.AudioFrame.from_ndarray(np.zeros((1, 960 * 2), np.int16), format="s16", layout="stereo")
            sound.sample_rate, sound.pts = 48_000, 960 * number
            container.mux(audio.encode(sound))
        for stream in (video, audio):
            container.mux(stream.encode(None))
    return out.getvalue()
