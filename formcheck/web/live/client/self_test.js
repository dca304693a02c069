/**
 * Whether this browser finds poses rightly and fast enough: it is shown a short film that is known, and every run is
 * held to landmarks that are known. Every run, since some graphics cards are right only in the first. Pure but for what
 * it is given.
 *
 * @typedef {{runs: number, ms_p50: number, ms_p90: number, worst_px: number}} SelfTest as the set-up message says it
 * @typedef {SelfTest & {worst_share: number, worst_m: number}} Tested also how far visibility and presence are off at
 *   most, and places in space
 */

import { quantile } from "./flow.js";
import { marksOf } from "./landmark_message.js";

/** Said of a run in which nobody was found, px (and m, and of shares). */
export const NOBODY_PX = 9999;
/** Of each landmark of the film: x, y, visibility, presence, x, y, z. */
const NUMBERS = 7;
/** Time from one picture of the film to the next, ms. */
const STEP_MS = 100;
/** The first runs make caches and compile: their landmarks count, their times do not. */
const WARM_UP = 5;
/** In mid-set a step is tried with so many runs: as few as tell whether it is right and fast. */
export const RUNS_IN_SET = 12;
/** No step passes whose runs take longer than this together: it is not waited for, ms. */
const PATIENCE_MS = 3000;
/** Nor one that takes so long to get warm, ms. */
const WARM_UP_MS = 15_000;

/**
 * The film goes forth and back, so that nobody jumps.
 * @param {number} run
 * @param {number} pictures in the film
 */
export function pictureOf(run, pictures) {
  const period = 2 * (pictures - 1);
  const at = run % period;
  return at < pictures ? at : period - at;
}

/**
 * @param {typeof import("./self_test_film.js").FILM} film
 * @param {string} model that finds the poses, of those that the film knows
 * @param {(picture: number, t: number) => Promise<{frame: ArrayBuffer, ms: number}>} estimate the frame's bytes as they
 *   are sent
 * @param {number} [most] runs at most
 * @returns {Promise<Tested>}
 */
export async function selfTest(film, model, estimate, most = Infinity) {
  const expected = film.expected[model];
  const times = [];
  let worst = [0, 0, 0];
  let warmUp = 0;
  let runs = 0;
  for (let run = 0; run < Math.min(most, expected.length); run += 1) {
    const { frame, ms } = await estimate(pictureOf(run, film.pictures), run * STEP_MS);
    const off = offOf(marksOf(frame), film, expected[run]);
    worst = worst.map((each, i) => Math.max(each, off[i]));
    warmUp += run < WARM_UP ? ms : 0;
    if (run >= WARM_UP) times.push(ms);
    runs += 1;
    if (warmUp > WARM_UP_MS || times.reduce((sum, each) => sum + each, 0) > PATIENCE_MS) break;
  }
  if (times.length === 0) times.push(warmUp);
  times.sort((a, b) => a - b);
  const [px, share, m] = worst;
  return {
    runs, ms_p50: round(quantile(times, 0.5)), ms_p90: round(quantile(times, 0.9)),
    worst_px: round(px), worst_share: round(share, 3), worst_m: round(m, 3),
  };
}

/**
 * How far landmarks of the film's first picture, looked at by itself, lie from where they should, px.
 * @param {number[][]|null} points x, y of each
 */
export function offInFirst(points, film, model) {
  return offOf(points, film, film.expected[model][0])[0];
}

/** How far off they are at most: px of a picture 640 wide, shares, m. @param {number[][]|null} marks */
function offOf(marks, { width, marks: looked }, expected) {
  if (marks === null) return [NOBODY_PX, NOBODY_PX, NOBODY_PX];
  const offs = looked.map((mark, i) => {
    const [x, y, seen, present, ...world] = expected.slice(NUMBERS * i, NUMBERS * (i + 1));
    const is = marks[mark];
    return [
      (640 / width) * Math.hypot(is[0] - x, is[1] - y),
      Math.max(Math.abs(is[2] - seen), Math.abs(is[3] - present)),
      Math.hypot(...world.map((each, axis) => is[4 + axis] - each)),
    ];
  });
  return [0, 1, 2].map((kind) => Math.max(...offs.map((off) => (
    Number.isFinite(off[kind]) ? Math.min(off[kind], NOBODY_PX) : NOBODY_PX))));
}

function round(value, digits = 2) {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
