// The room's socket and the connections with others, with stand-ins for clock, socket and RTCPeerConnection.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Devices } from "../../formcheck/web/remote/client/devices.js";
import { EXPECTED_MS, Mesh } from "../../formcheck/web/remote/client/mesh.js";
import { GIVEN_UP_MS, Peer, PictureWatch, STILL_MS } from "../../formcheck/web/remote/client/negotiation.js";
import { Signalling } from "../../formcheck/web/remote/client/signalling.js";
import { MadeUpStream, MadeUpWorld, settle } from "./remote_world.mjs";

const HELLO = { type: "hello", version: 1, instance: "this-page" };

function signalled() {
  const made = new MadeUpWorld();
  const heard = { messages: [], states: [] };
  const signalling = new Signalling("ws://here/room", () => HELLO, {
    onMessage: ({ type }) => heard.messages.push(type), onState: (state) => heard.states.push(state),
  }, made.world);
  const welcome = () => {
    made.socket.onopen();
    made.socket.says({ type: "welcome" });
  };
  welcome();
  return { made, heard, signalling, welcome };
}

test("a socket that comes back says the same hello, and what was said meanwhile", () => {
  const { made, heard, signalling, welcome } = signalled();
  made.socket.onclose({ code: 1006 });
  signalling.send({ type: "chat", text: "there?" });
  signalling.send({ type: "pointer", x: 0.5, y: 0.5 });
  made.pass(250);
  assert.equal(made.sockets.length, 2);
  welcome();
  assert.deepEqual(made.socket.sent.slice(0, 2), [HELLO, { type: "chat", text: "there?" }]);
  assert.deepEqual(heard.states, ["open", "lost", "open"]);
  assert.ok(!made.socket.sent.some(({ type }) => type === "pointer"), "where somebody pointed is past");
});

test("it waits longer from one attempt to the next, four seconds at most", () => {
  const { made } = signalled();
  made.socket.onclose({ code: 1006 });
  const at = [];
  for (let i = 0; i < 7; i += 1) {
    const before = made.sockets.length;
    while (made.sockets.length === before) made.pass(50);
    at.push(made.now);
    made.socket.onclose({ code: 1006 });
  }
  const gaps = at.map((each, i) => each - (at[i - 1] ?? 0));
  assert.deepEqual(gaps, [250, 500, 1000, 2000, 4000, 4000, 4000]);
});

test("a socket that is silent for ten seconds is dead", () => {
  const { made, heard } = signalled();
  made.pass(9900);
  assert.deepEqual(heard.states, ["open"]);
  made.pass(200);
  assert.deepEqual(heard.states, ["open", "lost"]);
});

test("clocks are answered to the socket itself, and our offset is said in the next", () => {
  const { made, heard } = signalled();
  const [, first] = made.socket.sent;
  assert.deepEqual(first, { type: "clock", c: 0, offset_ms: null, round_trip_ms: null });
  made.pass(20);
  made.socket.says({ type: "clock", c: 0, s: 5010 });
  made.pass(400);
  const last = made.socket.sent[made.socket.sent.length - 1];
  assert.deepEqual([last.type, last.offset_ms, last.round_trip_ms], ["clock", 5000, 20]);
  assert.deepEqual(heard.messages, ["welcome"]);
});

test("who was taken out, or has another window open, does not come back by itself", () => {
  for (const code of [4409, 4423, 4430]) {
    const { made, heard } = signalled();
    made.socket.onclose({ code });
    made.pass(60_000);
    assert.deepEqual(heard.states, ["open", "over"], String(code));
    assert.equal(made.sockets.length, 1);
  }
});

const ORDER = { generation: 1, offer: true, polite: false, relay_only: false };
const TRACKS = { audio: { kind: "audio" }, video: { kind: "video" } };

function peered(order = {}) {
  const made = new MadeUpWorld();
  const heard = { sent: [], states: [], fresh: [] };
  const peer = new Peer(TRACKS, () => [{ urls: "turn:relay" }], {
    send: (message) => heard.sent.push(message), onState: (state) => heard.states.push(state),
    onTrack: () => {}, askFresh: (relayOnly) => heard.fresh.push(relayOnly),
  }, made.world);
  peer.start({ ...ORDER, ...order });
  return { made, heard, peer, get pc() { return made.peers[made.peers.length - 1]; } };
}

/** Both descriptions are there and the connection stands. */
async function connect(one) {
  one.pc.onnegotiationneeded();
  await settle();
  one.peer.take({ type: "sdp", generation: 1, kind: "answer", sdp: "a=fingerprint:sha-256 BB:01" });
  await settle();
  one.pc.becomes("connected");
}

