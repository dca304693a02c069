/**
 * Geometry and words of the gauges. Pure.
 *
 * @typedef {"good"|"caution"|"fault"} Band
 * @typedef {{band: Band, from: number, to: number}} Zone shares of the scale, 0 to 1
 */

/** What tells bands apart besides colour. */
export const BANDS = Object.freeze({
  good: Object.freeze({ word: "good", sign: "●" }),
  caution: Object.freeze({ word: "nearly", sign: "◆" }),
  fault: Object.freeze({ word: "too far in", sign: "▲" }),
});

/** Room beyond the outermost finite edge, as a share of the finite span. */
const ROOM = 0.6;

/** A linear scale over values, with zones by band. */
export class Scale {
  /**
   * @param {number} lo value at share 0
   * @param {number} hi value at share 1
   * @param {Zone[]} zones
   */
  constructor(lo, hi, zones) {
    this.lo = lo;
    this.hi = hi;
    this.zones = zones;
  }

  /** Where a value lies, 0 to 1; values beyond the scale lie at its ends. @param {number} value */
  share(value) {
    return Math.min(1, Math.max(0, (value - this.lo) / (this.hi - this.lo)));
  }
}

/**
 * The scale of a check with a good and a caution band. An open end (null) goes on to the end of the scale. Zero, which
 * is a straight or an unmoved knee, is always on it.
 * @param {import("./contract.js").BandEdges} edges
 * @returns {Scale}
 */
export function bandScale({ good, caution }) {
  const finite = [0, ...good, ...caution].filter((edge) => Number.isFinite(edge));
  const least = Math.min(...finite);
  const most = Math.max(...finite);
  const room = ROOM * Math.max(most - least, 1);
  const lo = least - room;
  const hi = most + room;
  const goodLo = good[0] ?? lo;
  const goodHi = good[1] ?? hi;
  const cautionLo = Math.min(caution[0] ?? lo, goodLo);
  const cautionHi = Math.max(caution[1] ?? hi, goodHi);
  const scale = new Scale(lo, hi, []);
  const cuts = [["fault", lo, cautionLo], ["caution", cautionLo, goodLo], ["good", goodLo, goodHi],
    ["caution", goodHi, cautionHi], ["fault", cautionHi, hi]];
  scale.zones = cuts
    .map(([band, from, to]) => ({ band, from: scale.share(from), to: scale.share(to) }))
    .filter((zone) => zone.to > zone.from);
  return scale;
}

/** Deepest knee bend that the depth bar shows, degrees. */
export const DEEPEST_DEG = 100;
/** Less bend than this is standing, degrees. */
const STANDING_DEG = 20;

/** Where a knee bend lies on the depth bar: 0 straight, 1 at its end. @param {number} deg */
export function bendOnBar(deg) {
  return Math.min(1, Math.max(0, deg / DEEPEST_DEG));
}

/**
 * The band around the prescribed depth.
 * @param {[number, number]|null} depthBand degrees
 * @returns {{from: number, to: number}|null} degrees; null when no depth is prescribed
 */
export function depthTarget(depthBand) {
  return depthBand?.every(Number.isFinite) ? { from: depthBand[0], to: depthBand[1] } : null;
}

/**
 * The word for a knee bend.
 * @param {number} deg
 * @param {{from: number, to: number}|null} target degrees
 */
export function bendWord(deg, target) {
  if (deg < STANDING_DEG) return "standing";
  if (target === null) return "";
  if (deg > target.to) return "▲ too deep";
  return deg >= target.from ? "● at your mark" : "above your mark";
}

/**
 * What a knee gauge says: sign and word, so that colour is not needed. Which side of good it lies on comes from the
 * value: a knee outward of the foot is no fault, but is not called too far in either.
 * @param {number} value positive inward
 * @param {Band|null} band
 */
export function kneeWord(value, band) {
  if (band === null) return { sign: "", word: "not judged" };
  if (band === "good") return { sign: BANDS.good.sign, word: "in line" };
  const way = value < 0 ? "out" : "in";
  const word = band === "caution" ? `a little ${way}` : `too far ${way}`;
  return { sign: BANDS[band].sign, word };
}

/** Length of the drawn part of a ring, for stroke-dasharray. @param {number} share @param {number} radius */
export function ringDash(share, radius) {
  const around = 2 * Math.PI * radius;
  const drawn = around * Math.min(1, Math.max(0, share));
  return `${drawn.toFixed(1)} ${around.toFixed(1)}`;
}
