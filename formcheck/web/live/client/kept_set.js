/**
 * A set of landmarks as this device keeps it while it is done: in memory, to be sent anew when the network was away for
 * long, and in the device's store, so that a reload does not lose it. It goes when it is measured.
 *
 * @typedef {import("./device_store.js").Kept & {setup: string, lasts_s: number, begun: boolean, finished: boolean,
 *   steps: [number, string][]}} KeptSet
 *   `setup` is the first message of the set; `begun`: past the set-up, so that something would be lost with it; `steps`
 *   are messages that say that what finds the poses is another one, each with the number of frames before it
 */

import { Connection } from "./connection.js";
import { MOST_SET_FRAMES } from "./contract.js";
import { KEPT_FLOW } from "./flow.js";
import { framesIn, joined, timeOf } from "./landmark_message.js";
import { keptSetupMessage } from "./protocol.js";

/** Written together: a second of them. */
const FRAMES_A_PIECE = 30;

export class SetKeeper {
  /**
   * @param {import("./device_store.js").DeviceStore} store
   * @param {{id: string, owner: string, made_at: number, setup: string}} set
   * @param {(id: string) => () => void} hold notes that this window is at work on it, until told that it is not
   */
  constructor(store, set, hold) {
    this.hold = hold;
    this.release = () => {};
    this.store = store;
    /** @type {KeptSet} */
    this.set = { ...set, lasts_s: 0, begun: false, finished: false, steps: [] };
    /** @type {ArrayBuffer[]} */
    this.frames = [];
    this.written = 0;
    this.pieces = 0;
    /** What is being written, one after the other; a browser that keeps nothing loses nothing but the way back. */
    this.work = Promise.resolve();
    this.dropped = false;
  }

  /** @param {ArrayBuffer} frame its bytes, as `landmarkFrame` makes them */
  add(frame) {
    if (this.dropped || this.frames.length >= MOST_SET_FRAMES) return;
    this.frames.push(frame);
    if (this.frames.length - this.written >= FRAMES_A_PIECE) this.write();
  }

  /** Another finder goes on from here. @param {string} said to the server */
  step(said) {
    this.set.steps = [...this.set.steps, [this.frames.length, said]];
    this.write();
  }

  /** Somebody would miss it from here on. */
  begin() {
    if (this.set.begun) return;
    this.set.begun = true;
    this.release = this.hold(this.set.id);
    this.write();
  }

  finish() {
    this.set.finished = true;
    this.begin();
    this.write();
  }

  /** Write what is not written yet. @returns {Promise<void>} */
  write() {
    if (this.dropped || !this.set.begun) return this.work;
    const from = this.written;
    this.written = this.frames.length;
    const pieces = [];
    for (let at = from; at < this.written; at += FRAMES_A_PIECE) {
      pieces.push([this.pieces, joined(this.frames.slice(at, Math.min(at + FRAMES_A_PIECE, this.written)))]);
      this.pieces += 1;
    }
    const set = { ...this.set, lasts_s: secondsOf(this.frames) };
    return this.#next(async () => {
      await this.store.put("sets", set);
      for (const [n, bytes] of pieces) await this.store.addPiece("sets", set.id, n, bytes);
    });
  }

  /** It waits here for another visit, or for another try. */
  leave() {
    this.write();
    this.release();
  }

  /** It is measured, or was given up. */
  drop() {
    if (this.dropped) return this.work;
    this.dropped = true;
    this.release();
    return this.#next(() => this.store.remove("sets", this.set.id));
  }

  #next(act) {
    this.work = this.work.then(act).catch(() => {});
    return this.work;
  }
}

/** The frames of a set that the store has. @param {import("./device_store.js").DeviceStore} store @param {string} id */
export async function framesOf(store, id) {
  return (await store.pieces("sets", id)).flatMap(framesIn);
}

/**
 * Frames as a connection takes them.
 * @param {ArrayBuffer[]} frames @param {[number, string][]} steps
 * @returns {import("./flow.js").InFlightFrame[]}
 */
export function entriesOf(frames, steps = []) {
  const said = new Map(steps);
  return frames.map((bytes, i) => ({
    t: timeOf(bytes), takenAt: 0, sentAt: null, bytes, late: true, flow: KEPT_FLOW, before: said.get(i) ?? null,
  }));
}

/** How long a set lasted, s. @param {ArrayBuffer[]} frames */
function secondsOf(frames) {
  return frames.length === 0 ? 0 : Math.round((timeOf(frames.at(-1)) - timeOf(frames[0])) / 1000);
}

/** Sends a set that was kept by another visit; takes the place of a `SetRun`. */
export class KeptRun {
  /**
   * @param {KeptSet} set
   * @param {ArrayBuffer[]} frames
   * @param {(setup: string) => {url: string, setup: string}} addressed the address of the socket now
   * @param {import("./connection.js").Handlers} handlers
   * @param {import("./world.js").World} world
   */
  constructor(set, frames, addressed, handlers, world) {
    this.isKept = true;
    this.isOnDevice = true;
    this.setup = keptSetupMessage(set.setup);
    this.sessionNumber = JSON.parse(this.setup).session_number;
    this.addressed = addressed;
    this.connection = new Connection(addressed(this.setup), handlers, world, KEPT_FLOW, entriesOf(frames, set.steps));
    this.connection.finish();
  }

  finish() {}

  renew() {
    this.connection.renew(this.addressed(this.setup));
  }

  hurry() {
    this.connection.hurry();
  }

  close(cancel) {
    this.connection.close(cancel);
  }
}
