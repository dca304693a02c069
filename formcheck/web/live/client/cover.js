/**
 * Which joints are covered by something, told from the picture around them: the same as `formcheck/pose/covered.py`,
 * which says why, number by number. Both are held to the same answers on every frame (tests/pose/test_cover_js.py).
 * Pure: pixels in, booleans out.
 */

import { WATCHED } from "./contract.js";

/** Shoulder, hip, knee and ankle of each side. */
const LEGS = Object.freeze([[11, 23, 25, 27], [12, 24, 26, 28]]);

const SIDE = 8;
const CORE = 4;
const FINE = 2;
const REACH_LEG = 0.1;
const TRUNKS_TO_LEG = 1.4;
const LOOK_BACK_S = 0.12;
const LEARN_S = 0.5;
const MORE = 12;
const FIRST_USUAL = 20;
const FORGET_S = 4;
const KEEP_EVERY_S = 0.3;
const KEPT = 24;
const NEW_SHARE = 0.75;
const NEW_SHARE_OF_CHANGE = 0.5;
const BACK_SHARE = 0.6;
const LIKE_TIMES = 1.5;
const BACK_S = 0.06;
const BELIEVED = 2;
const AT_MOST_S = 10;
const LEAST_VISIBILITY = 0.5;
const SAID_BACK_S = 0.2;
const WALKS_LEG = 0.12;
const WALKS_SHARE = 0.6;
const HOP_LEG = 0.2;
const GRID = 24;
const OTHER_LIGHT = 14;
const OTHER_PICTURE = 0.7;

const CELLS = SIDE * SIDE;
const CORE_CELLS = CORE * CORE;
const PLACES = (SIDE - CORE + 1) ** 2;
/** For each place of a core in a region, the region's cells that it lies on. */
const CELLS_OF_PLACE = cellsOfPlace();
const MIDDLE = (SIDE - CORE) / 2;

function cellsOfPlace() {
  const cells = new Uint8Array(PLACES * CORE_CELLS);
  let at = 0;
  for (let top = 0; top <= SIDE - CORE; top += 1) {
    for (let left = 0; left <= SIDE - CORE; left += 1) {
      for (let row = 0; row < CORE; row += 1) {
        for (let column = 0; column < CORE; column += 1) {
          cells[at] = (top + row) * SIDE + left + column;
          at += 1;
        }
      }
    }
  }
  return cells;
}

/**
 * @typedef {{width: number, height: number, data: Uint8ClampedArray|Uint8Array}} Picture RGBA, as ImageData
 * @typedef {{t: number, cores: Int16Array[], at: number[][], picture: {rows: number, columns: number,
 *   green: Uint8Array}}} Moment
 */

/** Follows the looks of one person's leg joints from frame to frame; serves one video or stream. */
export class CoverWatch {
  constructor() {
    this.forget();
  }

  /** Start afresh: nobody was found, or nothing can be compared with what was before. */
  forget() {
    const all = (value) => new Array(WATCHED.length).fill(value);
    /** @type {Moment[]} */
    this.recent = [];
    /** @type {Int16Array[][]} */
    this.kept = WATCHED.map(() => []);
    this.keptAt = all(-Infinity);
    this.usual = all(FIRST_USUAL);
    this.shownAt = all(Infinity);
    this.seenFrom = all(Infinity);
    this.learntAt = all(Infinity);
    this.isCovered = all(false);
    this.coveredFrom = all(0);
    this.differs = all(0);
    this.likeBeforeFrom = all(Infinity);
  }

