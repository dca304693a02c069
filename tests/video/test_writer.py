"""Writing videos: what was written is read back; what fails leaves nothing behind."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from formcheck.errors import OutputError
from formcheck.video.reader import open_video, probe
from formcheck.video.writer import ENCODERS, VideoWriter, choose_encoder

from .clips import Picture, quadrants, square_centre, square_picture, square_x_px, steady
from .test_unusable_files import without_privileges


def noise(seed: int, width: int = 320, height: int = 240) -> Picture:
    return np.random.default_rng(seed).integers(0, 255, (height, width, 3), dtype=np.uint8)


def write(path: Path, times_s: list[float], fps: float = 30.0) -> Path:
    with VideoWriter(path, 160, 120, fps=fps) as video:
        for t_s in times_s:
            video.write(square_picture(t_s), t_s)
    return path


def test_pictures_are_shown_at_their_times(tmp_path: Path) -> None:
    times = [0.0, 0.033, 0.071, 0.1, 0.133, 0.3, 0.341, 0.372, 0.6, 0.633, 0.666, 1.2]
    with open_video(write(tmp_path / "out.mp4", times), min_interval_s=0) as video:
        frames = list(video)
    assert video.damaged is None
    assert [frame.t_s for frame in frames] == pytest.approx(times, abs=1e-5)
    for frame in frames:
        assert square_centre(frame.rgb)[0] * 160 == pytest.approx(square_x_px(frame.t_s), abs=0.5)


@pytest.mark.parametrize("fps", [12.0, 29.97, 60.0])
def test_the_last_picture_lasts_as_long_as_the_one_before(tmp_path: Path, fps: float) -> None:
    info = probe(write(tmp_path / "out.mp4", steady(24, fps), fps=fps))
    assert info.duration_s == pytest.approx(24 / fps, abs=0.001)
    assert info.fps == pytest.approx(fps, rel=0.001)


def test_the_file_is_what_browsers_play(tmp_path: Path) -> None:
    path = write(tmp_path / "out.mp4", steady(90, 30))
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert not stream.codec_context.has_b_frames
        assert stream.start_time == 0
        key_times = [frame.time for frame in container.decode(stream) if frame.key_frame]
    assert max(later - earlier for earlier, later in pairwise(key_times)) <= 2.01
    data = path.read_bytes()
    assert data[4:8] == b"ftyp"
    assert data.index(b"moov") < data.index(b"mdat")


def test_colours_come_back(tmp_path: Path) -> None:
    with VideoWriter(tmp_path / "out.mp4", 64, 48) as video:
        for t_s in steady(20, 30):
            video.write(quadrants(), t_s)
    with open_video(tmp_path / "out.mp4") as read:
        rgb = next(iter(read)).rgb
    assert np.abs(rgb[12::24, 16::32].astype(int) - quadrants()[12::24, 16::32]).max() <= 5


def test_odd_sizes_get_an_edge_and_are_not_stretched(tmp_path: Path) -> None:
    picture = noise(1, 65, 49) // 4
    picture[:, -1] = picture[-1, :] = 200
    with VideoWriter(tmp_path / "out.mp4", 65, 49) as video:
        for t_s in steady(20, 30):
            video.write(picture, t_s)
    with open_video(tmp_path / "out.mp4") as read:
        rgb = next(iter(read)).rgb
    assert rgb.shape == (50, 66, 3)
    assert rgb[:, 65].mean() == pytest.approx(200, abs=12)
    assert rgb[49, :].mean() == pytest.approx(200, abs=12)


@pytest.mark.parametrize(
    ("picture", "t_s"),
    [
        (square_picture(0), 0.5),
        (square_picture(0), 0.4),
        (square_picture(0), float("nan")),
        (square_picture(0, 162), 1.0),
        (square_picture(0).astype(np.float32), 1.0),
    ],
)
def test_wrong_pictures_and_times_are_refused(tmp_path: Path, picture: Picture, t_s: float) -> None:
    def write_both() -> None:
        with VideoWriter(tmp_path / "out.mp4", 160, 120) as video:
            video.write(square_picture(0), 0.5)
            video.write(picture, t_s)

    with pytest.raises(ValueError, match="expected"):
        write_both()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("size", [(0, 10), (10, -2)])
def test_an_impossible_size_is_refused(tmp_path: Path, size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="expected a positive size"):
        VideoWriter(tmp_path / "out.mp4", *size)


def test_nothing_has_the_name_before_all_is_written(tmp_path: Path) -> None:
    path = tmp_path / "out.mp4"
    with VideoWriter(path, 160, 120) as video:
        for t_s in steady(30, 30):
            video.write(square_picture(t_s), t_s)
            assert not path.exists()
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.mp4"]


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, ZeroDivisionError])
def test_an_interruption_leaves_the_older_file_and_nothing_else(
    tmp_path: Path, interruption: type[BaseException]
) -> None:
    (tmp_path / "out.mp4").write_bytes(b"older")

    def write_half() -> None:
        with VideoWriter(tmp_path / "out.mp4", 320, 240) as video:
            for i in range(40):
                video.write(noise(i), i / 30)
            raise interruption

    with pytest.raises(interruption):
        write_half()
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.mp4"]
    assert (tmp_path / "out.mp4").read_bytes() == b"older"


def test_no_pictures_make_no_file(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="No pictures"), VideoWriter(tmp_path / "out.mp4", 160, 120):
        pass
    assert list(tmp_path.iterdir()) == []


def test_writing_outside_the_with_block_is_refused(tmp_path: Path) -> None:
    video = VideoWriter(tmp_path / "out.mp4", 160, 120)
    with pytest.raises(RuntimeError):
        video.write(square_picture(0), 0.0)
    assert list(tmp_path.iterdir()) == []


@contextmanager
def disk_with_room_for(n_bytes: int) -> Iterator[None]:
    """Let no file of this process grow past a size, as a full disk would."""
    resource = pytest.importorskip("resource", reason="file sizes cannot be limited on this system")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize(("room", "frames"), [(200_000, 60), (3_000, 4), (10, 2)])
def test_a_full_disk_is_said_and_nothing_is_left(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], room: int, frames: int
) -> None:
    (tmp_path / "out.mp4").write_bytes(b"older")

    def write_all() -> None:
        with disk_with_room_for(room), VideoWriter(tmp_path / "out.mp4", 320, 240) as video:
            for i in range(frames):
                video.write(noise(i), i / 30)

    with pytest.raises(OutputError, match="no room on the disk") as caught:
        write_all()
    assert caught.value.remedy
    assert capfd.readouterr() == ("", "")
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.mp4"]
    assert (tmp_path / "out.mp4").read_bytes() == b"older"


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="there is no folder"), VideoWriter(tmp_path / "none" / "out.mp4", 160, 120):
        pass


def test_a_name_that_is_a_folder_is_said_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "out.mp4").mkdir()
    with pytest.raises(OutputError, match=r"out\.mp4"):
        write(tmp_path / "out.mp4", steady(20, 30))
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.mp4"]


def test_a_folder_one_may_not_write_to_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o555)
    with without_privileges(), pytest.raises(OutputError, match="no permission"):
        write(folder / "out.mp4", steady(20, 30))
    assert list(folder.iterdir()) == []


def test_the_first_encoder_that_is_there_is_chosen() -> None:
    assert choose_encoder().name == "libx264"
    assert choose_encoder(lambda name: name in {"libopenh264", "h264_mf"}).name == "libopenh264"


def test_encoders_without_a_quality_setting_are_given_a_bit_rate() -> None:
    rates = {encoder.name: encoder.bit_rate(1280, 720, 30.0) for encoder in ENCODERS}
    assert rates["libx264"] is None
    assert 1_000_000 < (rates["libopenh264"] or 0) < 10_000_000


def test_no_encoder_at_all_is_said() -> None:
    with pytest.raises(OutputError, match=r"cannot write H\.264"):
        choose_encoder(lambda _: False)
