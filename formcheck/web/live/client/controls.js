/** The picture with its overlay, the buttons, and the box for what went wrong. */

import { make, setAttribute, setText, show } from "./dom.js";
import { REVIEW_HREF, REVIEW_TEXT } from "./troubles.js";

/**
 * @typedef {Object} Actions
 * @property {() => void} start
 * @property {() => void} finish
 * @property {() => void} mute
 * @property {() => void} fill full screen on or off
 * @property {() => void} cancel
 * @property {() => void} retry
 * @property {() => void} reload
 * @property {() => void} lite begin anew with the lite model
 * @property {(id: string) => void} camera
 * @property {(stay: boolean) => void} stay pictures may not leave the device
 * @property {() => void} measureKept
 * @property {() => void} deleteKept
 */

export class Controls {
  /** @param {Actions} actions */
  constructor(actions) {
    this.video = make("video", { class: "fc-video", playsinline: true, muted: true, "aria-label": "Your camera" });
    this.canvas = make("canvas", { class: "fc-overlay", "aria-hidden": "true" });
    this.start = button("start", "Start", actions.start, "fc-primary fc-start");
    this.interrupted = make("p", { class: "fc-interrupted", role: "status", "data-testid": "interrupted", hidden: true });
    this.keptText = make("p", { class: "fc-kept-text" });
    this.kept = make("div", { class: "fc-kept", role: "status", "data-testid": "kept-set", hidden: true }, this.keptText,
      make("p", { class: "fc-kept-actions" }, button("measure-kept", "Measure it now", actions.measureKept, "fc-primary"),
        button("delete-kept", "Delete it", actions.deleteKept, "")));
    this.placeholder = make("div", { class: "fc-placeholder" }, this.interrupted, this.kept, this.start,
      make("p", { text: "Nothing needs to be touched from here to the end of the set." }));
    /** Where pictures go, before the set and in it. */
    this.privacy = make("p", { class: "fc-privacy", role: "status", "data-testid": "privacy" });
    this.troubleCause = make("p", { class: "fc-trouble-cause" });
    this.troubleNext = make("p", { class: "fc-trouble-next" });
    this.retry = button("retry", "Try again", actions.retry, "fc-primary");
    this.reload = button("reload", "Load the page anew", actions.reload, "fc-primary");
    this.lite = button("use-lite", "Use the lite model", actions.lite, "fc-primary");
    this.recorded = make("a", { href: REVIEW_HREF, "data-testid": "use-recorded", text: REVIEW_TEXT });
    this.trouble = make("div", { class: "fc-trouble", role: "alert", "data-testid": "trouble", hidden: true },
      this.troubleCause, this.troubleNext,
      make("p", { class: "fc-trouble-actions" }, this.retry, this.reload, this.lite,
        this.recorded));
    // Nothing but the skeleton lies over the picture of a set: who does it sees themselves.
    this.view = make("div", { class: "fc-view", tabindex: "-1" }, this.video, this.canvas, this.placeholder);

    this.finish = button("finish", "Finish", actions.finish, "fc-primary", "F");
    this.mute = button("mute", "Voice is on", actions.mute, "", "M");
    this.fill = button("full-screen", "Full screen", actions.fill, "");
    this.cancel = button("cancel", "Cancel", actions.cancel, "");
    this.cancel.title = "End without a result";
    this.cameras = make("select", { "aria-label": "Camera", "data-testid": "camera", hidden: true });
    this.cameras.addEventListener("change", () => actions.camera(this.cameras.value));
    this.stay = make("input", { type: "checkbox", "data-testid": "pictures-stay" });
    this.stay.addEventListener("change", () => actions.stay(this.stay.checked));
    this.stays = make("label", { class: "fc-stay" }, this.stay, "Pictures never leave this device");
    this.bar = make("div", { class: "fc-bar" }, this.finish, this.mute, this.fill, this.cameras, this.stays, this.cancel);
  }

  /** @param {boolean} running whether a set is under way */
  running(running) {
    show(this.placeholder, !running);
    show(this.finish, false);
    show(this.cancel, running);
    show(this.stays, !running);
    this.finish.disabled = false;
    this.cameras.disabled = false;
  }

  /** @param {boolean} again whether a set was done already */
  idle(again) {
    this.running(false);
    setText(this.start, again ? "Start another set" : "Start");
  }

  /** @param {string} sentence about a set that was cut short; empty for none */
  interruptedSet(sentence) {
    setText(this.interrupted, sentence);
    show(this.interrupted, sentence !== "");
  }

  /** @param {string} sentence about a set that waits on this device; empty for none */
  keptSet(sentence) {
    setText(this.keptText, sentence);
    show(this.kept, sentence !== "");
  }

  /** @param {boolean} mirrored */
  mirror(mirrored) {
    this.view.classList.toggle("fc-mirrored", mirrored);
  }

  /** Say where pictures go. @param {{sentence: string, source: string}} privacy */
  tellPrivacy({ sentence, source }) {
    // Where they go is read out, the share that is loaded is not, fifty times over.
    setAttribute(this.privacy, "aria-live", source === "choosing" ? "off" : "polite");
    setText(this.privacy, sentence);
    this.privacy.dataset.source = source;
  }

  /** @param {number} width @param {number} height */
  shape(width, height) {
    this.view.style.setProperty("--fc-ratio", (width / height).toFixed(4));
  }

  /** @param {boolean} muted @param {boolean} available */
  voice(muted, available) {
    setText(this.mute, available ? (muted ? "Voice is off" : "Voice is on") : "No voice here");
    this.mute.disabled = !available;
  }

  /** @param {{id: string, label: string}[]} cameras @param {string} chosen */
  listCameras(cameras, chosen) {
    this.cameras.replaceChildren(...cameras.map(({ id, label }) =>
      make("option", { value: id, text: label, selected: id === chosen })));
    show(this.cameras, cameras.length > 1);
  }

  /** Before the set there is nothing to finish. Another camera would begin another set, so there is none to choose in mid-set. @param {string} stage */
  stage(stage) {
    const before = stage === "setup" || stage === "calibrate";
    this.cameras.disabled = !before;
    show(this.finish, !before);
  }

  /** @param {import("./troubles.js").Trouble|null} trouble */
  tell(trouble) {
    show(this.trouble, trouble !== null);
    if (trouble === null) {
      setText(this.troubleCause, "");
      return;
    }
    this.trouble.dataset.code = trouble.code;
    this.trouble.dataset.over = String(trouble.over);
    setText(this.troubleCause, trouble.cause);
    setText(this.troubleNext, trouble.next);
    show(this.retry, trouble.action === "retry");
    show(this.reload, trouble.action === "reload");
    show(this.lite, trouble.action === "lite");
    show(this.recorded, trouble.code !== "offline" && trouble.code !== "offline-done");
    if (trouble.over) show(this.placeholder, false);
  }
}

/** A button; with a key, that is said too. */
function button(testId, text, act, className, key = "") {
  const element = make("button", { type: "button", class: `fc-button ${className}`, "data-testid": testId, text });
  if (key !== "") {
    element.setAttribute("aria-keyshortcuts", key);
    element.title = `Key ${key}`;
  }
  element.addEventListener("click", act);
  return element;
}