test("who is named makes the offer, and the other waits for it", async () => {
  const one = peered();
  one.pc.onnegotiationneeded();
  await settle();
  assert.deepEqual(one.heard.sent.map(({ type, kind, generation }) => [type, kind, generation]), [["sdp", "offer", 1]]);
  const other = peered({ offer: false, polite: true });
  await settle();
  assert.deepEqual(other.heard.sent, []);
  assert.equal(other.pc.transceivers.length, 0, "what it sends is put into the offer of the other");
  other.peer.take({ type: "sdp", generation: 1, kind: "offer", sdp: "offer" });
  await settle();
  assert.deepEqual(other.heard.sent.map(({ type, kind }) => [type, kind]), [["sdp", "answer"]]);
  assert.deepEqual(other.pc.transceivers.map(({ direction, sender }) => [direction, sender.track]),
    [["sendrecv", TRACKS.audio], ["sendrecv", TRACKS.video]]);
});

test("candidates that come before the description wait for it, and those of another generation go nowhere", async () => {
  const { peer, pc } = peered({ offer: false });
  peer.take({ type: "ice", generation: 1, candidate: "candidate:1", mid: "0", line: 0 });
  peer.take({ type: "ice", generation: 2, candidate: "candidate:2", mid: "0", line: 0 });
  await settle();
  assert.deepEqual(pc.candidates, []);
  peer.take({ type: "sdp", generation: 1, kind: "offer", sdp: "offer" });
  await settle();
  assert.deepEqual(pc.candidates.map(({ candidate }) => candidate), ["candidate:1"]);
});

test("no more than forty candidates are sent for one offer", () => {
  const { pc, heard } = peered();
  for (let i = 0; i < 60; i += 1) pc.onicecandidate({ candidate: { candidate: `candidate:${i}`, sdpMid: "0", sdpMLineIndex: 0 } });
  pc.onicecandidate({ candidate: null });
  assert.equal(heard.sent.length, 40);
});

test("an offer that meets ours is ignored by who is not polite, and taken by who is", async () => {
  for (const polite of [false, true]) {
    const one = peered({ polite });
    await connect(one);
    one.pc.restartIce();
    await settle();
    one.peer.take({ type: "sdp", generation: 1, kind: "offer", sdp: "theirs" });
    await settle();
    assert.equal(one.pc.remoteDescription.sdp === "theirs", polite);
  }
});

test("a path that is lost is looked for anew after one and a half seconds, then each four, then a fresh one is asked for", async () => {
  const one = peered();
  await connect(one);
  one.pc.becomes("disconnected");
  one.made.pass(1400);
  assert.equal(one.pc.restarts, 0);
  one.made.pass(100);
  assert.equal(one.pc.restarts, 1);
  one.made.pass(8000);
  assert.equal(one.pc.restarts, 3);
  assert.deepEqual(one.heard.fresh, []);
  one.made.pass(4000);
  assert.deepEqual(one.heard.fresh, [true], "by the relay alone");
});

test("one that fails without a word before it is looked for at once", async () => {
  const one = peered();
  await connect(one);
  one.pc.becomes("failed");
  one.made.pass(0);
  assert.equal(one.pc.restarts, 1);
});

test("a path that comes back by itself is left alone", async () => {
  const one = peered();
  await connect(one);
  one.pc.becomes("disconnected");
  one.made.pass(1000);
  one.pc.becomes("connected");
  one.made.pass(60_000);
  assert.equal(one.pc.restarts, 0);
  assert.deepEqual(one.heard.states, ["connecting", "connected", "disconnected", "connected"]);
});

test("a connection that does not come within eight seconds is replaced, by the relay and by every path in turn", () => {
  const one = peered();
  one.made.pass(8000);
  assert.deepEqual(one.heard.fresh, [true]);
  one.peer.start({ ...ORDER, generation: 2, relay_only: true });
  assert.equal(one.pc.config.iceTransportPolicy, "relay");
  assert.equal(one.made.peers[0].isClosed, true);
  one.made.pass(8000);
  assert.deepEqual(one.heard.fresh, [true, false]);
});

test("after a minute it is given up, and tried again when the network is back", () => {
  const one = peered();
  one.made.pass(GIVEN_UP_MS + 8000);
  assert.equal(one.peer.state, "given-up");
  const asked = one.heard.fresh.length;
  one.made.pass(60_000);
  assert.equal(one.heard.fresh.length, asked);
  one.peer.hurry();
  assert.equal(one.heard.fresh.length, asked + 1);
});

