// Pure: parts of a recording on their way, and where each picture of it stands.
import assert from "node:assert/strict";
import { test } from "node:test";

import { LINK_HEADER } from "../../formcheck/web/remote/client/contract.js";
import { MOST_WAITING, PartSender, places } from "../../formcheck/web/remote/client/recorder.js";

const DOOR = { recording: "a".repeat(32), put: "/formcheck-room/recordings/a", token: "t" };

/** A server that keeps what comes; `fails` says which requests find nobody. */
function world({ fails = () => false, status = () => null } = {}) {
  const server = { bytes: "", closed: 0, asked: 0, waited: [] };
  server.fetch = async (address, { method, body, headers }) => {
    const number = server.asked++;
    assert.equal(headers[LINK_HEADER], "t");
    if (fails(number)) throw new TypeError("nobody there");
    const said = status(number);
    if (said !== null) return { ok: false, status: said, text: async () => "The disk is nearly full.\n" };
    if (method === "POST") {
      server.closed += 1;
      return { ok: true, status: 204 };
    }
    const at = Number(new URL(address, "http://here").searchParams.get("at"));
    const text = await body.text();
    if (at <= server.bytes.length) server.bytes += text.slice(server.bytes.length - at);
    return { ok: true, status: 200, json: async () => ({ at: server.bytes.length }) };
  };
  server.wait = async (ms) => { server.waited.push(ms); };
  return server;
}

function sender(server) {
  const troubles = [];
  return [new PartSender(DOOR, server, (words) => troubles.push(words)), troubles];
}

test("parts come in order and the end is told once they have", async () => {
  const server = world();
  const [sending] = sender(server);
  for (const text of ["one ", "two ", "three"]) sending.add(new Blob([text]));
  await sending.close();
  assert.equal(server.bytes, "one two three");
  assert.equal(server.closed, 1);
});

test("what found nobody is sent again, later and later", async () => {
  const server = world({ fails: (number) => number < 3 });
  const [sending, troubles] = sender(server);
  sending.add(new Blob(["all of it"]));
  await sending.close();
  assert.equal(server.bytes, "all of it");
  assert.deepEqual(server.waited, [500, 1000, 2000]);
  assert.deepEqual(troubles, []);
});

test("what came although its answer was lost counts once", async () => {
  const server = world();
  const { fetch } = server;
  let lost = true;
  server.fetch = async (...asked) => {
    const answer = await fetch(...asked);
    if (lost) {
      lost = false;
      throw new TypeError("the answer is lost");
    }
    return answer;
  };
  const [sending] = sender(server);
  sending.add(new Blob(["first "]));
  sending.add(new Blob(["second"]));
  await sending.close();
  assert.equal(server.bytes, "first second");
});

test("a large part goes in pieces", async () => {
  const server = world();
  const [sending] = sender(server);
  sending.add(new Blob(["x".repeat(2_500_000)]));
  await sending.close();
  assert.equal(server.bytes.length, 2_500_000);
  assert.equal(server.asked, 4);
});

test("a recording that was deleted is let go of without a word, a full disk is told", async () => {
  for (const [status, words] of [[404, []], [507, ["The disk is nearly full."]]]) {
    const [sending, troubles] = sender(world({ status: () => status }));
    sending.add(new Blob(["x"]));
    await sending.close();
    sending.add(new Blob(["y"]));
    assert.equal(sending.parts.length, 0);
    assert.deepEqual(troubles, words);
  }
});

test("it does not fill the memory while nobody takes it", () => {
  const server = world({ fails: () => true });
  server.wait = () => new Promise(() => {});
  const [sending, troubles] = sender(server);
  sending.add(new Blob(["x".repeat(MOST_WAITING / 2)]));
  assert.deepEqual(troubles, []);
  sending.add(new Blob(["x".repeat(MOST_WAITING / 2 + 1)]));
  assert.equal(troubles.length, 1);
  assert.equal(sending.parts.length, 0);
});

test("pictures stand beside each other within the whole", () => {
  for (const count of [1, 2, 3, 4]) {
    const all = places(count, { width: 960, height: 540 });
    assert.equal(all.length, count);
    for (const [i, { x, y, width, height }] of all.entries()) {
      assert.ok(x >= 0 && y >= 0 && x + width <= 960 && y + height <= 540);
      for (const other of all.slice(i + 1)) assert.ok(other.x >= x + width || other.y >= y + height);
    }
  }
});