  /**
   * @param {number} t s, after that of the frame before
   * @param {Picture} picture
   * @param {number[][]} points 33 of x, y in pixels of the picture; finite
   * @param {ArrayLike<number>} visibility of 33, the model's own belief, without lag
   * @returns {boolean[]} of each in `WATCHED`
   */
  covered(t, picture, points, visibility) {
    const at = WATCHED.map((mark) => points[mark]);
    const leg = legPx(points);
    const regions = at.map((point) => region(picture, point, leg));
    const now = { t, cores: regions.map(coreOf), at, picture: coarse(picture) };
    if (this.recent.length && this.#isAnotherScene(now, leg)) this.forget();
    const shown = at.map(([x, y], j) => visibility[WATCHED[j]] >= LEAST_VISIBILITY
      && x >= 0 && y >= 0 && x < picture.width && y < picture.height);
    for (let j = 0; j < WATCHED.length; j += 1) {
      if (shown[j] && t - this.shownAt[j] > SAID_BACK_S) this.isCovered[j] = false;
      if (shown[j]) this.shownAt[j] = t;
      this.seenFrom[j] = shown[j] ? Math.min(this.seenFrom[j], t) : Infinity;
      this.learntAt[j] = shown[j] ? Math.min(this.learntAt[j], t + LEARN_S) : Infinity;
    }
    const change = regions.map((each, j) => this.#change(j, each));
    for (let j = 0; j < WATCHED.length; j += 1) if (shown[j]) this.#judge(j, now, regions[j], change[j]);
    this.recent.push(now);
    while (t - this.recent[0].t > LOOK_BACK_S) this.recent.shift();
    return this.isCovered.map((each, j) => each && shown[j]);
  }

  #isAnotherScene(now, leg) {
    const before = this.recent[0];
    if (before.picture.rows !== now.picture.rows || before.picture.columns !== now.picture.columns) return true;
    const cells = now.picture.green.length;
    let other = 0;
    for (let i = 0; i < cells; i += 1) {
      if (Math.abs(now.picture.green[i] - before.picture.green[i]) > OTHER_LIGHT) other += 1;
    }
    if (other / cells > OTHER_PICTURE) return true;
    if (share(this.isCovered) > WALKS_SHARE) return false;
    // All at once is no walk: the estimator went over to somebody else, and those joints are not this person's.
    const path = [...this.recent, now];
    return share(WATCHED.map((_, j) => {
      let longest = 0;
      for (let i = 1; i < path.length; i += 1) longest = Math.max(longest, distance(path[i].at[j], path[i - 1].at[j]));
      return distance(now.at[j], before.at[j]) > WALKS_LEG * leg && longest < HOP_LEG * leg;
    })) > WALKS_SHARE;
  }

  /** By how much a joint differs from a moment before and from the last frame; the larger. */
  #change(j, cells) {
    let change = 0;
    if (this.recent.length === 0) return change;
    for (const moment of new Set([this.recent[0], this.recent[this.recent.length - 1]])) {
      if (this.seenFrom[j] <= moment.t) change = Math.max(change, difference(cells, moment.cores[j]));
    }
    return change;
  }

  /** Say whether joint `j` is covered, from its looks in this frame and its change since just now. */
  #judge(j, now, cells, change) {
    const limit = this.usual[j] + MORE;
    const watched = this.coveredFrom[j] - this.learntAt[j] + LEARN_S;
    if (this.isCovered[j] && now.t - this.coveredFrom[j] > Math.min(AT_MOST_S, BELIEVED * watched)) {
      this.kept[j] = [];
      this.isCovered[j] = false;
      this.learntAt[j] = now.t + LEARN_S;
      this.keptAt[j] = -Infinity;
    }
    if (this.isCovered[j]) {
      const differs = this.#differsFromKept(j, cells);
      if (differs >= Math.min(BACK_SHARE * this.differs[j], LIKE_TIMES * limit)) {
        this.differs[j] = Math.max(differs, this.differs[j]);
        this.likeBeforeFrom[j] = Infinity;
        return;
      }
      this.likeBeforeFrom[j] = Math.min(this.likeBeforeFrom[j], now.t);
      if (now.t - this.likeBeforeFrom[j] >= BACK_S) {
        this.isCovered[j] = false;
        this.seenFrom[j] = now.t;
      }
      return;
    }
    if (now.t >= this.learntAt[j] && change > limit) {
      const differs = this.#differsFromKept(j, cells);
      if (differs > Math.max(NEW_SHARE_OF_CHANGE * change, NEW_SHARE * limit)) {
        this.isCovered[j] = true;
        this.coveredFrom[j] = now.t;
        this.differs[j] = differs;
        this.likeBeforeFrom[j] = Infinity;
        return;
      }
    }
    const passed = this.recent.length ? now.t - this.recent[this.recent.length - 1].t : 0;
    this.usual[j] = Math.max(change, this.usual[j] * Math.exp(-passed / FORGET_S));
    if (now.t - this.keptAt[j] >= KEEP_EVERY_S) {
      this.kept[j].push(now.cores[j]);
      if (this.kept[j].length > KEPT) this.kept[j].shift();
      this.keptAt[j] = now.t;
    }
  }

  #differsFromKept(j, cells) {
    return Math.min(...this.kept[j].map((core) => difference(cells, core)));
  }
}

