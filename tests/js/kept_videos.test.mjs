// Videos on this device: what becomes of the copy of one that is given to the record.
import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

// The view loads these itself, in its own time.
import "../../formcheck/web/uploads/client/transfer.js";
import "../../formcheck/web/uploads/client/world.js";
import { KeptVideosView } from "../../formcheck/web/live/client/kept_videos.js";

class Element {
  constructor() {
    this.children = [];
    this.attributes = {};
    this.dataset = {};
    this.acts = {};
    this.own = "";
    this.hidden = false;
  }

  setAttribute(name, value) {
    this.attributes[name] = value;
    if (name === "hidden") this.hidden = true;
  }

  append(...children) {
    this.children.push(...children);
  }

  replaceChildren(...children) {
    this.children = children;
  }

  addEventListener(name, act) {
    this.acts[name] = act;
  }

  remove() {}

  get textContent() {
    return this.own + this.children.map((child) => child.textContent).join(" ");
  }

  set textContent(text) {
    this.own = text;
  }

  /** @param {string} testId */
  find(testId) {
    if (this.attributes["data-testid"] === testId) return this;
    return this.children.map((child) => child.find(testId)).find((found) => found !== undefined);
  }
}

/** A server that takes the video at once, and then says of it what it is told to. */
class Request {
  constructor() {
    this.upload = {};
  }

  open(method, url) {
    Object.assign(this, { method, url });
  }

  setRequestHeader() {}

  send() {
    server.asked.push(`${this.method} ${new URL(this.url).pathname}`);
    const answer = server.answers.length > 1 ? server.answers.shift() : server.answers[0];
    const row = { id: "up-1", size: 8, received: 8, chunk_bytes: 8, set_id: null, reason: "", remedy: "", ...answer };
    queueMicrotask(() => (answer === "gone" ? this.onerror() : this.settle(row)));
  }

  settle({ status = 200, ...row }) {
    Object.assign(this, { status, responseText: JSON.stringify(row) });
    this.onload();
  }
}

const VIDEO = {
  id: "v", owner: "me", made_at: 5, set_id: "set-1", record_id: "rec-1", type: "video/webm;codecs=vp9", began_ms: 40, set_began_ms: 40,
  bytes: 8, full: false, exercise: "wall-squat",
};
let server;
let rows;
const views = [];

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  server = { asked: [], answers: [] };
  rows = new Map([["v", VIDEO]]);
  const target = { addEventListener() {}, removeEventListener() {} };
  Object.assign(globalThis, {
    window: { ...target, indexedDB: undefined }, XMLHttpRequest: Request,
    document: { baseURI: "http://here/check", createElement: () => new Element() },
  });
});

afterEach(() => {
  for (const view of views.splice(0)) view.destroy();
  mock.timers.reset();
});

async function shown() {
  const view = new KeptVideosView();
  views.push(view);
  view.store = {
    listed: async () => [...rows.values()], pieces: async () => [new ArrayBuffer(8)],
    put: async (_kind, row) => { rows.set(row.id, row); }, remove: async (_kind, id) => { rows.delete(id); },
  };
  const data = {
    owner: "me", set_id: "set-1", record_id: "rec-1", began_ms: 40, uploads_path: "/up", link_header: "x-link", link: "l", theme: null,
    uploads_client: new URL("../../formcheck/web/uploads/client", import.meta.url).href,
  };
  await view.update({ data, setTriggerValue() {} });
  return view;
}

/** Time passes, and what is under way gets on. */
async function pass(ms) {
  for (let passed = 0; passed <= ms; passed += 1000) {
    for (let i = 0; i < 40; i += 1) await new Promise((resolve) => { setImmediate(resolve); });
    mock.timers.tick(1000);
  }
}

async function given(answers) {
  server.answers = answers;
  const view = await shown();
  view.element.find("give-video").acts.click();
  await pass(6000);
  return view;
}

test("a video that was given stays on the device until its set has it", async () => {
  const view = await given([{ state: "waiting" }, { state: "running" }]);
  assert.equal(rows.get("v").given, "up-1");
  assert.match(view.element.textContent, /Given to the record.*still on this device/);
  assert.equal(view.element.find("give-video").disabled, true);
  server.answers = [{ state: "done", set_id: "rec-1" }];
  await pass(6000);
  assert.equal(rows.size, 0);
  assert.match(view.element.textContent, /no longer on this device/);
  const asked = server.asked.length;
  await pass(10_000);
  assert.equal(server.asked.length, asked, "nothing more is asked");
});

for (const [how, answer] of Object.entries({
  "could not be used": { state: "failed" }, "was taken for another": { state: "duplicate" },
  "went to another set": { state: "done", set_id: "rec-2" }, "is not known any more": { status: 404, error: "not-found" },
})) {
  test(`a video that ${how} stays on the device, and can be given again`, async () => {
    const view = await given([{ state: "waiting" }, { ...answer, reason: "It was not used.", remedy: "Look at it." }]);
    assert.equal(rows.get("v").given, null);
    assert.match(view.element.textContent, /It was not used. Look at it. It is still on this device./);
    assert.equal(view.element.find("give-video").disabled, false);
    view.destroy();
  });
}

test("another visit asks on, also after a lost connection, and no longer than it lasts", async () => {
  rows.set("v", { ...VIDEO, given: "up-1" });
  server.answers = ["gone", { state: "running" }];
  const view = await shown();
  await pass(7000);
  assert.ok(server.asked.length >= 2);
  assert.ok(server.asked.every((each) => each === "GET /up/up-1"));
  assert.equal(rows.get("v").given, "up-1");
  view.destroy();
  const asked = server.asked.length;
  await pass(10_000);
  assert.ok(server.asked.length <= asked + 1);
});
