/**
 * How pictures flow: what is in flight, what is kept while the socket is lost, how long to wait, how fast it goes.
 * Pure: times come in as milliseconds, nothing here looks at a clock.
 */

/** Pauses before each new attempt to reach the server, ms; the last one repeats. */
export const BACKOFF_MS = Object.freeze([250, 500, 1000, 2000, 4000]);
/** The server keeps a set this long without its socket, ms. */
export const RESUMABLE_MS = 120_000;
/** Pictures of this span are all kept while the socket is lost, ms. */
export const KEPT_WHOLE_MS = 10_000;
/** Older pictures than that kept at most: at 30 kB each they stay under 5 MB. */
export const MAX_OLDER = 150;
/**
 * How what is sent flows: so many at once, so much kept while the socket is lost, so many frames together.
 * @typedef {{inFlight: number, wholeMs: number, maxOlder: number, halfWhenLost: boolean, together: number,
 *   isKept: boolean}} Flow `isKept`: all of the set lies on this device, so that it can be sent anew
 */
/** Pictures: a server that is behind gets fewer of them. @type {Flow} */
export const PICTURE_FLOW = Object.freeze({
  inFlight: 2, wholeMs: KEPT_WHOLE_MS, maxOlder: MAX_OLDER, halfWhenLost: true, together: 1, isKept: false,
});
/** Landmarks are small: all are kept for as long as the server keeps the set. @type {Flow} */
export const LANDMARK_FLOW = Object.freeze({
  inFlight: 15, wholeMs: RESUMABLE_MS, maxOlder: 0, halfWhenLost: false, together: 2, isKept: false,
});
/** Landmarks of a set that was kept while there was no network: all of it is sent, whenever the server is reached. */
export const KEPT_FLOW = Object.freeze({ ...LANDMARK_FLOW, wholeMs: Infinity, isKept: true });
/** Span of the shown numbers, ms. */
export const STATS_MS = 5000;
/** Fewer analysed pictures a second than this are too few to time a descent by. */
export const SLOW_FPS = 12;
/** Where fewer are wanted this share of them is enough. */
const ENOUGH_SHARE = 0.8;

/** @param {number} attempt 0 for the first */
export function backoffMs(attempt) {
  return BACKOFF_MS[Math.min(Math.max(attempt, 0), BACKOFF_MS.length - 1)];
}

/**
 * A picture or its landmarks on their way. `bytes` is null while it is being encoded; `before` is a text that has to be
 * sent right before it.
 * @typedef {{t: number, takenAt: number, sentAt: number|null, bytes: ArrayBuffer|null, late: boolean, flow: Flow,
 *   before: string|null}} InFlightFrame
 */

/** Pictures taken and not yet answered, at most `limit`, oldest first. */
export class InFlight {
  /** @param {number} limit */
  constructor(limit) {
    this.limit = limit;
    /** @type {Map<number, InFlightFrame>} */
    this.frames = new Map();
  }

  get size() {
    return this.frames.size;
  }

  get hasPlace() {
    return this.frames.size < this.limit;
  }

  /** @param {InFlightFrame} frame */
  add(frame) {
    this.frames.set(frame.t, frame);
  }

  /** @param {number} t */
  get(t) {
    return this.frames.get(t);
  }

  /**
   * An answer frees its picture's place, and those of older pictures: answers come in order.
   * @param {number} t
   * @returns {InFlightFrame|undefined} the answered picture
   */
  answer(t) {
    const answered = this.frames.get(t);
    for (const [older, frame] of this.frames) if (older <= t && frame.sentAt !== null) this.frames.delete(older);
    return answered;
  }

  /** What an answer to `t` is about: everything sent up to it. @param {number} t @returns {InFlightFrame[]} */
  sentUpTo(t) {
    return [...this.frames.values()].filter((frame) => frame.t <= t && frame.sentAt !== null);
  }

