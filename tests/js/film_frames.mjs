// Frames as a worker would send them of the film of the self-test.
import { landmarkFrame } from "../../formcheck/web/live/client/landmark_message.js";
import { FILM } from "../../formcheck/web/live/client/self_test_film.js";

const LANDMARKS = 33;

/**
 * What is expected of a run with a model, so far off.
 * @param {Object} film as `FILM` @param {string} model @param {number} run
 * @param {{px?: number, seen?: number, present?: number, m?: number, mark?: number|null}} [off] of one landmark, or of all
 */
export function expectedFrame(film, model, run, { px = 0, seen = 0, present = 0, m = 0, mark = null } = {}) {
  const found = {
    image: new Float32Array(2 * LANDMARKS), world: new Float32Array(3 * LANDMARKS),
    visibility: new Float32Array(LANDMARKS), presence: new Float32Array(LANDMARKS),
  };
  film.marks.forEach((each, i) => {
    const share = mark === null || mark === each ? 1 : 0;
    const [x, y, visible, inside, ...world] = film.expected[model][run].slice(7 * i, 7 * (i + 1));
    found.image.set([(x + share * px) / film.width, y / film.height], 2 * each);
    found.visibility[each] = visible - share * seen;
    found.presence[each] = inside - share * present;
    found.world.set([world[0], world[1], world[2] + share * m], 3 * each);
  });
  return landmarkFrame({ t: run, luma: 1, people: null, covered: null, found }, film);
}

export const framesOf = (model, run, off) => expectedFrame(FILM, model, Math.min(run, FILM.expected[model].length - 1), off);
