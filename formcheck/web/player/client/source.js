/**
 * Fetching a set's data: the newest version wins, an older one that comes late is dropped. An address is known by its
 * path: what follows it is the permission to read it, which is renewed from time to time.
 */

import { readSet } from "./set_data.js";

/** @param {string} url @returns {string} without what comes and goes */
export function pathOf(url) {
  return url.split(/[?#]/, 1)[0];
}

export class Source {
  /** @param {{onSet: (set: Object) => void, onTrouble: (words: string) => void}} owner */
  constructor(owner) {
    this.owner = owner;
    this.wanted = "";
    this.cancel = new AbortController();
  }

  /** @param {string} url @param {string} version */
  async want(url, version) {
    const name = `${version} ${pathOf(url)}`;
    if (name === this.wanted) return;
    this.wanted = name;
    this.cancel.abort();
    this.cancel = new AbortController();
    try {
      const answer = await fetch(url, { signal: this.cancel.signal, credentials: "same-origin" });
      if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
      const set = readSet(await answer.json());
      if (this.wanted === name) this.owner.onSet(set);
    } catch (error) {
      if (this.wanted !== name || error.name === "AbortError") return;
      this.wanted = "";
      console.error(error);
      this.owner.onTrouble("The set could not be loaded. Reload the page.");
    }
  }

  close() {
    this.wanted = "";
    this.cancel.abort();
  }
}
