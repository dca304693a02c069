/**
 * Exercises that the clock and the person count, one after the other: what is done now, what is said, what was done.
 * Nothing is measured. Pure: time comes in as milliseconds that went by.
 *
 * @typedef {{index: number, title: string, sets: number, reps: number, hold_s: number, rest_s: number, move_s: number,
 *   legs: (string|null)[], spoken: {begin: string, hold: string, back: string}}} Item
 * @typedef {{kind: "ready"|"rest"|"out"|"hold"|"back", s: number, leg: string|null, set: number, rep: number}} Segment
 * @typedef {{leg: string|null, reps: number, held_s: number, whole: boolean}} DoneSet
 * @typedef {{index: number, sets: DoneSet[], pain: number|null}} DoneItem
 * @typedef {{text: string, rank: "cue"|"count"}} Said
 */

import { SAID_EVERY_S } from "./done.js";

/** The last seconds of a wait are counted. */
const COUNTED_S = 3;
/** A hold of this length is left with a word each time, s. */
const LONG_HOLD_S = 10;
/** So long before the end of a rest it is said, s. */
const REST_ENDS_S = 10;
/** A page that was asleep, as behind a locked screen, goes on where it was, ms. */
const LONGEST_STEP_MS = 500;
const QUESTION = "How much did it hurt, from 0 to 10?";

/**
 * Everything of an item in order. A set begins with getting ready, or with the rest after the one before.
 * @param {Item} item @param {number} readyS @returns {Segment[]}
 */
export function segmentsOf(item, readyS) {
  const all = [];
  for (let set = 1; set <= item.sets; set += 1) {
    for (const [turn, leg] of item.legs.entries()) {
      const rests = turn === 0 && set > 1 && item.rest_s > readyS;
      all.push({ kind: rests ? "rest" : "ready", s: rests ? item.rest_s : readyS, leg, set, rep: 0 });
      for (let rep = 1; rep <= item.reps; rep += 1) {
        all.push({ kind: "out", s: item.move_s / 2, leg, set, rep });
        if (item.hold_s > 0) all.push({ kind: "hold", s: item.hold_s, leg, set, rep });
        all.push({ kind: "back", s: item.move_s / 2, leg, set, rep });
      }
    }
  }
  return all;
}

/** How long an item takes, s. @param {Item} item @param {number} readyS */
export function durationOf(item, readyS) {
  return segmentsOf(item, readyS).reduce((sum, { s }) => sum + s, 0);
}

export class GuidedRun {
  /** @param {Item[]} items @param {{readyS: number, answerS: number, stopFrom: number}} rules */
  constructor(items, rules) {
    this.items = items;
    this.rules = rules;
    /** @type {"running"|"asking"|"over"} */
    this.stage = "running";
    this.paused = false;
    /** Whether the person says when a rep begins, instead of the clock. */
    this.own = false;
    /** @type {DoneItem[]} */
    this.done = [];
    this.stopping = false;
    /** @type {Said[]} */
    this.said = [];
    this.#begin(0);
  }

  get item() {
    return this.items[this.at];
  }

  get segment() {
    return this.segments[this.step];
  }

  /** Seconds that are left of what is done now. */
  get leftS() {
    const all = this.stage === "asking" ? this.rules.answerS : this.segment?.s ?? 0;
    return Math.max(0, all - this.elapsedS);
  }

  /** Of what is done now, 0 to 1. */
  get share() {
    const all = this.stage === "asking" ? this.rules.answerS : this.segment?.s ?? 0;
    return all > 0 ? Math.min(1, this.elapsedS / all) : 1;
  }

  get waits() {
    return this.stage === "running" && (this.segment.kind === "ready" || this.segment.kind === "rest");
  }

  /** Time goes by. @param {number} ms @returns {Said[]} what is to be said now */
  tick(ms) {
    if (!this.paused && this.stage !== "over") this.#advance(Math.min(ms, LONGEST_STEP_MS) / 1000);
    const said = this.said;
    this.said = [];
    return said;
  }

  pause() {
    if (this.stage === "running") this.paused = !this.paused;
  }

  /** Whether the clock or the person counts. */
  countOwn() {
    this.own = !this.own;
  }

  /** Go on: with the next rep where the person counts, past a wait, out of a hold, without an answer. */
  next() {
    this.paused = false;
    if (this.stage === "asking") this.answer(null);
    else if (this.stage === "running" && (this.waits || this.segment.kind === "hold" || this.own)) this.#leave();
  }

