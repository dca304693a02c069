"""What stands at the head and the foot of documents: the clinic with its logo, who signs, the size of the paper."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import numpy as np

from formcheck.errors import OutputError
from formcheck.report.plain_text import one_line, paragraphs

MOST_LOGO_BYTES: Final = 2_000_000
_MOST_LOGO_PX: Final = 20_000_000
"""Of the picture that comes: what it would unpack to is known before it is unpacked."""
_LOGO_PX: Final = (1200, 600)
"""Width and height that are kept: 10 x 5 cm at 300 dots an inch."""
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8\xff"
_SCAN: Final = b"\xff\xda"
_MOST_SCANS: Final = 40
"""A progressive JPEG has about 10; each goes over the whole picture."""
_OTHER_LOGO: Final = "Choose a PNG or JPEG of at most 2 MB and 20 megapixels; an SVG can be saved as PNG first."
_MOST_ADDRESS_LINES: Final = 6
_LONGEST_LINE: Final = 200


class Paper(StrEnum):
    """What documents are printed on."""

    A4 = "a4"
    LETTER = "letter"

    @property
    def label(self) -> str:
        """What people call it."""
        return "A4" if self is Paper.A4 else "Letter"

    @property
    def typst_name(self) -> str:
        """What typst calls it."""
        return "a4" if self is Paper.A4 else "us-letter"


@dataclass(frozen=True)
class Letterhead:
    """The clinic and who signs. What is empty is left out; texts are plain, and on one line each."""

    paper: Paper = Paper.A4
    clinic: str = ""
    address: tuple[str, ...] = ()
    """In lines."""
    logo_png: bytes = field(default=b"", repr=False)
    """As `checked_logo` returned it."""
    signer: str = ""
    """Who signs; empty for a document that nobody signs."""
    signer_title: str = ""

    def __post_init__(self) -> None:
        for name in ("clinic", "signer", "signer_title"):
            object.__setattr__(self, name, one_line(getattr(self, name), _LONGEST_LINE))
        lines = tuple(one_line(line, _LONGEST_LINE) for each in self.address for line in paragraphs(each))
        object.__setattr__(self, "address", lines[:_MOST_ADDRESS_LINES])

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show at the head."""
        return not (self.clinic or self.address or self.logo_png)


def checked_logo(data: bytes) -> bytes:
    """Return a logo drawn anew as PNG: nothing of the file that came but its pixels.

    Parameters
    ----------
    data
        A PNG or JPEG file, whatever it is called.

    Raises
    ------
    OutputError
        If it is neither, too large, or cannot be read.
    """
    import cv2  # documents without a logo do without

    if len(data) > MOST_LOGO_BYTES:
        raise OutputError(f"The logo has {len(data) / 1e6:.1f} MB.", _OTHER_LOGO)
    size = picture_size_px(data)
    if size is None:
        raise OutputError("The logo is neither a PNG nor a JPEG.", _OTHER_LOGO)
    if not 0 < size[0] * size[1] <= _MOST_LOGO_PX:
        raise OutputError(f"The logo has {size[0]} x {size[1]} pixels.", _OTHER_LOGO)
    try:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        picture = None
    if picture is None or picture.size == 0:
        raise OutputError("The logo cannot be read: the file is damaged.", _OTHER_LOGO)
    if picture.dtype != np.uint8:
        picture = (picture.astype(np.float64) / np.iinfo(picture.dtype).max * 255).round().astype(np.uint8)
    scale = min(1.0, _LOGO_PX[0] / picture.shape[1], _LOGO_PX[1] / picture.shape[0])
    if scale < 1.0:
        smaller = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
        picture = cv2.resize(picture, smaller, interpolation=cv2.INTER_AREA)
    return cv2.imencode(".png", picture)[1].tobytes()


def picture_size_px(data: bytes) -> tuple[int, int] | None:
    """Return width and height as the file says them, without unpacking anything; None for what is no PNG or JPEG."""
    if data.startswith(_PNG) and data[12:16] == b"IHDR" and len(data) >= 24:
        return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    if not data.startswith(_JPEG) or data.count(_SCAN) > _MOST_SCANS:
        return None
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        kind, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if 0xC0 <= kind <= 0xC2:  # baseline, extended and progressive frames (ITU-T T.81, table B.1)
            return int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
        at += 2 + length
    return None
