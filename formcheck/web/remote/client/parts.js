/** Parts of both pages: buttons, people's pictures, chat, stills. */

import { make, setAttribute, setText, show } from "../../live/client/dom.js";
import { windowStorage } from "../../live/client/sessions.js";
import { drawDrawing } from "../../player/client/drawings.js";

const CODE_KEY = "formcheck-room-code";

/** The code of the link; taken out of the address at once, kept for a reload of this tab. @returns {string|null} */
export function takeCode() {
  const code = window.location.hash.slice(1);
  if (code === "") return readKept(windowStorage(), CODE_KEY);
  history.replaceState(null, "", window.location.pathname);
  try {
    windowStorage()?.setItem(CODE_KEY, code);
  } catch {
    // Then a reload needs the link again.
  }
  return code;
}

/** The call was left: from now on it takes the link again. */
export function forgetCode() {
  try {
    windowStorage()?.removeItem(CODE_KEY);
  } catch {
    // What refuses to be changed was not kept either.
  }
}

/** @param {Storage|undefined} storage @param {string} key @returns {string|null} */
export function readKept(storage, key) {
  try {
    return storage?.getItem(key) ?? null;
  } catch {
    return null;
  }
}

/** What a page was given by the server, beside its text. */
export function pageData() {
  return JSON.parse(document.getElementById("page-data").textContent);
}

/** Said where the words of both screens are others than before, as after a connection that was made anew. */
export const WORDS_CHANGED = "The words have changed: read them again";

/**
 * @param {string} testId @param {string} text @param {() => void} act
 * @param {{kind?: string, key?: string, label?: string}} [more] `kind`: another class; `key`: that presses it too
 */
export function button(testId, text, act, { kind = "", key = "", label = "" } = {}) {
  const element = make("button", { type: "button", class: `fc-button ${kind}`, "data-testid": testId, text });
  if (label) element.setAttribute("aria-label", label);
  if (key) {
    element.setAttribute("aria-keyshortcuts", key);
    element.title = `Key ${key}`;
  }
  element.addEventListener("click", act);
  return element;
}

/** A button that is on or off, and says so. */
export class Switch {
  /** @param {string} testId @param {string} text @param {(on: boolean) => void} act @param {Object} [more] as of `button` */
  constructor(testId, text, act, more = {}) {
    this.element = button(testId, text, () => act(this.element.getAttribute("aria-pressed") !== "true"), more);
    this.set(false);
  }

  /** @param {boolean} on */
  set(on) {
    setAttribute(this.element, "aria-pressed", String(on));
  }
}

/** A text field with its label. */
export function field(testId, label, attributes = {}) {
  const id = `fr-${testId}`;
  const input = make(attributes.rows ? "textarea" : "input", { id, "data-testid": testId, class: "fr-input", ...attributes });
  return { input, element: make("div", { class: "fr-field" }, make("label", { for: id, text: label }), input) };
}

const LOST = Object.freeze({
  connecting: "Connecting…", disconnected: "Reconnecting…", failed: "Reconnecting…",
  "given-up": "Picture and sound are lost", idle: "", connected: "",
});

/** One person: their picture, name, and what is the matter with it. */
export class Tile {
  /** @param {string} id @param {string} name */
  constructor(id, name) {
    this.id = id;
    this.video = make("video", { class: "fr-video", playsinline: true, autoplay: true, "aria-label": `Picture of ${name}` });
    this.name = make("span", { class: "fr-name", text: name });
    this.status = make("p", { class: "fr-status", hidden: true });
    this.off = make("p", { class: "fr-off", "aria-hidden": "true" });
    this.element = make("figure", { class: "fr-tile", "data-testid": `tile-${id}` }, this.off, this.video, this.status,
      make("figcaption", {}, this.name));
    this.state = "idle";
    this.moves = true;
    this.person = null;
  }

  /** @param {MediaStream} stream @returns {Promise<boolean>} whether it plays, or waits for a tap */
  async play(stream) {
    if (this.video.srcObject !== stream) this.video.srcObject = stream;
    try {
      await this.video.play();
      return true;
    } catch (error) {
      return error?.name !== "NotAllowedError";
    }
  }

  /** @param {import("./contract.js").PersonShown} person */
  show(person) {
    this.person = person;
    setText(this.name, person.muted ? `${person.name} · muted` : person.name);
    setText(this.off, initialsOf(person.name));
    this.#look();
  }

  /** @param {import("./negotiation.js").PeerState} state */
  connection(state) {
    this.state = state;
    this.#look();
  }

