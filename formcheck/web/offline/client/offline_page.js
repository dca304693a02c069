/** What stands where a page would be that cannot be reached: what waits on this device. It opens the page when it can. */

import { deviceStore } from "../live/device_store.js";

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
const [sets, videos] = [await counted(store, "sets"), await counted(store, "videos")];
const said = [];
if (sets > 0) said.push(`${sets === 1 ? "One set is" : `${sets} sets are`} kept on this device, and can be measured when the network is back.`);
if (videos > 0) said.push(`${videos === 1 ? "One video is" : `${videos} videos are`} kept on this device. Nobody else has them.`);
document.getElementById("kept").textContent = said.join(" ");
