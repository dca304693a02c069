/**
 * The check before joining: camera, microphone with one's own voice back, loudspeaker, relay, uplink. Each gives a word, a
 * cause and one remedy; the clinician sees the same in the queue.
 */

/** How long one's voice is recorded, ms. */
export const VOICE_MS = 3000;
/** A voice is louder than this at its loudest, 0 to 1. */
export const HEARD_LEVEL = 0.02;
/** A relay answers within this, ms. */
const RELAY_MS = 5000;
/** Sound and landmarks need so much; less is said, kb/s. */
export const NARROW_KBPS = 300;
/** What is sent to see how fast it goes, bytes, one after the other until it took long enough. */
const UPLINK_BYTES = Object.freeze([20_000, 60_000, 200_000]);
const UPLINK_MS = 1200;

/** What a `Trouble` of the devices is called in the check. */
const DEVICE = Object.freeze({
  "camera-denied": "denied", "camera-missing": "missing", "camera-busy": "busy", "camera-unsuitable": "missing",
});

/** @param {{code: string}} trouble @returns {"denied"|"missing"|"busy"|"failed"} */
export function deviceOf(trouble) {
  return DEVICE[trouble.code] ?? "failed";
}

/** Which family a browser is of, for remedies that name its buttons. @param {string} agent */
export function familyOf(agent) {
  if (/iPhone|iPad/.test(agent)) return "ios";
  if (/Android/.test(agent)) return "android";
  if (/Firefox\//.test(agent)) return "firefox";
  return /Safari\//.test(agent) && !/Chrome\//.test(agent) ? "safari" : "chrome";
}

const ALLOW = Object.freeze({
  ios: "In Settings, open the entry of this browser and allow camera and microphone. Then press Try again.",
  android: "Tap the sign at the left of the address, then Permissions, and allow camera and microphone. Then press Try again.",
  firefox: "Click the crossed-out camera at the left of the address and take the block away. Then press Try again.",
  safari: "In the menu Safari, open Settings for This Website and allow camera and microphone. Then press Try again.",
  chrome: "Click the sign at the left of the address and allow camera and microphone. Then press Try again.",
});

/**
 * What to say of each part.
 * @typedef {{part: string, state: "good"|"caution"|"fault"|"unknown", words: string, remedy: string}} Finding
 * @param {Object} check as `check` is sent
 * @param {string} agent
 * @returns {Finding[]}
 */
export function findingsOf(check, agent) {
  return [device("Camera", check.camera, agent), device("Microphone", check.microphone, agent), speaker(check.speaker),
    relay(check.relay), uplink(check.uplink_kbps)];
}

function device(part, state, agent) {
  const remedies = {
    denied: ["fault", "blocked for this page", ALLOW[familyOf(agent)]],
    missing: ["fault", "not found", `Connect a ${part.toLowerCase()}, then press Try again.`],
    busy: ["fault", "in use by another program", "Close other programs and tabs that use it, then press Try again."],
    failed: ["fault", "could not be opened", "Connect it anew, or restart the device, then press Try again."],
    not_tried: ["unknown", "not tried yet", ""],
    ok: ["good", "works", ""],
  };
  const [found, words, remedy] = remedies[state];
  return { part, state: found, words, remedy };
}

function speaker(state) {
  const said = {
    heard: ["good", "you heard yourself", ""],
    not_heard: ["caution", "you did not hear yourself",
      "Turn up the volume, take the phone off silent, or choose other headphones, then try it once more."],
    not_tried: ["unknown", "not tried yet", "Press Hear yourself and say a few words."],
  };
  const [found, words, remedy] = said[state];
  return { part: "Loudspeaker", state: found, words, remedy };
}

function relay(state) {
  const said = {
    ok: ["good", "the relay can be reached", ""],
    none: ["unknown", "there is no relay here", "Within one network that is no trouble."],
    failed: ["caution", "the relay cannot be reached",
      "You may not see each other. Another network helps, such as the phone's own instead of a guest WLAN."],
    not_tried: ["unknown", "not tried yet", ""],
  };
  const [found, words, remedy] = said[state];
  return { part: "Way to the other", state: found, words, remedy };
}

function uplink(kbps) {
  if (kbps === null) return { part: "Speed", state: "unknown", words: "not measured", remedy: "" };
  const shown = kbps >= 1000 ? `${(kbps / 1000).toFixed(1)} Mb/s` : `${Math.round(kbps)} kb/s`;
  return kbps >= NARROW_KBPS
    ? { part: "Speed", state: "good", words: shown, remedy: "" }
    : { part: "Speed", state: "caution", words: `slow: ${shown}`,
      remedy: "Go nearer to the WLAN, or stop other uploads. The picture may be off at times; sound and measures go on." };
}

/**
 * How loud a stream is, several times a second.
 * @param {MediaStream} stream
 * @param {(level: number) => void} onLevel 0 to 1
 * @returns {() => void} stop
 */
export function watchLevel(stream, onLevel) {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const look = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    onLevel(Math.sqrt(samples.reduce((sum, each) => sum + each * each, 0) / samples.length));
  }, 80);
  return () => {
    clearInterval(look);
    if (context.state !== "closed") context.close();
  };
}