  /** @param {boolean} moves whether the picture does */
  picture(moves) {
    this.moves = moves;
    this.#look();
  }

  #look() {
    const { person } = this;
    const isOff = person?.camera !== "on" || this.state !== "connected";
    let text = LOST[this.state];
    if (text === "" && person?.presence === "asleep") text = "Lost the connection. The place is kept.";
    if (text === "" && person?.camera === "interrupted") text = "The camera is interrupted, by a phone call perhaps";
    if (text === "" && person?.camera === "off") text = "Camera is off";
    if (text === "" && person?.away) text = "Has left the page for a moment";
    setText(this.status, text);
    show(this.status, text !== "");
    this.element.toggleAttribute("data-off", isOff && person?.camera !== "on");
    this.element.toggleAttribute("data-still", !isOff && !this.moves);
  }
}

function initialsOf(name) {
  return name.split(/\s+/).map((word) => word[0] ?? "").slice(0, 2).join("").toUpperCase();
}

/** What people write to each other; text, never markup. */
export class Chat {
  /** @param {(text: string) => void} send */
  constructor(send) {
    this.list = make("div", { class: "fr-chat", role: "log", "aria-label": "Messages", tabindex: "0" });
    this.empty = make("p", { class: "fr-quiet", text: "Nothing was written yet. Messages are not kept." });
    const { input, element } = field("chat-text", "Message", { maxlength: "1000", autocomplete: "off" });
    this.input = input;
    const form = make("form", { class: "fr-row" }, element, button("chat-send", "Send", () => {}));
    form.querySelector("button").type = "submit";
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = input.value.trim();
      if (text === "") return;
      send(text);
      input.value = "";
    });
    this.element = make("section", { class: "fr-stack", "aria-label": "Chat" }, this.empty, this.list, form);
  }

  /** @param {string} name @param {string} text @param {boolean} mine */
  add(name, text, mine) {
    show(this.empty, false);
    this.list.append(make("p", { "data-mine": String(mine) }, make("b", { text: mine ? "You" : name }), make("span", { text })));
    this.list.scrollTop = this.list.scrollHeight;
  }
}

/** A still with what is drawn on it, in a box of any size. */
export class StillPicture {
  constructor() {
    this.image = make("img", { alt: "Still picture from the camera" });
    this.canvas = make("canvas", { class: "fr-still-canvas", "data-testid": "still-canvas" });
    this.element = make("div", { class: "fr-still", "data-testid": "still" }, this.image, this.canvas);
    this.still = null;
    this.drawings = [];
    this.watcher = new ResizeObserver(() => this.draw(this.drawings));
    this.watcher.observe(this.element);
  }

  /** @param {import("./contract.js").StillShown} still */
  show(still) {
    if (this.still?.still !== still.still) this.image.src = still.url;
    this.still = still;
    this.element.style.aspectRatio = `${still.width} / ${still.height}`;
    this.element.style.setProperty("--fr-shape", (still.width / still.height).toFixed(4));
  }

  /** @param {import("./angles.js").Drawing[]} drawings */
  draw(drawings) {
    this.drawings = drawings;
    const { width, height } = this.element.getBoundingClientRect();
    if (this.still === null || width === 0) return;
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    const context = this.canvas.getContext("2d");
    context.scale(ratio, ratio);
    const share = width / this.still.width;
    for (const drawing of drawings) drawDrawing(context, drawing, ({ x, y }) => ({ x: x * share, y: y * share }));
  }

  /** Where somebody clicked, in px of the picture. @param {PointerEvent} event */
  place(event) {
    const box = this.element.getBoundingClientRect();
    const at = (px, size, most) => Math.round(10 * Math.min(most, Math.max(0, (px / size) * most))) / 10;
    return {
      x: at(event.clientX - box.left, box.width, this.still.width), y: at(event.clientY - box.top, box.height, this.still.height),
    };
  }
}

/** One question at a time of each kind, with an answer that is never given for the person. */
export class Questions {
  constructor() {
    this.element = make("div", { class: "fr-asks", "aria-live": "assertive" });
  }

  /**
   * @param {string} testId @param {string} words
   * @param {[string, () => void]} yes its words and what it does @param {[string, () => void]} no
   */
  ask(testId, words, [yes, onYes], [no, onNo]) {
    this.drop(testId);
    const card = make("section", { class: "fr-card fr-ask", "data-testid": testId });
    const answer = (act) => () => {
      card.remove();
      act();
    };
    card.append(make("p", { text: words }), make("div", { class: "fr-row" },
      button(`${testId}-yes`, yes, answer(onYes), { kind: "fc-primary" }), button(`${testId}-no`, no, answer(onNo))));
    this.element.append(card);
  }

