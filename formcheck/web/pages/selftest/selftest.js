// The browser's links of the chain, tried one after the other: address, camera, its speed, the live socket, voice, memory,
// and each way in which it may find poses itself.

const FRAMES_MS = 2000;
const READY_MS = 20_000;
const FEWEST_FPS = 25; // measured alignment needs as many
const PARTS = [
  "camera.js", "protocol.js", "troubles.js", "pose_finder.js", "pose_source.js", "self_test.js", "self_test_film.js",
  "source_choice.js",
];
const STEP_NAMES = {
  "full GPU": "full model on the graphics card", "full CPU": "full model on the processor",
  "lite CPU": "lite model on the processor",
};
const CAUSES = {
  software: "there is no graphics card, only a program that stands for one", webgl: "this browser has no WebGL",
  bundle: "MediaPipe could not be loaded", wasm: "MediaPipe could not be loaded", model: "the model could not be loaded",
  hash: "what was loaded is not what the server has", "context-lost": "the graphics card was lost", "too-long": "it takes too long",
};
const WORDS = { ok: "✓ works", note: "! note", fail: "✗ fails", skip: "– not tried", busy: "… trying" };

export default function selftest({ parentElement, data }) {
  const root = parentElement.querySelector(".formcheck-selftest");
  const button = root.querySelector("button");
  button.textContent = data.label;
  button.onclick = async () => {
    button.disabled = true;
    try {
      await run(root.querySelector("ul"), data);
    } finally {
      button.disabled = false;
      button.textContent = data.label_again;
    }
  };
}

async function run(list, data) {
  list.replaceChildren();
  const parts = await modules(data.static_base).catch(() => null);
  if (parts === null) {
    add(list, "Camera view", "fail", "Its files could not be loaded.", "Reload the page; if that does not help, start formcheck again.");
    return;
  }
  await camera(list, parts, data.camera);
  await link(list, "Live connection", () => socket(parts, data));
  await link(list, "Voice", voice);
  await link(list, "Browser's memory", memory);
  await poses(list, parts, data.pose);
}

async function modules(base) {
  const parts = await Promise.all(
    PARTS.map((name) => import(new URL(`${base}/${name}`, document.baseURI).href)),
  );
  return Object.assign({}, ...parts);
}

async function camera(list, parts, choice) {
  const blocked = parts.originTrouble(navigator, window.isSecureContext);
  if (blocked) {
    add(list, "Address", "fail", blocked.cause, blocked.next);
    add(list, "Camera", "skip", "It needs the address to be right.");
    return;
  }
  add(list, "Address", "ok", "The browser gives the camera to this page.");
  let open = null;
  try {
    open = await parts.openCamera(navigator, choice, window.isSecureContext);
    const cameras = await parts.listCameras(navigator);
    const names = cameras.map((each) => each.label).join(", ");
    add(list, "Camera", "ok", `${cameras.length === 1 ? "1 camera" : `${cameras.length} cameras`}: ${names}.`);
    await link(list, "Speed of the camera", () => speed(parts, open));
  } catch (trouble) {
    add(list, "Camera", "fail", trouble.cause ?? String(trouble), trouble.next ?? "");
    add(list, "Speed of the camera", "skip", "It needs a camera.");
  } finally {
    parts.closeCamera(open);
  }
}

async function speed(parts, open) {
  const video = document.createElement("video");
  await parts.showCamera(video, open);
  const fps = await framesPerSecond(video);
  const size = `${video.videoWidth} × ${video.videoHeight}`;
  video.srcObject = null;
  if (fps === null) return ["note", `Pictures of ${size}; this browser does not tell how many a second.`, ""];
  const words = `${Math.round(fps)} pictures a second of ${size}.`;
  return fps >= FEWEST_FPS ? ["ok", words, ""] : ["note", words, "Turn on more light: cameras slow down in the dark."];
}

function framesPerSecond(video) {
  if (!("requestVideoFrameCallback" in HTMLVideoElement.prototype)) return Promise.resolve(null);
  return new Promise((resolve) => {
    let frames = 0;
    const began = performance.now();
    const count = () => {
      frames += 1;
      video.requestVideoFrameCallback(count);
    };
    video.requestVideoFrameCallback(count);
    setTimeout(() => resolve((frames * 1000) / (performance.now() - began)), FRAMES_MS);
  });
}

