// Pure rules of what is said, and the speaker with a stand-in for the browser's voice.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Narrator, SpeechQueue, chooseVoice } from "../../formcheck/web/live/client/speech.js";
import { Speaker } from "../../formcheck/web/live/client/speaker.js";

const frame = (changes = {}) => ({
  stage: "set", reps: 0, countdown: null, phase: "stand", setup: null, cue: null, ...changes,
});
const HOLDS = { reps: 10, hold_s: 3 };
const cue = (text, at = 0) => ({ text, rank: "cue", at });
const texts = (utterances) => utterances.map(({ text }) => text);

test("one thing is said at a time, and the newest cue replaces the one that waits", () => {
  const queue = new SpeechQueue();
  queue.offer(cue("one"));
  assert.equal(queue.next(0).text, "one");
  assert.equal(queue.next(0), null);
  queue.offer(cue("two", 10));
  queue.offer(cue("three", 20));
  queue.ended();
  assert.equal(queue.next(30).text, "three");
  queue.ended();
  assert.equal(queue.next(40), null);
});

test("safety goes before what waits and stops what is being said", () => {
  const queue = new SpeechQueue();
  queue.offer(cue("knees"));
  queue.next(0);
  assert.equal(queue.offer({ text: "Stop", rank: "safety", at: 5 }), "interrupt");
  assert.equal(queue.offer(cue("depth", 6)), "drop");
  queue.ended();
  assert.equal(queue.next(7).text, "Stop");
  assert.equal(queue.offer({ text: "Sit down", rank: "safety", at: 8 }), "wait");
});

test("a number does not push out a cue, a cue does push out a number", () => {
  const queue = new SpeechQueue();
  queue.offer(cue("knees"));
  assert.equal(queue.offer({ text: "3", rank: "count", at: 1 }), "drop");
  assert.equal(queue.next(2).text, "knees");
  queue.offer({ text: "4", rank: "count", at: 3 });
  queue.offer(cue("depth", 4));
  queue.ended();
  assert.equal(queue.next(5).text, "depth");
});

test("what has waited too long is not said", () => {
  const queue = new SpeechQueue();
  queue.offer(cue("old", 0));
  assert.equal(queue.next(2501), null);
});

test("the same words are not said twice in a breath", () => {
  const queue = new SpeechQueue();
  queue.offer(cue("Hold", 0));
  queue.next(0);
  queue.ended();
  assert.equal(queue.offer(cue("Hold", 1000)), "drop");
  assert.equal(queue.offer(cue("Hold", 2000)), "wait");
});

test("an instruction is said once it stands, again after six seconds, then no more", () => {
  const narrator = new Narrator();
  const setup = { message: "Step back", detail: "", figure: "step-back", id: "SU-1", blocking: true };
  const said = [];
  for (let at = 0; at < 20_000; at += 100) {
    for (const { text } of narrator.utterances(frame({ stage: "setup", setup }), at, HOLDS)) said.push([at, text]);
  }
  assert.deepEqual(said, [[300, "Step back"], [6300, "Step back"]]);
});

test("an instruction that flickers is not said", () => {
  const narrator = new Narrator();
  const setup = { message: "Step back" };
  narrator.utterances(frame({ setup }), 0, HOLDS);
  narrator.utterances(frame({ setup: null }), 200, HOLDS);
  assert.deepEqual(narrator.utterances(frame({ setup }), 400, HOLDS), []);
});

test("the countdown is said number by number, then that it begins", () => {
  const narrator = new Narrator();
  const said = [];
  for (const countdown of [3, 3, 2, 2, 1]) {
    said.push(...texts(narrator.utterances(frame({ stage: "countdown", countdown }), 0, HOLDS)));
  }
  said.push(...texts(narrator.utterances(frame(), 0, HOLDS)));
  assert.deepEqual(said, ["3", "2", "1", "Go"]);
});

test("reps are counted aloud, and a hold is announced where one is prescribed", () => {
  const narrator = new Narrator();
  narrator.utterances(frame(), 0, HOLDS);
  assert.deepEqual(texts(narrator.utterances(frame({ phase: "hold" }), 1, HOLDS)), ["Hold"]);
  assert.deepEqual(texts(narrator.utterances(frame({ phase: "hold" }), 2, HOLDS)), []);
  assert.deepEqual(texts(narrator.utterances(frame({ reps: 1 }), 3, HOLDS)), ["1"]);
  assert.deepEqual(texts(narrator.utterances(frame({ reps: 1, phase: "hold" }), 4, { reps: null, hold_s: null })), []);
});

test("at the prescribed number Done is said, once and last", () => {
  const narrator = new Narrator();
  narrator.utterances(frame({ reps: 9 }), 0, HOLDS);
  const praise = { text: "Good depth", kind: "praise", leg: "both", spoken: true };
  assert.deepEqual(texts(narrator.utterances(frame({ reps: 10, cue: praise }), 1, HOLDS)), ["Good depth", "10. Done"]);
  assert.deepEqual(texts(narrator.utterances(frame({ reps: 10 }), 2, HOLDS)), []);
  assert.deepEqual(texts(narrator.utterances(frame({ reps: 11 }), 3, HOLDS)), ["11"]);
});

