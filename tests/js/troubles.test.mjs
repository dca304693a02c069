// Pure: whatever goes wrong has a cause in words and one next step.
import assert from "node:assert/strict";
import { test } from "node:test";

import { CLOSE } from "../../formcheck/web/live/client/contract.js";
import {
  REVIEW_HREF, TROUBLES, cameraTrouble, closeTrouble, originTrouble, withWords,
} from "../../formcheck/web/live/client/troubles.js";

const EXCEPTIONS = ["AbortError", "NotAllowedError", "NotFoundError", "NotReadableError",
  "OverconstrainedError", "SecurityError", "TypeError", "NotSupportedError", "TimeoutError", "DevicesNotFoundError",
  "PermissionDeniedError", "TrackStartError", "ConstraintNotSatisfiedError"];

test("each trouble has a cause and a next step, each a sentence", () => {
  for (const [code, trouble] of Object.entries(TROUBLES)) {
    assert.equal(trouble.code, code);
    assert.match(trouble.cause, /^[A-Z].*\.$/, code);
    assert.match(trouble.next, /^[A-Z].*\.$/, code);
    assert.ok(["retry", "reload", "none"].includes(trouble.action), code);
    assert.equal(typeof trouble.over, "boolean", code);
  }
});

test("every exception of a camera has its own cause", () => {
  for (const name of EXCEPTIONS) assert.notEqual(cameraTrouble({ name }).code, "camera-unknown", name);
});

test("a camera that is taken, forbidden or missing is told apart", () => {
  assert.equal(cameraTrouble({ name: "NotReadableError" }).code, "camera-busy");
  assert.equal(cameraTrouble({ name: "NotAllowedError" }).code, "camera-denied");
  assert.equal(cameraTrouble({ name: "NotFoundError" }).code, "camera-missing");
});

test("an exception without a name is a trouble too", () => {
  assert.equal(cameraTrouble({}).code, "camera-unknown");
  assert.equal(cameraTrouble(undefined).code, "camera-unknown");
  assert.equal(cameraTrouble({ name: "toString" }).code, "camera-unknown");
});

test("every close code of the server has a trouble, and a lost socket has none", () => {
  for (const code of Object.values(CLOSE)) assert.ok(closeTrouble(code), String(code));
  for (const code of [1000, 1001, 1006, 1011]) assert.equal(closeTrouble(code), null);
});

test("a page without a camera interface is insecure, or the browser is too old", () => {
  assert.equal(originTrouble({}, false).code, "insecure-origin");
  assert.equal(originTrouble({}, true).code, "browser-too-old");
  assert.equal(originTrouble({ mediaDevices: { getUserMedia() {} } }, true), null);
});

test("the server's own words go before ours", () => {
  const busy = withWords(TROUBLES.busy, { reason: "4 of 4 are in use.", remedy: "" });
  assert.equal(busy.cause, "4 of 4 are in use.");
  assert.equal(busy.next, TROUBLES.busy.next);
  assert.equal(withWords(TROUBLES.busy, null), TROUBLES.busy);
});

test("a recorded video is one page away", () => {
  assert.equal(new URL(REVIEW_HREF, "http://localhost/check?exercise=squat").pathname, "/videos");
});
