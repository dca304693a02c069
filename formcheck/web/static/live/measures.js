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

/** The shown measures: name, what people call it, unit, and whether it belongs to a leg. */
export const MEASURES = Object.freeze([
  { name: "knee_flexion_deg", label: "Knee bend", unit: "°", sides: ["left", "right"] },
  { name: "kmf_change_pct", label: "Knee moved inward", unit: " %", sides: ["left", "right"] },
  { name: "fppa_deg", label: "Knee line (FPPA)", unit: "°", sides: ["left", "right"] },
  { name: "trunk_lean_deg", label: "Trunk sideways", unit: "°", sides: ["both"] },
  { name: "trunk_flexion_deg", label: "Trunk forward", unit: "°", sides: ["both"] },
]);

/** Readings of every measure, from messages and the passing of time. */
export class Readings {
  constructor() {
    /** @type {Map<string, {value: import("./protocol.js").LiveValue, at: number}>} */
    this.good = new Map();
    /** @type {Object<string, string>} */
    this.reasons = {};
    this.heardAt = -Infinity;
    this.depthShare = null;
    this.depthAt = -Infinity;
    this.idleReason = WAITING;
  }

  /**
   * @param {import("./protocol.js").Frame} frame
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
        if (value !== null && Number.isFinite(value.value)) this.good.set(`${name}.${side}`, { value, at: now });
      }
    }
    if (frame.depth_share !== null) {
      this.depthShare = frame.depth_share;
      this.depthAt = now;
    }
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
 * The measure's readings in one line: the same reason is said once.
 * @param {{label: string, unit: string, sides: string[]}} measure
 * @param {Reading[]} readings in the order of `measure.sides`
 */
export function lineText(measure, readings) {
  const reasons = new Set(readings.map((reading) => (reading.state === "none" ? reading.reason : null)));
  if (reasons.size === 1) {
    const text = readingText(readings[0], measure.unit);
    if (readings[0].state === "none" || readings.length === 1) return text;
  }
  return readings.map((reading, i) => `${LETTERS[measure.sides[i]]} ${readingText(reading, measure.unit)}`).join(" · ");
}

const LETTERS = Object.freeze({ left: "L", right: "R", both: "" });
