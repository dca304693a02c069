/**
 * Where the pictures of a camera go, in one sentence for the person before it. Pure.
 *
 * @typedef {"here"|"server"|"choosing"|"nowhere"} Where poses are found; `choosing` until that is known
 */

const SENTENCES = Object.freeze({
  here: "Your pictures stay on this device: the pose is found here.",
  server: "Pictures go to the server, which looks at them and forgets them.",
  nowhere: "This browser cannot find the pose by itself, and your pictures may not leave this device.",
});
/** During a set they are read beside the picture. */
const SHORT = Object.freeze({ here: "Pictures stay on this device", server: "Pictures go to the server" });
const KEPT = "Pictures go to the server, which keeps the video as you chose.";

/**
 * @param {Where} where
 * @param {{loaded: number|null, picturesCanGo: boolean, keepsVideo: boolean, inSet: boolean}} more the share of what is
 *   being loaded that is there, whether pictures go meanwhile, whether the server keeps a video of them, whether a set is
 *   under way
 */
export function privacySentence(where, { loaded, picturesCanGo, keepsVideo, inSet }) {
  if (inSet && where in SHORT) return SHORT[where];
  if (where === "server" && keepsVideo) return KEPT;
  if (where !== "choosing") return SENTENCES[where];
  const doing = loaded === null ? "Trying to find the pose on this device…"
    : `Loading what finds the pose on this device: ${Math.round(100 * loaded)} %.`;
  return picturesCanGo ? `${doing} Until then pictures go to the server.` : doing;
}
