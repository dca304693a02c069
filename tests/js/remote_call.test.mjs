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
    onDevices: nothing, onTapNeeded: nothing, onWords: (...said) => heard.words.push(said),
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
