/** The browser's voice, which says what the rules in `speech.js` let through. */

import { SpeechQueue, chooseVoice } from "./speech.js";

/** A browser that does not report the end of an utterance is not waited for longer, ms. */
const WATCHDOG_MS = 6000;

/** Speaks a queue with the browser's voice; without one it is silent and captions remain. */
export class Speaker {
  /** @param {SpeechSynthesis|undefined} synthesis @param {typeof SpeechSynthesisUtterance|undefined} Words */
  constructor(synthesis, Words, clock = () => performance.now()) {
    this.synthesis = synthesis && Words ? synthesis : null;
    this.Words = Words;
    this.clock = clock;
    this.queue = new SpeechQueue();
    this.muted = false;
    this.words = null;
    this.watchdog = undefined;
  }

  get available() {
    return this.synthesis !== null;
  }

  /** Phones let a page speak only if it first did so in answer to a tap: call it from one. */
  unlock() {
    if (this.synthesis === null || this.muted) return;
    const silence = new this.Words(" ");
    silence.volume = 0;
    this.synthesis.speak(silence);
  }

  /** @param {boolean} muted */
  mute(muted) {
    this.muted = muted;
    if (muted) this.stop();
  }

  /** @param {import("./speech.js").Utterance} utterance */
  say(utterance) {
    if (this.synthesis === null || this.muted) return;
    if (this.queue.offer(utterance) === "interrupt") this.#end(this.words, true);
    else this.#speak();
  }

  stop() {
    clearTimeout(this.watchdog);
    this.queue.clear();
    this.words = null;
    this.synthesis?.cancel();
  }

  #speak() {
    const next = this.queue.next(this.clock());
    if (next === null) return;
    const words = new this.Words(next.text);
    words.lang = "en";
    const voice = chooseVoice(this.synthesis.getVoices());
    if (voice !== null) words.voice = voice;
    words.onend = () => this.#end(words, false);
    words.onerror = () => this.#end(words, false);
    // Held here, because some browsers forget an utterance that nobody holds and never report its end.
    this.words = words;
    this.watchdog = setTimeout(() => this.#end(words, true), WATCHDOG_MS);
    this.synthesis.speak(words);
  }

  #end(words, cancel) {
    if (words !== this.words) return;
    clearTimeout(this.watchdog);
    this.words = null;
    this.queue.ended();
    if (cancel) this.synthesis.cancel();
    this.#speak();
  }
}
