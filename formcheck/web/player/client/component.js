/**
 * The door for Streamlit: `mount` is called on every change of `data`, with the same element, and the clean-up of the call
 * before comes shortly before it or after it. So one view belongs to an element, a later call only updates it, and a
 * clean-up ends it only when no call has followed for a while: a video that is opened anew would lose its place.
 *
 * @typedef {Object} Component
 * @property {HTMLElement|ShadowRoot} parentElement
 * @property {{static_base: string, video_url: string|null, data_url: string, version: string, editable: boolean,
 *   answered: number, theme: "light"|"dark"|null, strings: Object<string, string>}} data
 * @property {(name: string, value: unknown) => void} setTriggerValue
 */

import { ReviewView } from "./review_view.js";

/** A rerun of the page calls again sooner than this, ms. */
const FOLLOWS_MS = 1000;

/** @type {WeakMap<Node, {view: ReviewView, nodes: Element[], calls: number}>} */
const mounted = new WeakMap();

/**
 * @param {Component} component
 * @returns {() => void} clean-up
 */
export function mount(component) {
  const { parentElement } = component;
  let own = mounted.get(parentElement);
  if (own === undefined) {
    const view = new ReviewView(component);
    own = { view, nodes: [styleSheet(), view.element], calls: 0 };
    parentElement.append(...own.nodes);
    mounted.set(parentElement, own);
  } else {
    own.view.update(component);
  }
  const call = (own.calls += 1);
  return () => {
    setTimeout(() => {
      if (mounted.get(parentElement) !== own || own.calls !== call) return;
      mounted.delete(parentElement);
      own.view.destroy();
      for (const node of own.nodes) node.remove();
    }, FOLLOWS_MS);
  };
}

function styleSheet() {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = new URL("./review.css", import.meta.url).href;
  return link;
}
