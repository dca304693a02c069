// Pure: what gives way on a narrow line, stills, drawings, words, announcements, the check before joining.
import assert from "node:assert/strict";
import { test } from "node:test";

import { LONGEST_TEXT, StillDrawings } from "../../formcheck/web/remote/client/angles.js";
import { MOST_DRAWINGS } from "../../formcheck/web/remote/client/contract.js";
import { Announcements } from "../../formcheck/web/remote/client/announce.js";
import { answerTo, isAgreed, withAnswer } from "../../formcheck/web/remote/client/consent.js";
import { DEAD_MS, EnergyWatch } from "../../formcheck/web/remote/client/devices.js";
import { WORDS, wordsOf } from "../../formcheck/web/remote/client/fingerprint.js";
import { forgetCode, takeCode } from "../../formcheck/web/remote/client/parts.js";
import { deviceOf, findingsOf, relayAnswers, uplinkSpeed } from "../../formcheck/web/remote/client/precheck.js";
import {
  DOWN_AFTER_MS, FIRST, Ladder, STEPS, UP_AFTER_MS, encodingOf, isLimited, isTooNarrowForPictures, stepWords,
} from "../../formcheck/web/remote/client/quality.js";
import { NEAREST_MS, RING_MS, Ring } from "../../formcheck/web/remote/client/still.js";
import { captionOf } from "../../formcheck/web/player/client/drawings.js";

const WELL = { limited: false, concealed: 0, answerMs: 100 };
const NARROW = { limited: true, concealed: 0, answerMs: 100 };

/** Look each half second for a while; what happened when. */
function looks(ladder, line, from, ms) {
  const went = [];
  for (let now = from; now <= from + ms; now += 500) {
    const way = ladder.look(line, now);
    if (way !== null) went.push([way, now - from]);
  }
  return went;
}

test("the picture gets smaller, then fewer, then goes; nothing is said of sound", () => {
  const sizes = STEPS.map(({ longSide }) => longSide);
  assert.deepEqual(sizes, [...sizes].sort((a, b) => b - a));
  const firstFewer = STEPS.findIndex(({ longSide, fps }, i) => i > 0 && longSide === STEPS[i - 1].longSide && fps < STEPS[i - 1].fps);
  assert.ok(firstFewer > STEPS.findIndex(({ longSide }) => longSide < STEPS[0].longSide));
  assert.deepEqual(STEPS.map(({ video }) => video), STEPS.map((_, i) => i < STEPS.length - 1));
  assert.equal(encodingOf(STEPS[STEPS.length - 1], 1280).active, false);
  assert.equal(encodingOf(STEPS[0], 1280).scaleResolutionDownBy, 2);
  assert.equal(encodingOf(STEPS[0], 320).scaleResolutionDownBy, 1);
});

test("trouble of three seconds goes one step down, a moment of it goes none", () => {
  const ladder = new Ladder();
  assert.deepEqual(looks(ladder, NARROW, 0, DOWN_AFTER_MS - 500), []);
  assert.deepEqual(looks(ladder, WELL, DOWN_AFTER_MS, 1000), []);
  assert.deepEqual(looks(ladder, NARROW, 10_000, DOWN_AFTER_MS), [["down", DOWN_AFTER_MS]]);
  assert.equal(ladder.at, FIRST + 1);
});

test("late answers and concealed sound are trouble too, and it is said which", () => {
  for (const [line, said] of [
    [NARROW, /narrow.*Small picture/], [{ ...WELL, concealed: 0.05 }, /loses sound/], [{ ...WELL, answerMs: 500 }, /is slow/],
  ]) {
    const ladder = new Ladder();
    assert.equal(looks(ladder, line, 0, DOWN_AFTER_MS).length, 1);
    assert.match(stepWords(ladder.step, ladder.narrowBy), said);
  }
});

test("a line that takes the call and pictures together is not too narrow for them, nor one that was not measured", () => {
  assert.deepEqual([600, 1500, 4000, null].map(isTooNarrowForPictures), [true, true, false, false]);
});

test("an encoder that has what the step lets it have is not short of bandwidth, whatever it says", () => {
  // For eight seconds after it began low its picture is smaller than it may be, and it says that bandwidth is why.
  const step = STEPS[FIRST];
  assert.ok(!isLimited({ reason: "bandwidth", targetKbps: step.kbps }, step));
  assert.ok(!isLimited({ reason: "bandwidth", targetKbps: (5 / 6) * step.kbps }, step));
  assert.ok(!isLimited({ reason: "cpu", targetKbps: 50 }, step));
  assert.ok(isLimited({ reason: "bandwidth", targetKbps: step.kbps / 2 }, step));
  assert.ok(isLimited({ reason: "bandwidth", targetKbps: null }, step), "of a browser that does not say what it is given");
});

test("it comes back up after fifteen good seconds, a step at a time", () => {
  const ladder = new Ladder(3);
  assert.deepEqual(looks(ladder, WELL, 0, 2 * UP_AFTER_MS), [["up", UP_AFTER_MS], ["up", 2 * UP_AFTER_MS]]);
});

