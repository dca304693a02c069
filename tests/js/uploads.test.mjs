// Layer: the pure parts of the upload zone, with a server and a clock of our own.

import assert from "node:assert/strict";
import test from "node:test";

import { Links } from "../../formcheck/web/uploads/client/links.js";
import { Pace } from "../../formcheck/web/uploads/client/pace.js";
import { Shipment } from "../../formcheck/web/uploads/client/shipment.js";
import { Transfer } from "../../formcheck/web/uploads/client/transfer.js";
import { told } from "../../formcheck/web/uploads/client/view.js";
import { inBytes, inPercent, inTime } from "../../formcheck/web/uploads/client/words.js";

const CHUNK = 4;
const WISHES = { person_id: null, keep_video: true };

/** A file with a content of its own. */
function fileOf(text, name = "set.mp4", lastModified = 7) {
  return new File([text], name, { lastModified });
}

/** A server that keeps what it is sent, and can be made to fail. */
class Server {
  constructor() {
    this.kept = new Map();
    this.asked = [];
    /** @type {((request: Object) => Object|"gone"|undefined)[]} */
    this.faults = [];
    this.link = "link";
    this.now = 0;
    this.slept = [];
    this.world = {
      clock: () => this.now,
      sleep: async (ms, signal) => {
        this.slept.push(ms);
        this.now += ms;
        await new Promise((resolve) => setImmediate(resolve));
        if (signal.aborted) return;
      },
      request: (request) => this.answer(request),
    };
    this.office = {
      path: "/up", linkHeader: "x-link", link: () => this.link, renewLink: async () => { this.renewed = true; },
    };
  }

  async answer(request) {
    await new Promise((resolve) => setImmediate(resolve));
    if (request.signal.aborted) throw new Error("given up");
    this.asked.push(`${request.method} ${request.url}`);
    const fault = this.faults.shift()?.(request);
    if (fault === "gone") throw new Error("no answer");
    if (fault !== undefined) return fault;
    const id = request.url.split("/")[2];
    if (request.method === "POST") return this.begin(JSON.parse(request.body));
    const row = this.kept.get(id);
    if (row === undefined) return { status: 404, body: { error: "not-found", reason: "There is no such upload.", remedy: "" } };
    if (request.method === "PUT") return this.put(row, request);
    if (request.method === "DELETE") row.state = "cancelled";
    return { status: 200, body: this.said(row) };
  }

  begin(said) {
    const id = `u${this.kept.size}`;
    this.kept.set(id, { id, state: "receiving", bytes: "", ...said });
    return { status: 200, body: this.said(this.kept.get(id)) };
  }

  put(row, request) {
    const [, from, to, size] = /bytes (\d+)-(\d+)\/(\d+)/.exec(request.headers["Content-Range"]).map(Number);
    if (from !== row.bytes.length) return { status: 409, body: { error: "offset", received: row.bytes.length } };
    assert.equal(size, row.size);
    const text = new TextDecoder().decode(request.body);
    assert.equal(text.length, to - from + 1);
    request.onSent?.(text.length);
    row.bytes += text;
    if (row.bytes.length === row.size) row.state = "waiting";
    return { status: 200, body: this.said(row) };
  }

  said(row) {
    return { id: row.id, state: row.state, received: row.bytes.length, chunk_bytes: CHUNK, reason: "", remedy: "" };
  }

  transfer(file) {
    return new Transfer(file, WISHES, this.office, this.world, () => {});
  }
}

test("a file arrives piece by piece, whole and in order", async () => {
  const server = new Server();
  const transfer = server.transfer(fileOf("abcdefghij"));
  await transfer.run();
  assert.equal(transfer.state, "arrived");
  assert.equal(server.kept.get("u0").bytes, "abcdefghij");
  assert.deepEqual(server.asked, ["POST /up", "PUT /up/u0", "PUT /up/u0", "PUT /up/u0"]);
});

