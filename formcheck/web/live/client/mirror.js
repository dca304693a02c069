/**
 * Looks into the mirror: a pose model does not read a picture and its mirror image alike, and in the mean of both what it
 * favours is gone. When to look is as in `formcheck/pose/balance.py`, which says why, number by number; what becomes of
 * it is done there (tests/pose/test_mirror_js.py). Pure.
 */

const EVERY_FRAMES = 30;
const AT_MOST_MS = 1000;
const FEWEST_FRAMES = 8;
const HIPS = Object.freeze([23, 24]);

/** Says at which frames of somebody the mirror image is looked at too. */
export class MirrorSchedule {
  constructor() {
    this.reset();
  }

  /** Somebody is found anew. */
  reset() {
    this.since = 0;
    this.lookedAt = null;
  }

  /** Whether this is a frame to look at, which is asked of each, in order. @param {number} t ms */
  isDue(t) {
    this.since += 1;
    const isLate = this.lookedAt !== null && t - this.lookedAt >= AT_MOST_MS && this.since >= FEWEST_FRAMES;
    if (this.lookedAt !== null && this.since < EVERY_FRAMES && !isLate) return false;
    this.since = 0;
    this.lookedAt = t;
    return true;
  }
}

/** The pixels of a picture, left for right. @param {{data: Uint8ClampedArray, width: number}} picture RGBA */
export function mirrored({ data, width }) {
  const pixels = new Uint32Array(data.slice().buffer);
  for (let row = 0; row < pixels.length; row += width) pixels.subarray(row, row + width).reverse();
  return new Uint8ClampedArray(pixels.buffer);
}

/**
 * Who of those in a mirror image is the person of the picture: whose hips are nearest.
 * @param {{x: number, y: number}[][]} people shares of the mirror image
 * @param {number[][]} points x, y of the person in the picture, px
 * @param {{width: number, height: number}} size @returns {number|null} null where nobody is found
 */
export function nearest(people, points, { width, height }) {
  const away = people.map((person) => HIPS.reduce((sum, hip) => {
    // What is left in the picture is right in its mirror image.
    const [x, y] = points[HIPS[0] + HIPS[1] - hip];
    return sum + Math.hypot(width * (1 - person[hip].x) - x, height * person[hip].y - y);
  }, 0));
  return away.length === 0 ? null : away.indexOf(Math.min(...away));
}
