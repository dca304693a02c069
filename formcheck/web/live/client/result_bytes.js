/**
 * What MediaPipe's graph emits of one person, read from its bytes. Its API leaves presence out, which tells joints
 * outside of the picture; the bytes have it. Pure.
 *
 * A list of landmarks is a protobuf message of 33 messages (field 1) of up to five 32-bit floats: x, y, z, visibility,
 * presence.
 */

import { LANDMARKS } from "./contract.js";

const FIELD_OF_LIST = 0x0a;
const FLOATS = 5;
/** Wire type of a 32-bit number. */
const FIXED_32 = 5;

/**
 * @param {Uint8Array} bytes
 * @param {number} [needed] that each landmark must have, of the five
 * @returns {Float32Array|null} 33 × x, y, z, visibility, presence; null where this is no such list, or one is missing
 */
export function readLandmarks(bytes, needed = FLOATS) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float32Array(LANDMARKS * FLOATS).fill(NaN);
  let at = 0;
  let landmark = 0;
  while (at + 2 <= bytes.length && landmark < LANDMARKS) {
    const size = bytes[at + 1];
    const end = at + 2 + size;
    let missing = (1 << needed) - 1;
    if (bytes[at] !== FIELD_OF_LIST || size > 127 || end > bytes.length) return null;
    for (at += 2; at < end; at += 5) {
      const field = bytes[at] >> 3;
      if ((bytes[at] & 7) !== FIXED_32 || at + 5 > end) return null;
      if (field < 1 || field > FLOATS) continue;
      values[landmark * FLOATS + field - 1] = view.getFloat32(at + 1, true);
      missing &= ~(1 << (field - 1));
    }
    if (missing !== 0) return null;
    landmark += 1;
  }
  return landmark === LANDMARKS && at === bytes.length ? values : null;
}

/**
 * Landmarks of one person from both lists.
 * @param {Float32Array} image from `readLandmarks`, shares of the picture
 * @param {Float32Array} world from `readLandmarks`, m
 * @returns {import("./landmark_message.js").Found|null} null where one is not finite: MediaPipe has gone astray in
 *   this picture
 */
export function foundOf(image, world) {
  const found = {
    image: new Float32Array(2 * LANDMARKS), world: new Float32Array(3 * LANDMARKS),
    visibility: new Float32Array(LANDMARKS), presence: new Float32Array(LANDMARKS),
  };
  for (let i = 0; i < LANDMARKS; i += 1) {
    const [x, y, , visibility, presence] = image.subarray(i * FLOATS, (i + 1) * FLOATS);
    found.image.set([x, y], 2 * i);
    found.world.set(world.subarray(i * FLOATS, i * FLOATS + 3), 3 * i);
    found.visibility[i] = visibility;
    found.presence[i] = presence;
  }
  return Object.values(found).every((values) => values.every(Number.isFinite)) ? found : null;
}
