/** Moving the moments that bound a rep, kept in their order and off the neighbours. Pure. */

import { MOMENTS } from "./set_data.js";

/** Start and bottom, and bottom and end, stay at least this far apart, s. */
const APART_S = 0.05;
/** What a rep takes that nothing is known of, s. */
const NEW_REP_S = 3;

/**
 * A rep's moments with one of them moved as far as it may go.
 * @param {Object<string, number>} times the four moments
 * @param {string} moment one of `MOMENTS`
 * @param {number} to s
 * @param {{from: number, to: number}} room between the reps before and after, s
 */
export function withMoment(times, moment, to, room) {
  const i = MOMENTS.indexOf(moment);
  // The bottom may be a single moment; nothing else may.
  const gap = (one, other) => (one === 1 && other === 2 ? 0 : APART_S);
  const least = i === 0 ? room.from : times[MOMENTS[i - 1]] + gap(i - 1, i);
  const most = i === MOMENTS.length - 1 ? room.to : times[MOMENTS[i + 1]] - gap(i, i + 1);
  const moved = Math.min(Math.max(to, least), Math.max(least, most));
  return { ...timesOf(times), [moment]: moved };
}

/** Only the four moments of a rep. @returns {Object<string, number>} */
export function timesOf(rep) {
  return Object.fromEntries(MOMENTS.map((name) => [name, rep[name]]));
}

/** Where a rep may lie: from the end of the one before to the start of the one after. */
export function roomOf(reps, rep, end) {
  const before = reps.filter((other) => other !== rep && other.end_s <= rep.start_s).map(({ end_s: at }) => at);
  const after = reps.filter((other) => other !== rep && other.start_s >= rep.end_s).map(({ start_s: at }) => at);
  return { from: Math.max(0, ...before), to: Math.min(end, ...after) };
}

/**
 * A rep that was missed, proposed around a moment between the others; null where there is no room for one.
 * @param {number} at s, where it is at its bottom @param {number} end of the clip, s
 */
export function newRep(reps, at, end) {
  if (reps.some((rep) => rep.start_s <= at && at <= rep.end_s)) return null;
  const room = roomOf(reps, { start_s: at, end_s: at }, end);
  const reach = Math.min(at - room.from, room.to - at, NEW_REP_S / 2);
  if (reach < 4 * APART_S) return null;
  const times = { start_s: at - reach, bottom_start_s: at - reach / 4, bottom_end_s: at + reach / 4, end_s: at + reach };
  return { index: null, automatic: null, ...times };
}

/** The moment nearest to a place on the axis, null where none is near enough. @param {(at: number) => number} toX */
export function momentNear(times, x, toX, within) {
  const away = (name) => Math.abs(toX(times[name]) - x);
  const nearest = MOMENTS.reduce((best, name) => (away(name) < away(best) ? name : best));
  return away(nearest) <= within ? nearest : null;
}

/** A message with the new moments; `at_s` is inside of the rep as it is known to the server. */
export function repTimesMessage(rep, times) {
  const rounded = Object.fromEntries(MOMENTS.map((name) => [name, Math.round(times[name] * 1e4) / 1e4]));
  return { kind: "rep-times", at_s: (rep.bottom_start_s + rep.bottom_end_s) / 2, ...rounded };
}
