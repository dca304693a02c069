// Pure: which session this is, by local days with a finished set.
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  STORE_KEY, dayOf, interruptedStore, interruptedText, readDays, sessionNumber, sessionStore, withDay,
} from "../../formcheck/web/live/client/sessions.js";

function memory(text = null) {
  const items = new Map(text === null ? [] : [[STORE_KEY, text]]);
  return { getItem: (key) => items.get(key) ?? null, setItem: (key, value) => items.set(key, value),
    removeItem: (key) => items.delete(key), items };
}

test("the first session is number one, and stays so all day", () => {
  const store = sessionStore(memory());
  const today = new Date(2026, 2, 9, 10);
  assert.equal(store.number(today), 1);
  store.finished(today);
  assert.equal(store.number(new Date(2026, 2, 9, 23)), 1);
  assert.equal(store.number(new Date(2026, 2, 10, 0)), 2);
});

test("two sets on one day are one session", () => {
  const days = withDay(withDay(["2026-03-08"], "2026-03-09"), "2026-03-09");
  assert.deepEqual(days, ["2026-03-08", "2026-03-09"]);
  assert.equal(sessionNumber(days, "2026-03-10"), 3);
});

test("days are local ones", () => {
  assert.equal(dayOf(new Date(2026, 0, 5, 0, 1)), "2026-01-05");
});

test("a record that cannot be read is none", () => {
  for (const text of [null, "", "{", "7", '{"a":1}', '["x", 3, null]']) assert.deepEqual(readDays(text), []);
});

test("a browser that keeps nothing always has its first session", () => {
  const refusing = { getItem() { throw new Error("no"); }, setItem() { throw new Error("no"); } };
  for (const store of [sessionStore(refusing), sessionStore(undefined)]) {
    store.finished();
    assert.equal(store.number(), 1);
  }
});

test("a set that ended with its page is told of once", () => {
  const store = interruptedStore(memory());
  assert.equal(store.take(), null);
  store.leave(4);
  assert.equal(store.take(), 4);
  assert.equal(store.take(), null);
  assert.match(interruptedText(4), /after 4 reps/);
  assert.match(interruptedText(1), /after 1 rep:/);
});

test("without a storage nothing is told", () => {
  const store = interruptedStore(undefined);
  store.leave(4);
  assert.equal(store.take(), null);
});
