/** When what was prescribed is done, and how a set is brought to its end. Pure. */

/** A stillness of this length is a hold that is worth its seconds where none was prescribed, as in a wall sit, s. */
export const LONG_HOLD_S = 3;
/** In a long hold the seconds are said this often, s. */
export const SAID_EVERY_S = 10;

/**
 * What is done of what was prescribed: all reps, or the hold of the last one.
 * @param {import("./contract.js").Frame} frame @param {import("./contract.js").Target} target
 * @returns {"reps"|"hold"|null}
 */
export function doneOf(frame, target) {
  if (frame.stage !== "set") return null;
  if (target.reps && frame.reps >= target.reps) return "reps";
  const isLast = !target.reps || frame.reps === target.reps - 1;
  const isHeld = Boolean(target.hold_s) && (frame.hold_s ?? 0) >= target.hold_s;
  return isLast && isHeld ? "hold" : null;
}

/** What stands below "Done". */
export const HOW_TO_END = Object.freeze({
  reps: "Raise a hand, step out of the picture, or press Finish.",
  hold: "Come up slowly.",
});

/** Why the set is about to end, and how to go on instead. */
export const ENDINGS = Object.freeze({
  hand: Object.freeze({ why: "You raised a hand.", goOn: "Do another rep, or press Go on, to keep going." }),
  left: Object.freeze({ why: "You left the picture.", goOn: "Come back, or press Go on, to keep going." }),
});

/** Whole seconds that are left, at least one. @param {import("./contract.js").Ending} ending */
export function secondsLeft(ending) {
  return Math.max(1, Math.ceil(ending.left_s));
}