test("what is said about a file goes with it", async () => {
  const server = new Server();
  await server.transfer(fileOf("abc", "knee.mov", 99)).run();
  const { name, size, last_modified_ms: modified, person_id: person, keep_video: keep } = server.kept.get("u0");
  assert.deepEqual([name, size, modified, person, keep], ["knee.mov", 3, 99, null, true]);
});

test("after a lost connection it goes on from where the server is", async () => {
  const server = new Server();
  server.faults = [undefined, undefined, () => "gone", () => "gone"];
  const transfer = server.transfer(fileOf("abcdefghij"));
  const states = new Set();
  transfer.changed = () => states.add(transfer.state);
  await transfer.run();
  assert.equal(server.kept.get("u0").bytes, "abcdefghij");
  assert.ok(states.has("lost"));
  assert.equal(transfer.state, "arrived");
});

test("a piece that arrived although its answer was lost is not sent twice", async () => {
  const server = new Server();
  server.faults = [undefined, (request) => {
    server.put(server.kept.get("u0"), request);
    return "gone";
  }];
  await server.transfer(fileOf("abcdefghij")).run();
  assert.equal(server.kept.get("u0").bytes, "abcdefghij");
});

test("pauses grow while nothing comes through, and not for ever", async () => {
  const server = new Server();
  server.faults = Array(8).fill(() => "gone");
  await server.transfer(fileOf("abc")).run();
  assert.deepEqual(server.slept, [1000, 2000, 4000, 8000, 15000, 15000, 15000, 15000]);
});

test("an answer of something in between is no answer", async () => {
  const server = new Server();
  server.faults = [() => ({ status: 502, body: null }), () => ({ status: 200, body: null }), () => ({ status: 503, body: {} })];
  const transfer = server.transfer(fileOf("abc"));
  await transfer.run();
  assert.equal(transfer.state, "arrived");
  assert.equal(server.slept.length, 3);
});

test("a refusal is kept with its reason, and nothing more is sent", async () => {
  const server = new Server();
  const refusal = { error: "not-a-video", reason: "This is a picture.", remedy: "Give a video." };
  server.faults = [undefined, () => ({ status: 415, body: refusal })];
  const transfer = server.transfer(fileOf("abcdefghij"));
  await transfer.run();
  assert.deepEqual([transfer.state, transfer.reason, transfer.remedy], ["refused", "This is a picture.", "Give a video."]);
  assert.equal(server.asked.length, 2);
  assert.ok(transfer.listed);
});

test("a link that was refused is renewed", async () => {
  const server = new Server();
  server.faults = [() => ({ status: 401, body: { error: "link" } })];
  const transfer = server.transfer(fileOf("abc"));
  await transfer.run();
  assert.ok(server.renewed);
  assert.equal(transfer.state, "arrived");
});

test("a server that never agrees on the next byte is asked with pauses", async () => {
  const server = new Server();
  let quarrels = 0;
  const put = server.put.bind(server);
  server.put = (row, request) => {
    quarrels += 1;
    return quarrels > 12 ? put(row, request) : { status: 409, body: { error: "offset", received: 0 } };
  };
  const transfer = server.transfer(fileOf("abc"));
  await transfer.run();
  assert.deepEqual(server.slept, [1000, 2000]);
  assert.equal(transfer.state, "arrived");
});

test("a cancelled transfer stops and is taken back on the server", async () => {
  const server = new Server();
  const transfer = server.transfer(fileOf("abcdefghij"));
  server.faults = [undefined, undefined, () => { transfer.cancel(); return undefined; }];
  await transfer.run();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(transfer.state, "cancelled");
  assert.equal(server.kept.get("u0").state, "cancelled");
  assert.ok(server.kept.get("u0").bytes.length < 10);
});

test("an upload that was cancelled elsewhere ends here", async () => {
  const server = new Server();
  server.faults = [undefined, () => {
    server.kept.get("u0").state = "cancelled";
    return { status: 409, body: { error: "state", reason: "It is cancelled.", remedy: "" } };
  }];
  const transfer = server.transfer(fileOf("abc"));
  await transfer.run();
  assert.equal(transfer.state, "cancelled");
});