test("an older order is not obeyed", () => {
  const one = peered({ generation: 3 });
  one.peer.start({ ...ORDER, generation: 2 });
  assert.equal(one.made.peers.length, 1);
});

test("both fingerprints are known once both descriptions are there", async () => {
  const one = peered();
  assert.equal(one.peer.fingerprints, null);
  await connect(one);
  assert.deepEqual(one.peer.fingerprints, ["sha-256 AA:01", "sha-256 BB:01"]);
});

test("a fingerprint that somebody added is among them, wherever it stands, and one that is repeated counts once", async () => {
  const theirs = "v=0\r\na=fingerprint:sha-256 BB:01\r\nm=audio\r\na=fingerprint:SHA-256 bb:01\r\nm=video\r\n";
  for (const [added, expected] of [
    ["", "sha-256 BB:01"], ["a=fingerprint:sha-256 EE:01\r\n", "sha-256 BB:01 sha-256 EE:01"],
    ["a=Fingerprint: sha-1 0E:01\r\n", "sha-1 0E:01 sha-256 BB:01"],
  ]) {
    const one = peered();
    one.pc.onnegotiationneeded();
    await settle();
    one.peer.take({ type: "sdp", generation: 1, kind: "answer", sdp: theirs + added });
    await settle();
    assert.deepEqual(one.peer.fingerprints, ["sha-256 AA:01", expected]);
  }
});

test("a picture whose frames do not change is still after a second", () => {
  const watch = new PictureWatch();
  assert.equal(watch.look(1, 0), true);
  assert.equal(watch.look(1, STILL_MS - 1), true);
  assert.equal(watch.look(1, STILL_MS), false);
  assert.equal(watch.look(2, STILL_MS + 500), true);
});

function meshed() {
  const made = new MadeUpWorld();
  const heard = { gone: [], sent: [] };
  const mesh = new Mesh(TRACKS, {
    send: (message) => heard.sent.push(message), onStream: () => {}, onState: () => {}, onGone: (person) => heard.gone.push(person),
  }, made.world);
  mesh.use({ servers: [{ urls: ["turn:relay"] }], policy: "all", has_relay: true, expires_at_s: null });
  const order = (peer, instance, generation = 1) => ({ type: "connect", peer, instance, ...ORDER, generation });
  return { made, mesh, heard, order };
}

test("who comes and who goes touches no other connection", async () => {
  const { made, mesh, heard, order } = meshed();
  mesh.connect(order("client", "a"));
  mesh.connect(order("interpreter", "b"));
  mesh.connect(order("carer", "c"));
  mesh.disconnect("interpreter");
  assert.deepEqual(made.peers.map(({ isClosed }) => isClosed), [false, true, false]);
  assert.deepEqual(heard.gone, ["interpreter"]);
});

test("a page that was loaded anew gets a new connection at once", () => {
  const { made, mesh, order } = meshed();
  mesh.connect(order("client", "a", 4));
  mesh.connect(order("client", "another-load", 5));
  assert.deepEqual(made.peers.map(({ isClosed }) => isClosed), [true, false]);
  assert.equal(mesh.links.get("client").peer.order.generation, 5);
});

test("another track goes to everybody, and whoever comes later gets it too", async () => {
  const { made, mesh, order } = meshed();
  mesh.connect(order("client", "a"));
  const rear = { kind: "video", label: "rear" };
  await mesh.replace("video", rear);
  mesh.connect(order("carer", "c"));
  for (const { transceivers } of made.peers) assert.equal(transceivers[1].sender.track, rear);
});

test("without a relay nobody is asked to go by it", () => {
  const { made, mesh, heard, order } = meshed();
  mesh.use({ servers: [], policy: "all", has_relay: false, expires_at_s: null });
  mesh.connect(order("client", "a"));
  made.pass(8000);
  assert.deepEqual(heard.sent, [{ type: "fresh", to: "client", relay_only: false }]);
});

test("who is there and was never connected is asked for, but nobody who left meanwhile", () => {
  const { made, mesh, heard, order } = meshed();
  mesh.expect(["client", "carer", "interpreter"]);
  mesh.connect(order("client", "a"));
  mesh.disconnect("carer");
  made.pass(EXPECTED_MS - 1);
  assert.deepEqual(heard.sent, []);
  made.pass(1);
  assert.deepEqual(heard.sent, [{ type: "fresh", to: "interpreter", relay_only: false }]);
});

