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
const KEPT = "Pictures go to the server, which keeps the video as you chose.";

/**
 * @param {Where} where
 * @param {{loaded: number|null, picturesCanGo: boolean, keepsVideo: boolean}} more the share of what is being loaded that
 *   is there, whether pictures go meanwhile, whether the server keeps a video of them
 */
export function privacySentence(where, { loaded, picturesCanGo, keepsVideo }) {
  if (where === "server" && keepsVideo) return KEPT;
  if (where !== "choosing") return SENTENCES[where];
  const doing = loaded === null ? "Trying to find the pose on this device…"
    : `Loading what finds the pose on this device: ${Math.round(100 * loaded)} %.`;
  return picturesCanGo ? `${doing} Until then pictures go to the server.` : doing;
}
