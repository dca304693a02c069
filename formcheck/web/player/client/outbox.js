/**
 * Reports to the server, one at a time: the page runs once for each, and would see only the last of several. The next
 * goes out when the server says that it has dealt with the one before. A report that is not answered is sent again; the
 * server knows it by its number and deals with it once.
 */

/** Then the report, or its answer, is taken for lost, ms. */
const PATIENCE_MS = 12_000;
const TRIES = 4;

export class Outbox {
  /**
   * @param {(report: {number: number, message: import("./contract.js").PlayerEvent}) => void} send
   * @param {{after?: (ms: number, act: () => void) => unknown, cancel?: (timer: unknown) => void}} [clock]
   */
  constructor(send, { after = (ms, act) => setTimeout(act, ms), cancel = (timer) => clearTimeout(timer) } = {}) {
    this.send = send;
    this.clock = { after, cancel };
    this.waiting = [];
    this.last = 0;
    /** The report that waits for its answer, and how often it was sent. */
    this.report = null;
    this.tries = 0;
    this.open = false;
    this.timer = null;
    this.onChange = () => {};
    this.onLost = () => {};
  }

  /** Whether anything is on its way. */
  get busy() {
    return this.open || this.waiting.length > 0;
  }

  /** @param {import("./contract.js").PlayerEvent} message */
  post(message) {
    this.waiting.push(message);
    this.#next();
    this.onChange();
  }

  /** The server has dealt with reports up to this number. @param {number} number */
  answered(number) {
    // A page that was opened anew counts on from where the server is.
    if (number > this.last && !this.open) this.last = number;
    if (this.open && number >= this.last) this.#settled();
  }

  close() {
    this.clock.cancel(this.timer);
  }

  #next() {
    if (this.open || this.waiting.length === 0) return;
    this.open = true;
    this.last += 1;
    this.tries = 0;
    this.report = { number: this.last, message: this.waiting.shift() };
    this.#deliver();
  }

  #deliver() {
    if (this.tries === TRIES) {
      this.onLost();
      this.#settled();
      return;
    }
    this.tries += 1;
    this.send(this.report);
    this.timer = this.clock.after(PATIENCE_MS, () => this.#deliver());
  }

  #settled() {
    this.clock.cancel(this.timer);
    this.open = false;
    this.#next();
    this.onChange();
  }
}
