/**
 * What is said, when, and in which order. Pure rules; `speaker.js` talks to the browser.
 *
 * @typedef {"safety"|"cue"|"count"} Rank
 * @typedef {{text: string, rank: Rank, at: number}} Utterance
 */

import { SAID_EVERY_S, doneOf } from "./done.js";

const RANKS = Object.freeze({ count: 1, cue: 2, safety: 3 });
/** What has waited longer than this is no longer about now, ms. */
export const STALE_MS = 2500;
/** The same words are not said twice within this time, ms. */
export const REPEAT_MS = 1500;
/** An instruction is said again after this time, once, ms. */
export const REMIND_MS = 6000;
/** An instruction that stands for less than this is not said, ms. */
export const SETTLE_MS = 300;
/** One utterance at a time; at most one waits. A newer cue replaces a waiting one, and safety goes before all. */
export class SpeechQueue {
  constructor() {
    /** @type {Utterance|null} */
    this.current = null;
    /** @type {Utterance|null} */
    this.waiting = null;
    this.said = { text: "", at: -Infinity };
  }

  /**
   * @param {Utterance} utterance
   * @returns {"interrupt"|"wait"|"drop"} interrupt: what is being said must stop for it
   */
  offer(utterance) {
    if (utterance.text === this.said.text && utterance.at - this.said.at < REPEAT_MS) return "drop";
    const waiting = this.#fresh(this.waiting, utterance.at);
    if (waiting !== null && RANKS[waiting.rank] > RANKS[utterance.rank]) return "drop";
    this.waiting = utterance;
    const interrupts = utterance.rank === "safety" && this.current !== null && this.current.rank !== "safety";
    return interrupts ? "interrupt" : "wait";
  }

  /** What to say now; null while something is being said. @param {number} now @returns {Utterance|null} */
  next(now) {
    if (this.current !== null) return null;
    const next = this.#fresh(this.waiting, now);
    this.waiting = null;
    if (next === null) return null;
    this.current = next;
    this.said = { text: next.text, at: now };
    return next;
  }

  ended() {
    this.current = null;
  }

  clear() {
    this.current = null;
    this.waiting = null;
  }

  #fresh(utterance, now) {
    return utterance !== null && now - utterance.at <= STALE_MS ? utterance : null;
  }
}

const NO_TARGET = Object.freeze({ reps: null, hold_s: null });

/** Turns what the server says into utterances. */
export class Narrator {
  constructor() {
    this.reset();
  }

  reset() {
    this.instruction = { text: "", since: 0, times: 0, at: 0 };
    this.reps = null;
    this.countdown = null;
    this.phase = "stand";
    this.stage = null;
    this.done = null;
    this.isEnding = false;
    this.heldTens = 0;
  }

  /**
   * @param {import("./contract.js").Frame} frame
   * @param {number} now
   * @param {{reps: number|null, hold_s: number|null}} target what is prescribed
   * @returns {Utterance[]}
   */
  utterances(frame, now, target = NO_TARGET) {
    const said = [];
    const say = (text, rank) => said.push({ text, rank, at: now });
    if (frame.countdown !== null && frame.countdown !== this.countdown) say(String(frame.countdown), "count");
    if (frame.stage === "set" && this.stage === "countdown") say("Go", "count");
    const done = doneOf(frame, target);
    const isDone = done !== null && done !== this.done;
    if (this.reps !== null && frame.reps > this.reps && !isDone) say(String(frame.reps), "count");
    if (target.hold_s && frame.stage === "set" && frame.phase === "hold" && this.phase !== "hold") say("Hold", "count");
    this.#instruction(frame.setup, now, say);
    this.#held(frame, target, say);
    if (frame.cue?.spoken) say(frame.cue.text, rankOf(frame.cue.kind));
    // Last: of two cues the later is said.
    if (isDone) say(done === "reps" ? `${frame.reps}. Done` : "Done. Come up", "cue");
    this.#ending(frame, say);
    this.done = done;
    this.countdown = frame.countdown;
    this.reps = frame.reps;
    this.phase = frame.phase;
    this.stage = frame.stage;
    return said;
  }

  /** In a long hold, every ten seconds. */
  #held(frame, target, say) {
    const tens = !frame.hold_s ? 0 : Math.floor(frame.hold_s / SAID_EVERY_S);
    if (tens > this.heldTens && tens * SAID_EVERY_S !== target.hold_s) say(`${tens * SAID_EVERY_S} seconds`, "count");
    this.heldTens = tens;
  }

  /** That the set is about to end, and that it goes on after all. */
  #ending(frame, say) {
    const isEnding = Boolean(frame.ending);
    if (isEnding && !this.isEnding) say(frame.ending.why === "left" ? "Finishing. Come back to go on" : "Finishing", "cue");
    if (!isEnding && this.isEnding && frame.stage !== "done") say("Going on", "cue");
    this.isEnding = isEnding;
  }

  #instruction(instruction, now, say) {
    const text = instruction?.message ?? "";
    if (text !== this.instruction.text) this.instruction = { text, since: now, times: 0, at: 0 };
    if (text === "") return;
    const { since, times, at } = this.instruction;
    const due = times === 0 ? now - since >= SETTLE_MS : times === 1 && now - at >= REMIND_MS;
    if (!due) return;
    this.instruction.times += 1;
    this.instruction.at = now;
    say(text, "cue");
  }
}

/** @param {string} kind of a cue @returns {Rank} */
export function rankOf(kind) {
  if (kind === "safety") return "safety";
  return kind === "count" ? "count" : "cue";
}

/**
 * A voice for English that works without a network; null leaves the choice to the browser.
 * @param {{lang: string, localService?: boolean, default?: boolean}[]} voices
 */
export function chooseVoice(voices) {
  const english = voices.filter((voice) => /^en\b/i.test(voice.lang) && voice.localService !== false);
  return english.find((voice) => voice.default) ?? english[0] ?? null;
}