  /** End the exercise now; what was done of it counts. */
  stop() {
    if (this.stage !== "running") return;
    this.stopping = true;
    this.paused = false;
    this.#keepSet(false);
    this.#ask();
  }

  /** @param {number|null} pain 0 to 10; null for no answer */
  answer(pain) {
    if (this.stage !== "asking") return;
    this.done.push({ index: this.item.index, sets: this.sets, pain });
    const tooMuch = pain !== null && pain >= this.rules.stopFrom;
    if (this.stopping || tooMuch || this.at + 1 >= this.items.length) {
      this.stage = "over";
      this.#say(tooMuch ? "Stop for today" : "Done", "cue");
      return;
    }
    this.stage = "running";
    this.#begin(this.at + 1);
  }

  #begin(at) {
    this.at = at;
    this.segments = segmentsOf(this.item, this.rules.readyS);
    this.step = 0;
    /** @type {DoneSet[]} */
    this.sets = [];
    this.#fresh();
    this.#enter(true);
  }

  #fresh() {
    this.reps = 0;
    this.heldS = 0;
  }

  #advance(s) {
    const before = this.leftS;
    this.elapsedS += s;
    if (this.stage === "asking") {
      if (this.leftS <= 0) this.answer(null);
      return;
    }
    const { kind } = this.segment;
    if (kind === "hold") {
      this.heldS += Math.min(s, before);
      this.#sayHeld(this.elapsedS - s);
    }
    if (this.waits) this.#sayWait(before);
    const isOwn = this.own && kind === "out";
    if (this.leftS <= 0 && !isOwn) this.#leave();
  }

  #leave() {
    const left = this.segment;
    const next = this.segments[this.step + 1];
    if (left.kind === "back") this.#countRep(left.rep);
    if (left.kind === "back" && (next === undefined || next.kind === "ready" || next.kind === "rest")) this.#keepSet(true);
    if (next === undefined) {
      this.#ask();
      return;
    }
    this.step += 1;
    this.#enter(false);
  }

  #enter(isFirst) {
    this.elapsedS = 0;
    this.heldTens = 0;
    const { kind, leg, s, rep } = this.segment;
    const { spoken, title, hold_s: holdS } = this.item;
    const side = leg === null ? "" : `${leg === "left" ? "Left" : "Right"} leg. `;
    if (kind === "ready") this.#say(`${isFirst ? `${title}. ` : ""}${side}Get ready`, "cue");
    if (kind === "rest") this.#say(`Rest. ${Math.round(s)} seconds`, "cue");
    if (kind === "out" && (rep === 1 || holdS >= LONG_HOLD_S)) this.#say(spoken.begin, "cue");
    if (kind === "hold") this.#say(spoken.hold, "count");
    if (kind === "back" && (rep === 1 || holdS >= LONG_HOLD_S)) this.#say(spoken.back, "cue");
  }

  #countRep(rep) {
    this.reps += 1;
    const isLast = rep === this.item.reps;
    if (isLast) this.#say(this.item.reps > 1 ? `${rep}. Done` : "Done", "cue");
    else this.#say(String(rep), "count");
  }

  #sayHeld(beforeS) {
    const tens = Math.floor(this.elapsedS / SAID_EVERY_S);
    if (tens > Math.floor(beforeS / SAID_EVERY_S) && this.leftS > 0) this.#say(`${tens * SAID_EVERY_S} seconds`, "count");
  }

  #sayWait(beforeS) {
    const isPast = (mark) => beforeS > mark && this.leftS <= mark;
    if (this.segment.kind === "rest" && this.segment.s >= 2 * REST_ENDS_S && isPast(REST_ENDS_S)) this.#say("10 seconds", "cue");
    for (let mark = COUNTED_S; mark >= 1; mark -= 1) if (isPast(mark)) this.#say(String(mark), "count");
  }

  #keepSet(whole) {
    if (whole || this.reps > 0 || this.heldS > 0) {
      const { leg } = this.segment;
      this.sets.push({ leg, reps: this.reps, held_s: Math.round(this.heldS * 10) / 10, whole });
    }
    this.#fresh();
  }

  #ask() {
    this.stage = "asking";
    this.elapsedS = 0;
    this.#say(QUESTION, "cue");
  }

  #say(text, rank) {
    this.said.push({ text, rank });
  }
}

export { QUESTION };
