// Pure: each instruction that the set-up coach can give has its drawing.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { FIGURES, figureMarkup } from "../../formcheck/web/live/client/figures.js";

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

/** The names that the engine promises in the words of `Instruction.figure`. */
function promisedNames() {
  const doc = read("formcheck/session/live_state.py").match(/figure: str\s+"""([\s\S]*?)"""/)[1];
  return [...doc.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name);
}

test("every promised figure is drawn", () => {
  const names = promisedNames();
  assert.ok(names.length >= 20);
  for (const name of names) assert.ok(FIGURES.includes(name), name);
});

test("figures are well-formed, in the text's colour and without numbers that are none", () => {
  for (const name of FIGURES) {
    const markup = figureMarkup(name);
    assert.match(markup, /^<svg .*currentColor.*<\/svg>$/s, name);
    assert.doesNotMatch(markup, /NaN|undefined|null/, name);
    const opened = [...markup.matchAll(/<([a-z]+)[^>]*[^/]>/g)].length;
    assert.equal(opened, [...markup.matchAll(/<\/[a-z]+>/g)].length, name);
  }
});

test("no two figures are alike", () => {
  assert.equal(new Set(FIGURES.map(figureMarkup)).size, FIGURES.length);
});

test("a name that is not known draws nothing", () => {
  assert.equal(figureMarkup("<script>"), "");
  assert.equal(figureMarkup("constructor"), "");
});
