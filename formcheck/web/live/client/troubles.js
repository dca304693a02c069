/**
 * Everything that can go wrong, each with its cause and one next step. Pure.
 *
 * @typedef {"retry"|"reload"|"lite"|"none"} Action what the button beside it does
 * @typedef {{code: string, cause: string, next: string, action: Action, over: boolean}} Trouble
 *   `over`: the set cannot go on by itself.
 */

import { CLOSE } from "./contract.js";

/** The page that takes a recorded video, beside this one. */
export const REVIEW_HREF = "videos";
export const REVIEW_TEXT = "Use a recorded video instead";

const over = (cause, next, action = "retry") => ({ cause, next, action, over: true });
const passing = (cause, next) => ({ cause, next, action: "none", over: false });

/** Too few pictures are looked at, and why. */
export const SLOW = new Set(["poor-light", "slow-camera", "slow-computer", "slow-server", "slow-line"]);

const TEXTS = {
  "camera-missing": over("No camera was found.", "Connect a camera, then press Try again."),
  "camera-denied": over("The camera is blocked for this page.",
    "Allow the camera in the browser's address bar or in the system's privacy settings, then press Try again."),
  "camera-busy": over("The camera is in use by another program.",
    "Close other programs and tabs that show the camera, then press Try again."),
  "camera-unplugged": over("The camera went away.", "Connect it again, then press Try again."),
  "camera-unsuitable": over("The chosen camera is not there or cannot give such a picture.",
    "Choose another camera in the settings, then press Try again."),
  "camera-stopped": over("The camera stopped before it gave a picture.", "Press Try again."),
  "camera-silent": over("The camera is on but gives no picture.",
    "Open its cover or connect it anew, then press Try again."),
  "camera-unknown": over("The camera could not be opened.", "Connect it anew, then press Try again."),
  "insecure-origin": over("Browsers give the camera only to pages with https, or on the computer that runs formcheck.",
    "Open this page through https, or on that computer under the address localhost.", "reload"),
  "browser-too-old": over("This browser cannot show a camera in a page.",
    "Open this page in a current Chrome, Edge, Firefox or Safari.", "none"),
  "picture-unreadable": over("The browser could not read pictures from the camera.",
    "Close other tabs, then press Try again."),
  "turned": passing("The picture was turned during the set.", "Turn the phone back as it was."),
  "page-hidden": passing("This page was out of sight, so the camera rested.", "Keep it in front during the set."),
  "socket-lost": passing("The connection was lost.", "Go on: nothing is lost, it is being connected again."),
  "video-full": passing("The video is kept up to here: there is no room for more of it on this device.",
    "Go on: the set is measured whole."),
  "video-refused": passing("This browser cannot keep the video of this set.", "Go on: the set is measured all the same."),
  "offline": passing("No network: your set is kept on this device and measured when it is back.",
    "Go on, and press Finish after the last rep."),
  "offline-done": passing("No network: your set is kept on this device and measured when it is back.",
    "Leave this page open, or come back later: you are asked then."),
  "socket-gone": over("The connection could not be made again.",
    "See that formcheck is still running and the network is there, then press Try again."),
  "socket-refused": over("The live service cannot be reached.",
    "See that formcheck is still running and the network is there, then press Try again."),
  "no-answer": over("The server did not answer in time.", "Press Try again."),
  "poor-light": passing("The light is poor, so the camera gives few pictures a second.",
    "Turn on more light, best from the camera's side."),
  "slow-camera": passing("The camera gives few pictures a second, though the light is good enough.",
    "Close other programs, or choose another camera."),
  "slow-computer": passing("This computer is slow: it cannot look at every picture.", "Close other programs and tabs."),
  "slow-server": passing("The computer that runs formcheck is slow, so few pictures are looked at.",
    "Close other programs on it."),
  "slow-line": passing("The connection is slow, so few pictures arrive.",
    "Come nearer to the router, or end what else uses the network."),
  "malformed": over("The server did not understand this page.", "Load the page anew.", "reload"),
  "token": over("The permission for the live check has run out.", "Load the page anew.", "reload"),
  "token-renewing": passing("The permission for the live check has run out.", "Wait a moment: it is being renewed."),
  "origin": over("The live check was opened from a foreign address.",
    "Open formcheck under the address that it shows when it starts.", "none"),
  "idle": over("Nothing happened for a while, so the set was closed.", "Press Try again when you are ready."),
  "in-use": over("This set is going on in another window.", "Close the other window, then press Try again."),
  "set-gone": over("The set is no longer there: the connection was away for too long.",
    "Press Try again to begin a new set."),
  "set-unmeasured": over("The server lost this set each time it was sent.",
    "It is kept on this device: have it measured later, or press Try again to begin a new set."),
  "too-large": over("The pictures are too large for the server.", "Choose another camera, then press Try again."),
  "too-fast": passing("Pictures were sent too fast.", "Wait a moment: it goes on more slowly."),
  "no-way": over("This browser cannot find the pose by itself, and your pictures may not leave this device.",
    "Let pictures go to the server, then press Try again; or use another browser."),
  "no-way-on": passing("The pose cannot be found on this device any more, and pictures cannot go to the server.",
    "Press Finish: what you did up to now counts."),
  "busy": over("The server has as many live checks as it can do.", "Wait a minute, then press Try again."),
  "server-fault": over("Something went wrong in the server.", "Press Try again."),
  "not-assessable": over("This set could not be assessed.", "Do at least one whole rep, then finish."),
};

