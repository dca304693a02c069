/**
 * What gives way when the uplink is narrow: the picture's size, then its rate, then the picture. Sound is never touched,
 * and measures go on. Pure: times come in, nothing here looks at a clock.
 *
 * @typedef {Object} Step
 * @property {number} longSide of the video that is sent, px
 * @property {number} fps
 * @property {number} kbps most that its encoder may take
 * @property {boolean} video whether there is any
 * @property {number} picturesLongSide of the pictures that are sent to be analysed, where landmarks are not, px
 * @property {number} picturesFps
 * @property {string} words what is said of the step
 */

/** @type {readonly Step[]} best first */
export const STEPS = Object.freeze([
  { longSide: 640, fps: 30, kbps: 1000, picturesLongSide: 640, picturesFps: 25, words: "Full picture" },
  { longSide: 480, fps: 30, kbps: 450, picturesLongSide: 480, picturesFps: 14, words: "Smaller picture" },
  { longSide: 320, fps: 24, kbps: 220, picturesLongSide: 360, picturesFps: 12, words: "Small picture" },
  { longSide: 320, fps: 12, kbps: 110, picturesLongSide: 360, picturesFps: 10, words: "Small picture, fewer a second" },
  { longSide: 320, fps: 12, kbps: 0, picturesLongSide: 360, picturesFps: 8, words: "Picture off, sound goes on" },
].map((step) => Object.freeze({ ...step, video: step.kbps > 0 })));

/** What the call and the pictures to be analysed take together where the call begins, kb/s (measured: 450 and 1140). */
const WITH_PICTURES_KBPS = 1600;

/** Whether a line is too narrow for pictures to be sent beside the call. @param {number|null} uplinkKbps null: not measured */
export function isTooNarrowForPictures(uplinkKbps) {
  return uplinkKbps !== null && uplinkKbps < WITH_PICTURES_KBPS;
}

/** A call begins here, until the line has shown what it carries. */
export const FIRST = 1;
/** Trouble lasts this long before a step down, ms. */
export const DOWN_AFTER_MS = 3000;
/** All is well for this long before a step up, ms. */
export const UP_AFTER_MS = 15_000;
/** A connection's encoder begins low, and says so: for this long it tells nothing of the line, ms. */
export const SETTLES_MS = 3000;
/** What lies between two looks further apart than this was not seen, and counts as neither, ms. */
const UNSEEN_MS = 2500;
/** After a step up that did not hold, at most this, ms. */
const UP_LATEST_MS = 30_000;
/** A step up that is taken back within this did not hold, ms. */
const HOLDS_MS = 12_000;
/** A picture and its answer that are on their way for longer than this are late, ms. */
export const LATE_ANSWER_MS = 400;
/** An encoder that is given less than this share of what the step lets it have is short of bandwidth. */
const LIMITED_SHARE = 0.7;
/** More concealed sound than this is heard, a share. */
export const CONCEALED_SHARE = 0.03;

/**
 * @typedef {Object} Line what was measured of the line over the last second
 * @property {boolean} limited whether the encoder has too little bandwidth for the step
 * @property {number|null} concealed share of the sound that did not arrive in time at the other end
 * @property {number|null} answerMs how long pictures and their answers are on their way, 95th of a hundred: without the
 *   work on them, since a computer that is slow is no faster with a smaller picture in the call
 */

/**
 * What says that the line is narrow; null where nothing does.
 * @param {Line} line @returns {"bandwidth"|"sound"|"answers"|null}
 */
export function narrowBy({ limited, concealed, answerMs }) {
  if ((concealed ?? 0) > CONCEALED_SHARE) return "sound";
  if (limited) return "bandwidth";
  return (answerMs ?? 0) > LATE_ANSWER_MS ? "answers" : null;
}

const NARROW_WORDS = Object.freeze({
  bandwidth: "Your connection is narrow.", sound: "Your connection loses sound.", answers: "Your connection is slow.",
});

/**
 * What is said of a step.
 * @param {Step} step @param {ReturnType<typeof narrowBy>} narrow by what the line was narrow; null where it is better now
 */
export function stepWords({ words }, narrow) {
  return `${narrow === null ? "Your connection is better." : NARROW_WORDS[narrow]} ${words}`;
}

/**
 * Whether an encoder has too little bandwidth for a step. It says "bandwidth" for as long as its picture is smaller than
 * it may be, which it also is for eight seconds after it began low, and where the step's own limit is what it has.
 * @param {{reason: string|null, targetKbps: number|null}} encoder its own word, and what it is given
 * @param {Step} step
 */
export function isLimited({ reason, targetKbps }, step) {
  return reason === "bandwidth" && (targetKbps === null || targetKbps < LIMITED_SHARE * step.kbps);
}

/** Goes down and up. */
export class Ladder {
  constructor(at = FIRST) {
    this.at = at;
    /** What the last look found to be narrow. @type {ReturnType<typeof narrowBy>} */
    this.narrowBy = null;
    this.narrowSince = null;
    this.wellSince = null;
    this.upAfterMs = UP_AFTER_MS;
    this.wentUpAt = -Infinity;
    this.lookedAt = -Infinity;
  }

  get step() {
    return STEPS[this.at];
  }

  /** @param {Line} line @param {number} now @returns {"down"|"up"|null} where it went */
  look(line, now) {
    if (now - this.lookedAt > UNSEEN_MS) this.narrowSince = this.wellSince = null;
    this.lookedAt = now;
    this.narrowBy = narrowBy(line);
    if (this.narrowBy !== null) {
      this.wellSince = null;
      this.narrowSince ??= now;
      if (now - this.narrowSince < DOWN_AFTER_MS || this.at === STEPS.length - 1) return null;
      this.narrowSince = now;
      this.upAfterMs = now - this.wentUpAt < HOLDS_MS ? Math.min(2 * this.upAfterMs, UP_LATEST_MS) : UP_AFTER_MS;
      this.at += 1;
      return "down";
    }
    this.narrowSince = null;
    this.wellSince ??= now;
    if (now - this.wellSince < this.upAfterMs || this.at === 0) return null;
    this.wellSince = now;
    this.wentUpAt = now;
    this.at -= 1;
    return "up";
  }
}

/**
 * What an encoder is told for a step.
 * @param {Step} step @param {number} longSide of the camera's picture, px
 */
export function encodingOf(step, longSide) {
  return {
    active: step.video, maxBitrate: Math.max(step.kbps, 1) * 1000, maxFramerate: step.fps,
    scaleResolutionDownBy: Math.max(1, longSide / step.longSide),
  };
}
