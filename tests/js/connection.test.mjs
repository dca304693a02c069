// The connection with a stand-in for socket and clock: what is sent, kept and sent again.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Connection } from "../../formcheck/web/live/client/connection.js";
import { LANDMARK_FLOW, PICTURE_FLOW } from "../../formcheck/web/live/client/flow.js";
import { landmarkFrame, timeOf } from "../../formcheck/web/live/client/landmark_message.js";

const SET = { url: "ws://here/live?token=a", setup: '{"type":"setup"}' };
const READY = { type: "ready", set_id: "set-1", limits: { max_fps: 60, in_flight: 2 }, last_t: null };

/** Time, timers and sockets that move only when told to. */
class Stage {
  constructor(flow = undefined) {
    this.now = 0;
    this.timers = new Map();
    this.sockets = [];
    this.heard = { ready: 0, frames: [], finished: [], troubles: [], places: 0, noPictures: 0 };
    this.world = {
      open: (url) => this.#open(url),
      clock: () => this.now,
      later: (act, ms) => {
        const handle = Symbol("timer");
        this.timers.set(handle, { act, at: this.now + ms });
        return handle;
      },
      cancel: (handle) => this.timers.delete(handle),
    };
    this.connection = new Connection(SET, {
      onReady: () => { this.heard.ready += 1; },
      onFrame: (frame) => this.heard.frames.push(frame.t),
      onFinished: (finished) => this.heard.finished.push(finished),
      onTrouble: ({ code }) => this.heard.troubles.push(code),
      onPlace: () => { this.heard.places += 1; },
      onNoPictures: () => { this.heard.noPictures += 1; },
    }, this.world, flow);
  }

  get socket() {
    return this.sockets[this.sockets.length - 1];
  }

  /** The server takes the socket and is ready. */
  open(changes = {}) {
    this.socket.onopen();
    this.tell({ ...READY, ...changes });
  }

  tell(message) {
    this.socket.onmessage({ data: JSON.stringify(message) });
  }

  /** A picture is taken and encoded at `t`. */
  picture(t) {
    this.pass(t - this.now);
    if (!this.connection.wantsPicture()) return false;
    this.connection.taken(t);
    this.connection.encoded(t, new ArrayBuffer(4));
    return true;
  }

  pass(ms) {
    const until = this.now + ms;
    for (;;) {
      const due = [...this.timers].filter(([, { at }]) => at <= until).sort((a, b) => a[1].at - b[1].at)[0];
      if (due === undefined) break;
      this.timers.delete(due[0]);
      this.now = Math.max(this.now, due[1].at);
      due[1].act();
    }
    this.now = until;
  }

  answerAll(socket = this.socket) {
    for (const t of socket.pictures.splice(0)) this.tell({ type: "frame", t });
  }

  #open(url) {
    const socket = {
      url, texts: [], pictures: [], sent: [], all: [], closed: false,
      send: (data) => {
        socket.all.push(typeof data === "string" ? JSON.parse(data).type : timesOf(data));
        if (typeof data === "string") {
          socket.texts.push(JSON.parse(data));
        } else if (new DataView(data).getUint8(0) === 2) {
          socket.pictures.push(timesOf(data).at(-1));
        } else {
          const t = new DataView(data).getFloat64(1, true);
          socket.pictures.push(t);
          socket.sent.push(t);
        }
      },
      close: () => { socket.closed = true; },
    };
    this.sockets.push(socket);
    return socket;
  }
}

/** Times of a picture, or of the landmarks of a message. */
function timesOf(data) {
  const view = new DataView(data);
  return view.getUint8(0) === 1 ? [view.getFloat64(1, true)]
    : Array.from({ length: view.getUint8(1) }, (_, i) => timeOf(data.slice(2 + 806 * i, 2 + 806 * (i + 1))));
}

function begun() {
  const stage = new Stage();
  stage.open();
  stage.connection.keepsPictures = true;
  return stage;
}

