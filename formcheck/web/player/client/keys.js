/** The player's keys, and the list of them. They work from anywhere on the page, except where somebody is typing. */

import { make } from "./dom.js";

const TYPING = "input:not([type='checkbox'], [type='radio']), textarea, select, [contenteditable=''], [contenteditable='true']";

/** A list, a popover or a question of the page over the player: the keys are its own, and Escape closes it. */
const OVER_THE_PAGE = "[role='dialog'], [role='alertdialog'], [role='listbox']";

/**
 * @typedef {{keys: string[], shown: string, does: string, act: (event: KeyboardEvent) => void, edits?: boolean}} Key
 *   `keys` as `nameOf` gives them
 */

/** The name of a key press: `Shift+ArrowLeft`, `ctrl+z`, `?`. A sign stands for itself, whatever it takes to type it. */
export function nameOf({ key, shiftKey, ctrlKey, metaKey }) {
  const plain = key.length === 1 ? key.toLowerCase() : key;
  const shift = shiftKey && (key.length > 1 || plain !== plain.toUpperCase()) ? "Shift+" : "";
  return `${ctrlKey || metaKey ? "ctrl+" : ""}${shift}${plain === " " ? "Space" : plain}`;
}

/**
 * @param {Key[]} keys
 * @param {() => boolean} enabled
 * @returns {() => void} stop listening
 */
export function listenForKeys(keys, enabled) {
  const acts = new Map(keys.flatMap((key) => key.keys.map((name) => [name, key.act])));
  const onKey = (event) => {
    if (event.altKey || event.isComposing || event.defaultPrevented || !enabled()) return;
    if (document.querySelector(OVER_THE_PAGE) !== null) return;
    const target = event.composedPath()[0];
    if (target instanceof Element && target.closest(TYPING)) return;
    // A button that was reached by keyboard is pressed by Space and Enter.
    if (target instanceof Element && target.closest("button, summary, a, label") && ["Enter", " "].includes(event.key)) return;
    const act = acts.get(nameOf(event));
    if (act === undefined) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    act(event);
  };
  // Before the page hears of it: Streamlit runs the page anew on R, and offers to clear its caches on C.
  document.addEventListener("keydown", onKey, true);
  return () => document.removeEventListener("keydown", onKey, true);
}

/** A window that lists the keys. @param {Key[]} keys */
export function keyList(keys) {
  const rows = keys.map(({ shown, does }) => make(
    "div", { class: "fcr-key" }, make("dt", {}, ...shown.split(" ").map((part) => (part === "/" ? " / " : make("kbd", { text: part })))), make("dd", { text: does }),
  ));
  const close = make("button", { class: "fcr-button", type: "button", text: "Close" });
  const dialog = make("dialog", { class: "fcr-help", "aria-label": "Keys", "data-testid": "player-keys" },
    make("h3", { text: "Keys" }), make("dl", {}, ...rows), close);
  close.addEventListener("click", () => dialog.close());
  return dialog;
}
