/** What transfers need of the browser, so that tests can give them another one. */

/** @returns {import("./transfer.js").World} */
export function browserWorld() {
  return { request, sleep, clock: () => performance.now() };
}

/** `fetch` does not tell how much of a body has left. */
function request({ method, url, headers, body, signal, onSent }) {
  return new Promise((resolve, reject) => {
    const asked = new XMLHttpRequest();
    const give = () => asked.abort();
    const end = (act) => {
      signal.removeEventListener("abort", give);
      act();
    };
    asked.open(method, url);
    for (const [name, value] of Object.entries(headers)) asked.setRequestHeader(name, value);
    if (onSent !== undefined) asked.upload.onprogress = (event) => onSent(event.loaded);
    asked.onload = () => end(() => resolve({ status: asked.status, body: parsed(asked.responseText) }));
    asked.onerror = asked.onabort = asked.ontimeout = () => end(() => reject(new Error("no answer")));
    if (signal.aborted) {
      reject(new Error("no answer"));
      return;
    }
    signal.addEventListener("abort", give);
    asked.send(body ?? null);
  });
}

/** Something between us and the server may answer with a page of its own: that is no answer. */
function parsed(text) {
  try {
    const said = JSON.parse(text);
    return typeof said === "object" ? said : null;
  } catch {
    return null;
  }
}

function sleep(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(wake, ms);
    function wake() {
      clearTimeout(timer);
      signal.removeEventListener("abort", wake);
      window.removeEventListener("online", wake);
      resolve();
    }
    signal.addEventListener("abort", wake);
    // No need to wait longer once the browser says that there is a network again.
    window.addEventListener("online", wake);
  });
}