  /** @param {string} testId */
  drop(testId) {
    this.element.querySelector(`[data-testid="${testId}"]`)?.remove();
  }

  /** @param {string} testId */
  has(testId) {
    return this.element.querySelector(`[data-testid="${testId}"]`) !== null;
  }
}

/** One panel of several, by the keys that such lists have. */
export class Tabs {
  /** @param {[string, string, HTMLElement][]} tabs id, name, panel */
  constructor(tabs) {
    this.tabs = new Map(tabs.map(([id, name, content]) => {
      const tab = make("button", { type: "button", role: "tab", id: `fr-tab-${id}`, class: "fr-tab", "aria-controls": `fr-panel-${id}`, "data-testid": `tab-${id}`, text: name });
      const panel = make("div", { role: "tabpanel", id: `fr-panel-${id}`, class: "fr-panel", "aria-labelledby": `fr-tab-${id}` }, content);
      tab.addEventListener("click", () => this.choose(id));
      return [id, { tab, panel }];
    }));
    const list = make("div", { role: "tablist", class: "fr-tabs", "aria-label": "Session" }, ...[...this.tabs.values()].map(({ tab }) => tab));
    list.addEventListener("keydown", (event) => this.#key(event));
    this.element = make("div", { class: "fr-tabbed" }, list, ...[...this.tabs.values()].map(({ panel }) => panel));
    this.choose(tabs[0][0]);
  }

  /** @param {string} id */
  choose(id) {
    this.chosen = id;
    for (const [each, { tab, panel }] of this.tabs) {
      setAttribute(tab, "aria-selected", String(each === id));
      tab.tabIndex = each === id ? 0 : -1;
      show(panel, each === id);
    }
    this.tabs.get(id).tab.removeAttribute("data-news");
  }

  /** Something is to be seen there. @param {string} id */
  news(id) {
    this.tabs.get(id).tab.toggleAttribute("data-news", true);
  }

  #key(event) {
    const ids = [...this.tabs.keys()];
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const id = ids[(ids.indexOf(this.chosen) + step + ids.length) % ids.length];
    this.choose(id);
    this.tabs.get(id).tab.focus();
  }
}

/** The item of consent to a recording of the call. */
export const RECORD_CALL = "record_call";
const RECORDING_WORDS = Object.freeze({
  off: "", asking: "Not recorded yet: answers are missing", on: "This call is being recorded",
  resting: "The recording rests: answers are missing",
});

/** Whether the call is recorded, always in view, and the question to whoever has not answered. */
export class RecordingSign {
  /** @param {(words: string) => void} say aloud @param {Questions} questions @param {(item: Object, yes: boolean) => void} answer */
  constructor(say, questions, answer) {
    this.say = say;
    this.questions = questions;
    this.answer = answer;
    this.element = make("p", { class: "fr-recording", "data-testid": "recording", hidden: true });
    this.stage = "off";
  }

  /**
   * @param {import("./contract.js").RecordingShown} recording
   * @param {string} me @param {import("./contract.js").ConsentShown|undefined} item the words that are answered
   */
  take({ stage, waits_for: waitsFor, why }, me, item) {
    if (stage !== this.stage) this.say(stage === "off" ? `The recording is over. ${why}`.trim() : RECORDING_WORDS[stage]);
    this.stage = stage;
    setText(this.element, RECORDING_WORDS[stage]);
    this.element.dataset.stage = stage;
    show(this.element, stage !== "off");
    const question = `ask-${RECORD_CALL}`;
    if (!waitsFor.includes(me) || item === undefined) this.questions.drop(question);
    else if (!this.questions.has(question)) {
      this.questions.ask(question, `${item.title}? ${item.words}`, ["Yes, I agree", () => this.answer(item, true)], ["No", () => this.answer(item, false)]);
    }
  }
}

/** What is being kept, always in view. @param {import("./contract.js").ConsentShown[]} consents @param {string} recording its stage */
export function keptWords(consents, recording = "off") {
  const has = (what) => consents.some((item) => item.what === what && item.answer === "yes");
  const kept = [has("keep_set") && "measures of sets", has("keep_video") && "video of sets", has("still") && "stills"].filter(Boolean);
  const isRecorded = recording === "on" || recording === "resting";
  if (kept.length === 0) return isRecorded ? "Kept: the recording alone" : "Nothing is recorded";
  return `Kept: ${kept.join(", ")}${isRecorded ? ", the recording" : ". The call is not recorded"}`;
}

/** @param {number} ms @returns {string} `3:07` */
export function minutes(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}