test("a file that was moved meanwhile is said to be", async () => {
  const server = new Server();
  const file = fileOf("abc");
  file.slice = () => ({ arrayBuffer: () => Promise.reject(new Error("gone")) });
  const transfer = server.transfer(file);
  await transfer.run();
  assert.equal(transfer.state, "refused");
  assert.match(transfer.reason, /cannot be read any more/);
});

test("two go at a time, and all arrive", async () => {
  const server = new Server();
  const shipment = new Shipment(server.office, server.world);
  let most = 0;
  shipment.listeners.add(() => { most = Math.max(most, shipment.running); });
  shipment.add(["a", "b", "c", "d", "e"].map((name) => fileOf("abcdefgh", `${name}.mp4`)), WISHES);
  while (shipment.busy) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(most, 2);
  assert.deepEqual([...server.kept.values()].map((row) => row.state), Array(5).fill("waiting"));
  assert.deepEqual(shipment.transfers, []);
});

test("the same file chosen twice is sent once", () => {
  const server = new Server();
  const shipment = new Shipment(server.office, server.world);
  shipment.add([fileOf("abc"), fileOf("abc"), fileOf("abc", "other.mp4")], WISHES);
  assert.equal(shipment.transfers.length, 2);
});

test("what was refused before the server knew of it stays to be read, and can be tried again", async () => {
  const server = new Server();
  server.faults = [() => ({ status: 415, body: { error: "not-a-video", reason: "No name of a video.", remedy: "" } })];
  const shipment = new Shipment(server.office, server.world);
  shipment.add([fileOf("abc", "notes.txt")], WISHES);
  while (shipment.busy || shipment.running) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(shipment.transfers[0].state, "refused");
  shipment.again(shipment.transfers[0]);
  while (shipment.busy || shipment.running) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(shipment.transfers, []);
  assert.equal(server.kept.get("u0").state, "waiting");
});

test("a link is waited for, and not asked for where there is a newer one", async () => {
  const asked = [];
  const links = new Links((ms, signal) => new Promise((resolve) => signal.addEventListener("abort", resolve)));
  links.give("old", () => asked.push("old"));
  const renewed = links.renew("old", new AbortController().signal);
  assert.deepEqual(asked, ["old"]);
  links.give("new", () => asked.push("new"));
  await renewed;
  await links.renew("old", new AbortController().signal);
  assert.deepEqual(asked, ["old"]);
  assert.equal(links.newest, "new");
});

test("time left goes by the last seconds", () => {
  const pace = new Pace();
  assert.equal(pace.left(100), null);
  for (let t = 0; t <= 20; t += 1) pace.note(1000 * t, t <= 10 ? 1000 * t : 10_000 + 3000 * (t - 10));
  assert.ok(Math.abs(pace.perSecond() - 3000) < 1);
  assert.ok(Math.abs(pace.left(100_000) - 20) < 0.1);
  pace.note(21_000, 5);
  assert.equal(pace.left(100_000), null);
});

test("numbers are written as people read them", () => {
  assert.deepEqual([500, 12_345, 14_000_000, 2_100_000_000].map(inBytes), ["1 kB", "12 kB", "14 MB", "2.1 GB"]);
  assert.deepEqual([0.2, 42, 61, 300, 7300].map(inTime), ["1 s", "42 s", "about 1 min", "about 5 min", "about 2 h"]);
  assert.deepEqual([inPercent(0, 10), inPercent(999, 1000), inPercent(10, 10), inPercent(0, 0)], [0, 99, 100, 0]);
});

test("a row says how far it is, how fast and how long", () => {
  const pace = new Pace();
  const transfer = { file: { size: 10_000_000 }, sent: 4_000_000, state: "sending", pace };
  assert.equal(told(transfer), "40 % of 10 MB");
  pace.note(0, 0);
  pace.note(2000, 4_000_000);
  assert.equal(told(transfer), "40 % of 10 MB · 2 MB/s · 3 s left");
  assert.match(told({ ...transfer, state: "lost" }), /goes on by itself/);
});
