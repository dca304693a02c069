/** What to do when the socket has closed. Pure. */

import { CLOSE } from "./contract.js";
import { TROUBLES, closeTrouble, withWords } from "./troubles.js";

/** The server may take so long to see that our old socket is dead and to give the set to the new one, ms. */
const TAKEOVER_MS = 15_000;
/** So many pictures in a row may be refused in mid-set before the set is given up. */
const REFUSALS = 3;

/**
 * @typedef {Object} Closing
 * @property {number} code of the socket
 * @property {import("./contract.js").ServerError|null} error the server's last words
 * @property {boolean} begun whether there is a set to go on with
 * @property {boolean} finishing whether its end was asked for
 * @property {boolean} inSet whether something would be lost with it: it is past the set-up
 * @property {number|null} lostMs how long the set has been without a socket; null when it has just lost it
 * @property {number} refusals pictures refused in a row before this
 */

/**
 * @param {Closing} closing
 * @returns {{act: "retry"|"renew"|"give-up", trouble: import("./troubles.js").Trouble, refused: boolean}}
 *   `renew`: a new token is needed first; `refused`: it was about a picture
 */
export function afterClosing(closing) {
  const { code, error, begun, finishing, inSet, lostMs, refusals } = closing;
  const refused = begun && (code === CLOSE.MALFORMED || code === CLOSE.TOO_LARGE);
  const known = closeTrouble(code);
  if (known === null && error === null) return { act: "retry", trouble: TROUBLES["socket-lost"], refused };
  const trouble = withWords(known ?? TROUBLES[finishing ? "not-assessable" : "server-fault"], error);
  if (code === CLOSE.TOKEN) return { act: "renew", trouble: TROUBLES["token-renewing"], refused };
  const retakes = begun && code === CLOSE.IN_USE && lostMs !== null && lostMs < TAKEOVER_MS;
  // A page out of sight is silent, and its set is still there when it comes back.
  const rested = begun && inSet && code === CLOSE.IDLE;
  // After a fault of its own the server keeps what was measured: who asks again gets the result, or hears it is gone.
  const rescued = begun && inSet && code === CLOSE.FAULT;
  // There is no place for pictures where the landmarks of this set can still be sent.
  const withoutPictures = begun && inSet && code === CLOSE.BUSY;
  const goesOn = !trouble.over || retakes || rested || rescued || withoutPictures || (refused && refusals < REFUSALS);
  return { act: goesOn ? "retry" : "give-up", trouble, refused };
}
