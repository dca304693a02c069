/** Which measures are plotted, and over which stretch of time. */

import { make } from "./dom.js";

export class PlotMenu {
  /** @param {{onChoice: () => void, onZoom: (factor: number) => void, onWhole: () => void, onRep: () => void}} owner */
  constructor(owner) {
    this.owner = owner;
    /** @type {Set<string>} names */
    this.chosen = new Set();
    this.known = new Set();
    this.list = make("div", { class: "fcr-menu-list" });
    this.details = make(
      "details", { class: "fcr-menu" }, make("summary", { class: "fcr-button", text: "Measures" }), this.list,
    );
    const button = (text, title, onclick) => make("button", { class: "fcr-button", type: "button", text, title, "aria-label": title, onclick });
    this.element = make(
      "div", { class: "fcr-row fcr-plot-bar" }, this.details, make("span", { class: "fcr-space" }),
      button("Whole set", "Show the whole set", owner.onWhole),
      button("This rep", "Show this rep alone", owner.onRep),
      button("−", "Longer stretch of time", () => owner.onZoom(1 / 1.5)),
      button("+", "Shorter stretch of time", () => owner.onZoom(1.5)),
    );
    // A list that stays open hides the plots.
    this.onPress = (event) => {
      if (!event.composedPath().includes(this.details)) this.details.open = false;
    };
    document.addEventListener("pointerdown", this.onPress);
  }

  destroy() {
    document.removeEventListener("pointerdown", this.onPress);
  }

  /** Measures that were not there before are shown as the server says; a choice that was made stays. */
  setPlots(plots) {
    for (const { name, shown } of plots) {
      if (shown && !this.known.has(name)) this.chosen.add(name);
      this.known.add(name);
    }
    this.list.replaceChildren(...plots.map((plot) => this.#choice(plot)));
  }

  #choice({ name, label }) {
    const box = make("input", { type: "checkbox", checked: this.chosen.has(name) });
    box.addEventListener("change", () => {
      if (box.checked) this.chosen.add(name);
      else this.chosen.delete(name);
      this.owner.onChoice();
    });
    return make("label", { class: "fcr-choice" }, box, label);
  }
}