test("a step up that did not hold is waited for longer the next time", () => {
  const ladder = new Ladder(2);
  looks(ladder, WELL, 0, UP_AFTER_MS);
  looks(ladder, NARROW, UP_AFTER_MS, DOWN_AFTER_MS + 500);
  assert.equal(ladder.at, 2);
  const [[, after]] = looks(ladder, WELL, 20_000, 40_000);
  assert.equal(after, 2 * UP_AFTER_MS);
});

test("trouble that was not seen to last is none", () => {
  // A page that is loaded over and over: each new connection begins low, and between them nothing is seen.
  const ladder = new Ladder();
  for (let now = 0; now < 60_000; now += 4000) assert.deepEqual(looks(ladder, NARROW, now, 1000), []);
  assert.equal(ladder.at, FIRST);
});

test("it stops at both ends", () => {
  const ladder = new Ladder(0);
  looks(ladder, WELL, 0, 60_000);
  assert.equal(ladder.at, 0);
  looks(ladder, NARROW, 60_000, 60_000);
  assert.equal(ladder.at, STEPS.length - 1);
});

const VGA = { width: 640, height: 480 };

test("a still is of the picture nearest to the moment", () => {
  const ring = new Ring();
  for (let t = 0; t < 1000; t += 33) if (ring.wants(t, VGA)) ring.add(t, `picture ${t}`);
  assert.equal(ring.nearest(500).picture, "picture 495");
  assert.equal(ring.nearest(999 + NEAREST_MS), null);
});

test("pictures of three seconds are kept, large ones at a lower rate", () => {
  const kept = (size) => {
    const ring = new Ring();
    for (let t = 0; t <= 10_000; t += 33.4) if (ring.wants(t, size)) ring.add(t, null);
    return ring.kept;
  };
  const small = kept(VGA);
  assert.ok(small.length >= 88, String(small.length));
  assert.ok(small[small.length - 1].t - small[0].t <= RING_MS);
  const large = kept({ width: 1920, height: 1080 });
  assert.ok(large.length * 1.5 * 1920 * 1080 <= 1.3 * 64e6, String(large.length));
  assert.ok(large.length >= 15, String(large.length));
});

test("three points are an angle, two a line, and an undo takes back the last", () => {
  const still = new StillDrawings();
  const place = (deg) => ({ x: 100 * Math.cos((deg * Math.PI) / 180), y: 100 * Math.sin((deg * Math.PI) / 180) });
  assert.equal(still.add(place(0)), false);
  assert.equal(still.add(place(0)), false, "the same point twice is one");
  still.add({ x: 0, y: 0 });
  assert.equal(still.all.length, 1, "what is being made is shown");
  assert.equal(still.add(place(137)), true);
  assert.equal(captionOf(still.drawings[0]), "137°");
  still.choose("line");
  still.add({ x: 1, y: 2 });
  assert.equal(still.undo(), false);
  assert.equal(still.undo(), true);
  assert.deepEqual(still.shown, []);
});

test("a text needs words, and drawings survive the way there and back", () => {
  const still = new StillDrawings();
  still.choose("text");
  assert.equal(still.add({ x: 5, y: 6 }, "  "), false);
  assert.equal(still.add({ x: 5, y: 6 }, ` ${"x".repeat(100)}`), true);
  assert.equal(still.drawings[0].text.length, LONGEST_TEXT);
  assert.deepEqual(new StillDrawings(still.shown).drawings, still.drawings);
});

test("a still takes as many drawings as the server does, and another one once one was taken back", () => {
  const still = new StillDrawings();
  const line = (i) => [still.add({ x: i, y: 0 }), still.add({ x: i, y: 1 })][1];
  still.choose("line");
  for (let i = 0; i < MOST_DRAWINGS; i += 1) assert.equal(line(i), true);
  assert.equal(still.isFull, true);
  assert.equal(line(100), false);
  assert.equal(still.all.length, MOST_DRAWINGS);
  still.undo();
  assert.equal(line(101), true);
});

test("each end reads the same words, whichever fingerprint is its own", async () => {
  const one = "sha-256 AA:BB";
  const other = "sha-256 CC:DD";
  const words = await wordsOf([one, other]);
  assert.deepEqual(await wordsOf([other, one]), words);
  assert.notDeepEqual(await wordsOf([one, "sha-256 CC:DE"]), words);
  assert.notDeepEqual(await wordsOf([`${one} sha-256 EE:FF`, other]), await wordsOf([one, `${other} sha-256 EE:FF`]));
  assert.equal(words.length, 6);
});

test("the list has a word for each byte, all of them different and easily said", () => {
  assert.equal(WORDS.length, 256);
  assert.equal(new Set(WORDS).size, 256);
  for (const word of WORDS) assert.match(word, /^[a-z]{3,8}$/);
});

