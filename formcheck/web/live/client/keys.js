/** Keys that work from anywhere on the page, except where somebody is typing. */

const TYPING = "input, textarea, select, [contenteditable=''], [contenteditable='true']";

/**
 * @param {Object<string, () => void>} acts by key, lower case
 * @returns {() => void} stop listening
 */
export function listenForKeys(acts) {
  const onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
    const target = event.composedPath()[0];
    if (target instanceof Element && target.closest(TYPING)) return;
    const act = acts[event.key.toLowerCase()];
    if (act === undefined) return;
    act();
  };
  document.addEventListener("keydown", onKey);
  return () => document.removeEventListener("keydown", onKey);
}
