/**
 * How many people are in view: the same decision as `formcheck/pose/people.py` and `PoseEstimator.people_in_view`, which
 * say why, number by number. Both are held to the same answers (tests/pose/test_people_js.py). Pure.
 *
 * @typedef {{left: number, top: number, right: number, bottom: number}} Box px of the picture; it may reach outside
 */

const COMPARABLE_HEIGHT_RATIO = 0.6;
const SAME_PERSON_IOU = 0.5;
const SQUARE = 1.5;
const STEP = 0.65;
/** How often it is looked in these stages, ms: `web/live/limits.py` has the same for pictures. */
const EVERY_MS = Object.freeze({ setup: 1000, set: 10_000 });

/** Says at which pictures to look. */
export class PeopleSchedule {
  constructor() {
    this.reset();
  }

  reset() {
    this.lookedAt = null;
  }

  /** Whether this is a picture to look at; it is then taken for looked at. @param {number} t ms @param {string} stage */
  isDue(t, stage) {
    const everyMs = EVERY_MS[stage];
    if (everyMs === undefined || (this.lookedAt !== null && t - this.lookedAt < everyMs)) return false;
    this.lookedAt = t;
    return true;
  }
}

/** The rectangle around points. @param {ArrayLike<number>[]} points x, y @returns {Box} */
export function boxOf(points) {
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const [x, y] of points) {
    box.left = Math.min(box.left, x);
    box.top = Math.min(box.top, y);
    box.right = Math.max(box.right, x);
    box.bottom = Math.max(box.bottom, y);
  }
  return box;
}

/** Those of a size comparable to the largest, each once, largest first. @param {Box[]} boxes @returns {Box[]} */
export function comparablePeople(boxes) {
  const people = [];
  for (const box of [...boxes].sort((a, b) => height(b) - height(a))) {
    if (people.length > 0 && height(box) < COMPARABLE_HEIGHT_RATIO * height(people[0])) break;
    if (people.every((person) => overlap(box, person) <= SAME_PERSON_IOU)) people.push(box);
  }
  return people;
}

/** Squares of a picture in which to look for people of the size of one who is known. @param {Box} known @returns {Box[]} */
export function squaresBeside(known, wide, high) {
  const side = Math.min(SQUARE * height(known), Math.max(wide, high));
  const top = Math.min(Math.max(0, (known.top + known.bottom - side) / 2), Math.max(0, high - side));
  const steps = Math.max(1, Math.ceil((wide - side) / (STEP * side)) + 1);
  const room = Math.max(0, wide - side);
  return Array.from({ length: steps }, (_, i) => {
    const left = steps === 1 ? 0 : (room * i) / (steps - 1);
    return { left, top, right: left + side, bottom: top + side };
  });
}

/** One look at one picture, square by square, so that no frame waits for all of them. */
export class PeopleLook {
  /** @param {ImageData} picture its own from now on @param {Box|null} known where somebody is known to be */
  constructor(picture, known) {
    this.known = known;
    const { width, height: high } = picture;
    this.picture = known === null ? picture : without(picture, known);
    this.squares = known === null ? [{ left: 0, top: 0, right: width, bottom: high }]
      : squaresBeside(known, width, high);
    /** @type {Box[]} */
    this.found = known === null ? [] : [known];
  }

  get isOver() {
    return this.squares.length === 0;
  }

  /** @returns {number} people of a size comparable to the largest */
  get count() {
    return comparablePeople(this.found).length;
  }

  /**
   * Look at the next square.
   * @param {(picture: {data: Uint8ClampedArray, width: number, height: number}) => number[][][]} find the landmarks of
   *   everybody in a picture, x, y as shares of it
   */
  next(find) {
    const square = this.squares.shift();
    const cut = this.known === null ? { picture: this.picture, left: 0, top: 0 } : crop(this.picture, square);
    const { width, height: high } = cut.picture;
    for (const person of find(cut.picture)) {
      this.found.push(boxOf(person.map(([x, y]) => [x * width + cut.left, y * high + cut.top])));
    }
  }
}

function height({ top, bottom }) {
  return bottom - top;
}

function overlap(a, b) {
  const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  if (across <= 0 || down <= 0) return 0;
  const area = (box) => (box.right - box.left) * height(box);
  const shared = across * down;
  return shared / (area(a) + area(b) - shared);
}

/** Rows and columns that a box covers. */
function pixelsOf({ left, top, right, bottom }, { width, height: high }) {
  const within = (value, most) => Math.max(0, Math.min(most, value));
  return {
    top: Math.max(0, Math.floor(top)), bottom: within(Math.ceil(bottom), high),
    left: Math.max(0, Math.floor(left)), right: within(Math.ceil(right), width),
  };
}

/** The picture with its mean colour where somebody is known to be. */
function without(picture, known) {
  const { width, height: high } = picture;
  const data = new Uint8ClampedArray(picture.data);
  const sums = [0, 0, 0];
  for (let at = 0; at < data.length; at += 4) for (let c = 0; c < 3; c += 1) sums[c] += data[at + c];
  const mean = sums.map((sum) => Math.floor(sum / (width * high)));
  const { top, bottom, left, right } = pixelsOf(known, picture);
  for (let row = top; row < bottom; row += 1) {
    for (let column = left; column < right; column += 1) data.set(mean, 4 * (row * width + column));
  }
  return { data, width, height: high };
}

function crop(picture, box) {
  const { top, bottom, left, right } = pixelsOf(box, picture);
  const width = right - left;
  const data = new Uint8ClampedArray(4 * width * (bottom - top));
  for (let row = top; row < bottom; row += 1) {
    const from = 4 * (row * picture.width + left);
    data.set(picture.data.subarray(from, from + 4 * width), 4 * (row - top) * width);
  }
  return { picture: { data, width, height: bottom - top }, left, top };
}
