/**
 * The videos that are kept on this device, on a page: each can be downloaded, given to the set that it shows, or deleted.
 * Nothing leaves the device before somebody presses, and what was given stays here until the record has it.
 *
 * @typedef {Object} Component
 * @property {HTMLElement|ShadowRoot} parentElement
 * @property {{owner: string, set_id: string|null, record_id: string|null, began_ms: number|null, uploads_path: string,
 *   uploads_client: string, link_header: string, link: string, theme: "light"|"dark"|null}} data
 *   `set_id` is the live set that the page shows, `record_id` what it is in the records, once it is kept there
 * @property {(name: string, value: unknown) => void} setTriggerValue
 */

import { KEPT_DAYS, deviceStore, heldByWindows } from "./device_store.js";
import { make, setText, show } from "./dom.js";
import { fileOf } from "./local_video.js";

/** How often the server is asked what became of a video that was given to it, ms. */
const LOOK_MS = 3000;
const UNDER_WAY = new Set(["receiving", "waiting", "running"]);

/** @type {WeakMap<Node, {view: KeptVideosView, calls: number}>} */
const mounted = new WeakMap();

/** @param {Component} component @returns {() => void} clean-up */
export function mount(component) {
  const { parentElement } = component;
  let own = mounted.get(parentElement);
  if (own === undefined) {
    own = { view: new KeptVideosView(), calls: 0 };
    const style = make("link", { rel: "stylesheet", href: new URL("./live.css", import.meta.url).href });
    parentElement.append(style, own.view.element);
    mounted.set(parentElement, own);
  }
  own.view.update(component);
  const call = (own.calls += 1);
  return () => {
    if (mounted.get(parentElement) !== own || own.calls !== call) return;
    mounted.delete(parentElement);
    own.view.destroy();
  };
}

export class KeptVideosView {
  constructor() {
    this.store = deviceStore();
    this.list = make("ul", { class: "fc-videos-list" });
    this.said = make("p", { class: "fc-videos-said", role: "status", hidden: true });
    this.element = make("section", { class: "fc-live fc-videos", "data-testid": "kept-videos", hidden: true },
      make("h3", { text: "Video on this device" }),
      make("p", { text: "Whoever uses this browser after you can see it, and nothing of it leaves this device before you press. It is as the camera saw you, "
        + `not mirrored as on the screen, and deletes itself after ${KEPT_DAYS} days when you are here again.` }),
      this.list, this.said);
    /** What is being done with a video, by its id. @type {Map<string, string>} */
    this.doing = new Map();
    /** Those of which the server is being asked. @type {Set<string>} */
    this.watched = new Set();
    this.ending = new AbortController();
  }

  destroy() {
    this.ending.abort();
    this.element.remove();
  }

  /** @param {Component} component */
  async update(component) {
    this.component = component;
    const { data } = component;
    if (data.theme) this.element.dataset.theme = data.theme;
    await this.#show();
  }

  async #show() {
    const { data } = this.component;
    let videos = [];
    try {
      videos = await this.store.listed("videos", data.owner, Date.now());
      const held = data.set_id === null ? await heldByWindows() : new Set();
      videos = videos.filter(({ id, set_id: setId }) => setId !== null || !held.has(id));
      if (data.set_id !== null) videos = videos.filter(({ set_id: setId }) => setId === data.set_id);
      if (data.record_id !== null) await this.#noteRecord(videos);
    } catch {
      videos = [];
    }
    this.list.replaceChildren(...videos.map((video) => this.#row(video)));
    show(this.element, videos.length > 0 || !this.said.hidden);
    for (const video of videos) if (video.given) this.#watch(video);
  }

  /** Which set in the records it shows, and where its landmarks begin, for another visit. */
  async #noteRecord(videos) {
    const { record_id: recordId, began_ms: beganMs } = this.component.data;
    for (const video of videos.filter(({ record_id: known }) => known !== recordId)) {
      Object.assign(video, { record_id: recordId, set_began_ms: beganMs });
      await this.store.put("videos", video);
    }
  }

