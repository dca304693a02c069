// Pure but for the hand that draws: which part of a recording is proposed, and what can be put back.
import assert from "node:assert/strict";
import { test } from "node:test";

import { toRedo } from "../../formcheck/web/player/client/changes.js";
import { TrimTool, WHOLE, boxBetween, longestPause, samePart } from "../../formcheck/web/player/client/trim_tool.js";

const PICTURE = { width: 1000, height: 500 };

function tool(within = null) {
  const posted = [];
  const made = new TrimTool({ set: { within, picture: PICTURE } }, { post: (message) => posted.push(message), onChange: () => {}, stop: () => {} });
  made.setSet(30);
  return { made, posted };
}

test("start and end at the cursor are kept as one correction", () => {
  const { made, posted } = tool();
  made.put("start_s", 2.00049);
  made.put("end_s", 20);
  assert.equal(made.pending, true);
  made.keep();
  assert.deepEqual(posted, [{ kind: "within", ...WHOLE, start_s: 2, end_s: 20 }]);
  assert.equal(made.pending, false);
});

test("a start behind the end means the rest, and an end before the start all until there", () => {
  const { made } = tool({ ...WHOLE, start_s: 5, end_s: 10 });
  made.put("start_s", 12);
  assert.deepEqual([made.within.start_s, made.within.end_s], [12, null]);
  made.put("end_s", 3);
  assert.deepEqual([made.within.start_s, made.within.end_s], [null, 3]);
});

test("a rectangle is dragged from any corner and held to the picture", () => {
  const { made, posted } = tool();
  made.down({ place: { x: 900, y: 600 } });
  made.move({ place: { x: 100, y: 50 } });
  made.up();
  made.keep();
  assert.deepEqual(posted, [{ kind: "within", start_s: null, end_s: null, left_px: 100, top_px: 50, right_px: 900, bottom_px: 500 }]);
  assert.equal(boxBetween({ x: 10, y: 10 }, { x: 12, y: 400 }, PICTURE), null);
});

test("nothing is posted where nothing is changed, and discarding leaves what was kept", () => {
  const kept = { ...WHOLE, end_s: 12 };
  const { made, posted } = tool(kept);
  made.put("end_s", 9);
  made.discard();
  assert.equal(samePart(made.within, kept), true);
  made.put("end_s", 12);
  made.keep();
  assert.deepEqual(posted, []);
});

test("a set is cut in two at the cursor", () => {
  const { made, posted } = tool();
  made.cut(16.51234);
  assert.deepEqual(posted, [{ kind: "cut", at_s: 16.512 }]);
});

test("the longest pause is where two sets are likely to meet, a short rest is none", () => {
  const rep = (start_s, end_s) => ({ start_s, end_s });
  assert.equal(longestPause([rep(0, 3), rep(4, 7), rep(50, 53), rep(70, 73)]), 28.5);
  assert.equal(longestPause([rep(0, 3), rep(8, 11)]), null);
  assert.equal(longestPause([]), null);
});

test("what was taken back last is put back, unless something was made since", () => {
  const back = (id, minute) => ({ kind: "put-back", id, text: "", taken_back_by: "A", taken_back_at: `2026-01-01T10:0${minute}:00+00:00` });
  const correction = (minute) => ({ id: "new", text: "", made_by: "A", made_at: `2026-01-01T10:0${minute}:00+00:00`, at_s: 1 });
  const set = (corrections, taken_back) => ({ corrections, annotations: [], taken_back });
  assert.equal(toRedo(set([correction(1)], [back("a", 2), back("b", 3)])).id, "b");
  assert.equal(toRedo(set([correction(4)], [back("a", 2), back("b", 3)])), null);
  assert.equal(toRedo(set([], [])), null);
});
