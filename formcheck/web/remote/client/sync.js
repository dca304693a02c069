/**
 * Measures in step with a remote picture: whose clock is how far off, when a shown frame was captured, and which answer
 * belongs to it. Pure: times come in as milliseconds, nothing here looks at a clock.
 */

import { LANDMARKS } from "../../live/client/contract.js";

/** Pings that a clock's offset is taken from: the one of least round trip among so many. */
export const PINGS = 40;
/** Frames that the place of a stream's RTP time is taken from. */
const RTP_FRAMES = 90;
/** A capture time further than this from where the stream had been, so many times in a row, is another stream's, ms. */
const OTHER_STREAM_MS = 400;
const OTHER_STREAM_FRAMES = 5;
/** RTP's clock of video, ticks a millisecond. */
const RTP_TICKS = 90;
const RTP_WRAP = 2 ** 32;
/** Answers are kept for so long, ms. */
export const KEPT_MS = 5000;
/** An answer further than this from a frame does not belong to it, ms. */
export const NEAR_MS = 50;
/**
 * Between two answers no further apart than this the pose is interpolated, ms: a few lost ones do not show. On a straight
 * line a joint that speeds up by 2.5 m/s² is off by 18 mm at most in the middle (a·t²/8), which is how far it moves within
 * one picture at 0.55 m/s.
 */
export const BETWEEN_MS = 240;
/** Without an answer the overlay is gone after this, ms. */
export const FADE_MS = 90;
/** How long the picture waits while a set is measured, so that its answer is there before it: at least and at most, ms. */
export const MEASURED_BUFFER_MS = 200;
export const LONGEST_BUFFER_MS = 600;
/** It is changed by no less than this, since each change makes the picture faster or slower for a while, ms. */
const BUFFER_STEP_MS = 50;
/** Answers that their lag is taken from, and the share of them that is waited for. */
const LAGS = 60;
const WAITED_FOR = 0.98;

/** How far another clock is ahead of ours, from pings. */
export class ClockOffset {
  constructor() {
    /** @type {{offset: number, trip: number}[]} */
    this.pings = [];
  }

  /**
   * @param {number} sentAt ours
   * @param {number} theirs when it was answered
   * @param {number} receivedAt ours
   */
  add(sentAt, theirs, receivedAt) {
    const trip = receivedAt - sentAt;
    if (!(trip >= 0) || !Number.isFinite(theirs)) return;
    this.pings.push({ offset: theirs - (sentAt + receivedAt) / 2, trip });
    if (this.pings.length > PINGS) this.pings.shift();
  }

  /** Theirs minus ours, ms; null before the first ping. */
  get ms() {
    return this.#best?.offset ?? null;
  }

  /** Wrong by no more than this, ms. */
  get errorMs() {
    return this.#best === null ? null : this.#best.trip / 2;
  }

  get #best() {
    return this.pings.reduce((best, ping) => (best === null || ping.trip < best.trip ? ping : best), null);
  }
}

/**
 * When the frames of one remote stream were captured, by our clock. A stream's RTP time differs from its capture time by
 * a constant: its running median takes the tremble out, and stands in where a browser gives no capture time.
 */
export class FrameClock {
  constructor() {
    this.#begin();
    /** Whether capture times are guessed from how long pictures are on their way. */
    this.isApproximate = false;
  }

  /**
   * @param {{captureTime?: number, rtpTimestamp?: number, receiveTime?: number}} metadata of a shown frame
   * @param {number} now
   * @param {number|null} delayMs how long pictures take from the camera to here, as far as known
   * @returns {number|null} ms, ours
   */
  captured(metadata, now, delayMs = null) {
    const { captureTime = NaN, rtpTimestamp } = metadata;
    const said = Number.isFinite(captureTime) && captureTime <= now ? captureTime : null;
    const rtp = Number.isFinite(rtpTimestamp) ? this.#unwrapped(rtpTimestamp) / RTP_TICKS : null;
    this.isApproximate = said === null && this.places.length === 0;
    if (rtp === null) return said ?? this.#guessed(now, delayMs);
    if (said !== null) this.#place(said - rtp);
    return this.median === null ? this.#guessed(now, delayMs) : rtp + this.median;
  }

  /** Another stream begins. */
  forget() {
    this.#begin();
  }

  #begin() {
    /** @type {number[]} */
    this.places = [];
    this.median = null;
    this.strangers = 0;
    this.lastRtp = null;
    this.turns = 0;
  }

  #place(place) {
    if (this.median !== null && Math.abs(place - this.median) > OTHER_STREAM_MS) {
      this.strangers += 1;
      if (this.strangers < OTHER_STREAM_FRAMES) return;
      this.places = [];
    }
    this.strangers = 0;
    this.places.push(place);
    if (this.places.length > RTP_FRAMES) this.places.shift();
    const sorted = [...this.places].sort((a, b) => a - b);
    this.median = sorted[Math.floor(sorted.length / 2)];
  }

  #unwrapped(ticks) {
    if (this.lastRtp !== null && this.lastRtp - ticks > RTP_WRAP / 2) this.turns += 1;
    if (this.lastRtp !== null && ticks - this.lastRtp > RTP_WRAP / 2) this.turns -= 1;
    this.lastRtp = ticks;
    return ticks + this.turns * RTP_WRAP;
  }

  #guessed(now, delayMs) {
    return delayMs === null ? null : now - delayMs;
  }
}