test("the first message is the set-up, and pictures wait for the server to be ready", () => {
  const stage = new Stage();
  assert.ok(!stage.picture(1));
  stage.socket.onopen();
  assert.deepEqual(stage.socket.texts, [{ type: "setup" }]);
  assert.ok(!stage.picture(2));
  stage.tell(READY);
  assert.equal(stage.heard.ready, 1);
  assert.equal(stage.heard.places, 1);
  assert.ok(stage.picture(3));
});

test("no more than two pictures are under way", () => {
  const stage = begun();
  assert.deepEqual([10, 20, 30].map((t) => stage.picture(t)), [true, true, false]);
  stage.tell({ type: "frame", t: 10 });
  assert.ok(stage.picture(40));
  assert.deepEqual(stage.socket.sent, [10, 20, 40]);
});

test("a set goes on over a new socket, and nothing that was not analysed is lost", () => {
  const stage = begun();
  for (const t of [100, 133]) stage.picture(t);
  stage.tell({ type: "frame", t: 100 });
  stage.socket.onclose({ code: 1006 });
  assert.deepEqual(stage.heard.troubles, ["socket-lost"]);
  const taken = [166, 200, 233, 266, 300].filter((t) => stage.picture(t));
  assert.ok(taken.length >= 2 && taken.length <= 3, "half the rate is kept");
  stage.pass(250);
  assert.equal(stage.sockets.length, 2);
  stage.open({ resumed: true, last_t: 100 });
  assert.deepEqual(stage.socket.texts, [{ type: "resume", version: 2, set_id: "set-1" }]);
  for (let i = 0; i < 10; i += 1) {
    stage.answerAll();
    stage.pass(50);
  }
  assert.deepEqual(stage.socket.sent, [133, ...taken]);
  assert.deepEqual(stage.heard.frames, [100, 133, ...taken]);
});

test("what the server has analysed is not sent again", () => {
  const stage = begun();
  stage.picture(100);
  stage.socket.onclose({ code: 1006 });
  stage.pass(250);
  stage.open({ resumed: true, last_t: 100 });
  stage.pass(1000);
  assert.deepEqual(stage.socket.sent, []);
});

test("while catching up, new pictures queue behind the kept ones and time only goes forward", () => {
  const stage = begun();
  stage.socket.onclose({ code: 1006 });
  for (let t = 10; t <= 200; t += 10) stage.picture(t);
  stage.pass(60);
  stage.open({ resumed: true, last_t: null });
  for (let t = 300; t < 2000; t += 33) {
    stage.picture(t);
    stage.answerAll();
  }
  const { sent } = stage.socket;
  assert.ok(sent.length > 30);
  assert.ok(sent.every((t, i) => i === 0 || t > sent[i - 1]));
  assert.equal(stage.connection.buffer.size, 0);
});

test("kept pictures are not sent faster than the server allows", () => {
  const stage = begun();
  stage.socket.onclose({ code: 1006 });
  for (let t = 10; t <= 200; t += 5) stage.picture(t);
  stage.pass(100);
  stage.open({ resumed: true, last_t: null, limits: { max_fps: 20, in_flight: 2 } });
  const before = stage.socket.sent.length;
  for (let i = 0; i < 50; i += 1) {
    stage.answerAll();
    stage.pass(10);
  }
  assert.ok(stage.socket.sent.length - before <= 10, String(stage.socket.sent.length));
});

test("before the set begins, a lost socket keeps no pictures", () => {
  const stage = begun();
  stage.connection.keepsPictures = false;
  stage.picture(10);
  stage.socket.onclose({ code: 1006 });
  assert.ok(!stage.picture(20));
  assert.equal(stage.connection.buffer.size, 0);
});

test("new attempts come after growing pauses", () => {
  const stage = begun();
  const at = [];
  for (let i = 0; i < 6; i += 1) {
    stage.socket.onclose({ code: 1006 });
    const from = stage.now;
    const n = stage.sockets.length;
    while (stage.sockets.length === n) stage.pass(10);
    at.push(stage.now - from);
  }
  assert.deepEqual(at, [250, 500, 1000, 2000, 4000, 4000]);
});

test("a set that was away too long is given up, with its cause", () => {
  const stage = begun();
  while (stage.connection.state !== "closed") {
    stage.socket.onclose?.({ code: 1006 });
    stage.pass(4000);
    assert.ok(stage.now < 200_000);
  }
  assert.equal(stage.heard.troubles.at(-1), "socket-gone");
});