  #row(video) {
    const when = new Date(video.made_at).toLocaleString([], { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
    const size = `${(video.bytes / 1e6).toFixed(1)} MB`;
    const ends = video.full ? " It ends before the set: that is as much as is kept." : "";
    const doing = this.doing.get(video.id) ?? (video.given ? "Given to the record, where it is being prepared. It is still on this device, too." : undefined);
    const give = button("give-video", "Give it to the record", () => this.#give(video), "fc-primary");
    give.disabled = video.record_id === null || doing !== undefined;
    const why = video.record_id === null ? " To give it to the record, keep the set there first." : "";
    return make("li", {}, make("p", { text: doing ?? `${when}, ${size}.${ends}${why}` }),
      make("p", { class: "fc-videos-actions" }, button("download-video", "Download", () => this.#download(video), ""), give,
        button("delete-video", "Delete", () => this.#delete(video), "")));
  }

  async #download(video) {
    const file = await fileOf(this.store, video);
    const address = URL.createObjectURL(file);
    make("a", { href: address, download: file.name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  }

  async #delete(video) {
    await this.store.remove("videos", video.id);
    this.#say(video.given ? "Deleted from this device. It was given to the record." : "Deleted. It was nowhere else.");
    await this.#show();
  }

  /** Send it where videos are sent, with the set that it shows and how its time lies beside the landmarks'. */
  async #give(video) {
    this.#do(video, "Getting the video ready.");
    const { Transfer, office, world } = await this.#post();
    const file = await fileOf(this.store, video);
    const beginsS = (video.began_ms - (video.set_began_ms ?? video.began_ms)) / 1000;
    const wishes = { person_id: null, keep_video: true, set_id: video.record_id, begins_s: beginsS };
    const transfer = new Transfer(file, wishes, office, world, ({ sent }) => {
      this.#do(video, `On its way: ${Math.round((100 * sent) / file.size)} %.`);
    });
    await transfer.run();
    this.doing.delete(video.id);
    if (transfer.state === "arrived") {
      // What has arrived may still be refused: the copy stays until the set has it.
      await this.store.put("videos", { ...video, given: transfer.id });
    } else {
      this.#say(`${transfer.reason} ${transfer.remedy}`.trim() || "It was not taken. It is still on this device.");
    }
    await this.#show();
  }

  /** Ask what became of a video that was given, until that is known; then it goes from here, or stays with the reason. */
  async #watch(video) {
    if (this.watched.has(video.id)) return;
    this.watched.add(video.id);
    const { signal } = this.ending;
    const { Transfer, office, world } = await this.#post();
    while (!signal.aborted) {
      const row = await Transfer.look(video.given, office, world, signal);
      if (row !== null && !UNDER_WAY.has(row.state)) {
        await this.#became(video, row);
        break;
      }
      await world.sleep(LOOK_MS, signal);
    }
    this.watched.delete(video.id);
    if (!signal.aborted) await this.#show();
  }

  async #became(video, row) {
    if (row.state === "done" && row.set_id === video.record_id) {
      await this.store.remove("videos", video.id);
      this.#say("Given to the record, and no longer on this device. It can be played in the review.");
      return;
    }
    await this.store.put("videos", { ...video, given: null });
    this.#say(`${row.reason} ${row.remedy} It is still on this device.`.trim());
  }

  /** What sends videos, and asks about them. */
  async #post() {
    const { data } = this.component;
    const base = new URL(`${data.uploads_client}/`, document.baseURI);
    const [{ Transfer }, { browserWorld }] = await Promise.all(
      ["transfer.js", "world.js"].map((name) => import(new URL(name, base).href)));
    const office = {
      path: new URL(data.uploads_path, document.baseURI).href, linkHeader: data.link_header,
      link: () => this.component.data.link,
      renewLink: async () => {
        this.component.setTriggerValue("new_link", true);
        await new Promise((resolve) => setTimeout(resolve, 3000));
      },
    };
    return { Transfer, office, world: browserWorld() };
  }

  #do(video, words) {
    this.doing.set(video.id, words);
    this.#show();
  }

  #say(words) {
    setText(this.said, words);
    show(this.said, true);
  }
}

function button(testId, text, act, className) {
  const element = make("button", { type: "button", class: `fc-button ${className}`, "data-testid": testId, text });
  element.addEventListener("click", act);
  return element;
}
