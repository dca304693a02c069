/**
 * What the connection needs of the browser, so that tests can give it another one.
 *
 * @typedef {Object} World
 * @property {(url: string) => WebSocket} open
 * @property {() => number} clock ms
 * @property {(act: () => void, ms: number) => unknown} later
 * @property {(handle: unknown) => void} cancel
 */

/** @returns {World} */
export function browserWorld() {
  return {
    open: (url) => new WebSocket(url),
    clock: () => performance.now(),
    later: (act, ms) => setTimeout(act, ms),
    cancel: (handle) => clearTimeout(handle),
  };
}

/** Timers by name: setting one anew forgets the one before. */
export class Timers {
  /** @param {World} world */
  constructor(world) {
    this.world = world;
    this.handles = {};
  }

  /** @param {string} name @param {() => void} act @param {number} ms */
  set(name, act, ms) {
    this.clear(name);
    this.handles[name] = this.world.later(act, ms);
  }

  /** @param {...string} names all of them when none is named */
  clear(...names) {
    for (const name of names.length ? names : Object.keys(this.handles)) {
      if (this.handles[name] !== undefined) this.world.cancel(this.handles[name]);
      delete this.handles[name];
    }
  }
}
