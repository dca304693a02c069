// Pure: what a person is told of where their pictures go.
import assert from "node:assert/strict";
import { test } from "node:test";

import { Controls } from "../../formcheck/web/live/client/controls.js";
import { privacySentence } from "../../formcheck/web/live/client/privacy.js";

const said = (where, more = {}) => privacySentence(where, { loaded: null, picturesCanGo: true, keepsVideo: false, inSet: false, ...more });

test("each place has its sentence, and no place is called another", () => {
  assert.match(said("here"), /stay on this device/);
  assert.match(said("server"), /go to the server.*forgets/);
  assert.match(said("server", { keepsVideo: true }), /keeps the video/);
  assert.match(said("nowhere"), /cannot find the pose by itself/);
});

test("while it is loading the share is told, and that pictures go meanwhile only where they may", () => {
  assert.equal(said("choosing", { loaded: 0.456 }),
    "Loading what finds the pose on this device: 46 %. Until then pictures go to the server.");
  assert.doesNotMatch(said("choosing", { picturesCanGo: false }), /server/);
});

test("in the set it is short", () => {
  assert.equal(said("here", { inSet: true }), "Pictures stay on this device");
  assert.equal(said("server", { inSet: true, keepsVideo: true }), "Pictures go to the server");
});

test("where pictures go is read out, each percent that is loaded is not", () => {
  const attributes = new Map();
  const privacy = {
    textContent: "", dataset: {}, getAttribute: (name) => attributes.get(name) ?? null,
    setAttribute: (name, value) => attributes.set(name, value),
  };
  const tell = (source) => Controls.prototype.tellPrivacy.call({ privacy }, { source, sentence: said(source) });
  tell("choosing");
  assert.equal(attributes.get("aria-live"), "off");
  for (const source of ["here", "server", "nowhere"]) {
    tell(source);
    assert.equal(attributes.get("aria-live"), "polite");
    assert.equal(privacy.textContent, said(source));
    tell("choosing");
  }
});
