/** Moving the boundaries of one rep: proposed first, kept as one correction. */

import { newRep, repTimesMessage, roomOf, timesOf, withMoment } from "./rep_edges.js";

export class TimesTool {
  /** @param {{post: (message: import("./contract.js").PlayerEvent) => void, onChange: () => void}} owner */
  constructor(owner) {
    this.owner = owner;
    this.set = null;
    this.end = 0;
    /** @type {{rep: import("./set_data.js").Rep, times: Object<string, number>, touched: boolean}|null} */
    this.edited = null;
    /** The moment that the arrow keys move. @type {string|null} */
    this.moment = null;
  }

  get pending() {
    return this.edited?.touched ?? false;
  }

  /** @param {Object} set @param {number} end s */
  setSet(set, end) {
    this.set = set;
    this.end = end;
    this.edited = null;
  }

  /** Take a rep in hand, unless another one waits to be kept. */
  take(rep) {
    if (this.pending || rep === null || this.edited?.rep === rep) return;
    this.edited = { rep, times: timesOf(rep), touched: false };
    this.owner.onChange();
  }

  /** Propose a rep that was missed. @param {number} at s, at its bottom */
  add(at) {
    const rep = newRep(this.set.reps, at, this.end);
    if (rep === null) return;
    this.edited = { rep, times: timesOf(rep), touched: true };
    this.owner.onChange();
  }

  /** Whether there is room for another rep. @param {number} at s */
  hasRoom(at) {
    return this.set !== null && !this.pending && newRep(this.set.reps, at, this.end) !== null;
  }

  /** @param {string} moment @param {number} at s */
  put(moment, at) {
    if (this.edited === null) return;
    const { rep, times } = this.edited;
    this.moment = moment;
    this.edited = { rep, times: withMoment(times, moment, at, roomOf(this.set.reps, rep, this.end)), touched: true };
    this.owner.onChange();
  }

  keep() {
    if (!this.pending) return;
    this.owner.post(repTimesMessage(this.edited.rep, this.edited.times));
    this.edited = { ...this.edited, touched: false };
    this.owner.onChange();
  }

  discard() {
    this.edited = null;
    this.owner.onChange();
  }
}
