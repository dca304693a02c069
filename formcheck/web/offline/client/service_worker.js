/**
 * Keeps on this device what the live check needs to run without network: the camera view's own files, MediaPipe, the pose
 * model, and one page that says what waits here. Nothing else is kept or even looked at: no page of anybody's records,
 * no result, no token, no answer to anything that is sent. `TOLD` stands above, made by the server.
 *
 * Files whose address holds their SHA-256 are taken from here first and checked before they are kept; all others come from
 * the network as long as there is one.
 */

const STATIC = "formcheck-static-";
const POSE = "formcheck-pose";
const CURRENT = STATIC + TOLD.version;
/** Pages lie right under the root; what lies deeper belongs to somebody. */
const PAGE = /^\/[a-z-]*\/?$/;

self.addEventListener("install", (event) => {
  event.waitUntil(keepStatic());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(dropOlder());
});

self.addEventListener("message", (event) => {
  if (event.data?.type === "keep" && Array.isArray(event.data.files)) event.waitUntil(keepPose(event.data.files));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (pathname.startsWith(TOLD.pose)) event.respondWith(poseFile(request, event));
  else if (TOLD.static.some((start) => pathname.startsWith(start))) event.respondWith(newest(request, request.url));
  else if (request.mode === "navigate" && PAGE.test(pathname)) event.respondWith(newest(request, TOLD.page));
});

async function keepStatic() {
  const cache = await caches.open(CURRENT);
  await cache.addAll(TOLD.files.map((file) => new Request(file, { cache: "no-cache" })));
  await self.skipWaiting();
}

async function dropOlder() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(STATIC) && name !== CURRENT).map((name) => caches.delete(name)));
}

/** From the network; where there is none, what is kept at an address. */
async function newest(request, kept) {
  try {
    return await fetch(request);
  } catch (error) {
    const answer = await (await caches.open(CURRENT)).match(kept, { ignoreSearch: true, ignoreVary: true });
    if (answer === undefined) throw error;
    return answer;
  }
}

async function poseFile(request, event) {
  const kept = await (await caches.open(POSE)).match(request.url, { ignoreVary: true });
  if (kept !== undefined) return kept;
  const answer = await fetch(request);
  if (answer.ok) event.waitUntil(keep(request.url, answer.clone()));
  return answer;
}

/** What a page has loaded before this worker was there. @param {string[]} files */
async function keepPose(files) {
  const cache = await caches.open(POSE);
  for (const file of files) {
    const url = new URL(file, self.location.origin);
    if (url.origin !== self.location.origin || !url.pathname.startsWith(TOLD.pose)) continue;
    if ((await cache.match(url.href, { ignoreVary: true })) !== undefined) continue;
    const answer = await fetch(url.href).catch(() => null);
    if (answer?.ok) await keep(url.href, answer);
  }
}

/** Keep a file under its address if it is the one that the address says, in place of others of its name. */
async function keep(address, answer) {
  const [sha256, name] = new URL(address).pathname.slice(TOLD.pose.length).split("/");
  const bytes = await answer.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  if (Array.from(digest, (each) => each.toString(16).padStart(2, "0")).join("") !== sha256) return;
  const headers = new Headers(answer.headers);
  for (const ofTheWay of ["content-encoding", "content-length"]) headers.delete(ofTheWay);
  const cache = await caches.open(POSE);
  for (const { url } of await cache.keys()) if (url.endsWith(`/${name}`) && url !== address) await cache.delete(url);
  await cache.put(address, new Response(bytes, { headers }));
}
