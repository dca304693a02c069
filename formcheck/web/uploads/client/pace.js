/** How fast something goes, by its last seconds: a connection's speed changes. */

const WINDOW_MS = 8000;
const TOO_EARLY_MS = 1500;

export class Pace {
  constructor() {
    /** @type {{at: number, bytes: number}[]} */
    this.seen = [];
  }

  /** Begin anew, as after a lost connection. */
  forget() {
    this.seen = [];
  }

  /** @param {number} at ms @param {number} bytes that have come by then */
  note(at, bytes) {
    const last = this.seen.at(-1);
    if (last !== undefined && bytes < last.bytes) this.forget();
    this.seen.push({ at, bytes });
    while (this.seen.length > 2 && at - this.seen[1].at >= WINDOW_MS) this.seen.shift();
  }

  /** @returns {number|null} bytes a second; null while it is too early to say */
  perSecond() {
    const [first, last] = [this.seen[0], this.seen.at(-1)];
    if (first === undefined || last.at - first.at < TOO_EARLY_MS || last.bytes <= first.bytes) return null;
    return (1000 * (last.bytes - first.bytes)) / (last.at - first.at);
  }

  /** @param {number} size bytes in all @returns {number|null} seconds */
  left(size) {
    const speed = this.perSecond();
    return speed === null ? null : Math.max(0, size - this.seen.at(-1).bytes) / speed;
  }
}