/** @type {Readonly<Object<string, Trouble>>} */
export const TROUBLES = Object.freeze(
  Object.fromEntries(Object.entries(TEXTS).map(([code, texts]) => [code, Object.freeze({ code, ...texts })])),
);

/** The same with the lite model to choose. @param {Trouble} trouble @returns {Trouble} */
export function withLite(trouble) {
  return { ...trouble, next: `${trouble.next} Or use the lite model: it is faster and less exact.`, action: "lite" };
}

/** Names of exceptions of getUserMedia, the old ones of older browsers among them. */
const EXCEPTIONS = Object.freeze({
  NotAllowedError: "camera-denied",
  PermissionDeniedError: "camera-denied",
  PermissionDismissedError: "camera-denied",
  SecurityError: "camera-denied",
  NotFoundError: "camera-missing",
  DevicesNotFoundError: "camera-missing",
  NotReadableError: "camera-busy",
  TrackStartError: "camera-busy",
  SourceUnavailableError: "camera-busy",
  OverconstrainedError: "camera-unsuitable",
  ConstraintNotSatisfiedError: "camera-unsuitable",
  AbortError: "camera-stopped",
  TimeoutError: "camera-silent",
  InvalidStateError: "camera-unknown",
  NotSupportedError: "insecure-origin",
  TypeError: "insecure-origin",
});

const CLOSES = Object.freeze({
  [CLOSE.MALFORMED]: "malformed", [CLOSE.VERSION]: "malformed", [CLOSE.TOKEN]: "token",
  [CLOSE.ORIGIN]: "origin", [CLOSE.IDLE]: "idle", [CLOSE.IN_USE]: "in-use", [CLOSE.GONE]: "set-gone", [CLOSE.TOO_LARGE]: "too-large", [CLOSE.TOO_FAST]: "too-fast",
  [CLOSE.FAULT]: "server-fault", [CLOSE.BUSY]: "busy",
});

/** What an exception of the camera means. @param {{name?: string}} exception @returns {Trouble} */
export function cameraTrouble(exception) {
  const name = exception?.name ?? "";
  return TROUBLES[Object.hasOwn(EXCEPTIONS, name) ? EXCEPTIONS[name] : "camera-unknown"];
}

/** What stands in the way before the camera is asked for, or null. @param {{mediaDevices?: object}} nav */
export function originTrouble(nav, isSecure) {
  if (nav.mediaDevices?.getUserMedia) return null;
  return TROUBLES[isSecure ? "browser-too-old" : "insecure-origin"];
}

/** What the server's closing means; null for a socket that was simply lost. @param {number} code */
export function closeTrouble(code) {
  const name = CLOSES[code];
  return name === undefined ? null : TROUBLES[name];
}

/**
 * The server's own words where it has some.
 * @param {Trouble} trouble
 * @param {{reason: string, remedy: string}|null} error
 */
export function withWords(trouble, error) {
  if (!error?.reason) return trouble;
  return { ...trouble, cause: error.reason, next: error.remedy || trouble.next };
}
