/**
 * What the gauges and the number texts show, and for how long. Pure.
 *
 * A number that is no longer measured vanishes: a landmark may flicker for a frame or two, longer than that the last
 * good number is not true any more.
 *
 * @typedef {{state: "value", value: number, error: number, band: "good"|"caution"|"fault"|null}} Measured
 * @typedef {{state: "none", reason: string}} NotMeasured
 * @typedef {Measured|NotMeasured} Reading
 */

/** A number outlives its last good frame by this much at most, ms. */
export const FLICKER_MS = 150;
/** Without a message for this long nothing is measured, ms. */
export const SILENT_MS = 200;
/** What the server says of pictures older than this is about the past and is not shown as now, ms. */
export const PAST_MS = 1000;

export const WAITING = "waiting for the next picture";
export const NO_CONNECTION = "no connection";
export const CATCHING_UP = "catching up";
const NOT_SEEN = "not seen just now";

/**
 * A measure that is shown, as the server lists them: what people call it, whether it belongs to a leg, and which camera
 * can measure it.
 *
 * @typedef {{name: string, label: string, unit: string, sides: string[], view: "front"|"side"}} Shown
 */

/** Readings of every measure, from messages and the passing of time. */
export class Readings {
  constructor() {
    /** @type {Map<string, {value: import("./contract.js").ShownValue, at: number}>} */
    this.good = new Map();
    /** When measures and sides last had a value, since `begin`. @type {Map<string, number>} */
    this.known = new Map();
    /** @type {Object<string, string>} */
    this.reasons = {};
    this.heardAt = -Infinity;
    this.depthShare = null;
    this.depthAt = -Infinity;
    this.idleReason = WAITING;
  }

  /**
   * @param {import("./contract.js").Frame} frame
   * @param {number} now
   * @param {number} ageMs of the picture that it is about
   */
  take(frame, now, ageMs) {
    if (ageMs > PAST_MS) {
      this.stop(CATCHING_UP);
      return;
    }
    this.heardAt = now;
    this.idleReason = WAITING;
    this.reasons = frame.not_measured;
    for (const [name, sides] of Object.entries(frame.measures)) {
      for (const [side, value] of Object.entries(sides ?? {})) {
        if (value === null || !Number.isFinite(value.value)) continue;
        this.good.set(`${name}.${side}`, { value, at: now });
        this.known.set(`${name}.${side}`, now);
      }
    }
    if (frame.depth_share !== null) {
      this.depthShare = frame.depth_share;
      this.depthAt = now;
    }
  }

  /** A new set: nothing of it was measured yet. */
  begin() {
    this.known.clear();
  }

  /** When a side was last measured in this set; never for the far leg, and for the free leg once it is known. */
  measuredAt(name, side) {
    return this.known.get(`${name}.${side}`) ?? -Infinity;
  }

  /** Nothing is measured from here on, for this reason. @param {string} reason */
  stop(reason) {
    this.good.clear();
    this.heardAt = -Infinity;
    this.depthAt = -Infinity;
    this.idleReason = reason;
  }

  /**
   * @param {string} name of the measure
   * @param {string} side `left`, `right` or `both`
   * @param {number} now
   * @returns {Reading}
   */
  reading(name, side, now) {
    if (now - this.heardAt > SILENT_MS) return { state: "none", reason: this.idleReason };
    const good = this.good.get(`${name}.${side}`);
    if (good === undefined || now - good.at > FLICKER_MS) {
      return { state: "none", reason: this.reasons[name] || NOT_SEEN };
    }
    return { state: "value", value: good.value.value, error: good.value.error, band: good.value.band ?? null };
  }

  /** How far down, for the moving bar; null when not seen. @param {number} now */
  depth(now) {
    const gone = now - this.heardAt > SILENT_MS || now - this.depthAt > FLICKER_MS;
    return gone ? null : this.depthShare;
  }
}

/** A reading for people. @param {Reading} reading @param {string} unit */
export function readingText(reading, unit) {
  if (reading.state === "none") return `not measured: ${reading.reason}`;
  const digits = unit.includes("%") ? 1 : 0;
  const number = reading.value.toFixed(digits).replace(/^-(?=0(\.0*)?$)/, "").replace("-", "−");
  return `${number}${unit} ± ${Math.max(reading.error, 0).toFixed(digits)}`;
}

/**
 * The measure's readings in one line: the same reason is said once, and a leg that was never seen in this set, such as
 * the far one, is not spoken of as long as the other is measured.
 * @param {Shown} measure
 * @param {Reading[]} readings in the order of `measure.sides`
 * @param {boolean[]} [counts] whether that side was measured before in this set
 */
export function lineText(measure, readings, counts = readings.map(() => true)) {
  const told = readings
    .map((reading, i) => ({ reading, side: measure.sides[i], counts: counts[i] }))
    .filter((each) => each.counts || each.reading.state === "value");
  const shown = told.length > 0 ? told : readings.map((reading, i) => ({ reading, side: measure.sides[i] }));
  const reasons = new Set(shown.map(({ reading }) => (reading.state === "none" ? reading.reason : null)));
  const none = shown.every(({ reading }) => reading.state === "none");
  if (none && reasons.size === 1) return readingText(shown[0].reading, measure.unit);
  return shown.map(({ reading, side }) => `${LETTERS[side]} ${readingText(reading, measure.unit)}`.trim()).join(" · ");
}

/**
 * One quiet line for everything that this camera cannot measure: each reason once.
 * @param {{label: string, reason: string}[]} gaps
 */
export function gapsText(gaps) {
  const byReason = new Map();
  for (const { label, reason } of gaps) byReason.set(reason, [...(byReason.get(reason) ?? []), label]);
  return [...byReason].map(([reason, labels]) => `${inSentence(labels)} not measured: ${reason}`).join(" · ");
}

/** A list of labels in which only the first begins with a capital. */
function inSentence(labels) {
  return labels.map((label, i) => (i === 0 ? label : label[0].toLowerCase() + label.slice(1))).join(", ");
}

const LETTERS = Object.freeze({ left: "L", right: "R", both: "" });
