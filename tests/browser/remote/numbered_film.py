"""A film whose frames have their number painted in, which is read where they are shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

FILM_FRAMES: Final = 600
WIDTH, HEIGHT = 640, 360
_BITS: Final = 12
_CELLS: Final = 16
"""The film's upper edge has so many cells; the number takes the first of them."""
NUMBER_OF: Final = """
(source, w, h) => {
  window.cells ??= new OffscreenCanvas(CELLS, 1).getContext("2d", { willReadFrequently: true });
  window.cells.drawImage(source, 0, h * 0.01, w, h * 0.06, 0, 0, CELLS, 1);
  const { data } = window.cells.getImageData(0, 0, CELLS, 1);
  let gray = 0;
  for (let i = 0; i < BITS; i += 1) gray = gray * 2 + (data[4 * i] > 127 ? 1 : 0);
  let number = gray;
  for (let shift = gray >> 1; shift > 0; shift >>= 1) number ^= shift;
  return number;
}
""".replace("CELLS", str(_CELLS)).replace("BITS", str(_BITS))
"""A function in JavaScript: of a picture of the film, and its size (px), its number."""


def numbered_film(out: Path, *, fps: int = 30, paint: Callable[[NDArray[np.uint8]], object] | None = None) -> Path:
    """Write a film whose frames have their number painted in Gray code, for a camera that shows it.

    Parameters
    ----------
    out
        The file to write.
    fps
        Of the film.
    paint
        Paints more into each grey picture, shape (360, 640), below the number.
    """
    cell = WIDTH // _CELLS
    with out.open("wb") as film:
        film.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{fps}:1 Ip A1:1 C420jpeg\n".encode())
        colour = np.full((HEIGHT // 2, WIDTH), 128, np.uint8).tobytes()
        for number in range(FILM_FRAMES):
            luma = np.full((HEIGHT, WIDTH), 110, np.uint8)
            gray = number ^ (number >> 1)
            for i in range(_BITS):
                luma[: HEIGHT // 12, i * cell : (i + 1) * cell] = 235 if gray >> (_BITS - 1 - i) & 1 else 16
            if paint is None:
                at = number * 7 % (WIDTH - 60)
                luma[200:260, at : at + 60] = 200
            else:
                paint(luma)
            film.write(b"FRAME\n" + luma.tobytes() + colour)
    return out
