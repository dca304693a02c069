/**
 * Where poses are found: in this browser, or from pictures by the server. A ladder of steps is gone down until one is
 * right and fast enough, and further down if it gets too slow in the set. Pure: times come in, nothing here looks at a
 * clock.
 *
 * @typedef {{source: "picture"}|{source: "landmarks", model: "full"|"lite", delegate: "GPU"|"CPU"}} Step
 */

/** From a known place by no more than this in any run, px of a picture 640 wide. */
export const MOST_PX = 3;
/** The same of visibility and presence, and in space, m. */
const MOST_SHARE_OFF = 0.05;
const MOST_M = 0.05;
/** Nine of ten runs within this: every picture of a camera with 30 a second, ms. */
export const FAST_MS = 30;
/** Within this every second one, which is enough where there is no other way, ms. */
export const HALF_RATE_MS = 60;
/** In the set of a patient choice, which goes by half the rate, ms. */
const PATIENT_SLOW_MS = 80;
/** In the set: pictures that take longer than this are too slow where they take up most of `WATCH_MS`, ms. */
export const TOO_SLOW_MS = 40;
export const WATCH_MS = 3000;
/** By time, not by number: a page that was hidden, or is seldom asked, has spent little. */
const MOST_SHARE = 0.6;
/** One picture that hung counts for no more than this, ms. */
const LONGEST_MS = 1000;
/** How long a browser's step is remembered, ms. */
export const REMEMBERED_MS = 7 * 24 * 3600 * 1000;

const PICTURES = Object.freeze({ source: "picture" });
const LADDER = Object.freeze([
  Object.freeze({ source: "landmarks", model: "full", delegate: "GPU" }),
  Object.freeze({ source: "landmarks", model: "full", delegate: "CPU" }),
  PICTURES,
  Object.freeze({ source: "landmarks", model: "lite", delegate: "CPU" }),
]);

/** @param {Step} step */
export function nameOf(step) {
  return step.source === "picture" ? "picture" : `${step.model} ${step.delegate}`;
}

/**
 * The steps there are, best first.
 * @param {{models: string[], pictures: boolean, landmarks: boolean}} available models that the server gives to browsers,
 *   whether pictures may leave the device and the server takes them, whether the server takes landmarks
 * @returns {Step[]}
 */
export function stepsOf({ models, pictures, landmarks }) {
  return LADDER.filter((step) => (step.source === "picture" ? pictures : landmarks && models.includes(step.model)));
}

/** What is not exact enough; null where all is. @param {import("./self_test.js").Tested} result @returns {string|null} */
export function wrongIn({ worst_px: px, worst_share: share, worst_m: m }) {
  if (!(px <= MOST_PX)) return `landmarks are ${px} px off`;
  if (!(share <= MOST_SHARE_OFF)) return `visibility is ${share} off`;
  if (!(m <= MOST_M)) return `landmarks are ${m} m off in space`;
  return null;
}

/** Goes down the ladder. */
export class SourceChoice {
  /**
   * @param {Step[]} steps from `stepsOf` @param {string|null} [remembered] the name of the step of another day
   * @param {boolean} [isPatient] whether half the rate is enough although pictures could be sent: over a narrow line fewer of
   *   them would get through
   */
  constructor(steps, remembered = null, isPatient = false) {
    this.steps = steps;
    this.isPatient = isPatient;
    this.at = isPatient ? 0 : Math.max(0, steps.findIndex((step) => nameOf(step) === remembered));
    /** @type {{step: string, why: string}[]} */
    this.left = [];
  }

  /** @returns {Step|null} null where there is none left */
  get step() {
    return this.steps[this.at] ?? null;
  }

  /** Whether there is a better step than this one. */
  get hasBefore() {
    return this.at > 0;
  }

  /** Whether there is another step below this one. */
  get hasNext() {
    return this.at + 1 < this.steps.length;
  }

  /**
   * From now on these are the steps there are: stays on its own, or on the next one below it that is left; goes back up
   * to pictures where these may be sent again.
   * @param {Step[]} steps
   */
  change(steps) {
    const now = this.step;
    const atOrBelow = now === null ? [] : LADDER.slice(LADDER.indexOf(now));
    const isNew = (step) => step.source === "picture" && !this.steps.includes(step);
    const below = steps.findIndex((step) => atOrBelow.includes(step) || isNew(step));
    this.steps = steps;
    this.at = below < 0 ? steps.length : below;
  }

  /** Whether pictures can be sent instead, now or further down. */
  get hasOtherWay() {
    return this.steps.slice(this.at + 1).some((step) => step.source === "picture");
  }

  /**
   * Take in how the step did; goes to the next one unless it will do.
   * @param {import("./self_test.js").Tested} result
   * @returns {boolean} whether it will do
   */
  tested(result) {
    const wrong = wrongIn(result);
    if (wrong !== null) return this.down(wrong);
    const { ms_p90: ms } = result;
    if (!(ms <= (this.hasOtherWay && !this.isPatient ? FAST_MS : HALF_RATE_MS))) return this.down(`a picture takes ${ms} ms`);
    return true;
  }

  /** Leave the step. @param {string} why @returns {false} */
  down(why) {
    if (this.step !== null) this.left.push({ step: nameOf(this.step), why });
    this.at += 1;
    return false;
  }
}

/** Tells when finding poses has become too slow: a phone that got hot, another program that wants the machine. */
export class PaceWatch {
  /** @param {boolean} [isPatient] as the choice is */
  constructor(isPatient = false) {
    this.tooSlowMs = isPatient ? PATIENT_SLOW_MS : TOO_SLOW_MS;
    this.reset();
  }

  reset() {
    /** @type {{at: number, ms: number}[]} */
    this.runs = [];
    this.beganAt = null;
  }

  /** That the newest picture took, ms; null before the first. @returns {number|null} */
  get lastMs() {
    return this.runs.at(-1)?.ms ?? null;
  }

  /** @param {number} now ms @param {number} ms that the last picture took @returns {boolean} */
  isTooSlow(now, ms) {
    this.beganAt ??= now;
    this.runs.push({ at: now, ms });
    while (now - this.runs[0].at > WATCH_MS) this.runs.shift();
    if (now - this.beganAt < WATCH_MS) return false;
    const slowMs = this.runs.reduce((sum, run) => sum + (run.ms > this.tooSlowMs ? Math.min(run.ms, LONGEST_MS) : 0), 0);
    return slowMs > MOST_SHARE * WATCH_MS;
  }
}

/**
 * What a browser keeps of its step, as text.
 * @param {Step} step @param {string} runtime that it was tested with: hash and browser @param {number} at since when, epoch, ms
 */
export function remember(step, runtime, at) {
  return JSON.stringify({ step: nameOf(step), runtime, at });
}

/**
 * The name of the step that a browser kept, and since when; null where it is too old, of another version, or no such thing.
 * @param {string|null} text @param {string} runtime @param {number} now epoch, ms
 * @returns {{step: string, at: number}|null}
 */
export function recalled(text, runtime, now) {
  let kept;
  try {
    kept = JSON.parse(text ?? "null");
  } catch {
    return null;
  }
  const age = now - kept?.at;
  return kept?.runtime === runtime && age >= 0 && age <= REMEMBERED_MS && typeof kept.step === "string"
    ? { step: kept.step, at: kept.at } : null;
}

/**
 * Why a finder is given up in the set, as the server is told.
 * @param {string} cause @returns {"slow"|"failed"|"context-lost"|"wrong"}
 */
export function whyOf(cause) {
  return ["slow", "context-lost", "wrong"].includes(cause) ? cause : "failed";
}
