/** The place to drop videos on, and a row for each that is on its way. */

import { make, setText, show } from "./dom.js";
import { inBytes, inPercent, inTime } from "./words.js";

/**
 * @typedef {Object} Strings
 * @property {string} drop
 * @property {string} choose
 * @property {string} hint
 */

export class UploadView {
  /** @param {import("./shipment.js").Shipment} shipment @param {Strings} strings @param {string} accept */
  constructor(shipment, strings, accept) {
    this.shipment = shipment;
    this.wishes = { person_id: null, keep_video: true };
    /** @type {Map<import("./transfer.js").Transfer, Row>} */
    this.rows = new Map();
    this.input = make("input", { type: "file", multiple: true, accept, class: "fc-up-input", "data-testid": "upload-input" });
    this.input.addEventListener("change", () => {
      this.#take(this.input.files);
      this.input.value = ""; // the same file may be chosen again
    });
    this.zone = make("label", { class: "fc-up-zone", "data-testid": "upload-zone" }, this.input,
      make("span", { class: "fc-up-drop", text: strings.drop }),
      make("span", { class: "fc-up-choose", text: strings.choose }),
      make("span", { class: "fc-up-hint", text: strings.hint }));
    this.list = make("ul", { class: "fc-up-list", "data-testid": "upload-list" });
    this.element = make("div", { class: "fc-up" }, this.zone, this.list);
    this.#listen();
    this.draw = this.draw.bind(this);
    shipment.listeners.add(this.draw);
    this.draw();
  }

  /** @param {{person_id: string|null, keep_video: boolean, theme: string|null}} data */
  update({ person_id: personId, keep_video: keepVideo, theme }) {
    this.wishes = { person_id: personId, keep_video: keepVideo };
    if (theme) this.element.dataset.theme = theme;
  }

  destroy() {
    this.shipment.listeners.delete(this.draw);
  }

  draw() {
    const { transfers } = this.shipment;
    for (const [transfer, row] of this.rows) {
      if (transfers.includes(transfer)) continue;
      row.element.remove();
      this.rows.delete(transfer);
    }
    for (const transfer of transfers) {
      let row = this.rows.get(transfer);
      if (row === undefined) {
        row = new Row(transfer, this.shipment);
        this.rows.set(transfer, row);
        this.list.append(row.element);
      }
      row.draw();
    }
    show(this.list, transfers.length > 0);
  }

  #take(files) {
    this.shipment.add(files, this.wishes);
  }

  #listen() {
    let inside = 0;
    const mark = (change) => {
      inside = Math.max(0, inside + change);
      this.zone.toggleAttribute("data-over", inside > 0);
    };
    this.zone.addEventListener("dragenter", (event) => { event.preventDefault(); mark(1); });
    this.zone.addEventListener("dragleave", () => mark(-1));
    this.zone.addEventListener("dragover", (event) => event.preventDefault());
    this.zone.addEventListener("drop", (event) => {
      event.preventDefault();
      mark(-inside);
      this.#take(event.dataTransfer.files);
    });
  }
}

/** One video on its way. */
class Row {
  constructor(transfer, shipment) {
    this.transfer = transfer;
    this.name = make("span", { class: "fc-up-name", text: transfer.file.name });
    this.told = make("span", { class: "fc-up-told", role: "status" });
    this.bar = make("progress", { class: "fc-up-bar", max: "100", "aria-label": `${transfer.file.name}: sent` });
    this.reason = make("p", { class: "fc-up-reason", role: "alert", hidden: true });
    this.cancel = button("Cancel", () => transfer.cancel());
    this.again = button("Try again", () => shipment.again(transfer));
    this.close = button("Remove", () => shipment.remove(transfer));
    this.element = make("li", { class: "fc-up-row", "data-testid": "upload-row" },
      make("div", { class: "fc-up-line" }, this.name, this.told),
      this.bar, this.reason,
      make("div", { class: "fc-up-actions" }, this.cancel, this.again, this.close));
  }

  draw() {
    const { transfer } = this;
    const refused = transfer.state === "refused";
    this.element.dataset.state = transfer.state;
    setText(this.told, told(transfer));
    this.bar.value = inPercent(transfer.sent, transfer.file.size);
    setText(this.reason, `${transfer.reason} ${transfer.remedy}`.trim());
    show(this.reason, refused);
    show(this.bar, !refused);
    show(this.cancel, !transfer.over);
    show(this.again, refused);
    show(this.close, refused);
  }
}

/** @param {import("./transfer.js").Transfer} transfer */
export function told(transfer) {
  const { size } = transfer.file;
  const share = `${inPercent(transfer.sent, size)} % of ${inBytes(size)}`;
  switch (transfer.state) {
    case "queued": return `${inBytes(size)} · its turn comes`;
    case "lost": return `${share} · the connection is lost; it goes on by itself`;
    case "checking": return `${share} · being checked`;
    case "refused": return "Not taken";
    case "arrived": return "Arrived";
    case "cancelled": return "Cancelled";
    default: {
      const [speed, left] = [transfer.pace.perSecond(), transfer.pace.left(size)];
      return speed === null ? share : `${share} · ${inBytes(speed)}/s · ${inTime(left)} left`;
    }
  }
}

function button(text, act) {
  const element = make("button", { type: "button", class: "fc-up-button", text });
  element.addEventListener("click", act);
  return element;
}
