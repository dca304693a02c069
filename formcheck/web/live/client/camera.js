/** The camera: which one, how it is asked for, and what happens when it goes away. */

import { TROUBLES, cameraTrouble, originTrouble } from "./troubles.js";

/** A camera that is on gives its first picture within this time, ms. */
const FIRST_PICTURE_MS = 10_000;

/**
 * What to ask for. A named device is asked for exactly, so that another one does not come up in its stead.
 * @param {string} choice `user`, `environment` or a device's id
 * @returns {MediaStreamConstraints}
 */
export function constraintsFor(choice) {
  const size = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 } };
  if (choice === "user" || choice === "environment") return { audio: false, video: { ...size, facingMode: choice } };
  if (choice) return { audio: false, video: { ...size, deviceId: { exact: choice } } };
  return { audio: false, video: size };
}

/**
 * An open camera. One that is lent belongs to whoever lent its stream, who watches over it and closes it.
 * @typedef {{stream: MediaStream, track: MediaStreamTrack, deviceId: string, mirrored: boolean, isLent: boolean}} OpenCamera
 */

/**
 * Open the camera. Throws a `Trouble`.
 * @param {Navigator} nav
 * @param {string|MediaStream} choice a stream is taken as it is: in a call, camera and microphone are one
 * @param {boolean} isSecure
 * @returns {Promise<OpenCamera>}
 */
export async function openCamera(nav, choice, isSecure) {
  const isLent = typeof choice !== "string";
  const stream = isLent ? choice : await askedFor(nav, choice, isSecure);
  const [track] = stream.getVideoTracks();
  if (track === undefined) throw TROUBLES["camera-missing"];
  const settings = track.getSettings?.() ?? {};
  return { stream, track, deviceId: settings.deviceId ?? "", mirrored: settings.facingMode !== "environment", isLent };
}

async function askedFor(nav, choice, isSecure) {
  const trouble = originTrouble(nav, isSecure);
  if (trouble !== null) throw trouble;
  try {
    return await nav.mediaDevices.getUserMedia(constraintsFor(choice));
  } catch (exception) {
    throw cameraTrouble(exception);
  }
}

/** @param {OpenCamera|null} camera */
export function closeCamera(camera) {
  if (camera?.isLent) return;
  for (const track of camera?.stream.getTracks() ?? []) track.stop();
}

/**
 * The cameras by name; empty names come before permission was given.
 * @param {Navigator} nav
 * @returns {Promise<{id: string, label: string}[]>}
 */
export async function listCameras(nav) {
  try {
    const devices = await nav.mediaDevices.enumerateDevices();
    return devices
      .filter((device) => device.kind === "videoinput" && device.deviceId !== "")
      .map((device, i) => ({ id: device.deviceId, label: device.label || `Camera ${i + 1}` }));
  } catch {
    return [];
  }
}

/**
 * Show a camera in a video element and wait for its first picture. Throws a `Trouble`.
 * @param {HTMLVideoElement} video
 * @param {OpenCamera} camera
 */
export async function showCamera(video, camera) {
  // Phones play a video within the page, and without a tap of its own, only when it is muted and inline.
  video.muted = true;
  video.playsInline = true;
  if (video.srcObject !== camera.stream) video.srcObject = camera.stream;
  try {
    await Promise.race([firstPicture(video), timeout(FIRST_PICTURE_MS)]);
  } catch (exception) {
    throw exception?.name === "TimeoutError" ? TROUBLES["camera-silent"] : TROUBLES["camera-stopped"];
  }
}

async function firstPicture(video) {
  await video.play();
  while (video.videoWidth === 0 || video.readyState < HAVE_CURRENT_DATA) {
    await new Promise((resolve) => setTimeout(resolve, 30));
    if (!video.srcObject) throw new Error("the camera was closed");
  }
}

const HAVE_CURRENT_DATA = 2;

function timeout(ms) {
  return new Promise((_, reject) => {
    setTimeout(() => reject(Object.assign(new Error("no picture"), { name: "TimeoutError" })), ms);
  });
}

/**
 * Tell when the camera goes away by itself; one that is lent is taken anew by who lent it.
 * @param {OpenCamera} camera
 * @param {() => void} onGone
 * @returns {() => void} stop telling
 */
export function watchCamera(camera, onGone) {
  if (camera.isLent) return () => {};
  camera.track.addEventListener("ended", onGone);
  return () => camera.track.removeEventListener("ended", onGone);
}