/**
 * Record a voice for a moment; nothing of it is kept or sent.
 * @param {MediaStream} stream @param {number} ms
 * @returns {Promise<Blob>}
 */
export async function recordVoice(stream, ms = VOICE_MS) {
  const recorder = new MediaRecorder(new MediaStream(stream.getAudioTracks()));
  const pieces = [];
  recorder.ondataavailable = ({ data }) => pieces.push(data);
  const ended = new Promise((resolve) => { recorder.onstop = resolve; });
  recorder.start();
  await new Promise((resolve) => { setTimeout(resolve, ms); });
  recorder.stop();
  await ended;
  return new Blob(pieces, { type: recorder.mimeType });
}

/**
 * Whether the relay answers, by a plain binding request: credentials come after admission only.
 * @param {string[]} urls `stun:` addresses of the relay
 * @param {(config: RTCConfiguration) => RTCPeerConnection} makePeer
 * @returns {Promise<"ok"|"none"|"failed">}
 */
export async function relayAnswers(urls, makePeer = (config) => new RTCPeerConnection(config)) {
  if (urls.length === 0) return "none";
  const peer = makePeer({ iceServers: [{ urls }] });
  let failed = false;
  const answered = new Promise((resolve) => {
    // A browser whose own address is the one that the relay sees gathers no other candidate: then no error is the answer.
    peer.onicecandidate = ({ candidate }) => {
      if (candidate?.type === "srflx") resolve("ok");
      else if (candidate === null) resolve(failed ? "failed" : "ok");
    };
    peer.onicecandidateerror = ({ errorCode }) => { failed ||= errorCode === 701; };
    setTimeout(() => resolve("failed"), RELAY_MS);
  });
  peer.createDataChannel("check");
  await peer.setLocalDescription();
  const found = await answered;
  peer.close();
  return found;
}

/**
 * How fast this line sends, kb/s; null where that cannot be told.
 * @param {(bytes: Uint8Array) => Promise<void>} send one piece to the server
 * @param {() => number} clock
 */
export async function uplinkSpeed(send, clock = () => performance.now()) {
  let kbps = null;
  try {
    for (const size of UPLINK_BYTES) {
      const piece = crypto.getRandomValues(new Uint8Array(Math.min(size, 65_536)));
      const bytes = new Uint8Array(size);
      for (let at = 0; at < size; at += piece.length) bytes.set(piece.subarray(0, Math.min(piece.length, size - at)), at);
      const began = clock();
      await send(bytes);
      const ms = Math.max(clock() - began, 1);
      kbps = (8 * size) / ms;
      if (ms > UPLINK_MS / 3) break;
    }
  } catch {
    // What was measured until then stands.
  }
  return kbps;
}
