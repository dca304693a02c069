/**
 * The door for Streamlit: `mount` is called on every change of `data`, with the same element, and its clean-up may be
 * called for a call that a newer one has overtaken. So one view belongs to an element, a later call only updates it,
 * and only the clean-up of the newest call ends it.
 *
 * @typedef {Object} Component
 * @property {HTMLElement|ShadowRoot} parentElement
 * @property {{static_base: string, socket_path: string, token: string, owner: string, setup: Object,
 *   measures: import("./measures.js").Shown[], models?: string[], voice: boolean, camera: string, set_id?: string|null, clock_ms?: number,
 *   theme: "light"|"dark"|null, strings: Object<string, string>}} data with `set_id` a set is gone on with; `clock_ms`
 *   is added to capture times, so that they go on when the page is loaded anew
 * @property {(name: string, value: unknown) => void} setTriggerValue
 */

import { LiveView } from "./live_view.js";

/** @type {WeakMap<Node, {view: LiveView, calls: number}>} */
const mounted = new WeakMap();

/**
 * @param {Component} component
 * @returns {() => void} clean-up
 */
export function mount(component) {
  const { parentElement } = component;
  let own = mounted.get(parentElement);
  if (own === undefined) {
    own = { view: new LiveView(component), calls: 0 };
    parentElement.append(styleSheet(), own.view.element);
    mounted.set(parentElement, own);
  } else {
    own.view.update(component);
  }
  const call = (own.calls += 1);
  return () => {
    if (mounted.get(parentElement) !== own || own.calls !== call) return;
    mounted.delete(parentElement);
    own.view.destroy();
  };
}

function styleSheet() {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = new URL("./live.css", import.meta.url).href;
  return link;
}
