/**
 * Where the player is in time. The cursor is a frame: everything on the page shows that frame, and the video is sent
 * there. While the video plays it is the other way round.
 */

import { endOf, frameAt, insideFrame, nearestFrame, nearestRep, nextMoment, nextRep, previousRep } from "./moments.js";

export const RATES = Object.freeze([1, 0.5, 0.25, 0.1]);
/** Times that browsers give are rounded to microseconds. */
const ROUNDING_S = 1e-4;

export class Playback {
  /** @param {() => void} onChange the cursor, the speed or the loop has changed */
  constructor(onChange) {
    this.onChange = onChange;
    this.set = null;
    /** @type {import("./film.js").Film|import("./film.js").BlankFilm|null} */
    this.film = null;
    this.frame = 0;
    this.rate = 1;
    this.playing = false;
    this.looped = null;
  }

  /** Seconds from the first frame. */
  get at() {
    return this.set === null ? 0 : this.set.t[this.frame];
  }

  /** Another state of the same set, or another set: the time stays. */
  setSet(set) {
    const at = this.at;
    this.set = set;
    this.frame = nearestFrame(set.t, at);
    if (this.looped !== null) this.looped = nearestRep(set.reps, (this.looped.start_s + this.looped.end_s) / 2);
    this.onChange();
  }

  setFilm(film) {
    this.film = film;
    this.playing = false;
    if (this.set !== null) this.#send();
  }

  /** @param {number} frame */
  goToFrame(frame) {
    if (this.set === null || this.set.t.length === 0) return;
    const to = Math.min(this.set.t.length - 1, Math.max(0, frame));
    if (to === this.frame) return;
    this.frame = to;
    this.#send();
    this.onChange();
  }

  /** @param {number|null} at s; null is nowhere */
  goTo(at) {
    if (this.set !== null && at !== null) this.goToFrame(nearestFrame(this.set.t, at));
  }

  /** @param {number} frames back where negative */
  step(frames) {
    this.pause();
    this.goToFrame(this.frame + frames);
  }

  toNextRep() {
    this.goTo(nextRep(this.set.t, this.set.reps, this.frame)?.start_s ?? null);
  }

  toPreviousRep() {
    this.goTo(previousRep(this.set.reps, this.at)?.start_s ?? null);
  }

  toBottom() {
    this.goTo(nearestRep(this.set.reps, this.at)?.bottom_s ?? null);
  }

  toFlagged(direction) {
    this.goTo(nextMoment(this.set.t, this.set.flagged, this.frame, direction));
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  play() {
    if (this.set === null || this.film === null) return;
    if (this.frame >= this.set.t.length - 1) this.goToFrame(0);
    this.playing = true;
    this.film.play(this.rate);
    this.onChange();
  }

  pause() {
    if (!this.playing) return;
    this.playing = false;
    this.film.pause();
    // The video may be a little further than the frame it has shown last.
    this.#send();
    this.onChange();
  }

  /** @param {number} rate one of `RATES` */
  setRate(rate) {
    this.rate = rate;
    this.film?.setRate(rate);
    this.onChange();
  }

  toggleLoop() {
    this.looped = this.looped === null ? nearestRep(this.set.reps, this.at) : null;
    this.onChange();
  }

  /** The video shows a frame. @param {number} at s */
  shown(at) {
    if (!this.playing || this.set === null) return;
    if (this.looped !== null && (at >= this.looped.end_s || at < this.looped.start_s - 0.2)) {
      this.goTo(this.looped.start_s);
      return;
    }
    const frame = frameAt(this.set.t, at + ROUNDING_S);
    if (frame === this.frame) return;
    this.frame = frame;
    this.onChange();
  }

  /** The video has come to its end. */
  stopped() {
    if (this.looped !== null && this.playing) {
      this.goTo(this.looped.start_s);
      this.film.play(this.rate);
      return;
    }
    this.playing = false;
    this.onChange();
  }

  get end() {
    return this.set === null ? 0 : endOf(this.set.t);
  }

  #send() {
    this.film?.seek(insideFrame(this.set.t, this.frame));
  }
}
