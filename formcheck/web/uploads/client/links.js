/** The link that lets this page send: the newest that the page was given, and a way to ask for another. */

const PATIENCE_MS = 10000;

export class Links {
  /** @param {(ms: number, signal: AbortSignal) => Promise<void>} sleep */
  constructor(sleep) {
    this.sleep = sleep;
    this.newest = "";
    /** @type {() => void} */
    this.ask = () => {};
    /** @type {Set<() => void>} */
    this.waiting = new Set();
  }

  /** @param {string} link @param {() => void} ask asks the page for another one */
  give(link, ask) {
    this.ask = ask;
    if (link === this.newest) return;
    this.newest = link;
    for (const wake of this.waiting) wake();
  }

  /** Wait until there is another link than the one that was refused, though not for ever. */
  async renew(refused, signal) {
    if (this.newest !== refused) return;
    this.ask();
    const given = new AbortController();
    const wake = () => given.abort();
    this.waiting.add(wake);
    signal.addEventListener("abort", wake);
    await this.sleep(PATIENCE_MS, given.signal);
    signal.removeEventListener("abort", wake);
    this.waiting.delete(wake);
  }
}