  /** @param {number} t */
  abandon(t) {
    this.frames.delete(t);
  }

  /** Whether something has been waiting for its answer longer than `limitMs`. */
  overdue(now, limitMs) {
    for (const frame of this.frames.values()) if (frame.sentAt !== null && now - frame.sentAt > limitMs) return true;
    return false;
  }

  /** Take out what was sent and not answered; pictures still being encoded stay. @returns {InFlightFrame[]} */
  takeUnanswered() {
    const unanswered = [...this.frames.values()].filter((frame) => frame.bytes !== null);
    for (const frame of unanswered) this.frames.delete(frame.t);
    return unanswered;
  }
}

/**
 * What was taken while the socket is lost, in order of time. Of each kind the newest is kept whole; of older pictures as
 * many as there is room for, evenly spaced.
 */
export class LostBuffer {
  constructor() {
    /** @type {InFlightFrame[]} */
    this.frames = [];
    /** Least time between two older pictures, ms; grows when there are too many. */
    this.spacingMs = 0;
    this.thinned = 0;
  }

  get size() {
    return this.frames.length;
  }

  /** @param {InFlightFrame} frame */
  add(frame) {
    let at = this.frames.length;
    while (at > 0 && this.frames[at - 1].t > frame.t) at -= 1;
    if (at > 0 && this.frames[at - 1].t === frame.t) return;
    this.frames.splice(at, 0, frame);
    this.#thin();
  }

  /** Take over what was kept elsewhere, in order of time. @param {InFlightFrame[]} frames */
  fill(frames) {
    this.frames = [...frames];
  }

  /** Forget what the server has already analysed. @param {number|null} t */
  forgetUpTo(t) {
    if (t !== null) this.frames = this.frames.filter((frame) => frame.t > t);
  }

  /** Forget what is of this kind. @param {Flow} flow @returns {boolean} whether there was any */
  forgetKind(flow) {
    const others = this.frames.filter((frame) => frame.flow !== flow);
    const some = others.length < this.frames.length;
    this.frames = others;
    return some;
  }

  /** The oldest frame, taken out. */
  shift() {
    return this.frames.shift();
  }

  clear() {
    this.frames = [];
    this.spacingMs = 0;
  }

  #thin() {
    const newest = this.frames[this.frames.length - 1].t;
    const isOlder = (frame) => newest - frame.t > frame.flow.wholeMs;
    if (!this.frames.some(isOlder)) return;
    let older = this.frames.filter((frame) => isOlder(frame) && frame.flow.maxOlder > 0);
    if (this.spacingMs > 0) older = spaced(older, this.spacingMs);
    while (older.length > 0 && older.length > older[0].flow.maxOlder) {
      this.spacingMs = Math.max(this.spacingMs * 2, (1.5 * (older[older.length - 1].t - older[0].t)) / older.length);
      older = spaced(older, this.spacingMs);
    }
    const kept = new Set(older);
    const frames = [];
    let before = null;
    for (const frame of this.frames) {
      if (isOlder(frame) && !kept.has(frame)) {
        before = frame.before ?? before;
        continue;
      }
      // What stood before a frame that is left out holds for those after it.
      frames.push(before === null ? frame : { ...frame, before: frame.before ?? before });
      before = null;
    }
    this.thinned += this.frames.length - frames.length;
    this.frames = frames;
  }
}

/** Frames at least `spacingMs` apart, beginning with the first. */
function spaced(frames, spacingMs) {
  let last = -Infinity;
  return frames.filter((frame) => {
    // A tenth of the spacing is let pass: a camera's times are not exact and would otherwise skip every second one.
    if (frame.t - last < 0.9 * spacingMs) return false;
    last = frame.t;
    return true;
  });
}

/** Frames a second, round trips, the server's time and pictures that were not sent, over the last five seconds. */
export class FlowStats {
  constructor(spanMs = STATS_MS) {
    this.spanMs = spanMs;
    /** @type {{at: number, roundTripMs: number|null, serverMs: number, lineMs: number|null}[]} */
    this.answers = [];
    /** @type {number[]} */
    this.drops = [];
    this.beganAt = 0;
  }

