/** What the clinician keeps of a moment: marks, notes, stills and what is drawn on them. */

import { make, setAttribute, setText, show } from "../../live/client/dom.js";
import { StillDrawings } from "./angles.js";
import { MOST_DRAWINGS } from "./contract.js";
import { StillPicture, Switch, button, field, minutes } from "./parts.js";

/** A still is there within this, ms. */
const STILL_MS = 10_000;
const MOMENTS = Object.freeze([["mark", "Mark"], ["good", "Good"], ["pain", "Pain"], ["look_again", "Look again"]]);

export class Notes {
  /**
   * @param {(message: Object) => void} send
   * @param {() => number|null} shownT capture time of the frame that is shown, by the client's clock
   */
  constructor(send, shownT) {
    this.send = send;
    this.shownT = shownT;
    this.moments = make("ol", { class: "fr-log", "aria-label": "Moments", "data-testid": "moments" });
    const what = field("moment-text", "What was it? (may stay empty)", { maxlength: "300", autocomplete: "off" });
    this.momentText = what.input;
    const note = field("note-text", "Note", { rows: "4", maxlength: "4000" });
    this.forClient = make("input", { type: "checkbox", id: "fr-for-client", "data-testid": "note-for-client" });
    this.noteState = make("p", { class: "fr-quiet", "data-testid": "noted", role: "status" });
    this.noteInput = note.input;
    this.element = make("div", { class: "fr-stack" }, what.element,
      make("div", { class: "fr-row", role: "group", "aria-label": "Mark this moment" },
        ...MOMENTS.map(([kind, text]) => button(`moment-${kind}`, text, () => this.#moment(kind)))),
      this.moments, note.element,
      make("div", { class: "fr-row" }, make("span", { class: "fr-tick" }, this.forClient,
        make("label", { for: "fr-for-client", text: "The client may read it" })),
      button("note-send", "Keep note", () => this.#note(), { kind: "fc-primary" })), this.noteState);
  }

  #moment(kind) {
    this.send({ type: "moment", kind, text: this.momentText.value.trim(), t_ms: this.shownT() });
    this.momentText.value = "";
  }

  marked({ kind, text, t_s: t, by }) {
    const word = MOMENTS.find(([name]) => name === kind)?.[1] ?? kind;
    this.moments.append(make("li", {}, make("b", { text: t === null ? "" : `${minutes(1000 * t)} ` }),
      make("span", { text: [word, text, by].filter(Boolean).join(" · ") })));
  }

  noted() {
    setText(this.noteState, "The note is in the records.");
  }

  #note() {
    const text = this.noteInput.value.trim();
    if (text === "") return;
    setText(this.noteState, "Keeping it…");
    this.send({ type: "note", text, for_client: this.forClient.checked });
    this.noteInput.value = "";
  }
}

/**
 * @typedef {Object} StillHandlers
 * @property {(message: Object) => void} send
 * @property {() => number|null} shownT capture time of the frame that is shown, by the client's clock
 * @property {(words: string) => void} onTrouble
 * @property {() => void} onAsked
 */

export class Stills {
  /** @param {StillHandlers} handlers */
  constructor(handlers) {
    this.handlers = handlers;
    this.stills = new Map();
    /** Id of the one that is shown. @type {string|undefined} */
    this.opened = undefined;
    this.takeStill = button("take-still", "Take still", () => this.#take(), { key: "T" });
    this.drawing = new StillDrawings();
    this.still = new StillPicture();
    this.stillList = make("div", { class: "fr-row", role: "group", "aria-label": "Stills" });
    this.noStill = make("p", { class: "fr-quiet", text: "Take still gives the client's own camera picture of the moment that you see, if the client agreed to it." });
    this.kinds = Object.fromEntries([["angle", "Angle"], ["line", "Line"], ["text", "Text"]].map(([kind, text]) =>
      [kind, new Switch(`draw-${kind}`, text, () => this.#drawKind(kind))]));
    const words = field("draw-words", "Text to put down", { maxlength: "80", autocomplete: "off" });
    this.drawWords = words;
    show(words.element, false);
    this.shareSwitch = new Switch("share-still", "Show to client", (on) => this.#share(on));
    this.tools = make("div", { class: "fr-stack", hidden: true },
      make("div", { class: "fr-row", role: "toolbar", "aria-label": "Drawing" }, ...Object.values(this.kinds).map(({ element }) => element),
        button("draw-undo", "Undo", () => this.#undo()), this.shareSwitch.element), words.element,
      make("p", { class: "fr-quiet", "data-testid": "draw-help" }), this.still.element);
    this.drawHelp = this.tools.querySelector("[data-testid=draw-help]");
    this.still.element.addEventListener("pointerdown", (event) => this.#drawAt(event));
    this.#drawKind("angle");
    this.element = make("div", { class: "fr-stack" }, this.noStill, this.stillList, this.tools);
  }

  #take() {
    const t = this.handlers.shownT();
    if (t === null) {
      this.handlers.onTrouble("There is no picture of the client yet. Wait until it shows.");
      return;
    }
    this.handlers.send({ type: "take_still", t_ms: t });
    this.handlers.onAsked();
    clearTimeout(this.stillTimer);
    this.stillTimer = setTimeout(() => this.handlers.onTrouble("No still came. Take it again; the client must agree to it and have the page in view."), STILL_MS);
  }

  /** Something was refused: it may have been the still. */
  refused() {
    clearTimeout(this.stillTimer);
  }

  came({ id, still }) {
    if (still === null) {
      this.stills.delete(id);
    } else {
      clearTimeout(this.stillTimer);
      const isNew = !this.stills.has(id);
      this.keep(still);
      if (isNew) this.#open(id);
      else if (this.opened === id) this.#show(still);
    }
    this.#list();
  }

  keep(still) {
    this.stills.set(still.still, still);
    this.#list();
  }

  #list() {
    show(this.noStill, this.stills.size === 0);
    this.stillList.replaceChildren(...[...this.stills.keys()].map((id, i) => {
      const open = button(`still-${i}`, `Still ${i + 1}`, () => this.#open(id));
      setAttribute(open, "aria-pressed", String(id === this.opened));
      return open;
    }));
  }

  #open(id) {
    this.opened = id;
    this.drawing = Object.assign(new StillDrawings(this.stills.get(id).drawings), { kind: this.drawing.kind });
    show(this.tools, true);
    this.#show(this.stills.get(id));
    this.#list();
    // Beside a set the list of measures stands above it.
    this.still.element.scrollIntoView({ block: "nearest" });
  }

  #show(still) {
    this.still.show(still);
    if (this.drawing.points.length === 0) this.drawing.take(still.drawings);
    this.shareSwitch.set(still.shared);
    this.still.draw(this.drawing.all);
  }

  #drawKind(kind) {
    this.drawing.choose(kind);
    for (const [each, one] of Object.entries(this.kinds)) one.set(each === kind);
    show(this.drawWords.element, kind === "text");
    setText(this.drawHelp, { angle: "Click three points; the second is the vertex.", line: "Click two points.", text: "Write the text, then click its place." }[kind]);
    this.still.draw(this.drawing.all);
  }

  #drawAt(event) {
    event.preventDefault();
    if (this.drawing.isFull) this.handlers.onTrouble(`A still takes ${MOST_DRAWINGS} drawings. Undo one to draw another.`);
    if (this.drawing.add(this.still.place(event), this.drawWords.input.value)) this.#sendDrawings();
    this.still.draw(this.drawing.all);
  }

  #undo() {
    if (this.drawing.undo()) this.#sendDrawings();
    this.still.draw(this.drawing.all);
  }

  #sendDrawings() {
    this.handlers.send({ type: "draw", still: this.opened, drawings: this.drawing.shown });
  }

  #share(on) {
    this.handlers.send({ type: "share_still", still: this.opened, shared: on });
  }
}
