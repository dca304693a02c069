/**
 * One polite voice for everything that a screen reader is to say: who joined, who left, what was muted, what is being
 * connected again. Each once, in its order; the same is not said twice in a row within a while.
 */

/** The same words are not said again within this, ms. */
const AGAIN_MS = 4000;
/** Each stays this long before the next takes its place, so that none is skipped, ms. */
const STAYS_MS = 900;
const MOST_WAITING = 6;

/** What is said, and when. Pure. */
export class Announcements {
  constructor() {
    /** @type {string[]} */
    this.waiting = [];
    this.said = { text: "", at: -Infinity };
  }

  /** @param {string} text @param {number} now */
  add(text, now) {
    const last = this.waiting[this.waiting.length - 1] ?? (now - this.said.at < AGAIN_MS ? this.said.text : "");
    if (text === "" || text === last) return;
    this.waiting.push(text);
    if (this.waiting.length > MOST_WAITING) this.waiting.shift();
  }

  /** What to say now; null for nothing new. @param {number} now */
  next(now) {
    if (this.waiting.length === 0 || now - this.said.at < STAYS_MS) return null;
    this.said = { text: this.waiting.shift(), at: now };
    return this.said.text;
  }
}

/** Puts them into one live region, which is also shown. */
export class Announcer {
  /** @param {HTMLElement} region with `aria-live="polite"` */
  constructor(region, clock = () => performance.now()) {
    this.region = region;
    this.clock = clock;
    this.announcements = new Announcements();
    this.timer = 0;
  }

  /** @param {string} text */
  say(text) {
    this.announcements.add(text, this.clock());
    if (this.timer === 0) this.#next();
  }

  #next() {
    const text = this.announcements.next(this.clock());
    if (text !== null) this.region.textContent = text;
    this.timer = this.announcements.waiting.length > 0 ? setTimeout(() => this.#next(), STAYS_MS) : 0;
  }
}
