// Pure: which closings are got over, which need a token, and which end the set.
import assert from "node:assert/strict";
import { test } from "node:test";

import { afterClosing } from "../../formcheck/web/live/client/closing.js";

const closing = (changes) => ({
  code: 1006, error: null, begun: true, finishing: false, inSet: false, lostMs: null, refusals: 0, ...changes,
});
const actOf = (changes) => afterClosing(closing(changes)).act;

test("a socket that is simply gone is opened again", () => {
  for (const code of [1000, 1001, 1005, 1006, 1011]) assert.equal(actOf({ code }), "retry");
});

test("a token that has run out is renewed, before and in a set", () => {
  assert.equal(actOf({ code: 4401, begun: false }), "renew");
  assert.equal(actOf({ code: 4401 }), "renew");
});

test("what will not change by itself ends the set", () => {
  for (const code of [4403, 4408, 4410, 4500, 4503]) assert.equal(actOf({ code }), "give-up", String(code));
});

test("a set that was silent, as that of a page out of sight, goes on; before the set it ends", () => {
  assert.equal(actOf({ code: 4408, inSet: true }), "retry");
  assert.equal(actOf({ code: 4408, inSet: false }), "give-up");
  assert.equal(actOf({ code: 4408, inSet: true, begun: false }), "give-up");
});

test("after a fault of the server in mid-set the result of what was done is asked for", () => {
  assert.equal(actOf({ code: 4500, inSet: true }), "retry");
});

test("a page that the server does not understand at the start is not sent again", () => {
  assert.equal(actOf({ code: 4400, begun: false }), "give-up");
});

test("a refused picture is got over three times in a row", () => {
  assert.deepEqual([0, 1, 2, 3].map((refusals) => actOf({ code: 4400, refusals })),
    ["retry", "retry", "retry", "give-up"]);
  assert.ok(afterClosing(closing({ code: 4413 })).refused);
  assert.ok(!afterClosing(closing({ code: 1006 })).refused);
});

test("our own old socket is outwaited, another window is not", () => {
  assert.equal(actOf({ code: 4409, lostMs: 3000 }), "retry");
  assert.equal(actOf({ code: 4409, lostMs: 16_000 }), "give-up");
  assert.equal(actOf({ code: 4409, lostMs: null }), "give-up");
});

test("the server's last words are kept", () => {
  const error = { type: "error", code: "not-assessable", reason: "No rep was seen.", remedy: "Do one." };
  const { act, trouble } = afterClosing(closing({ code: 1000, error, finishing: true }));
  assert.equal(act, "give-up");
  assert.deepEqual([trouble.code, trouble.cause, trouble.next], ["not-assessable", "No rep was seen.", "Do one."]);
});
