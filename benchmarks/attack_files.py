"""Attacks on what is stored: damaged and lying videos, archives made to harm; and what is left after.

    python benchmarks/attack_files.py --media 300 --archives 200 --seed 1

Every variant is made by the seed. It counts what was refused in words, what was taken, and what must not happen: a
stack trace, a lost row or file, something left behind, memory past the ceilings. The exit status is 1 if anything did.
The time that each part may take is bounded (`--minutes`); what was left out is said.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import av
import pyarrow
import pyarrow.parquet

from formcheck.errors import FormcheckError
from formcheck.intake.memory import resident_bytes
from formcheck.records.archive_file import ArchiveReader, ArchiveWriter
from formcheck.records.exchange import export_people, import_people
from formcheck.records.integrity import check
from formcheck.records.records import Records
from formcheck.records.retention import RetentionSettings
from formcheck.records.settings import RecordsSettings
from formcheck.video.proxy import write_proxy
from formcheck.video.reader import open_video
from tests.clips import SAMPLES
from tests.records.examples import ROBIN, add_example, all_rows

_PIECE: Final = 400_000
"""Bytes of a sample clip that damage is done to: its index comes first, and some seconds of pictures follow."""
_COPIED_EVERY: Final = 12
_APART_S: Final = 0.5
"""Between the pictures that are put into colours; all are decoded."""
_NAME: Final = "Zoë Quixx"
_KEEP_ALL: Final = RetentionSettings(keep_videos_days=None, keep_sets_days=None)
_WITHIN_S: Final = 60.0
"""For one variant: a worker that makes no progress for longer is a fault."""
_MOST_MB: Final = 1500
"""Resident memory of a process that reads such files one after the other."""


@dataclass
class Told:
    """What became of a part of the attack."""

    name: str
    wanted: int
    counted: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    peak_mb: float = 0.0
    took_s: float = 0.0

    @property
    def done(self) -> int:
        """Return how many were run."""
        return self.counted.total()

    def line(self) -> str:
        """Say it in a line."""
        parts = ", ".join(f"{number} {what}" for what, number in self.counted.most_common())
        return (
            f"{self.name}: {self.done} of {self.wanted} run in {self.took_s:.0f} s: {parts}. "
            f"Peak memory {self.peak_mb:.0f} MB. Faults: {len(self.faults)}."
        )


# Media ----------------------------------------------------------------------------------------------------------------


def filmed(path: Path, width: int, height: int, codec: str) -> bool:
    """Make such a film in a child, whose memory is not ours; return False where no encoder makes it."""
    child = os.fork()
    if child == 0:
        ended = 1
        try:
            _film(path, width, height, codec)
            ended = 0
        finally:
            os._exit(ended)
    return os.waitpid(child, 0)[1] == 0


def _film(path: Path, width: int, height: int, codec: str) -> None:
    options = {"preset": "ultrafast", "threads": "1", "bf": "0"} if codec == "libx264" else {}
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=30, options=options)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height = width, height
        stream.pix_fmt = {"mjpeg": "yuvj420p", "png": "rgb24"}.get(codec, "yuv420p")
        frame = av.VideoFrame(width, height, stream.pix_fmt)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        for number in range(2):
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _cut(data: bytearray, dice: random.Random) -> None:
    del data[dice.randrange(len(data)) :]


def _flip(data: bytearray, dice: random.Random) -> None:
    for _ in range(dice.choice((1, 10, 1000))):
        data[dice.randrange(len(data))] = dice.randrange(256)


def _flip_header(data: bytearray, dice: random.Random) -> None:
    for _ in range(dice.choice((1, 4, 20))):
        data[dice.randrange(min(3000, len(data)))] = dice.randrange(256)


def _zero(data: bytearray, dice: random.Random) -> None:
    first = dice.randrange(len(data))
    data[first : first + dice.choice((100, 10_000, 200_000))] = bytes(100)


def _lie(data: bytearray, dice: random.Random) -> None:
    """Have a box of the index say something else: sizes, lengths, time scales, counts of samples."""
    box = dice.choice(
        (b"mvhd", b"tkhd", b"mdhd", b"stsd", b"stts", b"stsz", b"stco", b"stsc", b"elst", b"avcC", b"avc1")
    )
    at = data.find(box)
    if at < 0:
        return
    for _ in range(dice.choice((1, 2))):
        place = at + 4 + dice.randrange(40)
        data[place : place + 4] = dice.choice(
            (b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", bytes(4), b"\0\0\xff\xff", dice.randbytes(4))
        )


def _prefix(data: bytearray, dice: random.Random) -> None:
    data[:0] = dice.choice(
        (b"#EXTM3U\nfile:///etc/passwd\n", b"\xff\xd8\xff", dice.randbytes(64), b"ffconcat version 1.0\n")
    )


_HARMS: Final = (_cut, _flip, _flip_header, _zero, _lie, _lie, _lie, _prefix)


def _media(folder: Path, dice: random.Random, wanted: int) -> Iterator[Path]:
    clips = [clip.read_bytes() for clip in sorted(SAMPLES.glob("*.mp4"))]
    huge = [("libx264", 9000, 5000), ("libx264", 8400, 16), ("mjpeg", 9000, 9000), ("mjpeg", 65_000, 16)]
    for number in range(wanted):
        path = folder / f"{number}{dice.choice(('.mp4', '.mov', '.avi', '.mkv'))}"
        if number % 60 == 30:
            codec, width, height = huge[number // 60 % len(huge)]
            film = path.with_suffix(".avi" if codec == "mjpeg" else ".mp4")
            if not filmed(film, width, height, codec):
                film.unlink(missing_ok=True)
                continue
            if dice.random() < 0.5:
                data = bytearray(film.read_bytes().replace(width.to_bytes(4, "little"), (640).to_bytes(4, "little")))
                film.write_bytes(data)
            yield film
            continue
        data = bytearray(dice.choice(clips)[:_PIECE] if dice.random() < 0.7 else dice.choice(clips))
        for _ in range(dice.choice((1, 1, 2))):
            if data:
                dice.choice(_HARMS)(data, dice)
        path.write_bytes(data)
        yield path


def _read(path: Path) -> None:
    with open_video(path, min_interval_s=_APART_S) as video:
        for _ in video:
            pass


def attack_media(told: Told, dice: random.Random, folder: Path, until_s: float) -> None:
    """Read each as a worker does before it measures: the picture's size, all frames, of some the copy for browsers."""
    for number, path in enumerate(_media(folder, dice, told.wanted)):
        copy = folder / "copy.mp4"
        began_s = time.monotonic()
        try:
            if number % _COPIED_EVERY == 0:
                write_proxy(path, copy)
            else:
                _read(path)
        except FormcheckError as error:
            told.counted["refused in words"] += 1
            if "\n" in str(error) or not error.remedy:
                told.faults.append(f"{path.name}: no sentence and remedy: {error}")
        except Exception:  # noqa: BLE001 - that is what is looked for
            told.counted["stack traces"] += 1
            told.faults.append(f"{path.name}: {traceback.format_exc(limit=-2)}")
        else:
            told.counted["read"] += 1
        if time.monotonic() - began_s > _WITHIN_S:
            told.faults.append(f"{path.name}: took {time.monotonic() - began_s:.0f} s")
        told.peak_mb = max(told.peak_mb, _peak_mb())
        copy.unlink(missing_ok=True)
        left = sorted(each.name for each in folder.iterdir() if each != path)
        if left:
            told.faults.append(f"{path.name}: left behind {left}")
        path.unlink()
        if time.monotonic() > until_s:
            return


