// A page's call, with stand-ins for what it takes of the browser.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Call } from "../../formcheck/web/remote/client/call.js";
import { EXPECTED_MS } from "../../formcheck/web/remote/client/mesh.js";
import { MadeUpStream, MadeUpWorld, settle } from "./remote_world.mjs";

const ICE = { servers: [], policy: "all", has_relay: false, expires_at_s: null };
const CONNECT = { type: "connect", peer: "client", instance: "a", generation: 1, offer: true, polite: false, relay_only: false };

/** A call whose timers pass by the test's clock. */
function called(t) {
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const made = new MadeUpWorld();
  Object.assign(globalThis, {
    window: { location: { href: "http://localhost/session/room" }, addEventListener: () => {}, removeEventListener: () => {} },
    document: { visibilityState: "visible", addEventListener: () => {}, removeEventListener: () => {} },
    MediaStream: MadeUpStream,
    WebSocket: function WebSocket(url) { return made.world.open(url); },
    RTCPeerConnection: function RTCPeerConnection(config) { return made.world.peer(config); },
  });
  // Newer Node.js has one of its own, which is not to be assigned.
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: {} });
  const heard = { words: [] };
  const nothing = () => {};
  const call = new Call({ room: "room" }, "browser", {
    onMessage: nothing, onState: nothing, onStream: nothing, onPeer: nothing, onPicture: nothing, onGone: nothing, onStep: nothing,
    onDevices: nothing, onTapNeeded: nothing, onWords: (...said) => {
      heard.words.push(said);
      heard.more?.();
    },
  });
  t.after(() => call.close());
  const welcome = (people) => {
    made.socket.onopen();
    made.socket.says({ type: "welcome", you: "me", ice: ICE, people });
  };
  return { made, call, heard, welcome };
}

test("whoever is there when one is welcomed is asked for where no connection came, and oneself is not", (t) => {
  const { made, welcome } = called(t);
  welcome([{ id: "me", presence: "here" }, { id: "client", presence: "here" }, { id: "carer", presence: "asleep" }]);
  t.mock.timers.tick(EXPECTED_MS);
  assert.deepEqual(made.socket.sent.filter(({ type }) => type === "fresh"), [{ type: "fresh", to: "client", relay_only: false }]);
});

/** Words take a slow hash. */
async function words(heard, count) {
  while (heard.words.length < count) await new Promise((done) => { heard.more = done; });
  return heard.words;
}

/** Our offer, and their answer with a certificate of this fingerprint. */
async function describe(made, generation, fingerprint) {
  made.peers[made.peers.length - 1].onnegotiationneeded();
  await settle();
  made.socket.says({ type: "sdp", sender: "client", generation, kind: "answer", sdp: `a=fingerprint:sha-256 ${fingerprint}` });
  await settle();
}

test("words that change are told of as changed: of a fresh connection, and of one that stands", async (t) => {
  const { made, heard, welcome } = called(t);
  welcome([]);
  made.socket.says(CONNECT);
  await describe(made, 1, "BB:01");
  made.peers[0].ontrack({ track: { kind: "video" } });
  made.peers[0].becomes("connected");
  await words(heard, 1);
  assert.deepEqual(heard.words.map(([person, , haveChanged]) => [person, haveChanged]), [["client", false]]);

  made.socket.says({ ...CONNECT, generation: 2 });
  await describe(made, 2, "BB:02");
  made.peers[1].ontrack({ track: { kind: "video" } });
  made.peers[1].becomes("connected");
  assert.equal((await words(heard, 2))[1]?.[2], true);

  await describe(made, 2, "EE:03");
  t.mock.timers.tick(500);
  await settle();
  assert.equal((await words(heard, 3))[2]?.[2], true);
  assert.equal(new Set(heard.words.map(([, each]) => each.join(" "))).size, 3);

  t.mock.timers.tick(500);
  await settle();
  assert.equal(heard.words.length, 3, "the same are not told of again");
});