test("the hold of the last rep is said to be done while it is held, of another rep it is not", () => {
  const narrator = new Narrator();
  const held = (reps, seconds) => frame({ reps, phase: "hold", hold_s: seconds });
  narrator.utterances(held(8, 2.9), 0, HOLDS);
  assert.deepEqual(texts(narrator.utterances(held(8, 3.1), 1, HOLDS)), []);
  narrator.utterances(held(9, 2.9), 2, HOLDS);
  assert.deepEqual(texts(narrator.utterances(held(9, 3.1), 3, HOLDS)), ["Done. Come up"]);
  assert.deepEqual(texts(narrator.utterances(held(9, 4), 4, HOLDS)), []);
  assert.deepEqual(texts(narrator.utterances(frame({ reps: 10 }), 5, HOLDS)), ["10. Done"]);
});

test("a long hold is counted aloud every ten seconds", () => {
  const said = [];
  const narrator = new Narrator();
  for (let s = 0; s <= 31; s += 0.5) {
    said.push(...texts(narrator.utterances(frame({ phase: "hold", hold_s: s }), 1000 * s, { reps: null, hold_s: 30 })));
  }
  assert.deepEqual(said.filter((text) => text !== "Hold"), ["10 seconds", "20 seconds", "Done. Come up"]);
});

test("that the set ends is said once, and that it goes on after all", () => {
  const narrator = new Narrator();
  const ending = (why, left) => frame({ reps: 4, ending: { why, left_s: left } });
  narrator.utterances(frame({ reps: 4 }), 0, HOLDS);
  assert.deepEqual(texts(narrator.utterances(ending("hand", 4), 1, HOLDS)), ["Finishing"]);
  assert.deepEqual(texts(narrator.utterances(ending("hand", 3), 2, HOLDS)), []);
  assert.deepEqual(texts(narrator.utterances(frame({ reps: 4 }), 3, HOLDS)), ["Going on"]);
  assert.deepEqual(texts(narrator.utterances(ending("left", 4), 4, HOLDS)), ["Finishing. Come back to go on"]);
  assert.deepEqual(texts(narrator.utterances(frame({ stage: "done", reps: 4 }), 5, HOLDS)), []);
});

test("going on after a lost connection does not count all reps anew", () => {
  const narrator = new Narrator();
  assert.deepEqual(narrator.utterances(frame({ reps: 4 }), 0, HOLDS), []);
});

test("a cue that is for showing only is not said", () => {
  const narrator = new Narrator();
  const shown = frame({ cue: { text: "Knees", kind: "fix", leg: "both", spoken: false } });
  assert.deepEqual(narrator.utterances(shown, 0, HOLDS), []);
  const spoken = frame({ cue: { text: "Too deep", kind: "safety", leg: "both", spoken: true } });
  assert.deepEqual(narrator.utterances(spoken, 0, HOLDS), [{ text: "Too deep", rank: "safety", at: 0 }]);
});

test("a voice that needs the network is not chosen", () => {
  const remote = { lang: "en-US", localService: false, default: true };
  const local = { lang: "en-GB", localService: true };
  assert.equal(chooseVoice([remote, { lang: "de-DE", localService: true }, local]), local);
  assert.equal(chooseVoice([remote]), null);
  assert.equal(chooseVoice([]), null);
});

class Words {
  constructor(text) {
    this.text = text;
  }
}

function stage(voices = []) {
  const synthesis = {
    spoken: [], cancelled: 0,
    speak(words) { this.spoken.push(words); },
    cancel() { this.cancelled += 1; },
    getVoices: () => voices,
  };
  return { synthesis, speaker: new Speaker(synthesis, Words, () => 0) };
}

test("the speaker waits for the end of what it says", () => {
  const { synthesis, speaker } = stage();
  speaker.say(cue("one"));
  speaker.say(cue("two"));
  assert.deepEqual(texts(synthesis.spoken), ["one"]);
  synthesis.spoken[0].onend();
  assert.deepEqual(texts(synthesis.spoken), ["one", "two"]);
  speaker.stop();
});

test("a muted speaker is silent at once and stays so", () => {
  const { synthesis, speaker } = stage();
  speaker.say(cue("one"));
  speaker.mute(true);
  assert.equal(synthesis.cancelled, 1);
  speaker.say(cue("two"));
  speaker.unlock();
  assert.equal(synthesis.spoken.length, 1);
});

test("safety is heard at once", () => {
  const { synthesis, speaker } = stage();
  speaker.say(cue("one"));
  speaker.say({ text: "Stop", rank: "safety", at: 0 });
  assert.equal(synthesis.cancelled, 1);
  assert.deepEqual(texts(synthesis.spoken), ["one", "Stop"]);
  speaker.stop();
});

test("a voice that fails does not silence what comes after", () => {
  const { synthesis, speaker } = stage();
  speaker.say(cue("one"));
  synthesis.spoken[0].onerror();
  speaker.say(cue("two"));
  assert.deepEqual(texts(synthesis.spoken), ["one", "two"]);
  speaker.stop();
});

test("a browser without a voice leaves the captions", () => {
  const speaker = new Speaker(undefined, undefined);
  assert.ok(!speaker.available);
  speaker.unlock();
  speaker.say(cue("one"));
  speaker.stop();
});
