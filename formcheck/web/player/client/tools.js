/** The tools and which one is in hand. */

import { make, setAttribute } from "./dom.js";
import { DrawingTool } from "./drawing_tool.js";
import { MoveTool } from "./move_tool.js";
import { drawingPanel, leaveOutPanel, movePanel, timesPanel, trimPanel } from "./panels.js";
import { TimesTool } from "./times_tool.js";
import { TrimTool } from "./trim_tool.js";

/** Name, words, key, hint. */
const CHOICES = Object.freeze([
  ["look", "Look", "V", "Look: drag moves a magnified picture"],
  ["move", "Joint", "M", "Put a joint where it is"],
  ["times", "Times", "T", "Move where a rep starts, is at its bottom, and ends"],
  ["angle", "Angle", "A", "Draw an angle"],
  ["line", "Line", "L", "Draw a line"],
  ["text", "Text", "X", "Write on the picture"],
  ["trim", "Trim", "E", "Choose the part of the video that is measured, or make two sets of one"],
]);

export class Tools {
  /**
   * @param {import("./stage.js").Stage} stage
   * @param {import("./playback.js").Playback} playback
   * @param {{post: (message: import("./contract.js").PlayerEvent) => void, onChange: () => void, repHere: () => Object|null}} owner
   */
  constructor(stage, playback, owner) {
    this.stage = stage;
    this.owner = owner;
    const onChange = () => {
      // At once: what is typed next may belong into the panel.
      this.refresh();
      owner.onChange();
    };
    const hand = { post: owner.post, onChange, stop: () => playback.pause() };
    this.times = new TimesTool(hand);
    this.trim = new TrimTool(stage, hand);
    this.tools = {
      look: {}, move: new MoveTool(stage, hand), times: this.times, trim: this.trim, leaveOut: {},
      ...Object.fromEntries(["angle", "line", "text"].map((kind) => [kind, new DrawingTool(kind, stage, hand)])),
    };
    const now = () => playback.at;
    this.reasons = leaveOutPanel((reason) => this.#leaveOut(reason), () => this.take("look"));
    this.panels = {
      move: movePanel(this.tools.move, now), times: timesPanel(this.times, now), trim: trimPanel(this.trim, now, (at) => playback.goTo(at)), leaveOut: this.reasons,
      ...Object.fromEntries(["angle", "line", "text"].map((kind) => [kind, drawingPanel(this.tools[kind])])),
    };
    this.name = "look";
    this.leaving = null;
    this.buttons = new Map(CHOICES.map(([name, text, key, title]) => [name, make("button", {
      class: "fcr-button", type: "button", text, title: `${title} (${key})`, "data-testid": `player-tool-${name}`, onclick: () => this.take(name),
    })]));
    this.element = make("span", { class: "fcr-group", role: "group", "aria-label": "Tools" }, ...this.buttons.values());
    this.place = make("div", { class: "fcr-panel-place" });
    this.take("look");
  }

  get tool() {
    return this.tools[this.name];
  }

  setSet(set, end) {
    this.times.setSet(set, end);
    this.trim.setSet(end);
    this.leaving = this.leaving && (set.reps.find(({ index }) => index === this.leaving.index) ?? null);
    this.refresh();
  }

  /** @param {string} name of a tool */
  take(name) {
    // What is proposed with the tool in hand stays proposed, and is there when it is taken up again.
    this.name = name;
    this.stage.tool = name === "times" ? {} : this.tools[name];
    for (const [each, button] of this.buttons) setAttribute(button, "aria-pressed", String(each === name));
    this.stage.element.dataset.tool = name;
    this.place.replaceChildren(...(this.panels[name] ? [this.panels[name].element] : []));
    this.refresh();
    this.owner.onChange();
  }

  askToLeaveOut(rep) {
    this.leaving = rep;
    this.take("leaveOut");
    this.#bringIntoSight();
    this.reasons.ask(rep);
  }

  /** On a phone the table is far below the question, and the picture lies over what is scrolled up. */
  #bringIntoSight() {
    const { top, bottom } = this.place.getBoundingClientRect();
    const covered = top < this.stage.element.getBoundingClientRect().bottom;
    if (covered || bottom > window.innerHeight) this.place.scrollIntoView({ block: "end" });
  }

  refresh() {
    if (this.name === "times" && this.stage.set !== null) this.times.take(this.owner.repHere());
    this.panels[this.name]?.refresh();
    setAttribute(this.buttons.get("move"), "data-pending", this.tools.move.pending ? "" : null);
    setAttribute(this.buttons.get("times"), "data-pending", this.times.pending ? "" : null);
    setAttribute(this.buttons.get("trim"), "data-pending", this.trim.pending ? "" : null);
  }

  keep() {
    this.tool.keep?.();
  }

  /** Drop what is proposed; without that, put the tool down. */
  escape() {
    if (this.tool.pending) this.tool.discard();
    else this.take("look");
  }

  /** Arrow keys. @returns {boolean} whether the tool had a use for them */
  nudge(dx, dy) {
    return this.name === "move" && this.tools.move.nudge(dx, dy);
  }

  setRun(end, at) {
    if (this.name === "move" && this.tools.move.pending) this.tools.move.setRun(end, at);
  }

  #leaveOut(reason) {
    const rep = this.leaving;
    if (rep !== null) this.owner.post({ kind: "exclude-rep", at_s: (rep.bottom_start_s + rep.bottom_end_s) / 2, reason });
    this.leaving = null;
    this.take("look");
  }
}