test("a server that is not there is given up after a few attempts", () => {
  const stage = new Stage();
  for (let i = 0; i < 10 && stage.connection.state !== "closed"; i += 1) {
    stage.socket.onclose({ code: 1006 });
    stage.pass(4000);
  }
  assert.deepEqual(stage.heard.troubles, ["socket-refused"]);
  assert.equal(stage.timers.size, 0);
});

test("a server that is busy is not asked again by itself", () => {
  const stage = new Stage();
  stage.socket.onopen();
  stage.tell({ type: "error", code: "busy", reason: "4 of 4 are in use.", remedy: "Wait." });
  stage.socket.onclose({ code: 4503 });
  assert.deepEqual(stage.heard.troubles, ["busy"]);
  stage.pass(60_000);
  assert.equal(stage.sockets.length, 1);
});

test("a token that has run out is renewed, and the set goes on with the new one", () => {
  const stage = begun();
  stage.socket.onclose({ code: 1006 });
  stage.pass(250);
  stage.socket.onclose({ code: 4401 });
  assert.equal(stage.heard.troubles.at(-1), "token-renewing");
  stage.pass(5000);
  assert.equal(stage.sockets.length, 2);
  stage.connection.renew({ ...SET, url: "ws://here/live?token=b" });
  assert.equal(stage.socket.url, "ws://here/live?token=b");
  stage.open({ resumed: true });
  assert.deepEqual(stage.socket.texts, [{ type: "resume", version: 2, set_id: "set-1" }]);
});

test("a token that has run out before the set is renewed as well", () => {
  const stage = new Stage();
  stage.socket.onclose({ code: 4401 });
  stage.connection.renew(SET);
  stage.open();
  assert.deepEqual(stage.socket.texts, [{ type: "setup" }]);
});

test("one bad picture does not end the set, bad pictures without end do", () => {
  const stage = begun();
  for (let i = 0; i < 3; i += 1) {
    stage.socket.onclose({ code: 4400 });
    stage.pass(4000);
    stage.open({ resumed: true });
  }
  assert.equal(stage.connection.state, "open");
  stage.socket.onclose({ code: 4400 });
  assert.equal(stage.heard.troubles.at(-1), "malformed");
  assert.equal(stage.connection.state, "closed");
});

test("a server that still believes the old socket alive is asked again", () => {
  const stage = begun();
  stage.socket.onclose({ code: 1006 });
  stage.pass(250);
  stage.socket.onclose({ code: 4409 });
  assert.equal(stage.connection.state, "lost");
  stage.pass(500);
  stage.open({ resumed: true });
  assert.equal(stage.connection.state, "open");
});

test("a set that another window has taken is left to it", () => {
  const stage = begun();
  stage.socket.onclose({ code: 4409 });
  assert.deepEqual(stage.heard.troubles, ["in-use"]);
});

test("a socket that says nothing any more is dead, though it has not closed", () => {
  const stage = begun();
  stage.picture(10);
  stage.pass(5001);
  stage.connection.watch();
  assert.equal(stage.connection.state, "lost");
  assert.ok(stage.sockets[0].closed);
  assert.equal(stage.connection.buffer.size, 1);
});

test("a server that is waited for in quiet hears that we are there", () => {
  const stage = begun();
  stage.pass(10_001);
  stage.connection.watch();
  stage.connection.watch();
  assert.deepEqual(stage.socket.texts.slice(1), [{ type: "ping" }]);
});

test("finishing waits for what is under way, and takes no more", () => {
  const stage = begun();
  stage.picture(10);
  stage.connection.finish();
  assert.ok(!stage.picture(20));
  assert.deepEqual(stage.socket.texts.slice(1), []);
  stage.answerAll();
  assert.deepEqual(stage.socket.texts.slice(1), [{ type: "finish" }]);
  stage.tell({ type: "finished", set_id: "set-1", reps: 3, summary_ready: true });
  assert.equal(stage.heard.finished[0].reps, 3);
  assert.equal(stage.timers.size, 0);
});

