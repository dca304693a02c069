"""How long whole processes take: `formcheck analyze` beside a bare MediaPipe loop, and the app until it answers.

Each round runs both in turn on each video, start-up and all, and compares wall and CPU time (user and system, all
threads):

*bare*: one script that imports PyAV and MediaPipe, decodes, finds the pose in every frame (VIDEO mode), keeps nothing.
*formcheck*: `formcheck analyze`; without --drawn no overlay and no report, as `--no-video --no-report`.

The app is started with empty records and asked for its first page until it comes; beside it a script of one line under
Streamlit. Once with Python's compiled files in place, as pip leaves them, and with --uncompiled without any, as in an
environment where nothing may be written: then each module is compiled anew at every start.
"""

from __future__ import annotations

import argparse
import os
import resource
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from fractions import Fraction
from pathlib import Path

import av

from formcheck.pose.models import ensure_model

ROOT = Path(__file__).resolve().parents[1]
BARE = """
import sys
import av, mediapipe, numpy
from mediapipe.tasks.python import BaseOptions, vision
options = vision.PoseLandmarkerOptions(
    base_options=BaseOptions(model_asset_path=sys.argv[2]), running_mode=vision.RunningMode.VIDEO
)
with vision.PoseLandmarker.create_from_options(options) as landmarker, av.open(sys.argv[1]) as container:
    stream = container.streams.video[0]
    stream.thread_type = "AUTO"
    for frame in container.decode(stream):
        picture = numpy.ascontiguousarray(frame.to_ndarray(format="rgb24"))
        image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=picture)
        landmarker.detect_for_video(image, round(frame.time * 1000))
"""
Times = tuple[float, float]
"""Wall and CPU, seconds."""


def timed(command: list[str], environment: dict[str, str]) -> Times:
    """Run a command to its end."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, env=environment, capture_output=True, check=True)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def until_it_answers(command: list[str], port: int, environment: dict[str, str]) -> Times:
    """Start a server and stop it again once it has given its first page; CPU is that of the server's own process."""
    start = time.perf_counter()
    # A file, not a pipe: nobody reads it.
    with tempfile.TemporaryFile() as said:
        server = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=said, stderr=said, start_new_session=True)
        try:
            while True:
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as page:
                        page.read()
                    break
                except OSError:
                    if server.poll() is not None:
                        raise SystemExit(f"{command} ended with status {server.returncode}") from None
                    time.sleep(0.02)
            wall = time.perf_counter() - start
            fields = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
            return wall, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait()


def beginning_of(video: Path, seconds: float, folder: Path) -> Path:
    """Write the first seconds of a video as one of its own."""
    short = folder / f"{video.stem}_{seconds:g}s.mp4"
    with av.open(str(video)) as source, av.open(str(short), "w") as target:
        stream = source.streams.video[0]
        rate = stream.average_rate or Fraction(30)
        out = target.add_stream("libx264", rate=rate, options={"crf": "18"})
        out.width, out.height, out.pix_fmt = stream.width, stream.height, "yuv420p"
        for i, frame in enumerate(source.decode(stream)):
            if i >= seconds * rate:
                break
            picture = frame.reformat(format="yuv420p")
            picture.pts, picture.time_base = i, 1 / rate
            target.mux(out.encode(picture))
        target.mux(out.encode(None))
    return short


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def show(name: str, rows: list[tuple[Times, Times]]) -> None:
    """Print the medians of both sides, and the medians of the ratios of the rounds with their range."""
    sides = [[statistics.median(row[side][kind] for row in rows) for kind in (0, 1)] for side in (0, 1)]
    ratios = [sorted(row[1][kind] / row[0][kind] for row in rows) for kind in (0, 1)]
    spread = [f"{statistics.median(each):.2f} ({each[0]:.2f} to {each[-1]:.2f})" for each in ratios]
    (bare_wall, bare_cpu), (our_wall, our_cpu) = sides
    print(
        f"{name:30} {bare_wall:6.2f} {bare_cpu:6.2f} {our_wall:6.2f} {our_cpu:6.2f}   {spread[0]:22} {spread[1]:22}",
        flush=True,
    )


def main() -> None:
    """Compare over several rounds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("video", type=Path)
    parser.add_argument("--exercise", default="wall-squat")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.4, help="Length of the short clip that is cut from VIDEO.")
    parser.add_argument("--drawn", action="store_true", help="With overlay and report.")
    parser.add_argument("--uncompiled", action="store_true")
    parser.add_argument("--only", choices=("short", "long", "app"), help="One of the three comparisons.")
    args = parser.parse_args()
    print(f"{'':30} {'bare: wall, CPU':>13} {'ours: wall, CPU':>13}   {'wall ratio':22} {'CPU ratio':22}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))),
            "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
            "FORMCHECK_HOME": str(folder / "records"),
        }
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        if args.uncompiled:
            environment["PYTHONDONTWRITEBYTECODE"] = "1"
        (bare := folder / "bare.py").write_text(BARE)
        (page := folder / "page.py").write_text("import streamlit\nstreamlit.write('here')\n")
        model = ensure_model("full").path
        clips = {"short": beginning_of(args.video, args.seconds, folder), "long": args.video}
        wanted = [args.only] if args.only else ["short", "long", "app"]
        for which in wanted:
            rows: list[tuple[Times, Times]] = []
            for _ in range(args.rounds + (not args.uncompiled)):
                if which == "app":
                    ports = free_port(), free_port()
                    streamlit = ["-m", "streamlit", "run", str(page), "--server.headless=true"]
                    one = [sys.executable, *streamlit, f"--server.port={ports[0]}", "--server.address=127.0.0.1"]
                    two = [sys.executable, "-m", "formcheck", "app", "--no-browser", "--port", str(ports[1])]
                    rows.append(
                        (until_it_answers(one, ports[0], environment), until_it_answers(two, ports[1], environment))
                    )
                    continue
                clip, out = str(clips[which]), str(folder / "out")
                analyze = ["analyze", clip, "--exercise", args.exercise, "--out", out, "--model", "full"]
                if not args.drawn:
                    analyze += ["--no-video", "--no-report"]
                rows.append(
                    (
                        timed([sys.executable, str(bare), clip, str(model)], environment),
                        timed([sys.executable, "-m", "formcheck", *analyze], environment),
                    )
                )
            # Of the first round the compiled files are left.
            show("the app answers" if which == "app" else Path(clips[which]).name, rows[not args.uncompiled :])


if __name__ == "__main__":
    main()
