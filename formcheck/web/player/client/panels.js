/** One row below the picture for the tool in hand: what it is about to do, and keep or discard. */

import { LANDMARKS } from "./body.js";
import { make, setText, show } from "./dom.js";
import { clock } from "./moments.js";
import { MOMENTS } from "./set_data.js";
import { WHOLE, samePart } from "./trim_tool.js";

const MOMENT_NAMES = Object.freeze({ start_s: "Start", bottom_start_s: "Bottom", bottom_end_s: "to", end_s: "End" });

/** @typedef {{element: HTMLElement, refresh: () => void}} Panel */

function button(text, onclick, { title = text, test = "", strong = false } = {}) {
  return make("button", {
    class: strong ? "fcr-button fcr-strong" : "fcr-button", type: "button", text, title, onclick, ...(test === "" ? {} : { "data-testid": test }),
  });
}

function row(name, ...parts) {
  return make("div", { class: "fcr-row fcr-panel", role: "group", "aria-label": name }, ...parts);
}

/** @param {import("./move_tool.js").MoveTool} tool @param {() => number} now s @returns {Panel} */
export function movePanel(tool, now) {
  const choice = make("select", { class: "fcr-select", "aria-label": "Joint", "data-testid": "player-joint" },
    make("option", { value: "", text: "Choose a joint" }),
    ...[...LANDMARKS].map(([landmark, name]) => make("option", { value: landmark, text: name })));
  choice.addEventListener("change", () => {
    tool.select(choice.value === "" ? null : Number(choice.value));
    choice.blur();
  });
  const said = make("span", { class: "fcr-said" });
  const from = button("From here", () => tool.setRun("from", now()), { title: "The run of frames begins at the cursor (I)" });
  const to = button("To here", () => tool.setRun("to", now()), { title: "The run of frames ends at the cursor (O)" });
  const one = button("This frame only", () => tool.onlyThisFrame());
  const keep = button("Keep", () => tool.keep(), { test: "player-keep", strong: true, title: "Keep (Enter)" });
  const discard = button("Discard", () => tool.discard(), { title: "Discard (Esc)" });
  const refresh = () => {
    choice.value = tool.selected === null ? "" : String(tool.selected);
    setText(said, movedText(tool));
    for (const part of [from, to, keep, discard]) show(part, tool.pending);
    show(one, tool.pending && tool.run !== null);
  };
  return { element: row("Move a joint", choice, said, make("span", { class: "fcr-space" }), from, to, one, discard, keep), refresh };
}

function movedText(tool) {
  if (!tool.pending) {
    const hidden = tool.selected !== null && tool.stage.set !== null && tool.stage.place(tool.selected) === null;
    if (hidden) return "Not seen on this frame: press where it is.";
    return tool.selected === null ? "Drag a joint to where it is." : "Drag it, or use the arrow keys.";
  }
  const names = [...tool.proposed.keys()].map((landmark) => LANDMARKS.get(landmark));
  const last = [...tool.proposed.values()].at(-1);
  const way = last.was === null ? "placed" : `${Math.hypot(last.x - last.was.x, last.y - last.was.y).toFixed(0)} px`;
  const { t } = tool.stage.set;
  const scope = tool.run === null ? `at ${clock(t[tool.frame])}` : `from ${clock(tool.run.from)} to ${clock(tool.run.to)}`;
  const which = names.length > 1 ? `${names.join(", ")}: ` : "";
  return `${which}${way}, ${scope}`;
}

/** @param {import("./times_tool.js").TimesTool} tool @param {() => number} now s @returns {Panel} */
export function timesPanel(tool, now) {
  const said = make("span", { class: "fcr-said" });
  const moments = MOMENTS.map((name) => button("", () => tool.put(name, now()), { title: `${MOMENT_NAMES[name]}: put it at the cursor`, test: `player-${name}` }));
  const add = button("New rep here", () => tool.add(now()), { test: "player-new-rep", title: "A rep that was missed, with its bottom at the cursor" });
  const keep = button("Keep", () => tool.keep(), { test: "player-keep", strong: true, title: "Keep (Enter)" });
  const discard = button("Discard", () => tool.discard(), { title: "Discard (Esc)" });
  const refresh = () => {
    const { edited } = tool;
    const name = edited?.rep.index === null ? "New rep" : `Rep ${edited?.rep.index}`;
    setText(said, edited === null ? "Go to a rep." : `${name}: drag its lines, or put at the cursor:`);
    show(add, tool.hasRoom(now()));
    for (const [i, part] of moments.entries()) {
      show(part, edited !== null);
      if (edited !== null) setText(part, `${MOMENT_NAMES[MOMENTS[i]]} ${edited.times[MOMENTS[i]].toFixed(2)} s`);
    }
    for (const part of [keep, discard]) show(part, tool.pending);
  };
  return { element: row("Rep times", said, ...moments, make("span", { class: "fcr-space" }), add, discard, keep), refresh };
}

