// Pure: reports go out one at a time, and none is lost.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Outbox } from "../../formcheck/web/player/client/outbox.js";

function box() {
  const sent = [];
  const timers = [];
  const clock = { after: (_ms, act) => timers.push(act) - 1, cancel: (i) => { if (i !== null) timers[i] = () => {}; } };
  return { sent, timers, outbox: new Outbox((report) => sent.push(report), clock) };
}

test("the second report waits for the answer to the first", () => {
  const { outbox, sent } = box();
  outbox.post({ kind: "a" });
  outbox.post({ kind: "b" });
  assert.deepEqual(sent.map(({ message }) => message.kind), ["a"]);
  outbox.answered(sent[0].number);
  assert.deepEqual(sent.map(({ message }) => message.kind), ["a", "b"]);
  assert.ok(sent[1].number > sent[0].number);
  assert.ok(outbox.busy);
  outbox.answered(sent[1].number);
  assert.ok(!outbox.busy);
});

test("an answer to an older report settles nothing", () => {
  const { outbox, sent } = box();
  outbox.answered(7);
  outbox.post({ kind: "a" });
  assert.equal(sent[0].number, 8);
  outbox.answered(7);
  assert.ok(outbox.busy);
});

test("a report without an answer is sent again under its number", () => {
  const { outbox, sent, timers } = box();
  outbox.post({ kind: "a" });
  timers.at(-1)();
  assert.deepEqual(sent[1], sent[0]);
  outbox.answered(sent[0].number);
  assert.ok(!outbox.busy);
});

test("a report that never arrives is said, and holds nothing up for good", () => {
  const { outbox, sent, timers } = box();
  let lost = 0;
  outbox.onLost = () => { lost += 1; };
  outbox.post({ kind: "a" });
  outbox.post({ kind: "b" });
  while (sent.at(-1).message.kind === "a") timers.at(-1)();
  assert.equal(lost, 1);
  assert.equal(sent.at(-1).message.kind, "b");
});
