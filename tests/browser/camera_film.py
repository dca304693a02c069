"""Films for Chromium's fake camera: raw video in YUV4MPEG2, made from sample clips."""

from __future__ import annotations

from pathlib import Path

import av

SAMPLE_VIDEOS = Path(__file__).resolve().parents[2] / "sample_videos"


def camera_film(
    clip: str, out: Path, *, stand_s: float = 3.0, rest_s: float = 20.0, width: int = 640, fps: int = 15
) -> Path:
    """Write a sample clip as what a camera sees: its first frame for a while, the clip, its last frame for a while.

    Chromium plays the film over and over.

    Parameters
    ----------
    clip
        Name of a sample clip, without suffix.
    out
        The file to write.
    stand_s
        How long the first frame is held (s): time to start the page and to be calibrated.
    rest_s
        How long the last frame is held (s): time to end the set before there are more reps.
    width
        Of the film (px); the height follows.
    fps
        Frame rate of the film; what is between is left out. Half of the clip's is enough to be measured by, and half
        the work for the page, the browser and the server.
    """
    with av.open(str(SAMPLE_VIDEOS / f"{clip}.mp4")) as video, out.open("wb") as film:
        stream = video.streams.video[0]
        height = round(stream.height * width / stream.width / 2) * 2
        film.write(f"YUV4MPEG2 W{width} H{height} F{fps}:1 Ip A1:1 C420jpeg\n".encode())
        assert stream.average_rate is not None
        every = round(stream.average_rate / fps)
        for k, frame in enumerate(video.decode(stream)):
            if k % every:
                continue
            picture = b"FRAME\n" + frame.reformat(width=width, height=height, format="yuv420p").to_ndarray().tobytes()
            film.write(picture * (1 + (round(stand_s * fps) if k == 0 else 0)))
        film.write(picture * round(rest_s * fps))
    return out
