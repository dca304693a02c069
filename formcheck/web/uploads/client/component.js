/**
 * The door for Streamlit: `mount` is called on every change of `data`. What is on its way belongs to the window and not
 * to the element, so that it goes on while the page shows something else.
 *
 * @typedef {Object} Component
 * @property {HTMLElement|ShadowRoot} parentElement
 * @property {{uploads_path: string, link_header: string, link: string, person_id: string|null, keep_video: boolean,
 *   accept: string, theme: "light"|"dark"|null, strings: Object<string, string>}} data
 * @property {(name: string, value: unknown) => void} setTriggerValue
 */

import { Links } from "./links.js";
import { Shipment } from "./shipment.js";
import { UploadView } from "./view.js";
import { browserWorld } from "./world.js";

const world = browserWorld();
const links = new Links(world.sleep);
const office = {
  path: "", linkHeader: "", link: () => links.newest, renewLink: (old, signal) => links.renew(old, signal),
};
const shipment = new Shipment(office, world);

window.addEventListener("beforeunload", (event) => {
  if (shipment.busy) event.preventDefault();
});

/** @type {WeakMap<Node, {view: UploadView, calls: number}>} */
const mounted = new WeakMap();

/**
 * @param {Component} component
 * @returns {() => void} clean-up
 */
export function mount(component) {
  const { parentElement, data } = component;
  office.path = new URL(data.uploads_path, document.baseURI).href;
  office.linkHeader = data.link_header;
  links.give(data.link, () => component.setTriggerValue("new_link", true));
  let own = mounted.get(parentElement);
  if (own === undefined) {
    own = { view: new UploadView(shipment, data.strings, data.accept), calls: 0 };
    parentElement.append(styleSheet(), own.view.element);
    mounted.set(parentElement, own);
  }
  own.view.update(data);
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
  link.href = new URL("./uploads.css", import.meta.url).href;
  return link;
}