test("a connection that was given up is tried again for whoever is welcomed back", () => {
  const { made, mesh, heard, order } = meshed();
  mesh.connect(order("client", "a"));
  made.pass(GIVEN_UP_MS + 8000);
  heard.sent.length = 0;
  mesh.expect(["client"]);
  made.pass(EXPECTED_MS);
  assert.deepEqual(heard.sent.map(({ type, to }) => [type, to]), [["fresh", "client"]]);
});

test("nobody is asked for once the call is over", () => {
  const { made, mesh, heard } = meshed();
  mesh.expect(["client"]);
  mesh.close();
  made.pass(60_000);
  assert.deepEqual(heard.sent, []);
});

/** Gives cameras and microphones, and remembers whether two were open at once. */
function deviced(failures = [], pause = async () => {}) {
  const asked = [];
  const open = new Set();
  const heard = { tracks: 0, camera: [], taps: 0 };
  const nav = { mediaDevices: { getUserMedia: async (wanted) => {
    asked.push(wanted);
    assert.equal(open.size, 0, "one that is open is stopped first");
    const failure = failures.shift();
    if (failure) throw Object.assign(new Error(failure), { name: failure });
    return new MadeUpStream(["audio", "video"].filter((kind) => wanted[kind]).map((kind) => {
      const track = { kind, enabled: true, facing: wanted.video?.facingMode, stop: () => open.delete(track) };
      open.add(track);
      return track;
    }));
  } } };
  const devices = new Devices(nav, new MadeUpStream(), {
    onTracks: () => { heard.tracks += 1; }, onCamera: (state) => heard.camera.push(state), onTapNeeded: () => { heard.taps += 1; },
  }, pause);
  return { devices, asked, heard, open };
}

test("camera and microphone are asked for in one request", async () => {
  const { devices, asked } = deviced();
  await devices.open({ audio: true, video: true }, true);
  assert.equal(asked.length, 1);
  assert.ok(asked[0].audio.echoCancellation);
  assert.equal(devices.camera, "on");
});

test("the other camera is opened after the first was stopped, and tried again where it is not free yet", async () => {
  const { devices, asked } = deviced([null, "NotReadableError"]);
  await devices.open({ audio: true, video: true }, true);
  assert.equal(await devices.flip("environment"), true);
  assert.equal(devices.video.facing, "environment");
  assert.equal(asked.length, 3);
});

test("where there is no other camera the one before comes back", async () => {
  const { devices } = deviced([null, "OverconstrainedError"]);
  await devices.open({ audio: true, video: true }, true);
  assert.equal(await devices.flip("environment"), false);
  assert.equal(devices.facing, "user");
  assert.equal(devices.video.facing, "user");
});

test("a track that ended brings both anew, still muted where they were", async () => {
  const { devices, asked, heard } = deviced();
  await devices.open({ audio: true, video: true }, true);
  devices.mute(true);
  devices.audio.onended();
  await settle();
  assert.equal(asked.length, 2);
  assert.equal(devices.audio.enabled, false);
  assert.equal(devices.video.enabled, true);
  assert.equal(heard.tracks, 2);
});

test("what a browser gives only upon a tap is said, and a camera taken by a call is interrupted", async () => {
  const { devices, heard } = deviced([null, "NotAllowedError"]);
  await devices.open({ audio: true, video: true }, true);
  devices.video.onmute();
  assert.equal(devices.camera, "interrupted");
  await devices.again();
  assert.equal(heard.taps, 1);
  await devices.again();
  assert.equal(devices.camera, "on");
});

test("a blocked camera is a trouble with a remedy", async () => {
  const { devices } = deviced(["NotAllowedError"]);
  await assert.rejects(devices.open({ audio: true, video: true }, true), ({ code }) => code === "camera-denied");
});

test("a camera that is given only after the call was left is stopped at once", async () => {
  const { devices, heard, open } = deviced();
  const opening = devices.open({ audio: true, video: true }, true);
  devices.close();
  await opening;
  assert.deepEqual([open.size, heard.tracks, devices.video], [0, 0, null]);
});

test("whoever leaves while a camera is tried again has it no more", async () => {
  let goOn;
  const { devices, asked, heard, open } = deviced([null, "NotReadableError"], () => new Promise((done) => { goOn = done; }));
  await devices.open({ audio: true, video: true }, true);
  const flipping = devices.flip("environment");
  await settle();
  devices.close();
  goOn();
  await flipping;
  await devices.again();
  assert.deepEqual([open.size, asked.length, heard.taps], [0, 2, 0]);
});
