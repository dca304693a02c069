"""Peak memory of an analysis against the length of the video.

The clip is strung together to about 10 s, 1 min and 10 min, without encoding anew, and each is analysed in a process
of its own (`formcheck analyze --no-video --no-report`). Peak resident memory is what the operating system counted.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import av


def lengthen(video: Path, seconds: float, out: Path) -> float:
    """Write the clip's packets over and over until the file is about so long; return its length (s)."""
    with av.open(str(out), "w") as target:
        stream = None
        base, end = 0, 0
        while True:
            with av.open(str(video)) as source:
                given = source.streams.video[0]
                if stream is None:
                    stream = target.add_stream_from_template(given)
                for packet in source.demux(given):
                    if packet.dts is None or packet.pts is None or given.time_base is None:
                        continue
                    packet.pts, packet.dts = packet.pts + base, packet.dts + base
                    end = max(end, packet.pts + (packet.duration or 0))
                    if end * given.time_base > seconds:
                        return float(end * given.time_base)
                    packet.stream = stream
                    target.mux(packet)
                base = end


def peak_mib(command: list[str]) -> float:
    """Run a command and return the peak resident memory of it, MiB."""
    code = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, capture_output=True); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True, check=True)
    unit = 1024 if sys.platform != "darwin" else 1024 * 1024
    return float(done.stdout) / unit


def main() -> None:
    """Print length and peak memory, and the ratio of the longest to the shortest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("video", type=Path)
    parser.add_argument("--seconds", type=float, nargs="+", default=[10.0, 60.0, 600.0])
    args = parser.parse_args()
    peaks = []
    with tempfile.TemporaryDirectory() as folder:
        for seconds in args.seconds:
            clip = Path(folder) / f"{seconds:.0f}s.mp4"
            length = lengthen(args.video, seconds, clip)
            command = [sys.executable, "-m", "formcheck", "analyze", str(clip), "--exercise", "wall-squat", "--quiet"]
            peaks.append(peak_mib([*command, "--no-video", "--no-report", "--out", folder]))
            print(f"{length:7.1f} s  peak {peaks[-1]:7.1f} MiB", flush=True)
    print(f"longest over shortest: {peaks[-1] / peaks[0]:.3f}")


if __name__ == "__main__":
    main()
