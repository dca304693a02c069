/**
 * Whether this browser finds poses rightly and fast enough: it is shown a short film that is known, and every run is
 * held to landmarks that are known. Every run, since some graphics cards are right only in the first. Pure but for what
 * it is given.
 *
 * @typedef {{runs: number, ms_p50: number, ms_p90: number, worst_px: number}} SelfTest as the set-up message says it
 */

import { WATCHED } from "./cover.js";
import { quantile } from "./flow.js";

/** Said of a run in which nobody was found, px. */
export const NOBODY_PX = 9999;
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
 * @param {{pictures: number, width: number, height: number, expected: number[][]}} film what is expected of each run: x, y
 *   of each in `WATCHED`, px
 * @param {(picture: number, t: number) => Promise<{points: number[][]|null, ms: number}>} estimate
 * @param {number} [most] runs at most
 * @returns {Promise<SelfTest>}
 */
export async function selfTest(film, estimate, most = film.expected.length) {
  const times = [];
  let worst = 0;
  let warmUp = 0;
  let runs = 0;
  for (let run = 0; run < Math.min(most, film.expected.length); run += 1) {
    const { points, ms } = await estimate(pictureOf(run, film.pictures), run * STEP_MS);
    worst = Math.max(worst, points === null ? NOBODY_PX : farthest(points, film.expected[run], 640 / film.width));
    warmUp += run < WARM_UP ? ms : 0;
    if (run >= WARM_UP) times.push(ms);
    runs += 1;
    if (warmUp > WARM_UP_MS || times.reduce((sum, each) => sum + each, 0) > PATIENCE_MS) break;
  }
  if (times.length === 0) times.push(warmUp);
  times.sort((a, b) => a - b);
  return {
    runs, ms_p50: round(quantile(times, 0.5)), ms_p90: round(quantile(times, 0.9)),
    worst_px: round(worst),
  };
}

/**
 * How far landmarks of the film's first picture, looked at by itself, lie from where they should, px.
 * @param {number[][]|null} points
 */
export function offInFirst(points, film) {
  return points === null ? NOBODY_PX : farthest(points, film.expected[0], 640 / film.width);
}

/** The farthest that a leg's landmark lies from where it should, px of a picture 640 wide. */
function farthest(points, expected, scale) {
  return Math.max(...WATCHED.map((mark, i) => {
    const away = scale * Math.hypot(points[mark][0] - expected[2 * i], points[mark][1] - expected[2 * i + 1]);
    return Number.isFinite(away) ? Math.min(away, NOBODY_PX) : NOBODY_PX;
  }));
}

function round(value) {
  return Math.round(value * 100) / 100;
}
