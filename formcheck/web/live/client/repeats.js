/**
 * Whether a picture is the one before it again, as of a camera that hangs: the same answers as `RepeatWatch` in
 * `formcheck/video/motion.py`, which says why. Both are held to the same answers (tests/video/test_repeats_js.py). Pure.
 */

const WIDTH_PX = 320;
const BLOCK_PX = 4;
const SAME_LEVELS = 2;

/** Tells repetitions in one stream. */
export class RepeatWatch {
  constructor() {
    this.forget();
  }

  /** Another stream begins. */
  forget() {
    this.first = null;
  }

  /** @param {{width: number, height: number, data: ArrayLike<number>}} picture RGBA @returns {boolean} */
  isRepeated(picture) {
    const now = blocksOf(picture);
    const isSame = this.first !== null && this.first.length === now.length
      && now.every((level, i) => Math.abs(level - this.first[i]) <= SAME_LEVELS);
    if (!isSame) this.first = now;
    return isSame;
  }
}

/** Mean green of blocks of a small copy of a picture. */
function blocksOf({ width, height, data }) {
  const step = Math.max(1, Math.floor(width / WIDTH_PX));
  const across = blocksAlong(Math.ceil(width / step));
  const down = blocksAlong(Math.ceil(height / step));
  const sums = new Float64Array(across.blocks * down.blocks);
  const line = new Float64Array(across.blocks + 1);
  for (let row = 0; row < down.block.length; row += 1) {
    line.fill(0);
    for (let column = 0; column < across.block.length; column += 1) {
      const green = data[4 * (row * step * width + column * step) + 1];
      line[across.block[column]] += across.share[column] * green;
      line[across.block[column] + 1] += across.next[column] * green;
    }
    const at = down.block[row] * across.blocks;
    for (let i = 0; i < across.blocks; i += 1) {
      sums[at + i] += down.share[row] * line[i];
      if (down.next[row] > 0) sums[at + across.blocks + i] += down.next[row] * line[i];
    }
  }
  return sums.map(roundHalfEven);
}

/** For each of so many pixels the block that it begins in, and its shares of this one and of the next. */
function blocksAlong(pixels) {
  const blocks = Math.max(1, Math.floor(pixels / BLOCK_PX));
  const size = pixels / blocks;
  const block = Int32Array.from({ length: pixels }, (_, i) => Math.min(Math.floor((i + 1e-9) / size), blocks - 1));
  const here = Float64Array.from(block, (each, i) => Math.min(1, (each + 1) * size - i));
  const next = here.map((part, i) => (block[i] + 1 < blocks && part < 1 - 1e-9 ? (1 - part) / size : 0));
  return { blocks, block, share: here.map((part) => part / size), next };
}

function roundHalfEven(value) {
  const below = Math.floor(value);
  const rest = value - below;
  if (Math.abs(rest - 0.5) < 1e-9) return below + (below % 2);
  return rest < 0.5 ? below : below + 1;
}
