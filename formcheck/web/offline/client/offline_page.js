/** What stands where a page would be that cannot be reached: what waits on this device. It opens the page when it can. */

import { deviceStore } from "../live/client/device_store.js";

const again = () => window.location.reload();
document.getElementById("again").addEventListener("click", again);
window.addEventListener("online", again);

async function counted(store, kind) {
  try {
    return await store.count(kind);
  } catch {
    return 0;
  }
}

const store = deviceStore();
await store.clean(Date.now()).catch(() => {});
// Whose it is, only a login tells: others may use this browser.
const waits = (await counted(store, "sets")) + (await counted(store, "videos")) > 0;
document.getElementById("kept").textContent = waits ? "Something may wait here; log in to see it." : "";
