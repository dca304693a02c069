/**
 * One file on its way to the server, piece by piece. It goes on by itself after a lost connection and after a server
 * that was started anew: the server says which byte is next.
 *
 * @typedef {Object} Answer
 * @property {number} status
 * @property {Object<string, any>|null} body
 *
 * @typedef {Object} World
 * @property {(request: {method: string, url: string, headers: Object<string, string>, body?: any, signal: AbortSignal,
 *   onSent?: (bytes: number) => void}) => Promise<Answer>} request rejects when there is no answer
 * @property {(ms: number, signal: AbortSignal) => Promise<void>} sleep ends early when the signal says so
 * @property {() => number} clock ms
 *
 * @typedef {Object} Office
 * @property {string} path where uploads go
 * @property {string} linkHeader
 * @property {() => string} link
 * @property {(old: string, signal: AbortSignal) => Promise<void>} renewLink resolves when there may be another one
 */

import { Pace } from "./pace.js";

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 15000;
const MOST_QUARRELS = 5;
const ON_ITS_WAY = new Set(["waiting", "running", "done", "duplicate"]);

/** No answer, or one that says that it may work later. */
class Lost extends Error {}

/** An answer that will not change by asking again. */
class Refused extends Error {
  constructor(reason, remedy = "") {
    super(reason);
    this.reason = reason;
    this.remedy = remedy;
  }
}

export class Transfer {
  /**
   * @param {File} file
   * @param {{person_id: string|null, keep_video: boolean}} wishes
   * @param {Office} office
   * @param {World} world
   * @param {(transfer: Transfer) => void} changed
   */
  constructor(file, wishes, office, world, changed) {
    this.file = file;
    this.wishes = wishes;
    this.office = office;
    this.world = world;
    this.changed = () => changed(this);
    this.ending = new AbortController();
    this.pace = new Pace();
    /** @type {"queued"|"sending"|"lost"|"checking"|"arrived"|"refused"|"cancelled"} */
    this.state = "queued";
    this.id = null;
    /** Whether the server keeps an entry of what became of it. */
    this.listed = false;
    this.sent = 0;
    this.reason = "";
    this.remedy = "";
  }

  /**
   * What the server says of an upload now.
   * @param {string} id @param {Office} office @param {World} world @param {AbortSignal} signal
   * @returns {Promise<{state: string, set_id?: string|null, reason: string, remedy: string}|null>} null where there is no
   *   answer; state `refused` where it does not tell
   */
  static async look(id, office, world, signal) {
    const transfer = new Transfer(null, {}, office, world, () => {});
    try {
      return await transfer.#ask("GET", id, { signal });
    } catch (error) {
      if (error instanceof Lost) return null;
      if (!(error instanceof Refused)) throw error;
      return { state: "refused", reason: error.reason, remedy: error.remedy };
    }
  }

  get over() {
    return ["arrived", "refused", "cancelled"].includes(this.state);
  }

  /** Send it; resolves when it has arrived, is refused or cancelled, and never rejects. */
  async run() {
    let pause = FIRST_PAUSE_MS;
    while (!this.over) {
      const before = this.sent;
      try {
        await this.#ship();
      } catch (error) {
        if (this.ending.signal.aborted) return;
        if (error instanceof Refused) {
          this.#refuse(error);
        } else if (error instanceof Lost) {
          if (this.sent > before) pause = FIRST_PAUSE_MS;
          this.pace.forget();
          this.#become("lost");
          await this.world.sleep(pause, this.ending.signal);
          pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
        } else {
          throw error;
        }
      }
    }
  }

  /** Give it up, here and on the server. */
  async cancel() {
    if (this.over) return;
    this.#become("cancelled");
    this.ending.abort();
    if (this.id === null) return;
    const after = new AbortController();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      try {
        await this.#ask("DELETE", this.id, { signal: after.signal });
        return;
      } catch (error) {
        if (!(error instanceof Lost)) return;
        await this.world.sleep(FIRST_PAUSE_MS, after.signal);
      }
    }
  }

  async #ship() {
    let row = this.id === null ? await this.#begin() : await this.#ask("GET", this.id);
    this.id = row.id;
    let quarrels = 0;
    while (row.state === "receiving") {
      this.sent = row.received;
      this.#become("sending");
      const next = await this.#send(row);
      quarrels = next.received > row.received ? 0 : quarrels + 1;
      if (quarrels >= MOST_QUARRELS) throw new Lost();
      row = { ...row, ...next };
    }
    this.listed = true;
    if (ON_ITS_WAY.has(row.state)) {
      this.sent = this.file.size;
      this.#become("arrived");
    } else if (row.state === "cancelled") {
      this.#become("cancelled");
    } else {
      throw new Refused(row.reason, row.remedy);
    }
  }

  #begin() {
    const { name, size, lastModified } = this.file;
    const said = { name, size, last_modified_ms: lastModified, ...this.wishes };
    return this.#ask("POST", null, { headers: { "Content-Type": "application/json" }, body: JSON.stringify(said) });
  }

  /** Send the next piece. @returns what the server says then, with at least `received` */
  async #send(row) {
    const from = row.received;
    const to = Math.min(from + row.chunk_bytes, this.file.size);
    const piece = await this.#read(from, to);
    const headers = { "Content-Range": `bytes ${from}-${to - 1}/${this.file.size}`, "Content-Type": "application/octet-stream" };
    const onSent = (bytes) => {
      this.sent = Math.min(from + bytes, to);
      this.pace.note(this.world.clock(), this.sent);
      if (this.sent >= this.file.size) this.state = "checking";
      this.changed();
    };
    return this.#ask("PUT", row.id, { headers, body: piece, onSent });
  }

  async #read(from, to) {
    try {
      return await this.file.slice(from, to).arrayBuffer();
    } catch {
      throw new Refused(`“${this.file.name}” cannot be read any more.`, "It was moved or changed. Choose it again.");
    }
  }

  async #ask(method, id, { headers = {}, body, onSent, signal = this.ending.signal } = {}) {
    const link = this.office.link();
    const url = id === null ? this.office.path : `${this.office.path}/${id}`;
    let answer;
    try {
      answer = await this.world.request({
        method, url, body, onSent, signal, headers: { ...headers, [this.office.linkHeader]: link },
      });
    } catch {
      throw new Lost();
    }
    const { status, body: said } = answer;
    if (status >= 200 && status < 300 && said !== null) return said;
    if (status === 409 && Number.isInteger(said?.received)) return { received: said.received };
    if (status === 409 && id !== null && method !== "GET") return this.#ask("GET", id);
    if (status === 401) {
      await this.office.renewLink(link, signal);
      throw new Lost();
    }
    if (said === null || (status >= 500 && status !== 507)) throw new Lost();
    this.listed = said.error === "not-a-video" && id !== null;
    throw new Refused(said.reason ?? "The server refused this video.", said.remedy ?? "");
  }

  #refuse({ reason, remedy }) {
    this.reason = reason;
    this.remedy = remedy;
    this.#become("refused");
  }

  #become(state) {
    if (this.state === "cancelled") return;
    this.state = state;
    this.changed();
  }
}
