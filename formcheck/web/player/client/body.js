/** Names of the landmarks, which of them make up a leg, and how legs look. */

import { COLOURS } from "./colours.js";

export const LEGS = Object.freeze([
  { side: "left", letter: "L", colour: COLOURS.pictureLeft, line: "--fcr-left", dash: [], square: false, hip: 23, knee: 25, ankle: 27, heel: 29, toe: 31 },
  { side: "right", letter: "R", colour: COLOURS.pictureRight, line: "--fcr-right", dash: [10, 5], square: true, hip: 24, knee: 26, ankle: 28, heel: 30, toe: 32 },
]);

/** The body beside the legs: shoulders, arms, sides, pelvis. */
export const BODY_BONES = Object.freeze([[11, 12], [23, 24], [11, 13], [13, 15], [12, 14], [14, 16], [11, 23], [12, 24]]);

/** @param {typeof LEGS[0]} leg */
export function bonesOf(leg) {
  return [[leg.hip, leg.knee], [leg.knee, leg.ankle], [leg.ankle, leg.heel], [leg.heel, leg.toe], [leg.ankle, leg.toe]];
}

/** The landmarks that can be moved, by MediaPipe's numbers. Sides are the person's own. */
export const LANDMARKS = Object.freeze(new Map([
  [23, "left hip"], [25, "left knee"], [27, "left ankle"], [29, "left heel"], [31, "left toe"],
  [24, "right hip"], [26, "right knee"], [28, "right ankle"], [30, "right heel"], [32, "right toe"],
  [11, "left shoulder"], [13, "left elbow"], [15, "left wrist"],
  [12, "right shoulder"], [14, "right elbow"], [16, "right wrist"],
]));
