/** What each key of the player does. */

import { RATES } from "./playback.js";

/** A step of the arrow keys with Shift, frames or px. */
const FAR = 10;

/** @param {import("./review_view.js").ReviewView} view @returns {import("./keys.js").Key[]} */
export function keysOf(view) {
  const { playback, tools, stage, changes } = view;
  const editing = (act) => () => {
    if (view.editable) act();
  };
  const arrow = (dx, dy) => ({ shiftKey }) => {
    const size = shiftKey ? FAR : 1;
    if (view.editable && tools.nudge(dx * size, dy * size)) return;
    if (dx !== 0) playback.step(dx * size);
  };
  const both = (key) => [key, `Shift+${key}`];
  const take = (name) => editing(() => tools.take(name));
  const rates = RATES.map((rate, i) => ({
    keys: [String(i + 1)], shown: String(i + 1), does: `Speed ${rate}×`, act: () => playback.setRate(rate),
  }));
  return [
    { keys: ["Space", "k"], shown: "Space", does: "Play or pause", act: () => playback.toggle() },
    { keys: [","], shown: ",", does: "One frame back", act: () => playback.step(-1) },
    { keys: ["."], shown: ".", does: "One frame on", act: () => playback.step(1) },
    { keys: both("ArrowLeft"), shown: "←", does: "One frame back, with Shift ten; moves a chosen joint by 1 px, with Shift by 10", act: arrow(-1, 0) },
    { keys: both("ArrowRight"), shown: "→", does: "One frame on, with Shift ten; moves a chosen joint", act: arrow(1, 0) },
    { keys: both("ArrowUp"), shown: "↑", does: "Moves a chosen joint up", act: arrow(0, -1) },
    { keys: both("ArrowDown"), shown: "↓", does: "Moves a chosen joint down", act: arrow(0, 1) },
    { keys: ["["], shown: "[", does: "Previous rep", act: () => playback.toPreviousRep() },
    { keys: ["]"], shown: "]", does: "Next rep", act: () => playback.toNextRep() },
    { keys: ["b"], shown: "B", does: "Bottom of this rep", act: () => playback.toBottom() },
    { keys: ["f"], shown: "F", does: "Next flagged moment", act: () => playback.toFlagged(1) },
    { keys: ["Shift+f"], shown: "Shift F", does: "Flagged moment before", act: () => playback.toFlagged(-1) },
    { keys: ["Home"], shown: "Home", does: "To the start", act: () => playback.goToFrame(0) },
    { keys: ["End"], shown: "End", does: "To the end", act: () => playback.goToFrame(Infinity) },
    ...rates,
    { keys: ["r"], shown: "R", does: "Repeat this rep", act: () => playback.toggleLoop() },
    { keys: ["+", "="], shown: "+", does: "Larger picture", act: () => stage.zoom(1.5) },
    { keys: ["-"], shown: "−", does: "Smaller picture", act: () => stage.zoom(1 / 1.5) },
    { keys: ["0"], shown: "0", does: "Whole picture", act: () => stage.fit() },
    { keys: ["s"], shown: "S", does: "Skeleton on or off", act: () => view.toggleSkeleton() },
    { keys: ["c"], shown: "C", does: "As it was measured, on or off", act: () => view.toggleMeasured() },
    { keys: ["v"], shown: "V", does: "Look", act: () => tools.take("look") },
    { keys: ["m"], shown: "M", does: "Put a joint where it is", act: take("move") },
    { keys: ["t"], shown: "T", does: "Move the boundaries of a rep", act: take("times") },
    { keys: ["a"], shown: "A", does: "Draw an angle", act: take("angle") },
    { keys: ["l"], shown: "L", does: "Draw a line", act: take("line") },
    { keys: ["x"], shown: "X", does: "Write on the picture", act: take("text") },
    { keys: ["e"], shown: "E", does: "Choose the part of the video that is measured", act: take("trim") },
    { keys: ["i"], shown: "I", does: "A moved joint: the run of frames begins here", act: () => tools.setRun("from", playback.at) },
    { keys: ["o"], shown: "O", does: "A moved joint: the run of frames ends here", act: () => tools.setRun("to", playback.at) },
    { keys: ["Enter"], shown: "Enter", does: "Keep what was moved", act: editing(() => tools.keep()) },
    { keys: ["Escape"], shown: "Esc", does: "Discard what was moved, or put the tool down", act: () => tools.escape() },
    { keys: ["ctrl+z"], shown: "Ctrl Z", does: "Take back the last change", act: editing(() => changes.undo()) },
    { keys: ["ctrl+y", "ctrl+Shift+z"], shown: "Ctrl Y", does: "Put back what was taken back last", act: editing(() => changes.redo()) },
    { keys: ["?"], shown: "?", does: "This list", act: () => view.showKeys() },
  ];
}