# Archives -------------------------------------------------------------------------------------------------------------

Rows = dict[str, list[dict[str, Any]]]
_NO_MOMENTS: Final[tuple[object, ...]] = (
    "9999-12-31T23:59:59+00:00",
    "0001-01-01T00:00:00+14:00",
    "2199-01-01T00:00:00+00:00",
    "now",
    7,
)
_NO_NUMBERS: Final[tuple[object, ...]] = (1e300, -1e300, 2**70, -1, float("nan"), float("inf"), "7", [], True)
_NO_TEXTS: Final[tuple[object, ...]] = ("\0", "\ud800", "x" * 100_000, "../../etc/passwd", "=1+1", 7, None, {"a": []})


def _wrong_value(value: object, dice: random.Random) -> object:
    if isinstance(value, str) and value[4:5] == "-" and "T" in value:
        return dice.choice(_NO_MOMENTS)
    if isinstance(value, int | float):
        return dice.choice(_NO_NUMBERS)
    if isinstance(value, dict) and value and dice.random() < 0.9:
        name = dice.choice(sorted(value))
        return {**value, name: _wrong_value(value[name], dice)}
    if isinstance(value, list) and value:
        place = dice.randrange(len(value))
        return [*value[:place], _wrong_value(value[place], dice), *value[place + 1 :]]
    return dice.choice(_NO_TEXTS)