/**
 * @typedef {import("../../live/client/contract.js").Frame} Frame
 * @typedef {{pose: Array<Array<number|null>>|null, frame: Frame, t: number}} Belonging `t`: capture time of what is
 *   drawn, on the clock of the answers
 */

/** The answers of the last seconds, by capture time. */
export class Answers {
  constructor() {
    /** @type {{t: number, pose: Array<Array<number|null>>|null, frame: Frame}[]} */
    this.kept = [];
  }

  /** @param {Frame} frame an answer with its pose */
  add(frame) {
    let at = this.kept.length;
    while (at > 0 && this.kept[at - 1].t > frame.t) at -= 1;
    this.kept.splice(at, 0, { t: frame.t, pose: frame.pose, frame });
    const newest = this.kept[this.kept.length - 1].t;
    while (newest - this.kept[0].t > KEPT_MS) this.kept.shift();
  }

  clear() {
    this.kept = [];
  }

  /** Capture time of the newest; null of none. */
  get newest() {
    return this.kept[this.kept.length - 1]?.t ?? null;
  }

  /**
   * What belongs to a frame.
   * @param {number} t its capture time, on the clock of the answers
   * @returns {Belonging|null} null where no answer is near
   */
  at(t) {
    let after = this.kept.length;
    while (after > 0 && this.kept[after - 1].t >= t) after -= 1;
    const before = this.kept[after - 1];
    const next = this.kept[after];
    if (before && next && next.t - before.t <= BETWEEN_MS) {
      const share = next.t === before.t ? 0 : (t - before.t) / (next.t - before.t);
      const nearer = share < 0.5 ? before : next;
      return { pose: between(before.pose, next.pose, share) ?? nearer.pose, frame: nearer.frame, t };
    }
    const near = [before, next].filter((each) => each && Math.abs(each.t - t) <= NEAR_MS);
    if (near.length === 0) return null;
    const best = near.reduce((a, b) => (Math.abs(a.t - t) <= Math.abs(b.t - t) ? a : b));
    return { pose: best.pose, frame: best.frame, t: best.t };
  }
}

/** A pose between two; null where one of them is missing. */
function between(a, b, share) {
  if (a === null || b === null || a.length !== LANDMARKS || b.length !== LANDMARKS) return null;
  return a.map(([x, y, seen], i) => {
    const [toX, toY, toSeen] = b[i];
    const way = (from, to) => (from === null || to === null ? null : from + (to - from) * share);
    return [way(x, toX), way(y, toY), share < 0.5 ? seen : toSeen];
  });
}

/**
 * How long pictures are to wait: until the answer is there that they are drawn by. For a picture between two answers that is
 * the second of them, which was captured later than the picture itself.
 */
export class Waiting {
  constructor() {
    /** @type {number[]} */
    this.lags = [];
    this.ms = MEASURED_BUFFER_MS;
  }

  /**
   * @param {number} lag of an answer, from its capture to here, ms
   * @param {number} apart from the capture of the answer before to that of this one, ms
   * @returns {boolean} whether pictures are to wait for another time now
   */
  add(lag, apart = 0) {
    this.lags.push(lag + (apart > BETWEEN_MS ? NEAR_MS : Math.max(0, apart - NEAR_MS)));
    if (this.lags.length > LAGS) this.lags.shift();
    if (this.lags.length < LAGS / 2) return false;
    const sorted = [...this.lags].sort((a, b) => a - b);
    const most = sorted[Math.floor(WAITED_FOR * (sorted.length - 1))];
    const wanted = Math.min(LONGEST_BUFFER_MS, Math.max(MEASURED_BUFFER_MS, BUFFER_STEP_MS * Math.ceil(most / BUFFER_STEP_MS)));
    // Up at once, down only when much less would do.
    if (wanted === this.ms || (wanted < this.ms && this.ms - wanted < 2 * BUFFER_STEP_MS)) return false;
    this.ms = wanted;
    this.lags = [];
    return true;
  }
}

/** How strongly the overlay is drawn: wholly while answers belong to the frames, gone soon after. */
export class Fade {
  constructor() {
    this.metAt = -Infinity;
  }

  /** @param {boolean} met whether an answer belongs to this frame @param {number} now @returns {number} 0 to 1 */
  alpha(met, now) {
    if (met) this.metAt = now;
    return Math.min(1, Math.max(0, 1 - (now - this.metAt) / FADE_MS));
  }

  /** Whether what is shown is behind the picture. @param {number} now */
  isLate(now) {
    return now - this.metAt > FADE_MS;
  }
}