test("finishing while the socket is lost sends what was kept first", () => {
  const stage = begun();
  stage.socket.onclose({ code: 1006 });
  for (let t = 10; t <= 100; t += 10) stage.picture(t);
  stage.connection.finish();
  stage.pass(250);
  stage.open({ resumed: true });
  for (let i = 0; i < 10; i += 1) {
    stage.answerAll();
    stage.pass(30);
  }
  assert.equal(stage.socket.sent.length, 5);
  assert.deepEqual(stage.socket.texts.at(-1), { type: "finish" });
});

test("a set that cannot be assessed says why", () => {
  const stage = begun();
  stage.connection.finish();
  stage.tell({ type: "error", code: "not-assessable", reason: "No rep was seen.", remedy: "Do one." });
  stage.socket.onclose({ code: 1000 });
  assert.deepEqual(stage.heard.troubles, ["not-assessable"]);
});

test("closing tells the server to drop the set, and nothing runs on", () => {
  const stage = begun();
  const { socket } = stage;
  stage.connection.close(true);
  assert.deepEqual(socket.texts.at(-1), { type: "cancel" });
  assert.ok(socket.closed);
  assert.equal(stage.timers.size, 0);
  assert.ok(!stage.picture(10));
});

/** Landmarks are found at `t`. */
function landmarks(stage, t) {
  stage.pass(t - stage.now);
  if (!stage.connection.wantsPicture()) return null;
  const facts = { t, luma: 1, people: null, covered: null, found: null };
  const frame = landmarkFrame(facts, { width: 2, height: 2 });
  stage.connection.taken(t);
  stage.connection.encoded(t, frame);
  return frame;
}

function begunWithLandmarks() {
  const stage = new Stage(LANDMARK_FLOW);
  stage.open({ limits: { max_fps: 60, in_flight: 15 } });
  stage.connection.keepsPictures = true;
  return stage;
}

const STEP = '{"type":"step_down"}';
/** What a socket carried but for its first message. */
const carried = (socket) => socket.all.slice(1);

test("landmarks go as they are, and up to fifteen at once", () => {
  const stage = begunWithLandmarks();
  const frame = landmarks(stage, 5);
  assert.equal(stage.connection.inFlight.get(5).bytes, frame);
  for (let t = 10; t < 1000; t += 10) landmarks(stage, t);
  assert.equal(stage.connection.inFlight.size, 15);
});

test("landmarks are all kept while the socket is lost, at the full rate", () => {
  const stage = begunWithLandmarks();
  stage.socket.onclose({ code: 1006 });
  let taken = 0;
  for (let t = 33; t < 119_000; t += 33) taken += landmarks(stage, t) === null ? 0 : 1;
  assert.equal(taken, 3606);
  assert.equal(stage.connection.buffer.size, taken);
});

test("at thirty a second two frames go in a message, and one answer is for both", () => {
  const stage = begunWithLandmarks();
  for (const t of [10, 43, 76, 110, 143]) landmarks(stage, t);
  assert.deepEqual(carried(stage.socket), [[10], [43, 76], [110, 143]]);
  stage.tell({ type: "frame", t: 76 });
  assert.equal(stage.connection.stats.answers.length, 3);
  assert.deepEqual([...stage.connection.inFlight.frames.keys()], [110, 143]);
});

test("a frame waits for the next one for no longer than a frame takes, and not at all where they are further apart", () => {
  const stage = begunWithLandmarks();
  for (const t of [10, 60, 110, 140]) landmarks(stage, t);
  assert.deepEqual(carried(stage.socket), [[10], [60], [110]]);
  stage.pass(36);
  assert.deepEqual(carried(stage.socket).at(-1), [140]);
});

test("a frame that waits is sent before the set is finished, and again over the next socket", () => {
  const stage = begunWithLandmarks();
  for (const t of [10, 40]) landmarks(stage, t);
  stage.socket.onclose({ code: 1006 });
  stage.pass(250);
  stage.open({ resumed: true, last_t: 10, limits: { max_fps: 60, in_flight: 15 } });
  stage.pass(30);
  assert.deepEqual(carried(stage.socket), [[40]]);
  stage.answerAll();
  landmarks(stage, 310);
  landmarks(stage, 340);
  stage.connection.finish();
  assert.deepEqual(carried(stage.socket).slice(1), [[310], [340]]);
  stage.answerAll();
  assert.equal(stage.socket.all.at(-1), "finish");
});

