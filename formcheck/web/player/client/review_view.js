/** The player: picture, plots, strip, table and tools around one cursor. Nothing here asks the server to scrub. */

import { Changes } from "./changes.js";
import { Controls } from "./controls.js";
import { make, setAttribute, setText, show } from "./dom.js";
import { BlankFilm, Film } from "./film.js";
import { keyList, listenForKeys } from "./keys.js";
import { keysOf } from "./key_table.js";
import { nearestRep } from "./moments.js";
import { Outbox } from "./outbox.js";
import { Playback } from "./playback.js";
import { Plots } from "./plots.js";
import { RepTable } from "./rep_table.js";
import { Source, pathOf } from "./source.js";
import { Stage } from "./stage.js";
import { Strip } from "./strip.js";
import { Tools } from "./tools.js";

const NO_VIDEO = "There is no video of this set: a figure drawn from its landmarks moves in its place.";
const LOST = "The last change did not reach the server. Reload the page and look whether it is there.";
const VIDEO_FAILED = "The video cannot be shown here: a figure drawn from the landmarks moves in its place.";

export class ReviewView {
  /** @param {import("./component.js").Component} component */
  constructor(component) {
    this.component = component;
    this.set = null;
    this.videoUrl = undefined;
    this.waiting = 0;
    this.needsPaint = false;
    this.playback = new Playback(() => this.changed());
    this.outbox = new Outbox((report) => this.component.setTriggerValue("event", report));
    this.outbox.onChange = () => this.#showBusy();
    this.outbox.onLost = () => this.#say(LOST);
    this.source = new Source({ onSet: (set) => this.#setSet(set), onTrouble: (words) => this.#say(words) });
    const post = (message) => this.outbox.post(message);
    const goTo = (at) => { this.playback.pause(); this.playback.goTo(at); };
    const scrub = (at) => (at === null ? this.changed() : goTo(at));
    this.stage = new Stage(() => this.changed());
    this.tools = new Tools(this.stage, this.playback, {
      post, onChange: () => this.repaint(), repHere: () => nearestRep(this.set.reps, this.playback.at),
    });
    this.controls = new Controls(this.playback);
    this.strip = new Strip({ scrub, within: () => this.tools.trim.within });
    this.plots = new Plots({
      scrub, edges: this.tools.times, editsTimes: () => this.tools.name === "times", showsMeasured: () => this.stage.showsMeasured,
    });
    this.table = new RepTable({
      goTo, leaveOut: (rep) => this.tools.askToLeaveOut(rep),
      include: (rep) => post({ kind: "include-rep", at_s: (rep.bottom_start_s + rep.bottom_end_s) / 2 }),
    });
    this.changes = new Changes({ goTo, post });
    this.#build();
    this.update(component);
  }

  #build() {
    const keys = keysOf(this);
    this.help = keyList(keys);
    this.stopKeys = listenForKeys(keys, () => this.set !== null && this.element.isConnected && !this.help.open);
    const button = (text, title, onclick, test) => make("button", { class: "fcr-button", type: "button", text, title, "aria-label": title, onclick, "data-testid": test });
    this.skeleton = button("Skeleton", "Skeleton (S)", () => this.toggleSkeleton(), "player-skeleton");
    this.measured = button("Before", "Also as it was measured, before the review (C)", () => this.toggleMeasured(), "player-measured");
    this.undo = button("↶", "Take back the last change (Ctrl+Z)", () => this.changes.undo(), "player-undo");
    this.redo = button("↷", "Put back what was taken back last (Ctrl+Y)", () => this.changes.redo(), "player-redo");
    this.busy = make("span", { class: "fcr-busy", role: "status", "data-testid": "player-busy" });
    this.notice = make("p", { class: "fcr-notice", role: "status", hidden: true, "data-testid": "player-notice" });
    const bar = make(
      "div", { class: "fcr-row fcr-bar", role: "toolbar", "aria-label": "Tools" },
      this.tools.element, this.undo, this.redo, make("span", { class: "fcr-space" }), this.skeleton, this.measured,
      button("?", "Keys (?)", () => this.showKeys(), "player-help"),
    );
    // In a row that is as high without it: the picture stays where it is.
    this.controls.status.insertBefore(this.busy, this.controls.clock);
    const zoom = make(
      "div", { class: "fcr-zoom" }, button("−", "Smaller (−)", () => this.stage.zoom(1 / 1.5), "player-smaller"),
      button("+", "Larger (+)", () => this.stage.zoom(1.5), "player-larger"), button("Fit", "Whole picture (0)", () => this.stage.fit(), "player-fit"),
    );
    const picture = make(
      "div", { class: "fcr-picture" }, bar, make("div", { class: "fcr-screen" }, this.stage.element, zoom), this.tools.place, this.controls.status, this.strip.element, this.controls.buttons,
    );
    this.element = make(
      "div", { class: "fcr", "data-testid": "player" }, this.notice, make("div", { class: "fcr-grid" }, picture, this.plots.element),
      this.table.element, this.changes.element, this.help,
    );
    // After a press of the mouse the keys are the player's again, and Space does not press the button once more.
    this.element.addEventListener("click", (event) => {
      const writing = this.element.getRootNode().activeElement?.matches("input") ?? false;
      if (event.detail > 0 && !writing && event.target.closest("button") !== null) this.stage.element.focus({ preventScroll: true });
    });
  }

  /** New data from the page. Time, zoom and tool stay. @param {import("./component.js").Component} component */
  update(component) {
    this.component = component;
    const { data_url: dataUrl, version, video_url: videoUrl, editable, answered, theme } = component.data;
    setAttribute(this.element, "data-theme", theme);
    this.editable = editable;
    for (const name of ["move", "times", "angle", "line", "text", "trim"]) show(this.tools.buttons.get(name), editable);
    show(this.undo, editable);
    show(this.redo, editable);
    if (!editable && this.tools.name !== "look") this.tools.take("look");
    this.outbox.answered(answered);
    this.source.want(dataUrl, version);
    this.#setVideo(videoUrl);
    this.repaint();
  }

  #setVideo(url) {
    const same = this.videoUrl !== undefined && (url === null ? null : pathOf(url)) === (this.videoUrl && pathOf(this.videoUrl));
    this.videoUrl = url;
    if (same) return;
    if (url === null) {
      this.#goBlank(NO_VIDEO);
      return;
    }
    this.tried = url;
    if (this.stage.showsFigure) show(this.notice, false);
    show(this.stage.video, true);
    this.stage.showsFigure = false;
    this.stage.video.src = url;
    this.playback.setFilm(new Film(this.stage.video, { ...this.#reports(), onFailed: () => this.#retryVideo() }));
  }

  /** The permission to read the video may have run out; the page has given a new one since. */
  #retryVideo() {
    if (this.videoUrl === this.tried) {
      this.#goBlank(VIDEO_FAILED);
      return;
    }
    this.tried = this.videoUrl;
    this.playback.pause();
    this.stage.video.src = this.videoUrl;
    this.playback.setFilm(this.playback.film);
  }

  #reports() {
    return { onShown: (at) => this.playback.shown(at), onStopped: () => this.playback.stopped(), onFailed: () => {} };
  }

  #goBlank(words) {
    this.#say(words);
    show(this.stage.video, false);
    this.stage.showsFigure = true;
    this.playback.setFilm(new BlankFilm(this.#reports(), this.playback.end || Infinity));
  }

  #setSet(set) {
    const first = this.set === null;
    this.set = set;
    if (this.playback.film instanceof BlankFilm) this.playback.film.end = set.t.at(-1) ?? 0;
    this.stage.setSet(set);
    this.playback.setSet(set);
    const { end } = this.playback;
    this.tools.setSet(set, end);
    this.strip.setSet(set, end);
    this.plots.setSet(set, end);
    this.table.setSet(set, this.editable);
    this.changes.setSet(set, this.editable);
    show(this.measured, set.is_corrected);
    if (first) this.playback.goTo(set.within?.start_s ?? null);
    this.element.dataset.ready = "";
    this.repaint();
  }

  /** The cursor or the picture has changed: draw once before the screen is shown anew. */
  changed() {
    if (this.waiting === 0) this.waiting = requestAnimationFrame(() => this.#draw());
  }

  /** Tools, layers or the theme have changed: the plots too. */
  repaint() {
    this.needsPaint = true;
    this.changed();
  }

  #draw() {
    this.waiting = 0;
    if (this.set === null) return;
    const { frame, at } = this.playback;
    this.stage.draw(frame);
    this.tools.refresh();
    if (this.needsPaint) {
      this.needsPaint = false;
      this.plots.paint();
      this.strip.paint();
    }
    this.plots.moveCursor(frame, at);
    this.strip.moveCursor(at);
    this.controls.show();
    this.controls.showState();
    this.table.moveCursor(at);
    this.undo.disabled = this.changes.newest === null;
    this.redo.disabled = this.changes.lastTakenBack === null;
    setAttribute(this.skeleton, "aria-pressed", String(this.stage.showsSkeleton));
    setAttribute(this.measured, "aria-pressed", String(this.stage.showsMeasured));
  }

  toggleSkeleton() {
    this.stage.showsSkeleton = !this.stage.showsSkeleton;
    this.repaint();
  }

  toggleMeasured() {
    this.stage.showsMeasured = !this.stage.showsMeasured;
    this.repaint();
  }

  showKeys() {
    this.help.showModal();
    this.help.scrollTop = 0; // the focus is on the button at its end
  }

  #showBusy() {
    setText(this.busy, this.outbox.busy ? "Measuring anew…" : "");
  }

  #say(words) {
    this.notice.textContent = words;
    show(this.notice, true);
  }

  destroy() {
    this.stopKeys();
    this.source.close();
    this.outbox.close();
    cancelAnimationFrame(this.waiting);
    for (const part of [this.stage, this.plots, this.plots.menu, this.strip]) part.destroy();
  }
}