/** @param {import("./trim_tool.js").TrimTool} tool @param {() => number} now s @param {(at: number) => void} goTo @returns {Panel} */
export function trimPanel(tool, now, goTo) {
  const said = make("span", { class: "fcr-said", "data-testid": "player-part" });
  const start = button("Starts here", () => tool.put("start_s", now()), { title: "The set starts at the cursor", test: "player-trim-start" });
  const end = button("Ends here", () => tool.put("end_s", now()), { title: "The set ends at the cursor", test: "player-trim-end" });
  const whole = button("Whole video", () => tool.whole(), { title: "All of the time and all of the picture", test: "player-trim-whole" });
  const pause = button("Go to the pause", () => goTo(tool.pauseAt), { title: "The longest pause between two reps: two sets are cut apart there", test: "player-pause" });
  const cut = button("Two sets: cut here", () => tool.cut(now()), { title: "This set ends at the cursor, and another begins there", test: "player-cut" });
  const keep = button("Keep", () => tool.keep(), { test: "player-keep", strong: true, title: "Keep (Enter)" });
  const discard = button("Discard", () => tool.discard(), { title: "Discard (Esc)" });
  const refresh = () => {
    setText(said, partText(tool));
    show(whole, !samePart(tool.within, WHOLE));
    show(pause, !tool.pending && tool.pauseAt !== null);
    show(cut, !tool.pending);
    for (const part of [keep, discard]) show(part, tool.pending);
  };
  return { element: row("Trim", said, start, end, whole, pause, cut, make("span", { class: "fcr-space" }), discard, keep), refresh };
}

function partText(tool) {
  const { start_s: start, end_s: end, left_px: left } = tool.within;
  const part = left === null ? "" : " · part of the picture";
  if (start === null && end === null) return left === null ? "The whole video. Drag a frame around the person to crop." : `All of the time${part}`;
  return `${clock(start ?? 0)} to ${clock(end ?? tool.end)}${part}`;
}

/** @param {import("./drawing_tool.js").DrawingTool} tool @returns {Panel} */
export function drawingPanel(tool) {
  const hints = { angle: "Three points: end, vertex, end.", line: "Drag a line, or press its two ends.", text: "Press where the text belongs." };
  const said = make("span", { class: "fcr-said" });
  const words = make("input", { class: "fcr-input", type: "text", maxlength: 500, "aria-label": "Text", "data-testid": "player-text" });
  const write = () => {
    tool.write(words.value);
    words.value = "";
    words.blur();
  };
  words.addEventListener("keydown", (event) => {
    if (event.key === "Enter") write();
    if (event.key === "Escape") tool.discard();
    event.stopPropagation();
  });
  const keep = button("Keep", write, { test: "player-keep", strong: true });
  const discard = button("Discard", () => tool.discard(), { title: "Discard (Esc)" });
  let asked = false;
  const refresh = () => {
    setText(said, tool.waitsForWords ? "" : hints[tool.kind]);
    for (const part of [words, keep]) show(part, tool.waitsForWords);
    show(discard, tool.pending);
    if (tool.waitsForWords && !asked && tool.begun !== null && tool.loupeAt === null) words.focus({ preventScroll: true });
    asked = tool.waitsForWords && tool.loupeAt === null;
  };
  return { element: row("Draw", said, words, make("span", { class: "fcr-space" }), discard, keep), refresh };
}

/** @param {(reason: string) => void} leaveOut @param {() => void} cancel @returns {Panel & {ask: (rep: Object) => void}} */
export function leaveOutPanel(leaveOut, cancel) {
  const said = make("label", { class: "fcr-said", for: "fcr-reason" });
  const reason = make("input", { class: "fcr-input", id: "fcr-reason", type: "text", maxlength: 300, "data-testid": "player-reason" });
  const send = () => {
    leaveOut(reason.value.trim());
    reason.value = "";
    reason.blur();
  };
  reason.addEventListener("keydown", (event) => {
    if (event.key === "Enter") send();
    if (event.key === "Escape") cancel();
    event.stopPropagation();
  });
  const element = row("Leave a rep out", said, reason, make("span", { class: "fcr-space" }), button("Cancel", cancel),
    button("Leave out", send, { test: "player-keep", strong: true }));
  return {
    element,
    refresh() {},
    ask(rep) {
      said.textContent = `Leave rep ${rep.index} out, because (may be empty)`;
      reason.focus({ preventScroll: true });
    },
  };
}