function socket(parts, data) {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const began = performance.now();
  return new Promise((resolve) => {
    const connection = new WebSocket(`${scheme}//${location.host}${data.socket_path}?token=${encodeURIComponent(data.token)}`);
    let refused = null;
    const end = (...result) => {
      clearTimeout(timer);
      connection.onclose = null;
      connection.close();
      resolve(result);
    };
    const fail = (trouble) => end("fail", trouble.cause, trouble.next);
    const timer = setTimeout(() => fail(parts.TROUBLES["no-answer"]), READY_MS);
    connection.onopen = () => connection.send(parts.setupMessage(data.setup, 1, { width: 640, height: 480 }));
    connection.onmessage = (event) => {
      const message = parts.parseMessage(event.data);
      if (message?.type === "ready") {
        connection.send(JSON.stringify({ type: "cancel" }));
        end("ok", `The server answered in ${Math.round(performance.now() - began)} ms.`, "");
      } else if (message?.type === "error") {
        refused = message;
      }
    };
    connection.onclose = (event) => {
      fail(parts.withWords(parts.closeTrouble(event.code) ?? parts.TROUBLES["socket-refused"], refused));
    };
  });
}

function voice() {
  if (!("speechSynthesis" in window)) return ["note", "This browser cannot speak.", "Read the cues on the screen."];
  const voices = speechSynthesis.getVoices().length;
  if (voices === 0) return ["note", "No voice is installed, or it is still loading.", "Read the cues on the screen, or try again."];
  return ["ok", `${voices} voices.`, ""];
}

function memory() {
  try {
    localStorage.setItem("formcheck.selftest", "1");
    localStorage.removeItem("formcheck.selftest");
    return ["ok", "It can remember what you accepted.", ""];
  } catch {
    return ["note", "It remembers nothing, so the safety texts come at every visit.", "Allow this page to store data."];
  }
}

/** Each step of the ladder that the live check goes down, tried on a short film that is known. */
async function poses(list, parts, pose) {
  if (pose === null) {
    add(list, "Pose on this device", "note", "This server gives browsers nothing to find poses with, so pictures go to it.",
      "Run `formcheck models install browser` on the server.");
    return;
  }
  parts.forgetStep(storage());
  let taken = null;
  for (const step of parts.stepsOf({ models: Object.keys(pose.models), pictures: false, landmarks: true })) {
    const name = parts.nameOf(step);
    const item = add(list, "Pose on this device", "busy", `${STEP_NAMES[name]}: loading…`);
    const [state, words] = await tryStep(parts, pose, step, item);
    const rewritten = entry("Pose on this device", state, `${STEP_NAMES[name]}: ${words}`);
    rewritten.dataset.step = name;
    item.replaceWith(rewritten);
    if (state === "ok") taken ??= STEP_NAMES[name];
  }
  add(list, "Pose on this device", taken === null ? "note" : "ok", taken === null
    ? "The live check sends pictures to the server, if you let it."
    : `The live check uses the ${taken}: pictures stay on this device.`);
}

async function tryStep(parts, pose, step, item) {
  const finder = new parts.PoseFinder(pose, step);
  finder.onLoading = (share) => {
    item.querySelector(".words").textContent = `Pose on this device: loading, ${Math.round(100 * share)} %`;
  };
  try {
    await finder.opened;
    const film = parts.FILM;
    const result = await parts.selfTest(film, step.model, async (i, t) => finder.find(await parts.filmPicture(i), t, film));
    const figures = `${result.runs} runs, ${Math.round(result.ms_p50)} ms a picture (9 of 10 within `
      + `${Math.round(result.ms_p90)} ms), landmarks at most ${result.worst_px.toFixed(1)} px off`;
    const wrong = parts.wrongIn(result);
    if (wrong !== null) return ["note", `${figures}: not exact enough (${wrong}).`];
    if (!(result.ms_p90 <= parts.HALF_RATE_MS)) return ["note", `${figures}: too slow.`];
    if (!(result.ms_p90 <= parts.FAST_MS)) return ["note", `${figures}: taken only where pictures may not leave.`];
    return ["ok", `${figures}.`];
  } catch (error) {
    return ["note", `it cannot be used (${CAUSES[error.message] ?? error.message}).`];
  } finally {
    finder.close();
  }
}

function storage() {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

async function link(list, name, attempt) {
  try {
    add(list, name, ...(await attempt()));
  } catch (error) {
    add(list, name, "fail", error?.cause ?? String(error), error?.next ?? "Reload the page and try again.");
  }
}

function add(list, ...given) {
  const item = entry(...given);
  list.append(item);
  return item;
}

function entry(name, state, words, next = "") {
  const item = document.createElement("li");
  item.dataset.testid = "selftest-item";
  item.dataset.state = state;
  item.append(text("span", "state", WORDS[state]), text("span", "words", `${name}: ${words}`));
  if (next) item.append(text("span", "next", next));
  return item;
}

function text(tag, name, content) {
  const element = document.createElement(tag);
  element.className = name;
  element.textContent = content;
  return element;
}