function share(booleans) {
  return booleans.filter(Boolean).length / booleans.length;
}

function distance(a, b) {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

/** The length of a leg, from whichever of legs and trunk shows it longest. */
function legPx(points) {
  return Math.max(...LEGS.flatMap(([shoulder, hip, knee, ankle]) => [
    distance(points[hip], points[knee]) + distance(points[knee], points[ankle]),
    TRUNKS_TO_LEG * distance(points[shoulder], points[hip]),
  ]));
}

/** The picture around a point in cells: three colours after each other, each row by row. */
function region({ width, height, data }, [x, y], leg) {
  const n = SIDE * FINE;
  const columns = new Int32Array(n);
  const rows = new Int32Array(n);
  for (let i = 0; i < n; i += 1) {
    const step = ((i - (n - 1) / 2) / (n / 2)) * REACH_LEG * leg;
    columns[i] = Math.min(Math.max(x + step, 0), width - 1);
    rows[i] = Math.min(Math.max(y + step, 0), height - 1);
  }
  const cells = new Int16Array(3 * CELLS);
  for (let row = 0; row < SIDE; row += 1) {
    for (let column = 0; column < SIDE; column += 1) {
      const top = rows[2 * row] * width;
      const below = rows[2 * row + 1] * width;
      const left = columns[2 * column];
      const right = columns[2 * column + 1];
      for (let colour = 0; colour < 3; colour += 1) {
        const sum = data[4 * (top + left) + colour] + data[4 * (top + right) + colour]
          + data[4 * (below + left) + colour] + data[4 * (below + right) + colour];
        cells[colour * CELLS + row * SIDE + column] = sum >> 2;
      }
    }
  }
  return cells;
}

/** The middle of a region, which is what is kept. */
function coreOf(cells) {
  const core = new Int16Array(3 * CORE_CELLS);
  for (let colour = 0; colour < 3; colour += 1) {
    for (let row = 0; row < CORE; row += 1) {
      for (let column = 0; column < CORE; column += 1) {
        core[colour * CORE_CELLS + row * CORE + column] = cells[
          colour * CELLS + (row + MIDDLE) * SIDE + column + MIDDLE];
      }
    }
  }
  return core;
}

/** The green of a coarse grid over the picture. */
function coarse({ width, height, data }) {
  const down = Math.max(1, Math.floor(height / GRID));
  const across = Math.max(1, Math.floor(width / GRID));
  const rows = Math.ceil(height / down);
  const columns = Math.ceil(width / across);
  const green = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      green[row * columns + column] = data[4 * (row * down * width + column * across) + 1];
    }
  }
  return { rows, columns, green };
}

/** How far a core is from the likest place in a region: mean absolute difference in the worst colour. */
function difference(cells, core) {
  let least = Infinity;
  for (let place = 0; place < PLACES; place += 1) {
    let worst = 0;
    for (let colour = 0; colour < 3 && worst < least; colour += 1) {
      let sum = 0;
      for (let cell = 0; cell < CORE_CELLS; cell += 1) {
        sum += Math.abs(cells[colour * CELLS + CELLS_OF_PLACE[place * CORE_CELLS + cell]]
          - core[colour * CORE_CELLS + cell]);
      }
      worst = Math.max(worst, sum);
    }
    least = Math.min(least, worst);
  }
  return least / CORE_CELLS;
}