test("what was kept goes in twos as well, not faster than the server allows", () => {
  const stage = begunWithLandmarks();
  stage.socket.onclose({ code: 1006 });
  for (let t = 10; t < 240; t += 30) landmarks(stage, t);
  stage.pass(60);
  stage.open({ resumed: true, limits: { max_fps: 60, in_flight: 15 } });
  const began = stage.now;
  while (stage.connection.buffer.size > 0) stage.pass(1);
  assert.deepEqual(carried(stage.socket), [[10, 40], [70, 100], [130, 160], [190, 220]]);
  assert.ok(stage.now - began >= 3 * 2 * 1000 / 60, String(stage.now - began));
});

test("another way of finding the pose is said right before its first frame", () => {
  const stage = begunWithLandmarks();
  for (const t of [10, 40]) landmarks(stage, t);
  stage.connection.goOnWith(STEP, LANDMARK_FLOW);
  for (const t of [70, 100, 130]) landmarks(stage, t);
  assert.deepEqual(carried(stage.socket), [[10], [40], "step_down", [70], [100, 130]]);
});

test("it goes over to pictures, two at a time, and back", () => {
  const stage = begunWithLandmarks();
  landmarks(stage, 10);
  stage.answerAll();
  stage.connection.goOnWith(STEP, PICTURE_FLOW);
  assert.deepEqual([60, 90, 120].map((t) => stage.picture(t)), [true, true, false]);
  stage.answerAll();
  stage.connection.goOnWith(STEP, LANDMARK_FLOW);
  landmarks(stage, 150);
  assert.deepEqual(carried(stage.socket), [[10], "step_down", [60], [90], "step_down", [150]]);
});

test("what is not analysed when the socket is lost is sent again with the step in its place", () => {
  const stage = begunWithLandmarks();
  landmarks(stage, 10);
  stage.answerAll();
  landmarks(stage, 60);
  stage.connection.goOnWith(STEP, PICTURE_FLOW);
  stage.picture(110);
  stage.socket.onclose({ code: 1006 });
  stage.pass(250);
  stage.open({ resumed: true, last_t: 10, limits: { max_fps: 60, in_flight: 15 } });
  stage.pass(100);
  assert.deepEqual(carried(stage.socket), [[60], "step_down", [110]]);
  stage.socket.onclose({ code: 1006 });
  stage.pass(600);
  stage.open({ resumed: true, last_t: 110 });
  stage.picture(1000);
  assert.deepEqual(carried(stage.socket), [[1000]]);
});

test("a step while the socket is away waits among what is kept", () => {
  const stage = begunWithLandmarks();
  stage.socket.onclose({ code: 1006 });
  landmarks(stage, 10);
  stage.connection.goOnWith(STEP, LANDMARK_FLOW);
  landmarks(stage, 40);
  stage.pass(250);
  stage.open({ resumed: true, limits: { max_fps: 60, in_flight: 15 } });
  stage.pass(100);
  assert.deepEqual(carried(stage.socket), [[10], "step_down", [40]]);
});

test("a picture of the way before that is ready only now is left out", () => {
  const stage = begunWithLandmarks();
  stage.connection.taken(10);
  stage.connection.goOnWith(STEP, PICTURE_FLOW);
  stage.connection.encoded(10, new ArrayBuffer(806));
  stage.picture(50);
  assert.deepEqual(carried(stage.socket), ["step_down", [50]]);
});