  begin(now) {
    this.beganAt = now;
    this.answers = [];
    this.drops = [];
  }

  /**
   * @param {number|null} roundTripMs null for a picture that had waited for the socket
   * @param {number|null} [sentAt] when it went out; null where the line is not to be judged by it
   */
  answer(now, roundTripMs, serverMs, sentAt = null) {
    this.answers.push({ at: now, roundTripMs, serverMs, lineMs: null });
    if (sentAt === null) return;
    // The server deals with one after the other: whose answers came since it was sent were dealt with before it.
    const before = this.answers.filter(({ at }) => at > sentAt);
    const worked = before.reduce((sum, each) => sum + (each.serverMs ?? 0), 0);
    this.answers[this.answers.length - 1].lineMs = Math.max(0, now - sentAt - worked);
  }

  drop(now) {
    this.drops.push(now);
  }

  /**
   * @returns {{fps: number, p50_ms: number|null, p95_ms: number|null, server_ms: number|null, line_ms: number|null,
   *   dropped: number}} `line_ms`: what the way there and back takes, without the server's work, 95th of a hundred
   */
  summary(now) {
    const since = now - this.spanMs;
    this.answers = this.answers.filter((answer) => answer.at > since);
    this.drops = this.drops.filter((at) => at > since);
    const spanS = Math.min(this.spanMs, Math.max(now - this.beganAt, 1)) / 1000;
    const trips = this.answers.map((answer) => answer.roundTripMs).filter((ms) => ms !== null).sort((a, b) => a - b);
    const line = this.answers.map((answer) => answer.lineMs).filter((ms) => ms !== null).sort((a, b) => a - b);
    const server = this.answers.map((answer) => answer.serverMs);
    return {
      fps: round1(this.answers.length / spanS),
      p50_ms: round1(quantile(trips, 0.5)),
      p95_ms: round1(quantile(trips, 0.95)),
      server_ms: server.length ? round1(server.reduce((sum, ms) => sum + ms, 0) / server.length) : null,
      line_ms: round1(quantile(line, 0.95)),
      dropped: this.drops.length,
    };
  }
}

/** Quantile of sorted values, between neighbours; null of none. */
export function quantile(sorted, share) {
  if (sorted.length === 0) return null;
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}

function round1(value) {
  return value === null ? null : Math.round(value * 10) / 10;
}

/** Thins what comes to so many a second: on the mean, however far apart what comes is. */
export class Thinning {
  constructor(fps = Infinity) {
    this.fps = fps;
    this.dueAt = -Infinity;
  }

  /** @param {number} t ms */
  isDue(t) {
    return t >= this.dueAt;
  }

  /** One of this time was taken. @param {number} t ms */
  taken(t) {
    const apartMs = 1000 / this.fps;
    // One that came late does not put off those after it; a pause is not made good.
    this.dueAt = Math.max(this.dueAt, t - apartMs) + apartMs;
  }
}

/** Says when the rate has been too low for a whole span; then waits for another whole span. */
export class SlowWatch {
  constructor(fps = SLOW_FPS, spanMs = STATS_MS) {
    this.fps = fps;
    this.spanMs = spanMs;
    this.slowSince = null;
  }

  reset() {
    this.slowSince = null;
  }

  /**
   * @param {number} [wanted] no more a second are wanted
   * @returns {boolean} true once for each span that was too slow throughout
   */
  isSlow(now, fps, wanted = Infinity) {
    if (fps >= Math.min(this.fps, ENOUGH_SHARE * wanted)) {
      this.slowSince = null;
      return false;
    }
    this.slowSince ??= now;
    if (now - this.slowSince < this.spanMs) return false;
    this.slowSince = now;
    return true;
  }
}