def _forge_rows(rows: Rows, dice: random.Random) -> None:
    table = dice.choice(sorted(name for name, of_table in rows.items() if of_table))
    row = dice.choice(rows[table])
    name = dice.choice(sorted(row))
    row[name] = _wrong_value(row[name], dice)


def _rewritten(source: Path, target: Path, dice: random.Random, scratch: Path) -> None:
    """Write an archive anew with a wrong value in a row, or another file under a name, all hashes right."""
    with ArchiveReader(source) as archive, zipfile.ZipFile(target, "w") as packed:
        rows = {each.name: list(archive.rows(each)) for each in archive.manifest.tables}
        if dice.random() < 0.9:
            _forge_rows(rows, dice)
        writer = ArchiveWriter(packed)
        for name, changed in rows.items():
            writer.rows(name, changed)
        for file in archive.manifest.files:
            passing = scratch / "passing"
            archive.copy(file, passing)
            writer.file(file, passing)
            passing.unlink()
        writer.manifest(archive.manifest.kind, datetime.now(UTC), archive.manifest.revision)


def _repacked(source: Path, target: Path, dice: random.Random) -> None:
    """Pack the members anew with one of them made to harm: a bomb, another name, another hash, one twice."""
    harm = dice.choice(("bomb", "bomb manifest", "traversal", "hash", "twice", "missing", "deep", "kind", "track"))
    with zipfile.ZipFile(source) as given, zipfile.ZipFile(target, "w") as packed:
        members = {info.filename: given.read(info) for info in given.infolist()}
        manifest = json.loads(members["manifest.json"])
        table = dice.choice(manifest["tables"])
        compression = zipfile.ZIP_DEFLATED
        if harm == "bomb":
            members[f"tables/{table['name']}.jsonl"] = b" " * dice.choice((10**7, 10**8))
            table["size"] = len(members[f"tables/{table['name']}.jsonl"])
        elif harm == "bomb manifest":
            manifest["filler"] = "x" * 10**8
        elif harm == "traversal":
            members["../../../tmp/formcheck-was-here"] = b"x"
            dice.choice(manifest["files"])["suffix"] = "/../../x"
        elif harm == "hash":
            dice.choice(manifest["files"])["sha256"] = dice.randbytes(32).hex()
        elif harm == "missing":
            del members[dice.choice(sorted(set(members) - {"manifest.json"}))]
        elif harm == "deep":
            manifest["tables"] = json.loads("[" * 900 + "]" * 900)
        elif harm == "kind":
            manifest["kind"] = dice.choice(("backup", "other", 7))
        elif harm == "track":
            name = next(each for each in sorted(members) if each.endswith(".parquet"))
            members[name] = _parquet_bomb()
        members["manifest.json"] = json.dumps(manifest).encode()
        for name, content in members.items():
            packed.writestr(
                name, content, compression if name.startswith(("tables", "manifest")) else zipfile.ZIP_STORED
            )
        if harm == "twice":
            packed.writestr(dice.choice(sorted(members)), b"x")


