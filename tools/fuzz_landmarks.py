"""Sends the reader of landmarks messages that are damaged in every way: `python -m tools.fuzz_landmarks [HOW_MANY]`.

Each is read or refused with a reason; anything else ends the run. Prints how often each of it happened, and what one
message takes.
"""

from __future__ import annotations

import random
import struct
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Final

from formcheck.web.live.landmarks import FRAME_BYTES, HEADER_BYTES, parse_landmarks
from formcheck.web.live.refusal import LiveRefusalError

_HOW_MANY: Final = 100_000
_WIDTH, _HEIGHT = 640, 360
_VALUES: Final = (float("nan"), float("inf"), -float("inf"), 1e30, -1e30, 1e-40, 0.0, -0.0, 1e6, -700.0, 3.01)


def _whole(random_numbers: random.Random) -> bytearray:
    """Return a message that keeps to all bounds."""
    frames, t_ms = random_numbers.choice((1, 2)), random_numbers.uniform(0, 1e7)
    data = bytearray((2, frames))
    for _ in range(frames):
        t_ms += random_numbers.uniform(1, 50)
        found = random_numbers.random() < 0.8
        is_mirrored = found and random_numbers.random() < 0.2
        flags = (1 if found else 0) | random_numbers.choice((0, 2, 4, 6, 8, 14)) | (16 if is_mirrored else 0)
        covers = random_numbers.getrandbits(10) if found else 0
        data += struct.pack("<BBBBdH", flags, random_numbers.getrandbits(8), 1, 0, t_ms, covers)
        for _ in range(33):
            x, y = random_numbers.uniform(0, _WIDTH), random_numbers.uniform(0, _HEIGHT)
            deep = random_numbers.uniform(-1, 1)
            mark = (x, y, deep, deep, deep, random_numbers.getrandbits(16), random_numbers.getrandbits(16))
            data += struct.pack("<fffffHH", *mark) if found else bytes(24)
        if is_mirrored:
            data += struct.pack("<165f", *(random_numbers.uniform(-1, 3) for _ in range(165)))
    return data


def _damaged(data: bytearray, random_numbers: random.Random) -> bytes:
    """Return the message with one thing wrong with it, or with nothing."""
    way = random_numbers.randrange(8)
    frame = HEADER_BYTES + FRAME_BYTES * random_numbers.randrange(data[1])
    if way == 0:
        struct.pack_into("<f", data, frame + 14 + 4 * random_numbers.randrange(198), random_numbers.choice(_VALUES))
    elif way == 1:
        struct.pack_into("<d", data, frame + 4, random_numbers.choice((*_VALUES, 1e300, -1.0)))
    elif way == 2:
        return bytes(data[: random_numbers.randrange(len(data))])
    elif way == 3:
        return bytes(data) + random_numbers.randbytes(random_numbers.randrange(1, 2000))
    elif way == 4:
        for _ in range(random_numbers.randrange(1, 20)):
            data[random_numbers.randrange(len(data))] = random_numbers.getrandbits(8)
    elif way == 5:
        return random_numbers.randbytes(random_numbers.randrange(2000))
    elif way == 6:
        return bytes(data[:HEADER_BYTES]) + random_numbers.randbytes(len(data) - HEADER_BYTES)
    return bytes(data)


def buffers(random_numbers: random.Random, how_many: int) -> Iterator[bytes]:
    """Yield messages, damaged and whole."""
    for _ in range(how_many):
        yield _damaged(_whole(random_numbers), random_numbers)


def main() -> None:
    """Read them all and print what came of it."""
    how_many = int(sys.argv[1]) if len(sys.argv) > 1 else _HOW_MANY
    ended: Counter[str] = Counter()
    spent_s: defaultdict[str, float] = defaultdict(float)
    for data in buffers(random.Random(0), how_many):
        began_s = time.process_time()
        try:
            frames = len(parse_landmarks(data, _WIDTH, _HEIGHT).frames)
            how = f"read, {frames} frame{'s' if frames > 1 else ''}"
        except LiveRefusalError as refused:
            how = refused.reason
        spent_s[how] += time.process_time() - began_s
        ended[how] += 1
    for how, count in ended.most_common():
        sys.stdout.write(f"{count:7} {1e6 * spent_s[how] / count:6.1f} us each  {how}\n")


if __name__ == "__main__":
    main()
