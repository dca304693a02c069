import { deviceStore } from "./device_store.js";

/** Has the service worker keep what finding poses needs, so that it is there without network and loaded once. */

/**
 * @param {string|undefined} path of the worker; none where a page does without
 * @param {string[]} files whose addresses hold their SHA-256
 */
export async function keepForOffline(path, files) {
  deviceStore().clean(Date.now()).catch(() => {});
  if (!path) return;
  try {
    await navigator.serviceWorker?.register(path, { scope: "/" });
    const ready = await navigator.serviceWorker?.ready;
    ready?.active.postMessage({ type: "keep", files });
  } catch {
    // A private window keeps nothing; everything works all the same while there is a network.
  }
}
