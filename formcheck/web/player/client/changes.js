/** What was corrected and drawn, newest first: who did it, when, and how to take it back. */

import { make, show } from "./dom.js";
import { captionOf } from "./drawings.js";

const KINDS = Object.freeze({ angle: "Angle", line: "Line", text: "Text" });

/** Corrections and drawings in one list, newest first. @returns {{kind: string, id: string, made_at: string}[]} */
export function changesOf(set) {
  const corrections = set.corrections.map((each) => ({ ...each, kind: "take-back", at: each.at_s }));
  const drawings = set.annotations.map((each) => ({ ...each, kind: "remove-annotation", at: each.t_s, text: wordsOf(each) }));
  return [...corrections, ...drawings].sort((a, b) => Date.parse(b.made_at) - Date.parse(a.made_at));
}

function wordsOf({ kind, points_px: points, text }) {
  const caption = captionOf({ kind, text, points: points.map(([x, y]) => ({ x, y })) });
  return `${KINDS[kind]}: ${caption}`;
}

/** What was taken back, the last one first. @returns {{kind: string, id: string, taken_back_at: string}[]} */
export function takenBackOf(set) {
  return [...set.taken_back].sort((a, b) => Date.parse(b.taken_back_at) - Date.parse(a.taken_back_at));
}

/** What *Redo* puts back: what was taken back last, unless something was made since. @returns {Object|null} */
export function toRedo(set) {
  const [last = null] = takenBackOf(set);
  const [newest = null] = changesOf(set);
  const since = last !== null && newest !== null && Date.parse(newest.made_at) > Date.parse(last.taken_back_at);
  return since ? null : last;
}

export class Changes {
  /** @param {{goTo: (at: number) => void, post: (message: import("./contract.js").PlayerEvent) => void}} owner */
  constructor(owner) {
    this.owner = owner;
    this.list = make("ol", { class: "fcr-change-list" });
    this.summary = make("summary", {});
    this.element = make("details", { class: "fcr-changes", "data-testid": "player-changes" }, this.summary, this.list);
    this.newest = null;
    this.lastTakenBack = null;
  }

  setSet(set, editable) {
    const changes = changesOf(set);
    const back = takenBackOf(set);
    this.newest = changes[0] ?? null;
    this.lastTakenBack = toRedo(set);
    show(this.element, changes.length + back.length > 0);
    this.summary.textContent = `Corrections and drawings (${changes.length})`;
    this.list.replaceChildren(
      ...changes.map((change) => this.#item(change, editable)), ...back.map((each) => this.#backItem(each, editable)),
    );
  }

  /** Take back what was done last. */
  undo() {
    if (this.newest !== null) this.owner.post({ kind: this.newest.kind, id: this.newest.id });
    // Another press means the one before, not the same once more.
    this.newest = null;
  }

  /** Put back what was taken back last. */
  redo() {
    if (this.lastTakenBack !== null) this.owner.post({ kind: this.lastTakenBack.kind, id: this.lastTakenBack.id });
    this.lastTakenBack = null;
  }

  #backItem({ kind, id, text, taken_back_by: by, taken_back_at: when }, editable) {
    const again = make("button", { class: "fcr-button fcr-small", type: "button", text: "Put back", onclick: () => this.owner.post({ kind, id }) });
    const day = new Date(when).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
    return make("li", {}, make("s", { text }), make("span", { class: "fcr-was", text: ` taken back by ${by}, ${day} ` }), ...(editable ? [again] : []));
  }

  #item({ kind, id, at, text, made_by: by, made_at: when, not_applied: idle }, editable) {
    const words = at === null ? text : make("button", { class: "fcr-link", type: "button", text, onclick: () => this.owner.goTo(at) });
    const back = make("button", {
      class: "fcr-button fcr-small", type: "button", text: kind === "take-back" ? "Take back" : "Remove", onclick: () => this.owner.post({ kind, id }),
    });
    const day = new Date(when).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
    const without = idle == null ? [] : [make("span", { class: "fcr-caution", text: `Without effect: ${idle}` })];
    return make("li", {}, words, ...without, make("span", { class: "fcr-was", text: ` ${by}, ${day} ` }), ...(editable ? [back] : []));
  }
}