test("a server without a place for pictures keeps the set, and landmarks go on", () => {
  const stage = begunWithLandmarks();
  landmarks(stage, 10);
  stage.connection.goOnWith(STEP, PICTURE_FLOW);
  stage.picture(60);
  stage.tell({ type: "error", code: "busy", reason: "No place for pictures.", remedy: "Landmarks can be sent." });
  stage.socket.onclose({ code: 4503 });
  assert.equal(stage.heard.noPictures, 1);
  stage.connection.goOnWith(STEP, LANDMARK_FLOW);
  stage.pass(250);
  stage.open({ resumed: true, last_t: 10, limits: { max_fps: 60, in_flight: 15 } });
  landmarks(stage, 400);
  assert.deepEqual(carried(stage.socket), ["step_down", [400]]);
  assert.deepEqual(stage.heard.troubles, ["socket-lost"]);
});

/** Away for so long with landmarks at 30 a second, and back. */
function awayFor(ms, changes = {}) {
  const stage = begunWithLandmarks();
  stage.socket.onclose({ code: 1006 });
  for (let t = 33; t < ms; t += 33) landmarks(stage, t);
  while (stage.connection.socket === null) stage.pass(10);
  stage.open({ resumed: true, limits: { max_fps: 60, in_flight: 15 }, ...changes });
  return stage;
}

/** Landmarks go on at 30 a second, each answered after 20 ms, until nothing waits; how long that takes, ms. */
function caughtUp(stage, { finds = true } = {}) {
  const began = stage.now;
  let t = stage.now + 33;
  while (stage.connection.buffer.size > 0 && stage.now - began < 100_000) {
    stage.pass(20);
    stage.answerAll();
    if (finds && t <= stage.now) {
      landmarks(stage, stage.now);
      t += 33;
    }
  }
  return stage.now - began;
}

test("what the server has said it takes at once is sent as fast as it answers", () => {
  const stage = awayFor(60_000, { backlog: 3630 });
  const took = caughtUp(stage);
  assert.ok(took < 6000, String(took));
  const times = stage.socket.all.filter((each) => Array.isArray(each)).flat();
  assert.deepEqual(times, [...times].sort((a, b) => a - b));
});

test("beyond what was granted the rate is kept to", () => {
  const stage = awayFor(20_000, { backlog: 100 });
  stage.pass(2000);
  for (let i = 0; i < 100; i += 1) {
    stage.answerAll();
    stage.pass(10);
  }
  const sent = stage.socket.all.filter((each) => Array.isArray(each)).flat().length;
  assert.ok(sent >= 100 && sent <= 100 + 60, String(sent));
});

test("the end is waited for from when it is asked for, however long what was kept takes", () => {
  const stage = awayFor(100_000);
  stage.connection.finish();
  assert.ok(caughtUp(stage, { finds: false }) > 50_000);
  stage.pass(100);
  stage.answerAll();
  assert.deepEqual(stage.socket.texts.at(-1), { type: "finish" });
  stage.pass(59_000);
  assert.deepEqual(stage.heard.troubles.filter((code) => code !== "socket-lost"), []);
  stage.pass(1001);
  assert.equal(stage.heard.troubles.at(-1), "no-answer");
  assert.equal(stage.connection.state, "closed");
});

test("without a socket the end is not waited for without end", () => {
  const stage = begun();
  stage.socket.onclose({ code: 1006 });
  stage.pass(250);
  stage.socket.onclose({ code: 4401 });
  stage.connection.finish();
  stage.pass(100_000);
  assert.equal(stage.connection.state, "lost");
  stage.pass(100_000);
  assert.equal(stage.heard.troubles.at(-1), "no-answer");
  assert.equal(stage.timers.size, 0);
});

test("two minutes away: all landmarks arrive, and those of a socket lost for longer are given up with the set", () => {
  const stage = awayFor(119_000, { backlog: 7230 });
  caughtUp(stage);
  stage.pass(20);
  stage.answerAll();
  const times = new Set(stage.socket.all.filter((each) => Array.isArray(each)).flat());
  for (let t = 33; t < 119_000; t += 33) assert.ok(times.has(t), String(t));
  stage.socket.onclose({ code: 1006 });
  for (let t = stage.now + 33, end = t + 150_000; t < end; t += 33) landmarks(stage, t);
  assert.equal(stage.connection.state, "closed");
  assert.equal(stage.heard.troubles.at(-1), "socket-gone");
  assert.equal(stage.connection.buffer.size, 0);
});