def _parquet_bomb() -> bytes:
    """Return a small Parquet file of very many rows."""
    out = io.BytesIO()
    column = pyarrow.array([0.0]).take(pyarrow.array([0] * 3_000_000))
    pyarrow.parquet.write_table(pyarrow.table({"t_s": column}), out, compression="zstd")
    return out.getvalue()


def _damaged(source: Path, target: Path, dice: random.Random) -> None:
    data = bytearray(source.read_bytes())
    dice.choice((_cut, _flip, _zero, _prefix))(data, dice)
    target.write_bytes(data)


def attack_archives(told: Told, dice: random.Random, folder: Path, until_s: float) -> None:
    """Import each where its people are known already: whatever it is, rows and files stay as they are."""
    source = Records(RecordsSettings(home=folder / "from", database_url=None))
    export_people(source, ROBIN, folder / "people.zip", [add_example(source, _NAME).person_id])
    source.close()
    records = Records(RecordsSettings(home=folder / "to", database_url=None))
    import_people(records, ROBIN, folder / "people.zip")
    before = _without_log(records)
    for number in range(told.wanted):
        target = folder / f"{number}.zip"
        kind = dice.choice(("rows", "rows", "pack", "damage"))
        if kind == "rows":
            _rewritten(folder / "people.zip", target, dice, folder)
        elif kind == "pack":
            _repacked(folder / "people.zip", target, dice)
        else:
            _damaged(folder / "people.zip", target, dice)
        try:
            import_people(records, ROBIN, target)
        except FormcheckError as error:
            told.counted["refused in words"] += 1
            if "\n" in str(error):
                told.faults.append(f"{number}: no single line: {error}")
        except Exception:  # noqa: BLE001 - that is what is looked for
            told.counted["stack traces"] += 1
            told.faults.append(f"{number} ({kind}): {traceback.format_exc(limit=-2)}")
        else:
            told.counted["taken, nothing new"] += 1
        told.peak_mb = max(told.peak_mb, _peak_mb())
        found = check(records)
        if found.problems or found.needless or _without_log(records) != before:
            told.faults.append(f"{number} ({kind}): {found.problems} {found.needless} or other rows than before")
            before = _without_log(records)
        target.unlink()
        if time.monotonic() > until_s:
            break
    if Path("/tmp/formcheck-was-here").exists():
        told.faults.append("an archive wrote outside of the data directory")
    records.close()


def _without_log(records: Records) -> object:
    rows = all_rows(records)
    del rows["audit_entry"]
    return rows, sorted(path.name for _, _, path in records.files)


# ----------------------------------------------------------------------------------------------------------------------


def _peak_mb() -> float:
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return resident_bytes() / 1e6
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1000


Attack = Callable[[Told, random.Random, Path, float], None]


def _run(attack: Attack, told: Told, seed: int, minutes: float) -> Told:
    """Run a part in a child of its own, so that its memory is its own; return what it tells."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        began_s = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="formcheck-attack-") as folder:
            attack(told, random.Random(f"{seed} {told.name}"), Path(folder), began_s + 60 * minutes)
        told.took_s = time.monotonic() - began_s
        if told.peak_mb > _MOST_MB:
            told.faults.append(f"{told.peak_mb:.0f} MB of memory")
        with os.fdopen(writer, "w") as out:
            json.dump(vars(told), out)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        said = answer.read()
    os.waitpid(child, 0)
    if not said:
        told.faults.append("the process that attacked died")
        return told
    kept = json.loads(said)
    return Told(**{**kept, "counted": Counter(kept["counted"])})


def main() -> int:
    """Attack, and say what became of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--media", type=int, default=300)
    parser.add_argument("--archives", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=4.0, help="that each part may take")
    asked = parser.parse_args()
    parts: list[tuple[Attack, Told]] = [
        (attack_media, Told("Media", asked.media)),
        (attack_archives, Told("Archives", asked.archives)),
    ]
    faults = 0
    for attack, told in parts:
        done = _run(attack, told, asked.seed, asked.minutes)
        print(done.line(), flush=True)
        for fault in done.faults[:20]:
            print(f"  {fault}", flush=True)
        faults += len(done.faults)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
