/** The reps in a table: a press goes there. What is not good is said with a sign and a word, never by colour alone. */

import { make, setAttribute } from "./dom.js";
import { repAt } from "./moments.js";

const LETTERS = Object.freeze({ left: "L", right: "R", both: "" });
const SIGNS = Object.freeze({ good: "●", caution: "◆", fault: "▲" });

export class RepTable {
  /** @param {{goTo: (at: number) => void, leaveOut: (rep: Object) => void, include: (rep: Object) => void}} owner */
  constructor(owner) {
    this.owner = owner;
    this.table = make("table", { class: "fcr-table", "data-testid": "player-reps" });
    this.notes = make("ul", { class: "fcr-notes" });
    this.element = make("section", { class: "fcr-reps", "aria-label": "Reps" }, this.table, this.notes);
    this.rows = [];
    this.set = null;
  }

  /** @param {Object} set @param {boolean} editable */
  setSet(set, editable) {
    this.set = set;
    const heads = ["Rep", ...set.columns.map(({ head }) => head), "Noted", ...(editable ? [""] : [])];
    const titles = ["", ...set.columns.map(({ title }) => title), "Cautions and faults", ""];
    const head = make("tr", {}, ...heads.map((text, i) => make("th", { scope: "col", text, title: titles[i] })));
    this.rows = set.reps.map((rep) => this.#row(rep, editable));
    if (set.reps.length === 0) this.rows = [make("tr", {}, make("td", { colspan: heads.length, text: "No rep was found." }))];
    this.table.replaceChildren(make("thead", {}, head), make("tbody", {}, ...this.rows));
    this.notes.replaceChildren(...(set.set_findings.length === 0 ? [] : [make("li", {}, "Whole set: ", ...this.#noted(set.set_findings))]));
  }

  moveCursor(at) {
    const rep = repAt(this.set.reps, at);
    for (const [i, row] of this.rows.entries()) {
      setAttribute(row, "aria-current", rep !== null && this.set.reps[i] === rep ? "true" : null);
    }
  }

  #row(rep, editable) {
    const go = () => this.owner.goTo(rep.bottom_s);
    const state = rep.excluded ? " left out" : rep.complete ? "" : " cut off";
    const changed = rep.automatic === null ? "" : " *";
    const name = make("button", {
      class: "fcr-link", type: "button", text: `${rep.index}${changed}`, title: `Go to the bottom of rep ${rep.index}`, onclick: go,
    });
    const heads = this.set.columns.map(({ head }) => head);
    const cells = rep.cells.map(({ text, was, band }, i) => make(
      "td", { "data-label": heads[i], ...(text === "–" && was === "" ? { "data-empty": "" } : {}) }, band === null || band === "good" ? "" : make("span", { class: `fcr-${band}`, text: `${SIGNS[band]} ` }), text,
      was === "" ? "" : make("span", { class: "fcr-was", text: ` was ${was}` }),
    ));
    const findings = make("td", { class: "fcr-noted" }, ...this.#noted(rep.findings));
    const act = make("button", {
      class: "fcr-button fcr-small", type: "button", text: rep.excluded ? "Count again" : "Leave out", "data-testid": `player-leave-out-${rep.index}`,
      "aria-label": `${rep.excluded ? "Count again" : "Leave out"}: rep ${rep.index}`,
      onclick: () => (rep.excluded ? this.owner.include(rep) : this.owner.leaveOut(rep)),
    });
    return make(
      "tr", { class: rep.excluded ? "fcr-excluded" : "", "data-rep": rep.index },
      make("th", { scope: "row" }, name, ...(state === "" ? [] : [make("span", { class: "fcr-was", text: state })])), ...cells, findings,
      ...(editable ? [make("td", { class: "fcr-act" }, rep.complete || rep.excluded ? act : "")] : []),
    );
  }

  /** `▲ fault: knee alignment (L)  ◆ caution: time down, trunk upright`, each name a way to its moment. */
  #noted(findings) {
    return groups(findings).map(({ band, sign, word, notes }) => make(
      "span", { class: "fcr-note" }, make("span", { class: `fcr-${band}`, text: `${sign} ${word}` }), ": ",
      ...notes.flatMap((note, i) => [i === 0 ? "" : ", ", this.#note(note)]),
    ));
  }

  #note({ name, legs, told, at_s: at }) {
    const text = legs === "" ? name : `${name} (${legs})`;
    if (at === null) return make("span", { text, title: told });
    return make("button", { class: "fcr-link", type: "button", text, title: told, onclick: () => this.owner.goTo(at) });
  }
}

/** Findings by band, the worst first; one found on both legs is one note. */
export function groups(findings) {
  const bands = new Map();
  for (const { band, sign, word, name, leg, value, cue, note, at_s } of findings) {
    if (!bands.has(band)) bands.set(band, { band, sign, word, notes: new Map() });
    const { notes } = bands.get(band);
    const letter = LETTERS[leg] ?? "";
    const told = `${letter} ${value}. ${cue || note}`.trim();
    const same = notes.get(name);
    if (same === undefined) notes.set(name, { name, legs: letter, told, at_s });
    else notes.set(name, { ...same, legs: `${same.legs}, ${letter}`, told: `${same.told}\n${told}` });
  }
  return [...bands.values()].map((group) => ({ ...group, notes: [...group.notes.values()] }));
}