test("every announcement is said, none twice in a row", () => {
  const said = [];
  const all = new Announcements();
  all.add("Ada joined", 0);
  all.add("Ada joined", 1);
  all.add("Reconnecting", 2);
  for (let now = 0; now < 5000; now += 100) {
    const text = all.next(now);
    if (text !== null) said.push(text);
  }
  assert.deepEqual(said, ["Ada joined", "Reconnecting"]);
  all.add("Reconnecting", 5000);
  assert.equal(all.next(6000), "Reconnecting");
});

test("a microphone that sends no energy is dead, once, and a muted one is not looked at", () => {
  const watch = new EnergyWatch();
  assert.equal(watch.isDead(1, 0), false);
  assert.equal(watch.isDead(1.2, 4000), false);
  assert.equal(watch.isDead(1.2, 4000 + DEAD_MS - 1), false);
  assert.equal(watch.isDead(1.2, 4000 + DEAD_MS), true);
  assert.equal(watch.isDead(1.2, 60_000), false, "one that stays silent is not taken anew for ever");
  watch.forget();
  assert.equal(watch.isDead(0, 70_000), false);
  assert.equal(watch.isDead(0, 80_000), false, "nor after it was taken anew");
  assert.equal(watch.isDead(0.5, 81_000), false);
  assert.equal(watch.isDead(0.5, 87_000), true, "one that came back may die again");
});

const ITEM = { what: "still", title: "Stills", words: "…", text_sha256: "ab", answer: null };

test("no answer is no, and a yes that is taken back is withdrawn", () => {
  assert.equal(isAgreed([ITEM], "still"), false);
  assert.equal(answerTo(ITEM, false).answer, "no");
  const [agreed] = withAnswer([ITEM], "still", "yes");
  assert.equal(isAgreed([agreed], "still"), true);
  assert.deepEqual(answerTo(agreed, false), { type: "consent", what: "still", answer: "withdrawn", text_sha256: "ab" });
});

const CHECK = { camera: "ok", microphone: "ok", speaker: "heard", relay: "ok", uplink_kbps: 3000 };
const AGENT = { ios: "iPhone Safari/600", firefox: "Firefox/140", chrome: "Chrome/150 Safari/537" };

test("what works needs no remedy, and what does not has a cause and one", () => {
  assert.deepEqual(findingsOf(CHECK, AGENT.chrome).map(({ state, remedy }) => [state, remedy]), Array(5).fill(["good", ""]));
  const bad = { camera: "denied", microphone: "missing", speaker: "not_heard", relay: "failed", uplink_kbps: 120 };
  for (const { words, remedy, state } of findingsOf(bad, AGENT.chrome)) {
    assert.notEqual(state, "good");
    assert.ok(words.length > 0);
    assert.match(remedy, /\.$/);
  }
});

test("the remedy for a blocked camera names what that browser has", () => {
  const remedy = (agent) => findingsOf({ ...CHECK, camera: "denied" }, agent)[0].remedy;
  assert.match(remedy(AGENT.ios), /Settings/);
  assert.equal(new Set(Object.values(AGENT).map(remedy)).size, 3);
  assert.equal(deviceOf({ code: "camera-busy" }), "busy");
  assert.equal(deviceOf({ code: "camera-silent" }), "failed");
});

class Gathering {
  constructor(events) {
    this.events = events;
  }

  createDataChannel() {}

  async setLocalDescription() {
    for (const event of this.events) event(this);
  }

  close() {}
}

test("a relay that gives no error has answered", async () => {
  const found = (...events) => relayAnswers(["stun:relay:3478"], () => new Gathering(events));
  const end = (peer) => peer.onicecandidate({ candidate: null });
  assert.equal(await found((peer) => peer.onicecandidate({ candidate: { type: "srflx" } })), "ok");
  assert.equal(await found(end), "ok");
  assert.equal(await found((peer) => peer.onicecandidateerror({ errorCode: 701 }), end), "failed");
  assert.equal(await relayAnswers([]), "none");
});

test("the uplink is as fast as the largest piece went", async () => {
  let now = 0;
  const speed = await uplinkSpeed(async (bytes) => { now += bytes.length / 100; }, () => now);
  assert.equal(speed, 800);
  assert.equal(await uplinkSpeed(async () => { throw new Error("lost"); }, () => now), null);
});

test("the link's code outlives a reload of its tab, and not its leaving", () => {
  const kept = new Map();
  const location = { hash: "#the-code", pathname: "/join" };
  globalThis.window = { location, sessionStorage: {
    getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), removeItem: (key) => kept.delete(key),
  } };
  globalThis.history = { replaceState: () => { location.hash = ""; } };
  assert.equal(takeCode(), "the-code");
  assert.equal(location.hash, "", "it does not stay in the address");
  assert.equal(takeCode(), "the-code");
  forgetCode();
  assert.equal(takeCode(), null);
  assert.equal(kept.size, 0);
});

test("nothing fails where the tab may keep nothing", () => {
  globalThis.window = { location: { hash: "" }, get sessionStorage() { throw new Error("refused"); } };
  assert.equal(takeCode(), null);
  forgetCode();
});
