/** Buttons below the picture: play, step, jump, speed, loop. Each says its key. */

import { make, setAttribute, setText } from "./dom.js";
import { clock, phaseAt, repAt } from "./moments.js";
import { RATES } from "./playback.js";

const RATE_WORDS = Object.freeze({ 1: "1×", 0.5: "½×", 0.25: "¼×", 0.1: "0.1×" });
const PHASES = Object.freeze({ stand: "Stand", descent: "Down", hold: "Hold", ascent: "Up", sit: "Sit" });

export class Controls {
  /** @param {import("./playback.js").Playback} playback */
  constructor(playback) {
    this.playback = playback;
    const button = (id, text, title, act) => make("button", {
      class: "fcr-button", type: "button", text, title, "aria-label": title, "data-testid": `player-${id}`, onclick: act,
    });
    this.play = button("play", "▶", "Play or pause (Space)", () => playback.toggle());
    this.loop = button("loop", "Loop rep", "Repeat this rep (R)", () => playback.toggleLoop());
    this.rates = RATES.map((rate) => button(`rate-${rate}`, RATE_WORDS[rate], `Speed ${rate} (${RATES.indexOf(rate) + 1})`, () => playback.setRate(rate)));
    this.buttons = make(
      "div", { class: "fcr-row fcr-controls", role: "group", "aria-label": "Playback" },
      this.play,
      button("back", "◁", "One frame back (,)", () => playback.step(-1)),
      button("forward", "▷", "One frame on (.)", () => playback.step(1)),
      make("span", { class: "fcr-gap" }),
      button("previous-rep", "‹ Rep", "Previous rep ([)", () => playback.toPreviousRep()),
      button("bottom", "Bottom", "Bottom of this rep (B)", () => playback.toBottom()),
      button("next-rep", "Rep ›", "Next rep (])", () => playback.toNextRep()),
      button("flagged", "◆ Flagged", "Next flagged moment (F)", () => playback.toFlagged(1)),
      make("span", { class: "fcr-gap" }),
      make("span", { class: "fcr-group", role: "group", "aria-label": "Speed" }, ...this.rates),
      this.loop,
    );
    this.clock = make("span", { class: "fcr-clock", "data-testid": "player-clock" });
    this.where = make("span", { class: "fcr-where", "data-testid": "player-where" });
    this.status = make("div", { class: "fcr-status" }, this.where, this.clock);
  }

  /** Of what changes with each frame. */
  show() {
    const { set, at, frame } = this.playback;
    if (set === null) return;
    setText(this.clock, `${clock(at)}   frame ${frame + 1} of ${set.t.length}`);
    this.clock.dataset.frame = String(frame);
    this.clock.dataset.at = String(at);
    const rep = repAt(set.reps, at);
    const phase = PHASES[phaseAt(set.phases, at)];
    setText(this.where, rep === null ? "Between reps" : `Rep ${rep.index}${rep.excluded ? " (left out)" : ""} · ${phase}`);
  }

  /** Of what changes with a press. */
  showState() {
    const { playing, rate, looped } = this.playback;
    setText(this.play, playing ? "❚❚" : "▶");
    setAttribute(this.loop, "aria-pressed", String(looped !== null));
    setText(this.loop, looped === null ? "Loop rep" : `Loop rep ${looped.index}`);
    for (const [i, button] of this.rates.entries()) setAttribute(button, "aria-pressed", String(RATES[i] === rate));
  }
}
