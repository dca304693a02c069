/**
 * Which session this is, for feedback that fades from session to session. A session is a day, by the local calendar,
 * on which at least one set was finished. Kept in the browser only.
 */

export const STORE_KEY = "formcheck.sessions";
const INTERRUPTED_KEY = "formcheck.interrupted";
/** Days remembered: feedback has faded long before. */
const MAX_DAYS = 400;

/** The local date as `2026-03-09`. @param {Date} date */
export function dayOf(date) {
  const two = (n) => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/**
 * The days on record; an unreadable record is none.
 * @param {string|null} text
 * @returns {string[]}
 */
export function readDays(text) {
  try {
    const days = JSON.parse(text ?? "[]");
    return Array.isArray(days) ? days.filter((day) => /^\d{4}-\d\d-\d\d$/.test(day)) : [];
  } catch {
    return [];
  }
}

/** 1 in the first session. @param {string[]} days @param {string} today */
export function sessionNumber(days, today) {
  return new Set(days.filter((day) => day < today)).size + 1;
}

/** The days with today among them. @param {string[]} days @param {string} today */
export function withDay(days, today) {
  return [...new Set([...days, today])].sort().slice(-MAX_DAYS);
}

/**
 * The browser's record. Private windows may refuse it; then every session is the first.
 * @param {Storage|undefined} storage
 */
export function sessionStore(storage) {
  const read = () => {
    try {
      return readDays(storage?.getItem(STORE_KEY) ?? null);
    } catch {
      return [];
    }
  };
  return {
    number: (now = new Date()) => sessionNumber(read(), dayOf(now)),
    finished: (now = new Date()) => {
      try {
        storage?.setItem(STORE_KEY, JSON.stringify(withDay(read(), dayOf(now))));
      } catch {
        // Nothing is lost but the fading.
      }
    },
  };
}

/**
 * A set that ended with its page: left, loaded anew, or served by a server that was started again. What came of it is
 * lost, and whoever comes back is told so, once.
 * @param {Storage|undefined} storage of the window
 */
export function interruptedStore(storage) {
  return {
    /** @param {number} reps */
    leave: (reps) => {
      try {
        storage?.setItem(INTERRUPTED_KEY, String(reps));
      } catch {
        // Then nothing is said.
      }
    },
    /** @returns {number|null} its reps; null when no set was cut short */
    take: () => {
      try {
        const text = storage?.getItem(INTERRUPTED_KEY) ?? null;
        storage?.removeItem(INTERRUPTED_KEY);
        return text !== null && /^\d{1,3}$/.test(text) ? Number(text) : null;
      } catch {
        return null;
      }
    },
  };
}

/** What is said of it. @param {number} reps */
export function interruptedText(reps) {
  const counted = reps === 1 ? "1 rep" : `${reps} reps`;
  return `The last set was cut short after ${counted}: the page was left or loaded anew. It was not measured.`;
}

/** The storage of this window. @returns {Storage|undefined} */
export function windowStorage() {
  try {
    return window.sessionStorage;
  } catch {
    return undefined;
  }
}

/** The browser's storage; reading the name alone may be refused. @returns {Storage|undefined} */
export function browserStorage() {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}
