/**
 * Which frame a moment belongs to, and where to go from one. Pure. Times are seconds from the first frame; `t` holds
 * those of all frames, which need not be evenly spaced.
 */

/** A jump back that comes sooner than this after a rep's start goes to the rep before, s. */
const JUST_STARTED_S = 0.35;
/** How long the last frame is taken to last where there is no other to tell, s. */
const USUAL_S = 1 / 30;

/** The frame shown at a moment: the last one that has begun. @param {Float64Array} t @param {number} at */
export function frameAt(t, at) {
  let low = 0;
  let high = t.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (t[middle] <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The frame nearest to a moment. @param {Float64Array} t @param {number} at */
export function nearestFrame(t, at) {
  const i = frameAt(t, at);
  return i + 1 < t.length && t[i + 1] - at < at - t[i] ? i + 1 : i;
}

/** A moment well inside of a frame: a player that is sent there shows that frame, however it rounds. */
export function insideFrame(t, frame) {
  const length = frame + 1 < t.length ? t[frame + 1] - t[frame] : lastInterval(t);
  return t[frame] + Math.min(length, 2 * USUAL_S) / 2;
}

function lastInterval(t) {
  return t.length > 1 ? t[t.length - 1] - t[t.length - 2] : USUAL_S;
}

/** When the last frame ends. @param {Float64Array} t */
export function endOf(t) {
  return t.length === 0 ? 0 : t[t.length - 1] + lastInterval(t);
}

/** The rep under way, null between reps. */
export function repAt(reps, at) {
  return reps.find((rep) => rep.start_s <= at && at <= rep.end_s) ?? null;
}

/** The rep that a moment belongs to or is nearest to, null where there is none. */
export function nearestRep(reps, at) {
  const away = (rep) => Math.max(rep.start_s - at, at - rep.end_s, 0);
  return reps.reduce((best, rep) => (best === null || away(rep) < away(best) ? rep : best), null);
}

/**
 * The next rep, null after the last. Frames are compared, not moments: the frame nearest to a start may lie before it,
 * and is there already.
 * @param {Float64Array} t @param {number} frame
 */
export function nextRep(t, reps, frame) {
  return reps.find((rep) => nearestFrame(t, rep.start_s) > frame) ?? null;
}

/** The rep to go back to: the one under way, or the one before where it has only just started. */
export function previousRep(reps, at) {
  return reps.findLast((rep) => rep.start_s < at - JUST_STARTED_S) ?? null;
}

/** The next of some moments in a direction, null where there is none. @param {number[]} moments in order */
export function nextMoment(t, moments, frame, direction) {
  if (direction > 0) return moments.find((moment) => nearestFrame(t, moment) > frame) ?? null;
  return moments.findLast((moment) => nearestFrame(t, moment) < frame) ?? null;
}

/** The phase at a moment, `stand` between reps. @param {{phase: string, from_s: number, to_s: number}[]} phases */
export function phaseAt(phases, at) {
  return phases.find(({ from_s: from, to_s: to }) => from <= at && at < to)?.phase ?? "stand";
}

/** A moment as people read it: `1:02.345`. @param {number} at */
export function clock(at) {
  const ms = Math.round(at * 1000);
  const minutes = Math.floor(ms / 60_000);
  return `${minutes}:${((ms % 60_000) / 1000).toFixed(3).padStart(6, "0")}`;
}
